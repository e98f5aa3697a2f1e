/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The log on a small flash, with the power cut at every program and erase.
 * What a sample is follows from its record and index, so that whatever is read
 * back can be checked.
 */
#include "firmware/core/log.h"

#include "tests/fake_flash.h"

enum {
    RECORDS_MAX = 512,
    BLOCKS = (FAKE_FLASH_SECTORS - FLASH_LOG) * LOG_SECTOR_BLOCKS,
    PERIOD_NS = 9600000,
    PERIOD_TICKS = 384,
};

static const struct wire_config config = {
    .rate_hz = 104, .accel_g = 8, .gyro_dps = 2000};

static void make_axes(uint32_t record, uint32_t index, int16_t out[6])
{
    for (uint32_t axis = 0; axis < 6; axis++) {
        uint32_t x = (record * 7919 + index) * 6 + axis;
        x = x * 2654435761u;
        x ^= x >> 15;
        out[axis] = (int16_t)(int32_t)(x % 400 + index % 50 * 20);
    }
}

/* Every 700th sample on the way, so many were lost before it. */
static uint32_t lost_before(uint32_t record, uint32_t index)
{
    return index > 0 && index % 700 == 0 ? 3 + record % 5 : 0;
}

static uint64_t time_of(uint32_t record, uint32_t index)
{
    return record * 1000000000000u + (uint64_t)index * PERIOD_NS;
}

static struct log_sample make_sample(uint32_t record, uint32_t index,
                                     uint32_t lost)
{
    struct log_sample sample = {
        .index = index,
        .lost = lost,
        .device_ns = time_of(record, index),
        .ticks = 0xFFFFF000u + index * PERIOD_TICKS,
        .temperature = (int16_t)(record % 100),
    };
    sample.flags |= index == 0 ? WIRE_FIRST : 0;
    sample.flags |= lost > 0 ? WIRE_LOST_FIFO : 0;
    make_axes(record, index, sample.axes);
    return sample;
}

/* What has been promised. */
struct truth {
    uint32_t first;               /* record that is not erased */
    uint32_t count;               /* records begun */
    uint32_t safe[RECORDS_MAX];   /* index below which all is, per record */
    bool ended[RECORDS_MAX];      /* its END is safe */
    uint32_t length[RECORDS_MAX]; /* index behind its last one, if ended */
    bool erasing;                 /* all that there is */
};

struct rig {
    struct fake_flash fake;
    struct log log;
    struct truth truth;
    uint32_t index; /* of the next sample */
    uint32_t cuts;
};

static struct rig rig;

static void rig_init(void)
{
    memset(&rig, 0, sizeof(rig));
    fake_flash_init(&rig.fake);
    rig.truth.first = 1;
    log_mount(&rig.log, &rig.fake.flash);
}

/* ---- writing ---- */

static int begin_in(struct log *log, uint32_t record)
{
    const struct log_begin begin = {.config = config,
                                    .device_ns = time_of(record, 0),
                                    .clock_ns = 5,
                                    .utc_ns = 1000 + record,
                                    .calibration.utc_s = 77,
                                    .firmware = {1, 2, 3},
                                    .cause = WIRE_CAUSE_BUTTON};
    return log_begin(log, &begin);
}

static int begin(void)
{
    int number = begin_in(&rig.log, rig.truth.count + 1);
    if (number > 0) {
        rig.truth.count++;
        assert_int_equal(number, rig.truth.count);
    }
    rig.index = 0;
    return number;
}

static int add(uint32_t samples)
{
    uint32_t record = rig.truth.count;
    int err = 0;
    for (uint32_t i = 0; i < samples && err == 0; i++) {
        uint32_t lost = lost_before(record, rig.index);
        rig.index += lost;
        struct log_sample sample = make_sample(record, rig.index, lost);
        err = log_add(&rig.log, &sample);
        rig.truth.safe[record] = log_stored(&rig.log);
        rig.index++;
    }
    return err;
}

