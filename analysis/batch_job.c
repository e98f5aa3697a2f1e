/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/batch_job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int make_job(struct batch_job *job, const struct folder_file *file,
                    const char *out, struct error *error)
{
    size_t size = strlen(out) + strlen(file->name) + 8;
    *job =
        (struct batch_job){.path = file->path, .name = file->name, .pipe = -1};
    job->json = malloc(size);
    if (job->json == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    snprintf(job->json, size, "%s/%s.json", out, file->name);
    if (file->number != 0) {
        job->state = JOB_FAILED;
        error_from_errno(&job->error, file->number, "cannot read '%s'",
                         file->path);
    }
    return 0;
}

int batch_jobs_find(struct batch_jobs *jobs, const char *in, const char *out,
                    struct error *error)
{
    *jobs = (struct batch_jobs){0};
    int err = folder_find(&jobs->folder, in, out, error);
    if (err < 0) {
        return err;
    }
    size_t count = jobs->folder.count;
    jobs->job = calloc(count, sizeof(*jobs->job));
    if (jobs->job == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    for (; jobs->count < count && err == 0; jobs->count++) {
        err = make_job(&jobs->job[jobs->count], &jobs->folder.file[jobs->count],
                       out, error);
    }
    return err;
}

void batch_jobs_free(struct batch_jobs *jobs)
{
    for (size_t i = 0; i < jobs->count; i++) {
        free(jobs->job[i].json);
    }
    free(jobs->job);
    folder_free(&jobs->folder);
    *jobs = (struct batch_jobs){0};
}
