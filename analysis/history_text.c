/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/history_text.h"

#include <math.h>

/* A number in a column, or a dash. */
static void put_number(FILE *out, int width, double value)
{
    if (isfinite(value)) {
        fprintf(out, "  %*.0f", width, value);
    } else {
        fprintf(out, "  %*s", width, "-");
    }
}

static void put_weeks(const struct history *history, FILE *out)
{
    fprintf(out,
            "week  from        days  sessions  walking, min  pain  "
            "numbness%s\n",
            history->programme != NULL ? "  exercises (in part) of" : "");
    for (size_t i = 0; i < history->week_count; i++) {
        const struct history_week *week = &history->week[i];
        char date[HISTORY_DATE];
        history_date(week->first_day, date);
        fprintf(out, "%4u  %s  %4u  %8u", week->number, date, week->days,
                week->sessions);
        put_number(out, 12, week->walk_minutes);
        put_number(out, 4, week->symptom[SYMPTOM_PAIN][MOMENT_BEFORE]);
        put_number(out, 8, week->symptom[SYMPTOM_NUMBNESS][MOMENT_BEFORE]);
        if (history->programme != NULL) {
            fprintf(out, "  %9.0f (%.0f) of %.0f", week->full, week->part,
                    week->asked);
        }
        fputc('\n', out);
    }
}

static void put_changes(const struct history *history, FILE *out)
{
    size_t shown = 0;
    for (size_t i = 0; i < history->series_count; i++) {
        const struct history_series *series = &history->series[i];
        if (series->judgement < HISTORY_BETTER) {
            continue;
        }
        fprintf(out,
                "%s: %s%s%s%s%s, %+.3g in all (%+.3g a week, %.3g to "
                "%.3g)\n",
                history_judgement_names[series->judgement],
                history_measures[series->measure].key,
                series->of.exercise != NULL ? " of " : "",
                series->of.exercise != NULL ? series->of.exercise->id : "",
                series->of.side != SIDE_NONE ? ", " : "",
                series->of.side != SIDE_NONE ? side_names[series->of.side] : "",
                series->trend.change, series->trend.slope, series->trend.low,
                series->trend.high);
        shown++;
    }
    if (shown == 0) {
        fputs("No measure has changed by more than its scatter.\n", out);
    }
}

void history_text_write(const struct history *history, FILE *out)
{
    fprintf(out, "Participant %s: sessions %zu, weeks %zu%s%s\n",
            history->participant[0] != '\0' ? history->participant
                                            : "(no code)",
            history->session_count, history->week_count,
            history->programme != NULL ? ", programme " : "",
            history->programme != NULL ? history->programme->id : "");
    if (history->others > 0) {
        fprintf(out,
                "Guided by another programme: sessions %zu; name its file with "
                "--programme.\n",
                history->others);
    }
    put_weeks(history, out);
    put_changes(history, out);
    for (size_t i = 0; i < history->warning_count; i++) {
        const struct history_warning *warning = &history->warning[i];
        char date[HISTORY_DATE];
        history_date(warning->day, date);
        const struct caution *caution = warning->caution;
        fprintf(out, "take care: %s%s, ", warning->of_week ? "week of " : "",
                date);
        if (warning->task != NULL) {
            fprintf(out, "%s up by %.0f %%", warning->task->exercise->id,
                    warning->value);
        } else if (isfinite(caution->walk_minutes)) {
            fprintf(out, "walked for %.0f min", warning->value);
        } else {
            fprintf(out, "%s %.0f", symptom_names[caution->symptom],
                    warning->value);
        }
        fprintf(out, ", limit %.0f\n  %s\n", warning->limit,
                caution->text.in[LANGUAGE_EN]);
    }
}