static int end(void)
{
    uint32_t record = rig.truth.count;
    const struct log_sample last = {.index = rig.index,
                                    .device_ns = time_of(record, rig.index)};
    int err = log_end(&rig.log, &last, WIRE_CAUSE_BUTTON);
    rig.truth.safe[record] = log_stored(&rig.log);
    rig.truth.ended[record] = err == 0;
    rig.truth.length[record] = rig.index;
    return err;
}

static int erase(void)
{
    rig.truth.erasing = true;
    int err = log_erase(&rig.log, rig.truth.count);
    rig.truth.erasing = false;
    if (err == 0) {
        rig.truth.first = rig.truth.count + 1;
    }
    return err;
}

/* ---- reading back ---- */

/* Checks a frame's samples, and that they follow those before, next sample
 * `index`. */
static void check_frame(uint32_t record, const struct wire_frame *frame,
                        uint32_t index)
{
    if (frame->count == 0) {
        return;
    }
    assert_int_equal(frame->index, index + frame->lost);
    assert_int_equal(frame->lost, lost_before(record, index));
    assert_int_equal((frame->flags & WIRE_LOST_FIFO) != 0, frame->lost > 0);
    assert_int_equal((frame->flags & WIRE_FIRST) != 0, frame->index == 0);
    assert_int_equal(frame->flags & WIRE_LOST_LOG, 0);
    assert_int_equal(frame->device_ns, time_of(record, (uint32_t)frame->index));
    assert_int_equal(frame->imu_ticks,
                     0xFFFFF000u + (uint32_t)frame->index * PERIOD_TICKS);
    assert_int_equal(frame->temperature, (int16_t)(record % 100));
    for (uint32_t i = 0; i < frame->count; i++) {
        int16_t axes[6];
        make_axes(record, (uint32_t)frame->index + i, axes);
        assert_memory_equal(axes, frame->samples[i], sizeof(axes));
    }
}

static struct log_reader reader;

/* Reads a record whole; returns the index behind its last sample, and in
 * *length that of its END. */
static uint32_t check_record(struct log *log, uint32_t record, bool ended,
                             uint32_t *length)
{
    struct wire_frame frame = {0};
    uint32_t index = 0;
    uint32_t sequence = 0;
    assert_int_equal(log_open(&reader, log, record, 0), 0);
    while (log_next(&reader, &frame)) {
        assert_int_equal(frame.sequence, sequence++);
        check_frame(record, &frame, index);
        index = frame.count > 0 ? (uint32_t)frame.index + frame.count : index;
    }
    assert_int_equal(frame.type, WIRE_FRAME_END);
    assert_int_equal((frame.flags & WIRE_CUT) == 0, ended);
    assert_int_equal(frame.index, index + frame.lost);
    *length = (uint32_t)frame.index;
    return index;
}

/* All that was promised is there. Nothing is of what is being erased; but that
 * its numbers are not given again. */
static void check_all(struct log *log, const struct truth *truth)
{
    struct wire_log state;
    struct wire_record found;
    log_state(log, &state);
    assert_true(state.newest >= truth->count);
    for (uint32_t n = truth->first; n <= truth->count && !truth->erasing; n++) {
        assert_int_equal(log_find(log, n, &found, NULL), 0);
        assert_int_equal(found.number, n);
        assert_int_equal(found.utc_ns, 1000 + n);
        bool ended = found.ended != WIRE_CAUSE_CUT && found.ended != 0;
        assert_true(ended || !truth->ended[n]);
        uint32_t length;
        assert_true(check_record(log, n, ended, &length) >= truth->safe[n]);
        assert_true(!truth->ended[n] || length == truth->length[n]);
        assert_int_equal(found.samples, length);
    }
    assert_int_equal(log_find(log, truth->first - 1, &found, NULL),
                     LOG_MISSING);
}

/* ---- cutting the power ---- */

