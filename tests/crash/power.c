/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Power cuts. Four sessions are recorded with every operation on their files;
 * then they are cut off after every single operation, and at random ones with
 * loss, reordering and tearing of what was not synced, and with a journal of
 * another session behind what was written. From each state every acknowledged
 * sample must come back: those before the last sync of the journal, and those
 * that its SYNC records speak for; and none of the other session.
 *
 *   crash_power CARPUS
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/crash/disk.h"
#include "tests/crash/harness.h"

enum { STEPS = 3, WORDS = 24, TORN_STATES = 10000, AT_ONCE = 2 };

/* Words of a command; "KILL=N" before them kills it at the N-th operation. */
static const struct session {
    const char *name;
    const char *before[2]; /* run beforehand, unsupervised */
    const char *reference; /* makes reference.h5; "": the session itself */
    const char *steps[STEPS];
} sessions[] = {
    {"recorded, with events",
     {NULL},
     "record -q -d virtual --simulate seed=4,speed=max,samples=truth "
     "--rate 1667 --for 30s -o reference.h5",
     {"record -q -d virtual --simulate seed=4,speed=3 --rate 1667 --for 26s "
      "--events ../events.csv -o s.h5"}},
    {"with gaps",
     {NULL},
     "",
     {"record -q -d virtual --simulate "
      "seed=5,speed=6,samples=../truth1,fault=drop@3:2;stall@9:2;tag@15 "
      "--rate 833 --for 54s -o s.h5"}},
    {"killed, recovered",
     {NULL},
     "record -q -d virtual --simulate seed=6,speed=max,samples=truth "
     "--rate 1667 --for 20s -o reference.h5",
     {"KILL=300 record -q -d virtual --simulate seed=6,speed=3 --rate 1667 "
      "--for 20s -o s.h5",
      "recover -q --remove s.h5.journal"}},
    {"log read out, broken off twice",
     {"device log setup --by button -d virtual --simulate "
      "flash=band.flash,speed=max",
      "device log list -d virtual --simulate "
      "'flash=band.flash,speed=max,offline=130,press=5;120'"},
     "device log get 1 -q -d virtual --simulate flash=band.flash,speed=max "
     "-o reference.h5",
     {"KILL=12 device log get 1 -q -d virtual --simulate "
      "flash=../band.flash,speed=max -o s.h5",
      "KILL=12 device log get 1 -q -d virtual --simulate "
      "flash=../band.flash,speed=max -o s.h5",
      "device log get 1 -q -d virtual --simulate "
      "flash=../band.flash,speed=max -o s.h5"}},
};

enum { SESSIONS = sizeof(sessions) / sizeof(sessions[0]) };

struct test {
    struct harness harness; /* its folder is the session's own */
    const struct session *session;
    struct disk disk;
    struct kept kept;
    uint64_t *acknowledged; /* after so many operations */
    uint64_t random;
    char state[96]; /* folder in which states are made */
};

/* ---- the session ---- */

struct watch {
    struct disk *disk;
    size_t kill_at; /* 0: never */
};

static int watch(void *context, const struct call *call)
{
    struct watch *watch = context;
    (void)disk_watch(watch->disk, call);
    if (watch->kill_at > 0 && watch->disk->count >= watch->kill_at) {
        kill(call->pid, SIGKILL);
    }
    return ANSWER_GO_ON;
}

static int run_step(struct test *test, const char *step)
{
    char text[512];
    char *argv[WORDS] = {test->harness.carpus};
    char *rest = text;
    char folder[96];
    char errors[96];
    size_t n = 1;
    struct watch to_watch = {.disk = &test->disk};
    snprintf(text, sizeof(text), "%s", step);
    snprintf(folder, sizeof(folder), "%s/files", test->harness.folder);
    snprintf(errors, sizeof(errors), "%s/errors", test->harness.folder);
    for (char *word; (word = strtok_r(rest, " ", &rest)) != NULL;) {
        if (strncmp(word, "KILL=", 5) == 0) {
            to_watch.kill_at = test->disk.count + strtoull(word + 5, NULL, 10);
        } else {
            argv[n++] = word;
        }
    }
    struct supervise run = {.argv = argv,
                            .folder = folder,
                            .errors = errors,
                            .kinds = 1U << CALL_OPEN | 1U << CALL_WRITE |
                                     1U << CALL_SYNC | 1U << CALL_SPACE |
                                     1U << CALL_NAME,
                            .timeout_s = 60,
                            .hook = watch,
                            .context = &to_watch};
    return supervise_run(&run);
}

