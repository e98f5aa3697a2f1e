/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is counted while an exercise is done against what the analysis of the
 * whole recording says afterwards, on motion of real people (and of a script
 * where there is none: a long hold).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/import.h"
#include "analysis/live.h"
#include "analysis/pipeline.h"
#include "firmware/virtual/script.h"

static const double STANDARD_GRAVITY = 9.80665;
static const double RADIAN_DEG = 57.29577951308232;
static const int64_t HOST_ZERO_NS = 5000000000000;

enum { RATE_HZ = 200, FRAME = 10 };

/* As the wristband sends it, at 8 g and 2000 deg/s. */
static const struct recording_info info = {
    .placement = PLACEMENT_LEFT_WRIST,
    .has_accel = true,
    .has_gyro = true,
    .accel_scale = 8 * 9.80665 / 32768,
    .gyro_scale = 2000 / 57.29577951308232 / 28571,
    .rate_nominal_hz = RATE_HZ,
};

static const char path[] = "tests/data/demo-motion.csv";
static struct summary whole;
static size_t row_count;
static int16_t (*row)[6];

static void quantise(const struct motion *motion, int16_t out[6])
{
    for (int axis = 0; axis < 3; axis++) {
        out[axis] = (int16_t)lround((double)motion->accel[axis] *
                                    STANDARD_GRAVITY / info.accel_scale);
        out[axis + 3] = (int16_t)lround((double)motion->gyro[axis] /
                                        RADIAN_DEG / info.gyro_scale);
    }
}

/* Reads the motion, and what the analysis of all of it says. */
static int read_motion(void **state)
{
    (void)state;
    struct recording *recording;
    struct recording_chunk chunk;
    struct pipeline_options options = {.placement = PLACEMENT_LEFT_WRIST,
                                       .programme = true};
    if (recording_open(path, NULL, &recording, NULL) < 0 ||
        pipeline_run(recording, &options, &whole, NULL) < 0 ||
        recording_rewind(recording, NULL) < 0) {
        return -1;
    }
    row = calloc(recording_rows(recording), sizeof(*row));
    while (recording_read(recording, &chunk, NULL) == 0 && chunk.count > 0) {
        for (size_t i = 0; i < chunk.count; i++) {
            quantise(&chunk.rows[i], row[row_count++]);
        }
    }
    recording_close(recording);
    return 0;
}

static int free_motion(void **state)
{
    (void)state;
    summary_free(&whole);
    free(row);
    return 0;
}

static struct programme_exercise exercise_of(enum movement movement)
{
    struct programme_exercise exercise = {
        .movement = movement, .site = SITE_ANY, .sides = SIDES_NONE};
    for (int part = 0; part < DOSE_PARTS; part++) {
        exercise.dose.part[part] = (struct range){NAN, NAN};
    }
    return exercise;
}

static struct done by_analysis(const struct programme_exercise *exercise,
                               struct span span)
{
    struct windows windows = {0};
    struct adherence_item item;
    adherence_item_init(&item, exercise, SIDE_NONE, 1);
    assert_int_equal(windows_add(&windows, span, 1), 0);
    assert_int_equal(adherence_measure(&whole, &windows, &item), 0);
    assert_int_equal(item.basis, BASIS_MEASURED);
    windows_free(&windows);
    return item.done;
}

struct player {
    struct live *live;
    size_t next; /* row */
};

/* Plays rows up to `end_s` as frames. */
static void play(struct player *player, double end_s)
{
    size_t end = (size_t)(end_s * RATE_HZ);
    while (player->next + FRAME <= end && player->next + FRAME <= row_count) {
        struct record_motion motion = {
            .index = player->next,
            .host_ns =
                HOST_ZERO_NS + (int64_t)player->next * (1000000000 / RATE_HZ),
            .count = FRAME,
        };
        memcpy(motion.samples, row[player->next],
               FRAME * sizeof(motion.samples[0]));
        assert_int_equal(live_push(player->live, &motion), 0);
        player->next += FRAME;
    }
}

static struct done measure(struct player *player,
                           const struct programme_exercise *exercise,
                           const struct span *spans, size_t count)
{
    struct windows windows = {0};
    struct adherence_item item;
    adherence_item_init(&item, exercise, SIDE_NONE, 1);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(windows_add(&windows, spans[i], 1), 0);
    }
    assert_int_equal(live_measure(player->live, &windows, &item), 0);
    windows_free(&windows);
    return item.done;
}

