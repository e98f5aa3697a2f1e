/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Window -> Welch spectrum (peak and powers) and spectrogram -> mel filters ->
 * logarithm -> cosine transform -> logistic regression. Axes are summed: as
 * power in the spectrum, as magnitude in the spectrogram.
 *
 * Two real runs go through one complex transform: the first as its real part,
 * the second as its imaginary one. x and y of a run are such a pair, and z of
 * two runs.
 */
#include "analysis/rest_window.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <fftw3.h>

#include "acquire/vector.h"

static const double PI = 3.14159265358979323846;

/* Parameters of ParaDigMa 1.1.2 (Apache-2.0), TremorConfig, at 100 Hz. */
enum {
    AXES = 3,
    WELCH_ROWS = 300, /* 3 s, symmetric Hann */
    WELCH_HOP = 60,   /* overlap 0.8 */
    WELCH_SEGMENTS = (REST_WINDOW_ROWS - WELCH_ROWS) / WELCH_HOP + 1,
    WELCH_FFT = 400, /* bins of 0.25 Hz */
    GRAM_ROWS = 200, /* 2 s, periodic Hann */
    GRAM_HOP = 40,   /* overlap 0.8 */
    GRAM_SEGMENTS = (REST_WINDOW_ROWS - GRAM_ROWS) / GRAM_HOP + 1,
    MEL_FILTERS = 15,
    MEL_BINS = 52, /* bins below the end of the last filter */

    /* Welch bins of 0.25 Hz */
    PEAK_FIRST = 4,    /* 1 Hz */
    PEAK_LAST = 100,   /* 25 Hz */
    BELOW_FIRST = 2,   /* 0.5 Hz */
    BELOW_END = 12,    /* 3 Hz, not included */
    TREMOR_FIRST = 12, /* 3 Hz */
    TREMOR_LAST = 28,  /* 7 Hz */
    TREMOR_SIDE = 2    /* 0.5 Hz to either side of the peak */
};

static const double WELCH_STEP_HZ = 0.25;
static const double REST_POWER_MAX = 50.0; /* below tremor [(deg/s)^2] */
static const double TREMOR_LOW_HZ = 3.0;
static const double TREMOR_HIGH_HZ = 7.0;
static const double MEL_SLOPE = 64.875; /* mel = slope log10(1 + f / knee) */
static const double MEL_KNEE_HZ = 17.5;
static const double MEL_HIGH_HZ = 25.0;
static const double LOG_FLOOR = 1e-10;

/* The regression: ParaDigMa 1.1.2, tremor_detection_clf_package (Apache-2.0,
 * https://github.com/biomarkersParkinson/paradigma). */
static const double INTERCEPT = -5.8764059;
static const double THRESHOLD = 0.029570239921802;
static const struct {
    double weight;
    double mean;
    double scale;
} REGRESSION[REST_MFCC] = {
    {0.84610178, 8.7446235, 2.541389},
    {0.59007168, 1.850716, 0.71223807},
    {-0.85049211, 0.080358797, 0.24485624},
    {-0.62201523, 0.19517555, 0.19031539},
    {-0.7501201, 0.064314154, 0.16081742},
    {-0.19672478, 0.10056287, 0.13204677},
    {-0.0090230967, 0.032248067, 0.099856516},
    {0.12943513, 0.046983209, 0.084755261},
    {0.399772, 0.02678837, 0.079769296},
    {0.15316181, 0.039139464, 0.073536817},
    {0.11048012, 0.014924832, 0.065684145},
    {0.06661183, 0.01548599, 0.051479819},
};

struct mel_filter {
    size_t begin; /* bins */
    size_t end;
    double weight[MEL_BINS];
};

struct rest_window {
    double welch_hann[WELCH_ROWS][2]; /* for both of a pair */
    double gram_hann[GRAM_ROWS][2];
    double welch_scale; /* sum of |X|^2 to a one-sided density */
    double gram_scale;  /* 2 |X| to the method's magnitude */
    struct mel_filter filter[MEL_FILTERS];
    double cosine[REST_MFCC][MEL_FILTERS];
    fftw_complex *welch_in; /* one pair at a time: it stays in the cache */
    fftw_complex *welch_out;
    fftw_complex *gram_in;
    fftw_complex *gram_out;
    fftw_plan welch_plan;
    fftw_plan gram_plan;
};

