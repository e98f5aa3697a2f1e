/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "firmware/core/usb_bulk.h"

enum { FRAMES = 8, HOST = 4096 };

/* A queue of frames to send, and a host that takes packets. */
struct bench {
    struct usb_bulk bulk;
    size_t sizes[FRAMES];
    size_t first;
    size_t count;
    struct usb_bulk_packet packets[2];
    int given;
    bool data1; /* the host expects */
    uint8_t got[HOST];
    size_t got_size;
    unsigned empty; /* packets */
};

static uint8_t byte_of(size_t frame, size_t at)
{
    return (uint8_t)(frame * 37 + at);
}

static size_t next_frame(void *ctx, uint8_t *out)
{
    struct bench *bench = ctx;

    if (bench->first == bench->count) {
        return 0;
    }
    size_t size = bench->sizes[bench->first];
    for (size_t i = 0; i < size; i++) {
        out[i] = byte_of(bench->first, i);
    }
    bench->first++;
    return size;
}

static void begin(struct bench *bench)
{
    memset(bench, 0, sizeof *bench);
    struct usb_bulk_source source = {bench, next_frame};
    usb_bulk_init(&bench->bulk, &source);
}

static void add(struct bench *bench, size_t size)
{
    bench->sizes[bench->count++] = size;
}

static void take(struct bench *bench, int count)
{
    for (int i = 0; i < count; i++) {
        const struct usb_bulk_packet *packet = &bench->packets[i];
        assert_int_equal(packet->data1, bench->data1);
        memcpy(bench->got + bench->got_size, packet->data, packet->size);
        bench->got_size += packet->size;
        bench->empty += packet->size == 0;
        bench->data1 = !bench->data1;
    }
}

static int give(struct bench *bench)
{
    bench->given = usb_bulk_next(&bench->bulk, bench->packets);
    return bench->given;
}

static void take_all(struct bench *bench)
{
    while (give(bench) > 0) {
        take(bench, bench->given);
    }
}

/* What the host has from `at` on is the whole of frame `frame`. */
static size_t expect_frame(const struct bench *bench, size_t at, size_t frame)
{
    for (size_t i = 0; i < bench->sizes[frame]; i++) {
        assert_int_equal(bench->got[at + i], byte_of(frame, i));
    }
    return at + bench->sizes[frame];
}

static void frames_come_whole_in_order_with_toggles(void **state)
{
    static const size_t sizes[] = {44, 104, 128, 512, 500, 64, 63, 65};
    struct bench bench;
    size_t at = 0;

    (void)state;
    begin(&bench);
    for (size_t i = 0; i < FRAMES; i++) {
        add(&bench, sizes[i]);
    }
    take_all(&bench);
    for (size_t i = 0; i < FRAMES; i++) {
        at = expect_frame(&bench, at, i);
    }
    assert_int_equal(bench.got_size, at);
    assert_int_equal(bench.empty, 0);
}

static void pair_never_spans_two_frames(void **state)
{
    struct bench bench;

    (void)state;
    begin(&bench);
    add(&bench, 44);
    add(&bench, 104);
    assert_int_equal(give(&bench), 1);
    assert_int_equal(give(&bench), 2);
    assert_int_equal(bench.packets[0].size, 64);
    assert_int_equal(bench.packets[1].size, 40);
}

static void full_last_packet_is_ended_by_an_empty_one_once(void **state)
{
    struct bench bench;

    (void)state;
    begin(&bench);
    add(&bench, 512);
    take_all(&bench);
    assert_int_equal(bench.got_size, 512);
    assert_int_equal(bench.empty, 1);
    take_all(&bench);
    assert_int_equal(bench.empty, 1);
}

/* What was taken: none, one or both packets of the second pair. */
static void reset_sends_an_unfinished_frame_again(void **state)
{
    (void)state;
    for (int taken = 0; taken <= 1; taken++) {
        struct bench bench;
        begin(&bench);
        add(&bench, 200);
        take(&bench, give(&bench));
        (void)give(&bench);
        take(&bench, taken);
        usb_bulk_reset(&bench.bulk, true);
        bench.got_size = 0;
        bench.data1 = false;
        take_all(&bench);
        (void)expect_frame(&bench, 0, 0);
        assert_int_equal(bench.got_size, 200);
    }
}

static void reset_between_pairs_sends_the_frame_again(void **state)
{
    struct bench bench;

    (void)state;
    begin(&bench);
    add(&bench, 200);
    take(&bench, give(&bench));
    usb_bulk_reset(&bench.bulk, false);
    bench.got_size = 0;
    bench.data1 = false;
    take_all(&bench);
    (void)expect_frame(&bench, 0, 0);
}

static void reset_does_not_repeat_what_was_taken(void **state)
{
    struct bench bench;

    (void)state;
    begin(&bench);
    add(&bench, 128);
    take(&bench, give(&bench));
    usb_bulk_reset(&bench.bulk, false);
    bench.data1 = false;
    take_all(&bench);
    assert_int_equal(bench.got_size, 128);
    assert_int_equal(bench.empty, 0); /* the host's transfer is gone, too */
}

static void drop_goes_on_with_the_toggle_of_what_was_not_taken(void **state)
{
    (void)state;
    for (int taken = 0; taken <= 2; taken++) {
        struct bench bench;
        begin(&bench);
        add(&bench, 300);
        (void)give(&bench);
        take(&bench, taken);
        usb_bulk_drop(&bench.bulk, 2 - taken);
        bench.got_size = 0;
        add(&bench, 100);
        take_all(&bench);
        (void)expect_frame(&bench, 0, 1);
        assert_int_equal(bench.got_size, 100);
    }
}

static void drop_ends_the_transfer_that_the_host_has_begun(void **state)
{
    struct bench bench;

    (void)state;
    begin(&bench);
    add(&bench, 300);
    (void)give(&bench);
    take(&bench, 1);
    usb_bulk_drop(&bench.bulk, 1);
    take_all(&bench);
    assert_int_equal(bench.empty, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_come_whole_in_order_with_toggles),
        cmocka_unit_test(pair_never_spans_two_frames),
        cmocka_unit_test(full_last_packet_is_ended_by_an_empty_one_once),
        cmocka_unit_test(reset_sends_an_unfinished_frame_again),
        cmocka_unit_test(reset_between_pairs_sends_the_frame_again),
        cmocka_unit_test(reset_does_not_repeat_what_was_taken),
        cmocka_unit_test(drop_goes_on_with_the_toggle_of_what_was_not_taken),
        cmocka_unit_test(drop_ends_the_transfer_that_the_host_has_begun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
