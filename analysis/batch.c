/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/batch.h"

#include <errno.h>
#include <fts.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "acquire/output.h"
#include "analysis/array.h"
#include "analysis/batch_table.h"
#include "analysis/summary_json.h"

enum state { WAITING, RUNNING, DONE, UP_TO_DATE, FAILED };

struct job {
    char *path;       /* the recording */
    char *json;       /* its summary */
    const char *name; /* within `path`: relative to the folder */
    enum state state;
    pid_t pid;
    int pipe;     /* the child's error sentence comes here */
    double end_s; /* time-out, on the monotonic clock */
    struct error error;
};

struct batch {
    const struct batch_options *options;
    struct job *job;
    size_t count;
    size_t running;
    size_t finished;
};

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- finding the recordings ---- */

static bool is_recording(const char *name)
{
    static const char *const endings[] = {".h5", ".csv"};
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        size_t n = strlen(endings[i]);
        if (length > n && strcmp(name + length - n, endings[i]) == 0) {
            return true;
        }
    }
    return false;
}

static int add_job(struct batch *batch, const char *path, struct error *error)
{
    const struct batch_options *options = batch->options;
    struct job job = {.pipe = -1};
    job.path = strdup(path);
    if (job.path != NULL) {
        job.name = job.path + strlen(options->in);
        job.name += strspn(job.name, "/");
        size_t size = strlen(options->out) + strlen(job.name) + 8;
        job.json = malloc(size);
        if (job.json != NULL) {
            snprintf(job.json, size, "%s/%s.json", options->out, job.name);
        }
    }
    struct job *added = job.json == NULL ? NULL
                                         : array_add(&batch->job, batch->count,
                                                     sizeof(*batch->job));
    if (added == NULL) {
        free(job.path);
        free(job.json);
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    *added = job;
    batch->count++;
    return 0;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool same_folder(const FTSENT *entry, const struct stat *folder)
{
    return entry->fts_statp->st_ino == folder->st_ino &&
           entry->fts_statp->st_dev == folder->st_dev;
}

/* All recordings below the folder, in order; OUT is passed over. */
static int find_jobs(struct batch *batch, struct error *error)
{
    char *const roots[] = {(char *)batch->options->in, NULL};
    struct stat out;
    if (stat(batch->options->out, &out) != 0) {
        return error_from_errno(error, errno, "cannot use '%s'",
                                batch->options->out);
    }
    FTS *walk = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
    if (walk == NULL) {
        return error_from_errno(error, errno, "cannot read '%s'",
                                batch->options->in);
    }
    int err = 0;
    FTSENT *entry;
    while (err == 0 && (entry = fts_read(walk)) != NULL) {
        if (entry->fts_info == FTS_D && same_folder(entry, &out)) {
            fts_set(walk, entry, FTS_SKIP);
        } else if (entry->fts_info == FTS_F && is_recording(entry->fts_name)) {
            err = add_job(batch, entry->fts_path, error);
        } else if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_NS) {
            err = error_from_errno(error, entry->fts_errno, "cannot read '%s'",
                                   entry->fts_path);
        }
    }
    fts_close(walk);
    if (err == 0 && batch->count == 0) {
        err =
            error_set(error, ERR_NO_INPUT, "no recordings (.h5, .csv) in '%s'",
                      batch->options->in);
    }
    return err;
}

/* ---- one file, in the child ---- */

/* Makes the folders on the way to `path`. */
static int make_folders(const char *path, struct error *error)
{
    char folder[4096];
    if (strlen(path) >= sizeof(folder)) {
        return error_set(error, ERR_CREATE, "'%s' is too long a name", path);
    }
    snprintf(folder, sizeof(folder), "%s", path);
    for (char *slash = strchr(folder + 1, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
            return error_from_errno(error, errno, "cannot make folder '%s'",
                                    folder);
        }
        *slash = '/';
    }
    return 0;
}

static void limit(int resource, double most)
{
    struct rlimit limit = {(rlim_t)most, (rlim_t)most};
    setrlimit(resource, &limit);
}

static int write_summary(const struct job *job, const struct summary *summary,
                         struct error *error)
{
    struct output output = {0};
    int err = make_folders(job->json, error);
    if (err == 0) {
        err = output_open_replace(&output, job->json, error);
    }
    if (err < 0) {
        return err;
    }
    err = summary_json_write(summary, false, output.file, error);
    if (err < 0) {
        output_abort(&output);
        return err;
    }
    return output_commit(&output, error);
}

static int analyse_job(const struct batch *batch, const struct job *job,
                       struct error *error)
{
    const struct batch_options *options = batch->options;
    limit(RLIMIT_CPU, options->timeout_s + 1);
    limit(RLIMIT_CORE, 0);
    /* A sanitizer reserves terabytes of addresses for itself. */
#ifndef __SANITIZE_ADDRESS__
    limit(RLIMIT_AS, (options->memory_mb + 256) * 1048576);
#endif
    static struct summary summary; /* large: not for the stack */
    int err = analyse_file(job->path, &options->analyse, &summary, error);
    if (err >= 0) {
        err = write_summary(job, &summary, error);
    }
    summary_free(&summary);
    return err;
}

/* ---- processes ---- */

static int start_job(struct batch *batch, struct job *job, struct error *error)
{
    int ends[2];
    if (pipe(ends) != 0) {
        return error_from_errno(error, errno, "cannot make a pipe");
    }
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0) {
        close(ends[0]);
        close(ends[1]);
        return error_from_errno(error, errno, "cannot start a process");
    }
    if (pid == 0) {
        close(ends[0]);
        struct error failure = {0};
        int err = analyse_job(batch, job, &failure);
        if (err < 0 && write(ends[1], &failure, sizeof(failure)) < 0) {
            _exit(error_exit_status(ERR_IO));
        }
        _exit(error_exit_status(err));
    }
    close(ends[1]);
    job->pid = pid;
    job->pipe = ends[0];
    job->state = RUNNING;
    job->end_s = now_s() + batch->options->timeout_s;
    batch->running++;
    return 0;
}

