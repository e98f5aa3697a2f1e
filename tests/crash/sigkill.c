/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Kills `carpus record` at random moments of real-time recordings, several at
 * once, and holds `carpus recover` to its word: all samples up to at most one
 * second before the kill, every one equal to what the same seed gives when it
 * is not disturbed.
 *
 *   crash_sigkill CARPUS [SEED]
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "acquire/clocks.h"
#include "acquire/recording.h"
#include "tests/truth.h"

enum { RUNS = 50, AT_ONCE = 10, RATE_HZ = 1667, LONGEST_S = 5 };

/* What may be lost before the kill. */
static const double ALLOWED_S = 1;

struct run {
    pid_t pid;
    char path[64];
    char journal[80];
    int64_t wait_ns;    /* from the journal's appearance to the kill */
    int64_t started_ns; /* when the journal was seen, 0: not yet */
    int64_t killed_ns;
};

/* splitmix64: the same moments for the same seed, on every system. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

/* "exec": what is killed is the program, not the shell that started it. */
static pid_t spawn(const char *carpus, const char *arguments)
{
    char command[4096 + 256];
    snprintf(command, sizeof(command), "exec '%s' %s", carpus, arguments);
    pid_t pid = fork();
    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    return pid;
}

static int run_to_end(const char *carpus, const char *arguments)
{
    int status = -1;
    pid_t pid = spawn(carpus, arguments);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void start(struct run *run, const char *carpus, uint64_t *random,
                  int number)
{
    snprintf(run->path, sizeof(run->path), "r%d.h5", number);
    snprintf(run->journal, sizeof(run->journal), "r%d.h5.journal", number);
    run->started_ns = 0;
    run->killed_ns = 0;
    run->wait_ns =
        20000000 + (int64_t)(next_random(random) % (LONGEST_S * 1000000000ULL));
    char arguments[256];
    snprintf(arguments, sizeof(arguments),
             "record -q --device virtual --simulate seed=4 --rate %d -o %s",
             RATE_HZ, run->path);
    run->pid = spawn(carpus, arguments);
}

/* Kills it when its time has come; returns whether it has. */
static bool look_at(struct run *run)
{
    struct stat status;
    if (run->killed_ns != 0) {
        return true;
    }
    if (run->started_ns == 0) {
        run->started_ns = stat(run->journal, &status) == 0 ? monotonic_ns() : 0;
    } else if (monotonic_ns() >= run->started_ns + run->wait_ns) {
        run->killed_ns = monotonic_ns();
        kill(run->pid, SIGKILL);
        waitpid(run->pid, NULL, 0);
        return true;
    }
    return false;
}

static bool check_recording(const struct run *run, const struct truth *truth,
                            double elapsed_s)
{
    struct recording *recording = NULL;
    char why[128] = "";
    if (recording_open(run->path, NULL, &recording, NULL) < 0) {
        printf("%s: cannot be opened\n", run->path);
        return false;
    }
    size_t gaps;
    (void)recording_gaps(recording, &gaps);
    double kept_s = (double)recording_rows(recording) / RATE_HZ;
    bool good = gaps == 0 && truth_holds(recording, truth, why) &&
                kept_s >= elapsed_s - ALLOWED_S;
    printf("%s: killed after %.3f s, %.3f s kept, %zu gaps %s %s\n", run->path,
           elapsed_s, kept_s, gaps, why, good ? "ok" : "FAILED");
    recording_close(recording);
    return good;
}

static bool check_run(const struct run *run, const char *carpus,
                      const struct truth *truth)
{
    enum { NO_SAMPLES = 65 };
    char arguments[256];
    snprintf(arguments, sizeof(arguments), "recover -q %s", run->journal);
    double elapsed_s = (double)(run->killed_ns - run->started_ns) / 1e9;
    int status = run_to_end(carpus, arguments);
    bool good = false;
    if (status == 0) {
        good = check_recording(run, truth, elapsed_s);
    } else {
        /* So early that nothing needs to be there yet. */
        good = status == NO_SAMPLES && elapsed_s < ALLOWED_S;
        printf("%s: killed after %.3f s, recover says %d %s\n", run->path,
               elapsed_s, status, good ? "ok" : "FAILED");
    }
    unlink(run->path);
    unlink(run->journal);
    return good;
}

static int run_batch(const char *carpus, uint64_t *random, int first,
                     const struct truth *truth)
{
    struct run runs[AT_ONCE];
    int good = 0;
    int killed = 0;
    for (int i = 0; i < AT_ONCE; i++) {
        start(&runs[i], carpus, random, first + i);
    }
    while (killed < AT_ONCE) {
        killed = 0;
        for (int i = 0; i < AT_ONCE; i++) {
            killed += look_at(&runs[i]);
        }
        sleep_ns(1000000);
    }
    for (int i = 0; i < AT_ONCE; i++) {
        good += check_run(&runs[i], carpus, truth);
    }
    return good;
}

static bool make_truth(const char *carpus, struct truth *truth)
{
    char arguments[256];
    snprintf(arguments, sizeof(arguments),
             "record -q --device virtual --simulate "
             "seed=4,speed=max,samples=truth --rate %d --for %ds -o truth.h5",
             RATE_HZ, 2 * LONGEST_S);
    return run_to_end(carpus, arguments) == 0 && truth_load(truth, "truth");
}

int main(int argc, char **argv)
{
    char folder[] = "/tmp/carpus-sigkill-XXXXXX";
    struct truth truth = {0};
    char *carpus = argc > 1 ? realpath(argv[1], NULL) : NULL;
    uint64_t random = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    int good = 0;
    if (carpus == NULL || mkdtemp(folder) == NULL || chdir(folder) != 0) {
        fprintf(stderr, "usage: crash_sigkill CARPUS [SEED]\n");
        free(carpus);
        return 2;
    }
    if (make_truth(carpus, &truth)) {
        for (int i = 0; i < RUNS; i += AT_ONCE) {
            good += run_batch(carpus, &random, i, &truth);
        }
    }
    printf("%d of %d killed recordings recovered\n", good, RUNS);
    truth_free(&truth);
    free(carpus);
    unlink("truth");
    unlink("truth.h5");
    if (chdir("/") == 0) {
        rmdir(folder);
    }
    return good == RUNS ? 0 : 1;
}
