/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Wristbands on the USB of fake_libusb.h, through device.h. */
#include "acquire/device.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "firmware/core/bytes.h"
#include "tests/fake_libusb.h"

enum { BOOT_VENDOR = 0x2e8a, BOOT_PRODUCT = 3, NOTES = 256 };

static struct {
    int requests[NOTES]; /* in the order in which they came */
    int request_count;
    int refuse; /* this request stalls; -1: none */
    uint64_t device_ns;
} band;

static int answer(uint8_t request, uint8_t *data, uint16_t length)
{
    if (band.request_count < NOTES) {
        band.requests[band.request_count++] = request;
    }
    if (request == band.refuse) {
        return LIBUSB_ERROR_PIPE;
    }
    if (request == WIRE_REQUEST_INFO) {
        struct wire_info info = {.protocol = WIRE_VERSION,
                                 .firmware = {1, 2, 3},
                                 .serial = "W0001",
                                 .model = "fake"};
        wire_put_info(data, &info);
    } else if (request == WIRE_REQUEST_STATUS) {
        struct wire_status status = {.samples = 99};
        wire_put_status(data, &status);
    } else if (request == WIRE_REQUEST_TIME) {
        put_u64(data, band.device_ns++);
    }
    return length;
}

static int setup(void **state)
{
    (void)state;
    fake_reset();
    fake.control = answer;
    band.request_count = 0;
    band.refuse = -1;
    band.device_ns = 5000000000;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    assert_int_equal(fake.live_transfers, 0);
    assert_int_equal(fake.live_handles, 0);
    assert_int_equal(fake.live_contexts, 0);
    return 0;
}

static struct device *open_ok(const char *name)
{
    struct device *device = NULL;
    struct error error = {0};
    assert_int_equal(device_open(name, NULL, &device, &error), 0);
    return device;
}

/* Opening `name` must fail with `code` and a sentence that has `part`. */
static void open_fails(const char *name, int code, const char *part)
{
    struct device *device = NULL;
    struct error error = {0};
    assert_int_equal(device_open(name, "", &device, &error), code);
    assert_int_equal(error.code, code);
    if (strstr(error.text, part) == NULL) {
        fail_msg("'%s' lacks '%s'", error.text, part);
    }
    assert_null(device);
}

static void the_only_wristband_needs_no_name(void **state)
{
    (void)state;
    static const char *const names[] = {"", "usb", "W0001"};
    for (int i = 0; i < 3; i++) {
        struct device *device = open_ok(names[i]);
        struct wire_info info;
        device_info(device, &info);
        assert_string_equal(info.serial, "W0001");
        assert_int_equal(info.firmware[1], 2);
        assert_false(device_waits(device));
        assert_int_equal(device_write_truth(device, "/nowhere/x", NULL), 1);
        device_close(device);
    }
}

static void of_two_wristbands_one_must_be_named(void **state)
{
    (void)state;
    fake.devices[1] = fake.devices[0];
    fake.devices[1].serial = "W0002";
    fake.device_count = 2;
    open_fails("", ERR_USAGE, "--device W0001 or --device W0002");
    device_close(open_ok("W0002"));
    open_fails("W0003", ERR_NO_DEVICE, "no device 'W0003'");
}

static void why_it_cannot_be_opened_is_said(void **state)
{
    (void)state;
    fake.devices[0].open_number = LIBUSB_ERROR_ACCESS;
    open_fails("", ERR_PERMISSION, "70-carpus.rules");
    open_fails("W0001", ERR_PERMISSION, "udevadm");
    fake.devices[0].open_number = 0;
    fake.devices[0].claim_number = LIBUSB_ERROR_BUSY;
    open_fails("", ERR_BUSY, "another program uses it");
    fake.devices[0].claim_number = 0;
    fake.clear_number = LIBUSB_ERROR_NO_DEVICE;
    open_fails("", ERR_DEVICE_LOST, "plug it in again");
    fake.clear_number = 0;
    fake.devices[0].version = 0x0200;
    open_fails("", ERR_PROTOCOL, "update carpus");
    fake.devices[0].version = 0x0003;
    open_fails("", ERR_PROTOCOL, "update the wristband's firmware");
    fake.device_count = 0;
    open_fails("", ERR_NO_DEVICE, "no wristband is plugged in");
    fake.device_count = -1;
    open_fails("", ERR_NO_DEVICE, "no USB that programs may use");
    open_fails("W0009", ERR_NO_DEVICE, "no device 'W0009': this computer");
    fake.init_number = LIBUSB_ERROR_OTHER;
    open_fails("", ERR_NO_DEVICE, "no USB that programs may use");
}

