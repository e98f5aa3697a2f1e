/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Signals. Recordings in real time, many at once, get a signal at a random
 * moment of their life, from the program's start to after its end; each must
 * end with the exit status that its manual names, and with every row that was
 * in the journal or that it says is in the recording. No moment is waited for
 * and none is judged: what the journal held when the program was gone counts.
 *
 *   crash_signals CARPUS [CLASS]
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "acquire/clocks.h"
#include "tests/crash/harness.h"

enum { RUNS = 200, AT_ONCE = 40, STATUS_MAX = 6, PATH = 128 };

/* Exit statuses of the manual. */
enum {
    ALL_WELL = 0,
    NO_SAMPLES = 65,
    IO_FAILED = 74,
    STOPPED = 82,
    DEVICE_LOST = 84
};

static const int64_t MS = 1000000;
/* The second Ctrl-C: so long after the first, and then at once means this. */
enum { SECOND_LEAST_MS = 5, SECOND_MORE_MS = 60, AT_ONCE_MS = 5000 };
/* A silent device is given up after this. */
enum { GENTLE_END_MS = 1000 };

/* By the signal itself where it came before the program was ready for it; then
 * nothing may be left of a recording. */
static const struct class
{
    const char *name;
    int signal; /* 0: none, but its output's reader goes away */
    bool twice;
    const char *options;
    int span_ms; /* the moments lie in this, from the program's start */
    int statuses[STATUS_MAX]; /* that may be, the last is -1 */
} classes[] = {
    {"SIGKILL at random moments",
     SIGKILL,
     false,
     "-q --for 2.2s",
     2600,
     {ALL_WELL, -1}},
    {"SIGTERM at random moments",
     SIGTERM,
     false,
     "-q",
     2600,
     {ALL_WELL, NO_SAMPLES, -1}},
    {"SIGINT at random moments",
     SIGINT,
     false,
     "-q",
     2600,
     {ALL_WELL, NO_SAMPLES, -1}},
    {"SIGHUP at random moments",
     SIGHUP,
     false,
     "-q",
     2600,
     {ALL_WELL, NO_SAMPLES, -1}},
    {"SIGPIPE at random moments",
     SIGPIPE,
     false,
     "-q --for 2.2s",
     2600,
     {ALL_WELL, -1}},
    {"reader of the output gone at random moments",
     0,
     false,
     "--json --for 1.2s",
     1600,
     {ALL_WELL, IO_FAILED, -1}},
    /* A device that has gone silent: a gentle end would take seconds, and
     * have another status. All is well where it had ended before. */
    {"second SIGINT ends at once",
     SIGINT,
     true,
     "-q",
     1500,
     {STOPPED, NO_SAMPLES, ALL_WELL, -1}},
};

struct run {
    pid_t pid; /* 0: this place is free */
    char name[32];
    int64_t signal_ns; /* when the next is due, 0: all were sent */
    int64_t sent_ns;   /* when the last was sent, 0: none was */
    bool late;  /* this computer was so busy that a gentle end came first */
    int reader; /* of its output, -1: none */
};

struct test {
    struct harness harness;
    struct kept kept;
    const struct class *class;
    uint64_t random;
    int64_t slowest_ns; /* from the second signal to the end */
};

static int64_t draw_ns(struct test *test, int span_ms)
{
    return (int64_t)(harness_random(&test->random) %
                     ((uint64_t)span_ms * (uint64_t)MS));
}

/* A pipe for the output, of which the reader's end is kept. Returns the
 * other. */
static int make_pipe(struct run *run)
{
    int ends[2];
    if (pipe(ends) != 0) {
        return 0;
    }
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    run->reader = ends[0];
    return ends[1];
}

static void start(struct test *test, struct run *run, int number)
{
    const struct class *class = test->class;
    char arguments[256];
    run->reader = -1;
    run->sent_ns = 0;
    run->late = false;
    test->harness.output = class->signal == 0 ? make_pipe(run) : 0;
    snprintf(run->name, sizeof(run->name), "r%d.h5", number);
    snprintf(arguments, sizeof(arguments),
             "record %s -d virtual --simulate seed=4%s --rate 1667 -o %s "
             "2>%s.err",
             class->options, class->twice ? ",fault=deaf@0.05:1000" : "",
             run->name, run->name);
    int64_t now_ns = monotonic_ns();
    run->signal_ns = now_ns + 1 + draw_ns(test, class->span_ms);
    run->pid = harness_spawn(&test->harness, arguments);
    if (test->harness.output > 0) {
        close(test->harness.output);
    }
}

static void disturb(const struct test *test, struct run *run)
{
    if (test->class->signal != 0) {
        kill(run->pid, test->class->signal);
    } else {
        close(run->reader);
        run->reader = -1;
    }
}

/* Whether a signal has been sent and not yet been taken, which one that has
 * ended never will. */
