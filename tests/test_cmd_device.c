/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `carpus device` over USB: fake_libusb.h with a virtual wristband behind it.
 */
#include "acquire/cmd_device.h"
#include "acquire/device.h"
#include "acquire/frames.h"

#include "tests/recording_maker.h"

#include <sys/stat.h>

#include "firmware/core/bytes.h"
#include "firmware/core/crc32c.h"
#include "firmware/core/image.h"
#include "firmware/virtual/wristband.h"
#include "tests/fake_libusb.h"

enum {
    SECTORS = 64,
    TAKEN_MAX = 60000,
    REQUEST_NS = 1000000,
    BULK_NS = 20000000,
    ARGUMENTS_MAX = 16,
    MOVED_S = 210, /* then it lies still */
};

/* What is behind the cable, and what goes wrong there. */
static struct {
    pthread_mutex_t lock;
    struct wristband *band;
    uint8_t flash[SECTORS * FLASH_SECTOR];
    int16_t taken[TAKEN_MAX][6]; /* by the sensor */
    uint64_t taken_count;
    uint64_t lose_after; /* bytes, then it is unplugged; 0: never */
    uint64_t sent;
    bool fail_test; /* a result of the self-test is bad */
    bool flip_byte; /* of what is sent, once */
    bool updated;   /* image: of the file that was written */
    struct wire_image image;
    uint8_t firmware[3];
} rig = {.lock = PTHREAD_MUTEX_INITIALIZER};

static int move_at(void *ctx, double t_s, double rate_hz,
                   struct motion_point *out)
{
    (void)ctx;
    (void)rate_hz;
    double on = t_s < MOVED_S ? 1 : 0;
    *out = (struct motion_point){.accel_g = {0.1 * on * sin(7 * t_s), 0, 1},
                                 .gyro_dps = {50 * on * sin(3 * t_s), 0, 0},
                                 .temperature_c = 25};
    return 0;
}

static void release(void *ctx)
{
    (void)ctx;
}

static void on_sample(void *ctx, uint64_t index, const int16_t sample[6])
{
    (void)ctx;
    if (index < TAKEN_MAX) {
        memcpy(rig.taken[index], sample, sizeof(rig.taken[index]));
        rig.taken_count = index + 1;
    }
}

static int vendor(const struct wire_setup *setup, uint8_t *data)
{
    pthread_mutex_lock(&rig.lock);
    wristband_run(rig.band, wristband_now_ns(rig.band) + REQUEST_NS);
    int n = wristband_request(rig.band, setup, data);
    if (setup->request == WIRE_REQUEST_RESULTS && rig.fail_test) {
        data[4] = (uint8_t)(WIRE_TEST_FAILED << 6 | WIRE_TEST_WHO_AM_I);
    }
    if (setup->request == WIRE_REQUEST_IMAGE && n > 0 && rig.updated) {
        wire_put_image(data, &rig.image);
    }
    if (setup->request == WIRE_REQUEST_INFO && n > 0 && rig.updated) {
        memcpy(data + 2, rig.firmware, sizeof(rig.firmware));
    }
    pthread_mutex_unlock(&rig.lock);
    return n;
}

static size_t bulk(uint8_t *out, size_t size)
{
    pthread_mutex_lock(&rig.lock);
    wristband_run(rig.band, wristband_now_ns(rig.band) + BULK_NS);
    size_t n = wristband_read(rig.band, out, size);
    rig.sent += n;
    if (n > 100 && rig.flip_byte) {
        rig.flip_byte = false;
        out[100] ^= 1;
    }
    if (rig.lose_after > 0 && rig.sent > rig.lose_after) {
        /* fake.lock is held: fake_send would wait for it. */
        fake.answers[fake.answer_count++] =
            (struct fake_answer){.status = LIBUSB_TRANSFER_NO_DEVICE};
        rig.lose_after = 0;
        rig.sent = 0;
    }
    pthread_mutex_unlock(&rig.lock);
    return n;
}

/* A folder to be in, and a wristband whose button is pressed at 1 s and at
 * 201 s, before the host comes. */
