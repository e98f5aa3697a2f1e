/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/usb/band.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hdf5.h>

#include "acquire/clock_probes.h"
#include "acquire/clocks.h"
#include "acquire/hdf5_layout.h"
#include "acquire/import.h"

static int move_at(void *ctx, double t_s, double rate_hz,
                   struct motion_point *out)
{
    (void)ctx;
    (void)rate_hz;
    *out = (struct motion_point){
        .accel_g = {0.3 * sin(9 * t_s), 0.2 * sin(5 * t_s), 1},
        .gyro_dps = {120 * sin(3 * t_s), 40 * sin(7 * t_s), 15},
        .temperature_c = 25,
    };
    return 0;
}

static void release(void *ctx)
{
    (void)ctx;
}

static void on_sample(void *ctx, uint64_t index, const int16_t sample[6])
{
    struct band *band = ctx;
    if (band->taken_count == band->taken_room) {
        band->taken_room = band->taken_room > 0 ? 2 * band->taken_room : 4096;
        band->taken =
            realloc(band->taken, band->taken_room * sizeof(*band->taken));
        if (band->taken == NULL) {
            abort();
        }
    }
    if (band->taken_count > 0 &&
        index <= band->taken[band->taken_count - 1].index) {
        band->stream++;
    }
    struct band_sample *taken = &band->taken[band->taken_count++];
    *taken = (struct band_sample){
        .stream = band->stream,
        .index = index,
        .ns = band->power_ns + wristband_now_ns(band->wristband),
    };
    memcpy(taken->axes, sample, sizeof(taken->axes));
}

static void power_on(struct band *band)
{
    const struct wristband_config config = {
        .serial = band->serial,
        .firmware = {0, 1, 0},
        .seed = band->seed++,
        .on_sample = on_sample,
        .on_sample_ctx = band,
    };
    const struct motion_source motion = {
        .duration_s = INFINITY, .at = move_at, .release = release};
    band->power_ns = monotonic_ns() - band->begin_ns;
    if (wristband_new(&config, motion, &band->wristband) != 0) {
        abort();
    }
}

void band_begin(struct band *band, const char *serial)
{
    memset(band, 0, sizeof(*band));
    pthread_mutex_init(&band->lock, NULL);
    band->serial = serial;
    band->seed = 1;
    band->begin_ns = monotonic_ns();
    power_on(band);
}

void band_end(struct band *band)
{
    wristband_free(band->wristband);
    free(band->taken);
    pthread_mutex_destroy(&band->lock);
}

void band_reset(struct band *band)
{
    pthread_mutex_lock(&band->lock);
    wristband_free(band->wristband);
    band->stream++;
    power_on(band);
    pthread_mutex_unlock(&band->lock);
}

static void catch_up(struct band *band)
{
    wristband_run(band->wristband,
                  monotonic_ns() - band->begin_ns - band->power_ns);
}

int band_ask(struct band *band, const struct wire_setup *setup, uint8_t *data)
{
    pthread_mutex_lock(&band->lock);
    catch_up(band);
    int n = wristband_request(band->wristband, setup, data);
    pthread_mutex_unlock(&band->lock);
    return n;
}

size_t band_read(struct band *band, uint8_t *out, size_t size)
{
    pthread_mutex_lock(&band->lock);
    catch_up(band);
    size_t n = wristband_read(band->wristband, out, size);
    pthread_mutex_unlock(&band->lock);
    return n;
}

/* ---- recordings ---- */

static bool same(const int16_t row[6], const struct band_sample *taken)
{
    return memcmp(row, taken->axes, sizeof(taken->axes)) == 0;
}

/* Where from `at` on the first of the rows stand; taken_count: nowhere. */
static size_t find(const struct band *band, size_t at, const int16_t (*rows)[6],
                   size_t count)
{
    enum { ENOUGH = 4 };
    size_t n = count < ENOUGH ? count : ENOUGH;
    for (; at + n <= band->taken_count; at++) {
        size_t equal = 0;
        while (equal < n && same(rows[equal], &band->taken[at + equal])) {
            equal++;
        }
        if (equal == n) {
            return at;
        }
    }
    return band->taken_count;
}

/* How many of the rows are those from `at` on, without a break. */
static size_t equal_rows(const struct band *band, size_t at,
                         const int16_t (*rows)[6], size_t count)
{
    size_t n = 0;
    while (n < count && at + n < band->taken_count &&
           same(rows[n], &band->taken[at + n]) &&
           band->taken[at + n].stream == band->taken[at].stream &&
           band->taken[at + n].index == band->taken[at].index + n) {
        n++;
    }
    return n;
}

/* All readings of the clock that are in a file. */
struct probes {
    struct recording_clock *all;
    size_t count;
};

static bool read_probes(const char *path, const char *serial,
                        struct probes *probes)
{
    char name[64];
    snprintf(name, sizeof(name), "/sensors/%s/clock", serial);
    hdf5_begin();
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t set = H5Dopen2(file, name, H5P_DEFAULT);
    hid_t space = H5Dget_space(set);
    hid_t type = hdf5_set_type(HDF5_SET_CLOCK, true);
    hssize_t n = H5Sget_simple_extent_npoints(space);
    probes->count = n > 0 ? (size_t)n : 0;
    probes->all = calloc(probes->count + 1, sizeof(*probes->all));
    bool good =
        n > 0 && probes->all != NULL &&
        H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, probes->all) >= 0;
    H5Tclose(type);
    H5Sclose(space);
    H5Dclose(set);
    H5Fclose(file);
    return good;
}

