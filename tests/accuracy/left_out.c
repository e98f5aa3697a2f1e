/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Analyses the same recordings again and again, each time with other tuned
 * parameters (tuned.h): left_out FILE[,PROGRAMME,WEEK,PLACEMENT]...
 *
 * First it prints what there is to set, `FILE NAME VALUE WHOLE` a line, and
 * "done". Then each line of standard input is one evaluation,
 * `FILE NAME VALUE` for each parameter that is not as it is; what was found in
 * each recording is printed, and "done". Every evaluation is a process of its
 * own, so that nothing of one is left in the next.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "acquire/error.h"
#include "analysis/analyse.h"
#include "analysis/array.h"
#include "analysis/measure.h"
#include "analysis/pipeline.h"
#include "analysis/summary_json.h"
#include "tests/accuracy/tuned.h"

enum { TUNED_MAX = 1024 };

/* A recording in memory or, with a programme, where it is. */
struct motions {
    char *path; /* with a programme; else NULL */
    struct analyse_options options;
    struct recording_info info;
    double duration_s;
    size_t count;
    struct recording_chunk *chunk; /* with rows of their own */
};

static struct tuned tuned[TUNED_MAX];
static size_t tuned_count;

void tuned_add(struct tuned added)
{
    if (tuned_count == TUNED_MAX) {
        abort();
    }
    tuned[tuned_count++] = added;
}

/* ---- recordings ---- */

static int keep(struct motions *motions, const struct recording_chunk *chunk)
{
    size_t size = chunk->count * sizeof(*chunk->rows);
    struct recording_chunk *kept =
        array_add(&motions->chunk, motions->count, sizeof(*kept));
    struct motion *rows = aligned_alloc(_Alignof(struct motion), size);
    if (kept == NULL || rows == NULL) {
        free(rows);
        return ERR_NO_MEMORY;
    }
    memcpy(rows, chunk->rows, size);
    *kept = *chunk;
    kept->rows = rows;
    motions->count++;
    return 0;
}

/* FILE,PROGRAMME,WEEK,PLACEMENT, which are kept apart. */
static int take_programme(char *words, struct motions *motions)
{
    char *rest = words;
    motions->path = strtok_r(words, ",", &rest);
    motions->options.programme = strtok_r(NULL, ",", &rest);
    const char *week = strtok_r(NULL, ",", &rest);
    const char *placement = strtok_r(NULL, ",", &rest);
    if (placement == NULL ||
        !placement_parse(placement, &motions->options.pipeline.placement)) {
        return ERR_USAGE;
    }
    motions->options.week = (uint32_t)strtoul(week, NULL, 10);
    return 0;
}

static int load(char *path, struct motions *motions, struct error *error)
{
    struct recording *recording;
    struct recording_chunk chunk;
    if (strchr(path, ',') != NULL) {
        return take_programme(path, motions);
    }
    int err = recording_open(path, NULL, &recording, error);
    if (err < 0) {
        return err;
    }
    *motions = (struct motions){.info = *recording_info(recording),
                                .duration_s = recording_duration_s(recording)};
    do {
        err = recording_read(recording, &chunk, error);
        if (err == 0 && chunk.count > 0) {
            err = keep(motions, &chunk);
        }
    } while (err == 0 && chunk.count > 0);
    recording_close(recording);
    return err;
}

/* As pipeline_run does it. */
static int measure(const struct motions *motions, struct summary *out)
{
    const struct recording_info *info = &motions->info;
    const struct measure_input input = {
        .source_hz = info->rate_measured_hz > 0 ? info->rate_measured_hz
                                                : info->rate_nominal_hz,
        .has_accel = info->has_accel,
        .has_gyro = info->has_gyro,
        .placement = info->placement,
        .lever_m = MEASURE_LEVER_MM / 1000.0,
    };
    struct pipeline *pipeline = NULL;
    summary_init(out);
    out->info = *info;
    out->duration_s = motions->duration_s;
    int err = pipeline_new(&input, &pipeline);
    for (size_t i = 0; i < motions->count && err == 0; i++) {
        err = pipeline_push(pipeline, &motions->chunk[i]);
    }
    if (err == 0) {
        err = pipeline_finish(pipeline, out);
    }
    pipeline_free(pipeline);
    return err;
}

/* ---- what was found ---- */

static void print_walking(const struct walking *walking)
{
    for (size_t i = 0; i < walking->step_count; i++) {
        printf("step %.3f\n", walking->step[i].time_s);
    }
    for (size_t i = 0; i < walking->bout_count; i++) {
        const struct walk_bout *bout = &walking->bout[i];
        printf("bout %.3f %.3f %.3f\n", bout->start_s, bout->end_s,
               bout->confidence);
    }
}

static void print_taps(const struct taps *taps)
{
    for (size_t i = 0; i < taps->tap_count; i++) {
        printf("tap %.3f %.3f\n", taps->tap[i].time_s,
               (double)taps->tap[i].confidence);
    }
    for (size_t i = 0; i < taps->series_count; i++) {
        const struct tap_series *series = &taps->series[i];
        printf("series %.3f %.3f %.3f\n", series->start_s, series->end_s,
               series->confidence);
    }
    if (taps->reason[0] != '\0') {
        printf("reason 1\n");
    }
}

