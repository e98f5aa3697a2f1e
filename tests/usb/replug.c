/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The shipped `carpus record` with the real libusb, on an emulated USB
 * (usbfs.h): the cable is pulled at every moment and put in again, and what was
 * recorded is held to what the sensor took.
 *
 *   umockdev-wrapper usb_replug CARPUS states [PART OF]|cycles N|two
 *
 * PART of OF: only each OF-th state, so that several may run at once. Time that
 * this process was ready to run and was not let is not counted: so that a busy
 * computer does not fail. Prints "N passed, M failed".
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

#include "acquire/clocks.h"
#include "acquire/error.h"
#include "tests/usb/usbfs.h"

#define FILE_NAME "r.h5"
#define JOURNAL_NAME FILE_NAME ".journal"
#define NS_PER_MS INT64_C(1000000)

enum { LOOK_MS = 1, HANG_LOOKS = 60000, TEXT = 2048 };

/* Ends by SIGINT. */
static const char LONG[] = "2h";

/* What a wristband that is back may need until it sends again. */
static const int64_t RESUME_NS = 2000 * NS_PER_MS;

static const char *carpus;
static struct usbfs *usbfs;
static struct band band;
static int64_t slowest_ns; /* from plugging in to data */
static int64_t late_ns;    /* this process was kept from running */

static struct {
    int passed;
    int failed;
} tally;

static void count(bool good, const char *what, const char *why)
{
    tally.passed += good;
    tally.failed += !good;
    if (!good) {
        printf("FAILED %s: %s\n", what, why);
    }
}

/* ---- the recorder ---- */

struct recorder {
    pid_t pid;
    bool ended;
    int status;
    char said[TEXT / 2];
};

