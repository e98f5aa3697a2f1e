/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench_parts FILE: where the time of an analysis goes. Does what pipeline_run
 * does with a recording without gaps, and looks at the clock between its
 * parts. Prints the processor's seconds that each took, which other programs do
 * not add to, less what looking takes: a look is a call of the kernel, and
 * there are millions.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "acquire/clocks.h"
#include "acquire/resample.h"
#include "analysis/arbitrate.h"
#include "analysis/measure.h"
#include "analysis/pipeline.h"
#include "analysis/summary_json.h"

enum { MEASURES_MAX = 16, GRID_ROWS = 1024, LOOKS = 300 };

struct grid {
    double rate_hz;
    struct resample *resample;
    size_t held;
    double held_s;
    struct motion row[GRID_ROWS];
    double taken_s;
};

static struct bench {
    double source_hz;
    struct grid grid[MEASURES_MAX];
    size_t grids;
    void *state[MEASURES_MAX];
    double measure_s[MEASURES_MAX];
    int64_t looked_ns;
    double look_s; /* what a look takes */
} bench;

static struct summary summary;

static void must(bool well, const char *text)
{
    if (!well) {
        fprintf(stderr, "bench_parts: %s\n", text);
        exit(EXIT_FAILURE);
    }
}

/* The processor's time since the last look, without it. */
static double look(void)
{
    int64_t now_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    double s = (double)(now_ns - bench.looked_ns) / 1e9 - bench.look_s;
    bench.looked_ns = now_ns;
    return s;
}

/* The least of many means: nothing makes a look take less. */
static void measure_look(void)
{
    double least_s = INFINITY;
    for (int round = 0; round < LOOKS; round++) {
        double sum_s = 0;
        look();
        for (int i = 0; i < LOOKS; i++) {
            sum_s += look();
        }
        least_s = fmin(least_s, sum_s / LOOKS);
    }
    bench.look_s = least_s;
}

static void add_grid(double source_hz, double rate_hz)
{
    for (size_t i = 0; i < bench.grids; i++) {
        if (bench.grid[i].rate_hz == rate_hz) {
            return;
        }
    }
    struct grid *grid = &bench.grid[bench.grids++];
    grid->rate_hz = rate_hz;
    grid->resample = resample_new(source_hz, rate_hz);
    must(grid->resample != NULL, "cannot resample");
}

static void create(const struct measure_input *input)
{
    bench.source_hz = input->source_hz;
    for (size_t i = 0; pipeline_measures[i] != NULL; i++) {
        must(i < MEASURES_MAX, "too many measures");
        bench.state[i] = pipeline_measures[i]->create(input);
        must(bench.state[i] != NULL, "out of memory");
        double grid_hz =
            measure_grid_hz(pipeline_measures[i], input->source_hz);
        if (grid_hz > 0) {
            add_grid(input->source_hz, grid_hz);
        }
    }
}

static void push(double rate_hz, const struct motion *rows, size_t n,
                 double t0_s, double dt_s)
{
    for (size_t i = 0; pipeline_measures[i] != NULL; i++) {
        const struct measure *measure = pipeline_measures[i];
        if (measure_grid_hz(measure, bench.source_hz) == rate_hz) {
            int err = measure->push(bench.state[i], rows, n, t0_s, dt_s);
            must(err == 0, "out of memory");
            bench.measure_s[i] += look();
        }
    }
}

static void push_held(struct grid *grid)
{
    size_t n = grid->held;
    grid->held = 0;
    grid->taken_s += look();
    push(grid->rate_hz, grid->row, n, grid->held_s, 1 / grid->rate_hz);
}

static void drain(struct grid *grid)
{
    size_t n;
    double t0_s;
    while ((n = resample_pull(grid->resample, grid->row + grid->held,
                              GRID_ROWS - grid->held, &t0_s)) > 0) {
        grid->held_s = grid->held == 0 ? t0_s : grid->held_s;
        grid->held += n;
        if (grid->held == GRID_ROWS) {
            push_held(grid);
        }
    }
    grid->taken_s += look();
}

static void take(const struct recording_chunk *chunk)
{
    push(0, chunk->rows, chunk->count, chunk->t0_s, chunk->dt_s);
    for (size_t i = 0; i < bench.grids; i++) {
        resample_push(bench.grid[i].resample, chunk->rows, chunk->count,
                      chunk->t0_s, chunk->dt_s);
        drain(&bench.grid[i]);
    }
}

static void end(void)
{
    for (size_t i = 0; i < bench.grids; i++) {
        resample_flush(bench.grid[i].resample);
        drain(&bench.grid[i]);
        push_held(&bench.grid[i]);
    }
    for (size_t i = 0; pipeline_measures[i] != NULL; i++) {
        const struct measure *measure = pipeline_measures[i];
        must(measure->gap(bench.state[i]) == 0 &&
                 measure->finish(bench.state[i], &summary) == 0,
             "out of memory");
        bench.measure_s[i] += look();
    }
}

static double write_json(void)
{
    struct error error;
    FILE *nowhere = fopen("/dev/null", "w");
    must(nowhere != NULL, "no /dev/null");
    must(summary_json_write(&summary, false, nowhere, &error) == 0,
         "cannot write");
    fclose(nowhere);
    return look();
}

static void print(const char *name, double taken_s)
{
    printf("%s\t%.3f\n", name, taken_s);
}

static void print_all(double reading_s, double arbitrating_s, double writing_s)
{
    print("reading", reading_s);
    for (size_t i = 0; i < bench.grids; i++) {
        char name[32];
        snprintf(name, sizeof(name), "resampling to %g Hz",
                 bench.grid[i].rate_hz);
        print(name, bench.grid[i].taken_s);
    }
    for (size_t i = 0; pipeline_measures[i] != NULL; i++) {
        print(pipeline_measures[i]->name, bench.measure_s[i]);
    }
    print("arbitration", arbitrating_s);
    print("JSON", writing_s);
}

static double read_all(struct recording *recording)
{
    struct error error;
    struct recording_chunk chunk;
    double taken_s = 0;
    for (;;) {
        must(recording_read(recording, &chunk, &error) == 0, "cannot read");
        taken_s += look();
        if (chunk.count == 0) {
            return taken_s;
        }
        take(&chunk);
    }
}

/* That of the process which reads the file (hdf5_reader.h), once it is over. */
static double readers_time(void)
{
    struct rusage used;
    must(getrusage(RUSAGE_CHILDREN, &used) == 0, "no account of time");
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char **argv)
{
    struct error error = {0};
    struct recording *recording;
    must(argc == 2, "Usage: bench_parts FILE");
    measure_look();
    look();
    must(recording_open(argv[1], NULL, &recording, &error) == 0, error.text);
    summary_init(&summary);
    const struct recording_info *info = recording_info(recording);
    summary.info = *info;
    const struct measure_input input = {
        .source_hz = info->rate_measured_hz,
        .has_accel = info->has_accel,
        .has_gyro = info->has_gyro,
        .lever_m = MEASURE_LEVER_MM / 1000.0,
    };
    double reading_s = look();
    create(&input);
    look();
    reading_s += read_all(recording);
    end();
    arbitrate(&summary);
    double arbitrating_s = look();
    recording_close(recording);
    reading_s += look() + readers_time();
    print_all(reading_s, arbitrating_s, write_json());
    return 0;
}
