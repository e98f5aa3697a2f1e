/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/walking_steps.h"

#include <math.h>
#include <string.h>

#include "acquire/median.h"
#include "acquire/vector.h"

static const double PI = 3.14159265358979323846;

/* A step at an end of walking is at least this high, as a part of the median
 * of the first or last END_PEAKS: where a steady rhythm stops, a symmetric
 * filter has half its height. */
static const float END_HEIGHT = 0.5F;
enum { END_PEAKS = 6 };
/* Past the ends, steps follow each other within this many periods. */
static const double END_INTERVAL = 1.5;
/* Intervals in periods between which two peaks are steps in a row. Outside,
 * one is missing or one too many. */
static const double INTERVAL_MIN = 0.55;
static const double INTERVAL_MAX = 1.6;
enum { PERIODS = 2 }; /* of a step, on either side in the filter */
/* Who stops for some seconds sways, and is followed as if he walked. Where at
 * least PAUSE_PEAKS in a row have this part of the stretch's median motion
 * around them, they and their neighbours up to the second part are none. Of 157
 * real walks that do not stop none has more than two. */
static const float PAUSE_MOTION = 0.3F;
static const float PAUSE_ENDS = 0.5F;
enum { PAUSE_PEAKS = 3, AROUND_PEAK = 15 /* samples, 0.6 s */ };

/* A cosine under a Hann window, less its response to a constant. */
static void make_kernel(float *kernel, size_t half, double hz)
{
    float *centre = kernel + half;
    double sum = 1;
    double mean = 1;
    for (size_t i = 1; i <= half; i++) {
        double window = 0.5 + 0.5 * cos(PI * (double)i / (double)(half + 1));
        double phase = 2 * PI * hz * (double)i / WALKING_RATE_HZ;
        sum += 2 * window;
        mean += 2 * window * cos(phase);
    }
    mean /= sum;
    for (size_t i = 0; i <= half; i++) {
        double window = 0.5 + 0.5 * cos(PI * (double)i / (double)(half + 1));
        double phase = 2 * PI * hz * (double)i / WALKING_RATE_HZ;
        float value = (float)(2 / sum * window * (cos(phase) - mean));
        centre[i] = value;
        *(centre - i) = value;
    }
}

void walking_steps_init(struct walking_steps *steps)
{
    memset(steps, 0, sizeof(*steps));
    for (size_t i = 0; i < WALKING_RATES; i++) {
        double hz = walking_rate_hz(i);
        steps->half[i] = (size_t)lround(PERIODS * WALKING_RATE_HZ / hz);
        make_kernel(steps->kernel[i], steps->half[i], hz);
    }
}

static double log_rate_at(const struct walking_piece *piece, double sample)
{
    double hop = sample / WALKING_HOP - 0.5 - (double)piece->first;
    size_t last = piece->last - piece->first - 1;
    if (!(hop > 0)) {
        return piece->log_rate[0];
    }
    if (hop >= (double)last) {
        return piece->log_rate[last];
    }
    size_t i = (size_t)hop;
    double part = hop - (double)i;
    return (1 - part) * piece->log_rate[i] + part * piece->log_rate[i + 1];
}

double walking_piece_hz(const struct walking_piece *piece, double sample)
{
    return exp(log_rate_at(piece, sample));
}

static size_t nearest_rate(double log_rate)
{
    double rate = (log_rate - walking_rate_log(0)) / WALKING_RATE_STEP;
    rate = fmax(0, fmin(WALKING_RATES - 1, round(rate)));
    return (size_t)rate;
}

static float mean_magnitude(const struct walking_signal *signal, size_t first,
                            size_t last)
{
    double sum = 0;
    for (size_t i = first; i < last; i++) {
        sum += walking_signal_at(signal, WALKING_MAGNITUDE, i);
    }
    return last > first ? (float)(sum / (double)(last - first)) : 0;
}

/* Lays out the magnitude, less its mean from `first` to `last`, from
 * WALKING_KERNEL samples before `first` to as many after `last`: 0 outside the
 * segment. */