static double hann(size_t i, size_t period)
{
    return 0.5 - 0.5 * cos(2.0 * PI * (double)i / (double)period);
}

static void fill_windows(struct rest_window *window)
{
    double energy = 0.0;
    for (size_t i = 0; i < WELCH_ROWS; i++) {
        double w = hann(i, WELCH_ROWS - 1);
        window->welch_hann[i][0] = window->welch_hann[i][1] = w;
        energy += w * w;
    }
    window->welch_scale = 2.0 / (REST_WINDOW_HZ * energy * WELCH_SEGMENTS);
    double sum = 0.0;
    for (size_t i = 0; i < GRAM_ROWS; i++) {
        double w = hann(i, GRAM_ROWS);
        window->gram_hann[i][0] = window->gram_hann[i][1] = w;
        sum += w;
    }
    window->gram_scale = 0.5 * REST_WINDOW_HZ / sum;
}

/* Corner `i` of the filters as a bin of the spectrogram; the method counts
 * bins from 1. */
static size_t mel_corner(size_t i)
{
    double top = MEL_SLOPE * log10(1.0 + MEL_HIGH_HZ / MEL_KNEE_HZ);
    double mel = top * (double)i / (MEL_FILTERS + 1);
    double hz = MEL_KNEE_HZ * (pow(10.0, mel / MEL_SLOPE) - 1.0);
    return (size_t)lrint(hz * GRAM_ROWS / REST_WINDOW_HZ) + 1;
}

/* Triangles that do not reach 0 at their ends, of area 1 over frequency. */
static void fill_filters(struct rest_window *window)
{
    for (size_t i = 0; i < MEL_FILTERS; i++) {
        struct mel_filter *filter = &window->filter[i];
        filter->begin = mel_corner(i);
        filter->end = mel_corner(i + 2);
        size_t width = filter->end - filter->begin;
        double half = 0.5 * (double)(width + width % 2);
        double area = 0.0;
        for (size_t k = 0; k < width; k++) {
            double from_end = (double)(k < width - 1 - k ? k : width - 1 - k);
            double height = (from_end + (width % 2 == 0 ? 0.5 : 1.0)) / half;
            filter->weight[k] = height;
            area += height * REST_WINDOW_HZ / GRAM_ROWS;
        }
        for (size_t k = 0; k < width; k++) {
            filter->weight[k] *= window->gram_scale / area;
        }
    }
}

static void fill_cosines(struct rest_window *window)
{
    for (size_t k = 0; k < REST_MFCC; k++) {
        double scale = sqrt((k == 0 ? 1.0 : 2.0) / MEL_FILTERS);
        for (size_t i = 0; i < MEL_FILTERS; i++) {
            double phase = PI * (double)k * ((double)i + 0.5) / MEL_FILTERS;
            window->cosine[k][i] = scale * cos(phase);
        }
    }
}

struct rest_window *rest_window_new(void)
{
    struct rest_window *window = calloc(1, sizeof(*window));
    if (window == NULL) {
        return NULL;
    }
    window->welch_in = fftw_alloc_complex(WELCH_FFT);
    window->welch_out = fftw_alloc_complex(WELCH_FFT);
    window->gram_in = fftw_alloc_complex(GRAM_ROWS);
    window->gram_out = fftw_alloc_complex(GRAM_ROWS);
    if (window->welch_in == NULL || window->gram_in == NULL ||
        window->welch_out == NULL || window->gram_out == NULL) {
        rest_window_free(window);
        return NULL;
    }
    /* Measured plans would round differently from run to run. */
    window->welch_plan =
        fftw_plan_dft_1d(WELCH_FFT, window->welch_in, window->welch_out,
                         FFTW_FORWARD, FFTW_ESTIMATE);
    window->gram_plan =
        fftw_plan_dft_1d(GRAM_ROWS, window->gram_in, window->gram_out,
                         FFTW_FORWARD, FFTW_ESTIMATE);
    if (window->welch_plan == NULL || window->gram_plan == NULL) {
        rest_window_free(window);
        return NULL;
    }
    /* Padding stays zero: out-of-place plans leave their input alone. */
    memset(window->welch_in, 0, WELCH_FFT * sizeof(*window->welch_in));
    fill_windows(window);
    fill_filters(window);
    fill_cosines(window);
    return window;
}

