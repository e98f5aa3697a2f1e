/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/usb_stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "acquire/usb_error.h"
#include "tests/fake_libusb.h"

enum { LONG_MS = 20000, SHORT_MS = 30 };

static struct usb_stream *begin(void)
{
    struct error error;
    struct usb_stream *stream = NULL;
    assert_int_equal(usb_stream_new(&fake_context, NULL, 0x81, &stream, &error),
                     0);
    assert_int_equal(fake.flying_count, 0);
    uint8_t data[USB_STREAM_TRANSFER];
    (void)usb_stream_read(stream, data, sizeof(data), 0, &error);
    return stream;
}

/* Reads `n` bytes, which must go on with the count at *next. */
static void read_bytes(struct usb_stream *stream, int n, uint8_t *next)
{
    uint8_t data[1024];
    struct error error;
    while (n > 0) {
        int got = usb_stream_read(stream, data, sizeof(data), LONG_MS, &error);
        assert_true(got > 0 && got <= n);
        for (int i = 0; i < got; i++) {
            assert_int_equal(data[i], *next);
            (*next)++;
        }
        n -= got;
    }
}

/* Reads until the stream ends with an error; returns its code. */
static int read_to_error(struct usb_stream *stream, struct error *error)
{
    uint8_t data[1024];
    int got = 0;
    for (int ms = 0; got >= 0 && ms < LONG_MS; ms += SHORT_MS) {
        got = usb_stream_read(stream, data, sizeof(data), SHORT_MS, error);
    }
    return got;
}

static void end(struct usb_stream *stream)
{
    usb_stream_stop(stream);
    usb_stream_free(stream);
    assert_int_equal(fake.flying_count, 0);
    assert_int_equal(fake.live_transfers, 0);
}

static int setup(void **state)
{
    (void)state;
    fake_reset();
    return 0;
}

static void bytes_come_in_order_whatever_their_lengths(void **state)
{
    (void)state;
    struct usb_stream *stream = begin();
    uint8_t next = 0;
    int total = 0;
    for (int i = 0; i < 500; i++) {
        int size = (i * 37) % 513;
        fake_send(LIBUSB_TRANSFER_COMPLETED, size);
        total += size;
    }
    read_bytes(stream, total, &next);
    end(stream);
}

static void nothing_to_read_is_a_time_out(void **state)
{
    (void)state;
    struct error error;
    uint8_t data[512];
    struct usb_stream *stream = begin();
    assert_int_equal(usb_stream_read(stream, data, 512, 0, &error), 0);
    assert_int_equal(usb_stream_read(stream, data, 512, SHORT_MS, &error), 0);
    end(stream);
}

static void slow_reader_holds_the_device_back_and_loses_nothing(void **state)
{
    (void)state;
    struct usb_stream *stream = begin();
    uint8_t next = 0;
    for (int i = 0; i < 1000; i++) {
        fake_send(LIBUSB_TRANSFER_COMPLETED, 500);
    }
    int before;
    do {
        before = fake_sent();
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    } while (fake_sent() != before);
    assert_true(before > 100 && before < 1000);
    read_bytes(stream, 1000 * 500, &next);
    end(stream);
}

static void
stall_is_cleared_when_nothing_is_queued_and_streaming_goes_on(void **state)
{
    (void)state;
    struct usb_stream *stream = begin();
    uint8_t next = 0;
    fake_send(LIBUSB_TRANSFER_COMPLETED, 100);
    fake_send(LIBUSB_TRANSFER_STALL, 64); /* what came before it is good */
    fake_send(LIBUSB_TRANSFER_COMPLETED, 100);
    read_bytes(stream, 264, &next);
    assert_int_equal(fake.clears, 1);
    end(stream);
}

static void endless_stalls_end_the_stream_with_a_sentence(void **state)
{
    (void)state;
    struct error error;
    struct usb_stream *stream = begin();
    for (int i = 0; i < 100; i++) {
        fake_send(LIBUSB_TRANSFER_STALL, 0);
    }
    assert_int_equal(read_to_error(stream, &error), ERR_DEVICE_LOST);
    assert_non_null(strstr(error.text, "LIBUSB_TRANSFER_STALL"));
    end(stream);
}

static void halt_that_cannot_be_cleared_ends_the_stream(void **state)
{
    (void)state;
    struct error error;
    struct usb_stream *stream = begin();
    fake.clear_number = LIBUSB_ERROR_NO_DEVICE;
    fake_send(LIBUSB_TRANSFER_STALL, 0);
    assert_int_equal(read_to_error(stream, &error), ERR_DEVICE_LOST);
    assert_non_null(strstr(error.text, "LIBUSB_ERROR_NO_DEVICE"));
    end(stream);
}

