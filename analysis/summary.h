/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The summary of a recording: all that was measured, as plain data. Measures
 * fill it in; arbitrate.c settles what two measures claim; summary_json.c and
 * report.c put it out. Times are session seconds. A value that could not be
 * measured is NAN and its group says why in `reason` ("" where measured).
 *
 * Ownership: arrays are heap, freed by summary_free.
 */
#ifndef ANALYSIS_SUMMARY_H
#define ANALYSIS_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acquire/recording.h"
#include "analysis/adherence.h"

enum { SUMMARY_VERSION = 1, SUMMARY_REASON = 160, SUMMARY_SETTINGS = 512 };

struct span {
    double start_s;
    double end_s;
};

/* How good the data is (quality.c). */
struct quality {
    size_t gaps;
    uint64_t lost_samples;
    uint64_t clipped_samples;
    double calibration_error_mg; /* | |a| - 1 g |, mean over still windows */
    double calibration_error_after_mg; /* with the best fit; NAN: no fit */
    char calibration_reason[SUMMARY_REASON]; /* why there was no fit */
    double gyro_bias_dps[3];                 /* from still windows; NAN: none */
    double still_s;
    double worn_s; /* without the spans below */
    size_t nonwear_count;
    struct span *nonwear;
    size_t wear_unknown_count; /* moved, but perhaps not by an arm */
    struct span *wear_unknown;
    double accel_noise_mg; /* rms in the stillest window */
    double gyro_noise_dps;
    char reason[SUMMARY_REASON];
};

/* ---- walking ---- */

struct step {
    double time_s;
    float confidence;
};

struct walk_bout {
    double start_s;
    double end_s;
    uint32_t steps;
    double cadence_spm; /* median of its seconds [steps/min] */
    double cadence_sd_spm;
    double arm_swing_deg; /* median peak-to-peak; NAN without gyroscope */
    double confidence;    /* 0 .. 1 */
};

struct walk_minute {
    double start_s;
    uint32_t steps;
};

struct cadence_point { /* one a second of walking */
    double time_s;
    float cadence_spm;
};

struct walking {
    uint64_t steps;
    double walking_s;
    double cadence_median_spm; /* over all seconds of walking */
    double minutes_over_100_spm;
    double minutes_over_130_spm;
    size_t step_count;
    struct step *step;
    size_t bout_count;
    struct walk_bout *bout;
    size_t minute_count;
    struct walk_minute *minute; /* minutes of the session with steps */
    size_t cadence_count;
    struct cadence_point *cadence;
    char reason[SUMMARY_REASON];
};

/* ---- tremor ---- */

enum tremor_kind { TREMOR_REST, TREMOR_POSTURAL, TREMOR_KINETIC };
const char *tremor_kind_name(enum tremor_kind kind); /* "rest" ... */

struct tremor_segment {
    double start_s;
    double end_s;
    enum tremor_kind kind;
    double frequency_hz;
    double frequency_sd_hz;  /* from window to window */
    double half_width_hz;    /* of the spectral peak at half power */
    double harmonic_ratio;   /* power at 2f over power at f */
    double stability_hz;     /* tremor stability index: IQR of df by cycle */
    double rms_dps;          /* angular rate, all axes; NAN: no gyroscope */
    double peak_to_peak_deg; /* 2 sqrt(2) rms / (2 pi f) */
    double peak_to_peak_mm;  /* that times the lever */
    double accel_rms_mg;
    bool sensors_agree;        /* accelerometer shows the same frequency */
    char note[SUMMARY_REASON]; /* why they do not, or "" */
    double confidence;
};

/* The published rest-tremor method, as it is (rest_detector.c). */
struct rest_detector {
    uint32_t windows;
    uint32_t regression_windows; /* flagged by the regression alone */
    uint32_t rest_windows;       /* arm at rest */
    uint32_t tremor_windows;     /* flagged and checked */
    double tremor_percent;       /* of rest windows */
    double power_log_median;     /* log10 (deg/s)^2 */
    double power_log_mode;
    double power_log_p90;
    char reason[SUMMARY_REASON];
};

