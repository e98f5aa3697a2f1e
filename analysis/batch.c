/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/batch.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "acquire/confine.h"
#include "acquire/interrupt.h"
#include "acquire/output.h"
#include "acquire/terminal.h"
#include "analysis/batch_job.h"
#include "analysis/batch_table.h"
#include "analysis/summary_json.h"

enum { POLL_MS = 100 };

/* A child that is asked to end and writes its result may finish that first. */
static const double GRACE_S = 10;

struct batch {
    const struct batch_options *options;
    char settings[ANALYSE_SETTINGS];
    struct batch_jobs jobs;
    struct batch_job *active[BATCH_JOBS_MAX];
    size_t running;
    size_t finished;
    struct terminal terminal;
};

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
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

/* Where a child writes: one object, or one a line of several sensors. */
struct writing {
    const struct batch_job *job;
    struct output output;
    bool open;
};

/* The batch decides when its children end: by SIGTERM, and never while they
 * write. What the terminal sends to all (Ctrl-C) is the batch's business. */
static void child_signals(pid_t parent)
{
    signal(SIGINT, SIG_IGN);
    signal(SIGQUIT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGTERM, SIG_DFL);
    confine_to_parent(parent, SIGTERM);
    /* It may have been asked before this was set up. */
    if (interrupt_once()) {
        _exit(error_exit_status(ERR_STOPPED));
    }
}

static void hold_sigterm(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
}

static int write_summary(void *self, const struct summary *summary,
                         size_t count, struct error *error)
{
    struct writing *writing = self;
    int err = 0;
    if (!writing->open) {
        hold_sigterm();
        err = make_folders(writing->job->json, error);
        if (err == 0) {
            err = output_open_replace(&writing->output, writing->job->json,
                                      error);
        }
        writing->open = err == 0;
    }
    return err < 0 ? err
                   : summary_json_write(summary, count > 1,
                                        writing->output.file, error);
}

static int analyse_job(const struct batch *batch, const struct batch_job *job,
                       struct error *error)
{
    const struct batch_options *options = batch->options;
    struct writing writing = {.job = job};
    confine_processor(options->timeout_s + GRACE_S);
    confine_memory((size_t)(options->memory_mb * 1048576));
    int err =
        analyse_file(job->path, &options->analyse,
                     (struct analyse_taker){write_summary, &writing}, error);
    if (err >= 0) {
        return output_commit(&writing.output, error);
    }
    if (writing.open) {
        output_abort(&writing.output);
    }
    return err;
}

/* ---- processes ---- */

static int start_job(struct batch *batch, struct batch_job *job,
                     struct error *error)
{
    int ends[2];
    if (pipe(ends) != 0) {
        return error_from_errno(error, errno, "cannot make a pipe");
    }
    fflush(NULL);
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid < 0) {
        close(ends[0]);
        close(ends[1]);
        return error_from_errno(error, errno, "cannot start a process");
    }
    if (pid == 0) {
        child_signals(parent);
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
    job->state = JOB_RUNNING;
    job->end_s = now_s() + batch->options->timeout_s;
    batch->active[batch->running++] = job;
    return 0;
}

static void set_stopped(struct batch_job *job)
{
    job->state = JOB_FAILED;
    error_set(&job->error, ERR_STOPPED,
              "not analysed: the batch was stopped before");
}

/* What a child that ended tells: its sentence, or how it died. */
static void end_job(const struct batch *batch, struct batch_job *job,
                    int status)
{
    ssize_t got = read(job->pipe, &job->error, sizeof(job->error));
    close(job->pipe);
    job->pipe = -1;
    bool good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    job->state = good ? JOB_DONE : JOB_FAILED;
    if (!good && !interrupt_once()) {
        unlink(job->json); /* of a run before: it would belie the table */
    }
    if (good || got == (ssize_t)sizeof(job->error)) {
        return;
    }
    if (interrupt_once()) {
        set_stopped(job);
    } else if (now_s() >= job->end_s) {
        error_set(&job->error, ERR_DATA, "took longer than %g s",
                  batch->options->timeout_s);
    } else if (!WIFSIGNALED(status)) {
        error_set(&job->error, ERR_INTERNAL,
                  "the analysis ended with status %d", WEXITSTATUS(status));
    } else {
        error_set(&job->error, ERR_DATA, "the analysis crashed (signal %d)",
                  WTERMSIG(status));
    }
}