static void board_in_its_boot_rom_is_recognised(void **state)
{
    (void)state;
    fake.devices[0].vendor = BOOT_VENDOR;
    fake.devices[0].product = BOOT_PRODUCT;
    open_fails("", ERR_NO_DEVICE, "waits for firmware");
}

static void settings_of_the_simulation_are_refused(void **state)
{
    (void)state;
    struct device *device;
    struct error error;
    assert_int_equal(device_open("", "seed=1", &device, &error), ERR_USAGE);
}

static void list_tells_what_is_there_and_why_it_cannot_be_used(void **state)
{
    (void)state;
    struct device_entry entries[8];
    struct error note;
    size_t count;
    fake.device_count = 4;
    fake.devices[1] = fake.devices[0];
    fake.devices[1].open_number = LIBUSB_ERROR_ACCESS;
    fake.devices[2] = fake.devices[0];
    fake.devices[2].version = 0x0700;
    fake.devices[3] =
        (struct libusb_device){.vendor = BOOT_VENDOR, .product = BOOT_PRODUCT};
    assert_int_equal(device_list(entries, 8, &count, &note), 0);
    assert_int_equal(note.code, 0);
    assert_int_equal(count, 5);
    static const struct {
        const char *id;
        const char *what;
        bool usable;
    } want[] = {
        {"W0001", "wristband", true},   {"?", "udev rule", false},
        {"W0001", "newer than", false}, {"?", "waits for firmware", false},
        {"virtual", "", true},
    };
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(entries[i].id, want[i].id);
        assert_non_null(strstr(entries[i].what, want[i].what));
        assert_int_equal(entries[i].usable, want[i].usable);
    }
    assert_string_equal(entries[0].where, "usb 1-2.3");
    assert_int_equal(device_list(entries, 2, &count, &note), 0);
    assert_int_equal(count, 2);
}

static void list_names_the_call_that_failed_and_its_error(void **state)
{
    (void)state;
    struct device_entry entry;
    size_t count;
    fake.devices[0].open_number = LIBUSB_ERROR_IO;
    assert_int_equal(device_list(&entry, 1, &count, NULL), 0);
    assert_string_equal(entry.what,
                        "the transfer failed on the wire; try another cable or "
                        "socket (libusb_open: LIBUSB_ERROR_IO)");
    fake.devices[0].open_number = LIBUSB_ERROR_NO_MEM; /* the longest */
    assert_int_equal(device_list(&entry, 1, &count, NULL), 0);
    assert_non_null(strstr(entry.what, "(libusb_open: LIBUSB_ERROR_NO_MEM)"));
}

static void no_usb_is_a_note_not_an_error(void **state)
{
    (void)state;
    struct device_entry entries[8];
    struct error note;
    size_t count;
    for (int i = 0; i < 2; i++) {
        fake.init_number = i == 0 ? LIBUSB_ERROR_OTHER : 0;
        fake.device_count = -1;
        assert_int_equal(device_list(entries, 8, &count, &note), 0);
        assert_int_equal(count, 1);
        assert_int_equal(note.code, ERR_NO_DEVICE);
        assert_non_null(strstr(note.text, "no USB"));
    }
}

static void stream_left_running_is_stopped_on_opening(void **state)
{
    (void)state;
    struct device *device = open_ok("");
    assert_int_equal(fake.clears, 1);
    assert_int_equal(band.requests[0], WIRE_REQUEST_STOP);
    device_close(device);
    band.refuse = WIRE_REQUEST_STOP;
    device_close(open_ok(""));
}

/* A process that has the node of the fake's only address open, as far as its
 * name tells. */