static void lay_out(struct walking_steps *steps,
                    const struct walking_signal *signal, size_t first,
                    size_t last)
{
    float mean = mean_magnitude(signal, first, last);
    for (size_t i = 0; i < last - first + WALKING_TAPS; i++) {
        size_t at = first + i;
        bool inside =
            at >= WALKING_KERNEL && at < signal->count + WALKING_KERNEL;
        steps->around[i] = inside ? walking_signal_at(signal, WALKING_MAGNITUDE,
                                                      at - WALKING_KERNEL) -
                                        mean
                                  : 0;
    }
}

/* The sum of samples weighted by the kernel; in lanes, which a processor adds
 * at once. `around` is where the band's sample is in steps->around. */
static inline float filter(const struct walking_steps *steps, size_t rate,
                           const float *around)
{
    enum { LANES = 8 };
    _Static_assert(WALKING_TAPS % LANES == 0, "");
    const float *kernel = steps->kernel[rate];
    const float *x = around - steps->half[rate];
    float sum[LANES] = {0};
    for (size_t i = 0; i <= 2 * steps->half[rate]; i += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            sum[k] += kernel[i + k] * x[i + k];
        }
    }
    return ((sum[0] + sum[1]) + (sum[2] + sum[3])) +
           ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

/* The first sample that is filtered: one more than steps may lie at, so that
 * peaks can be told. */
static size_t first_filtered(const struct walking_piece *piece)
{
    return piece->earliest > 0 ? piece->earliest - 1 : 0;
}

/* Filters the piece, and a sample more at its end, too. Returns where band[0]
 * lies. */
VECTOR_CLONES
static size_t filter_band(struct walking_steps *steps,
                          const struct walking_signal *signal,
                          const struct walking_piece *piece, size_t *count)
{
    size_t first = first_filtered(piece);
    size_t last =
        piece->latest < signal->count ? piece->latest + 1 : signal->count;
    lay_out(steps, signal, first, last);
    for (size_t i = first; i < last; i++) {
        size_t rate = nearest_rate(log_rate_at(piece, (double)i));
        steps->band[i - first] =
            filter(steps, rate, steps->around + WALKING_KERNEL + (i - first));
    }
    *count = last - first;
    return first;
}

/* Lists the positive peaks of the band, between samples by a parabola. */
static size_t list_peaks(struct walking_steps *steps, size_t first,
                         size_t count)
{
    size_t peaks = 0;
    for (size_t i = 1; i + 1 < count && peaks < WALKING_STEPS; i++) {
        const float *y = steps->band + i;
        if (y[0] > 0 && y[0] > y[-1] && y[0] >= y[1]) {
            double bend = (double)y[-1] - 2.0 * (double)y[0] + (double)y[1];
            double shift = 0.5 * ((double)y[-1] - (double)y[1]) / bend;
            steps->peak[peaks++] = (struct walking_peak){
                .sample = (double)(first + i) + shift, .height = y[0]};
        }
    }
    return peaks;
}

/* Median height of up to END_PEAKS peaks from `first` on. */
static float median_height(const struct walking_peak *peak, size_t count)
{
    float sorted[END_PEAKS] = {0};
    size_t n = count < END_PEAKS ? count : END_PEAKS;
    for (size_t i = 0; i < n; i++) {
        size_t at = i;
        for (; at > 0 && sorted[at - 1] > peak[i].height; at--) {
            sorted[at] = sorted[at - 1];
        }
        sorted[at] = peak[i].height;
    }
    return 0.5F * (sorted[(n - 1) / 2] + sorted[n / 2]);
}

/* What lies between the stretch's own peaks, [first, last). */
struct range {
    size_t first;
    size_t last;
};

static struct range inside(struct walking_steps *steps, size_t peaks,
                           const struct walking_piece *piece)
{
    double start = (double)(piece->first * WALKING_HOP);
    double end = (double)(piece->last * WALKING_HOP);
    struct range range = {0, peaks};
    while (range.first < peaks && steps->peak[range.first].sample < start) {
        range.first++;
    }
    while (range.last > range.first &&
           steps->peak[range.last - 1].sample >= end) {
        range.last--;
    }
    for (size_t i = range.first; i < range.last; i++) {
        steps->peak[i].keep = true;
    }
    return range;
}