/* A log that was cut goes on: one more record, and what was there stays. */
static void check_goes_on(struct log *log, const struct truth *truth)
{
    struct wire_log state;
    log_state(log, &state);
    if (truth->erasing && state.oldest <= state.newest) {
        assert_int_equal(log_erase(log, state.newest), 0);
        log_state(log, &state);
        assert_int_equal(state.oldest, state.newest + 1);
    }
    if (state.full) {
        assert_false(truth->erasing);
        return;
    }
    int number = begin_in(log, state.newest + 1);
    assert_int_equal(number, state.newest + 1);
    struct log_sample sample = make_sample((uint32_t)number, 0, 0);
    assert_int_equal(log_add(log, &sample), 0);
    assert_int_equal(log_flush(log), 0);
    assert_int_equal(log_stored(log), 1);
    check_all(log, truth);
    log_mount(log, log->flash);
    uint32_t length;
    assert_int_equal(check_record(log, (uint32_t)number, false, &length), 1);
    check_all(log, truth);
}

/* Before each operation: what if the power went in the middle of it? */
static void cut_here(void *ctx, uint32_t address, const uint8_t *in)
{
    static struct fake_flash fake;
    static struct log log;
    (void)ctx;
    for (int kind = 0; kind < 2; kind++) {
        fake_flash_copy(&fake, &rig.fake);
        fake.seed = rig.fake.seed + 2 * rig.cuts + (uint32_t)kind;
        fake_flash_tear(&fake, address, in);
        log_mount(&log, &fake.flash);
        check_all(&log, &rig.truth);
        check_goes_on(&log, &rig.truth);
    }
    rig.cuts++;
}

static void log_until_full(void)
{
    assert_true(begin() > 0);
    while (add(1) == 0) {
    }
    /* The last samples find no room, but the END always does. */
    struct wire_record found;
    uint32_t record = rig.truth.count;
    assert_int_equal(end(), LOG_FULL);
    assert_int_equal(log_find(&rig.log, record, &found, NULL), 0);
    assert_int_equal(found.ended, WIRE_CAUSE_BUTTON);
    rig.truth.ended[record] = true;
    assert_int_equal(begin(), LOG_FULL);
}

/* One long record after another, until the log is full; erase; again. */
static void run_full(void)
{
    for (int pass = 0; pass < 2; pass++) {
        log_until_full();
        assert_int_equal(erase(), 0);
    }
}

/* Records of all lengths, down to none, erased now and then. */
static void run_short(void)
{
    for (uint32_t k = 0; k < 100; k++) {
        assert_true(begin() > 0);
        assert_int_equal(add(k * 37 % 500), 0);
        assert_int_equal(end(), 0);
        if (k % 7 == 6) {
            assert_int_equal(erase(), 0);
        }
    }
}

/* Power goes for real, now and then, in the middle of a record. */
static void run_cut(void)
{
    for (uint32_t k = 0; k < 40; k++) {
        assert_true(begin() > 0);
        assert_int_equal(add(300 + k * 31 % 900), 0);
        log_mount(&rig.log, &rig.fake.flash);
        if (k % 4 == 3) {
            assert_int_equal(erase(), 0);
        }
    }
}

static void power_cut_anywhere_costs_nothing_that_was_safe(void **state)
{
    (void)state;
    static void (*const runs[])(void) = {run_full, run_short, run_cut};
    uint32_t cuts = 0;
    for (size_t k = 0; k < sizeof(runs) / sizeof(runs[0]); k++) {
        rig_init();
        rig.fake.before = cut_here;
        runs[k]();
        check_all(&rig.log, &rig.truth);
        cuts += rig.cuts;
    }
    print_message("%u points of power cut, two tears each\n", cuts);
    assert_true(cuts >= 2000);
}

/* ---- wear ---- */

