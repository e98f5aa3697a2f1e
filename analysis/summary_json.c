/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/summary_json.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/adherence_write.h"
#include "analysis/json_builder.h"

static json_t *recording_json(struct json_builder *b, const struct summary *s)
{
    const struct recording_info *info = &s->info;
    json_t *o = json_object();
    json_put_text(b, o, "file", s->path);
    json_put_text(b, o, "uuid", info->uuid);
    json_put_text(b, o, "created_utc", info->created_utc);
    json_put_real(b, o, "duration_s", s->duration_s);
    json_put_count(b, o, "samples", s->rows);
    json_put_real(b, o, "sample_rate_hz", info->rate_measured_hz);
    json_put_text(b, o, "sensor", info->serial);
    json_put_text(b, o, "placement", placement_name(info->placement));
    json_put_text(b, o, "participant", info->participant);
    json_put_text(b, o, "session_label", info->label);
    json_put_text(b, o, "serial", info->serial);
    json_put_text(b, o, "model", info->model);
    json_put(b, o, "accelerometer", json_boolean(info->has_accel));
    json_put(b, o, "gyroscope", json_boolean(info->has_gyro));
    json_put_text(b, o, "state", info->state);
    return o;
}

static json_t *span_json(struct json_builder *b, const void *item)
{
    const struct span *span = item;
    json_t *o = json_object();
    json_put_real(b, o, "start_s", span->start_s);
    json_put_real(b, o, "end_s", span->end_s);
    return o;
}

static json_t *quality_json(struct json_builder *b, const struct summary *s)
{
    const struct quality *q = &s->quality;
    json_t *o = json_object();
    json_put_count(b, o, "gaps", q->gaps);
    json_put_count(b, o, "lost_samples", q->lost_samples);
    json_put_count(b, o, "clipped_samples", q->clipped_samples);
    json_put_real(b, o, "calibration_error_mg", q->calibration_error_mg);
    json_put_real(b, o, "calibration_error_after_mg",
                  q->calibration_error_after_mg);
    if (q->calibration_reason[0] != '\0') {
        json_put_text(b, o, "calibration_reason", q->calibration_reason);
    }
    json_t *bias = json_array();
    for (int axis = 0; axis < 3; axis++) {
        double value = q->gyro_bias_dps[axis];
        json_append(b, bias, isfinite(value) ? json_real(value) : json_null());
    }
    json_put(b, o, "gyro_bias_dps", bias);
    json_put_real(b, o, "accel_noise_mg", q->accel_noise_mg);
    json_put_real(b, o, "gyro_noise_dps", q->gyro_noise_dps);
    json_put_real(b, o, "still_s", q->still_s);
    json_put_real(b, o, "worn_s", q->worn_s);
    json_put_count(b, o, "clock_probes", s->clock.probes);
    json_put_real(b, o, "clock_ppm", s->clock.ppm);
    json_put_real(b, o, "clock_residual_max_us", s->clock.residual_max_us);
    json_put_reason(b, o, q->reason);
    return o;
}

static json_t *bout_json(struct json_builder *b, const void *item)
{
    const struct walk_bout *bout = item;
    json_t *o = json_object();
    json_put_real(b, o, "start_s", bout->start_s);
    json_put_real(b, o, "end_s", bout->end_s);
    json_put_count(b, o, "steps", bout->steps);
    json_put_real(b, o, "cadence_spm", bout->cadence_spm);
    json_put_real(b, o, "cadence_sd_spm", bout->cadence_sd_spm);
    json_put_real(b, o, "arm_swing_deg", bout->arm_swing_deg);
    json_put_real(b, o, "confidence", bout->confidence);
    return o;
}

static json_t *minute_json(struct json_builder *b, const void *item)
{
    const struct walk_minute *minute = item;
    json_t *o = json_object();
    json_put_real(b, o, "start_s", minute->start_s);
    json_put_count(b, o, "steps", minute->steps);
    return o;
}

