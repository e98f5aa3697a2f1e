/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/clock_fit.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/median.h"

enum {
    PARTS = 32, /* of a line, the best probe of each draws it */
    PAIRS = PARTS * (PARTS - 1) / 2,
    TRIES = 8,     /* parts that must lie on a line, or more */
    TRY_LEAST = 3, /* bursts in such a part */
    TRY_MOST = 50,
    VOTES = 4, /* bursts that say whether a jump was one */
};

/* No clock of a working device is wrong by 1 %: beyond that the probes are not
 * of this device, or damaged. */
static const double rate_error_max = 0.01;

/* Two bursts may differ by their round trips and by this; no crystal is so
 * wrong, nor does a kernel slew its clock any faster (adjtimex: 500 ppm). */
static const double bend_max = 1e-3;

static const double pause_ns = 6e9; /* without a probe: a stretch ends */
static const double rate_ns = 60e9; /* of stretches, that tell the rate */

struct point {
    double device; /* [ns] from the first probe */
    double host;
    double round_trip;
};

/* What a probe is in the sequence of those that are believed. */
enum mark { ASIDE, FOLLOWS, STARTS };

struct line {
    double host; /* where the device's clock is 0 */
    double rate;
};

struct work {
    struct clock_map *map;
    const struct recording_clock *probes;
    size_t n;
    unsigned char *marks; /* enum mark of each probe */
    size_t *believed;     /* indices of those that are not set aside */
    size_t count;         /* of them */
    struct line line;     /* the last one that was drawn */
    size_t line_from;     /* point with which it begins */
    double device;        /* sums over all stretches [ns] */
    double host;
};

static struct point probe_at(const struct work *w, size_t i)
{
    const struct recording_clock *probe = &w->probes[i];
    return (struct point){
        (double)probe->device_ns - (double)w->map->device_ns,
        (double)probe->host_monotonic_ns - (double)w->map->host_ns,
        (double)probe->round_trip_ns,
    };
}

static struct point point_at(const struct work *w, size_t i)
{
    return probe_at(w, w->believed[i]);
}

/* ---- which probes are believed ---- */

static bool agree(const struct work *w, size_t i, size_t j)
{
    struct point a = probe_at(w, i);
    struct point b = probe_at(w, j);
    double device = b.device - a.device;
    double off = fabs(b.host - a.host - device);
    return device > 0 &&
           off <= (a.round_trip + b.round_trip) / 2 + bend_max * device;
}

/* True if most of those that follow agree with probe `i`. */
static bool has_company(const struct work *w, size_t i)
{
    int votes = 0;
    for (size_t j = i + 1; j < w->n && j <= i + VOTES; j++) {
        votes += agree(w, i, j) ? 1 : -1;
    }
    return votes > 0;
}

/* A probe that neither agrees with the one before nor finds any company is set
 * aside, the first of all as well. A stretch starts after a jump or a pause. */
static void mark_probes(struct work *w)
{
    size_t last = 0;
    bool company = false;
    w->marks[0] = STARTS;
    for (size_t i = 1; i < w->n; i++) {
        if (agree(w, last, i)) {
            double pause = probe_at(w, i).device - probe_at(w, last).device;
            w->marks[i] = pause > pause_ns ? STARTS : FOLLOWS;
            company = true;
        } else if (w->probes[i].device_ns > w->probes[last].device_ns &&
                   has_company(w, i)) {
            w->marks[last] = company ? w->marks[last] : ASIDE;
            w->marks[i] = STARTS;
            company = false;
        } else {
            continue;
        }
        last = i;
    }
    for (size_t i = 0; i < w->n; i++) {
        w->believed[w->count] = i;
        w->count += w->marks[i] != ASIDE;
    }
}

/* ---- a line through some of them: points [from, to) ---- */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static double line_at(const struct line *line, double device)
{
    return line->host + line->rate * device;
}

/* The best point of each of up to PARTS parts of equal number; returns how
 * many. */
static size_t choose(const struct work *w, size_t from, size_t to,
                     struct point *out)
{
    size_t parts = least(to - from, PARTS);
    for (size_t k = 0; k < parts; k++) {
        size_t first = from + (to - from) * k / parts;
        size_t end = from + (to - from) * (k + 1) / parts;
        out[k] = point_at(w, first);
        for (size_t i = first; i < end; i++) {
            struct point p = point_at(w, i);
            out[k] = p.round_trip < out[k].round_trip ? p : out[k];
        }
    }
    return parts;
}

