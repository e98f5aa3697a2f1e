/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/usb_user.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NODE = 32, PATH = 320 };

/* The next name in a folder, NULL: there are no more. A DIR is not shared. */
static const char *next_name(DIR *folder)
{
    /* cppcheck-suppress readdirCalled */
    const struct dirent *entry = readdir(folder);
    return entry != NULL ? entry->d_name : NULL;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    size_t size = strlen(end);
    return length >= size && strcmp(text + length - size, end) == 0;
}

/* True if one of the descriptors in `folder` is of `node`. */
static bool has_open(const char *folder, const char *node)
{
    DIR *descriptors = opendir(folder);
    if (descriptors == NULL) {
        return false;
    }
    bool found = false;
    const char *name = next_name(descriptors);
    while (name != NULL && !found) {
        char target[PATH];
        ssize_t n =
            readlinkat(dirfd(descriptors), name, target, sizeof(target) - 1);
        if (n > 0) {
            target[n] = '\0';
            found = ends_with(target, node);
        }
        name = next_name(descriptors);
    }
    closedir(descriptors);
    return found;
}

static void read_name(struct usb_user *user)
{
    char path[PATH];
    snprintf(path, sizeof(path), "/proc/%ld/comm", user->pid);
    FILE *file = fopen(path, "r");
    user->name[0] = '\0';
    if (file != NULL) {
        if (fgets(user->name, sizeof(user->name), file) != NULL) {
            user->name[strcspn(user->name, "\n")] = '\0';
        }
        fclose(file);
    }
}

/* The process that a name in /proc stands for, 0 for none. */
static long process_of(const char *name)
{
    char *end;
    errno = 0;
    long pid = strtol(name, &end, 10);
    return errno == 0 && *end == '\0' && pid > 0 ? pid : 0;
}

bool usb_user_find(uint8_t bus, uint8_t address, struct usb_user *out)
{
    char node[NODE];
    snprintf(node, sizeof(node), "/bus/usb/%03d/%03d", bus, address);
    DIR *processes = opendir("/proc");
    if (processes == NULL) {
        return false;
    }
    bool found = false;
    const char *name = next_name(processes);
    while (name != NULL && !found) {
        char folder[PATH];
        out->pid = process_of(name);
        snprintf(folder, sizeof(folder), "/proc/%ld/fd", out->pid);
        found = out->pid > 0 && out->pid != (long)getpid() &&
                has_open(folder, node);
        name = next_name(processes);
    }
    closedir(processes);
    if (found) {
        read_name(out);
    }
    return found;
}