enum { TREMOR_BINS = 129 };

struct tremor {
    double analysed_s; /* worn, sampled fast enough, and looked at */
    double tremor_s;
    double lever_m;
    size_t segment_count;
    struct tremor_segment *segment;
    double spectrum_step_hz;      /* mean spectrum of the tremor segments, or */
    double spectrum[TREMOR_BINS]; /* of all if none [(deg/s)^2/Hz or g^2/Hz] */
    bool spectrum_is_gyro;
    bool spectrum_is_tremor;
    struct rest_detector rest_detector;
    char reason[SUMMARY_REASON];
};

/* ---- taps ---- */

struct tap {
    double time_s;
    float confidence;
    uint32_t series; /* index into struct taps.series */
};

struct tap_series {
    double start_s;
    double end_s;
    uint32_t count;
    double rate_hz;
    double interval_cv;         /* sd / mean of inter-tap intervals */
    double amplitude_decrement; /* fraction lost, first to last third */
    uint32_t hesitations;       /* intervals over 1.5 x the median, no halts */
    uint32_t halts; /* over 3 x the median; over 1 s, if over 1.5 x */
    double snr_db;
    double confidence;
};

struct taps {
    uint64_t count;
    size_t tap_count;
    struct tap *tap;
    size_t series_count;
    struct tap_series *series;
    char reason[SUMMARY_REASON];
};

/* ---- exercise ---- */

struct repetition {
    double start_s;
    double end_s;
    double hold_s;
    double range_deg;
    double tempo_s; /* duration of moving there and back */
    float confidence;
    uint32_t set; /* index into struct exercise.set */
};

struct exercise_set {
    char exercise[32]; /* "repetition" until a programme names it */
    double start_s;
    double end_s;
    uint32_t repetitions;
    double hold_s_median;
    double range_deg_median;
    double tempo_s_median;
    double confidence;
};

struct exercise {
    size_t set_count;
    struct exercise_set *set;
    size_t repetition_count;
    struct repetition *repetition;
    char reason[SUMMARY_REASON];
};

/* ---- what only a programme asks for (holds.c, effort.c) ---- */

/* A span in which the arm kept its position. */
struct still {
    double start_s;
    double end_s;
    double up[3];          /* which way was up, sensor axes; unit vector */
    double steadiness_dps; /* rms angular rate; NAN: no gyroscope */
};

struct stillness {
    size_t count;
    struct still *still;
};

#define EFFORT_EPOCH_S 0.1
enum { EFFORT_EPOCHS_MOST = 4 * 3600 * 10 }; /* of a session: 4 h */

/* A tenth of a second in a guided exercise: rms of what is fast. */
struct effort_epoch {
    double time_s; /* its middle */
    float accel_mg;
    float gyro_dps;
    float turn_dps[3]; /* mean angular rate, without what is slow */
};

struct effort {
    size_t count;
    struct effort_epoch *epoch;
};

/* ---- overview for pictures (trace.c) ---- */

enum { TRACE_COLUMNS = 1440 };

/* The session in at most TRACE_COLUMNS equal columns. NAN: no data. */
struct trace {
    double column_s; /* width of a column [s] */
    size_t columns;
    float accel_low_g[TRACE_COLUMNS]; /* least and most of |a| */
    float accel_high_g[TRACE_COLUMNS];
    float gyro_high_dps[TRACE_COLUMNS]; /* most of |w| */
};

struct summary {
    char path[4096];                 /* as it was named */
    char settings[SUMMARY_SETTINGS]; /* options of the analysis, as typed */
    struct recording_info info;
    double duration_s;
    uint64_t rows;
    struct clock_fit clock;
    struct quality quality;
    struct walking walking;
    struct tremor tremor;
    struct taps taps;
    struct exercise exercise;
    struct stillness stillness;
    struct effort effort;
    struct trace trace;
    struct adherence adherence;
    size_t event_count; /* the recording's own */
    struct recording_event *event;
};

/* An empty summary: counts 0, values NAN. */
void summary_init(struct summary *summary);
void summary_free(struct summary *summary);

#endif