static int setup(void **state)
{
    assert_int_equal(folder_new(state), 0);
    const struct folder *folder = *state;
    assert_int_equal(chdir(folder->path), 0);
    memset(rig.flash, 0xFF, sizeof(rig.flash));
    struct wristband_config config = {
        .flash = {rig.flash, SECTORS},
        .firmware = {0, 1, 0},
        .presses = {1, 201},
        .press_count = 2,
        .on_sample = on_sample,
    };
    const struct motion_source motion = {
        .duration_s = INFINITY, .at = move_at, .release = release};
    const struct wire_logging logging = {.config = {208, 4, 500},
                                         .flags = WIRE_BY_BUTTON,
                                         .motion_mg = 50,
                                         .still_s = 60};
    uint8_t data[WIRE_LOGGING_SIZE];
    config.alone = true;
    assert_int_equal(wristband_new(&config, motion, &rig.band), 0);
    wire_put_logging(data, &logging);
    const struct wire_setup set = {.request = WIRE_REQUEST_SET_LOGGING,
                                   .length = sizeof(data)};
    assert_int_equal(wristband_request(rig.band, &set, data), 0);
    wristband_run(rig.band, 220 * INT64_C(1000000000));
    wristband_attach(rig.band);
    rig.lose_after = rig.sent = 0;
    rig.fail_test = rig.flip_byte = rig.updated = false;
    fake_reset();
    fake.devices[0].serial = "VIRTUAL0001";
    fake.vendor = vendor;
    fake.bulk = bulk;
    return 0;
}

static int teardown(void **state)
{
    assert_int_equal(fake.live_transfers, 0);
    assert_int_equal(fake.live_handles, 0);
    wristband_free(rig.band);
    assert_int_equal(chdir("/"), 0);
    return folder_free(state);
}

/* Runs `carpus device WORDS`; what it prints is not looked at. */
static int device(struct error *error, const char *words)
{
    char copy[256];
    char *argv[ARGUMENTS_MAX] = {(char[]){"carpus device"}};
    char *rest;
    int argc = 1;
    *error = (struct error){0};
    snprintf(copy, sizeof(copy), "%s", words);
    for (char *word = strtok_r(copy, " ", &rest);
         word != NULL && argc < ARGUMENTS_MAX; argc++) {
        argv[argc] = word;
        word = strtok_r(NULL, " ", &rest);
    }
    return device_command.run(argc, argv, error);
}

static void device_ok(const char *words)
{
    struct error error;
    int err = device(&error, words);
    if (err != 0) {
        print_message("%s: %s\n", words, error.text);
    }
    assert_int_equal(err, 0);
}

static void device_fails(const char *words, int code, const char *part)
{
    struct error error;
    assert_int_equal(device(&error, words), code);
    assert_int_equal(error.code, code);
    if (strstr(error.text, part) == NULL) {
        fail_msg("'%s' lacks '%s'", error.text, part);
    }
}

static bool is_there(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0;
}

/* The recording is what the sensor took, sample by sample. */
static void check_recording(const char *path)
{
    struct recording *recording;
    struct error error;
    int16_t rows[1024][6];
    assert_int_equal(recording_open(path, NULL, &recording, &error), 0);
    uint64_t count = recording_rows(recording);
    size_t gaps;
    (void)recording_gaps(recording, &gaps);
    assert_int_equal(gaps, 0);
    assert_true(count > 208 * 199);
    /* When it ends, the FIFO is read up to what is less than a batch. */
    assert_in_range(rig.taken_count - count, 0, 10);
    for (uint64_t at = 0; at < count;) {
        size_t n = count - at < 1024 ? (size_t)(count - at) : 1024;
        assert_int_equal(recording_read_raw(recording, at, n, rows, &error), 0);
        assert_memory_equal(rows, rig.taken[at], n * sizeof(rows[0]));
        at += n;
    }
    recording_close(recording);
}

static void record_is_read_out_over_usb(void **state)
{
    (void)state;
    device_ok("log list");
    device_ok("log get 1 -o log.h5 -q");
    check_recording("log.h5");
    assert_false(is_there("log.h5.journal"));
    device_fails("log get 1 -o log.h5 -q", ERR_EXISTS, "log.h5");
    device_fails("log get 2 -q", ERR_NO_INPUT, "no record 2");
}

static void read_that_is_unplugged_goes_on(void **state)
{
    (void)state;
    for (int times = 0; times < 5; times++) {
        rig.lose_after = 1 + (uint64_t)times * 20000;
        device_fails("log get 1 -o log.h5 -q", ERR_DEVICE_LOST,
                     "the same command fetches the rest");
        assert_true(is_there("log.h5.journal"));
        assert_false(is_there("log.h5"));
    }
    device_ok("log get 1 -o log.h5 -q");
    check_recording("log.h5");
    assert_false(is_there("log.h5.journal"));
}

/* What came with a flipped bit is asked for no more, but missed at its place.
 */