static json_t *walking_json(struct json_builder *b, const struct walking *w)
{
    bool known = w->reason[0] == '\0';
    json_t *o = json_object();
    json_put(b, o, "steps",
             known ? json_integer((json_int_t)w->steps) : json_null());
    json_put_real(b, o, "walking_s", known ? w->walking_s : NAN);
    json_put_real(b, o, "cadence_median_spm", w->cadence_median_spm);
    json_put_real(b, o, "minutes_over_100_spm",
                  known ? w->minutes_over_100_spm : NAN);
    json_put_real(b, o, "minutes_over_130_spm",
                  known ? w->minutes_over_130_spm : NAN);
    json_put_reason(b, o, w->reason);
    return o;
}

/* Each amplitude as rms and peak-to-peak: what a segment does not hold of the
 * two is that of a sine. */
static json_t *segment_json(struct json_builder *b, const void *item)
{
    const struct tremor_segment *segment = item;
    const double sine = 2 * sqrt(2);
    json_t *o = json_object();
    json_put_real(b, o, "start_s", segment->start_s);
    json_put_real(b, o, "end_s", segment->end_s);
    json_put_text(b, o, "kind", tremor_kind_name(segment->kind));
    json_put_real(b, o, "frequency_hz", segment->frequency_hz);
    json_put_real(b, o, "frequency_sd_hz", segment->frequency_sd_hz);
    json_put_real(b, o, "half_width_hz", segment->half_width_hz);
    json_put_real(b, o, "harmonic_ratio", segment->harmonic_ratio);
    json_put_real(b, o, "stability_hz", segment->stability_hz);
    json_put_real(b, o, "rms_dps", segment->rms_dps);
    json_put_real(b, o, "rms_deg", segment->peak_to_peak_deg / sine);
    json_put_real(b, o, "rms_mm", segment->peak_to_peak_mm / sine);
    json_put_real(b, o, "peak_to_peak_dps", segment->rms_dps * sine);
    json_put_real(b, o, "peak_to_peak_deg", segment->peak_to_peak_deg);
    json_put_real(b, o, "peak_to_peak_mm", segment->peak_to_peak_mm);
    json_put_real(b, o, "accel_rms_mg", segment->accel_rms_mg);
    json_put(b, o, "sensors_agree", json_boolean(segment->sensors_agree));
    if (segment->note[0] != '\0') {
        json_put_text(b, o, "note", segment->note);
    }
    json_put_real(b, o, "confidence", segment->confidence);
    return o;
}

static json_t *rest_detector_json(struct json_builder *b,
                                  const struct rest_detector *r)
{
    json_t *o = json_object();
    bool known = r->reason[0] == '\0';
    const struct {
        const char *key;
        uint32_t value;
    } counts[] = {
        {"windows", r->windows},
        {"regression_windows", r->regression_windows},
        {"rest_windows", r->rest_windows},
        {"tremor_windows", r->tremor_windows},
    };
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        json_put(b, o, counts[i].key,
                 known ? json_integer(counts[i].value) : json_null());
    }
    json_put_real(b, o, "tremor_percent", r->tremor_percent);
    json_put_real(b, o, "power_log_median", r->power_log_median);
    json_put_real(b, o, "power_log_mode", r->power_log_mode);
    json_put_real(b, o, "power_log_p90", r->power_log_p90);
    json_put_reason(b, o, r->reason);
    return o;
}

static json_t *tremor_json(struct json_builder *b, const struct tremor *t)
{
    bool known = t->reason[0] == '\0';
    json_t *o = json_object();
    json_put_real(b, o, "analysed_s", t->analysed_s);
    json_put_real(b, o, "tremor_s", known ? t->tremor_s : NAN);
    json_put_real(b, o, "lever_m", t->lever_m);
    json_put(b, o, "rest_detector", rest_detector_json(b, &t->rest_detector));
    json_put_reason(b, o, t->reason);
    return o;
}