/* What a child that ended tells: its sentence, or how it died. */
static void end_job(struct batch *batch, struct job *job, int status)
{
    ssize_t got = read(job->pipe, &job->error, sizeof(job->error));
    close(job->pipe);
    job->pipe = -1;
    batch->running--;
    batch->finished++;
    job->state = WIFEXITED(status) && WEXITSTATUS(status) == 0 ? DONE : FAILED;
    if (job->state == DONE || got == (ssize_t)sizeof(job->error)) {
        return;
    }
    if (!WIFSIGNALED(status)) {
        error_set(&job->error, ERR_INTERNAL,
                  "the analysis ended with status %d", WEXITSTATUS(status));
    } else if (now_s() >= job->end_s || WTERMSIG(status) == SIGXCPU) {
        error_set(&job->error, ERR_DATA, "took longer than %.0f s",
                  batch->options->timeout_s);
    } else {
        error_set(&job->error, ERR_DATA, "the analysis crashed (signal %d)",
                  WTERMSIG(status));
    }
}

static void stop_late_jobs(struct batch *batch)
{
    double now = now_s();
    for (size_t i = 0; i < batch->count; i++) {
        struct job *job = &batch->job[i];
        if (job->state == RUNNING && now >= job->end_s) {
            kill(job->pid, SIGKILL);
        }
    }
}

/* Looks once for a child that has ended; naps if there is none. */
static void reap(struct batch *batch)
{
    int status;
    pid_t pid = waitpid(-1, &status, WNOHANG);
    if (pid <= 0) {
        stop_late_jobs(batch);
        nanosleep(&(struct timespec){0, 20000000}, NULL);
        return;
    }
    for (size_t i = 0; i < batch->count; i++) {
        if (batch->job[i].state == RUNNING && batch->job[i].pid == pid) {
            end_job(batch, &batch->job[i], status);
        }
    }
}

/* ---- the folder as a whole ---- */

