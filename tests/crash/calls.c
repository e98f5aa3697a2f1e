/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Failing system calls. Every command that writes files is run again and
 * again: the first time its first open fails, then its second, and so on to
 * the last, then likewise its reads, writes, syncs, truncations and
 * allocations, renames, links and removals, closes and maps; with each error
 * that the call may give, once and from then on for ever, and with writes of
 * which half is done. Each time:
 *
 *   - it ends, by itself, with a status of the table in acquire/error.c and a
 *     sentence where it is not 0;
 *   - 0 means that the result is there, whole, and that no write, sync, or
 *     close of a file that was written has failed;
 *   - a result under its own name is whole, whatever the status;
 *   - what was acknowledged can be recovered, and a journal that was there
 *     before is unchanged;
 *   - nothing half-written is left (unless removing it is what failed).
 *
 * EINTR for ever is left out: to ask again is right, and that has no end.
 *
 * The same with the n-th call of HDF5, with the n-th request of ours for memory
 * (under AddressSanitizer, which also finds what is not given back), and with
 * the n-th request of a library, failing.
 *
 *   crash_calls CARPUS [system | hdf5 | memory | library [COMMAND]]
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/crash/calls.h"

/* ---- the commands ---- */

/* Which libraries are refused memory. HDF5 uses what it did not get, or ends
 * the program: it reads and writes in children, which may crash. fontconfig,
 * cairo and GLib end the program when a report is drawn, also by way of libc.
 * libseccomp goes round in circles until its process has used up the time it
 * may use. */
#define READERS "libc.so:libhdf5:libjansson"
#define WRITERS "libc.so:libhdf5:libcsv"

static const struct command commands[] = {
    {"record",
     "record -q -d virtual --simulate seed=4,speed=max --rate 1667 --for 2s "
     "--events events.csv -o s.h5",
     {"events.csv"},
     "s.h5",
     WHOLE_SESSION,
     2 * 1667,
     WRITERS,
     1,
     0},
    /* Long enough for the journal to be synced while it is written. */
    {"record-in-real-time",
     "record -q -d virtual --simulate seed=4 --rate 1667 --for 2.5s -o s.h5",
     {NULL},
     "s.h5",
     WHOLE_SESSION,
     2 * 1667,
     NULL,
     1,
     1U << CALL_SYNC},
    {"recover",
     "recover -q s.h5.journal",
     {"s.h5.journal"},
     "s.h5",
     WHOLE_SESSION,
     2 * 1667,
     WRITERS,
     1,
     0},
    {"recover --remove",
     "recover -q --remove s.h5.journal",
     {"s.h5.journal"},
     "s.h5",
     WHOLE_SESSION,
     2 * 1667,
     WRITERS,
     5,
     0},
    {"device log get",
     "device log get 1 -q -d virtual --simulate "
     "flash=../band.flash,speed=max -o s.h5",
     {NULL},
     "s.h5",
     WHOLE_SESSION,
     104 * 15,
     WRITERS,
     5,
     0},
    {"import",
     "import walk.csv -o out.h5",
     {"walk.csv"},
     "out.h5",
     WHOLE_ROWS,
     0,
     WRITERS,
     1,
     0},
    {"export",
     "export in.h5 -o out.csv",
     {"in.h5"},
     "out.csv",
     WHOLE_BYTES,
     0,
     READERS,
     1,
     0},
    {"analyse",
     "analyse in.h5 --events out.csv",
     {"in.h5"},
     "out.csv",
     WHOLE_BYTES,
     0,
     READERS,
     1,
     0},
    {"adherence",
     "analyse guided.h5 --programme hand-neuropathy --items out.csv",
     {"guided.h5"},
     "out.csv",
     WHOLE_BYTES,
     0,
     READERS,
     5,
     0},
    {"anonymise",
     "info --anonymise -o out.h5 in.h5",
     {"in.h5"},
     "out.h5",
     WHOLE_ROWS,
     0,
     WRITERS,
     3,
     0},
    {"report",
     "report in.h5 -o out.html",
     {"in.h5"},
     "out.html",
     WHOLE_BYTES,
     0,
     "libhdf5",
     5,
     0},
    {"batch",
     "batch in -q -j 1 -o out",
     {"in/a.h5", "in/b.h5"},
     "out/summary.csv",
     WHOLE_BATCH,
     0,
     READERS,
     5,
     0},
    {"verify", "verify in.h5", {"in.h5"}, NULL, WHOLE_ANSWER, 0, READERS, 1, 0},
    {"info", "info in.h5", {"in.h5"}, NULL, WHOLE_ANSWER, 0, READERS, 1, 0},
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]), AT_ONCE = 2 };

