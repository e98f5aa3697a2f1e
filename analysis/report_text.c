/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/report_text.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

void text_duration(double seconds, char *out)
{
    if (!isfinite(seconds)) {
        snprintf(out, 32, "unknown");
    } else if (seconds < 59.95) {
        snprintf(out, 32, "%.1f s", seconds);
    } else if (seconds < 3599.5) {
        long s = lround(seconds);
        snprintf(out, 32, "%ld min %02ld s", s / 60, s % 60);
    } else {
        long m = lround(seconds / 60);
        snprintf(out, 32, "%ld h %02ld min", m / 60, m % 60);
    }
}

/* Takes the digits up to `after`, and that. */
static bool take_number(const char **text, char after, unsigned long *out)
{
    char *end;
    *out = strtoul(*text, &end, 10);
    bool good = end != *text && *end == after;
    *text = good ? end + 1 : *text;
    return good;
}

void text_date(const char *iso, char out[TEXT_DATE])
{
    static const char *const months[] = {
        "January", "February", "March",     "April",   "May",      "June",
        "July",    "August",   "September", "October", "November", "December"};
    unsigned long year;
    unsigned long month;
    unsigned long day;
    const char *rest = iso;
    if (take_number(&rest, '-', &year) && take_number(&rest, '-', &month) &&
        take_number(&rest, 'T', &day) && month >= 1 && month <= 12) {
        snprintf(out, TEXT_DATE, "%lu %s %lu, %.5s UTC", day, months[month - 1],
                 year, rest);
    } else {
        snprintf(out, TEXT_DATE, "%s", iso);
    }
}

void text_clock(double seconds, char *out)
{
    long s = lround(seconds);
    if (s < 3600) {
        snprintf(out, 32, "%ld:%02ld", s / 60, s % 60);
    } else {
        snprintf(out, 32, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60, s % 60);
    }
}

const char *text_placement(enum placement placement)
{
    static const char *const names[PLACEMENTS] = {
        [PLACEMENT_OTHER] = "not said",
        [PLACEMENT_LEFT_WRIST] = "the left wrist",
        [PLACEMENT_RIGHT_WRIST] = "the right wrist",
        [PLACEMENT_LEFT_ANKLE] = "the left ankle",
        [PLACEMENT_RIGHT_ANKLE] = "the right ankle",
    };
    return names[placement];
}

void text_quality_line(const struct summary *s, char out[TEXT_LINE])
{
    const struct quality *q = &s->quality;
    char worn[32];
    char length[32];
    text_duration(q->worn_s, worn);
    text_duration(s->duration_s, length);
    unsigned long long lost = q->lost_samples;
    int n;
    if (lost > 0) {
        n = snprintf(out, TEXT_LINE, "Data: %llu of %llu samples are missing",
                     lost, lost + s->rows);
    } else if (q->gaps > 0) {
        n = snprintf(out, TEXT_LINE, "Data: interrupted %zu time%s", q->gaps,
                     q->gaps == 1 ? "" : "s");
    } else {
        n = snprintf(out, TEXT_LINE, "Data: complete, no sample lost");
    }
    if (q->clipped_samples > 0) {
        n += snprintf(out + n, (size_t)(TEXT_LINE - n),
                      "; %llu were beyond the sensor's range",
                      (unsigned long long)q->clipped_samples);
    }
    if (isfinite(q->worn_s) && q->wear_unknown_count > 0) {
        snprintf(out + n, (size_t)(TEXT_LINE - n),
                 "; the band was surely worn for %s of %s; some of the rest "
                 "may be a bag or a vehicle.",
                 worn, length);
    } else if (isfinite(q->worn_s) && q->nonwear_count > 0) {
        snprintf(out + n, (size_t)(TEXT_LINE - n),
                 "; the band was worn for %s of %s.", worn, length);
    } else {
        snprintf(out + n, (size_t)(TEXT_LINE - n), ".");
    }
}

void text_walking_line(const struct summary *s, char out[TEXT_LINE])
{
    const struct walking *w = &s->walking;
    char duration[32];
    text_duration(w->walking_s, duration);
    if (w->reason[0] != '\0') {
        snprintf(out, TEXT_LINE, "Walking: not measured; %s.", w->reason);
    } else if (w->steps == 0) {
        snprintf(out, TEXT_LINE, "Walking: none was found.");
    } else {
        int n = snprintf(out, TEXT_LINE, "Walking: %llu steps in %s",
                         (unsigned long long)w->steps, duration);
        snprintf(out + n, (size_t)(TEXT_LINE - n),
                 isfinite(w->cadence_median_spm) ? ", at %.0f steps a minute."
                                                 : ".",
                 w->cadence_median_spm);
    }
}