/* Moves the beginning to where the peaks have the height of steps. */
static void settle_begin(struct walking_steps *steps, struct range range,
                         const struct walking_piece *piece)
{
    struct walking_peak *peak = steps->peak;
    float height = END_HEIGHT *
                   median_height(peak + range.first, range.last - range.first);
    size_t i = range.first;
    for (; i < range.last && peak[i].height < height; i++) {
        peak[i].keep = false;
    }
    if (i != range.first) {
        return;
    }
    while (i > 0 && peak[i - 1].height > height) {
        double period =
            WALKING_RATE_HZ / walking_piece_hz(piece, peak[i - 1].sample);
        if (peak[i].sample - peak[i - 1].sample > END_INTERVAL * period) {
            return;
        }
        peak[--i].keep = true;
    }
}

/* And the end; `peaks` are all there are. */
static void settle_end(struct walking_steps *steps, struct range range,
                       size_t peaks, const struct walking_piece *piece)
{
    struct walking_peak *peak = steps->peak;
    size_t count = range.last - range.first;
    size_t tail = count < END_PEAKS ? count : END_PEAKS;
    float height = END_HEIGHT * median_height(peak + range.last - tail, tail);
    size_t i = range.last;
    for (; i > range.first && peak[i - 1].height < height; i--) {
        peak[i - 1].keep = false;
    }
    if (i != range.last) {
        return;
    }
    for (; i < peaks && peak[i].height > height; i++) {
        double period =
            WALKING_RATE_HZ / walking_piece_hz(piece, peak[i].sample);
        if (peak[i].sample - peak[i - 1].sample > END_INTERVAL * period) {
            return;
        }
        peak[i].keep = true;
    }
}

/* Where sample 0 would lie in steps->around. */
static const float *magnitude_of(const struct walking_steps *steps,
                                 const struct walking_piece *piece)
{
    return steps->around + WALKING_KERNEL - first_filtered(piece);
}

/* Rms of 2 AROUND_PEAK + 1 samples about their mean. */
static float motion_around(const float *centre)
{
    float sum = 0;
    float square = 0;
    for (const float *x = centre - AROUND_PEAK; x <= centre + AROUND_PEAK;
         x++) {
        sum += *x;
        square += *x * *x;
    }
    const float count = 2 * AROUND_PEAK + 1;
    float mean = sum / count;
    return sqrtf(fmaxf(0, square / count - mean * mean));
}

/* The first of the peaks kept to the last, of `peaks`. */
static struct range kept(const struct walking_steps *steps, size_t peaks)
{
    struct range range = {0, peaks};
    while (range.first < range.last && !steps->peak[range.first].keep) {
        range.first++;
    }
    while (range.last > range.first && !steps->peak[range.last - 1].keep) {
        range.last--;
    }
    return range;
}

/* Marks the peaks of `range` where who walked stood; a step or two on one side
 * alone are no walk that was broken off. */
static void leave_pauses(struct walking_steps *steps, struct range range,
                         const struct walking_piece *piece)
{
    float sorted[WALKING_STEPS];
    struct walking_peak *peak = steps->peak;
    if (range.first == range.last) {
        return;
    }
    for (size_t i = range.first; i < range.last; i++) {
        peak[i].motion =
            motion_around(magnitude_of(steps, piece) + (size_t)peak[i].sample);
        sorted[i - range.first] = peak[i].motion;
    }
    float usual = median_float(sorted, range.last - range.first);
    for (size_t i = range.first; i < range.last;) {
        size_t begin = i;
        size_t still = 0; /* in a row, at most */
        size_t row = 0;
        for (; i < range.last && peak[i].motion < PAUSE_ENDS * usual; i++) {
            row = peak[i].motion < PAUSE_MOTION * usual ? row + 1 : 0;
            still = row > still ? row : still;
        }
        bool pause = still >= PAUSE_PEAKS && begin > range.first + 1 &&
                     i + 1 < range.last;
        for (size_t k = begin; pause && k < i; k++) {
            peak[k].pause = true;
        }
        i += i == begin;
    }
}

/* Copies the peaks kept, fills in a step that is missing and leaves out one
 * that is too many. */