static const int errors[CALL_KINDS][6] = {
    [CALL_OPEN] = {EIO, ENOSPC, EINTR, EDQUOT},
    [CALL_READ] = {EIO, EINTR},
    [CALL_WRITE] = {EIO, ENOSPC, EINTR, EDQUOT, ANSWER_SHORT},
    [CALL_SYNC] = {EIO, ENOSPC, EINTR, EDQUOT},
    [CALL_SPACE] = {EIO, ENOSPC, EINTR, EDQUOT},
    [CALL_NAME] = {EIO, ENOSPC, EINTR, EDQUOT},
    [CALL_CLOSE] = {EIO, ENOSPC, EINTR, EDQUOT},
    [CALL_MAP] = {ENOMEM},
};

/* ---- all faults ---- */

/* As the command line has it, in a point's description, in a figure. */
static const struct {
    const char *name;
    const char *call;
    const char *class;
} layers[LAYERS] = {
    [LAYER_SYSTEM] = {"system", NULL, "n-th system call fails, every n"},
    [LAYER_HDF5] =
        {"hdf5", "HDF5",
         "n-th HDF5 call fails, every n; of like commands every 5th"},
    [LAYER_MEMORY] = {"memory", "memory",
                      "n-th allocation of ours fails, every n, "
                      "AddressSanitizer"},
    [LAYER_LIBRARY] = {"library", "a library's memory",
                       "n-th allocation of a library fails, n drawn"},
};

static const char *fault_name(const struct fault *fault)
{
    return fault->layer == LAYER_SYSTEM ? call_kind_name(fault->kind)
                                        : layers[fault->layer].call;
}

/* Returns whether the fault has come about. */
static bool try_fault(struct run *run)
{
    char why[WHY];
    const struct fault *fault = &run->fault;
    int status = calls_run(run);
    if (run->count < fault->at) {
        return false;
    }
    harness_point(run->harness, calls_judge(run, status, why),
                  "%s: %s %llu fails with %s%s: status %d: %s",
                  run->command->name, fault_name(fault),
                  (unsigned long long)fault->at,
                  fault->layer != LAYER_SYSTEM ? "-1"
                  : fault->answer > 0          ? strerrorname_np(fault->answer)
                                               : "short",
                  fault->ever ? " for ever" : "", status, why);
    return true;
}

/* Every n, once and for ever. With CRASH_FACTOR above 1 every n with every
 * error, else with each in turn. */
static void try_kind(struct run *run, enum call_kind kind)
{
    size_t count = 0;
    while (count < 6 && errors[kind][count] != 0) {
        count++;
    }
    size_t passes = run->harness->factor > 1 ? count : 1;
    for (size_t pass = 0; pass < passes; pass++) {
        for (int ever = 0; ever < 2; ever++) {
            bool reached = true;
            run->fault = (struct fault){.kind = kind, .ever = ever};
            while (reached) {
                run->fault.answer =
                    errors[kind][(run->fault.at + pass) % count];
                run->fault.ever = ever && run->fault.answer != EINTR;
                run->fault.at++;
                reached = try_fault(run);
            }
        }
    }
}

/* Every n, once and for ever; of HDF5's many in turn with CRASH_FACTOR 1. */
static void try_layer(struct run *run, enum layer layer)
{
    bool in_turn = layer == LAYER_HDF5 && run->harness->factor == 1;
    unsigned passes = in_turn ? 1 : 2;
    unsigned step = in_turn ? run->command->hdf5_step : 1;
    for (unsigned pass = 0; pass < passes; pass++) {
        bool reached = true;
        run->fault = (struct fault){.layer = layer};
        while (reached) {
            run->fault.at += step;
            run->fault.ever =
                passes == 2 ? pass == 1
                            : (run->fault.at + run->harness->seed) % 2 == 0;
            reached = try_fault(run);
        }
    }
}

