/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE
#include "tests/crash/calls.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "acquire/error.h"

bool calls_find(const char *folder, const char *name, char *path, size_t size)
{
    struct stat status;
    snprintf(path, size, "%s/%s", folder, name);
    return lstat(path, &status) == 0;
}

static char *load(const char *path, size_t *size)
{
    struct stat status;
    FILE *file = fopen(path, "rb");
    char *bytes = NULL;
    *size = 0;
    if (file != NULL && fstat(fileno(file), &status) == 0) {
        bytes = malloc((size_t)status.st_size + 1);
        *size =
            bytes != NULL ? fread(bytes, 1, (size_t)status.st_size, file) : 0;
    }
    if (file != NULL) {
        fclose(file);
    }
    return bytes;
}

static bool same_bytes(const char *path, const char *other)
{
    size_t size;
    size_t other_size;
    char *bytes = load(path, &size);
    char *other_bytes = load(other, &other_size);
    bool same = bytes != NULL && other_bytes != NULL && size == other_size &&
                memcmp(bytes, other_bytes, size) == 0;
    free(bytes);
    free(other_bytes);
    return same;
}

/* Whether a file of the folder is as in the undisturbed run. */
static bool as_reference(const struct run *run, const char *name)
{
    char path[256];
    char reference[256];
    (void)calls_find(run->folder, name, path, sizeof(path));
    snprintf(reference, sizeof(reference), "%s/%s.reference/%s", run->home,
             run->command->name, name);
    return same_bytes(path, reference);
}

/* All lines are whole, and there is at least one a file, and the head. */
static bool is_table(const struct run *run, const char *name)
{
    char path[256];
    char text[65536];
    size_t lines = 0;
    (void)calls_find(run->folder, name, path, sizeof(path));
    harness_text(path, text, sizeof(text));
    for (const char *c = text; *c != '\0'; c++) {
        lines += *c == '\n' ? 1 : 0;
    }
    return lines >= 3 && text[strlen(text) - 1] == '\n';
}

/* The journal that there was, or what was written of a new one. */
static bool judge_session(const struct run *run, int status, char *why)
{
    char path[256];
    char journal[256];
    char shadow[256];
    uint64_t acknowledged;
    bool there = calls_find(run->folder, "s.h5", path, sizeof(path));
    bool left =
        calls_find(run->folder, "s.h5.journal", journal, sizeof(journal));
    bool brought = run->command->before[0] != NULL &&
                   strcmp(run->command->before[0], "s.h5.journal") == 0;
    if (brought) {
        snprintf(shadow, sizeof(shadow), "%s/s.h5.journal", run->home);
        if (left && !same_bytes(journal, shadow)) {
            snprintf(why, WHY, "the journal was changed");
            return false;
        }
    } else {
        snprintf(shadow, sizeof(shadow), "%s.shadow", run->folder);
    }
    uint64_t rows = harness_journal_rows(shadow, &acknowledged);
    rows = status == 0 && rows < run->command->rows ? run->command->rows : rows;
    if (status == 0 && !there) {
        snprintf(why, WHY, "it said that all is well");
        return false;
    }
    return kept_session(&run->kept, path, rows, why);
}

static bool judge_batch(const struct run *run, int status, char *why)
{
    static const char *const names[] = {"out/a.h5.json", "out/b.h5.json"};
    char path[256];
    for (size_t i = 0; i < 2; i++) {
        bool there = calls_find(run->folder, names[i], path, sizeof(path));
        if ((there || status == 0) && !as_reference(run, names[i])) {
            snprintf(why, WHY, "%s is not whole", names[i]);
            return false;
        }
    }
    bool table =
        calls_find(run->folder, run->command->result, path, sizeof(path));
    if (status == 0 ? !as_reference(run, run->command->result)
                    : table && !is_table(run, run->command->result)) {
        snprintf(why, WHY, "the table is not whole");
        return false;
    }
    return true;
}

static bool judge_result(const struct run *run, int status, char *why)
{
    const struct command *command = run->command;
    char path[256];
    bool there = calls_find(run->folder, command->result, path, sizeof(path));
    switch (command->whole) {
    case WHOLE_SESSION:
        return judge_session(run, status, why);
    case WHOLE_BATCH:
        return judge_batch(run, status, why);
    case WHOLE_ROWS:
        return (!there && status != 0) ||
               kept_holds(&run->kept, path, run->kept.rows, why);
    case WHOLE_ANSWER:
        snprintf(why, WHY, "its answer is not whole");
        return status != 0 || as_reference(run, "stdout");
    case WHOLE_BYTES:
        break;
    }
    snprintf(why, WHY, "the result is not whole");
    return ((!there && status != 0) || as_reference(run, command->result)) &&
           (status != 0 || as_reference(run, "stdout"));
}

/* What has a temporary name was to go. */
static bool is_left(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    bool left = false;
    /* cppcheck-suppress readdirCalled; one thread */
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        left |= strstr(entry->d_name, ".part-") != NULL;
    }
    if (dir != NULL) {
        closedir(dir);
    }
    return left;
}

static bool judge_left(const struct run *run, char *why)
{
    char out[256];
    (void)calls_find(run->folder, "out", out, sizeof(out));
    if (run->fault.kind != CALL_NAME &&
        (is_left(run->folder) || is_left(out))) {
        snprintf(why, WHY, "a temporary file is left");
        return false;
    }
    return true;
}

static bool status_is_known(int status)
{
    for (int code = -1; code > -100; code--) {
        if (error_exit_status(code) == status && status != 70) {
            return true;
        }
    }
    return status == 0;
}

bool calls_judge(const struct run *run, int status, char *why)
{
    char path[128];
    char message[4096];
    snprintf(path, sizeof(path), "%s.err", run->folder);
    harness_text(path, message, sizeof(message));
    why[0] = '\0';
    /* Of a child process the program makes an error of its own. */
    if (strstr(message, "Sanitizer: ") != NULL) {
        snprintf(why, WHY, "%.150s", strstr(message, "Sanitizer: "));
        return false;
    }
    if (!status_is_known(status)) {
        snprintf(why, WHY, "no status of ours: %.100s", message);
        return false;
    }
    if (status != 0 && message[0] == '\0') {
        snprintf(why, WHY, "it said nothing");
        return false;
    }
    if (status == 0 && run->told) {
        snprintf(why, WHY, "it was told of a loss, and ignored it");
        return false;
    }
    return judge_result(run, status, why) && judge_left(run, why);
}