static pid_t hold_node(const char *folder, int held[2])
{
    char path[128];
    snprintf(path, sizeof(path), "%s/bus", folder);
    mkdir(path, 0700);
    snprintf(path, sizeof(path), "%s/bus/usb", folder);
    mkdir(path, 0700);
    snprintf(path, sizeof(path), "%s/bus/usb/001", folder);
    mkdir(path, 0700);
    snprintf(path, sizeof(path), "%s/bus/usb/001/255", folder);
    assert_int_equal(pipe(held), 0);
    pid_t pid = fork();
    if (pid == 0) {
        int node = open(path, O_CREAT | O_RDWR, 0600);
        char byte = node >= 0 ? 1 : 0;
        close(held[0]);
        (void)!write(held[1], &byte, 1);
        pause();
        close(node);
    }
    return pid;
}

static void remove_node(const char *folder)
{
    static const char *const parts[] = {"/bus/usb/001/255", "/bus/usb/001",
                                        "/bus/usb", "/bus", ""};
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        char path[128];
        snprintf(path, sizeof(path), "%s%s", folder, parts[i]);
        assert_int_equal(remove(path), 0);
    }
}

static void who_has_the_wristband_is_said_where_it_is_known(void **state)
{
    (void)state;
    char folder[] = "/tmp/carpus-node-XXXXXX";
    char want[64];
    char ready = 0;
    int held[2];
    assert_non_null(mkdtemp(folder));
    pid_t pid = hold_node(folder, held);
    assert_int_equal(read(held[0], &ready, 1), 1);
    assert_int_equal(ready, 1);
    fake.devices[0].claim_number = LIBUSB_ERROR_BUSY;
    snprintf(want, sizeof(want), "in use by process %ld (", (long)pid);
    open_fails("", ERR_BUSY, want);
    open_fails("", ERR_BUSY, "end that one first");
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    open_fails("", ERR_BUSY, "another program uses it");
    close(held[0]);
    close(held[1]);
    remove_node(folder);
}

static void requests_reach_the_wristband_and_refusals_are_told(void **state)
{
    (void)state;
    struct error error = {0};
    struct wire_status status;
    struct wire_config config = {104, 4, 500};
    struct device *device = open_ok("");
    assert_int_equal(device_configure(device, &config, &error), 0);
    assert_int_equal(device_start(device, &error), 0);
    assert_int_equal(device_status(device, &status, &error), 0);
    assert_int_equal(status.samples, 99);
    band.refuse = WIRE_REQUEST_SET_CONFIG;
    assert_int_equal(device_configure(device, &config, &error), ERR_PROTOCOL);
    assert_non_null(strstr(error.text, "refused new settings"));
    assert_non_null(
        strstr(error.text, "(libusb_control_transfer: LIBUSB_ERROR_PIPE)"));
    assert_int_equal(device_stop(device, &error), 0);
    device_close(device);
}

static void stream_comes_through_until_it_is_unplugged(void **state)
{
    (void)state;
    struct error error = {0};
    uint8_t data[16384];
    struct device *device = open_ok("");
    int total = 0;
    for (int i = 0; i < 10; i++) {
        fake_send(LIBUSB_TRANSFER_COMPLETED, 512);
    }
    fake_send(LIBUSB_TRANSFER_NO_DEVICE, 0);
    int n;
    while ((n = device_read(device, data, sizeof(data), 20000, &error)) > 0) {
        total += n;
    }
    assert_int_equal(total, 5120);
    assert_int_equal(n, ERR_DEVICE_LOST);
    device_close(device);
}

static void unplugged_wristband_is_found_again_by_its_serial(void **state)
{
    (void)state;
    struct error error = {0};
    struct wire_config config = {104, 4, 500};
    uint8_t data[512];
    struct device *device = open_ok("");
    assert_int_equal(device_configure(device, &config, &error), 0);
    fake_send(LIBUSB_TRANSFER_NO_DEVICE, 0);
    assert_int_equal(device_read(device, data, 512, 20000, &error),
                     ERR_DEVICE_LOST);
    fake.device_count = 0;
    assert_int_equal(device_reopen(device, &error), 0);
    assert_int_equal(device_stop(device, &error), ERR_DEVICE_LOST);
    fake.device_count = 1;
    fake.devices[0].serial = "W0002";
    assert_int_equal(device_reopen(device, &error), 0);
    fake.devices[0].serial = "W0001";
    fake.devices[0].open_number = LIBUSB_ERROR_ACCESS;
    assert_int_equal(device_reopen(device, &error), 0);
    /* One that stalls as it starts may not the next time. */
    fake.devices[0].open_number = LIBUSB_ERROR_PIPE;
    assert_int_equal(device_reopen(device, &error), 0);
    fake.devices[0].open_number = 0;
    /* It may be streaming still: it is not stopped. */
    band.request_count = 0;
    assert_int_equal(device_reopen(device, &error), 1);
    assert_int_equal(band.request_count, 0);
    assert_int_equal(device_restart(device, &error), 0);
    assert_int_equal(band.requests[0], WIRE_REQUEST_SET_CONFIG);
    assert_int_equal(band.requests[1], WIRE_REQUEST_START);
    fake_send(LIBUSB_TRANSFER_COMPLETED, 7);
    assert_int_equal(device_read(device, data, 512, 20000, &error), 7);
    fake.devices[0].version = 0x0700;
    assert_int_equal(device_reopen(device, &error), ERR_PROTOCOL);
    device_close(device);
}