/* Milliseconds until the next time-out, at most POLL_MS. */
static int until_late_ms(const struct batch *batch)
{
    double least_s = POLL_MS / 1000.0;
    double now = now_s();
    for (size_t i = 0; i < batch->running; i++) {
        least_s = fmin(least_s, batch->active[i]->end_s - now);
    }
    /* One that is late already has been told and ends when it can. */
    return least_s > 0 ? (int)ceil(1000 * least_s) : POLL_MS / 10;
}

static void stop_late_jobs(const struct batch *batch)
{
    double now = now_s();
    for (size_t i = 0; i < batch->running; i++) {
        const struct batch_job *job = batch->active[i];
        if (now >= job->end_s + GRACE_S) {
            kill(job->pid, SIGKILL);
        } else if (now >= job->end_s) {
            kill(job->pid, SIGTERM);
        }
    }
}

/* Waits until a child says something, which it does at its end at the latest,
 * or for a moment; then takes leave of those that ended. */
static void reap(struct batch *batch)
{
    struct pollfd pipes[BATCH_JOBS_MAX];
    for (size_t i = 0; i < batch->running; i++) {
        pipes[i] =
            (struct pollfd){.fd = batch->active[i]->pipe, .events = POLLIN};
    }
    poll(pipes, batch->running, until_late_ms(batch));
    for (size_t i = batch->running; i-- > 0;) {
        int status;
        if (waitpid(batch->active[i]->pid, &status, WNOHANG) > 0) {
            end_job(batch, batch->active[i], status);
            batch->active[i] = batch->active[--batch->running];
            batch->finished++;
        }
    }
    stop_late_jobs(batch);
}

/* All that runs shall end now; what did not run is not done. */
static void stop_jobs(struct batch *batch)
{
    double now = now_s();
    for (size_t i = 0; i < batch->running; i++) {
        batch->active[i]->end_s = fmin(batch->active[i]->end_s, now);
    }
    stop_late_jobs(batch);
    for (size_t i = 0; i < batch->jobs.count; i++) {
        if (batch->jobs.job[i].state == JOB_WAITING) {
            set_stopped(&batch->jobs.job[i]);
        }
    }
}

/* ---- the folder as a whole ---- */

static bool says(const json_t *summary, const char *key, const char *text)
{
    const char *said = json_string_value(json_object_get(summary, key));
    return said != NULL && strcmp(said, text) == 0;
}

/* The next summary in `file`, if it was made by this program in the same way:
 * one for each sensor. */