static json_t *load_summary(const struct job *job)
{
    json_t *summary = json_load_file(job->json, 0, NULL);
    const char *software =
        json_string_value(json_object_get(summary, "software"));
    if (software == NULL || strcmp(software, "carpus " CARPUS_VERSION) != 0) {
        json_decref(summary);
        return NULL;
    }
    return summary;
}

static bool is_newer(const struct stat *a, const struct stat *b)
{
    return a->st_mtim.tv_sec != b->st_mtim.tv_sec
               ? a->st_mtim.tv_sec > b->st_mtim.tv_sec
               : a->st_mtim.tv_nsec > b->st_mtim.tv_nsec;
}

static bool is_up_to_date(const struct job *job)
{
    struct stat recording;
    struct stat json;
    if (stat(job->path, &recording) != 0 || stat(job->json, &json) != 0 ||
        !is_newer(&json, &recording)) {
        return false;
    }
    json_t *summary = load_summary(job);
    json_decref(summary);
    return summary != NULL;
}

static void draw(const struct batch *batch)
{
    enum { WIDTH = 30 };
    if (!batch->options->progress || batch->count == 0) {
        return;
    }
    int full = (int)(batch->finished * WIDTH / batch->count);
    fprintf(stderr, "\r[%.*s%*s] %zu/%zu%s", full,
            "##############################", WIDTH - full, "", batch->finished,
            batch->count, batch->finished == batch->count ? "\n" : "");
    fflush(stderr);
}

static int run_jobs(struct batch *batch, struct error *error)
{
    size_t next = 0;
    int err = 0;
    while (batch->finished < batch->count && err == 0) {
        draw(batch);
        if (next == batch->count || batch->running == batch->options->jobs) {
            reap(batch);
            continue;
        }
        struct job *job = &batch->job[next++];
        if (!batch->options->again && is_up_to_date(job)) {
            job->state = UP_TO_DATE;
            batch->finished++;
        } else {
            err = start_job(batch, job, error);
        }
    }
    while (batch->running > 0) {
        reap(batch);
    }
    draw(batch);
    return err;
}

static int write_table(const struct batch *batch, struct error *error)
{
    char path[4096];
    struct output output;
    snprintf(path, sizeof(path), "%s/summary.csv", batch->options->out);
    int err = output_open_replace(&output, path, error);
    if (err < 0) {
        return err;
    }
    batch_table_header(output.file);
    for (size_t i = 0; i < batch->count; i++) {
        const struct job *job = &batch->job[i];
        json_t *summary = job->state == FAILED ? NULL : load_summary(job);
        batch_table_row(output.file, job->name, job->error.text, summary);
        json_decref(summary);
    }
    return output_commit(&output, error);
}

static void count_results(const struct batch *batch,
                          struct batch_result *result)
{
    *result = (struct batch_result){.files = batch->count};
    for (size_t i = 0; i < batch->count; i++) {
        result->analysed += batch->job[i].state == DONE;
        result->up_to_date += batch->job[i].state == UP_TO_DATE;
        result->failed += batch->job[i].state == FAILED;
    }
}

static void free_jobs(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        free(batch->job[i].path);
        free(batch->job[i].json);
    }
    free(batch->job);
}

static int check_folder(const char *path, struct error *error)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        return error_from_errno(error, errno, "cannot read '%s'", path);
    }
    return S_ISDIR(status.st_mode)
               ? 0
               : error_set(error, ERR_NO_INPUT,
                           "'%s' is not a folder; for single files there is "
                           "`carpus analyse`",
                           path);
}

int batch_run(const struct batch_options *options, struct batch_result *result,
              struct error *error)
{
    struct batch batch = {.options = options};
    int err = check_folder(options->in, error);
    if (err == 0 && mkdir(options->out, 0777) != 0 && errno != EEXIST) {
        err = error_from_errno(error, errno, "cannot make folder '%s'",
                               options->out);
    }
    if (err == 0) {
        err = find_jobs(&batch, error);
    }
    if (err == 0) {
        err = run_jobs(&batch, error);
    }
    if (err == 0) {
        err = write_table(&batch, error);
    }
    count_results(&batch, result);
    free_jobs(&batch);
    return err;
}