static void start(struct recorder *r, const char *file, const char *for_text)
{
    char log[64];
    snprintf(log, sizeof(log), "%s.txt", file);
    *r = (struct recorder){0};
    r->pid = fork();
    if (r->pid == 0) {
        int out = open(log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        dup2(out, STDERR_FILENO);
        dup2(out, STDOUT_FILENO);
        execl(carpus, "carpus", "record", "-q", "--rate", "1667", "-o", file,
              "--for", for_text, (char *)NULL);
        _exit(127);
    }
}

static void look(struct recorder *r)
{
    int status;
    int64_t begin_ns = monotonic_ns();
    sleep_ns(LOOK_MS * NS_PER_MS);
    late_ns += monotonic_ns() - begin_ns - LOOK_MS * NS_PER_MS;
    g_main_context_iteration(NULL, FALSE);
    if (!r->ended && waitpid(r->pid, &status, WNOHANG) == r->pid) {
        r->ended = true;
        r->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
}

/* Waits until the recorder has ended, and keeps what it said. */
static void finish(struct recorder *r, const char *file)
{
    char log[64];
    for (int looks = 0; !r->ended; looks++) {
        look(r);
        if (looks > HANG_LOOKS) {
            kill(r->pid, SIGKILL);
        }
    }
    snprintf(log, sizeof(log), "%s.txt", file);
    FILE *said = fopen(log, "r");
    if (said != NULL) {
        size_t n = fread(r->said, 1, sizeof(r->said) - 1, said);
        r->said[n] = '\0';
        fclose(said);
    }
    unlink(log);
}

/* Waits until the moment comes; false if the recorder ends first. */
static bool await(struct recorder *r, enum usbfs_moment moment)
{
    while (!r->ended && !usbfs_came(usbfs, moment)) {
        look(r);
    }
    return !r->ended;
}

static bool await_pull(struct recorder *r)
{
    while (!r->ended && !usbfs_pulled(usbfs)) {
        look(r);
    }
    return !r->ended;
}

/* Has it end as a user would. */
static void interrupt(struct recorder *r)
{
    if (!r->ended) {
        kill(r->pid, SIGINT);
    }
}

static void pause_ms(struct recorder *r, int ms)
{
    int64_t end_ns = monotonic_ns() + ms * NS_PER_MS;
    while (!r->ended && monotonic_ns() < end_ns) {
        look(r);
    }
}

/* Puts the cable in, and waits until there is data. */
static bool plug_and_await_data(struct recorder *r)
{
    int64_t plugged_ns = monotonic_ns();
    int64_t late_before_ns = late_ns;
    usbfs_plug(usbfs, &band);
    bool came = await(r, USBFS_DATA);
    if (came) {
        int64_t took_ns =
            usbfs_data_ns(usbfs) - plugged_ns - (late_ns - late_before_ns);
        slowest_ns = took_ns > slowest_ns ? took_ns : slowest_ns;
    }
    return came;
}

/* ---- what was recorded ---- */

enum outcome {
    NO_FILE, /* nothing was recorded, and nothing is left */
    WHOLE,   /* nothing is lost */
    GAPS,    /* what is lost is */
    TAIL,    /* what it would have sent to the end is a gap behind the rows */
    LAST,    /* so may be what it had left when it was to stop */
};

/* Checks all that must hold of what the recorder left. */
static bool check(const struct recorder *r, int status, enum outcome outcome,
                  size_t gaps, char why[TEXT])
{
    struct band_account account = {0};
    char detail[BAND_WHY] = "";
    bool file = access(FILE_NAME, F_OK) == 0;
    bool journal = access(JOURNAL_NAME, F_OK) == 0;
    bool holds = !file || band_holds(&band, FILE_NAME, &account, detail);
    uint64_t given = usbfs_given(usbfs);
    size_t inner = (size_t)account.gaps - (account.tail > 0 ? 1 : 0);
    bool good = r->status == status && holds && !journal &&
                file == (outcome != NO_FILE) && inner == gaps &&
                (outcome == LAST || (outcome == TAIL) == (account.tail > 0));
    if (outcome != NO_FILE) {
        /* All that was given to the recorder is in its file. */
        good = good && account.rows == given;
    }
    if (account.gaps > 0) {
        good = good && account.causes == GAP_UNPLUGGED;
    }
    snprintf(why, TEXT,
             "status %d for %d, file %d, journal %d, %s; %llu rows of %llu, "
             "%llu gaps, %llu lost, causes %x; %s",
             r->status, status, file, journal, detail,
             (unsigned long long)account.rows, (unsigned long long)given,
             (unsigned long long)account.gaps, (unsigned long long)account.lost,
             account.causes, r->said);
    return good;
}

/* ---- every state ---- */

static const int NO_DEVICE_STATUS = 69;
static const int LOST_STATUS = 81;
static const int DEVICE_LOST_STATUS = 84;

struct state {
    enum usbfs_moment at;       /* the cable is pulled */
    enum usbfs_moment again_at; /* and once more, as it comes back */
    int away_ms;                /* -1: it does not come back */
    bool loses_power;
    int status;
    enum outcome outcome;
    size_t gaps;
};

/* While it is set up nothing is waited for: nothing has been recorded yet. */
static const struct state states[] = {
    {USBFS_NEVER, 0, 0, false, 0, WHOLE, 0},
    {USBFS_OPEN, 0, -1, false, DEVICE_LOST_STATUS, NO_FILE, 0},
    {USBFS_CLAIM, 0, -1, false, DEVICE_LOST_STATUS, NO_FILE, 0},
    {USBFS_CLEAR, 0, -1, false, DEVICE_LOST_STATUS, NO_FILE, 0},
    {USBFS_INFO, 0, -1, false, DEVICE_LOST_STATUS, NO_FILE, 0},
    {USBFS_CONFIGURE, 0, -1, false, DEVICE_LOST_STATUS, NO_FILE, 0},
    {USBFS_START, 0, -1, false, DEVICE_LOST_STATUS, NO_FILE, 0},
    {USBFS_DATA, 0, 300, false, 0, WHOLE, 0},
    {USBFS_DATA, 0, 300, true, LOST_STATUS, GAPS, 1},
    {USBFS_DATA, 0, 0, false, 0, WHOLE, 0},
    {USBFS_DATA, 0, 0, true, LOST_STATUS, GAPS, 1},
    {USBFS_DATA, 0, -1, false, DEVICE_LOST_STATUS, TAIL, 0},
    {USBFS_DATA, USBFS_OPEN, 300, false, 0, WHOLE, 0},
    {USBFS_DATA, USBFS_OPEN, 300, true, LOST_STATUS, GAPS, 1},
    {USBFS_DATA, USBFS_CLAIM, 300, false, 0, WHOLE, 0},
    {USBFS_DATA, USBFS_CLAIM, 300, true, LOST_STATUS, GAPS, 1},
    {USBFS_DATA, USBFS_CLEAR, 300, false, 0, WHOLE, 0},
    {USBFS_DATA, USBFS_CLEAR, 300, true, LOST_STATUS, GAPS, 1},
    {USBFS_DATA, USBFS_CLOCK, 300, false, 0, WHOLE, 0},
    {USBFS_DATA, USBFS_CLOCK, 300, true, LOST_STATUS, GAPS, 1},
    {USBFS_DATA, USBFS_CONFIGURE, 300, true, LOST_STATUS, GAPS, 1},
    {USBFS_DATA, USBFS_START, 300, true, LOST_STATUS, GAPS, 1},
    {USBFS_DATA, USBFS_DATA, 300, false, 0, WHOLE, 0},
    {USBFS_DATA, USBFS_DATA, 300, true, LOST_STATUS, GAPS, 1},
    {USBFS_CLOCK, 0, 300, false, 0, WHOLE, 0},
    {USBFS_CLOCK, 0, 300, true, LOST_STATUS, GAPS, 1},
    {USBFS_STOP, 0, -1, false, DEVICE_LOST_STATUS, LAST, 0},
    {USBFS_DRAIN, 0, -1, false, DEVICE_LOST_STATUS, LAST, 0},
};

static void pull(const struct state *state)
{
    usbfs_unplug(usbfs);
    if (state->loses_power) {
        band_reset(&band);
    }
}

/* True if the moment is meant once it streams; some come before that, too. */
static bool streams_at(enum usbfs_moment moment)
{
    return moment == USBFS_DATA || moment == USBFS_CLOCK ||
           moment == USBFS_STOP || moment == USBFS_DRAIN;
}

/* Plays the part of the hand at the cable. */
static void play(const struct state *state, struct recorder *r)
{
    enum { STREAMS_MS = 250 };
    if (streams_at(state->at) || state->at == USBFS_NEVER) {
        (void)await(r, USBFS_DATA);
        pause_ms(r, STREAMS_MS);
        usbfs_pull_at(usbfs, state->at);
    }
    if (state->at == USBFS_NEVER) {
        return;
    }
    if (state->at == USBFS_STOP || state->at == USBFS_DRAIN) {
        interrupt(r);
    }
    (void)await_pull(r);
    pull(state);
    if (state->away_ms < 0) {
        pause_ms(r, STREAMS_MS);
        return;
    }
    pause_ms(r, state->away_ms);
    if (state->again_at != USBFS_NEVER) {
        usbfs_pull_at(usbfs, state->again_at);
        usbfs_plug(usbfs, &band);
        (void)await_pull(r);
        pull(state);
        pause_ms(r, state->away_ms);
    }
    (void)plug_and_await_data(r);
    pause_ms(r, STREAMS_MS);
}

static void begin(void)
{
    usbfs = usbfs_new();
    band_begin(&band, "W0001");
    unlink(FILE_NAME);
    unlink(JOURNAL_NAME);
}

static void end(void)
{
    usbfs_free(usbfs);
    band_end(&band);
}

static void run_state(const struct state *state)
{
    struct recorder r;
    char what[160];
    char why[TEXT];
    begin();
    usbfs_plug(usbfs, &band);
    if (!streams_at(state->at)) {
        usbfs_pull_at(usbfs, state->at);
    }
    start(&r, FILE_NAME, LONG);
    play(state, &r);
    interrupt(&r);
    finish(&r, FILE_NAME);
    bool good = check(&r, state->status, state->outcome, state->gaps, why);
    snprintf(what, sizeof(what),
             "pulled at %s, again at %s, away %d ms, power %s",
             usbfs_moment_name(state->at), usbfs_moment_name(state->again_at),
             state->away_ms, state->loses_power ? "lost" : "kept");
    count(good, what, why);
    end();
}

/* There is none when the recorder begins. */
static void run_absent(void)
{
    struct recorder r;
    char why[TEXT];
    begin();
    start(&r, FILE_NAME, "1s");
    finish(&r, FILE_NAME);
    count(check(&r, NO_DEVICE_STATUS, NO_FILE, 0, why), "not there", why);
    end();
}

/* What comes back is another one: the recording does not go on with it. */
static void run_another(void)
{
    enum { LOOKS_MS = 1000 };
    struct recorder r;
    struct band other;
    char why[TEXT];
    begin();
    band_begin(&other, "W0002");
    usbfs_plug(usbfs, &band);
    start(&r, FILE_NAME, LONG);
    (void)await(&r, USBFS_DATA);
    usbfs_unplug(usbfs);
    usbfs_plug(usbfs, &other);
    (void)await(&r, USBFS_OPEN);
    pause_ms(&r, LOOKS_MS);
    interrupt(&r);
    finish(&r, FILE_NAME);
    bool good = check(&r, DEVICE_LOST_STATUS, TAIL, 0, why) &&
                !usbfs_came(usbfs, USBFS_START);
    count(good, "another comes back", why);
    band_end(&other);
    end();
}

static void run_states(long part, long of)
{
    for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
        if ((long)i % of == part) {
            run_state(&states[i]);
        }
    }
    if (part == 0) {
        run_absent();
        run_another();
    }
    count(slowest_ns <= RESUME_NS, "resumes in time", "more than 2 s");
    printf("slowest resumption %.2f s\n", (double)slowest_ns * 1e-9);
}

/* ---- many times ---- */

/* One recording, N times out and in. Every other time it loses power. */
static void run_cycles(int cycles)
{
    struct recorder r;
    char why[TEXT];
    size_t resets = 0;
    GRand *random = g_rand_new_with_seed(1);
    begin();
    usbfs_plug(usbfs, &band);
    start(&r, FILE_NAME, LONG);
    bool good = await(&r, USBFS_DATA);
    for (int i = 0; i < cycles && good; i++) {
        pause_ms(&r, g_rand_int_range(random, 30, 200));
        if (i % 4 < 2) {
            usbfs_pull_at(usbfs, USBFS_DATA);
            (void)await_pull(&r);
        }
        usbfs_unplug(usbfs);
        if (i % 2 == 0) {
            band_reset(&band);
            resets++;
        }
        pause_ms(&r, g_rand_int_range(random, 0, 300));
        good = plug_and_await_data(&r);
        count(good, "cycle", "the recorder has ended");
    }
    interrupt(&r);
    finish(&r, FILE_NAME);
    count(check(&r, LOST_STATUS, GAPS, resets, why), "the recording", why);
    count(slowest_ns <= RESUME_NS, "resumes in time", "more than 2 s");
    printf("slowest resumption %.2f s of %d\n", (double)slowest_ns * 1e-9,
           cycles);
    g_rand_free(random);
    end();
}

/* ---- two recorders ---- */

static void run_two(void)
{
    struct recorder first;
    struct recorder second;
    char why[TEXT];
    char owner[64];
    begin();
    usbfs_plug(usbfs, &band);
    start(&first, FILE_NAME, LONG);
    (void)await(&first, USBFS_DATA);
    start(&second, "second.h5", "1s");
    finish(&second, "second.h5");
    snprintf(owner, sizeof(owner), "in use by process %ld (carpus)",
             (long)first.pid);
    count(second.status == 75 && strstr(second.said, owner) != NULL,
          "second recorder is told who has the wristband", second.said);
    count(access("second.h5", F_OK) != 0, "second recorder leaves nothing", "");
    interrupt(&first);
    finish(&first, FILE_NAME);
    count(check(&first, 0, WHOLE, 0, why), "first recorder is not disturbed",
          why);
    end();
}

int main(int argc, char **argv)
{
    char folder[] = "/tmp/carpus-usb-XXXXXX";
    carpus = argc > 2 ? realpath(argv[1], NULL) : NULL;
    if (carpus == NULL || mkdtemp(folder) == NULL || chdir(folder) != 0) {
        fprintf(stderr,
                "usage: usb_replug CARPUS states [PART OF]|cycles N|two\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (strcmp(argv[2], "states") == 0) {
        bool parts = argc > 4;
        run_states(parts ? strtol(argv[3], NULL, 10) : 0,
                   parts ? strtol(argv[4], NULL, 10) : 1);
    } else if (strcmp(argv[2], "cycles") == 0 && argc > 3) {
        run_cycles((int)strtol(argv[3], NULL, 10));
    } else if (strcmp(argv[2], "two") == 0) {
        run_two();
    }
    unlink(FILE_NAME);
    unlink(JOURNAL_NAME);
    if (chdir("/") == 0) {
        rmdir(folder);
    }
    printf("%d passed, %d failed\n", tally.passed, tally.failed);
    return tally.failed == 0 && tally.passed > 0 ? 0 : 1;
}
