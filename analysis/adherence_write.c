/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/adherence_write.h"

#include <math.h>
#include <string.h>

#include "analysis/csv_text.h"

/* What is measured beside the parts of a dose. */
static const struct {
    const char *name;
    size_t offset; /* of a double in struct done */
} measures[] = {
    {"range_deg", offsetof(struct done, range_deg)},
    {"tempo_s", offsetof(struct done, tempo_s)},
    {"rate_hz", offsetof(struct done, rate_hz)},
    {"interval_cv", offsetof(struct done, interval_cv)},
    {"decrement", offsetof(struct done, decrement)},
    {"hesitations", offsetof(struct done, hesitations)},
    {"halts", offsetof(struct done, halts)},
    {"steadiness_dps", offsetof(struct done, steadiness_dps)},
    {"steps", offsetof(struct done, steps)},
    {"cadence_spm", offsetof(struct done, cadence_spm)},
    {"minutes_over_100_spm", offsetof(struct done, minutes_over_100_spm)},
    {"longest_minutes", offsetof(struct done, longest_minutes)},
};

enum { MEASURED = sizeof(measures) / sizeof(measures[0]) };

static double measured(const struct done *done, size_t index)
{
    double value;
    memcpy(&value, (const char *)done + measures[index].offset, sizeof(value));
    return value;
}

/* ---- JSON ---- */

static json_t *symptoms_json(struct json_builder *b,
                             const struct adherence *adherence)
{
    json_t *o = json_object();
    for (int i = 0; i < SYMPTOM_NONE; i++) {
        json_t *symptom = json_object();
        for (int k = 0; k < MOMENTS; k++) {
            json_put_real(b, symptom, moment_names[k],
                          adherence->symptom[i][k]);
        }
        json_put(b, o, symptom_names[i], symptom);
    }
    return o;
}

json_t *adherence_json(struct json_builder *builder,
                       const struct adherence *adherence)
{
    if (adherence->name[0] == '\0') {
        return json_null();
    }
    json_t *o = json_object();
    json_put_text(builder, o, "name", adherence->name);
    json_put_count(builder, o, "week", adherence->week);
    json_put(builder, o, "guided", json_boolean(adherence->guided));
    json_put(builder, o, "symptoms", symptoms_json(builder, adherence));
    json_put_reason(builder, o, adherence->reason);
    return o;
}

static json_t *dose_json(struct json_builder *b, const struct dose *dose)
{
    json_t *o = json_object();
    for (int i = 0; i < DOSE_PARTS; i++) {
        const struct range *part = &dose->part[i];
        json_t *range = json_null();
        if (isfinite(part->low)) {
            range = json_object();
            json_put_real(b, range, "low", part->low);
            json_put_real(b, range, "high", part->high);
        }
        json_put(b, o, dose_names[i], range);
    }
    return o;
}

static json_t *done_json(struct json_builder *b, const struct done *done)
{
    json_t *o = json_object();
    for (int i = 0; i < DOSE_PARTS; i++) {
        json_put_real(b, o, dose_names[i], done->part[i]);
    }
    for (size_t i = 0; i < MEASURED; i++) {
        json_put_real(b, o, measures[i].name, measured(done, i));
    }
    return o;
}

json_t *adherence_item_json(struct json_builder *builder, const void *item)
{
    const struct adherence_item *it = item;
    json_t *o = json_object();
    json_put_text(builder, o, "exercise", it->exercise->id);
    json_put_text(builder, o, "side", side_names[it->side]);
    json_put(builder, o, "prescribed", dose_json(builder, &it->prescribed));
    json_put(builder, o, "done", done_json(builder, &it->done));
    json_put(builder, o, "met", json_boolean(it->verdict == VERDICT_FULL));
    json_put_text(builder, o, "verdict", verdict_names[it->verdict]);
    json_put_text(builder, o, "basis", basis_names[it->basis]);
    json_put_real(builder, o, "fraction", it->fraction);
    json_put_real(builder, o, "confidence", it->confidence);
    json_t *flags = json_array();
    for (int i = 0; i < QUALITY_FLAGS; i++) {
        if (it->flags & 1U << i) {
            json_append(builder, flags, json_string(quality_flag_names[i]));
        }
    }
    json_put(builder, o, "flags", flags);
    json_put(builder, o, "skipped", json_boolean(it->skipped));
    json_put_real(builder, o, "start_s", it->start_s);
    json_put_real(builder, o, "end_s", it->end_s);
    json_put_reason(builder, o, it->reason);
    return o;
}

/* ---- CSV ---- */

static void write_header(FILE *out)
{
    fputs("exercise,side,verdict,basis,fraction,confidence,flags,skipped,"
          "start_s,end_s",
          out);
    for (int i = 0; i < DOSE_PARTS; i++) {
        fprintf(out, ",prescribed_%s,prescribed_%s_most,done_%s", dose_names[i],
                dose_names[i], dose_names[i]);
    }
    for (size_t i = 0; i < MEASURED; i++) {
        fprintf(out, ",%s", measures[i].name);
    }
    fputs(",reason\n", out);
}

static void put_real(FILE *out, double value)
{
    fputc(',', out);
    csv_put_real(out, value);
}

static void write_row(const struct adherence_item *item, FILE *out)
{
    fprintf(out, "%s,%s,%s,%s", item->exercise->id, side_names[item->side],
            verdict_names[item->verdict], basis_names[item->basis]);
    put_real(out, item->fraction);
    put_real(out, item->confidence);
    const char *next = ",";
    for (int i = 0; i < QUALITY_FLAGS; i++) {
        if (item->flags & 1U << i) {
            fprintf(out, "%s%s", next, quality_flag_names[i]);
            next = "; ";
        }
    }
    fprintf(out, "%s,%s", item->flags == 0 ? "," : "",
            item->skipped ? "yes" : "no");
    put_real(out, item->start_s);
    put_real(out, item->end_s);
    for (int i = 0; i < DOSE_PARTS; i++) {
        put_real(out, item->prescribed.part[i].low);
        put_real(out, item->prescribed.part[i].high);
        put_real(out, item->done.part[i]);
    }
    for (size_t i = 0; i < MEASURED; i++) {
        put_real(out, measured(&item->done, i));
    }
    fputc(',', out);
    csv_put_text(out, item->reason);
    fputc('\n', out);
}

int adherence_items_write(const struct adherence *adherence, FILE *out,
                          struct error *error)
{
    write_header(out);
    for (size_t i = 0; i < adherence->item_count; i++) {
        write_row(&adherence->item[i], out);
    }
    return ferror(out) ? error_set(error, ERR_IO, "cannot write items") : 0;
}
