/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The simulated LSM6DSOX of firmware/virtual as a program of its own, so that
 * the emulator of the controller (tests/chain/emulator) is moved by the same
 * sensor as the virtual wristband. It answers one request after the other.
 *
 *   sensor SCRIPT TRUTH
 *
 * SCRIPT is a motion script; the motion begins at time 0. To TRUTH goes every
 * sample that the sensor puts into its FIFO, whether or not it arrives.
 * All integers are little-endian.
 *
 *   request  0 op u8, 1 register u8, 2 count u16, 4 amount u32, 8 time i64 [ns]
 *            16 `count` bytes to write (OP_WRITE)
 *   answer   0 next i64: when to ask again, INT64_MAX: never [ns]
 *            8 int1 u8, 9 acknowledged u8, 10 count u16, 12 reserved u32
 *            16 `count` bytes read (OP_READ)
 *   truth    0 time i64 [ns], 8 number u64 since the FIFO was enabled,
 *            16 six i16: accelerometer, gyroscope
 *
 * A bus master reads byte by byte and says only at the end that it has enough.
 * So OP_READ reads ahead, from a copy of the sensor; OP_TOOK then has the
 * sensor give as many of those bytes as were really taken.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/core/bytes.h"
#include "firmware/virtual/script.h"
#include "firmware/virtual/sensor.h"

enum {
    HEAD = 16,
    COUNT_MAX = 1024,
    TRUTH_ROW = 28,
    SCRIPT_MAX = 65536,
};

enum op {
    OP_ADVANCE = 1, /* take the samples due up to now */
    OP_READ = 2,
    OP_TOOK = 3, /* `count` bytes from the register on, at the time of READ */
    OP_WRITE = 4,
    OP_FLIP_TAGS = 5,  /* the next `amount` words come with a wrong tag */
    OP_DROP_WORDS = 6, /* the next `amount` words are not stored */
    OP_POWER_CYCLE = 7,
};

struct request {
    uint8_t op; /* enum op */
    uint8_t reg;
    uint16_t count;
    uint32_t amount;
    int64_t now_ns;
    uint8_t data[COUNT_MAX];
};

struct helper {
    struct sensor sensor;
    struct motion_source motion;
    FILE *truth;
};

static void on_sample(void *ctx, uint64_t number, const int16_t sample[6])
{
    struct helper *helper = ctx;
    uint8_t row[TRUTH_ROW];

    put_u64(row, (uint64_t)helper->sensor.now_ns);
    put_u64(row + 8, number);
    for (size_t i = 0; i < 6; i++) {
        put_u16(row + 16 + 2 * i, (uint16_t)sample[i]);
    }
    if (fwrite(row, sizeof(row), 1, helper->truth) != 1) {
        perror("sensor: truth");
        exit(1);
    }
}

static int open_motion(const char *path, struct motion_source *out)
{
    static char text[SCRIPT_MAX];
    char why[256] = "";
    struct script *script;
    FILE *file = fopen(path, "r");

    if (file == NULL) {
        perror(path);
        return -1;
    }
    size_t size = fread(text, 1, sizeof(text) - 1, file);
    text[size] = '\0';
    fclose(file);
    if (script_parse(text, 1, &script, why, sizeof(why)) != 0) {
        fprintf(stderr, "%s: %s\n", path, why);
        return -1;
    }
    *out = script_motion(script);
    return 0;
}

/* False at the end of input. */
static bool get_request(struct request *request)
{
    uint8_t head[HEAD];

    if (fread(head, sizeof(head), 1, stdin) != 1) {
        return false;
    }
    request->op = head[0];
    request->reg = head[1];
    request->count = get_u16(head + 2);
    request->amount = get_u32(head + 4);
    request->now_ns = (int64_t)get_u64(head + 8);
    return request->count <= COUNT_MAX &&
           (request->op != OP_WRITE || request->count == 0 ||
            fread(request->data, request->count, 1, stdin) == 1);
}

/* Carries `request` out; bytes read go to `data`. Returns how many, or -1 if
 * the sensor does not acknowledge. */
static int carry_out(struct helper *helper, const struct request *request,
                     uint8_t *data)
{
    struct sensor ahead;
    struct sensor *sensor = &helper->sensor;

    switch (request->op) {
    case OP_READ:
        ahead = *sensor;
        return sensor_read(&ahead, request->reg, data, request->count)
                   ? request->count
                   : -1;
    case OP_TOOK:
        (void)sensor_read(sensor, request->reg, data, request->count);
        return 0;
    case OP_WRITE:
        return sensor_write(sensor, request->reg, request->data, request->count)
                   ? 0
                   : -1;
    case OP_FLIP_TAGS:
        sensor->fifo.flip_tags += request->amount;
        return 0;
    case OP_DROP_WORDS:
        sensor->fifo.drop_words += request->amount;
        return 0;
    case OP_POWER_CYCLE:
        sensor_power_cycle(sensor);
        return 0;
    default:
        return 0;
    }
}

static bool answer(struct helper *helper, const struct request *request)
{
    uint8_t out[HEAD + COUNT_MAX] = {0};

    /* OP_TOOK belongs to the past; what came since is not read yet. */
    if (request->op != OP_TOOK) {
        sensor_advance(&helper->sensor, request->now_ns);
    }
    int count = carry_out(helper, request, out + HEAD);
    uint16_t sent = count > 0 ? (uint16_t)count : 0;
    put_u64(out, (uint64_t)sensor_next_ns(&helper->sensor));
    out[8] = sensor_int1(&helper->sensor);
    out[9] = count >= 0;
    put_u16(out + 10, sent);
    return fwrite(out, (size_t)HEAD + sent, 1, stdout) == 1 &&
           fflush(stdout) == 0;
}

int main(int argc, char **argv)
{
    static struct helper helper;
    struct request request;

    if (argc != 3 || open_motion(argv[1], &helper.motion) != 0) {
        fprintf(stderr, "usage: sensor SCRIPT TRUTH\n");
        return 64;
    }
    helper.truth = fopen(argv[2], "wb");
    if (helper.truth == NULL) {
        perror(argv[2]);
        return 73;
    }
    const struct sensor_config config = {
        .seed = 1,
        .motion = &helper.motion,
        .on_sample = on_sample,
        .on_sample_ctx = &helper,
    };
    sensor_init(&helper.sensor, &config, 0);
    sensor_start_motion(&helper.sensor, 0);
    bool good = true;
    while (good && get_request(&request)) {
        good = answer(&helper, &request);
    }
    helper.motion.release(helper.motion.ctx);
    return fclose(helper.truth) == 0 && good ? 0 : 1;
}