static struct line draw(const struct work *w, size_t from, size_t to)
{
    struct point p[PARTS] = {{0, 0, 0}};
    double slopes[PAIRS];
    double offsets[PARTS] = {0};
    size_t count = 0;
    size_t n = choose(w, from, to, p);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1; j < n; j++) {
            slopes[count++] =
                (p[j].host - p[i].host) / (p[j].device - p[i].device);
        }
    }
    struct line line = {0, count > 0 ? median(slopes, count) : 1};
    for (size_t i = 0; i < n; i++) {
        offsets[i] = p[i].host - line_at(&line, p[i].device);
    }
    line.host = median(offsets, n);
    return line;
}

/* How far points are off a line, in the middle [ns]; fewer than twice
 * TRY_MOST. */
static double off_line(const struct work *w, const struct line *line,
                       size_t from, size_t to)
{
    double off[2 * TRY_MOST] = {0};
    for (size_t i = from; i < to; i++) {
        struct point p = point_at(w, i);
        off[i - from] = p.host - line_at(line, p.device);
    }
    return median(off, to - from);
}

/* True if point `i` proves a line wrong: by more than half its round trip no
 * probe is late or early. */
static bool refutes(const struct work *w, const struct line *line, size_t i)
{
    struct point p = point_at(w, i);
    return fabs(p.host - line_at(line, p.device)) >
           p.round_trip / 2 + CLOCK_FIT_LINE_US * 1e3;
}

/* Two in a row do so, or one at an end of the line. */
static bool refuted(const struct work *w, const struct line *line, size_t from,
                    size_t to)
{
    bool before = true;
    for (size_t i = from; i < to; i++) {
        bool now = refutes(w, line, i);
        if (now && before) {
            return true;
        }
        before = now;
    }
    return before;
}

/* True if the line is not refuted, and no part of the points lies beside it in
 * the middle; true of so few that it cannot be told. */
static bool holds(const struct work *w, const struct line *line, size_t from,
                  size_t to)
{
    size_t n = to - from;
    size_t size = least(n / TRIES, TRY_MOST);
    size = size < TRY_LEAST ? TRY_LEAST : size;
    size_t parts = n / size;
    for (size_t k = 0; k < parts && parts > 2; k++) {
        double off =
            off_line(w, line, from + n * k / parts, from + n * (k + 1) / parts);
        if (fabs(off) > CLOCK_FIT_LINE_US * 1e3) {
            return false;
        }
    }
    return n <= TRY_LEAST || !refuted(w, line, from, to);
}

/* ---- knots ---- */

static int add_knot(struct clock_map *map, double device, double host,
                    struct error *error)
{
    size_t n = map->count;
    if ((n & (n - 1)) == 0) {
        struct clock_knot *grown =
            realloc(map->knots, (n > 0 ? 2 * n : 1) * sizeof(*grown));
        if (grown == NULL) {
            return error_set(error, ERR_NO_MEMORY, "out of memory");
        }
        map->knots = grown;
    }
    map->knots[map->count++] = (struct clock_knot){device, host};
    return 0;
}

/* Where the line before and `line` meet, which is drawn through [from, to):
 * where they cross, if that is near; else halfway between them. */
static struct clock_knot meet(const struct work *w, const struct line *line,
                              size_t from, size_t to)
{
    const struct line *before = &w->line;
    size_t back = least((from - w->line_from) / 2, TRY_MOST);
    size_t on = least((to - from) / 2, TRY_MOST);
    double first = point_at(w, from - 1 - back).device;
    double last = point_at(w, from + on).device;
    double device =
        (point_at(w, from - 1).device + point_at(w, from).device) / 2;
    double apart = line_at(line, device) - line_at(before, device);
    double cross = device + apart / (before->rate - line->rate);
    if (cross > first && cross < last) {
        return (struct clock_knot){cross, line_at(line, cross)};
    }
    return (struct clock_knot){device, line_at(line, device) - apart / 2};
}

static int add_line(struct work *w, size_t from, size_t to,
                    const struct line *line, struct error *error)
{
    double device = point_at(w, from).device;
    struct clock_knot knot = {device, line_at(line, device)};
    if (w->marks[w->believed[from]] != STARTS) {
        knot = meet(w, line, from, to);
    }
    w->line = *line;
    w->line_from = from;
    return add_knot(w->map, knot.device, knot.host, error);
}

/* Points [from, to) of a stretch: one line if it holds, else halves. */
static int add_lines(struct work *w, size_t from, size_t to,
                     struct error *error)
{
    struct line line = draw(w, from, to);
    if (holds(w, &line, from, to)) {
        return add_line(w, from, to, &line, error);
    }
    size_t middle = from + (to - from) / 2;
    int err = add_lines(w, from, middle, error);
    return err < 0 ? err : add_lines(w, middle, to, error);
}

static int add_stretch(struct work *w, size_t from, size_t to,
                       struct error *error)
{
    size_t first = w->map->count;
    double device = point_at(w, to - 1).device;
    int err = add_lines(w, from, to, error);
    if (err < 0) {
        return err;
    }
    double host = line_at(&w->line, device);
    w->device += device - w->map->knots[first].device;
    w->host += host - w->map->knots[first].host;
    return add_knot(w->map, device, host, error);
}

