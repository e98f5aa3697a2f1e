/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/crash/harness.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "acquire/journal.h"
#include "acquire/session.h"
#include "acquire/stream.h"
#include "tests/truth.h"

enum { WHY = 160 };

/* ---- points ---- */

static uint64_t environment_number(const char *name)
{
    const char *text = getenv(name);
    uint64_t value = text != NULL ? strtoull(text, NULL, 10) : 0;
    return value > 0 ? value : 1;
}

bool harness_begin(struct harness *harness, const char *carpus)
{
    static const char memory[] = "/dev/shm/carpus-crash-XXXXXX";
    static const char disk[] = "/tmp/carpus-crash-XXXXXX";
    char *whole = carpus != NULL ? realpath(carpus, NULL) : NULL;
    *harness = (struct harness){
        .seed = environment_number("CRASH_SEED"),
        .factor = (unsigned)environment_number("CRASH_FACTOR")};
    bool good = whole != NULL && strlen(whole) < sizeof(harness->carpus);
    if (good) {
        memcpy(harness->carpus, whole, strlen(whole) + 1);
        memcpy(harness->folder, memory, sizeof(memory));
        if (mkdtemp(harness->folder) == NULL) {
            memcpy(harness->folder, disk, sizeof(disk));
            good = mkdtemp(harness->folder) != NULL;
        }
    }
    free(whole);
    if (!good) {
        fprintf(stderr, "give the program to test\n");
    }
    return good;
}

uint64_t harness_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

bool harness_point(struct harness *harness, bool good, const char *format, ...)
{
    enum { SHOWN = 20 };
    harness->points++;
    harness->failed += good ? 0 : 1;
    if (!good && harness->failed <= SHOWN) {
        va_list arguments;
        va_start(arguments, format);
        printf("FAILED: ");
        vprintf(format, arguments);
        printf("\n");
        va_end(arguments);
    }
    return good;
}

void harness_result(struct harness *harness, const char *name,
                    const char *result)
{
    char line[256];
    if (harness->failed == 0) {
        snprintf(line, sizeof(line), "%s | %" PRIu64 " | %s\n", name,
                 harness->points, result);
    } else {
        snprintf(line, sizeof(line), "%s | %" PRIu64 " | %" PRIu64 " FAILED\n",
                 name, harness->points, harness->failed);
    }
    fputs(line, stdout);
    const char *figures = getenv("CRASH_FIGURES");
    FILE *file = figures != NULL ? fopen(figures, "a") : NULL;
    if (file != NULL) {
        fputs(line, file);
        fclose(file);
    }
}

void harness_empty(const char *folder)
{
    char *const roots[] = {(char *)(uintptr_t)folder, NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    FTSENT *entry;
    while (walk != NULL && (entry = fts_read(walk)) != NULL) {
        if (entry->fts_level > 0 && entry->fts_info != FTS_D) {
            (void)remove(entry->fts_accpath);
        }
    }
    if (walk != NULL) {
        fts_close(walk);
    }
}

int harness_end(struct harness *harness)
{
    harness_empty(harness->folder);
    rmdir(harness->folder);
    return harness->failed == 0 && harness->points > 0 ? 0 : 1;
}

/* ---- programs ---- */

/* What a shell starts in the background ignores SIGINT and SIGQUIT, and hands
 * that on; a user's program does not. A signal that comes before this must have
 * been blocked: then it waits, otherwise it would be lost. */
static void signals_as_a_user_has_them(const sigset_t *mask)
{
    static const int numbers[] = {SIGINT, SIGQUIT, SIGHUP, SIGTERM, SIGPIPE};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        signal(numbers[i], SIG_DFL);
    }
    sigprocmask(SIG_SETMASK, mask, NULL);
}

/* "exec": what is killed is the program, not the shell that started it. */
pid_t harness_spawn(const struct harness *harness, const char *arguments)
{
    char command[4096];
    snprintf(command, sizeof(command), "cd '%s' && exec '%s' %s",
             harness->folder, harness->carpus, arguments);
    fflush(stdout);
    sigset_t all;
    sigset_t mask;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &mask);
    pid_t pid = fork();
    if (pid == 0) {
        signals_as_a_user_has_them(&mask);
        if (harness->output > 0) {
            dup2(harness->output, STDOUT_FILENO);
            close(harness->output);
        }
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    sigprocmask(SIG_SETMASK, &mask, NULL);
    return pid;
}

int harness_wait(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) {
            return -1;
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int harness_run(const struct harness *harness, const char *arguments)
{
    return harness_wait(harness_spawn(harness, arguments));
}

void harness_text(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "r");
    size_t n = file != NULL ? fread(out, 1, size - 1, file) : 0;
    out[n] = '\0';
    if (file != NULL) {
        fclose(file);
    }
}

/* ---- what is kept ---- */

/* Numbers the rows: each by what came and what was lost before it. */
static uint64_t index_of_row(const struct recording_gap *gaps, size_t count,
                             uint64_t row, size_t *passed, uint64_t *lost)
{
    while (*passed < count && gaps[*passed].at_sample <= row) {
        *lost += gaps[(*passed)++].lost_samples;
    }
    return row + *lost;
}

