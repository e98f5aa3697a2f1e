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
 *   - 0 means that the result is there, whole;
 *   - a result under its own name is whole, whatever the status;
 *   - what was acknowledged can be recovered, and a journal that was there
 *     before is unchanged;
 *   - nothing half-written is left (unless removing it is what failed).
 *
 * EINTR for ever is left out: to ask again is right, and that has no end.
 *
 * The same with the n-th call of HDF5, and the n-th request for memory (under
 * AddressSanitizer, which also finds what is not given back), failing.
 *
 *   crash_calls CARPUS [system | hdf5 | memory [COMMAND]]
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "acquire/error.h"
#include "tests/crash/harness.h"
#include "tests/crash/supervise.h"

enum { WORDS = 24, FILES = 4, AT_ONCE = 2, TIMEOUT_S = 60, WHY = 160 };

/* ---- the commands ---- */

/* How a result is known to be whole. */
enum whole {
    WHOLE_SESSION, /* s.h5, from a journal: by its rows */
    WHOLE_ROWS,    /* a recording: by its rows */
    WHOLE_BYTES,   /* by its bytes */
    WHOLE_BATCH,   /* by its bytes, but a row may tell why there is none */
};

static const struct command {
    const char *name;
    const char *line;
    const char *before[FILES]; /* files to lay into the folder */
    const char *result;
    enum whole whole;
    uint64_t rows; /* that a session of status 0 has at least */
} commands[] = {
    {"record",
     "record -q -d virtual --simulate seed=4,speed=max --rate 1667 --for 2s "
     "--events events.csv -o s.h5",
     {"events.csv"},
     "s.h5",
     WHOLE_SESSION,
     2 * 1667},
    {"recover",
     "recover -q s.h5.journal",
     {"s.h5.journal"},
     "s.h5",
     WHOLE_SESSION,
     2 * 1667},
    {"recover --remove",
     "recover -q --remove s.h5.journal",
     {"s.h5.journal"},
     "s.h5",
     WHOLE_SESSION,
     2 * 1667},
    {"device log get",
     "device log get 1 -q -d virtual --simulate "
     "flash=../band.flash,speed=max -o s.h5",
     {NULL},
     "s.h5",
     WHOLE_SESSION,
     104 * 15},
    {"import",
     "import walk.csv -o out.h5",
     {"walk.csv"},
     "out.h5",
     WHOLE_ROWS,
     0},
    {"export", "export in.h5 -o out.csv", {"in.h5"}, "out.csv", WHOLE_BYTES, 0},
    {"analyse",
     "analyse in.h5 --events out.csv",
     {"in.h5"},
     "out.csv",
     WHOLE_BYTES,
     0},
    {"adherence",
     "analyse guided.h5 --programme hand-neuropathy --items out.csv",
     {"guided.h5"},
     "out.csv",
     WHOLE_BYTES,
     0},
    {"anonymise",
     "info --anonymise -o out.h5 in.h5",
     {"in.h5"},
     "out.h5",
     WHOLE_ROWS,
     0},
    {"report",
     "report in.h5 -o out.html",
     {"in.h5"},
     "out.html",
     WHOLE_BYTES,
     0},
    {"batch",
     "batch in -q -j 1 -o out",
     {"in/a.h5", "in/b.h5"},
     "out/summary.csv",
     WHOLE_BATCH,
     0},
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

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

/* ---- one run ---- */

/* Where it fails: in the system, HDF5 (fail_hdf5.c) or memory
 * (fail_memory.c). */
enum layer { LAYER_SYSTEM, LAYER_HDF5, LAYER_MEMORY, LAYERS };

struct fault {
    enum layer layer;
    enum call_kind kind; /* of the system */
    int answer;
    uint64_t at; /* the n-th, from 1; 0: none */
    bool ever;
};

struct run {
    const struct command *command;
    struct harness *harness;
    char home[96];   /* what the commands need, and the references */
    char folder[96]; /* the program's */
    struct fault fault;
    uint64_t count; /* of the kind, so far */
    int shadow;     /* a copy of what was written to the journal */
    struct kept kept;
};

/* What reached the journal. */
static void copy_journal(const struct run *run, const struct call *call,
                         int answer)
{
    static char bytes[1 << 17];
    struct call part = *call;
    part.size = answer == ANSWER_SHORT ? call->size / 2 : call->size;
    if (call->kind == CALL_WRITE && answer <= 0 &&
        strcmp(call->path, "s.h5.journal") == 0 &&
        call->size <= sizeof(bytes) && call_data(&part, bytes)) {
        (void)!pwrite(run->shadow, bytes, part.size, (off_t)call->offset);
    }
}

static int disturb(void *context, const struct call *call)
{
    struct run *run = context;
    const struct fault *fault = &run->fault;
    bool counts = fault->layer == LAYER_SYSTEM && call->kind == fault->kind;
    run->count += counts ? 1 : 0;
    int answer = counts && fault->at > 0 &&
                         (run->count == fault->at ||
                          (fault->ever && run->count > fault->at))
                     ? fault->answer
                     : ANSWER_GO_ON;
    copy_journal(run, call, answer);
    return answer;
}

static void lay_files(const struct run *run)
{
    char shell[1024];
    snprintf(shell, sizeof(shell), "rm -rf '%s' && mkdir '%s' && cd '%s'",
             run->folder, run->folder, run->home);
    for (size_t i = 0; i < FILES && run->command->before[i] != NULL; i++) {
        size_t used = strlen(shell);
        snprintf(shell + used, sizeof(shell) - used, " && cp --parents %s '%s'",
                 run->command->before[i], run->folder);
    }
    if (system(shell) != 0) {
        abort();
    }
}

/* What makes the layer fail: programs and libraries beside the one tested. */
static void beside(const struct run *run, const char *name, char *out)
{
    const char *slash = strrchr(run->harness->carpus, '/');
    snprintf(out, 600, "%.*s/%s", (int)(slash - run->harness->carpus),
             run->harness->carpus, name);
}

struct settings {
    char preload[640];
    char fail[64];
    char count[160];
    const char *list[6];
};

static void set_up(struct run *run, struct settings *settings)
{
    const struct fault *fault = &run->fault;
    char path[600];
    char zero[sizeof(uint64_t)] = {0};
    beside(run, "crash_fail_hdf5.so", path);
    snprintf(settings->preload, sizeof(settings->preload), "LD_PRELOAD=%s",
             fault->layer == LAYER_HDF5 ? path : "");
    snprintf(settings->fail, sizeof(settings->fail), "CRASH_FAIL=%s%llu",
             fault->ever ? "-" : "", (unsigned long long)fault->at);
    snprintf(settings->count, sizeof(settings->count), "CRASH_COUNT=%s.count",
             run->folder);
    const char *list[] = {settings->preload,
                          settings->fail,
                          settings->count,
                          "ASAN_OPTIONS=detect_leaks=1",
                          "UBSAN_OPTIONS=print_stacktrace=1",
                          NULL};
    memcpy(settings->list, list, sizeof(list));
    FILE *file = fopen(strchr(settings->count, '=') + 1, "wb");
    if (file != NULL) {
        fwrite(zero, sizeof(zero), 1, file);
        fclose(file);
    }
}

static void read_count(struct run *run, const struct settings *settings)
{
    FILE *file = fopen(strchr(settings->count, '=') + 1, "rb");
    if (file == NULL || fread(&run->count, sizeof(run->count), 1, file) != 1) {
        run->count = 0;
    }
    if (file != NULL) {
        fclose(file);
    }
}

/* Cuts the line into the words of a command. */
static void split(char *carpus, char *line, char **argv)
{
    size_t n = 0;
    argv[n++] = carpus;
    for (char *word; (word = strtok_r(line, " ", &line)) != NULL;) {
        argv[n++] = word;
    }
    argv[n] = NULL;
}

static int run_once(struct run *run)
{
    char text[512];
    char messages[128];
    char shadow[128];
    char *argv[WORDS];
    char program[600];
    struct settings settings = {0};
    bool system = run->fault.layer == LAYER_SYSTEM;
    snprintf(text, sizeof(text), "%s", run->command->line);
    beside(run,
           run->fault.layer == LAYER_MEMORY ? "crash_fail_memory" : "carpus",
           program);
    split(system ? run->harness->carpus : program, text, argv);
    set_up(run, &settings);
    snprintf(messages, sizeof(messages), "%s.err", run->folder);
    snprintf(shadow, sizeof(shadow), "%s.shadow", run->folder);
    lay_files(run);
    run->count = 0;
    run->shadow = open(shadow, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    struct supervise supervise = {
        .argv = argv,
        .folder = run->folder,
        .errors = messages,
        .environment = system ? NULL : settings.list,
        .kinds = (system ? 1U << run->fault.kind : 0U) | 1U << CALL_WRITE,
        .timeout_s = TIMEOUT_S,
        .hook = disturb,
        .context = run};
    int status = supervise_run(&supervise);
    close(run->shadow);
    if (!system) {
        read_count(run, &settings);
    }
    return status;
}

/* ---- what is there then ---- */

static bool in_folder(const char *folder, const char *name, char *path,
                      size_t size)
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
    (void)in_folder(run->folder, name, path, sizeof(path));
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
    (void)in_folder(run->folder, name, path, sizeof(path));
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
    bool there = in_folder(run->folder, "s.h5", path, sizeof(path));
    bool left =
        in_folder(run->folder, "s.h5.journal", journal, sizeof(journal));
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
        bool there = in_folder(run->folder, names[i], path, sizeof(path));
        if ((there || status == 0) && !as_reference(run, names[i])) {
            snprintf(why, WHY, "%s is not whole", names[i]);
            return false;
        }
    }
    bool table =
        in_folder(run->folder, run->command->result, path, sizeof(path));
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
    bool there = in_folder(run->folder, command->result, path, sizeof(path));
    switch (command->whole) {
    case WHOLE_SESSION:
        return judge_session(run, status, why);
    case WHOLE_BATCH:
        return judge_batch(run, status, why);
    case WHOLE_ROWS:
        return (!there && status != 0) ||
               kept_holds(&run->kept, path, run->kept.rows, why);
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
    (void)in_folder(run->folder, "out", out, sizeof(out));
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

static bool judge(const struct run *run, int status, char *why)
{
    char path[128];
    char message[512];
    snprintf(path, sizeof(path), "%s.err", run->folder);
    harness_text(path, message, sizeof(message));
    why[0] = '\0';
    if (!status_is_known(status)) {
        snprintf(why, WHY, "no status of ours: %.100s", message);
        return false;
    }
    if (status != 0 && message[0] == '\0') {
        snprintf(why, WHY, "it said nothing");
        return false;
    }
    return judge_result(run, status, why) && judge_left(run, why);
}

/* ---- all faults ---- */

static const char *fault_name(const struct fault *fault)
{
    static const char *const names[LAYERS] = {"", "HDF5", "memory"};
    return fault->layer == LAYER_SYSTEM ? call_kind_name(fault->kind)
                                        : names[fault->layer];
}

/* Returns whether the fault has come about. */
static bool try_fault(struct run *run)
{
    char why[WHY];
    const struct fault *fault = &run->fault;
    int status = run_once(run);
    if (run->count < fault->at) {
        return false;
    }
    harness_point(run->harness, judge(run, status, why),
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

/* Every n, once and for ever. */
static void try_layer(struct run *run, enum layer layer)
{
    for (int ever = 0; ever < 2; ever++) {
        bool reached = true;
        run->fault = (struct fault){.layer = layer, .ever = ever};
        while (reached) {
            run->fault.at++;
            reached = try_fault(run);
        }
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
    split(harness->carpus, line, argv);
    char path[128];
    struct supervise run = {.argv = argv,
                            .folder = harness->folder,
                            .kinds = 1U << CALL_OPEN,
                            .timeout_s = TIMEOUT_S,
                            .hook = leave_journal};
    return supervise_run(&run) > 0 &&
           in_folder(harness->folder, "s.h5.journal", path, sizeof(path));
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
    int status = run_once(run);
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
        if (layer != LAYER_SYSTEM) {
            try_layer(&run, layer);
        }
        for (enum call_kind kind = 0;
             layer == LAYER_SYSTEM && kind < CALL_KINDS; kind++) {
            uint64_t before = own.points;
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
    return strstr(name, "hdf5") != NULL     ? LAYER_HDF5
           : strstr(name, "memory") != NULL ? LAYER_MEMORY
                                            : LAYER_SYSTEM;
}

int main(int argc, char **argv)
{
    static const char *const names[LAYERS] = {
        "n-th system call fails, every n", "n-th HDF5 call fails, every n",
        "n-th allocation of ours fails, every n, AddressSanitizer"};
    enum layer layer = argc > 2 ? layer_of(argv[2]) : LAYER_SYSTEM;
    const char *only = argc > 3 ? argv[3] : NULL;
    struct harness harness;
    struct harness *counts =
        mmap(NULL, COMMANDS * sizeof(*counts), PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (counts == MAP_FAILED ||
        !harness_begin(&harness, argc > 1 ? argv[1] : NULL) ||
        !prepare(&harness) || !make_journal(&harness)) {
        return 2;
    }
    int running = 0;
    fflush(stdout);
    for (size_t i = 0; i < COMMANDS; i++) {
        if (only != NULL && strcmp(only, commands[i].name) != 0) {
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
    snprintf(name, sizeof(name), "%s%s%s", names[layer],
             only != NULL ? ": " : "", only != NULL ? only : "");
    harness_result(&harness, name, "never 0 with loss, nothing half-written");
    return harness_end(&harness);
}