static uint32_t wear_difference(void)
{
    uint32_t least = UINT32_MAX;
    uint32_t most = 0;
    for (int sector = FLASH_LOG; sector < FAKE_FLASH_SECTORS; sector++) {
        uint32_t erases = rig.fake.erases[sector];
        least = erases < least ? erases : least;
        most = erases > most ? erases : most;
    }
    return most - least;
}

static void all_sectors_wear_alike(void **state)
{
    (void)state;
    static void (*const runs[])(void) = {run_full, run_short, run_cut};
    for (size_t k = 0; k < sizeof(runs) / sizeof(runs[0]); k++) {
        rig_init();
        for (int round = 0; round < 2; round++) {
            runs[k]();
            assert_true(wear_difference() <= 1);
        }
        assert_int_equal(rig.fake.erases[FLASH_SETTINGS], 0);
        assert_int_equal(rig.fake.erases[FLASH_SCRATCH], 0);
    }
}

/* Every block is torn at a random page, so that every mount finds one. */
static struct {
    uint32_t in; /* operations until the power goes */
    bool off;
} power;

static int cut_program(void *ctx, uint32_t address, const uint8_t *in)
{
    if (power.off) {
        return -1;
    }
    power.off = power.in-- == 0;
    if (power.off) {
        fake_flash_tear_page(&rig.fake, address, in);
        return -1;
    }
    return fake_flash_program(ctx, address, in);
}

static int cut_erase(void *ctx, uint32_t address)
{
    if (power.off) {
        return -1;
    }
    power.off = power.in-- == 0;
    if (power.off) {
        rig.fake.erases[address / FLASH_SECTOR]++;
        fake_flash_tear_sector(&rig.fake, address);
        return -1;
    }
    return fake_flash_erase(ctx, address);
}

/* A cut in each pass, at a place that moves. */
static void cuts_cost_one_erase_a_pass_at_most(void **state)
{
    (void)state;
    rig_init();
    rig.fake.flash.program = cut_program;
    rig.fake.flash.erase = cut_erase;
    for (uint32_t pass = 1; pass <= 20; pass++) {
        power.off = false;
        power.in = pass * 11 % 150;
        (void)begin();
        (void)add(20000);
        assert_true(power.off);
        power.off = false;
        power.in = UINT32_MAX;
        log_mount(&rig.log, &rig.fake.flash);
        struct wire_log now;
        log_state(&rig.log, &now);
        rig.truth.count = now.newest;
        if (begin() > 0) {
            (void)add(20000);
        }
        (void)end();
        assert_int_equal(erase(), 0);
        assert_true(wear_difference() <= pass);
    }
}

/* ---- the rest ---- */

static void record_tells_what_it_is(void **state)
{
    (void)state;
    struct wire_record found;
    struct wire_calibration calibration;
    rig_init();
    assert_int_equal(begin(), 1);
    assert_int_equal(add(1000), 0);
    assert_int_equal(log_find(&rig.log, 1, &found, NULL), 0);
    assert_int_equal(found.ended, 0);
    assert_int_equal(end(), 0);
    assert_int_equal(log_find(&rig.log, 1, &found, &calibration), 0);
    assert_int_equal(found.ended, WIRE_CAUSE_BUTTON);
    assert_int_equal(found.began, WIRE_CAUSE_BUTTON);
    assert_int_equal(found.samples, rig.index);
    assert_int_equal(found.begin_ns, time_of(1, 0));
    assert_int_equal(found.end_ns, time_of(1, rig.index));
    assert_int_equal(found.clock_ns, 5);
    assert_int_equal(found.utc_ns, 1001);
    assert_int_equal(found.config.rate_hz, 104);
    assert_int_equal(found.firmware[2], 3);
    assert_int_equal(calibration.utc_s, 77);
    assert_int_equal(log_find(&rig.log, 2, &found, NULL), LOG_MISSING);
    assert_int_equal(log_find(&rig.log, 0, &found, NULL), LOG_MISSING);
}