/* Plays what comes before an exercise, and begins it. */
static void begin_at(struct player *player, double start_s)
{
    *player = (struct player){0};
    assert_int_equal(live_new(&info, &player->live), 0);
    play(player, start_s);
    live_begin(player->live);
}

/* Counts each second of [start_s, end_s), and returns what it has at the end.
 */
static struct done by_live(const struct programme_exercise *exercise,
                           struct span span)
{
    struct player player;
    struct done done = {0};
    begin_at(&player, span.start_s);
    for (double now_s = span.start_s + 1; now_s < span.end_s + 1; now_s++) {
        struct span sofar = {span.start_s, fmin(now_s, span.end_s)};
        play(&player, sofar.end_s);
        done = measure(&player, exercise, &sofar, 1);
    }
    live_free(player.live);
    return done;
}

static const struct span curls = {68.86, 134.85};
static const struct span taps = {135.85, 163.34};
static const struct span walk = {0, 67.86};

static void repetitions_are_those_of_the_analysis(void **state)
{
    (void)state;
    const struct programme_exercise exercise =
        exercise_of(MOVEMENT_REPETITIONS);
    for (double late_s = 0; late_s < 12; late_s += 1.7) {
        struct span span = {curls.start_s + late_s, curls.end_s};
        struct done after = by_analysis(&exercise, span);
        struct done live = by_live(&exercise, span);
        assert_true(after.part[DOSE_REPETITIONS] >= 5);
        assert_true(fabs(live.part[DOSE_REPETITIONS] -
                         after.part[DOSE_REPETITIONS]) <= 1);
    }
}

static void taps_are_those_of_the_analysis(void **state)
{
    (void)state;
    const struct programme_exercise exercise = exercise_of(MOVEMENT_TAPS);
    for (double late_s = 0; late_s < 8; late_s += 1.7) {
        struct span span = {taps.start_s + late_s, taps.end_s};
        struct done after = by_analysis(&exercise, span);
        struct done live = by_live(&exercise, span);
        assert_true(late_s > 0 || after.part[DOSE_REPETITIONS] >= 9);
        assert_true(fabs(live.part[DOSE_REPETITIONS] -
                         after.part[DOSE_REPETITIONS]) <= 1);
    }
}

static void walking_is_that_of_the_analysis(void **state)
{
    (void)state;
    const struct programme_exercise exercise = exercise_of(MOVEMENT_WALK);
    struct done after = by_analysis(&exercise, walk);
    struct done live = by_live(&exercise, walk);
    assert_true(after.steps > 50);
    assert_true(fabs(live.steps - after.steps) <= 1);
    assert_true(fabs(live.part[DOSE_MINUTES] - after.part[DOSE_MINUTES]) <
                1.0 / 60);
    assert_true(fabs(live.cadence_spm - after.cadence_spm) < 2);
}

static void a_pause_is_not_counted(void **state)
{
    (void)state;
    const struct programme_exercise exercise =
        exercise_of(MOVEMENT_REPETITIONS);
    const struct span parts[] = {{curls.start_s, 90}, {110, curls.end_s}};
    struct player player;
    begin_at(&player, curls.start_s);
    play(&player, curls.end_s);
    struct done all = measure(&player, &exercise, &curls, 1);
    struct done live = measure(&player, &exercise, parts, 2);
    double inside =
        by_analysis(&exercise, (struct span){90, 110}).part[DOSE_REPETITIONS];
    assert_true(inside >= 2);
    assert_true(fabs(all.part[DOSE_REPETITIONS] - inside -
                     live.part[DOSE_REPETITIONS]) <= 1);
    live_free(player.live);
}

static void what_came_before_the_exercise_is_forgotten(void **state)
{
    (void)state;
    const struct programme_exercise exercise = exercise_of(MOVEMENT_WALK);
    const struct span all = {0, 1000};
    struct player player;
    begin_at(&player, 100);
    struct done lead = measure(&player, &exercise, &all, 1);
    assert_true(lead.part[DOSE_MINUTES] <= (LIVE_LEAD_S + 2) / 60.0);
    play(&player, 140);
    live_end(player.live);
    play(&player, 200);
    struct done later = measure(&player, &exercise, &all, 1);
    assert_true(!(later.steps > 40));
    live_free(player.live);
}

