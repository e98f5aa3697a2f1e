/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "acquire/clocks.h"
#include "acquire/cmd_device.h"
#include "acquire/describe.h"
#include "acquire/frames.h"
#include "acquire/interrupt.h"
#include "acquire/requests.h"
#include "acquire/six_positions.h"

enum { READ_BYTES = 16384, TIMEOUT_MS = 200 };

static const int64_t MOST_NS = 600000000000; /* ten minutes */
static const int64_t SILENCE_NS = 10000000000;

static const struct wire_config config = {
    .rate_hz = 104, .accel_g = 2, .gyro_dps = 2000};

struct calibrate {
    struct device *device;
    struct frames frames;
    struct six_positions six;
    enum six_step told; /* what was said last */
    bool ended;
};

static void ask_for_next(const struct calibrate *calibrate)
{
    int left = SIX_POSITIONS - six_positions_count(&calibrate->six);
    if (left == 0) {
        return;
    }
    fprintf(stderr, "Lay it down on a side that has not been down yet:");
    for (int side = 0; side < SIX_POSITIONS; side++) {
        if (!calibrate->six.seen[side]) {
            fprintf(stderr, " %s%s", six_positions_name(side),
                    --left > 0 ? "," : "\n");
        }
    }
}

/* Says it once, not each two seconds. */
static void tell(struct calibrate *calibrate, enum six_step step, int side)
{
    if (step == SIX_TAKEN) {
        fprintf(stderr, "%d of %d: %s, done\n",
                six_positions_count(&calibrate->six), SIX_POSITIONS,
                six_positions_name(side));
        ask_for_next(calibrate);
    } else if (step == SIX_TILTED && calibrate->told != SIX_TILTED) {
        fprintf(stderr, "It lies on an edge: lay it on a side\n");
    }
    calibrate->told = step;
}

static void take_frame(struct calibrate *calibrate,
                       const struct wire_frame *frame)
{
    for (uint32_t i = 0; i < frame->count; i++) {
        int side = 0;
        enum six_step step =
            six_positions_add(&calibrate->six, frame->samples[i], &side);
        if (step != SIX_NOTHING) {
            tell(calibrate, step, side);
        }
    }
    calibrate->ended |= frame->type == WIRE_FRAME_END;
}

static void take_bytes(struct calibrate *calibrate, const uint8_t *data,
                       size_t size)
{
    for (size_t done = 0; done < size;) {
        struct wire_frame frame;
        done += frames_push(&calibrate->frames, data + done, size - done);
        while (frames_next(&calibrate->frames, &frame, NULL) > 0) {
            take_frame(calibrate, &frame);
        }
    }
}

static int give_up(const struct calibrate *calibrate, int code, const char *why,
                   struct error *error)
{
    return error_set(error, code,
                     "%s with %d of %d sides done; the calibration that the "
                     "wristband has stays",
                     why, six_positions_count(&calibrate->six), SIX_POSITIONS);
}

/* Reads until all six sides have been. */
static int watch(struct calibrate *calibrate, struct error *error)
{
    uint8_t data[READ_BYTES];
    int64_t begin_ns = device_now_ns(calibrate->device);
    int64_t heard_ns = begin_ns;
    while (six_positions_count(&calibrate->six) < SIX_POSITIONS) {
        int n = device_read(calibrate->device, data, sizeof(data), TIMEOUT_MS,
                            error);
        int64_t now_ns = device_now_ns(calibrate->device);
        if (n < 0) {
            return n;
        }
        take_bytes(calibrate, data, (size_t)n);
        heard_ns = n > 0 ? now_ns : heard_ns;
        if (interrupt_once()) {
            return give_up(calibrate, ERR_STOPPED, "stopped", error);
        }
        if (calibrate->ended || now_ns - heard_ns > SILENCE_NS) {
            return give_up(calibrate, ERR_DEVICE_LOST,
                           "the wristband sends nothing any more", error);
        }
        if (now_ns - begin_ns > MOST_NS) {
            return give_up(calibrate, ERR_STOPPED, "given up after ten minutes",
                           error);
        }
    }
    return 0;
}

static int measure(struct calibrate *calibrate, struct error *error)
{
    struct wire_config before;
    int err = request_config(calibrate->device, &before, error);
    if (err == 0) {
        err = device_configure(calibrate->device, &config, error);
    }
    if (err == 0) {
        err = device_start(calibrate->device, error);
    }
    if (err < 0) {
        return err;
    }
    err = watch(calibrate, error);
    /* Whatever went wrong before is what is told. */
    struct error *later = err < 0 ? NULL : error;
    int stopped = device_stop(calibrate->device, later);
    if (stopped == 0) {
        stopped = request_wait(calibrate->device, TIMEOUT_MS, later);
    }
    if (stopped == 0) {
        stopped = device_configure(calibrate->device, &before, later);
    }
    return err < 0 ? err : stopped;
}

static int save(struct calibrate *calibrate, struct error *error)
{
    struct wire_calibration calibration;
    uint8_t data[WIRE_CALIBRATION_SIZE];
    char text[RECORDING_TEXT];
    if (!six_positions_solve(&calibrate->six, &calibration)) {
        return error_set(error, ERR_VERIFY,
                         "no offsets and gains that a sound sensor has explain "
                         "the six sides; was it still, and on earth?");
    }
    calibration.utc_s = (uint64_t)(utc_ns() / 1000000000);
    wire_put_calibration(data, &calibration);
    int err = request_put(calibrate->device, WIRE_REQUEST_SET_CALIBRATION, 0,
                          data, sizeof(data), error);
    if (err == 0) {
        err =
            request_settle(calibrate->device, "to save its calibration", error);
    }
    if (err == 0) {
        describe_calibration(&calibration, text, sizeof(text));
        printf("%s\n", text);
    }
    return err;
}

static int run(int argc, char **argv, struct error *error)
{
    static const char doc[] =
        "Calibrate a wristband's accelerometer from six positions.\v"
        "Lay the wristband on each of its six sides, in any order, and let go "
        "of it for some seconds; a book keeps it on a narrow one. It need not "
        "be level. Offset and gain of each axis are kept on the wristband and "
        "written into each recording; the samples stay as the sensor gives "
        "them.\n\n"
        "Exit status: 0 the calibration is saved; 82 stopped, 84 the device "
        "went away: the former one stays; 85 it cannot be right.";
    struct device_options options;
    struct calibrate calibrate = {0};
    int err = device_parse(doc, argc, argv, &options, error);
    if (err == 0) {
        err = device_open_option(&options, &calibrate.device, error);
    }
    if (err != 0) {
        return err;
    }
    interrupt_catch();
    frames_init(&calibrate.frames);
    six_positions_begin(&calibrate.six, &config);
    ask_for_next(&calibrate);
    err = measure(&calibrate, error);
    if (err == 0) {
        err = save(&calibrate, error);
    }
    device_close(calibrate.device);
    return err;
}

const struct command device_calibrate_command = {
    "calibrate", "calibrate the accelerometer from six positions", run};