static void print_exercise(const struct exercise *exercise)
{
    for (size_t i = 0; i < exercise->repetition_count; i++) {
        const struct repetition *r = &exercise->repetition[i];
        printf("repetition %.3f %.3f %.3f\n", r->start_s, r->end_s,
               (double)r->confidence);
    }
    for (size_t i = 0; i < exercise->set_count; i++) {
        const struct exercise_set *set = &exercise->set[i];
        printf("set %.3f %.3f %.3f %.3f %.3f\n", set->start_s, set->end_s,
               set->confidence, set->hold_s_median, set->tempo_s_median);
    }
}

static void print_tremor(const struct tremor *tremor)
{
    for (size_t i = 0; i < tremor->segment_count; i++) {
        const struct tremor_segment *s = &tremor->segment[i];
        printf("%s %.3f %.3f %.3f %.5f %.5f\n", tremor_kind_name(s->kind),
               s->start_s, s->end_s, s->confidence, s->frequency_hz,
               s->rms_dps);
    }
}

static void print_wear(const struct quality *quality)
{
    for (size_t i = 0; i < quality->nonwear_count; i++) {
        printf("nonwear %.3f %.3f\n", quality->nonwear[i].start_s,
               quality->nonwear[i].end_s);
    }
    for (size_t i = 0; i < quality->wear_unknown_count; i++) {
        printf("unknown %.3f %.3f\n", quality->wear_unknown[i].start_s,
               quality->wear_unknown[i].end_s);
    }
}

static int print_summary(void *self, const struct summary *summary,
                         size_t count, struct error *error)
{
    (void)self;
    (void)count;
    printf("summary ");
    return summary_json_write(summary, true, stdout, error);
}

static int print_programme(const struct motions *motions)
{
    struct error error = {0};
    printf("recording 0\n");
    int err = analyse_file(motions->path, &motions->options,
                           (struct analyse_taker){print_summary, NULL}, &error);
    if (err < 0) {
        fprintf(stderr, "left_out: %s: %s\n", motions->path, error.text);
    }
    return err;
}

static int print_findings(const struct motions *motions)
{
    static struct summary summary; /* large: not for the stack */
    int err = measure(motions, &summary);
    printf("recording %.3f\n", summary.duration_s);
    print_walking(&summary.walking);
    print_taps(&summary.taps);
    print_exercise(&summary.exercise);
    print_tremor(&summary.tremor);
    print_wear(&summary.quality);
    summary_free(&summary);
    return err;
}

static int print_all(const struct motions *motions, size_t count)
{
    int err = 0;
    for (size_t i = 0; i < count && err >= 0; i++) {
        err = motions[i].path != NULL ? print_programme(&motions[i])
                                      : print_findings(&motions[i]);
    }
    return err;
}

/* ---- evaluations ---- */

static int set(const char *file, const char *name, double value)
{
    for (size_t i = 0; i < tuned_count; i++) {
        if (strcmp(tuned[i].file, file) == 0 &&
            strcmp(tuned[i].name, name) == 0) {
            tuned[i].set(value);
            return 0;
        }
    }
    fprintf(stderr, "left_out: no parameter %s %s\n", file, name);
    return ERR_USAGE;
}

static int evaluate(char *line, const struct motions *motions, size_t count)
{
    int err = 0;
    char *rest = line;
    const char *file = strtok_r(line, " \n", &rest);
    while (file != NULL && err == 0) {
        const char *name = strtok_r(NULL, " \n", &rest);
        const char *value = strtok_r(NULL, " \n", &rest);
        err = value != NULL ? set(file, name, strtod(value, NULL)) : ERR_USAGE;
        file = strtok_r(NULL, " \n", &rest);
    }
    return err < 0 ? err : print_all(motions, count);
}

/* In a process of its own. */
static int evaluate_apart(char *line, const struct motions *motions,
                          size_t count)
{
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        int err = evaluate(line, motions, count);
        fflush(stdout);
        _exit(err < 0 ? 1 : 0);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0) {
        fprintf(stderr, "left_out: an evaluation failed\n");
        return -1;
    }
    return 0;
}

static void done(void)
{
    printf("done\n");
    fflush(stdout);
}

static int load_all(char **paths, struct motions *motions, size_t count)
{
    struct error error = {0};
    for (size_t i = 0; i < count; i++) {
        int err = load(paths[i], &motions[i], &error);
        if (err < 0) {
            fprintf(stderr, "left_out: %s: %s\n", paths[i], error.text);
            return err;
        }
    }
    return 0;
}

static void unload_all(struct motions *motions, size_t count)
{
    for (size_t i = 0; motions != NULL && i < count; i++) {
        for (size_t k = 0; k < motions[i].count; k++) {
            free((void *)motions[i].chunk[k].rows);
        }
        free(motions[i].chunk);
    }
    free(motions);
}

static int answer(const struct motions *motions, size_t count)
{
    char *line = NULL;
    size_t size = 0;
    int err = 0;
    for (size_t i = 0; i < tuned_count; i++) {
        printf("%s %s %.9g %d\n", tuned[i].file, tuned[i].name, tuned[i].get(),
               tuned[i].is_whole);
    }
    done();
    while (err == 0 && getline(&line, &size, stdin) > 0) {
        err = evaluate_apart(line, motions, count);
        done();
    }
    free(line);
    return err;
}

int main(int argc, char **argv)
{
    size_t count = (size_t)(argc - 1);
    struct motions *motions = calloc(count + 1, sizeof(*motions));
    int err =
        motions != NULL ? load_all(argv + 1, motions, count) : ERR_NO_MEMORY;
    if (err == 0) {
        err = answer(motions, count);
    }
    unload_all(motions, count);
    return err < 0;
}