void text_walking_detail(const struct summary *s, char out[TEXT_LINE])
{
    const struct walking *w = &s->walking;
    if (w->steps == 0) {
        snprintf(out, TEXT_LINE, "No walking was found.");
        return;
    }
    char moderate[32];
    char vigorous[32];
    text_duration(60 * w->minutes_over_100_spm, moderate);
    text_duration(60 * w->minutes_over_130_spm, vigorous);
    if (w->minutes_over_100_spm <= 0) {
        snprintf(out, TEXT_LINE,
                 "No time at 100 steps a minute or more (moderate).");
    } else {
        snprintf(out, TEXT_LINE,
                 "%s at 100 steps a minute or more (moderate), %s of it at "
                 "130 or more (vigorous).",
                 moderate, w->minutes_over_130_spm > 0 ? vigorous : "none");
    }
}

void text_taps_line(const struct summary *s, char out[TEXT_LINE])
{
    const struct taps *t = &s->taps;
    if (t->reason[0] != '\0') {
        snprintf(out, TEXT_LINE, "Finger taps: not measured; %s.", t->reason);
    } else if (t->series_count == 0) {
        snprintf(out, TEXT_LINE, "Finger taps: none were found.");
    } else {
        size_t best = 0;
        for (size_t i = 1; i < t->series_count; i++) {
            best = t->series[i].count > t->series[best].count ? i : best;
        }
        snprintf(out, TEXT_LINE,
                 "Finger taps: %llu in %zu series; the longest has %u, %.1f a "
                 "second.",
                 (unsigned long long)t->count, t->series_count,
                 t->series[best].count, t->series[best].rate_hz);
    }
}

void text_decrement(double fraction, char *out)
{
    double percent = 100 * fabs(fraction);
    if (!isfinite(fraction)) {
        snprintf(out, 32, "\u2013");
    } else if (percent < 0.5) {
        snprintf(out, 32, "the same");
    } else {
        snprintf(out, 32, "%.0f %% %s", percent,
                 fraction > 0 ? "weaker" : "stronger");
    }
}

void text_exercise_line(const struct summary *s, char out[TEXT_LINE])
{
    const struct exercise *e = &s->exercise;
    if (e->reason[0] != '\0') {
        snprintf(out, TEXT_LINE, "Exercise: not measured; %s.", e->reason);
    } else if (e->set_count == 0) {
        snprintf(out, TEXT_LINE, "Exercise: no repeated movement was found.");
    } else {
        unsigned total = 0;
        for (size_t i = 0; i < e->set_count; i++) {
            total += e->set[i].repetitions;
        }
        snprintf(out, TEXT_LINE, "Exercise: %u repetitions in %zu set%s.",
                 total, e->set_count, e->set_count == 1 ? "" : "s");
    }
}

void text_tremor_line(const struct summary *s, char out[TEXT_LINE])
{
    const struct tremor *t = &s->tremor;
    if (t->reason[0] != '\0') {
        snprintf(out, TEXT_LINE, "Tremor: not measured; %s.", t->reason);
        return;
    }
    if (t->segment_count == 0) {
        snprintf(out, TEXT_LINE, "Tremor: none was found.");
        return;
    }
    double weight = 0;
    double frequency = 0;
    for (size_t i = 0; i < t->segment_count; i++) {
        double length = t->segment[i].end_s - t->segment[i].start_s;
        weight += length;
        frequency += length * t->segment[i].frequency_hz;
    }
    char duration[32];
    char analysed[32];
    text_duration(t->tremor_s, duration);
    text_duration(t->analysed_s, analysed);
    snprintf(out, TEXT_LINE,
             "Tremor: found for %s of the %s looked at, at %.1f Hz on "
             "average.",
             duration, analysed, frequency / weight);
}

text_fn *const text_glance[TEXT_GLANCE] = {
    text_quality_line,  text_walking_line, text_taps_line,
    text_exercise_line, text_tremor_line,
};
