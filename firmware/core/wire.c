/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/core/wire.h"

#include <string.h>

#include "firmware/core/bytes.h"
#include "firmware/core/crc32c.h"

/* Widths of the texts in wire_info [bytes]. */
enum { SERIAL_WIDTH = 20, MODEL_WIDTH = 32 };

enum { CLIP = INT16_MAX }; /* the sensor saturates at the end of int16 */

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
    if (size > 3 &&
        (in[3] < WIRE_FRAME_SAMPLES || in[3] > WIRE_FRAME_PATTERN)) {
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
    return wire_get_frame_by(crc32c, frame, in, size);
}

int wire_get_frame_by(uint32_t (*crc)(uint32_t crc, const void *data,
                                      size_t size),
                      struct wire_frame *frame, const uint8_t *in, size_t size)
{
    int length = header_length(in, size);
    if (length <= 0) {
        return length;
    }
    size_t covered = (size_t)length - WIRE_CRC;
    if (size < (size_t)length) {
        return 0;
    }
    if (crc(0, in, covered) != get_u32(in + covered)) {
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
    return status->state <= WIRE_LOGGING && in[1] <= 1;
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

void wire_put_image(uint8_t *out, const struct wire_image *image)
{
    put_u32(out, image->bytes);
    put_u32(out + 4, image->crc);
}

bool wire_get_image(struct wire_image *image, const uint8_t *in)
{
    image->bytes = get_u32(in);
    image->crc = get_u32(in + 4);
    return true;
}

void wire_put_calibration(uint8_t *out,
                          const struct wire_calibration *calibration)
{
    put_u64(out, calibration->utc_s);
    for (size_t axis = 0; axis < 3; axis++) {
        put_u32(out + 8 + 4 * axis, (uint32_t)calibration->offset_ug[axis]);
        put_u32(out + 20 + 4 * axis, (uint32_t)calibration->gain_ppm[axis]);
    }
    put_u32(out + 32, calibration->residual_ug);
    put_u32(out + 36, 0);
}

bool wire_get_calibration(struct wire_calibration *calibration,
                          const uint8_t *in)
{
    enum { MOST = 1000000 }; /* more than 1 g, or a gain of 0: no sensor */
    bool possible = true;

    calibration->utc_s = get_u64(in);
    for (size_t axis = 0; axis < 3; axis++) {
        int32_t offset = (int32_t)get_u32(in + 8 + 4 * axis);
        int32_t gain = (int32_t)get_u32(in + 20 + 4 * axis);
        calibration->offset_ug[axis] = offset;
        calibration->gain_ppm[axis] = gain;
        possible = possible && offset > -MOST && offset < MOST &&
                   gain > -MOST && gain < MOST;
    }
    calibration->residual_ug = get_u32(in + 32);
    return possible;
}

void wire_put_logging(uint8_t *out, const struct wire_logging *logging)
{
    wire_put_config(out, &logging->config);
    put_u16(out + 8, logging->flags);
    put_u16(out + 10, logging->motion_mg);
    put_u16(out + 12, logging->still_s);
    put_u16(out + 14, 0);
}

bool wire_get_logging(struct wire_logging *logging, const uint8_t *in)
{
    logging->flags = get_u16(in + 8);
    logging->motion_mg = get_u16(in + 10);
    logging->still_s = get_u16(in + 12);
    return wire_get_config(&logging->config, in) &&
           logging->config.rate_hz <= WIRE_LOG_RATE_MOST &&
           (logging->flags & ~WIRE_LOGGING_MASK) == 0 &&
           logging->motion_mg >= WIRE_MOTION_LEAST_MG && logging->still_s > 0;
}

void wire_put_log(uint8_t *out, const struct wire_log *log)
{
    memset(out, 0, WIRE_LOG_SIZE);
    put_u32(out, log->oldest);
    put_u32(out + 4, log->newest);
    put_u32(out + 8, log->used);
    put_u32(out + 12, log->blocks);
    put_u16(out + 16, log->block_bytes);
    out[18] = (uint8_t)(log->logging | log->watching << 1 | log->full << 2);
    put_u32(out + 20, log->stored);
    put_u32(out + 24, log->erases);
    out[28] = log->busy;
    out[29] = log->failed;
}

bool wire_get_log(struct wire_log *log, const uint8_t *in)
{
    log->oldest = get_u32(in);
    log->newest = get_u32(in + 4);
    log->used = get_u32(in + 8);
    log->blocks = get_u32(in + 12);
    log->block_bytes = get_u16(in + 16);
    log->logging = (in[18] & 1) != 0;
    log->watching = (in[18] & 2) != 0;
    log->full = (in[18] & 4) != 0;
    log->stored = get_u32(in + 20);
    log->erases = get_u32(in + 24);
    log->busy = in[28] == 1;
    log->failed = in[29] == 1;
    return in[18] < 8 && in[28] <= 1 && in[29] <= 1 &&
           log->oldest <= log->newest + 1;
}

void wire_put_record(uint8_t *out, const struct wire_record *record)
{
    memset(out, 0, WIRE_RECORD_SIZE);
    put_u32(out, record->number);
    put_u32(out + 4, record->samples);
    put_u32(out + 8, record->blocks);
    wire_put_config(out + 16, &record->config);
    put_u64(out + 24, record->begin_ns);
    put_u64(out + 32, record->end_ns);
    put_u64(out + 40, record->clock_ns);
    put_u64(out + 48, record->utc_ns);
    out[56] = record->began;
    out[57] = record->ended;
    out[58] = record->same_clock;
    memcpy(out + 59, record->firmware, sizeof record->firmware);
}

bool wire_get_record(struct wire_record *record, const uint8_t *in)
{
    record->number = get_u32(in);
    record->samples = get_u32(in + 4);
    record->blocks = get_u32(in + 8);
    record->begin_ns = get_u64(in + 24);
    record->end_ns = get_u64(in + 32);
    record->clock_ns = get_u64(in + 40);
    record->utc_ns = get_u64(in + 48);
    record->began = in[56];
    record->ended = in[57];
    record->same_clock = in[58] == 1;
    memcpy(record->firmware, in + 59, sizeof record->firmware);
    return wire_get_config(&record->config, in + 16) || record->number == 0;
}

void wire_put_log_read(uint8_t *out, const struct wire_log_read *read)
{
    put_u32(out, read->number);
    put_u32(out + 4, read->index);
}

bool wire_get_log_read(struct wire_log_read *read, const uint8_t *in)
{
    read->number = get_u32(in);
    read->index = get_u32(in + 4);
    return read->number != 0;
}

void wire_pattern(struct wire_frame *frame, uint32_t sequence)
{
    enum { WIRE_PATTERN_BYTES = WIRE_SAMPLES_MAX * WIRE_SAMPLE, PRIME = 251 };
    uint32_t byte = sequence % PRIME * WIRE_PATTERN_BYTES;

    memset(frame, 0, sizeof *frame);
    frame->type = WIRE_FRAME_PATTERN;
    frame->sequence = sequence;
    frame->index = (uint64_t)sequence * WIRE_SAMPLES_MAX;
    frame->count = WIRE_SAMPLES_MAX;
    for (size_t i = 0; i < WIRE_SAMPLES_MAX; i++) {
        for (size_t axis = 0; axis < 6; axis++, byte += 2) {
            uint32_t low = byte % PRIME;
            uint32_t high = (byte + 1) % PRIME;
            frame->samples[i][axis] = (int16_t)(uint16_t)(low | high << 8);
        }
    }
}

uint16_t wire_clip_flags(const int16_t axes[6])
{
    uint16_t flags = 0;

    for (int axis = 0; axis < 6; axis++) {
        if (axes[axis] >= CLIP || axes[axis] <= -CLIP) {
            flags |= axis < 3 ? WIRE_CLIP_ACCEL : WIRE_CLIP_GYRO;
        }
    }
    return flags;
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
