/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "acquire/cmd_device.h"
#include "acquire/frames.h"
#include "acquire/requests.h"

enum {
    WAIT_MS = 100,
    WAITS = 200,          /* 20 s; a test takes 5 s, an erase among it */
    PATTERN_FRAMES = 500, /* 256 kB */
    PATTERN_TIMEOUT_MS = 1000,
    READ_BYTES = 16384,
};

/* What each number tests, and how its value is written; it is divided. */
static const struct {
    const char *what;
    const char *unit;
    const char *limits;
    double divisor;
    int digits;
} texts[] = {
    [WIRE_TEST_WHO_AM_I] = {"sensor answers as LSM6DSOX", "", "108", 1, 0},
    [WIRE_TEST_RATE] = {"rate against the MCU's clock", "%", "-10 .. 10", 1e4,
                        2},
    [WIRE_TEST_ACCEL_NOISE] = {"accelerometer noise", "mg rms", "0 .. 3", 1e3,
                               2},
    [WIRE_TEST_GYRO_NOISE] = {"gyroscope noise", "deg/s rms", "0 .. 0.2", 1e3,
                              3},
    [WIRE_TEST_GRAVITY] = {"gravity", "g", "0.95 .. 1.05", 1e3, 3},
    [WIRE_TEST_ACCEL_SELF] = {"accelerometer actuated", "mg", "50 .. 1700", 1,
                              0},
    [WIRE_TEST_GYRO_SELF] = {"gyroscope actuated", "deg/s", "150 .. 700", 1, 0},
    [WIRE_TEST_FIFO_TAGS] = {"FIFO words with a wrong tag", "", "0", 1, 0},
    [WIRE_TEST_FLASH] = {"flash bytes that came back wrong", "", "0", 1, 0},
    [WIRE_TEST_USB] = {"USB pattern bytes that came wrong", "", "0", 1, 0},
};

static const char *const verdicts[] = {
    [WIRE_TEST_NOT_RUN] = "not run",
    [WIRE_TEST_PASSED] = "passed",
    [WIRE_TEST_FAILED] = "FAILED",
    [WIRE_TEST_NOT_POSSIBLE] = "not possible: lay it still",
};

static void print_test(uint8_t number, uint8_t verdict, int32_t value)
{
    if (number >= sizeof(texts) / sizeof(texts[0])) {
        printf("%2u  unknown to this carpus: %d  %s\n", number, value,
               verdicts[verdict]);
        return;
    }
    char measured[48];
    snprintf(measured, sizeof(measured), "%.*f%s%s", texts[number].digits,
             value / texts[number].divisor, texts[number].unit[0] ? " " : "",
             texts[number].unit);
    printf("%2u  %-33s %16s  (%s)  %s\n", number, texts[number].what, measured,
           texts[number].limits, verdicts[verdict]);
}

/* The band's own tests. Returns how many did not pass. */
static int test_band(struct device *device, struct error *error)
{
    struct wire_selftest results = {0};
    uint8_t data[WIRE_SELFTEST_SIZE];
    int shown = 0;
    int bad = 0;
    int err = request_put(device, WIRE_REQUEST_SELFTEST, 0, NULL, 0, error);
    for (int wait = 0; err == 0 && !results.done && wait < WAITS; wait++) {
        err = request_wait(device, WAIT_MS, error);
        if (err == 0) {
            err = request_get(device, WIRE_REQUEST_RESULTS, data, sizeof(data),
                              error);
        }
        if (err < 0 || !wire_get_selftest(&results, data)) {
            continue;
        }
        for (; shown < results.count; shown++) {
            print_test(results.test[shown].number, results.test[shown].verdict,
                       results.test[shown].value);
            bad += results.test[shown].verdict != WIRE_TEST_PASSED;
        }
    }
    if (err == 0 && !results.done) {
        return error_set(error, ERR_PROTOCOL,
                         "the wristband's self-test does not come to an end");
    }
    return err < 0 ? err : bad;
}

/* Counts the bytes of one frame that are not as they should be. */
static int32_t wrong_bytes(const struct wire_frame *frame)
{
    struct wire_frame right;
    uint8_t want[WIRE_FRAME_MAX];
    uint8_t got[WIRE_FRAME_MAX];
    int32_t wrong = 0;
    wire_pattern(&right, frame->sequence);
    size_t size = wire_put_frame(want, &right);
    if (wire_put_frame(got, frame) != size) {
        return (int32_t)size;
    }
    for (size_t i = 0; i < size; i++) {
        wrong += want[i] != got[i];
    }
    return wrong;
}

struct pattern {
    struct frames frames;
    uint32_t count; /* frames that came */
    int32_t wrong;  /* bytes */
    bool ended;
};

static void take_bytes(struct pattern *pattern, const uint8_t *data,
                       size_t size)
{
    for (size_t done = 0; done < size;) {
        struct wire_frame frame;
        done += frames_push(&pattern->frames, data + done, size - done);
        while (frames_next(&pattern->frames, &frame, NULL) > 0) {
            if (frame.type == WIRE_FRAME_PATTERN) {
                pattern->wrong += wrong_bytes(&frame);
                pattern->count++;
            }
            pattern->ended |= frame.type == WIRE_FRAME_END;
        }
    }
}

/* What the band counts up must come as it is: everything between its ring and
 * here. Returns how many tests did not pass. */
static int test_usb(struct device *device, struct error *error)
{
    struct pattern pattern = {0};
    uint8_t data[READ_BYTES];
    frames_init(&pattern.frames);
    int n = request_put(device, WIRE_REQUEST_PATTERN, PATTERN_FRAMES, NULL, 0,
                        error);
    if (n < 0) {
        return n;
    }
    do {
        n = device_read(device, data, sizeof(data), PATTERN_TIMEOUT_MS, error);
        if (n > 0) {
            take_bytes(&pattern, data, (size_t)n);
        }
    } while (n > 0 && !pattern.ended);
    if (n < 0) {
        return n;
    }
    uint32_t missing = PATTERN_FRAMES - pattern.count;
    int32_t wrong = pattern.wrong + (int32_t)missing * WIRE_FRAME_MAX;
    bool passed = wrong == 0 && pattern.ended;
    print_test(WIRE_TEST_USB, passed ? WIRE_TEST_PASSED : WIRE_TEST_FAILED,
               wrong);
    return passed ? 0 : 1;
}

static int test_all(struct device *device, struct error *error)
{
    int bad = test_band(device, error);
    if (bad < 0) {
        return bad;
    }
    int bad_usb = test_usb(device, error);
    if (bad_usb < 0) {
        return bad_usb;
    }
    bad += bad_usb;
    return bad == 0 ? 0
                    : error_set(error, ERR_VERIFY, "%d test%s did not pass",
                                bad, bad == 1 ? "" : "s");
}

static int run(int argc, char **argv, struct error *error)
{
    static const char doc[] =
        "Test a wristband; it must lie still for ten seconds.\v"
        "Each test has a number that never changes its meaning, and its limits "
        "in parentheses: noise at 208 Hz, gravity and the electrostatic "
        "actuation as in the sensor's data sheet, a sector of the flash that "
        "nothing else uses, 256 kB over USB. What was recorded stays.\n\n"
        "Exit status: 0 all tests passed; 85 some did not.";
    return device_run(doc, test_all, argc, argv, error);
}

const struct command device_selftest_command = {
    "selftest", "test a wristband that lies still", run};
