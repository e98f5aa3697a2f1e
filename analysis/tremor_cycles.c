/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/tremor_cycles.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#include "acquire/vector.h"
#include "analysis/tremor_window.h"

static const double PI = 3.14159265358979323846;

/* The band is cut out by a Hann-windowed wave of three cycles: its response is
 * nil at rest and at twice the frequency. */
static const double HALF_WAVE_CYCLES = 1.5;
enum {
    HALF_WAVE_MAX = (TREMOR_WINDOW_ROWS - TREMOR_WINDOW_HOP) / 2,
    LEAST_CHANGES = 8
};

static const double RANGE_HZ = 4.0;

void tremor_cycles_init(struct tremor_cycles *cycles)
{
    memset(cycles, 0, sizeof(*cycles));
    cycles->row_s = (double)-INFINITY;
    cycles->turned_s = (double)NAN;
    cycles->cycle_hz = (double)NAN;
}

/* One half of it; the other is its mirror image. */
struct wave {
    int half;
    float re[HALF_WAVE_MAX + 1];
    float im[HALF_WAVE_MAX + 1];
};

static void wave_fill(struct wave *wave, double hz)
{
    double rows = HALF_WAVE_CYCLES * TREMOR_WINDOW_HZ / hz;
    double complex turn = cexp(-2.0 * PI * I * hz / TREMOR_WINDOW_HZ);
    double complex slow_turn = cexp(PI * I / rows);
    double complex at = 1.0;
    double complex slow = 1.0;
    wave->half = rows < HALF_WAVE_MAX ? (int)rows : HALF_WAVE_MAX;
    for (int i = 0; i <= wave->half; i++) {
        double hann = 0.5 + 0.5 * creal(slow);
        wave->re[i] = (float)(hann * creal(at));
        wave->im[i] = (float)(hann * cimag(at));
        at *= turn;
        slow *= slow_turn;
    }
}

/* The band's wave at `x` and the rows after it, of which there are more to both
 * sides. All at once: each sum by itself would be a long chain. */
VECTOR_CLONES
static void follow(const struct wave *wave, const float *x,
                   float re[TREMOR_WINDOW_HOP], float im[TREMOR_WINDOW_HOP])
{
    for (int k = 0; k < TREMOR_WINDOW_HOP; k++) {
        re[k] = x[k] * wave->re[0];
        im[k] = 0.0f;
    }
    for (int i = 1; i <= wave->half; i++) {
        for (int k = 0; k < TREMOR_WINDOW_HOP; k++) {
            re[k] += (x[k + i] + x[k - i]) * wave->re[i];
            im[k] += (x[k + i] - x[k - i]) * wave->im[i];
        }
    }
}

static void count_change(struct tremor_cycles *cycles, double change_hz)
{
    double bin = (change_hz + RANGE_HZ) * CYCLE_BINS / (2.0 * RANGE_HZ);
    bin = fmin(fmax(bin, 0.0), CYCLE_BINS - 1);
    cycles->change[(size_t)bin]++;
    cycles->changes++;
}

/* A cycle became full at `t_s`. */
static void turn(struct tremor_cycles *cycles, double t_s)
{
    double hz = 1.0 / (t_s - cycles->turned_s);
    if (isfinite(hz) && isfinite(cycles->cycle_hz)) {
        count_change(cycles, hz - cycles->cycle_hz);
    }
    cycles->cycle_hz = hz;
    cycles->turned_s = t_s;
}

/* `phase` is of -0.5 to 0.5 turns. From row to row it goes by less than half a
 * turn, either way. */
static void add_phase(struct tremor_cycles *cycles, double phase, double t_s)
{
    double before = cycles->phase;
    double step = phase - before;
    step += step < -0.5 ? 1.0 : 0.0;
    cycles->phase = before + step;
    if (cycles->phase >= 1.0) {
        double part = (1.0 - before) / step;
        turn(cycles, cycles->row_s + part * (t_s - cycles->row_s));
        cycles->phase -= 1.0;
    } else if (cycles->phase < 0.0) {
        cycles->phase += 1.0;
    }
    cycles->row_s = t_s;
}

void tremor_cycles_add(struct tremor_cycles *cycles, const float *x, double hz,
                       double t_s)
{
    static const double ROW_S = 1.0 / TREMOR_WINDOW_HZ;
    enum { FIRST = (TREMOR_WINDOW_ROWS - TREMOR_WINDOW_HOP) / 2 };
    struct wave wave = {0};
    wave_fill(&wave, hz);
    double first_s = t_s + (FIRST - 0.5 * TREMOR_WINDOW_ROWS) * ROW_S;
    if (first_s - cycles->row_s > 1.5 * ROW_S) {
        cycles->turned_s = (double)NAN;
        cycles->cycle_hz = (double)NAN;
        cycles->phase = 0.0;
        cycles->row_s = first_s - ROW_S;
    }
    float re[TREMOR_WINDOW_HOP];
    float im[TREMOR_WINDOW_HOP];
    follow(&wave, x + FIRST, re, im);
    for (size_t i = 0; i < TREMOR_WINDOW_HOP; i++) {
        double phase = (double)atan2f(im[i], re[i]) / (2.0 * PI);
        add_phase(cycles, phase, first_s + (double)i * ROW_S);
    }
}

/* The change below which a share of all changes lies. */
static double quantile(const struct tremor_cycles *cycles, double share)
{
    double wanted = share * cycles->changes;
    double below = 0.0;
    size_t bin = 0;
    while (bin + 1 < CYCLE_BINS && below + cycles->change[bin] < wanted) {
        below += cycles->change[bin];
        bin++;
    }
    double part = (wanted - below) / fmax(1.0, cycles->change[bin]);
    return ((double)bin + part) * 2.0 * RANGE_HZ / CYCLE_BINS - RANGE_HZ;
}

double tremor_cycles_index(const struct tremor_cycles *cycles)
{
    if (cycles->changes < LEAST_CHANGES) {
        return (double)NAN;
    }
    return quantile(cycles, 0.75) - quantile(cycles, 0.25);
}