/* A read that was broken off goes on at any sample. */
static void reading_goes_on_at_any_sample(void **state)
{
    (void)state;
    rig_init();
    assert_int_equal(begin(), 1);
    assert_int_equal(add(1500), 0);
    assert_int_equal(end(), 0);
    for (uint32_t from = 0; from < rig.index; from += 13) {
        struct wire_frame frame;
        assert_int_equal(log_open(&reader, &rig.log, 1, from), 0);
        assert_true(log_next(&reader, &frame));
        uint32_t first = (uint32_t)frame.index - frame.lost;
        assert_int_equal(first, from);
        uint32_t index = first;
        do {
            for (uint32_t i = 0; i < frame.count; i++) {
                int16_t axes[6];
                make_axes(1, (uint32_t)frame.index + i, axes);
                assert_memory_equal(axes, frame.samples[i], sizeof(axes));
            }
            assert_int_equal(frame.index, index + frame.lost);
            index = (uint32_t)frame.index + frame.count;
        } while (log_next(&reader, &frame));
        assert_int_equal(index, rig.index);
    }
}

/* At rest a block lasts many seconds: more ns than 32 bits hold. */
static void block_of_many_seconds_keeps_its_times(void **state)
{
    (void)state;
    struct wire_frame frame;
    uint64_t index = 0;
    rig_init();
    assert_int_equal(begin(), 1);
    for (uint32_t i = 0; i < 3000; i++) {
        const struct log_sample sample = {.index = i,
                                          .device_ns = (uint64_t)i * 38400000,
                                          .ticks = i * 1536u};
        assert_int_equal(log_add(&rig.log, &sample), 0);
    }
    assert_int_equal(log_flush(&rig.log), 0);
    assert_int_equal(log_open(&reader, &rig.log, 1, 0), 0);
    while (log_next(&reader, &frame)) {
        if (frame.count > 0) {
            assert_int_equal(frame.index, index);
            assert_int_equal(frame.device_ns, index * 38400000);
            assert_int_equal(frame.imu_ticks, index * 1536);
            index += frame.count;
        }
    }
    assert_int_equal(index, 3000);
    assert_true(rig.log.head <= 6);
}

/* One flipped bit anywhere in a block of samples costs that block. */
static void damaged_block_is_lost_and_said_to_be(void **state)
{
    (void)state;
    rig_init();
    assert_int_equal(begin(), 1);
    assert_int_equal(add(690), 0);
    assert_int_equal(end(), 0);
    struct wire_record found;
    assert_int_equal(log_find(&rig.log, 1, &found, NULL), 0);
    uint32_t blocks = found.blocks - 2; /* of samples */
    assert_true(blocks >= 3);
    for (uint32_t byte = 0; byte < 800; byte += 7) {
        uint32_t at = FLASH_LOG * FLASH_SECTOR + 2 * LOG_BLOCK + byte;
        rig.fake.bytes[at] ^= 0x10;
        struct wire_frame frame;
        uint32_t lost = 0;
        uint32_t count = 0;
        assert_int_equal(log_open(&reader, &rig.log, 1, 0), 0);
        while (log_next(&reader, &frame)) {
            assert_int_equal(frame.index, lost + count + frame.lost);
            assert_int_equal((frame.flags & WIRE_LOST_LOG) != 0,
                             frame.lost > 0);
            lost += frame.lost;
            count += frame.count;
        }
        assert_int_equal(lost + count, 690);
        assert_true(lost > 50 && lost < 690 / blocks * 2);
        rig.fake.bytes[at] ^= 0x10;
    }
}

static void page_that_fails_is_written_again(void **state)
{
    (void)state;
    rig_init();
    assert_int_equal(begin(), 1);
    rig.fake.bad_pages = 2;
    assert_int_equal(add(1000), 0);
    assert_int_equal(end(), 0);
    check_all(&rig.log, &rig.truth);
    log_mount(&rig.log, &rig.fake.flash);
    check_all(&rig.log, &rig.truth);
}

