/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/summary_json.h"

#include <glib.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * jansson reports a lack of memory by NULL from any constructor, and takes a
 * NULL value or object as an error of the setter. So objects are put together
 * without a look at each step; a member that could not be made clears `ok`.
 */
struct builder {
    bool ok;
};

static void put(struct builder *builder, json_t *object, const char *key,
                json_t *value)
{
    if (json_object_set_new(object, key, value) != 0) {
        builder->ok = false;
    }
}

static void put_real(struct builder *builder, json_t *object, const char *key,
                     double value)
{
    put(builder, object, key, isfinite(value) ? json_real(value) : json_null());
}

static void put_count(struct builder *builder, json_t *object, const char *key,
                      uint64_t value)
{
    put(builder, object, key, json_integer((json_int_t)value));
}

static void put_text(struct builder *builder, json_t *object, const char *key,
                     const char *text)
{
    /* Text from a file may not be UTF-8, which JSON has to be. */
    char *valid = g_utf8_make_valid(text, -1);
    put(builder, object, key, json_string(valid));
    g_free(valid);
}

static void put_reason(struct builder *builder, json_t *object,
                       const char *reason)
{
    if (reason[0] != '\0') {
        put_text(builder, object, "reason", reason);
    }
}

static void append(struct builder *builder, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0) {
        builder->ok = false;
    }
}

static json_t *recording_json(struct builder *b, const struct summary *s)
{
    const struct recording_info *info = &s->info;
    json_t *o = json_object();
    put_text(b, o, "file", s->path);
    put_text(b, o, "uuid", info->uuid);
    put_text(b, o, "created_utc", info->created_utc);
    put_real(b, o, "duration_s", s->duration_s);
    put_count(b, o, "samples", s->rows);
    put_real(b, o, "sample_rate_hz", info->rate_measured_hz);
    put_text(b, o, "sensor", info->serial);
    put_text(b, o, "placement", placement_name(info->placement));
    put_text(b, o, "participant", info->participant);
    put_text(b, o, "session_label", info->label);
    put_text(b, o, "serial", info->serial);
    put_text(b, o, "model", info->model);
    put(b, o, "accelerometer", json_boolean(info->has_accel));
    put(b, o, "gyroscope", json_boolean(info->has_gyro));
    put_text(b, o, "state", info->state);
    return o;
}

static json_t *span_json(struct builder *b, const void *item)
{
    const struct span *span = item;
    json_t *o = json_object();
    put_real(b, o, "start_s", span->start_s);
    put_real(b, o, "end_s", span->end_s);
    return o;
}

static json_t *quality_json(struct builder *b, const struct summary *s)
{
    const struct quality *q = &s->quality;
    json_t *o = json_object();
    put_count(b, o, "gaps", q->gaps);
    put_count(b, o, "lost_samples", q->lost_samples);
    put_count(b, o, "clipped_samples", q->clipped_samples);
    put_real(b, o, "calibration_error_mg", q->calibration_error_mg);
    put_real(b, o, "calibration_error_after_mg", q->calibration_error_after_mg);
    if (q->calibration_reason[0] != '\0') {
        put_text(b, o, "calibration_reason", q->calibration_reason);
    }
    json_t *bias = json_array();
    for (int axis = 0; axis < 3; axis++) {
        double value = q->gyro_bias_dps[axis];
        append(b, bias, isfinite(value) ? json_real(value) : json_null());
    }
    put(b, o, "gyro_bias_dps", bias);
    put_real(b, o, "accel_noise_mg", q->accel_noise_mg);
    put_real(b, o, "gyro_noise_dps", q->gyro_noise_dps);
    put_real(b, o, "still_s", q->still_s);
    put_real(b, o, "worn_s", q->worn_s);
    put_count(b, o, "clock_probes", s->clock.probes);
    put_real(b, o, "clock_ppm", s->clock.ppm);
    put_real(b, o, "clock_residual_max_us", s->clock.residual_max_us);
    put_reason(b, o, q->reason);
    return o;
}

