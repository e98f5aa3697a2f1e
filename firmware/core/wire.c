/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/core/wire.h"

#include <string.h>

#include "firmware/core/bytes.h"
#include "firmware/core/crc32c.h"

/* Widths of the texts in wire_info [bytes]. */
enum { SERIAL_WIDTH = 20, MODEL_WIDTH = 32 };

/* Where the tests begin in wire_selftest, and the bytes of each. */
enum { TESTS_OFFSET = 4, TEST_BYTES = 5, TEST_NUMBER_MASK = 0x3F };

static const uint16_t rates_hz[] = {26, 52, 104, 208, 416, 833, 1667};

static size_t frame_bytes(unsigned count)
{
    return WIRE_HEADER + (size_t)count * WIRE_SAMPLE + WIRE_CRC;
}

size_t wire_put_frame(uint8_t *out, const struct wire_frame *frame)
{
    if (frame->count > WIRE_SAMPLES_MAX) {
        return 0;
    }
    size_t length = frame_bytes(frame->count);
    out[0] = WIRE_SYNC_0;
    out[1] = WIRE_SYNC_1;
    out[2] = WIRE_VERSION;
    out[3] = frame->type;
    put_u16(out + 4, (uint16_t)length);
    put_u16(out + 6, frame->flags);
    put_u32(out + 8, frame->sequence);
    put_u32(out + 12, frame->lost);
    put_u64(out + 16, frame->index);
    put_u64(out + 24, frame->device_ns);
    put_u32(out + 32, frame->imu_ticks);
    put_u16(out + 36, (uint16_t)frame->temperature);
    put_u16(out + 38, frame->count);
    uint8_t *p = out + WIRE_HEADER;
    for (size_t i = 0; i < frame->count; i++) {
        for (size_t axis = 0; axis < 6; axis++, p += 2) {
            put_u16(p, (uint16_t)frame->samples[i][axis]);
        }
    }
    put_u32(p, crc32c(0, out, length - WIRE_CRC));
    return length;
}

/* Returns the length that the header at `in` tells; 0 if more bytes are needed
 * to know; -1 as soon as a byte contradicts the format. */
static int header_length(const uint8_t *in, size_t size)
{
    static const uint8_t begin[] = {WIRE_SYNC_0, WIRE_SYNC_1, WIRE_VERSION};

    for (size_t i = 0; i < sizeof begin && i < size; i++) {
        if (in[i] != begin[i]) {
            return -1;
        }
    }
    if (size > 3 && in[3] != WIRE_FRAME_SAMPLES && in[3] != WIRE_FRAME_END) {
        return -1;
    }
    if (size < 6) {
        return 0;
    }
    size_t length = get_u16(in + 4);
    if (length < frame_bytes(0) || length > WIRE_FRAME_MAX) {
        return -1;
    }
    if (size < WIRE_HEADER) {
        return 0;
    }
    return length == frame_bytes(get_u16(in + 38)) ? (int)length : -1;
}

static void get_samples(struct wire_frame *frame, const uint8_t *p)
{
    for (size_t i = 0; i < frame->count; i++) {
        for (size_t axis = 0; axis < 6; axis++, p += 2) {
            frame->samples[i][axis] = get_i16(p);
        }
    }
}

int wire_get_frame(struct wire_frame *frame, const uint8_t *in, size_t size)
{
    int length = header_length(in, size);
    if (length <= 0) {
        return length;
    }
    size_t covered = (size_t)length - WIRE_CRC;
    if (size < (size_t)length) {
        return 0;
    }
    if (crc32c(0, in, covered) != get_u32(in + covered)) {
        return -1;
    }
    frame->type = in[3];
    frame->flags = get_u16(in + 6);
    frame->sequence = get_u32(in + 8);
    frame->lost = get_u32(in + 12);
    frame->index = get_u64(in + 16);
    frame->device_ns = get_u64(in + 24);
    frame->imu_ticks = get_u32(in + 32);
    frame->temperature = get_i16(in + 36);
    frame->count = get_u16(in + 38);
    get_samples(frame, in + WIRE_HEADER);
    return length;
}

/* Copies NUL-terminated `text`, padded with zeros to `width`. */
static void put_text(uint8_t *out, const char *text, size_t width)
{
    size_t i = 0;

    for (; i < width && text[i] != '\0'; i++) {
        out[i] = (uint8_t)text[i];
    }
    memset(out + i, 0, width - i);
}

/* Printable ASCII, then only zeros: it goes to terminals and file names. */
static bool get_text(char *text, const uint8_t *in, size_t width)
{
    bool ended = false;

    for (size_t i = 0; i < width; i++) {
        ended = ended || in[i] == 0;
        if (ended ? in[i] != 0 : in[i] < ' ' || in[i] > '~') {
            return false;
        }
        text[i] = (char)in[i];
    }
    text[width] = '\0';
    return true;
}