/* How much a gap's length may be wrong by, where it follows from the host's
 * clock: the round trips of the best reading before it and of all within it,
 * the last of which it rests on. */
static double doubt_s(const struct probes *probes,
                      const struct recording_gap *gap)
{
    struct recording_clock best = {0};
    int64_t sum_ns = 0;
    for (size_t i = 0; i < probes->count; i++) {
        const struct recording_clock *probe = &probes->all[i];
        if (probe->device_ns > gap->end_ns) {
            break;
        }
        if (probe->device_ns > gap->start_ns) {
            sum_ns += probe->round_trip_ns;
        } else if (i == 0 || clock_probe_supersedes(probe, &best)) {
            best = *probe;
        }
    }
    return (double)(best.round_trip_ns + sum_ns) * 1e-9;
}

/* How much longer than it is the gap between two samples is said to be, beyond
 * what is allowed. */
static double excess(const struct band_sample *last,
                     const struct band_sample *next, uint64_t lost,
                     double rate_hz, double slack_s)
{
    static const double ROUNDED = 1; /* half a sample at each end */
    /* This band is a process: on a busy computer it notes the time of what it
     * measures this much late. 1 of 75 gaps was 10 ms off at a load of 20. */
    static const double LATE_S = 0.02;
    if (last != NULL && last->stream != next->stream) {
        double missing = (double)(next->ns - last->ns) * 1e-9 * rate_hz - 1;
        double wrong = fabs((double)lost - missing);
        return fmax(wrong - (slack_s + LATE_S) * rate_hz - ROUNDED, 0);
    }
    uint64_t first = last != NULL ? last->index + 1 : 0;
    return fabs((double)lost - (double)(next->index - first));
}

static bool check_rows(const struct band *band, struct recording *recording,
                       const int16_t (*rows)[6], const struct probes *probes,
                       char why[BAND_WHY])
{
    size_t gap_count;
    const struct recording_gap *gaps = recording_gaps(recording, &gap_count);
    double rate_hz = recording_info(recording)->rate_nominal_hz;
    const struct band_sample *last = NULL;
    uint64_t row = 0;
    size_t at = 0;
    for (size_t i = 0; i <= gap_count; i++) {
        uint64_t end =
            i < gap_count ? gaps[i].at_sample : recording_rows(recording);
        size_t count = (size_t)(end - row);
        uint64_t lost = i > 0 ? gaps[i - 1].lost_samples : 0;
        if (count == 0) {
            continue; /* before the first row, behind the last */
        }
        at = find(band, at, rows + row, count);
        size_t equal = equal_rows(band, at, rows + row, count);
        if (equal != count) {
            snprintf(why, BAND_WHY, "row %zu of %zu after gap %zu differs",
                     equal, count, i);
            return false;
        }
        double slack_s = i > 0 ? doubt_s(probes, &gaps[i - 1]) : 0;
        double amiss = excess(last, &band->taken[at], lost, rate_hz, slack_s);
        if (amiss > 0) {
            snprintf(why, BAND_WHY,
                     "gap %zu, of %llu samples, is wrong by %.0f more than the "
                     "round trips' %.1f ms",
                     i, (unsigned long long)lost, amiss, slack_s * 1e3);
            return false;
        }
        at += count;
        last = &band->taken[at - 1];
        row = end;
    }
    return true;
}

bool band_holds(struct band *band, const char *path, struct band_account *out,
                char why[BAND_WHY])
{
    const struct import_options own = {.own = true};
    struct recording *recording;
    struct error error;
    *out = (struct band_account){0};
    struct probes probes;
    bool probed = read_probes(path, band->serial, &probes);
    if (recording_open(path, &own, &recording, &error) < 0) {
        free(probes.all);
        snprintf(why, BAND_WHY, "%.*s", BAND_WHY - 1, error.text);
        return false;
    }
    size_t gap_count;
    const struct recording_gap *gaps = recording_gaps(recording, &gap_count);
    out->rows = recording_rows(recording);
    out->gaps = gap_count;
    for (size_t i = 0; i < gap_count; i++) {
        out->lost += gaps[i].lost_samples;
        out->tail += gaps[i].at_sample == out->rows ? gaps[i].lost_samples : 0;
        out->causes |= gaps[i].cause;
    }
    int16_t(*rows)[6] = malloc((size_t)(out->rows + 1) * sizeof(*rows));
    bool good =
        probed && rows != NULL &&
        recording_read_raw(recording, 0, (size_t)out->rows, rows, NULL) >= 0;
    if (!good) {
        snprintf(why, BAND_WHY, "cannot read the rows");
    } else {
        pthread_mutex_lock(&band->lock);
        good = check_rows(band, recording, (const int16_t(*)[6])rows, &probes,
                          why);
        pthread_mutex_unlock(&band->lock);
    }
    free(probes.all);
    free(rows);
    recording_close(recording);
    return good;
}