static void some_errors_are_survived_many_in_a_row_are_not(void **state)
{
    (void)state;
    struct error error;
    struct usb_stream *stream = begin();
    uint8_t next = 0;
    static const int passing[] = {LIBUSB_TRANSFER_ERROR,
                                  LIBUSB_TRANSFER_OVERFLOW};
    for (int i = 0; i < 60; i++) {
        fake_send(passing[i % 2], 10);
        fake_send(LIBUSB_TRANSFER_COMPLETED, 10);
    }
    read_bytes(stream, 1200, &next);
    for (int i = 0; i < 60; i++) {
        fake_send(LIBUSB_TRANSFER_ERROR, 0);
    }
    assert_int_equal(read_to_error(stream, &error), ERR_DEVICE_LOST);
    assert_non_null(strstr(error.text, "LIBUSB_TRANSFER_ERROR"));
    end(stream);
}

static void unplugged_gives_what_came_then_device_lost(void **state)
{
    (void)state;
    struct error error;
    struct usb_stream *stream = begin();
    uint8_t next = 0;
    fake_send(LIBUSB_TRANSFER_COMPLETED, 300);
    fake_send(LIBUSB_TRANSFER_NO_DEVICE, 20);
    read_bytes(stream, 320, &next);
    assert_int_equal(read_to_error(stream, &error), ERR_DEVICE_LOST);
    assert_int_equal(error.code, ERR_DEVICE_LOST);
    assert_non_null(strstr(error.text, "LIBUSB_TRANSFER_NO_DEVICE"));
    end(stream);
}

/* The first transfer that cannot be queued again tells that the device is gone,
 * while others have come that nobody has looked at yet. */
static void what_came_before_it_was_unplugged_is_not_lost(void **state)
{
    (void)state;
    struct error error;
    struct usb_stream *stream = begin();
    uint8_t next = 0;
    pthread_mutex_lock(&fake.lock);
    fake.submits_good = 0;
    fake.submit_number = LIBUSB_ERROR_NO_DEVICE;
    fake.keep_cancelled = true;
    pthread_mutex_unlock(&fake.lock);
    for (int i = 0; i < 20; i++) {
        fake_send(LIBUSB_TRANSFER_COMPLETED, 100);
    }
    read_bytes(stream, 2000, &next);
    pthread_mutex_lock(&fake.lock);
    fake.keep_cancelled = false;
    pthread_mutex_unlock(&fake.lock);
    assert_int_equal(read_to_error(stream, &error), ERR_DEVICE_LOST);
    assert_non_null(strstr(error.text, "LIBUSB_ERROR_NO_DEVICE"));
    end(stream);
}

/* Nor what libusb hands over only after the first transfer told of it. */
static void what_is_handed_over_late_is_not_lost(void **state)
{
    (void)state;
    struct error error;
    struct usb_stream *stream = begin();
    uint8_t bytes[USB_STREAM_TRANSFER];
    uint8_t next = 0;
    pthread_mutex_lock(&fake.lock);
    fake.keep_cancelled = true;
    pthread_mutex_unlock(&fake.lock);
    fake_send(LIBUSB_TRANSFER_NO_DEVICE, 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(
            usb_stream_read(stream, bytes, sizeof(bytes), 20, &error), 0);
    }
    fake_send(LIBUSB_TRANSFER_COMPLETED, 100);
    read_bytes(stream, 100, &next);
    assert_int_equal(read_to_error(stream, &error), ERR_DEVICE_LOST);
    pthread_mutex_lock(&fake.lock);
    fake.keep_cancelled = false;
    pthread_mutex_unlock(&fake.lock);
    end(stream);
}

static void fewer_transfers_do_where_memory_is_short(void **state)
{
    (void)state;
    uint8_t next = 0;
    fake.submits_good = 3;
    fake.submit_number = LIBUSB_ERROR_NO_MEM;
    struct usb_stream *stream = begin();
    assert_int_equal(fake.flying_count, 3);
    pthread_mutex_lock(&fake.lock);
    fake.submits_good = -1;
    pthread_mutex_unlock(&fake.lock);
    for (int i = 0; i < 50; i++) {
        fake_send(LIBUSB_TRANSFER_COMPLETED, 512);
    }
    read_bytes(stream, 50 * 512, &next);
    end(stream);
}

static void no_transfer_at_all_is_an_error(void **state)
{
    (void)state;
    struct error error;
    fake.submits_good = 0;
    fake.submit_number = LIBUSB_ERROR_NO_MEM;
    struct usb_stream *stream = begin();
    assert_int_equal(read_to_error(stream, &error), ERR_DEVICE_LOST);
    assert_non_null(strstr(error.text, "usbfs_memory_mb"));
    end(stream);
}

static void failing_event_handling_ends_the_stream(void **state)
{
    (void)state;
    struct error error;
    struct usb_stream *stream = begin();
    pthread_mutex_lock(&fake.lock);
    fake.events_number = LIBUSB_ERROR_IO;
    pthread_mutex_unlock(&fake.lock);
    assert_int_equal(read_to_error(stream, &error), ERR_DEVICE_LOST);
    pthread_mutex_lock(&fake.lock);
    fake.events_number = 0;
    pthread_mutex_unlock(&fake.lock);
    end(stream);
}