static void lost_motion_is_a_gap(void **state)
{
    (void)state;
    const struct programme_exercise exercise =
        exercise_of(MOVEMENT_REPETITIONS);
    struct player player;
    begin_at(&player, curls.start_s);
    play(&player, 85);
    player.next += 10 * RATE_HZ; /* ten seconds */
    play(&player, curls.end_s);
    struct done live = measure(&player, &exercise, &curls, 1);
    double inside =
        by_analysis(&exercise, (struct span){85, 95}).part[DOSE_REPETITIONS];
    double after = by_analysis(&exercise, curls).part[DOSE_REPETITIONS];
    /* What was under way at both ends of it may be lost as well. */
    assert_true(live.part[DOSE_REPETITIONS] <= after - inside + 1);
    assert_true(live.part[DOSE_REPETITIONS] >= after - inside - 3);
    live_free(player.live);
}

/* Plays a script to a sensor, from the player's row up to `end_s`. */
static void play_script(struct player *player,
                        const struct motion_source *motion, double end_s)
{
    for (; (double)player->next < end_s * RATE_HZ; player->next += FRAME) {
        struct record_motion run = {
            .index = player->next,
            .host_ns =
                HOST_ZERO_NS + (int64_t)player->next * (1000000000 / RATE_HZ),
            .count = FRAME,
        };
        for (size_t i = 0; i < FRAME; i++) {
            struct motion_point point;
            double at_s = (double)(player->next + i) / RATE_HZ;
            assert_int_equal(motion->at(motion->ctx, at_s, RATE_HZ, &point), 0);
            struct motion row_of = {.spare = 0};
            for (int axis = 0; axis < 3; axis++) {
                row_of.accel[axis] = (float)point.accel_g[axis];
                row_of.gyro[axis] = (float)point.gyro_dps[axis];
            }
            quantise(&row_of, run.samples[i]);
        }
        assert_int_equal(live_push(player->live, &run), 0);
    }
}

/* A hold is not over while it is seen: it grows from second to second. */
static void hold_is_seen_as_it_happens(void **state)
{
    (void)state;
    const struct programme_exercise exercise = exercise_of(MOVEMENT_HOLD);
    const struct span early = {16, 34};
    const struct span late = {16, 44};
    struct player player = {0};
    struct script *script;
    char why[256] = "";
    if (script_parse("rest 20 pose=lap\ncurls 34 count=1 range=80 hold=25\n", 1,
                     &script, why, sizeof(why)) < 0) {
        fail_msg("%s", why);
    }
    struct motion_source motion = script_motion(script);
    assert_int_equal(live_new(&info, &player.live), 0);
    play_script(&player, &motion, early.start_s);
    live_begin(player.live);
    play_script(&player, &motion, early.end_s);
    double first_s = measure(&player, &exercise, &early, 1).part[DOSE_HOLD_S];
    play_script(&player, &motion, late.end_s);
    double second_s = measure(&player, &exercise, &late, 1).part[DOSE_HOLD_S];
    assert_true(first_s > 8 && first_s < 14);
    assert_true(fabs(second_s - first_s - 10) < 0.5);
    live_free(player.live);
    motion.release(motion.ctx);
}

static void nothing_is_counted_of_nothing(void **state)
{
    (void)state;
    const struct programme_exercise exercise = exercise_of(MOVEMENT_TAPS);
    const struct span span = {0, 1};
    struct player player;
    begin_at(&player, 0);
    struct done live = measure(&player, &exercise, &span, 1);
    assert_true(live.part[DOSE_REPETITIONS] == 0);
    live_free(player.live);
    live_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(repetitions_are_those_of_the_analysis),
        cmocka_unit_test(taps_are_those_of_the_analysis),
        cmocka_unit_test(walking_is_that_of_the_analysis),
        cmocka_unit_test(hold_is_seen_as_it_happens),
        cmocka_unit_test(a_pause_is_not_counted),
        cmocka_unit_test(what_came_before_the_exercise_is_forgotten),
        cmocka_unit_test(lost_motion_is_a_gap),
        cmocka_unit_test(nothing_is_counted_of_nothing),
    };
    return cmocka_run_group_tests(tests, read_motion, free_motion);
}