static void sector_that_fails_is_passed_over(void **state)
{
    (void)state;
    rig_init();
    /* From the second time round on, whole old blocks stay in it: in the midst
     * of a record, and before its beginning. */
    for (uint32_t k = 0; k < 60; k++) {
        rig.fake.bad_erases = k % 3 == 0 ? 1 : 0;
        assert_true(begin() > 0);
        assert_int_equal(add(k * 37 % 500), 0);
        assert_int_equal(end(), 0);
        check_all(&rig.log, &rig.truth);
        log_mount(&rig.log, &rig.fake.flash);
        check_all(&rig.log, &rig.truth);
        if (k % 5 == 4) {
            assert_int_equal(erase(), 0);
        }
    }
}

static void flash_that_fails_is_said_to(void **state)
{
    (void)state;
    rig_init();
    rig.fake.bad_pages = 100;
    assert_int_equal(begin(), LOG_BROKEN);
    rig.fake.bad_pages = 0;
    assert_int_equal(begin(), 1);
    rig.fake.bad_pages = 100;
    assert_int_equal(add(1000), LOG_BROKEN);
}

static void only_what_was_seen_is_erased(void **state)
{
    (void)state;
    rig_init();
    assert_int_equal(log_erase(&rig.log, 0), LOG_MISSING);
    assert_int_equal(begin(), 1);
    assert_int_equal(log_erase(&rig.log, 1), LOG_MISSING);
    assert_int_equal(end(), 0);
    assert_int_equal(begin(), 2);
    assert_int_equal(end(), 0);
    assert_int_equal(log_erase(&rig.log, 1), LOG_MISSING);
    assert_int_equal(log_erase(&rig.log, 2), 0);
    assert_int_equal(log_erase(&rig.log, 2), LOG_MISSING);
    log_mount(&rig.log, &rig.fake.flash);
    assert_int_equal(rig.log.record, 2);
    assert_int_equal(rig.log.oldest, 3);
    rig.truth.first = 3;
    assert_int_equal(begin(), 3);
    assert_int_equal(end(), 0);
    check_all(&rig.log, &rig.truth);
}

static void garbage_mounts_as_an_empty_log(void **state)
{
    (void)state;
    rig_init();
    for (size_t i = 0; i < sizeof(rig.fake.bytes); i++) {
        rig.fake.bytes[i] = (uint8_t)fake_flash_random(&rig.fake);
    }
    log_mount(&rig.log, &rig.fake.flash);
    assert_int_equal(rig.log.record, 0);
    run_full();
    assert_true(wear_difference() <= 1);
}

static void board_without_flash_has_no_log(void **state)
{
    (void)state;
    const struct flash none = {0};
    rig_init();
    log_mount(&rig.log, &none);
    assert_int_equal(begin(), LOG_BROKEN);
    struct wire_record found;
    assert_int_equal(log_find(&rig.log, 1, &found, NULL), LOG_MISSING);
    assert_int_equal(log_erase(&rig.log, 0), LOG_MISSING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(record_tells_what_it_is),
        cmocka_unit_test(reading_goes_on_at_any_sample),
        cmocka_unit_test(block_of_many_seconds_keeps_its_times),
        cmocka_unit_test(damaged_block_is_lost_and_said_to_be),
        cmocka_unit_test(page_that_fails_is_written_again),
        cmocka_unit_test(sector_that_fails_is_passed_over),
        cmocka_unit_test(flash_that_fails_is_said_to),
        cmocka_unit_test(only_what_was_seen_is_erased),
        cmocka_unit_test(garbage_mounts_as_an_empty_log),
        cmocka_unit_test(board_without_flash_has_no_log),
        cmocka_unit_test(all_sectors_wear_alike),
        cmocka_unit_test(cuts_cost_one_erase_a_pass_at_most),
        cmocka_unit_test(power_cut_anywhere_costs_nothing_that_was_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
