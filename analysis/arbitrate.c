/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/arbitrate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A claim falls when more than this share of it is explained better. */
static const double SHARE = 0.5;

/* Taps slower than this are no rhythm; people tap at 1 to 7 Hz when asked to
 * (MDS-UPDRS 3.4). */
static const double RHYTHM_HZ = 0.9;
static const double BY_HAND_CONFIDENCE = 0.8;
static const double SURE_CONFIDENCE = 0.9;
enum { BY_HAND_COUNT = 10 };

/* The spans of one claimant, sorted by start. */
struct claims {
    size_t count;
    struct span *span;
};

static double overlap(struct span a, struct span b)
{
    return fmax(0, fmin(a.end_s, b.end_s) - fmax(a.start_s, b.start_s));
}

static bool is_covered(struct span item, const struct claims *by)
{
    double covered = 0;
    for (size_t i = 0; i < by->count; i++) {
        covered += overlap(item, by->span[i]);
    }
    return covered > SHARE * (item.end_s - item.start_s);
}

/* Tremor that is sure, and seen by the gyroscope. */
static bool is_sure_tremor(const struct tremor_segment *segment)
{
    return !isnan(segment->rms_dps) && segment->confidence >= SURE_CONFIDENCE;
}

static void drop_tremor(struct tremor *tremor, const struct claims *by,
                        bool keep_sure)
{
    size_t kept = 0;
    tremor->tremor_s = 0;
    for (size_t i = 0; i < tremor->segment_count; i++) {
        struct tremor_segment segment = tremor->segment[i];
        struct span span = {segment.start_s, segment.end_s};
        if ((keep_sure && is_sure_tremor(&segment)) || !is_covered(span, by)) {
            tremor->segment[kept++] = segment;
            tremor->tremor_s += segment.end_s - segment.start_s;
        }
    }
    tremor->segment_count = kept;
}

/* Taps and repetitions stand in the order of the series or set they belong
 * to, so that one cursor serves. */
static void drop_taps(struct taps *taps, const struct claims *by)
{
    size_t kept = 0;
    size_t taps_kept = 0;
    size_t cursor = 0;
    taps->count = 0;
    for (size_t i = 0; i < taps->series_count; i++) {
        struct tap_series series = taps->series[i];
        bool drop = is_covered((struct span){series.start_s, series.end_s}, by);
        for (; cursor < taps->tap_count && taps->tap[cursor].series == i;
             cursor++) {
            if (!drop) {
                taps->tap[taps_kept] = taps->tap[cursor];
                taps->tap[taps_kept++].series = (uint32_t)kept;
            }
        }
        if (!drop) {
            taps->count += series.count;
            taps->series[kept++] = series;
        }
    }
    taps->series_count = kept;
    taps->tap_count = taps_kept;
}

static void drop_exercise(struct exercise *exercise, const struct claims *by)
{
    size_t kept = 0;
    size_t repetitions = 0;
    size_t cursor = 0;
    for (size_t i = 0; i < exercise->set_count; i++) {
        struct exercise_set set = exercise->set[i];
        bool drop = is_covered((struct span){set.start_s, set.end_s}, by);
        for (; cursor < exercise->repetition_count &&
               exercise->repetition[cursor].set == i;
             cursor++) {
            if (!drop) {
                exercise->repetition[repetitions] =
                    exercise->repetition[cursor];
                exercise->repetition[repetitions++].set = (uint32_t)kept;
            }
        }
        if (!drop) {
            exercise->set[kept++] = set;
        }
    }
    exercise->set_count = kept;
    exercise->repetition_count = repetitions;
}

/* A long and clear rhythm of taps has a hand in it. */
static bool is_by_hand(const struct tap_series *series)
{
    return series->rate_hz >= RHYTHM_HZ && series->count >= BY_HAND_COUNT &&
           series->confidence >= BY_HAND_CONFIDENCE;
}

static void drop_nonwear(struct quality *quality, const struct taps *taps)
{
    size_t kept = 0;
    for (size_t i = 0; i < quality->nonwear_count; i++) {
        struct span span = quality->nonwear[i];
        bool worn = false;
        for (size_t k = 0; k < taps->series_count && !worn; k++) {
            const struct tap_series *series = &taps->series[k];
            struct span tapped = {series->start_s, series->end_s};
            worn = is_by_hand(series) && overlap(span, tapped) > 0;
        }
        if (worn) {
            quality->worn_s += span.end_s - span.start_s;
        } else {
            quality->nonwear[kept++] = span;
        }
    }
    quality->nonwear_count = kept;
}

/* Spans of walking, as a copy that the caller frees; none if memory is short
 * (then nothing is dropped for its sake). */
static struct claims walking_claims(const struct walking *walking)
{
    struct claims claims = {0};
    claims.span = calloc(walking->bout_count + 1, sizeof(*claims.span));
    for (size_t i = 0; claims.span != NULL && i < walking->bout_count; i++) {
        claims.span[claims.count++] =
            (struct span){walking->bout[i].start_s, walking->bout[i].end_s};
    }
    return claims;
}

static struct claims tremor_claims(const struct tremor *tremor)
{
    struct claims claims = {0};
    claims.span = calloc(tremor->segment_count + 1, sizeof(*claims.span));
    for (size_t i = 0; claims.span != NULL && i < tremor->segment_count; i++) {
        claims.span[claims.count++] =
            (struct span){tremor->segment[i].start_s, tremor->segment[i].end_s};
    }
    return claims;
}

void arbitrate(struct summary *summary)
{
    /* A hand that lies on a table while its fingers tap may be as still as the
     * table. */
    drop_nonwear(&summary->quality, &summary->taps);

    /* A band on the table moves by what the table does: nothing counts. */
    struct claims nonwear = {summary->quality.nonwear_count,
                             summary->quality.nonwear};
    drop_tremor(&summary->tremor, &nonwear, false);
    drop_taps(&summary->taps, &nonwear);
    drop_exercise(&summary->exercise, &nonwear);

    /* Steps shake the hand like taps, the arm's swing repeats like an
     * exercise, and the harmonics of both lie where tremor does; but tremor
     * that is sure has been told from them, and may itself look like steps. */
    struct claims walking = walking_claims(&summary->walking);
    drop_tremor(&summary->tremor, &walking, true);
    drop_taps(&summary->taps, &walking);
    drop_exercise(&summary->exercise, &walking);
    free(walking.span);

    /* Tremor has been told from blows by its spectrum (tremor_window.c), which
     * shows it better than onsets do: jerks in the midst of it are its own. */
    struct claims tremor = tremor_claims(&summary->tremor);
    drop_taps(&summary->taps, &tremor);
    free(tremor.span);
}