/* Libraries ask thousands of times: some n, drawn, once and for ever in
 * turn. */
static void try_drawn(struct run *run, enum layer layer)
{
    enum { DRAWN = 100 };
    uint64_t seed = run->harness->seed;
    run->fault = (struct fault){.layer = layer, .at = INT64_MAX};
    (void)calls_run(run);
    uint64_t count = run->count;
    for (unsigned i = 0; count > 0 && i < DRAWN * run->harness->factor; i++) {
        run->fault.at = 1 + harness_random(&seed) % count;
        run->fault.ever = i % 2 != 0;
        (void)try_fault(run);
    }
}

/* ---- preparation ---- */

static const char *const preparations[] = {
    "record -q -d virtual --simulate seed=4,speed=max,samples=truth "
    "--rate 1667 --for 5s -o reference.h5",
    "record -q -d virtual --simulate seed=5,speed=max --rate 104 --for 20s "
    "-o in.h5",
    "record -q -d virtual --simulate seed=5,speed=max --rate 104 --for 20s "
    "--wrist left --events guide.csv -o guided.h5",
    "export in.h5 -o walk.csv",
    "device log setup --by button -d virtual --simulate "
    "flash=band.flash,speed=max >/dev/null",
    "device log list -d virtual --simulate "
    "'flash=band.flash,speed=max,offline=25,press=5;22' >/dev/null",
    "device log get 1 -q -d virtual --simulate flash=band.flash,speed=max "
    "-o log.h5",
};

/* Runs a command of the shell in the folder. */
static bool shell(const struct harness *harness, const char *command)
{
    char line[512];
    snprintf(line, sizeof(line), "cd '%s' && %s", harness->folder, command);
    return system(line) == 0;
}

static bool prepare(struct harness *harness)
{
    bool good = shell(harness,
                      "printf 'start_s,end_s,label\n1,2,reach\n' >events.csv "
                      "&& printf 'start_s,end_s,label,source\n"
                      "1,9,exercise id=palm-presses side=both set=1,programme\n"
                      "9,14,exercise id=thumb-circles side=both set=1,programme"
                      "\n14,19,exercise id=calf-raises side=none set=1,"
                      "programme\n' >guide.csv");
    for (size_t i = 0;
         i < sizeof(preparations) / sizeof(preparations[0]) && good; i++) {
        if (harness_run(harness, preparations[i]) != 0) {
            printf("cannot prepare: %s\n", preparations[i]);
            return false;
        }
    }
    return good &&
           shell(harness, "mkdir in && cp in.h5 in/a.h5 && cp in.h5 in/b.h5");
}

/* A journal that is left: of a recording that was stopped at its end. */
static int leave_journal(void *context, const struct call *call)
{
    (void)context;
    return call->kind == CALL_OPEN && strstr(call->path, ".h5.part-") != NULL
               ? EIO
               : ANSWER_GO_ON;
}

static bool make_journal(struct harness *harness)
{
    char line[] = "record -q -d virtual --simulate seed=4,speed=max "
                  "--rate 1667 --for 3s -o s.h5";
    char *argv[WORDS];
    calls_split(harness->carpus, line, argv);
    char path[128];
    struct supervise run = {.argv = argv,
                            .folder = harness->folder,
                            .kinds = 1U << CALL_OPEN,
                            .timeout_s = TIMEOUT_S,
                            .hook = leave_journal};
    return supervise_run(&run) > 0 &&
           calls_find(harness->folder, "s.h5.journal", path, sizeof(path));
}