static void
transfer_that_could_not_be_cancelled_is_cancelled_again(void **state)
{
    (void)state;
    struct usb_stream *stream = begin();
    pthread_mutex_lock(&fake.lock);
    fake.fault = (struct fake_fault){
        .function = FAKE_CANCEL, .at = 1, .number = LIBUSB_ERROR_IO};
    pthread_mutex_unlock(&fake.lock);
    usb_stream_stop(stream);
    assert_int_equal(fake.flying_count, 0);
    usb_stream_free(stream);
    assert_int_equal(fake.live_transfers, 0);
}

/* Interrupted handling of events is repeated, but not for ever. */
static void endless_signals_end_the_stream(void **state)
{
    (void)state;
    struct error error;
    struct usb_stream *stream = begin();
    uint8_t next = 0;
    pthread_mutex_lock(&fake.lock);
    fake.fault = (struct fake_fault){.function = FAKE_EVENTS,
                                     .at = fake.calls[FAKE_EVENTS] + 1,
                                     .number = LIBUSB_ERROR_INTERRUPTED};
    pthread_mutex_unlock(&fake.lock);
    fake_send(LIBUSB_TRANSFER_COMPLETED, 100);
    read_bytes(stream, 100, &next);
    pthread_mutex_lock(&fake.lock);
    fake.fault.forever = true;
    pthread_mutex_unlock(&fake.lock);
    assert_int_equal(read_to_error(stream, &error), ERR_DEVICE_LOST);
    assert_non_null(strstr(error.text, "LIBUSB_ERROR_INTERRUPTED"));
    pthread_mutex_lock(&fake.lock);
    fake.fault.at = 0;
    pthread_mutex_unlock(&fake.lock);
    end(stream);
}

static void drop_forgets_what_was_not_read(void **state)
{
    (void)state;
    struct usb_stream *stream = begin();
    for (int i = 0; i < 8; i++) {
        fake_send(LIBUSB_TRANSFER_COMPLETED, 32);
    }
    while (fake_sent() < 8) {
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    /* The last may be on its way yet: give it 100 ms. */
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    usb_stream_drop(stream);
    fake_send(LIBUSB_TRANSFER_COMPLETED, 7);
    uint8_t next = (uint8_t)(8 * 32);
    read_bytes(stream, 7, &next);
    end(stream);
}

static void every_status_and_error_has_a_name_and_a_sentence(void **state)
{
    (void)state;
    struct error error;
    for (int status = LIBUSB_TRANSFER_COMPLETED;
         status <= LIBUSB_TRANSFER_OVERFLOW; status++) {
        assert_int_equal(usb_status_error(&error, status), ERR_DEVICE_LOST);
        assert_non_null(strstr(error.text, usb_status_name(status)));
        for (int other = 0; other < status; other++) {
            assert_string_not_equal(usb_status_name(status),
                                    usb_status_name(other));
        }
    }
    for (int number = LIBUSB_ERROR_NOT_SUPPORTED; number < 0; number++) {
        assert_true(usb_error(&error, "libusb_x", number, "cannot %s", "x") <
                    0);
        assert_non_null(strstr(error.text, "(libusb_x: LIBUSB_ERROR_"));
        assert_null(strstr(error.text, "LIBUSB_ERROR_OTHER"));
    }
    usb_error(&error, "libusb_open", LIBUSB_ERROR_ACCESS, "cannot open it");
    assert_int_equal(error.code, ERR_PERMISSION);
    assert_non_null(strstr(error.text, "70-carpus.rules"));
    assert_non_null(strstr(error.text, "plug the wristband in again"));
    usb_error(&error, "libusb_open", -4711, "cannot open it");
    assert_non_null(strstr(error.text, "LIBUSB_ERROR_OTHER"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(bytes_come_in_order_whatever_their_lengths,
                               setup),
        cmocka_unit_test_setup(nothing_to_read_is_a_time_out, setup),
        cmocka_unit_test_setup(
            slow_reader_holds_the_device_back_and_loses_nothing, setup),
        cmocka_unit_test_setup(
            stall_is_cleared_when_nothing_is_queued_and_streaming_goes_on,
            setup),
        cmocka_unit_test_setup(endless_stalls_end_the_stream_with_a_sentence,
                               setup),
        cmocka_unit_test_setup(halt_that_cannot_be_cleared_ends_the_stream,
                               setup),
        cmocka_unit_test_setup(some_errors_are_survived_many_in_a_row_are_not,
                               setup),
        cmocka_unit_test_setup(unplugged_gives_what_came_then_device_lost,
                               setup),
        cmocka_unit_test_setup(what_came_before_it_was_unplugged_is_not_lost,
                               setup),
        cmocka_unit_test_setup(what_is_handed_over_late_is_not_lost, setup),
        cmocka_unit_test_setup(fewer_transfers_do_where_memory_is_short, setup),
        cmocka_unit_test_setup(no_transfer_at_all_is_an_error, setup),
        cmocka_unit_test_setup(failing_event_handling_ends_the_stream, setup),
        cmocka_unit_test_setup(
            transfer_that_could_not_be_cancelled_is_cancelled_again, setup),
        cmocka_unit_test_setup(endless_signals_end_the_stream, setup),
        cmocka_unit_test_setup(drop_forgets_what_was_not_read, setup),
        cmocka_unit_test(every_status_and_error_has_a_name_and_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