/* Leaves out knots that do not rise above those before them. */
static void make_rise(struct clock_map *map)
{
    size_t kept = 1;
    for (size_t i = 1; i < map->count; i++) {
        const struct clock_knot *before = &map->knots[kept - 1];
        if (map->knots[i].device > before->device &&
            map->knots[i].host > before->host) {
            map->knots[kept++] = map->knots[i];
        }
    }
    map->count = kept;
}

static int fit_knots(struct work *w, struct error *error)
{
    for (size_t from = 0, to = 1; from < w->count; from = to++) {
        while (to < w->count && w->marks[w->believed[to]] != STARTS) {
            to++;
        }
        int err = add_stretch(w, from, to, error);
        if (err < 0) {
            return err;
        }
    }
    make_rise(w->map);
    return 0;
}

/* The mean rate: of the stretches, or where they are too short, of all. */
static double find_rate(const struct work *w)
{
    const struct clock_knot *first = &w->map->knots[0];
    const struct clock_knot *last = &w->map->knots[w->map->count - 1];
    return w->device >= rate_ns
               ? w->host / w->device
               : (last->host - first->host) / (last->device - first->device);
}

/* ---- all of it ---- */

static struct clock_fit describe(const struct work *w, uint64_t total)
{
    double sum = 0;
    double most = 0;
    for (size_t i = 0; i < w->n; i++) {
        struct point p = probe_at(w, i);
        double residual = fabs(p.host - clock_map_host(w->map, p.device));
        sum += residual * residual;
        most = fmax(most, residual);
    }
    return (struct clock_fit){
        .probes = (size_t)total,
        .used = w->count,
        .lines = w->map->count - 1,
        .ppm = (1 / w->map->rate - 1) * 1e6,
        .residual_rms_us = sqrt(sum / (double)w->n) / 1e3,
        .residual_max_us = most / 1e3,
    };
}

/* A map that says nothing. */
static void forget(struct clock_map *map)
{
    map->rate = 1;
    map->count = 0;
}

static int fit(struct work *w, uint64_t total, struct error *error)
{
    mark_probes(w);
    int err = fit_knots(w, error);
    if (err < 0) {
        return err;
    }
    w->map->rate = find_rate(w);
    double span =
        w->map->knots[w->map->count - 1].device - w->map->knots[0].device;
    if (span < CLOCK_FIT_SPAN_S * 1e9 ||
        !(fabs(w->map->rate - 1) <= rate_error_max)) {
        forget(w->map);
        return 0;
    }
    w->map->fit = describe(w, total);
    return 0;
}

int clock_map_init(struct clock_map *map, const struct clock_probes *probes,
                   struct error *error)
{
    *map = (struct clock_map){.rate = 1};
    if (probes->count == 0) {
        return 0;
    }
    map->device_ns = probes->best[0].device_ns;
    map->host_ns = probes->best[0].host_monotonic_ns;
    struct work work = {
        .map = map,
        .probes = probes->best,
        .n = probes->count,
        .marks = calloc(probes->count, sizeof(*work.marks)),
        .believed = calloc(probes->count, sizeof(*work.believed)),
    };
    int err = work.marks != NULL && work.believed != NULL
                  ? fit(&work, probes->total, error)
                  : error_set(error, ERR_NO_MEMORY, "out of memory");
    free(work.marks);
    free(work.believed);
    if (err < 0) {
        clock_map_deinit(map);
    }
    return err;
}

void clock_map_deinit(struct clock_map *map)
{
    free(map->knots);
    *map = (struct clock_map){.rate = 1};
}

double clock_map_host(const struct clock_map *map, double device)
{
    if (map->count == 0) {
        return map->rate * device;
    }
    const struct clock_knot *k = map->knots;
    size_t low = 0;
    size_t high = map->count - 1;
    if (device <= k[low].device) {
        return k[low].host + map->rate * (device - k[low].device);
    }
    if (device >= k[high].device) {
        return k[high].host + map->rate * (device - k[high].device);
    }
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        *(device < k[middle].device ? &high : &low) = middle;
    }
    double part = (device - k[low].device) / (k[high].device - k[low].device);
    return k[low].host + part * (k[high].host - k[low].host);
}

double clock_map_time(const struct clock_map *map, double device_ns)
{
    return (double)map->host_ns +
           clock_map_host(map, device_ns - (double)map->device_ns);
}

int clock_fit_rate(const struct clock_probes *probes, double *rate,
                   struct error *error)
{
    struct clock_map map;
    int err = clock_map_init(&map, probes, error);
    *rate = map.rate;
    clock_map_deinit(&map);
    return err;
}