static json_t *series_json(struct json_builder *b, const void *item)
{
    const struct tap_series *series = item;
    json_t *o = json_object();
    json_put_real(b, o, "start_s", series->start_s);
    json_put_real(b, o, "end_s", series->end_s);
    json_put_count(b, o, "count", series->count);
    json_put_real(b, o, "rate_hz", series->rate_hz);
    json_put_real(b, o, "interval_cv", series->interval_cv);
    json_put_real(b, o, "amplitude_decrement", series->amplitude_decrement);
    json_put_count(b, o, "hesitations", series->hesitations);
    json_put_count(b, o, "halts", series->halts);
    json_put_real(b, o, "snr_db", series->snr_db);
    json_put_real(b, o, "confidence", series->confidence);
    return o;
}

static json_t *taps_json(struct json_builder *b, const struct taps *t)
{
    json_t *o = json_object();
    json_put(b, o, "count",
             t->reason[0] == '\0' ? json_integer((json_int_t)t->count)
                                  : json_null());
    json_put_reason(b, o, t->reason);
    return o;
}

static json_t *set_json(struct json_builder *b, const void *item)
{
    const struct exercise_set *set = item;
    json_t *o = json_object();
    json_put_text(b, o, "exercise", set->exercise);
    json_put_real(b, o, "start_s", set->start_s);
    json_put_real(b, o, "end_s", set->end_s);
    json_put_count(b, o, "repetitions", set->repetitions);
    json_put_real(b, o, "hold_s_median", set->hold_s_median);
    json_put_real(b, o, "range_deg_median", set->range_deg_median);
    json_put_real(b, o, "tempo_s_median", set->tempo_s_median);
    json_put_real(b, o, "confidence", set->confidence);
    return o;
}

static json_t *repetition_json(struct json_builder *b, const void *item)
{
    const struct repetition *repetition = item;
    json_t *o = json_object();
    json_put_count(b, o, "set", repetition->set);
    json_put_real(b, o, "start_s", repetition->start_s);
    json_put_real(b, o, "end_s", repetition->end_s);
    json_put_real(b, o, "hold_s", repetition->hold_s);
    json_put_real(b, o, "range_deg", repetition->range_deg);
    json_put_real(b, o, "tempo_s", repetition->tempo_s);
    json_put_real(b, o, "confidence", (double)repetition->confidence);
    return o;
}

static json_t *exercise_json(struct json_builder *b, const struct exercise *e)
{
    json_t *o = json_object();
    json_put_reason(b, o, e->reason);
    return o;
}

static json_t *events_json(struct json_builder *b, const struct summary *s)
{
    json_t *array = json_array();
    for (size_t i = 0; i < s->event_count; i++) {
        json_t *o = json_object();
        json_put_real(b, o, "start_s", (double)s->event[i].start_ns * 1e-9);
        json_put_real(b, o, "end_s", (double)s->event[i].end_ns * 1e-9);
        json_put_text(b, o, "label", s->event[i].label);
        json_put_text(b, o, "source", s->event[i].source);
        json_append(b, array, o);
    }
    return array;
}

static json_t *summary_json(struct json_builder *b, const struct summary *s)
{
    json_t *o = json_object();
    json_put_text(b, o, "format", "carpus-summary");
    json_put_count(b, o, "version", SUMMARY_VERSION);
    json_put_text(b, o, "software", "carpus " CARPUS_VERSION);
    json_put_text(b, o, "settings", s->settings);
    json_put(b, o, "recording", recording_json(b, s));
    json_put(b, o, "quality", quality_json(b, s));
    json_put(b, o, "walking", walking_json(b, &s->walking));
    json_put(b, o, "tremor", tremor_json(b, &s->tremor));
    json_put(b, o, "taps", taps_json(b, &s->taps));
    json_put(b, o, "exercise", exercise_json(b, &s->exercise));
    json_put(b, o, "programme", adherence_json(b, &s->adherence));
    json_put(b, o, "events", events_json(b, s));
    return o;
}

/*
 * Lists are written item by item, never put together: a week has tens of
 * thousands of items, and jansson needs a kilobyte for each.
 */
typedef json_t *item_fn(struct json_builder *b, const void *item);