static void damage_on_the_way_is_a_gap(void **state)
{
    (void)state;
    rig.flip_byte = true;
    device_fails("log get 1 -o log.h5 -q", ERR_LOST, "usb");
    assert_true(is_there("log.h5"));
}

static void journal_of_another_recording_is_left_alone(void **state)
{
    (void)state;
    rig.lose_after = 50000;
    device_fails("log get 1 -o log.h5 -q", ERR_DEVICE_LOST, "rest");
    device_ok("log erase --yes");
    device_ok("log start");
    device_ok("log stop");
    device_fails("log get 2 -o log.h5 -q", ERR_EXISTS, "another recording");
    assert_true(is_there("log.h5.journal"));
}

static void records_are_erased_on_request_only(void **state)
{
    (void)state;
    device_fails("log erase", ERR_USAGE, "1 record would be lost");
    device_ok("log get 1 -o log.h5 -q");
    device_ok("log erase --yes");
    device_fails("log get 1 -o again.h5 -q", ERR_NO_INPUT, "no record 1");
    device_ok("log erase --yes");
}

static void record_that_goes_on_is_not_read(void **state)
{
    (void)state;
    device_ok("log start");
    device_ok("log list --json");
    device_fails("log get 2 -o log.h5", ERR_BUSY, "goes on");
    device_fails("log start", ERR_PROTOCOL, "to log");
    device_ok("log stop");
    device_ok("log stop");
}

static void selftest_over_usb_tells_what_is_wrong(void **state)
{
    (void)state;
    device_ok("selftest");
    rig.fail_test = true;
    device_fails("selftest", ERR_VERIFY, "1 test did not pass");
    rig.fail_test = false;
    rig.flip_byte = true;
    device_fails("selftest", ERR_VERIFY, "1 test did not pass");
}

/* ---- update ---- */

enum { IMAGE_BYTES = 1500, IMAGE_BLOCKS = 6 };

static void make_uf2(const char *path, uint8_t major)
{
    uint8_t image[IMAGE_BLOCKS * 256] = {0};
    struct image_header header = {.length = IMAGE_BYTES,
                                  .firmware = {major, 2, 3},
                                  .wire = WIRE_VERSION,
                                  .board = "test"};
    for (int i = 0; i < IMAGE_BYTES; i++) {
        image[i] = (uint8_t)(i * 7 + major);
    }
    image_put_header(image + IMAGE_HEADER_AT, &header);
    header.crc = image_crc(image, IMAGE_BYTES);
    image_put_header(image + IMAGE_HEADER_AT, &header);
    rig.image = (struct wire_image){IMAGE_BYTES, crc32c(0, image, IMAGE_BYTES)};
    memcpy(rig.firmware, header.firmware, sizeof(rig.firmware));
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    for (uint32_t i = 0; i < IMAGE_BLOCKS; i++) {
        uint8_t block[512] = {0};
        const uint32_t head[8] = {0x0A324655,           0x9E5D5157, 0x2000,
                                  0x10000000 + i * 256, 256,        i,
                                  IMAGE_BLOCKS,         0xE48BFF56};
        for (int k = 0; k < 8; k++) {
            put_u32(block + (size_t)4 * (size_t)k, head[k]);
        }
        memcpy(block + 32, image + (size_t)i * 256, 256);
        put_u32(block + 508, 0x0AB16F30);
        assert_int_equal(fwrite(block, 1, sizeof(block), file), sizeof(block));
    }
    assert_int_equal(fclose(file), 0);
}

static void make_drive(void)
{
    assert_int_equal(mkdir("drive", 0777), 0);
    FILE *file = fopen("drive/INFO_UF2.TXT", "w");
    assert_non_null(file);
    fputs("UF2 Bootloader v3.0\nModel: Raspberry Pi RP2\nBoard-ID: RPI-RP2\n",
          file);
    assert_int_equal(fclose(file), 0);
}

static void remove_drive(void)
{
    (void)unlink("drive/carpus.uf2");
    assert_int_equal(unlink("drive/INFO_UF2.TXT"), 0);
    assert_int_equal(rmdir("drive"), 0);
}

static void update_writes_and_checks(void **state)
{
    (void)state;
    make_uf2("new.uf2", 1);
    make_drive();
    rig.updated = true;
    device_ok("update new.uf2"); /* it has it: nothing is done */
    assert_false(is_there("drive/carpus.uf2"));
    device_ok("update new.uf2 --volume drive --wait 5");
    assert_true(is_there("drive/carpus.uf2"));
    rig.updated = false;
    device_fails("update new.uf2 --volume drive --wait 5", ERR_VERIFY,
                 "does not have what was written");
    remove_drive();
    device_fails("update new.uf2 --volume drive --wait 500ms", ERR_NO_DEVICE,
                 "drive");
    wristband_run(rig.band, wristband_now_ns(rig.band) + 100000000);
    assert_true(wristband_updating(rig.band));
}