void wire_put_info(uint8_t *out, const struct wire_info *info)
{
    memset(out, 0, WIRE_INFO_SIZE);
    put_u16(out, info->protocol);
    memcpy(out + 2, info->firmware, sizeof info->firmware);
    put_u32(out + 8, info->ring_bytes);
    put_text(out + 12, info->serial, SERIAL_WIDTH);
    put_text(out + 32, info->model, MODEL_WIDTH);
}

bool wire_get_info(struct wire_info *info, const uint8_t *in)
{
    info->protocol = get_u16(in);
    memcpy(info->firmware, in + 2, sizeof info->firmware);
    info->ring_bytes = get_u32(in + 8);
    return get_text(info->serial, in + 12, SERIAL_WIDTH) &&
           get_text(info->model, in + 32, MODEL_WIDTH);
}

void wire_put_config(uint8_t *out, const struct wire_config *config)
{
    put_u16(out, config->rate_hz);
    put_u16(out + 2, config->accel_g);
    put_u16(out + 4, config->gyro_dps);
    put_u16(out + 6, 0);
}

static bool is_rate(uint16_t rate_hz)
{
    for (size_t i = 0; i < sizeof rates_hz / sizeof rates_hz[0]; i++) {
        if (rates_hz[i] == rate_hz) {
            return true;
        }
    }
    return false;
}

bool wire_get_config(struct wire_config *config, const uint8_t *in)
{
    config->rate_hz = get_u16(in);
    config->accel_g = get_u16(in + 2);
    config->gyro_dps = get_u16(in + 4);
    return is_rate(config->rate_hz) &&
           wire_accel_ug_per_lsb(config->accel_g) != 0 &&
           wire_gyro_udps_per_lsb(config->gyro_dps) != 0;
}

void wire_put_status(uint8_t *out, const struct wire_status *status)
{
    memset(out, 0, WIRE_STATUS_SIZE);
    out[0] = status->state;
    out[1] = status->on_usb_power;
    put_u16(out + 2, status->supply_mv);
    put_u32(out + 4, status->uptime_s);
    put_u64(out + 8, status->samples);
    put_u32(out + 16, status->lost_fifo);
    put_u32(out + 20, status->lost_bus);
    put_u32(out + 24, status->lost_ring);
    put_u32(out + 28, status->bus_errors);
    put_u32(out + 32, status->tag_errors);
    put_u32(out + 36, status->restarts);
    put_u32(out + 40, status->ring_used);
    put_u32(out + 44, status->ring_peak);
    out[48] = (uint8_t)status->freq_fine;
}

bool wire_get_status(struct wire_status *status, const uint8_t *in)
{
    status->state = in[0];
    status->on_usb_power = in[1] == 1;
    status->supply_mv = get_u16(in + 2);
    status->uptime_s = get_u32(in + 4);
    status->samples = get_u64(in + 8);
    status->lost_fifo = get_u32(in + 16);
    status->lost_bus = get_u32(in + 20);
    status->lost_ring = get_u32(in + 24);
    status->bus_errors = get_u32(in + 28);
    status->tag_errors = get_u32(in + 32);
    status->restarts = get_u32(in + 36);
    status->ring_used = get_u32(in + 40);
    status->ring_peak = get_u32(in + 44);
    status->freq_fine = (int8_t)in[48];
    return status->state <= WIRE_FAILED && in[1] <= 1;
}

void wire_put_selftest(uint8_t *out, const struct wire_selftest *results)
{
    memset(out, 0, WIRE_SELFTEST_SIZE);
    out[0] = results->count;
    out[1] = results->done;
    for (size_t i = 0; i < results->count; i++) {
        uint8_t *p = out + TESTS_OFFSET + i * TEST_BYTES;
        p[0] = (uint8_t)(results->test[i].verdict << 6 |
                         (results->test[i].number & TEST_NUMBER_MASK));
        put_u32(p + 1, (uint32_t)results->test[i].value);
    }
}

bool wire_get_selftest(struct wire_selftest *results, const uint8_t *in)
{
    results->count = in[0];
    results->done = in[1] == 1;
    if (in[0] > WIRE_TESTS_MAX || in[1] > 1) {
        return false;
    }
    for (size_t i = 0; i < results->count; i++) {
        const uint8_t *p = in + TESTS_OFFSET + i * TEST_BYTES;
        results->test[i].number = p[0] & TEST_NUMBER_MASK;
        results->test[i].verdict = p[0] >> 6;
        results->test[i].value = (int32_t)get_u32(p + 1);
        if (results->test[i].number == 0) {
            return false;
        }
    }
    return true;
}

uint32_t wire_accel_ug_per_lsb(uint16_t accel_g)
{
    switch (accel_g) {
    case 2:
        return 61;
    case 4:
        return 122;
    case 8:
        return 244;
    case 16:
        return 488;
    default:
        return 0;
    }
}

uint32_t wire_gyro_udps_per_lsb(uint16_t gyro_dps)
{
    switch (gyro_dps) {
    case 250:
        return 8750;
    case 500:
        return 17500;
    case 1000:
        return 35000;
    case 2000:
        return 70000;
    default:
        return 0;
    }
}