struct list {
    const char *group;
    const char *key;
    const void *items;
    size_t count;
    size_t size; /* of an item [bytes] */
    item_fn *item;
};

enum { LISTS = 9 };

static void lists_of(const struct summary *s, struct list lists[LISTS])
{
    const struct list all[LISTS] = {
        {"quality", "nonwear", s->quality.nonwear, s->quality.nonwear_count,
         sizeof(struct span), span_json},
        {"quality", "wear_unknown", s->quality.wear_unknown,
         s->quality.wear_unknown_count, sizeof(struct span), span_json},
        {"walking", "bouts", s->walking.bout, s->walking.bout_count,
         sizeof(struct walk_bout), bout_json},
        {"walking", "minutes", s->walking.minute, s->walking.minute_count,
         sizeof(struct walk_minute), minute_json},
        {"tremor", "segments", s->tremor.segment, s->tremor.segment_count,
         sizeof(struct tremor_segment), segment_json},
        {"taps", "series", s->taps.series, s->taps.series_count,
         sizeof(struct tap_series), series_json},
        {"exercise", "sets", s->exercise.set, s->exercise.set_count,
         sizeof(struct exercise_set), set_json},
        {"exercise", "repetitions", s->exercise.repetition,
         s->exercise.repetition_count, sizeof(struct repetition),
         repetition_json},
        {"programme", "items", s->adherence.item, s->adherence.item_count,
         sizeof(struct adherence_item), adherence_item_json},
    };
    memcpy(lists, all, sizeof(all));
}

struct writer {
    FILE *out;
    const char *begin; /* before the first member or item: "\n", or "" */
    const char *next;  /* between them */
    struct json_builder builder;
    struct list lists[LISTS];
};

static void dump(struct writer *w, const json_t *value, size_t flags)
{
    if (json_dumpf(value, w->out, JSON_DUMP | flags) != 0) {
        w->builder.ok = false;
    }
}

static void write_list(struct writer *w, const struct list *list)
{
    fprintf(w->out, "\"%s\": [", list->key);
    for (size_t i = 0; i < list->count; i++) {
        const char *at = (const char *)list->items + i * list->size;
        json_t *item = list->item(&w->builder, at);
        fputs(i > 0 ? w->next : w->begin, w->out);
        dump(w, item, 0);
        json_decref(item);
    }
    fputs("]", w->out);
}

/* A member of the summary, with its lists behind its values. */
static void write_member(struct writer *w, const char *key, const json_t *value)
{
    fprintf(w->out, "\"%s\": ", key);
    if (!json_is_object(value)) {
        dump(w, value, JSON_ENCODE_ANY);
        return;
    }
    fputc('{', w->out);
    dump(w, value, JSON_EMBED);
    bool first = json_object_size(value) == 0;
    for (size_t i = 0; i < LISTS; i++) {
        if (strcmp(w->lists[i].group, key) == 0) {
            fputs(first ? "" : ", ", w->out);
            write_list(w, &w->lists[i]);
            first = false;
        }
    }
    fputc('}', w->out);
}

static void write_members(struct writer *w, json_t *root)
{
    const char *key;
    json_t *value;
    bool first = true;
    fputc('{', w->out);
    json_object_foreach(root, key, value)
    {
        fputs(first ? w->begin : w->next, w->out);
        write_member(w, key, value);
        first = false;
    }
    fprintf(w->out, "%s}\n", w->begin);
}

int summary_json_write(const struct summary *summary, bool compact, FILE *out,
                       struct error *error)
{
    struct writer writer = {.out = out,
                            .begin = compact ? "" : "\n",
                            .next = compact ? ", " : ",\n",
                            .builder = {true}};
    lists_of(summary, writer.lists);
    json_t *root = summary_json(&writer.builder, summary);
    write_members(&writer, root);
    json_decref(root);
    if (ferror(out)) {
        return error_set(error, ERR_IO, "cannot write summary");
    }
    return writer.builder.ok ? 0
                             : error_set(error, ERR_NO_MEMORY, "out of memory");
}
