/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE
#include "tests/crash/calls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* Whether the file is open for writing. */
static bool is_written(const struct call *call)
{
    char path[64];
    char text[256];
    snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", (int)call->pid,
             call->fd);
    harness_text(path, text, sizeof(text));
    const char *flags = strstr(text, "flags:");
    return flags != NULL &&
           (strtoul(flags + strlen("flags:"), NULL, 8) & O_ACCMODE) != O_RDONLY;
}

/* The recording is named and synced, its journal removed: if that is undone,
 * nothing is lost. */
static bool only_clears(const struct run *run, const struct call *call)
{
    char path[256];
    return call->kind == CALL_SYNC && run->command->whole == WHOLE_SESSION &&
           calls_find(run->folder, "s.h5", path, sizeof(path)) &&
           !calls_find(run->folder, "s.h5.journal", path, sizeof(path));
}

/* Whether an error means that what was written may be lost. An interrupted
 * write is tried again; nobody here tries a sync again. */
static bool tells_loss(const struct run *run, const struct call *call,
                       int answer)
{
    if (answer <= 0 || only_clears(run, call)) {
        return false;
    }
    return call->kind == CALL_SYNC ||
           (answer != EINTR &&
            (call->kind == CALL_WRITE ||
             (call->kind == CALL_CLOSE && is_written(call))));
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
    run->told = run->told || tells_loss(run, call, answer);
    copy_journal(run, call, answer);
    return answer;
}

/* Folders on the way to `path` are made. */
static bool copy_file(const char *from, char *path)
{
    char bytes[1 << 15];
    size_t n;
    for (char *c = strchr(path + 1, '/'); c != NULL; c = strchr(c + 1, '/')) {
        *c = '\0';
        (void)mkdir(path, 0777);
        *c = '/';
    }
    FILE *in = fopen(from, "rb");
    FILE *out = fopen(path, "wb");
    bool good = in != NULL && out != NULL;
    while (good && (n = fread(bytes, 1, sizeof(bytes), in)) > 0) {
        good = fwrite(bytes, 1, n, out) == n;
    }
    good = good && ferror(in) == 0;
    if (in != NULL) {
        fclose(in);
    }
    return (out == NULL || fclose(out) == 0) && good;
}

static void lay_files(const struct run *run)
{
    char from[192];
    char to[192];
    harness_empty(run->folder);
    (void)mkdir(run->folder, 0777);
    for (size_t i = 0; i < FILES && run->command->before[i] != NULL; i++) {
        const char *name = run->command->before[i];
        snprintf(from, sizeof(from), "%s/%s", run->home, name);
        snprintf(to, sizeof(to), "%s/%s", run->folder, name);
        if (!copy_file(from, to)) {
            abort();
        }
    }
}

/* What makes the layer fail: programs and libraries beside the one tested. */
static void beside(const struct run *run, const char *name, char *out)
{
    const char *slash = strrchr(run->harness->carpus, '/');
    snprintf(out, 600, "%.*s/%s", (int)(slash - run->harness->carpus),
             run->harness->carpus, name);
}

/* What is run, and what comes between it and the libraries. */
static const struct {
    const char *program;
    const char *preload;
} layers[LAYERS] = {
    [LAYER_SYSTEM] = {"carpus", NULL},
    [LAYER_HDF5] = {"carpus", "crash_fail_hdf5.so"},
    [LAYER_MEMORY] = {"crash_fail_memory", NULL},
    [LAYER_LIBRARY] = {"carpus", "crash_fail_library.so"},
};

struct settings {
    char preload[640];
    char fail[64];
    char count[160];
    char libraries[128];
    const char *list[7];
};

static void set_up(struct run *run, struct settings *settings)
{
    const struct fault *fault = &run->fault;
    const char *preload = layers[fault->layer].preload;
    char path[600] = "";
    char zero[sizeof(uint64_t)] = {0};
    if (preload != NULL) {
        beside(run, preload, path);
    }
    snprintf(settings->preload, sizeof(settings->preload), "LD_PRELOAD=%s",
             path);
    snprintf(settings->fail, sizeof(settings->fail), "CRASH_FAIL=%s%llu",
             fault->ever ? "-" : "", (unsigned long long)fault->at);
    snprintf(settings->count, sizeof(settings->count), "CRASH_COUNT=%s.count",
             run->folder);
    snprintf(settings->libraries, sizeof(settings->libraries),
             "CRASH_LIBRARIES=%s",
             run->command->libraries != NULL ? run->command->libraries : "");
    const char *list[] = {settings->preload,
                          settings->fail,
                          settings->count,
                          settings->libraries,
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
void calls_split(char *carpus, char *line, char **argv)
{
    size_t n = 0;
    argv[n++] = carpus;
    for (char *word; (word = strtok_r(line, " ", &line)) != NULL;) {
        argv[n++] = word;
    }
    argv[n] = NULL;
}

int calls_run(struct run *run)
{
    char text[512];
    char messages[128];
    char shadow[128];
    char *argv[WORDS];
    char program[600];
    struct settings settings = {0};
    bool system = run->fault.layer == LAYER_SYSTEM;
    snprintf(text, sizeof(text), "%s", run->command->line);
    beside(run, layers[run->fault.layer].program, program);
    calls_split(system ? run->harness->carpus : program, text, argv);
    set_up(run, &settings);
    snprintf(messages, sizeof(messages), "%s.err", run->folder);
    snprintf(shadow, sizeof(shadow), "%s.shadow", run->folder);
    lay_files(run);
    run->count = 0;
    run->told = false;
    run->shadow = open(shadow, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    struct supervise supervise = {
        .argv = argv,
        .folder = run->folder,
        .errors = messages,
        .environment = system ? NULL : settings.list,
        .kinds = (system ? 1U << run->fault.kind : 0U) |
                 (run->command->whole == WHOLE_SESSION ? 1U << CALL_WRITE : 0),
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
