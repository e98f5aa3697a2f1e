/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The files of a batch: one job a recording found, in the order of their names.
 * What is there but cannot be read (a folder, a link to nothing) is a job that
 * has failed already, so that it gets its row.
 *
 * Ownership: the list is the caller's; its jobs are freed by batch_jobs_free.
 */
#ifndef ANALYSIS_BATCH_JOB_H
#define ANALYSIS_BATCH_JOB_H

#include <stddef.h>
#include <sys/types.h>

#include "acquire/error.h"
#include "analysis/folder.h"

enum batch_state {
    JOB_WAITING,
    JOB_RUNNING,
    JOB_DONE,
    JOB_CURRENT,
    JOB_FAILED
};

struct batch_job {
    const char *path; /* the recording; of jobs.folder */
    const char *name; /* relative to the folder */
    char *json;       /* its summary */
    enum batch_state state;
    pid_t pid;
    int pipe;     /* the child's error sentence comes here */
    double end_s; /* time-out, on the monotonic clock */
    struct error error;
};

struct batch_jobs {
    struct folder folder;
    struct batch_job *job;
    size_t count;
};

/* A job for each recording that folder_find (folder.h) finds. */
int batch_jobs_find(struct batch_jobs *jobs, const char *in, const char *out,
                    struct error *error);
void batch_jobs_free(struct batch_jobs *jobs);

#endif