static json_t *load_summary(const struct batch *batch, FILE *file)
{
    json_t *summary =
        file != NULL ? json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL) : NULL;
    if (!says(summary, "software", "carpus " CARPUS_VERSION) ||
        !says(summary, "settings", batch->settings)) {
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

/* A programme that was changed is another one. */
static bool is_before(const struct stat *json, const char *programme)
{
    struct stat file;
    return programme != NULL && stat(programme, &file) == 0 &&
           !is_newer(json, &file);
}

static bool is_up_to_date(const struct batch *batch,
                          const struct batch_job *job)
{
    struct stat recording;
    struct stat json;
    if (stat(job->path, &recording) != 0 || stat(job->json, &json) != 0 ||
        !is_newer(&json, &recording) ||
        is_before(&json, batch->options->analyse.programme)) {
        return false;
    }
    FILE *file = fopen(job->json, "r");
    json_t *summary = load_summary(batch, file);
    json_decref(summary);
    if (file != NULL) {
        fclose(file);
    }
    return summary != NULL;
}

static void draw(struct batch *batch)
{
    static const char full[] = "##############################";
    enum { BAR = sizeof(full) - 1, LEAST_BAR = 5 };
    char numbers[48];
    char line[96];
    int used = snprintf(numbers, sizeof(numbers), "%zu/%zu", batch->finished,
                        batch->jobs.count);
    int room = (int)terminal_width(&batch->terminal) - used - 3;
    int bar = room < BAR ? room : BAR;
    if (bar < LEAST_BAR) {
        snprintf(line, sizeof(line), "%s", numbers);
    } else {
        int done = (int)(batch->finished * (size_t)bar / batch->jobs.count);
        snprintf(line, sizeof(line), "[%.*s%*s] %s", done, full, bar - done, "",
                 numbers);
    }
    terminal_show(&batch->terminal, line);
}

static int next_job(struct batch *batch, struct batch_job *job,
                    struct error *error)
{
    if (job->state == JOB_WAITING && !batch->options->again &&
        is_up_to_date(batch, job)) {
        job->state = JOB_CURRENT;
    }
    if (job->state == JOB_WAITING) {
        return start_job(batch, job, error);
    }
    batch->finished++;
    return 0;
}

static int run_jobs(struct batch *batch, struct error *error)
{
    size_t next = 0;
    int err = 0;
    batch->terminal.status = batch->options->progress;
    draw(batch);
    while (batch->finished < batch->jobs.count && err == 0 &&
           !interrupt_once()) {
        size_t before = batch->finished;
        if (next == batch->jobs.count ||
            batch->running == batch->options->jobs) {
            reap(batch);
        } else {
            err = next_job(batch, &batch->jobs.job[next++], error);
        }
        if (batch->finished != before) {
            draw(batch);
        }
    }
    if (err < 0 || interrupt_once()) {
        stop_jobs(batch);
    }
    while (batch->running > 0) {
        reap(batch);
    }
    terminal_end(&batch->terminal);
    return err;
}

/* A row for each sensor, or one that says why there is none; read back, so that
 * the table says what is in the file. */
static void write_rows(const struct batch *batch, struct batch_job *job,
                       FILE *out)
{
    FILE *file = job->state == JOB_FAILED ? NULL : fopen(job->json, "r");
    json_t *summary = load_summary(batch, file);
    bool any = summary != NULL;
    while (summary != NULL) {
        batch_table_row(out, job->name, "", summary);
        json_decref(summary);
        summary = load_summary(batch, file);
    }
    if (job->state != JOB_FAILED && (!any || ferror(file))) {
        job->state = JOB_FAILED;
        error_set(&job->error, ERR_IO,
                  "its summary '%s' was changed meanwhile or cannot be read; "
                  "run the same command again",
                  job->json);
    }
    if (job->state == JOB_FAILED) {
        batch_table_row(out, job->name, job->error.text, NULL);
    }
    if (file != NULL) {
        fclose(file);
    }
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
    for (size_t i = 0; i < batch->jobs.count; i++) {
        write_rows(batch, &batch->jobs.job[i], output.file);
    }
    return output_commit(&output, error);
}

static void count_results(const struct batch_jobs *jobs,
                          struct batch_result *result)
{
    *result = (struct batch_result){.files = jobs->count};
    for (size_t i = 0; i < jobs->count; i++) {
        result->analysed += jobs->job[i].state == JOB_DONE;
        result->up_to_date += jobs->job[i].state == JOB_CURRENT;
        result->failed += jobs->job[i].state == JOB_FAILED;
    }
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

/* Made only now that there is something to put there. */
static int make_out(const char *path, struct error *error)
{
    struct stat status;
    if (mkdir(path, 0777) == 0) {
        return 0;
    }
    if (errno != EEXIST) {
        return output_cannot_create(error, path, errno);
    }
    if (stat(path, &status) == 0 && !S_ISDIR(status.st_mode)) {
        return error_set(error, ERR_CREATE, "'%s' is there and is no folder",
                         path);
    }
    return access(path, W_OK | X_OK) == 0
               ? 0
               : error_from_errno(error, errno, "cannot write to '%s'", path);
}

static int run_batch(struct batch *batch, struct error *error)
{
    const struct batch_options *options = batch->options;
    int err = check_folder(options->in, error);
    if (err == 0) {
        err = batch_jobs_find(&batch->jobs, options->in, options->out, error);
    }
    if (err == 0) {
        err = make_out(options->out, error);
    }
    if (err == 0) {
        err = run_jobs(batch, error);
    }
    return err < 0 ? err : write_table(batch, error);
}

int batch_run(const struct batch_options *options, struct batch_result *result,
              struct error *error)
{
    static struct batch batch; /* large: not for the stack */
    batch = (struct batch){.options = options};
    analyse_settings(&options->analyse, batch.settings);
    int err = run_batch(&batch, error);
    count_results(&batch.jobs, result);
    if (err == 0 && interrupt_once()) {
        err = error_set(error, ERR_STOPPED,
                        "stopped; %zu of %zu files are done and kept, and the "
                        "same command goes on",
                        result->files - result->failed, result->files);
    }
    batch_jobs_free(&batch.jobs);
    return err;
}