static bool is_pending(pid_t pid, int number)
{
    char path[64];
    char line[128];
    unsigned long long all = 0;
    unsigned long long bits;
    bool ended = false;
    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        ended |= strncmp(line, "State:\tZ", 8) == 0;
        if (sscanf(line, "ShdPnd: %llx", &bits) == 1 ||
            sscanf(line, "SigPnd: %llx", &bits) == 1) {
            all |= bits;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return !ended && number > 0 && (all >> (number - 1) & 1) != 0;
}

/* Two that wait together would be one: the second is due some time after the
 * first has been taken. */
static void disturb_if_due(struct test *test, struct run *run)
{
    int64_t now_ns = monotonic_ns();
    if (run->signal_ns == 0 || now_ns < run->signal_ns ||
        (run->sent_ns > 0 && is_pending(run->pid, test->class->signal))) {
        return;
    }
    run->signal_ns = 0;
    if (test->class->twice && run->sent_ns == 0) {
        run->signal_ns =
            now_ns + SECOND_LEAST_MS * MS + draw_ns(test, SECOND_MORE_MS);
    }
    run->late = run->sent_ns > 0 && now_ns - run->sent_ns > GENTLE_END_MS * MS;
    run->sent_ns = now_ns;
    disturb(test, run);
}

static bool status_is_right(const struct class *class, const struct run *run,
                            int status)
{
    for (size_t i = 0; class->statuses[i] >= 0; i++) {
        if (class->statuses[i] == status) {
            return true;
        }
    }
    return (class->signal != 0 && status == 128 + class->signal) ||
           (run->late && status == DEVICE_LOST);
}

static bool is_there(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

/* What must be there by what it said. */
static bool what_it_said(const struct test *test, const char *path,
                         const char *journal, int status, char *why)
{
    bool recording = is_there(path);
    bool left = is_there(journal);
    bool killed = test->class->signal == SIGKILL && status != ALL_WELL;
    switch (status) {
    case ALL_WELL:
    case IO_FAILED:
        snprintf(why, 160, "no recording, or a journal");
        return recording && !left;
    case DEVICE_LOST: /* the late second may have met its conversion */
        snprintf(why, 160, "not one of recording and journal");
        return recording != left;
    case STOPPED:
        snprintf(why, 160, "no journal, or a recording");
        return left && !recording;
    default:
        snprintf(why, 160, "something is left");
        return killed || (!left && !recording);
    }
}

static void judge(struct test *test, struct run *run, int status)
{
    char path[PATH];
    char journal[PATH + 16];
    char command[2 * PATH];
    char why[160];
    uint64_t acknowledged;
    snprintf(path, sizeof(path), "%s/%s", test->harness.folder, run->name);
    snprintf(journal, sizeof(journal), "%s.journal", path);
    bool good = status_is_right(test->class, run, status);
    snprintf(why, sizeof(why), "not a status of the manual");
    good = good && what_it_said(test, path, journal, status, why);
    /* A program's end takes nothing of what was written. */
    uint64_t rows = harness_journal_rows(journal, &acknowledged);
    good = good && kept_session(&test->kept, path, rows, why);
    harness_point(&test->harness, good, "%s, %s: status %d: %s",
                  test->class->name, run->name, status, why);
    snprintf(command, sizeof(command), "%s.err", path);
    unlink(command);
    unlink(path);
    unlink(journal);
}

/* Looks after one; returns whether it has ended. */
static bool look_after(struct test *test, struct run *run)
{
    int status;
    disturb_if_due(test, run);
    if (waitpid(run->pid, &status, WNOHANG) != run->pid) {
        return false;
    }
    if (test->class->twice && run->signal_ns == 0) {
        int64_t took_ns = monotonic_ns() - run->sent_ns;
        test->slowest_ns =
            took_ns > test->slowest_ns ? took_ns : test->slowest_ns;
    }
    if (run->reader >= 0) {
        close(run->reader);
    }
    judge(test, run,
          WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    run->pid = 0;
    return true;
}

static void run_class(struct test *test)
{
    struct run runs[AT_ONCE] = {0};
    int total = RUNS * (int)test->harness.factor;
    int started = 0;
    test->harness.points = 0;
    test->harness.failed = 0;
    for (int ended = 0; ended < total;) {
        for (int i = 0; i < AT_ONCE; i++) {
            if (runs[i].pid > 0) {
                ended += look_after(test, &runs[i]);
            } else if (started < total) {
                start(test, &runs[i], started++);
            }
        }
        sleep_ns(MS);
    }
    if (test->class->twice) {
        harness_point(&test->harness, test->slowest_ns < AT_ONCE_MS * MS,
                      "%s: it took %.1f s", test->class->name,
                      (double)test->slowest_ns / 1e9);
    }
    harness_result(&test->harness, test->class->name,
                   "documented status, nothing written lost");
}

int main(int argc, char **argv)
{
    static struct test test;
    bool good = true;
    if (!harness_begin(&test.harness, argc > 1 ? argv[1] : NULL) ||
        chdir(test.harness.folder) != 0) {
        return 2;
    }
    test.random = test.harness.seed;
    if (harness_run(&test.harness,
                    "record -q -d virtual --simulate "
                    "seed=4,speed=max,samples=truth --rate 1667 --for 120s "
                    "-o reference.h5") != 0 ||
        !kept_load(&test.kept, "reference.h5", "truth")) {
        return 1;
    }
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        if (argc > 2 && strcmp(argv[2], classes[i].name) != 0) {
            continue;
        }
        test.class = &classes[i];
        run_class(&test);
        good &= test.harness.failed == 0;
    }
    kept_free(&test.kept);
    return harness_end(&test.harness) == 0 && good ? 0 : 1;
}