static bool make_reference(struct test *test)
{
    const struct session *session = test->session;
    const char *name =
        session->reference[0] != '\0' ? "reference.h5" : "files/s.h5";
    char path[128];
    char truth[128];
    snprintf(path, sizeof(path), "%s/%s", test->harness.folder, name);
    snprintf(truth, sizeof(truth), "%s/%s", test->harness.folder,
             session->reference[0] != '\0' ? "truth" : "truth1");
    return kept_load(&test->kept, path,
                     session->before[0] == NULL ? truth : NULL);
}

/* The journal of another session, which is removed before ours begins: as it
 * is the first one, the same blocks of the disk are likely to be ours. */
static bool make_stale(struct test *test)
{
    enum { MOST = 1 << 20 };
    char path[128];
    uint8_t *bytes = malloc(MOST);
    snprintf(path, sizeof(path), "%s/files/old.h5.journal",
             test->harness.folder);
    (void)run_step(test, "KILL=250 record -q -d virtual --simulate "
                         "seed=99,speed=max --rate 1667 --for 60s -o old.h5");
    FILE *file = fopen(path, "rb");
    disk_free(&test->disk);
    if (file == NULL || bytes == NULL) {
        abort();
    }
    test->disk.stale = bytes;
    test->disk.stale_size = fread(bytes, 1, MOST, file);
    fclose(file);
    unlink(path);
    return test->disk.stale_size > MOST / 4;
}

static bool make_session(struct test *test)
{
    const struct session *session = test->session;
    const struct harness *harness = &test->harness;
    char events[128];
    char folder[128];
    snprintf(events, sizeof(events), "%s/events.csv", harness->folder);
    snprintf(folder, sizeof(folder), "%s/files", harness->folder);
    snprintf(test->state, sizeof(test->state), "%s/state", harness->folder);
    FILE *file = fopen(events, "w");
    if (file == NULL || fputs("start_s,end_s,label\n1,2,reach\n", file) < 0 ||
        fclose(file) != 0 || mkdir(folder, 0777) != 0 ||
        mkdir(test->state, 0777) != 0) {
        return false;
    }
    for (size_t i = 0; i < 2 && session->before[i] != NULL; i++) {
        char quiet[512];
        snprintf(quiet, sizeof(quiet), "%s >/dev/null", session->before[i]);
        if (harness_run(harness, quiet) != 0) {
            return false;
        }
    }
    if (session->reference[0] != '\0' &&
        harness_run(harness, session->reference) != 0) {
        return false;
    }
    if (!make_stale(test)) {
        return false;
    }
    /* A busy computer writes more at a time: then it may end before it is
     * killed. What counts is that there is a recording. */
    for (size_t i = 0; i < STEPS && session->steps[i] != NULL; i++) {
        (void)run_step(test, session->steps[i]);
    }
    char made[160];
    snprintf(made, sizeof(made), "%s/s.h5", folder);
    return access(made, F_OK) == 0 && !test->disk.lost_track &&
           make_reference(test);
}

/* ---- every prefix ---- */

static bool is_journal(const struct test *test, size_t file)
{
    for (size_t i = 0; i < test->disk.name_count; i++) {
        if (test->disk.names[i].file == file) {
            return strstr(test->disk.names[i].name, ".journal") != NULL;
        }
    }
    return false;
}

/* How many rows are acknowledged once the first `count` operations have been
 * done, of which a replay is at hand. False if a SYNC record speaks for rows
 * that no sync was asked for. */
static bool acknowledge(struct test *test, size_t count, uint64_t *synced)
{
    char journal[128];
    uint64_t claimed;
    snprintf(journal, sizeof(journal), "%s/s.h5.journal", test->state);
    const struct disk_op *last = &test->disk.ops[count - 1];
    uint64_t rows = harness_journal_rows(journal, &claimed);
    if (last->kind == DISK_SYNC && is_journal(test, last->file)) {
        *synced = rows > *synced ? rows : *synced;
    }
    uint64_t now = claimed > *synced ? claimed : *synced;
    uint64_t before = test->acknowledged[count - 1];
    test->acknowledged[count] = now > before ? now : before;
    return claimed <= *synced;
}

static void try_prefixes(struct test *test)
{
    struct harness *harness = &test->harness;
    char path[128];
    char why[160] = "";
    uint64_t synced = 0;
    snprintf(path, sizeof(path), "%s/s.h5", test->state);
    for (size_t count = 1; count <= test->disk.count; count++) {
        bool good = disk_replay(&test->disk, count, DISK_LOSE_NOTHING,
                                &test->random, test->state);
        snprintf(why, sizeof(why), good ? "" : "cannot be replayed");
        if (good && !acknowledge(test, count, &synced)) {
            snprintf(why, sizeof(why), "a SYNC record was premature");
            good = false;
        }
        good = good &&
               kept_session(&test->kept, path, test->acknowledged[count], why);
        harness_point(harness, good, "%s, after %zu of %zu operations: %s",
                      test->session->name, count, test->disk.count, why);
        harness_empty(test->state);
    }
    /* It has ended: everything is acknowledged. */
    harness_point(harness, synced > 0, "%s: nothing was ever acknowledged",
                  test->session->name);
}