static bool load_rows(struct kept *kept, struct recording *recording)
{
    size_t gap_count;
    const struct recording_gap *gaps = recording_gaps(recording, &gap_count);
    size_t passed = 0;
    uint64_t lost = 0;
    kept->rows = recording_rows(recording);
    kept->samples = calloc(kept->rows, sizeof(*kept->samples));
    kept->index = calloc(kept->rows, sizeof(*kept->index));
    if (kept->samples == NULL || kept->index == NULL) {
        return false;
    }
    for (uint64_t row = 0; row < kept->rows; row++) {
        kept->index[row] = index_of_row(gaps, gap_count, row, &passed, &lost);
    }
    return recording_read_raw(recording, 0, (size_t)kept->rows, kept->samples,
                              NULL) == 0;
}

bool kept_load(struct kept *kept, const char *path, const char *truth)
{
    struct recording *recording;
    struct error error = {0};
    struct truth sensor = {0};
    char why[WHY] = "";
    *kept = (struct kept){0};
    if (recording_open(path, NULL, &recording, &error) < 0) {
        printf("%s: %s\n", path, error.text);
        return false;
    }
    bool good = load_rows(kept, recording);
    if (good && truth != NULL) {
        good =
            truth_load(&sensor, truth) && truth_holds(recording, &sensor, why);
        truth_free(&sensor);
        if (!good) {
            printf("%s: not what the sensor saw: %s\n", path, why);
        }
    }
    recording_close(recording);
    return good;
}

void kept_free(struct kept *kept)
{
    free(kept->samples);
    free(kept->index);
    *kept = (struct kept){0};
}

/* Rows of the same index are equal, and the acknowledged ones are there. */
static bool compare(const struct kept *kept, const struct kept *got,
                    uint64_t acknowledged, char *why)
{
    uint64_t at = 0;
    uint64_t found = 0;
    for (uint64_t row = 0; row < got->rows; row++) {
        while (at < kept->rows && kept->index[at] < got->index[row]) {
            at++;
        }
        if (at == kept->rows || kept->index[at] != got->index[row] ||
            memcmp(kept->samples[at], got->samples[row],
                   sizeof(kept->samples[at])) != 0) {
            snprintf(why, WHY, "row %" PRIu64 " of %" PRIu64 " is false", row,
                     got->rows);
            return false;
        }
        found += kept->any || at < acknowledged ? 1 : 0;
    }
    if (found < acknowledged) {
        snprintf(why, WHY,
                 "%" PRIu64 " of %" PRIu64 " acknowledged rows are there",
                 found, acknowledged);
        return false;
    }
    return true;
}

bool kept_holds(const struct kept *kept, const char *path,
                uint64_t acknowledged, char *why)
{
    struct recording *recording;
    struct error error = {0};
    struct kept got = {0};
    if (recording_open(path, NULL, &recording, &error) < 0) {
        snprintf(why, WHY, "%.150s", error.text);
        return false;
    }
    bool good = load_rows(&got, recording);
    recording_close(recording);
    if (!good) {
        snprintf(why, WHY, "its samples cannot be read");
    }
    good = good && compare(kept, &got, acknowledged, why);
    kept_free(&got);
    return good;
}

static bool exists(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

bool kept_session(const struct kept *kept, const char *path,
                  uint64_t acknowledged, char *why)
{
    char journal[256];
    char recovered[256];
    struct session_summary summary;
    struct error error = {0};
    if (exists(path)) {
        return kept_holds(kept, path, acknowledged, why);
    }
    snprintf(recovered, sizeof(recovered), "%.200s.recovered.h5", path);
    if (!journal_name(path, journal, sizeof(journal)) || !exists(journal)) {
        snprintf(why, WHY, "neither recording nor journal is there");
        return acknowledged == 0;
    }
    int err = session_build(journal, recovered, &summary, &error);
    if (err < 0) {
        snprintf(why, WHY, "%.150s", error.text);
        return acknowledged == 0 && err == ERR_DATA;
    }
    bool good = kept_holds(kept, recovered, acknowledged, why);
    unlink(recovered);
    return good;
}

static void count_rows(struct stream *stream,
                       const struct journal_record *record)
{
    struct stream_run run;
    for (size_t done = 0; done < record->size;) {
        done +=
            stream_push(stream, record->payload + done, record->size - done);
        while (stream_next(stream, &run)) {
        }
    }
}

uint64_t harness_journal_rows(const char *journal, uint64_t *acknowledged)
{
    static struct journal_reader reader;
    struct journal_record record;
    struct journal_sync sync;
    struct stream stream;
    *acknowledged = 0;
    stream_init(&stream, 100);
    if (journal_open(&reader, journal, NULL) < 0) {
        return 0;
    }
    while (journal_next(&reader, &record, NULL) > 0) {
        if (record.type == JOURNAL_FRAMES) {
            count_rows(&stream, &record);
        } else if (record.type == JOURNAL_SYNC &&
                   journal_get_sync(&record, &sync) &&
                   sync.samples > *acknowledged) {
            *acknowledged = sync.samples;
        }
    }
    journal_reader_close(&reader);
    return stream.rows;
}
