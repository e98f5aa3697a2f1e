/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/record_name.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "acquire/journal.h"

bool record_name_is_there(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

static bool is_free(const char *path)
{
    char journal[RECORD_NAME + 16];
    return !record_name_is_there(path) &&
           journal_name(path, journal, sizeof(journal)) &&
           !record_name_is_there(journal);
}

bool record_name_other(const char *path, char *out, size_t size)
{
    enum { TRIES = 1000 };
    static const char suffix[] = ".h5";
    size_t length = strlen(path);
    size_t cut = sizeof(suffix) - 1;
    bool has_suffix = length > cut && strcmp(path + length - cut, suffix) == 0;
    int stem = (int)(has_suffix ? length - cut : length);
    for (int i = 2; i < TRIES; i++) {
        int n = snprintf(out, size, "%.*s-%d%s", stem, path, i,
                         has_suffix ? suffix : "");
        if (n > 0 && (size_t)n < size && is_free(out)) {
            return true;
        }
    }
    return false;
}

/* Two that begin within a second have the same time. */
static int choose(struct record_name *name, struct error *error)
{
    char by_time[64];
    time_t now = time(NULL);
    struct tm local;
    localtime_r(&now, &local);
    strftime(by_time, sizeof(by_time), "carpus-%Y%m%d-%H%M%S.h5", &local);
    name->chosen = true;
    if (is_free(by_time)) {
        memcpy(name->path, by_time, sizeof(by_time));
        return 0;
    }
    return record_name_other(by_time, name->path, sizeof(name->path))
               ? 0
               : error_set(error, ERR_EXISTS,
                           "there are too many recordings named '%s'; name one "
                           "with -o",
                           by_time);
}

int record_name_settle(struct record_name *name, struct error *error)
{
    int err = 0;
    if (name->path[0] == '\0' || name->chosen) {
        err = choose(name, error);
    }
    if (err < 0) {
        return err;
    }
    return journal_name(name->path, name->journal, sizeof(name->journal))
               ? 0
               : error_set(error, ERR_USAGE,
                           "the name of the recording is too long");
}
