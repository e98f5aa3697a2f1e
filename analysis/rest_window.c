/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Window -> Welch spectrum (peak and powers) and spectrogram -> mel filters ->
 * logarithm -> cosine transform -> logistic regression. Axes are summed: as
 * power in the spectrum, as magnitude in the spectrogram.
 */
#include "analysis/rest_window.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <fftw3.h>

static const double PI = 3.14159265358979323846;

/* Parameters of ParaDigMa 1.1.2 (Apache-2.0), TremorConfig, at 100 Hz. */
enum {
    AXES = 3,
    WELCH_ROWS = 300, /* 3 s, symmetric Hann */
    WELCH_HOP = 60,   /* overlap 0.8 */
    WELCH_SEGMENTS = (REST_WINDOW_ROWS - WELCH_ROWS) / WELCH_HOP + 1,
    WELCH_FFT = 400, /* bins of 0.25 Hz */
    WELCH_BINS = WELCH_FFT / 2 + 1,
    GRAM_ROWS = 200, /* 2 s, periodic Hann */
    GRAM_HOP = 40,   /* overlap 0.8 */
    GRAM_SEGMENTS = (REST_WINDOW_ROWS - GRAM_ROWS) / GRAM_HOP + 1,
    GRAM_BINS = GRAM_ROWS / 2 + 1,
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

struct rest_window {
    double welch_hann[WELCH_ROWS];
    double gram_hann[GRAM_ROWS];
    double welch_scale; /* sum of |X|^2 to a one-sided density */
    double gram_scale;  /* |X| to the method's magnitude */
    double filter[MEL_FILTERS][MEL_BINS];
    double cosine[REST_MFCC][MEL_FILTERS];
    double *welch_in; /* AXES * WELCH_SEGMENTS runs of WELCH_FFT */
    double *gram_in;  /* AXES * GRAM_SEGMENTS runs of GRAM_ROWS */
    fftw_complex *welch_out;
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
        window->welch_hann[i] = w;
        energy += w * w;
    }
    window->welch_scale = 2.0 / (REST_WINDOW_HZ * energy * WELCH_SEGMENTS);
    double sum = 0.0;
    for (size_t i = 0; i < GRAM_ROWS; i++) {
        window->gram_hann[i] = hann(i, GRAM_ROWS);
        sum += window->gram_hann[i];
    }
    window->gram_scale = REST_WINDOW_HZ / sum;
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
    for (size_t filter = 0; filter < MEL_FILTERS; filter++) {
        size_t begin = mel_corner(filter);
        size_t width = mel_corner(filter + 2) - begin;
        double half = 0.5 * (double)(width + width % 2);
        double area = 0.0;
        for (size_t i = 0; i < width; i++) {
            double from_end = (double)(i < width - 1 - i ? i : width - 1 - i);
            double height = (from_end + (width % 2 == 0 ? 0.5 : 1.0)) / half;
            window->filter[filter][begin + i] = height;
            area += height * REST_WINDOW_HZ / GRAM_ROWS;
        }
        for (size_t i = 0; i < width; i++) {
            window->filter[filter][begin + i] /= area;
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

static fftw_plan plan_runs(int length, int runs, double *in, fftw_complex *out)
{
    return fftw_plan_many_dft_r2c(1, &length, runs, in, NULL, 1, length, out,
                                  NULL, 1, length / 2 + 1, FFTW_ESTIMATE);
}

struct rest_window *rest_window_new(void)
{
    enum {
        WELCH_RUNS = AXES * WELCH_SEGMENTS,
        GRAM_RUNS = AXES * GRAM_SEGMENTS
    };
    struct rest_window *window = calloc(1, sizeof(*window));
    if (window == NULL) {
        return NULL;
    }
    window->welch_in = fftw_alloc_real((size_t)WELCH_RUNS * WELCH_FFT);
    window->gram_in = fftw_alloc_real((size_t)GRAM_RUNS * GRAM_ROWS);
    window->welch_out = fftw_alloc_complex((size_t)WELCH_RUNS * WELCH_BINS);
    window->gram_out = fftw_alloc_complex((size_t)GRAM_RUNS * GRAM_BINS);
    if (window->welch_in == NULL || window->gram_in == NULL ||
        window->welch_out == NULL || window->gram_out == NULL) {
        rest_window_free(window);
        return NULL;
    }
    window->welch_plan =
        plan_runs(WELCH_FFT, WELCH_RUNS, window->welch_in, window->welch_out);
    window->gram_plan =
        plan_runs(GRAM_ROWS, GRAM_RUNS, window->gram_in, window->gram_out);
    if (window->welch_plan == NULL || window->gram_plan == NULL) {
        rest_window_free(window);
        return NULL;
    }
    /* Padding stays zero: out-of-place plans leave their input alone. */
    memset(window->welch_in, 0,
           (size_t)WELCH_RUNS * WELCH_FFT * sizeof(*window->welch_in));
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

/* Spectral density, axes summed, of the bins that are looked at. */
static void welch(struct rest_window *window, double (*gyro)[3],
                  double psd[PEAK_LAST + 1])
{
    double *run = window->welch_in;
    for (size_t axis = 0; axis < AXES; axis++) {
        for (size_t segment = 0; segment < WELCH_SEGMENTS; segment++) {
            double(*row)[3] = gyro + segment * (size_t)WELCH_HOP;
            for (size_t i = 0; i < WELCH_ROWS; i++) {
                run[i] = row[i][axis] * window->welch_hann[i];
            }
            run += WELCH_FFT;
        }
    }
    fftw_execute(window->welch_plan);
    memset(psd, 0, (size_t)(PEAK_LAST + 1) * sizeof(*psd));
    for (size_t i = 0; i < AXES * WELCH_SEGMENTS; i++) {
        fftw_complex *out = window->welch_out + i * (size_t)WELCH_BINS;
        for (size_t k = BELOW_FIRST; k <= PEAK_LAST; k++) {
            psd[k] += out[k][0] * out[k][0] + out[k][1] * out[k][1];
        }
    }
    for (size_t k = BELOW_FIRST; k <= PEAK_LAST; k++) {
        psd[k] *= window->welch_scale;
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

static void spectrogram(struct rest_window *window, double (*gyro)[3])
{
    double *run = window->gram_in;
    for (size_t segment = 0; segment < GRAM_SEGMENTS; segment++) {
        double(*row)[3] = gyro + segment * GRAM_HOP;
        for (size_t axis = 0; axis < AXES; axis++) {
            for (size_t i = 0; i < GRAM_ROWS; i++) {
                run[i] = row[i][axis] * window->gram_hann[i];
            }
            run += GRAM_ROWS;
        }
    }
    fftw_execute(window->gram_plan);
}

/* Magnitude of one segment, axes summed. */
static void magnitude(const struct rest_window *window, size_t segment,
                      double out[MEL_BINS])
{
    memset(out, 0, (size_t)MEL_BINS * sizeof(*out));
    for (size_t axis = 0; axis < AXES; axis++) {
        fftw_complex *run =
            window->gram_out + (segment * AXES + axis) * (size_t)GRAM_BINS;
        for (size_t k = 0; k < MEL_BINS; k++) {
            double re = run[k][0];
            double im = run[k][1];
            out[k] += sqrt(re * re + im * im) * window->gram_scale;
        }
    }
}

static void cepstrum(struct rest_window *window, double mfcc[REST_MFCC])
{
    /* The mean of logarithms is the logarithm of the product. Six factors of
     * 1e-10 to 1e10 fit into a double. */
    double product[MEL_FILTERS];
    for (size_t i = 0; i < MEL_FILTERS; i++) {
        product[i] = 1.0;
    }
    for (size_t segment = 0; segment < GRAM_SEGMENTS; segment++) {
        double level[MEL_BINS];
        magnitude(window, segment, level);
        for (size_t i = 0; i < MEL_FILTERS; i++) {
            double sum = LOG_FLOOR;
            for (size_t k = 0; k < MEL_BINS; k++) {
                sum += window->filter[i][k] * level[k];
            }
            product[i] *= sum;
        }
    }
    memset(mfcc, 0, REST_MFCC * sizeof(*mfcc));
    for (size_t i = 0; i < MEL_FILTERS; i++) {
        double mean_log = log10(product[i]) / GRAM_SEGMENTS;
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

void rest_window_features(struct rest_window *window, double (*gyro)[3],
                          struct rest_features *out)
{
    double psd[PEAK_LAST + 1];
    welch(window, gyro, psd);
    spectrum_features(psd, out);
    spectrogram(window, gyro);
    cepstrum(window, out->mfcc);
    judge(out);
}
