/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/udev_rule.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware/core/wire.h"

enum { PATH = sizeof(((struct udev_rule_found *)0)->path) };

/* Its bytes: the Makefile makes numbers of them. */
static const char shipped[] = {
#include "udev_rule.inc"
};

const char *udev_rule_text(size_t *size)
{
    *size = sizeof(shipped);
    return shipped;
}

/* In the order of udev: a name in one hides the same name in the next. */
static const char *const rule_folders[] = {
    "/etc/udev/rules.d",     "/run/udev/rules.d", "/usr/local/lib/udev/rules.d",
    "/usr/lib/udev/rules.d", "/lib/udev/rules.d",
};

enum { RULE_FOLDERS = sizeof(rule_folders) / sizeof(rule_folders[0]) };

const char udev_rule_acts[] = "73-seat-late.rules";

static enum udev_rule read_rules(const char *path, const char *name)
{
    char vendor[32];
    char product[32];
    char line[1024];
    enum udev_rule best = UDEV_RULE_NONE;
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return UDEV_RULE_NONE;
    }
    snprintf(vendor, sizeof(vendor), "{idVendor}==\"%04x\"", WIRE_VENDOR_ID);
    snprintf(product, sizeof(product), "{idProduct}==\"%04x\"",
             WIRE_PRODUCT_ID);
    while (fgets(line, sizeof(line), file) != NULL) {
        if (line[0] == '#' || strstr(line, vendor) == NULL ||
            strstr(line, product) == NULL) {
            continue;
        }
        enum udev_rule rule =
            strstr(line, "TAG+=\"uaccess\"") == NULL ? UDEV_RULE_UNTAGGED
            : strcmp(name, udev_rule_acts) < 0       ? UDEV_RULE_GOOD
                                                     : UDEV_RULE_LATE;
        best = rule > best ? rule : best;
    }
    fclose(file);
    return best;
}

static bool is_hidden(const char *root, size_t folder, const char *name)
{
    char path[PATH];
    for (size_t i = 0; i < folder; i++) {
        snprintf(path, sizeof(path), "%s%s/%s", root, rule_folders[i], name);
        if (access(path, F_OK) == 0) {
            return true;
        }
    }
    return false;
}

static int is_rules(const struct dirent *entry)
{
    const char *end = strrchr(entry->d_name, '.');
    return end != NULL && strcmp(end, ".rules") == 0;
}

/* Looks through one folder; false if it is not there. */
static bool look_for_rule(const char *root, size_t folder,
                          struct udev_rule_found *best)
{
    struct dirent **entries;
    char path[PATH];
    snprintf(path, sizeof(path), "%s%s", root, rule_folders[folder]);
    int count = scandir(path, &entries, is_rules, alphasort);
    if (count < 0) {
        return false;
    }
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        snprintf(path, sizeof(path), "%s%s/%s", root, rule_folders[folder],
                 name);
        enum udev_rule rule = is_hidden(root, folder, name)
                                  ? UDEV_RULE_NONE
                                  : read_rules(path, name);
        if (rule > best->rule) {
            best->rule = rule;
            snprintf(best->path, sizeof(best->path), "%s", path);
        }
        free(entries[i]);
    }
    free(entries);
    return true;
}

void udev_rule_find(const char *root, struct udev_rule_found *out)
{
    *out = (struct udev_rule_found){.rule = UDEV_RULE_NONE};
    for (size_t i = 0; i < RULE_FOLDERS; i++) {
        out->folders += look_for_rule(root, i, out);
    }
}
