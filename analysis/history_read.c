/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/history_read.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analysis/adherence_guided.h"
#include "analysis/folder.h"

enum {
    SECONDS_A_DAY = 86400,
    DAY_FIRST = 10957, /* 2000-01-01: no recording is older */
};

/* What is known of a file before it is analysed. */
struct session_file {
    const char *path;
    int64_t day;
    bool says_week; /* of the programme, by itself */
    bool is_wanted;
    struct error error;
};

struct reading {
    const struct history_options *options;
    struct history *history;
    struct session_file *file;
    size_t count;
};

/* ---- first: whose, and of which day ---- */

struct looking {
    struct session_file *file;
    const char *participant; /* NULL: any */
    const struct history *history;
};

/* A computer whose clock was wrong gives weeks that nobody lived. */
static int check_day(const struct session_file *file,
                     const struct history *history, struct error *error)
{
    char date[HISTORY_DATE];
    history_date(file->day, date);
    if (file->day < DAY_FIRST ||
        file->day > (int64_t)(time(NULL) / SECONDS_A_DAY) + 1) {
        return error_set(error, ERR_DATA,
                         "'%s' says that it was recorded on %s, which cannot "
                         "be: the computer's clock was wrong",
                         file->path, date);
    }
    return !history->has_start || file->day >= history->start
               ? 0
               : error_set(error, ERR_DATA, "'%s' is of %s, before --start",
                           file->path, date);
}

static int look_at(void *self, struct recording *recording, size_t count,
                   struct error *error)
{
    (void)count;
    const struct looking *looking = self;
    struct session_file *file = looking->file;
    const struct recording_info *info = recording_info(recording);
    size_t events;
    const struct recording_event *event = recording_events(recording, &events);
    struct programme_event mark;
    file->says_week = guided_programme(event, events, &mark);
    file->is_wanted = looking->participant == NULL ||
                      strcmp(looking->participant, info->participant) == 0;
    if (!file->is_wanted) {
        return 0;
    }
    return history_day(info->created_utc, &file->day)
               ? check_day(file, looking->history, error)
               : error_set(error, ERR_DATA,
                           "'%s' does not say when it was recorded",
                           file->path);
}

static void look(const struct history_options *options,
                 const struct history *history, const struct folder_file *from,
                 struct session_file *file)
{
    *file = (struct session_file){.path = from->path, .is_wanted = true};
    if (from->number != 0) {
        error_from_errno(&file->error, from->number, "cannot read '%s'",
                         from->path);
        return;
    }
    struct looking looking = {file, options->participant, history};
    recording_each(from->path, &options->analyse.import,
                   (struct recording_visitor){look_at, &looking}, &file->error);
}

static int by_day(const void *a, const void *b)
{
    const struct session_file *x = a;
    const struct session_file *y = b;
    int days = (x->day > y->day) - (x->day < y->day);
    return days != 0 ? days : strcmp(x->path, y->path);
}

/* ---- then: what is in them ---- */

static int take(void *self, const struct summary *summary, size_t count,
                struct error *error)
{
    (void)count;
    return history_add(self, summary, error);
}

static void analyse(const struct reading *reading, struct session_file *file)
{
    struct analyse_options options = reading->options->analyse;
    if (options.week == 0 && !file->says_week) {
        options.week = history_week_number(reading->history, file->day);
    }
    analyse_file(file->path, &options,
                 (struct analyse_taker){take, reading->history}, &file->error);
}

static int nothing(const struct reading *reading, size_t others,
                   struct error *error)
{
    const struct history_options *options = reading->options;
    return others > 0 ? error_set(error, ERR_NO_INPUT,
                                  "no session in '%s' is of participant '%s'",
                                  options->folder, options->participant)
                      : error_set(error, ERR_DATA,
                                  "no session in '%s' can be taken into a "
                                  "history",
                                  options->folder);
}

static int read_files(const struct reading *reading, struct error *error)
{
    size_t failed = 0;
    size_t others = 0;
    for (size_t i = 0; i < reading->count; i++) {
        struct session_file *file = &reading->file[i];
        others += !file->is_wanted;
        if (file->is_wanted && file->error.code == 0) {
            analyse(reading, file);
        }
        if (file->error.code != 0) {
            reading->options->left_out(&file->error);
            failed++;
        }
    }
    if (reading->history->session_count == 0) {
        return nothing(reading, others, error);
    }
    int err = history_settle(reading->history, error);
    return err < 0 || failed == 0 ? err
                                  : error_set(error, ERR_SOME_FAILED,
                                              "%zu of %zu files were left out",
                                              failed, reading->count);
}

/* ---- both ---- */

/* The programme that is asked for, and the day on which it began. */
static int prepare(const struct reading *reading, struct error *error)
{
    const struct history_options *options = reading->options;
    struct history *history = reading->history;
    if (options->start != NULL) {
        int err = history_start(history, options->start, error);
        if (err < 0) {
            return err;
        }
    }
    if (options->analyse.programme == NULL) {
        return 0;
    }
    struct programme *programme;
    int err = programme_read(options->analyse.programme, &programme, error);
    if (err == 0 && history_use_programme(history, programme) < 0) {
        err = error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    return err;
}

static int read_all(struct reading *reading, const struct folder *folder,
                    struct error *error)
{
    int err = prepare(reading, error);
    if (err < 0) {
        return err;
    }
    for (; reading->count < folder->count; reading->count++) {
        look(reading->options, reading->history, &folder->file[reading->count],
             &reading->file[reading->count]);
    }
    qsort(reading->file, reading->count, sizeof(*reading->file), by_day);
    return read_files(reading, error);
}

int history_read(const struct history_options *options, struct history *history,
                 struct error *error)
{
    struct folder folder;
    int err = folder_find(&folder, options->folder, NULL, error);
    if (err == 0) {
        struct reading reading = {options, history, NULL, 0};
        reading.file = calloc(folder.count, sizeof(*reading.file));
        err = reading.file != NULL
                  ? read_all(&reading, &folder, error)
                  : error_set(error, ERR_NO_MEMORY, "out of memory");
        free(reading.file);
    }
    folder_free(&folder);
    return err;
}