void rest_window_free(struct rest_window *window)
{
    if (window == NULL) {
        return;
    }
    if (window->welch_plan != NULL) {
        fftw_destroy_plan(window->welch_plan);
    }
    if (window->gram_plan != NULL) {
        fftw_destroy_plan(window->gram_plan);
    }
    fftw_free(window->welch_in);
    fftw_free(window->gram_in);
    fftw_free(window->welch_out);
    fftw_free(window->gram_out);
    free(window);
}

/* The window as pairs of reals. */
struct pairs {
    double xy[REST_WINDOW_ROWS][2];
    double z[REST_WINDOW_ROWS][2]; /* with that a hop later */
};

VECTOR_INLINE void fill_z(double (*gyro)[AXES], size_t hop, struct pairs *pairs)
{
    for (size_t i = 0; i + hop < REST_WINDOW_ROWS; i++) {
        pairs->z[i][0] = gyro[i][2];
        pairs->z[i][1] = gyro[i + hop][2];
    }
}

VECTOR_INLINE void fill_run(double (*pair)[2], double (*hann)[2], size_t rows,
                            fftw_complex *run)
{
    const double *restrict in = pair[0];
    const double *restrict weight = hann[0];
    double *restrict out = run[0];
    for (size_t i = 0; i < 2 * rows; i++) {
        out[i] = in[i] * weight[i];
    }
}

/* Adds the power of a pair that begins at `pair`: half of what is at k and at
 * -k. */
VECTOR_INLINE void add_power(struct rest_window *window, double (*pair)[2],
                             double psd[PEAK_LAST + 1])
{
    fill_run(pair, window->welch_hann, WELCH_ROWS, window->welch_in);
    fftw_execute(window->welch_plan);
    double power[WELCH_FFT];
    for (size_t k = 0; k < WELCH_FFT; k++) {
        const double *value = window->welch_out[k];
        power[k] = value[0] * value[0] + value[1] * value[1];
    }
    for (size_t k = BELOW_FIRST; k <= PEAK_LAST; k++) {
        psd[k] += power[k] + power[WELCH_FFT - k];
    }
}

/* Spectral density, axes summed, of the bins that are looked at. */
VECTOR_INLINE void welch(struct rest_window *window, struct pairs *pairs,
                         double psd[PEAK_LAST + 1])
{
    memset(psd, 0, (size_t)(PEAK_LAST + 1) * sizeof(*psd));
    for (size_t i = 0; i < WELCH_SEGMENTS; i++) {
        add_power(window, pairs->xy + i * WELCH_HOP, psd);
    }
    for (size_t i = 0; i < WELCH_SEGMENTS; i += 2) {
        add_power(window, pairs->z + i * WELCH_HOP, psd);
    }
    for (size_t k = BELOW_FIRST; k <= PEAK_LAST; k++) {
        psd[k] *= 0.5 * window->welch_scale;
    }
}

static size_t largest(const double *psd, size_t first, size_t last)
{
    size_t best = first;
    for (size_t k = first + 1; k <= last; k++) {
        if (psd[k] > psd[best]) {
            best = k;
        }
    }
    return best;
}

static double power_in(const double *psd, size_t first, size_t end)
{
    double sum = 0.0;
    for (size_t k = first; k < end; k++) {
        sum += psd[k];
    }
    return sum * WELCH_STEP_HZ;
}

static void spectrum_features(const double *psd, struct rest_features *out)
{
    size_t peak = largest(psd, PEAK_FIRST, PEAK_LAST);
    out->peak_hz = (double)peak * WELCH_STEP_HZ;
    out->below_power = power_in(psd, BELOW_FIRST, BELOW_END);
    size_t tremor = largest(psd, TREMOR_FIRST, TREMOR_LAST);
    out->tremor_power =
        power_in(psd, tremor - TREMOR_SIDE, tremor + TREMOR_SIDE + 1);
}