/* Byte `at` of the file is changed: it must not reach the board. */
static void damaged_firmware_is_refused(void **state)
{
    (void)state;
    static const struct {
        long at;
        const char *why;
    } cases[] = {{0, "no UF2"},
                 {509, "no UF2"},
                 {512 + 28, "another chip"},
                 {512 + 12, "out of order"},
                 {1024 + 20, "out of order"},
                 {512 + 32 + 0xc0, "no firmware"},
                 {1024 + 32 + 9, "damaged"},
                 {5 * 512 + 32 + 100, "damaged"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        make_uf2("new.uf2", 1);
        FILE *file = fopen("new.uf2", "r+b");
        assert_non_null(file);
        assert_int_equal(fseek(file, cases[i].at, SEEK_SET), 0);
        int byte = fgetc(file);
        assert_int_equal(fseek(file, cases[i].at, SEEK_SET), 0);
        fputc(byte ^ 0x10, file);
        assert_int_equal(fclose(file), 0);
        device_fails("update new.uf2", ERR_DATA, cases[i].why);
        assert_false(wristband_updating(rig.band));
    }
    make_uf2("short.uf2", 1);
    assert_int_equal(truncate("short.uf2", 2048), 0);
    device_fails("update short.uf2", ERR_DATA, "out of order");
    assert_int_equal(truncate("short.uf2", 2000), 0);
    device_fails("update short.uf2", ERR_DATA, "no UF2");
    assert_int_equal(truncate("short.uf2", 0), 0);
    device_fails("update short.uf2", ERR_DATA, "no UF2");
}

static void ask_band(uint8_t request, uint8_t *data, uint16_t size)
{
    const struct wire_setup setup = {.request = request, .length = size};
    assert_int_equal(vendor(&setup, data), 0);
}

/* Reads up to the first frame. */
static void first_frame(struct device *device, struct wire_frame *out)
{
    struct frames frames;
    struct error error;
    uint8_t data[16384];
    frames_init(&frames);
    for (int reads = 0; reads < 100; reads++) {
        int n = device_read(device, data, sizeof(data), 200, &error);
        assert_true(n >= 0);
        (void)frames_push(&frames, data, (size_t)n);
        if (frames_next(&frames, out, NULL) > 0) {
            return;
        }
    }
    fail_msg("no frame came");
}

/* It streams still, its ring is full, and nobody has fetched anything. */
static void stream_of_a_recorder_that_crashed_is_in_nobodys_way(void **state)
{
    (void)state;
    const struct wire_config fast = {1667, 4, 500};
    const struct wire_config next = {208, 8, 2000};
    uint8_t data[WIRE_CONFIG_SIZE];
    struct device *device = NULL;
    struct wire_frame frame;
    struct error error = {0};
    wire_put_config(data, &fast);
    ask_band(WIRE_REQUEST_SET_CONFIG, data, sizeof(data));
    ask_band(WIRE_REQUEST_START, NULL, 0);
    wristband_run(rig.band, wristband_now_ns(rig.band) + 20000000000);
    assert_int_equal(device_open("", NULL, &device, &error), 0);
    assert_int_equal(device_configure(device, &next, &error), 0);
    assert_int_equal(device_start(device, &error), 0);
    first_frame(device, &frame);
    assert_int_equal(frame.type, WIRE_FRAME_SAMPLES);
    assert_int_equal(frame.index, 0);
    assert_true((frame.flags & WIRE_FIRST) != 0);
    device_close(device);
}

int main(void)
{
#define DEVICE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        DEVICE_TEST(record_is_read_out_over_usb),
        DEVICE_TEST(read_that_is_unplugged_goes_on),
        DEVICE_TEST(damage_on_the_way_is_a_gap),
        DEVICE_TEST(journal_of_another_recording_is_left_alone),
        DEVICE_TEST(records_are_erased_on_request_only),
        DEVICE_TEST(record_that_goes_on_is_not_read),
        DEVICE_TEST(selftest_over_usb_tells_what_is_wrong),
        DEVICE_TEST(update_writes_and_checks),
        DEVICE_TEST(damaged_firmware_is_refused),
        DEVICE_TEST(stream_of_a_recorder_that_crashed_is_in_nobodys_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