static bool make_reference(struct run *run)
{
    char shell[512];
    char path[256];
    const char *rows = strcmp(run->command->name, "device log get") == 0
                           ? "log.h5"
                       : run->command->whole == WHOLE_SESSION ? "reference.h5"
                                                              : "";
    run->fault = (struct fault){0};
    int status = calls_run(run);
    snprintf(shell, sizeof(shell), "cp -r '%s' '%s/%s.reference'", run->folder,
             run->home, run->command->name);
    if (status != 0 || system(shell) != 0) {
        printf("%s: cannot run undisturbed, status %d\n", run->command->name,
               status);
        return false;
    }
    if (run->command->whole == WHOLE_ROWS) {
        snprintf(path, sizeof(path), "%s/%s", run->folder,
                 run->command->result);
        return kept_load(&run->kept, path, NULL);
    }
    snprintf(path, sizeof(path), "%s/%s", run->home, rows);
    if (rows[0] != '\0' && !kept_load(&run->kept, path, NULL)) {
        return false;
    }
    /* A record that could not be written leaves a gap. */
    run->kept.any = true;
    return true;
}

/* ---- all commands ---- */

static void run_command(const struct harness *harness, size_t number,
                        enum layer layer, struct harness *counts)
{
    static struct run run;
    struct harness own = *harness;
    run.command = &commands[number];
    run.harness = &own;
    snprintf(run.home, sizeof(run.home), "%s", harness->folder);
    snprintf(run.folder, sizeof(run.folder), "%s/%zu", harness->folder, number);
    if (!make_reference(&run)) {
        own.failed = 1;
    } else {
        if (layer == LAYER_LIBRARY) {
            try_drawn(&run, layer);
        } else if (layer != LAYER_SYSTEM) {
            try_layer(&run, layer);
        }
        if (layer != LAYER_SYSTEM) {
            printf("%s: %llu\n", run.command->name,
                   (unsigned long long)own.points);
        }
        for (enum call_kind kind = 0;
             layer == LAYER_SYSTEM && kind < CALL_KINDS; kind++) {
            uint64_t before = own.points;
            if (run.command->kinds != 0 &&
                (run.command->kinds & 1U << kind) == 0) {
                continue;
            }
            try_kind(&run, kind);
            printf("%s: %s: %llu\n", run.command->name, call_kind_name(kind),
                   (unsigned long long)(own.points - before));
            fflush(stdout);
        }
    }
    kept_free(&run.kept);
    *counts = own;
}

static enum layer layer_of(const char *name)
{
    enum layer layer = LAYER_SYSTEM;
    while (layer < LAYERS && strcmp(name, layers[layer].name) != 0) {
        layer++;
    }
    return layer;
}

int main(int argc, char **argv)
{
    enum layer layer = layer_of(argc > 2 ? argv[2] : "system");
    const char *only = argc > 3 ? argv[3] : NULL;
    struct harness harness;
    struct harness *counts =
        mmap(NULL, COMMANDS * sizeof(*counts), PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (layer == LAYERS || counts == MAP_FAILED ||
        !harness_begin(&harness, argc > 1 ? argv[1] : NULL) ||
        !prepare(&harness) || !make_journal(&harness)) {
        return 2;
    }
    int running = 0;
    fflush(stdout);
    for (size_t i = 0; i < COMMANDS; i++) {
        if ((only != NULL && strcmp(only, commands[i].name) != 0) ||
            (layer == LAYER_LIBRARY && commands[i].libraries == NULL) ||
            (layer != LAYER_SYSTEM && commands[i].kinds != 0)) {
            continue;
        }
        if (running == AT_ONCE) {
            running -= wait(NULL) > 0 ? 1 : 0;
        }
        if (fork() == 0) {
            run_command(&harness, i, layer, &counts[i]);
            fflush(stdout);
            _exit(0);
        }
        running++;
    }
    while (wait(NULL) > 0) {
    }
    for (size_t i = 0; i < COMMANDS; i++) {
        harness.points += counts[i].points;
        harness.failed += counts[i].failed;
    }
    char name[96];
    snprintf(name, sizeof(name), "%s%s%s", layers[layer].class,
             only != NULL ? ": " : "", only != NULL ? only : "");
    harness_result(&harness, name, "never 0 with loss, nothing half-written");
    return harness_end(&harness);
}