/* Magnitudes of the two runs of the pair that begins at `pair`. */
VECTOR_INLINE void magnitudes(struct rest_window *window, double (*pair)[2],
                              double first[MEL_BINS], double second[MEL_BINS])
{
    fill_run(pair, window->gram_hann, GRAM_ROWS, window->gram_in);
    fftw_execute(window->gram_plan);
    fftw_complex *run = window->gram_out;
    /* Side by side, and from the mirror's side, as a processor takes them. */
    double up[2][MEL_BINS];
    double down[2][MEL_BINS];
    for (size_t k = 0; k < MEL_BINS; k++) {
        up[0][k] = run[k][0];
        up[1][k] = run[k][1];
    }
    down[0][0] = run[0][0];
    down[1][0] = run[0][1];
    for (size_t k = 1; k < MEL_BINS; k++) {
        down[0][k] = run[GRAM_ROWS - k][0];
        down[1][k] = run[GRAM_ROWS - k][1];
    }
    for (size_t k = 0; k < MEL_BINS; k++) {
        double re[2] = {up[0][k] + down[0][k], up[1][k] + down[1][k]};
        double im[2] = {up[1][k] - down[1][k], up[0][k] - down[0][k]};
        first[k] = sqrt(re[0] * re[0] + im[0] * im[0]);
        second[k] = sqrt(re[1] * re[1] + im[1] * im[1]);
    }
}

/* Magnitudes, axes summed. */
VECTOR_INLINE void spectrogram(struct rest_window *window, struct pairs *pairs,
                               double level[GRAM_SEGMENTS][MEL_BINS])
{
    double first[MEL_BINS];
    double second[MEL_BINS];
    for (size_t segment = 0; segment < GRAM_SEGMENTS; segment++) {
        magnitudes(window, pairs->xy + segment * GRAM_HOP, first, second);
        for (size_t k = 0; k < MEL_BINS; k++) {
            level[segment][k] = first[k] + second[k];
        }
    }
    for (size_t segment = 0; segment < GRAM_SEGMENTS; segment += 2) {
        magnitudes(window, pairs->z + segment * GRAM_HOP, first, second);
        for (size_t k = 0; k < MEL_BINS; k++) {
            level[segment][k] += first[k];
            level[segment + 1][k] += second[k];
        }
    }
}

VECTOR_INLINE double mel_level(const struct mel_filter *filter,
                               const double *level)
{
    double sum = LOG_FLOOR;
    for (size_t k = filter->begin; k < filter->end; k++) {
        sum += filter->weight[k - filter->begin] * level[k];
    }
    return sum;
}

VECTOR_INLINE void cepstrum(const struct rest_window *window,
                            double level[GRAM_SEGMENTS][MEL_BINS],
                            double mfcc[REST_MFCC])
{
    memset(mfcc, 0, REST_MFCC * sizeof(*mfcc));
    for (size_t i = 0; i < MEL_FILTERS; i++) {
        /* The mean of logarithms is the logarithm of the product. Six factors
         * of 1e-10 to 1e10 fit into a double. */
        double product = 1.0;
        for (size_t segment = 0; segment < GRAM_SEGMENTS; segment++) {
            product *= mel_level(&window->filter[i], level[segment]);
        }
        double mean_log = log10(product) / GRAM_SEGMENTS;
        for (size_t k = 0; k < REST_MFCC; k++) {
            mfcc[k] += window->cosine[k][i] * mean_log;
        }
    }
}

static void judge(struct rest_features *features)
{
    double sum = INTERCEPT;
    for (size_t k = 0; k < REST_MFCC; k++) {
        sum += REGRESSION[k].weight * (features->mfcc[k] - REGRESSION[k].mean) /
               REGRESSION[k].scale;
    }
    features->probability = 1.0 / (1.0 + exp(-sum));
    features->regression = features->probability >= THRESHOLD;
    features->at_rest = features->below_power <= REST_POWER_MAX;
    features->tremor = features->regression && features->at_rest &&
                       features->peak_hz >= TREMOR_LOW_HZ &&
                       features->peak_hz <= TREMOR_HIGH_HZ;
}

VECTOR_CLONES
void rest_window_features(struct rest_window *window, double (*gyro)[3],
                          struct rest_features *out)
{
    struct pairs pairs;
    for (size_t i = 0; i < REST_WINDOW_ROWS; i++) {
        pairs.xy[i][0] = gyro[i][0];
        pairs.xy[i][1] = gyro[i][1];
    }
    double psd[PEAK_LAST + 1];
    fill_z(gyro, WELCH_HOP, &pairs);
    welch(window, &pairs, psd);
    spectrum_features(psd, out);
    double level[GRAM_SEGMENTS][MEL_BINS];
    fill_z(gyro, GRAM_HOP, &pairs);
    spectrogram(window, &pairs, level);
    cepstrum(window, level, out->mfcc);
    judge(out);
}