static int64_t reopen_ns(struct device *device, int want)
{
    int64_t begin_ns = device_now_ns(device);
    assert_int_equal(device_reopen(device, NULL), want);
    return device_now_ns(device) - begin_ns;
}

/* Where libusb tells of arrivals, one is acted on at once; looking again and
 * again finds it, too, for instance once udev has given leave. */
static void arrival_is_heard_of_or_found(void **state)
{
    (void)state;
    struct device *device = open_ok("");
    for (int hotplug = 0; hotplug < 2; hotplug++) {
        fake.no_hotplug = hotplug == 0;
        fake.device_count = 0;
        assert_int_equal(device_reopen(device, NULL), 0);
        assert_int_equal(fake.live_contexts, hotplug);
        fake.devices[0].open_number = LIBUSB_ERROR_ACCESS;
        fake.device_count = 1;
        fake.plugged = true;
        assert_true(reopen_ns(device, 0) < 1000000000);
        assert_int_equal(fake.plugged, hotplug == 0);
        fake.devices[0].open_number = 0;
        assert_true(reopen_ns(device, 1) < 1000000000);
        assert_int_equal(fake.live_contexts, 1);
    }
    device_close(device);
}

static void start_forgets_what_came_before_it(void **state)
{
    (void)state;
    uint8_t data[512];
    struct error error = {0};
    struct device *device = open_ok("");
    fake_send(LIBUSB_TRANSFER_COMPLETED, 100);
    while (fake_sent() < 1) {
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    assert_int_equal(device_start(device, &error), 0);
    fake_send(LIBUSB_TRANSFER_COMPLETED, 7);
    assert_int_equal(device_read(device, data, 512, 20000, &error), 7);
    device_close(device);
}

static void probe_lies_between_two_readings(void **state)
{
    (void)state;
    struct recording_clock probe;
    struct error error = {0};
    struct device *device = open_ok("");
    int64_t before_ns = device_now_ns(device);
    assert_int_equal(device_probe(device, &probe, &error), 0);
    int64_t after_ns = device_now_ns(device);
    assert_int_equal(band.device_ns, 5000000001);
    assert_int_equal(probe.device_ns, 5000000000);
    assert_in_range(probe.host_monotonic_ns, before_ns, after_ns);
    assert_true(probe.round_trip_ns <= after_ns - before_ns);
    band.refuse = WIRE_REQUEST_TIME;
    assert_int_equal(device_probe(device, &probe, &error), ERR_PROTOCOL);
    device_close(device);
}

#define TEST(function)                                                         \
    cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_only_wristband_needs_no_name),
        TEST(of_two_wristbands_one_must_be_named),
        TEST(why_it_cannot_be_opened_is_said),
        TEST(board_in_its_boot_rom_is_recognised),
        TEST(settings_of_the_simulation_are_refused),
        TEST(list_tells_what_is_there_and_why_it_cannot_be_used),
        TEST(list_names_the_call_that_failed_and_its_error),
        TEST(no_usb_is_a_note_not_an_error),
        TEST(stream_left_running_is_stopped_on_opening),
        TEST(requests_reach_the_wristband_and_refusals_are_told),
        TEST(stream_comes_through_until_it_is_unplugged),
        TEST(unplugged_wristband_is_found_again_by_its_serial),
        TEST(who_has_the_wristband_is_said_where_it_is_known),
        TEST(arrival_is_heard_of_or_found),
        TEST(start_forgets_what_came_before_it),
        TEST(probe_lies_between_two_readings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