static json_t *bout_json(struct builder *b, const void *item)
{
    const struct walk_bout *bout = item;
    json_t *o = json_object();
    put_real(b, o, "start_s", bout->start_s);
    put_real(b, o, "end_s", bout->end_s);
    put_count(b, o, "steps", bout->steps);
    put_real(b, o, "cadence_spm", bout->cadence_spm);
    put_real(b, o, "cadence_sd_spm", bout->cadence_sd_spm);
    put_real(b, o, "arm_swing_deg", bout->arm_swing_deg);
    put_real(b, o, "confidence", bout->confidence);
    return o;
}

static json_t *minute_json(struct builder *b, const void *item)
{
    const struct walk_minute *minute = item;
    json_t *o = json_object();
    put_real(b, o, "start_s", minute->start_s);
    put_count(b, o, "steps", minute->steps);
    return o;
}

static json_t *walking_json(struct builder *b, const struct walking *w)
{
    bool known = w->reason[0] == '\0';
    json_t *o = json_object();
    put(b, o, "steps",
        known ? json_integer((json_int_t)w->steps) : json_null());
    put_real(b, o, "walking_s", known ? w->walking_s : NAN);
    put_real(b, o, "cadence_median_spm", w->cadence_median_spm);
    put_real(b, o, "minutes_over_100_spm",
             known ? w->minutes_over_100_spm : NAN);
    put_real(b, o, "minutes_over_130_spm",
             known ? w->minutes_over_130_spm : NAN);
    put_reason(b, o, w->reason);
    return o;
}

static json_t *segment_json(struct builder *b, const void *item)
{
    const struct tremor_segment *segment = item;
    json_t *o = json_object();
    put_real(b, o, "start_s", segment->start_s);
    put_real(b, o, "end_s", segment->end_s);
    put_text(b, o, "kind", tremor_kind_name(segment->kind));
    put_real(b, o, "frequency_hz", segment->frequency_hz);
    put_real(b, o, "frequency_sd_hz", segment->frequency_sd_hz);
    put_real(b, o, "half_width_hz", segment->half_width_hz);
    put_real(b, o, "harmonic_ratio", segment->harmonic_ratio);
    put_real(b, o, "stability_hz", segment->stability_hz);
    put_real(b, o, "rms_dps", segment->rms_dps);
    put_real(b, o, "peak_to_peak_deg", segment->peak_to_peak_deg);
    put_real(b, o, "peak_to_peak_mm", segment->peak_to_peak_mm);
    put_real(b, o, "accel_rms_mg", segment->accel_rms_mg);
    put(b, o, "sensors_agree", json_boolean(segment->sensors_agree));
    if (segment->note[0] != '\0') {
        put_text(b, o, "note", segment->note);
    }
    put_real(b, o, "confidence", segment->confidence);
    return o;
}

static json_t *rest_detector_json(struct builder *b,
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
        put(b, o, counts[i].key,
            known ? json_integer(counts[i].value) : json_null());
    }
    put_real(b, o, "tremor_percent", r->tremor_percent);
    put_real(b, o, "power_log_median", r->power_log_median);
    put_real(b, o, "power_log_mode", r->power_log_mode);
    put_real(b, o, "power_log_p90", r->power_log_p90);
    put_reason(b, o, r->reason);
    return o;
}

static json_t *tremor_json(struct builder *b, const struct tremor *t)
{
    bool known = t->reason[0] == '\0';
    json_t *o = json_object();
    put_real(b, o, "analysed_s", t->analysed_s);
    put_real(b, o, "tremor_s", known ? t->tremor_s : NAN);
    put_real(b, o, "lever_m", t->lever_m);
    put(b, o, "rest_detector", rest_detector_json(b, &t->rest_detector));
    put_reason(b, o, t->reason);
    return o;
}