static size_t make_steps(const struct walking_steps *steps, size_t peaks,
                         const struct walking_piece *piece, double *out)
{
    size_t n = 0;
    double last = piece->last_step;
    bool follows = !piece->begins;
    for (size_t i = 0; i < peaks && n < WALKING_STEPS; i++) {
        if (!steps->peak[i].keep || steps->peak[i].pause) {
            follows = follows && !steps->peak[i].pause;
            continue;
        }
        double at = steps->peak[i].sample;
        double period = WALKING_RATE_HZ / walking_piece_hz(piece, at);
        double interval = at - last;
        if (last >= 0 && interval < INTERVAL_MIN * period) {
            continue;
        }
        if (follows && last >= 0 && interval > INTERVAL_MAX * period) {
            double missing = round(interval / period);
            for (double k = 1; k < missing && n + 1 < WALKING_STEPS; k++) {
                out[n++] = last + interval * k / missing;
            }
        }
        out[n++] = at;
        last = at;
        follows = true;
    }
    return n;
}

size_t walking_steps_find(struct walking_steps *steps,
                          const struct walking_signal *signal,
                          const struct walking_piece *piece, double *out)
{
    size_t count = 0;
    size_t first = filter_band(steps, signal, piece, &count);
    size_t peaks = list_peaks(steps, first, count);
    struct range range = inside(steps, peaks, piece);
    if (range.last - range.first < 2) {
        return 0;
    }
    if (piece->begins) {
        settle_begin(steps, range, piece);
    }
    if (piece->ends) {
        settle_end(steps, range, peaks, piece);
    }
    leave_pauses(steps, kept(steps, peaks), piece);
    return make_steps(steps, peaks, piece, out);
}

double walking_steps_likeness(const struct walking_steps *steps,
                              const struct walking_piece *piece, double later)
{
    const float *x = magnitude_of(steps, piece);
    float product = 0;
    float square = 0;
    for (size_t hop = piece->first; hop + 1 < piece->last; hop++) {
        size_t begin = hop * WALKING_HOP;
        double hz = walking_piece_hz(piece, (double)begin);
        float shift = (float)(later * WALKING_RATE_HZ / hz);
        const float *y = x + (size_t)shift;
        float part = shift - floorf(shift);
        for (size_t i = begin; i < begin + WALKING_HOP; i++) {
            product += x[i] * ((1 - part) * y[i] + part * y[i + 1]);
            square += x[i] * x[i];
        }
    }
    return square > 0 ? (double)(product / square) : 0;
}

struct walking_rhythm walking_steps_rhythm(const struct walking_steps *steps,
                                           const struct walking_piece *piece,
                                           const double *found, size_t count)
{
    float periods[WALKING_STEPS];
    for (size_t i = 1; i < count; i++) {
        double hz = walking_piece_hz(piece, found[i]);
        periods[i - 1] =
            (float)((found[i] - found[i - 1]) * hz / WALKING_RATE_HZ);
    }
    double interval = (double)median_float(periods, count - 1);
    size_t hops = piece->last - piece->first;
    double log_hz = -log(interval);
    for (size_t i = 0; i < hops; i++) {
        log_hz += piece->log_rate[i] / (double)hops;
    }
    return (struct walking_rhythm){
        log_hz, walking_steps_likeness(steps, piece, interval)};
}

struct walking_motion walking_steps_motion(const struct walking_steps *steps,
                                           const struct walking_piece *piece)
{
    const float *x = magnitude_of(steps, piece);
    size_t begin = piece->first * WALKING_HOP;
    size_t end = piece->last * WALKING_HOP;
    double hz = walking_piece_hz(piece, 0.5 * (double)(begin + end));
    double wave = 2 * sin(PI * hz / WALKING_RATE_HZ);
    float change = 0;
    float square = 0;
    for (size_t i = begin; i < end; i++) {
        change += (x[i + 1] - x[i]) * (x[i + 1] - x[i]);
        square += x[i] * x[i];
    }
    struct walking_motion motion = {
        .rms_g = sqrt((double)square / (double)(end - begin))};
    if (square > 0) {
        motion.change = (double)(change / square);
        motion.sharpness = motion.change / (wave * wave);
    }
    return motion;
}