/* ---- loss, reordering, tearing ---- */

static void try_torn(struct test *test)
{
    struct harness *harness = &test->harness;
    char path[128];
    size_t states = TORN_STATES / SESSIONS * harness->factor;
    snprintf(path, sizeof(path), "%s/s.h5", test->state);
    for (size_t i = 0; i < states; i++) {
        char why[160] = "";
        uint64_t seed = test->random;
        size_t count =
            1 + (size_t)(harness_random(&test->random) % test->disk.count);
        enum disk_loss loss =
            DISK_LOSE_ALL + (enum disk_loss)(harness_random(&test->random) %
                                             (DISK_LOSSES - DISK_LOSE_ALL));
        bool good =
            disk_replay(&test->disk, count, loss, &test->random, test->state);
        snprintf(why, sizeof(why), good ? "" : "cannot be replayed");
        good = good &&
               kept_session(&test->kept, path, test->acknowledged[count], why);
        harness_point(harness, good,
                      "%s, after %zu of %zu operations, loss %d, seed %llu: %s",
                      test->session->name, count, test->disk.count, (int)loss,
                      (unsigned long long)seed, why);
        harness_empty(test->state);
    }
}

/* ---- all sessions ---- */

struct counts {
    uint64_t points[2];
    uint64_t failed[2];
};

static void run_session(const struct harness *harness, size_t number,
                        struct counts *counts)
{
    static struct test test;
    test.harness = *harness;
    test.session = &sessions[number];
    test.random = harness->seed + number;
    snprintf(test.harness.folder, sizeof(test.harness.folder), "%.40s/%zu",
             harness->folder, number);
    if (mkdir(test.harness.folder, 0777) != 0 || !make_session(&test)) {
        char errors[1024];
        char path[128];
        snprintf(path, sizeof(path), "%s/errors", test.harness.folder);
        harness_text(path, errors, sizeof(errors));
        printf("%s: the session itself failed: %s\n", test.session->name,
               errors);
        counts->failed[0] = counts->failed[1] = 1;
        return;
    }
    test.acknowledged = calloc(test.disk.count + 1, sizeof(*test.acknowledged));
    if (test.acknowledged == NULL) {
        abort();
    }
    for (size_t part = 0; part < 2; part++) {
        test.harness.points = 0;
        test.harness.failed = 0;
        (part == 0 ? try_prefixes : try_torn)(&test);
        counts->points[part] = test.harness.points;
        counts->failed[part] = test.harness.failed;
    }
    printf("%s: %zu operations, %llu rows\n", test.session->name,
           test.disk.count,
           (unsigned long long)test.acknowledged[test.disk.count]);
    disk_free(&test.disk);
    kept_free(&test.kept);
    free(test.acknowledged);
}

static void run_sessions(const struct harness *harness, struct counts *counts)
{
    size_t started = 0;
    fflush(stdout);
    for (size_t running = 0; started < SESSIONS || running > 0;) {
        if (started < SESSIONS && running < AT_ONCE) {
            if (fork() == 0) {
                run_session(harness, started, &counts[started]);
                fflush(stdout);
                _exit(0);
            }
            started++;
            running++;
        } else if (wait(NULL) > 0) {
            running--;
        }
    }
}

int main(int argc, char **argv)
{
    static const char *const classes[][2] = {
        {"every prefix of the writes of four sessions",
         "no acknowledged sample lost, all recovered"},
        {"loss, reordering and tearing since the last sync",
         "no acknowledged sample lost, all recovered"}};
    struct harness harness;
    bool all_good = true;
    struct counts *counts =
        mmap(NULL, SESSIONS * sizeof(*counts), PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (counts == MAP_FAILED ||
        !harness_begin(&harness, argc > 1 ? argv[1] : NULL)) {
        return 2;
    }
    run_sessions(&harness, counts);
    for (size_t part = 0; part < 2; part++) {
        harness.points = 0;
        harness.failed = 0;
        for (size_t i = 0; i < SESSIONS; i++) {
            harness.points += counts[i].points[part];
            harness.failed += counts[i].failed[part];
        }
        harness_result(&harness, classes[part][0], classes[part][1]);
        all_good &= harness.failed == 0 && harness.points > 0;
    }
    return harness_end(&harness) == 0 && all_good ? 0 : 1;
}