static json_t *series_json(struct builder *b, const void *item)
{
    const struct tap_series *series = item;
    json_t *o = json_object();
    put_real(b, o, "start_s", series->start_s);
    put_real(b, o, "end_s", series->end_s);
    put_count(b, o, "count", series->count);
    put_real(b, o, "rate_hz", series->rate_hz);
    put_real(b, o, "interval_cv", series->interval_cv);
    put_real(b, o, "amplitude_decrement", series->amplitude_decrement);
    put_count(b, o, "hesitations", series->hesitations);
    put_count(b, o, "halts", series->halts);
    put_real(b, o, "snr_db", series->snr_db);
    put_real(b, o, "confidence", series->confidence);
    return o;
}

static json_t *taps_json(struct builder *b, const struct taps *t)
{
    json_t *o = json_object();
    put(b, o, "count",
        t->reason[0] == '\0' ? json_integer((json_int_t)t->count)
                             : json_null());
    put_reason(b, o, t->reason);
    return o;
}

static json_t *set_json(struct builder *b, const void *item)
{
    const struct exercise_set *set = item;
    json_t *o = json_object();
    put_text(b, o, "exercise", set->exercise);
    put_real(b, o, "start_s", set->start_s);
    put_real(b, o, "end_s", set->end_s);
    put_count(b, o, "repetitions", set->repetitions);
    put_real(b, o, "hold_s_median", set->hold_s_median);
    put_real(b, o, "range_deg_median", set->range_deg_median);
    put_real(b, o, "tempo_s_median", set->tempo_s_median);
    put_real(b, o, "confidence", set->confidence);
    return o;
}

static json_t *exercise_json(struct builder *b, const struct exercise *e)
{
    json_t *o = json_object();
    put_reason(b, o, e->reason);
    return o;
}

static json_t *events_json(struct builder *b, const struct summary *s)
{
    json_t *array = json_array();
    for (size_t i = 0; i < s->event_count; i++) {
        json_t *o = json_object();
        put_real(b, o, "start_s", (double)s->event[i].start_ns * 1e-9);
        put_real(b, o, "end_s", (double)s->event[i].end_ns * 1e-9);
        put_text(b, o, "label", s->event[i].label);
        put_text(b, o, "source", s->event[i].source);
        append(b, array, o);
    }
    return array;
}

static json_t *summary_json(struct builder *b, const struct summary *s)
{
    json_t *o = json_object();
    put_text(b, o, "format", "carpus-summary");
    put_count(b, o, "version", SUMMARY_VERSION);
    put_text(b, o, "software", "carpus " CARPUS_VERSION);
    put_text(b, o, "settings", s->settings);
    put(b, o, "recording", recording_json(b, s));
    put(b, o, "quality", quality_json(b, s));
    put(b, o, "walking", walking_json(b, &s->walking));
    put(b, o, "tremor", tremor_json(b, &s->tremor));
    put(b, o, "taps", taps_json(b, &s->taps));
    put(b, o, "exercise", exercise_json(b, &s->exercise));
    put(b, o, "programme", json_null());
    put(b, o, "events", events_json(b, s));
    return o;
}

/*
 * Lists are written item by item, never put together: a week has tens of
 * thousands of items, and jansson needs a kilobyte for each.
 */
typedef json_t *item_fn(struct builder *b, const void *item);

struct list {
    const char *group;
    const char *key;
    const void *items;
    size_t count;
    size_t size; /* of an item [bytes] */
    item_fn *item;
};

enum { LISTS = 7, DUMP = JSON_REAL_PRECISION(10) };

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
    };
    memcpy(lists, all, sizeof(all));
}

struct writer {
    FILE *out;
    const char *begin; /* before the first member or item: "\n", or "" */
    const char *next;  /* between them */
    struct builder builder;
    struct list lists[LISTS];
};

static void dump(struct writer *w, const json_t *value, size_t flags)
{
    if (json_dumpf(value, w->out, DUMP | flags) != 0) {
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
