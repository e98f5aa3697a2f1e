/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/core/band.h"

#include <string.h>

#include "firmware/core/bytes.h"
#include "firmware/core/lsm6dsox_regs.h"

enum {
    NS_PER_US = 1000,
    US_PER_S = 1000000,
    BLINK_US = 250000,    /* identify: on for as long, off for as long */
    END_RETRY_US = 10000, /* while the ring is full */
    SILENT_FAILURES = 50, /* reads in a row, half a second */
};

static const struct wire_config default_config = {
    .rate_hz = 104, .accel_g = 8, .gyro_dps = 2000};

static uint32_t load(const _Atomic uint32_t *from)
{
    return atomic_load_explicit(from, memory_order_acquire);
}

static void store(_Atomic uint32_t *to, uint32_t value)
{
    atomic_store_explicit(to, value, memory_order_release);
}

static uint64_t now_us(const struct band *band)
{
    return band->config.io.bus.now_us(band->config.io.bus.ctx);
}

void band_init(struct band *band, const struct band_config *config)
{
    memset(band, 0, sizeof *band);
    band->config = *config;
    band->wanted = default_config;
    ring_init(&band->ring, config->ring, config->ring_bytes);
    lsm6dsox_init(&band->imu, &config->io.bus);
}

/* ---- band_poll's side ---- */

static void count_lost(struct band *band, uint32_t lost, uint16_t causes)
{
    if ((causes & WIRE_LOST_FIFO) != 0) {
        band->counts.lost_fifo += lost;
    } else {
        band->counts.lost_bus += lost;
    }
}

/* Notes lost samples for the next frame to tell. */
static void lose(struct band *band, uint32_t lost, uint16_t flags)
{
    band->lost += lost;
    band->index += lost;
    band->flags |= flags;
}

static void open_frame(struct band *band, uint8_t type)
{
    struct wire_frame *frame = &band->frame;

    frame->type = type;
    frame->flags = band->flags;
    frame->sequence = band->sequence;
    frame->lost = band->lost;
    frame->index = band->index;
    frame->temperature = band->imu.temperature;
    frame->count = 0;
    band->lost = 0;
    band->flags = 0;
}

/* Puts the frame into the ring. Where that is full, its samples become lost
 * ones that the next frame tells. */
static bool close_frame(struct band *band)
{
    struct wire_frame *frame = &band->frame;
    size_t size = wire_put_frame(band->out, frame);

    if (ring_put(&band->ring, band->out, size)) {
        band->sequence++;
        band->counts.samples += frame->count;
        return true;
    }
    band->lost = frame->lost + frame->count;
    band->flags = frame->flags & (WIRE_LOST_MASK | WIRE_FIRST | WIRE_RESTARTED);
    if (frame->count > 0) {
        band->flags |= WIRE_LOST_RING;
        band->counts.lost_ring += frame->count;
    }
    return false;
}

static void add_sample(struct band *band, const struct slots_sample *sample)
{
    struct wire_frame *frame = &band->frame;

    if (frame->count == 0) {
        open_frame(band, WIRE_FRAME_SAMPLES);
        frame->imu_ticks = sample->ticks;
        frame->device_ns = lsm6dsox_sample_ns(&band->imu, sample->ticks);
    }
    memcpy(frame->samples[frame->count], sample->axes, sizeof sample->axes);
    frame->flags |= wire_clip_flags(sample->axes);
    frame->count++;
    band->index++;
}

/* A frame never holds samples from two sides of a loss. */
static void stream_samples(struct band *band, size_t count)
{
    band->frame.count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct slots_sample *sample = &band->samples[i];
        if ((sample->lost > 0 || sample->restarted) && band->frame.count > 0) {
            (void)close_frame(band);
            band->frame.count = 0;
        }
        count_lost(band, sample->lost, sample->causes);
        lose(band, sample->lost, sample->causes);
        if (sample->restarted) {
            band->flags |= WIRE_RESTARTED;
        }
        add_sample(band, sample);
    }
    if (band->frame.count > 0) {
        (void)close_frame(band);
    }
}

static void set_phase(struct band *band, enum band_phase phase)
{
    store(&band->phase, phase);
}

static void end_stream(struct band *band)
{
    open_frame(band, WIRE_FRAME_END);
    band->frame.imu_ticks = 0;
    band->frame.device_ns = now_us(band) * NS_PER_US;
    if (close_frame(band)) {
        set_phase(band, BAND_IDLE);
    } else {
        band->end_us = now_us(band) + END_RETRY_US;
    }
}

/* Of a sensor that does not answer any more, the samples up to now are lost. */
static void finish(struct band *band, bool answers)
{
    if (!answers) {
        uint32_t missing =
            lsm6dsox_missing(&band->imu, now_us(band) * NS_PER_US);
        count_lost(band, missing, WIRE_LOST_BUS);
        lose(band, missing, missing > 0 ? WIRE_LOST_BUS : 0);
    }
    (void)lsm6dsox_stop(&band->imu);
    set_phase(band, BAND_ENDING);
    end_stream(band);
}

/* Draining ends with the first batch that is not full: at high rates new
 * samples come while the last ones are read, and they would for ever. */
static void poll_stream(struct band *band, bool drain)
{
    const struct lsm6dsox *imu = &band->imu;
    int count = lsm6dsox_read(&band->imu, drain, band->samples);

    if (count > 0) {
        stream_samples(band, (size_t)count);
    }
    bool answers = count >= 0 && imu->phase == LSM6DSOX_RUNNING;
    if (drain &&
        (!answers || imu->left_words < imu->batch * LSM6DSOX_SLOT_WORDS)) {
        finish(band, answers);
    }
}

static int32_t rate_ppm(const struct lsm6dsox *imu)
{
    uint64_t nominal = (uint64_t)LSM6DSOX_TICK_NS << 16;
    uint64_t ppm = nominal * US_PER_S / imu->clock.tick_q16;

    return (int32_t)(ppm - US_PER_S);
}

static void end_test(struct band *band)
{
    (void)lsm6dsox_stop(&band->imu);
    selftest_end(&band->test);
    set_phase(band, BAND_IDLE);
}

static void next_run(struct band *band)
{
    struct selftest_facts facts = {
        .who_am_i = band->imu.who_am_i,
        .rate_ppm = rate_ppm(&band->imu),
        .tag_errors = band->imu.slots.tag_errors - band->test_tag_errors,
    };
    int bits = selftest_next(&band->test, &facts);

    if (bits < 0 || lsm6dsox_actuate(&band->imu, (uint8_t)bits) < 0) {
        end_test(band);
    }
}

/* The samples of a batch behind the one that ended a run were taken before the
 * actuation was switched; they are left out. */
static void poll_test(struct band *band)
{
    int count = lsm6dsox_read(&band->imu, false, band->samples);

    for (int i = 0; i < count; i++) {
        if (selftest_sample(&band->test, &band->samples[i])) {
            next_run(band);
            return;
        }
    }
    if (band->imu.failures >= SILENT_FAILURES) {
        selftest_fail(&band->test, band->imu.who_am_i);
        end_test(band);
    }
}

static void start_stream(struct band *band, const struct wire_config *config)
{
    memset(&band->counts, 0, sizeof band->counts);
    band->index = 0;
    band->sequence = 0;
    band->lost = 0;
    band->flags = WIRE_FIRST;
    lsm6dsox_start(&band->imu, config);
    set_phase(band, BAND_STREAMING);
}

static void start_test(struct band *band)
{
    selftest_begin(&band->test);
    band->test_tag_errors = band->imu.slots.tag_errors;
    lsm6dsox_start(&band->imu, &selftest_config);
    set_phase(band, BAND_TESTING);
}

static void stop(struct band *band)
{
    uint32_t phase = load(&band->phase);

    if (phase == BAND_STREAMING) {
        set_phase(band, BAND_DRAINING);
    } else if (phase == BAND_TESTING) {
        end_test(band);
    }
}

static void carry_out(struct band *band, const struct band_note *note)
{
    switch (note->request) {
    case WIRE_REQUEST_START:
        start_stream(band, &note->config);
        break;
    case WIRE_REQUEST_STOP:
        stop(band);
        break;
    case WIRE_REQUEST_SELFTEST:
        start_test(band);
        break;
    default: /* identify */
        band->blink_us = now_us(band);
        band->blink_until_us =
            band->blink_us + (uint64_t)note->value * US_PER_S;
        break;
    }
}

static void set_led(struct band *band, bool on)
{
    band->led_on = on;
    band->config.io.led(band->config.io.ctx, on);
}

static void blink(struct band *band)
{
    uint64_t now = now_us(band);

    if (band->blink_us == UINT64_MAX || now < band->blink_us) {
        return;
    }
    if (now >= band->blink_until_us) {
        band->blink_us = UINT64_MAX;
        set_led(band, false);
        return;
    }
    set_led(band, !band->led_on);
    band->blink_us = now + BLINK_US;
}

/* band_request may interrupt this; it reads the copy that is not written. */
static void show(struct band *band)
{
    uint32_t next = load(&band->shown) + 1;
    struct wire_status *status = &band->shows[next & 1];

    status->samples = band->counts.samples;
    status->lost_fifo = band->counts.lost_fifo;
    status->lost_bus = band->counts.lost_bus;
    status->lost_ring = band->counts.lost_ring;
    status->bus_errors = band->imu.bus_errors;
    status->tag_errors = band->imu.slots.tag_errors;
    status->restarts = band->imu.restarts;
    status->freq_fine = band->imu.freq_fine;
    store(&band->shown, next);
}

static void probe(struct band *band)
{
    band->probed = true;
    band->blink_us = UINT64_MAX;
    store(&band->silent, lsm6dsox_probe(&band->imu) < 0);
}

static void poll_sensor(struct band *band)
{
    switch (load(&band->phase)) {
    case BAND_STREAMING:
        poll_stream(band, false);
        break;
    case BAND_DRAINING:
        poll_stream(band, true);
        break;
    case BAND_TESTING:
        poll_test(band);
        break;
    case BAND_ENDING:
        end_stream(band);
        return;
    default:
        return;
    }
    /* A single failed read is no silence, nor does a set-up that goes well up
     * to a point end it. */
    if (band->imu.failures >= SILENT_FAILURES) {
        store(&band->silent, 1);
    } else if (band->imu.phase == LSM6DSOX_RUNNING) {
        store(&band->silent, 0);
    }
}

void band_poll(struct band *band)
{
    if (!band->probed) {
        probe(band);
    }
    uint32_t done = load(&band->done);
    while (done != load(&band->noted)) {
        carry_out(band, &band->notes[done % BAND_NOTES]);
        done++;
        store(&band->done, done);
    }
    poll_sensor(band);
    blink(band);
    show(band);
}

uint64_t band_deadline_us(const struct band *band)
{
    uint32_t phase = load(&band->phase);
    uint64_t due = UINT64_MAX;

    if (!band->probed || load(&band->done) != load(&band->noted) ||
        phase == BAND_DRAINING) {
        return 0;
    }
    if (phase == BAND_STREAMING || phase == BAND_TESTING) {
        due = band->imu.due_us;
    } else if (phase == BAND_ENDING) {
        due = band->end_us;
    }
    return due < band->blink_us ? due : band->blink_us;
}

/* ---- the USB interrupt's side ---- */

size_t band_frame(struct band *band, uint8_t *out)
{
    return ring_get(&band->ring, out);
}

/* The phase as it will be when all notes are carried out. */
static uint32_t coming_phase(const struct band *band)
{
    bool pending = load(&band->done) != load(&band->noted);

    return pending ? band->noted_phase : load(&band->phase);
}

/* Returns 0, or -1 if too much is noted already. */
static int take_note(struct band *band, const struct wire_setup *setup,
                     uint32_t phase)
{
    uint32_t noted = load(&band->noted);
    struct band_note *note = &band->notes[noted % BAND_NOTES];

    if (noted - load(&band->done) >= BAND_NOTES) {
        return -1;
    }
    note->request = setup->request;
    note->value = setup->value;
    note->config = band->wanted;
    band->noted_phase = phase;
    store(&band->noted, noted + 1);
    return 0;
}

static int request_out(struct band *band, const struct wire_setup *setup,
                       const uint8_t *data)
{
    uint32_t phase = coming_phase(band);
    struct wire_config config;

    switch (setup->request) {
    case WIRE_REQUEST_SET_CONFIG:
        if (phase != BAND_IDLE || !wire_get_config(&config, data)) {
            return -1;
        }
        band->wanted = config;
        return 0;
    case WIRE_REQUEST_START:
        if (phase != BAND_IDLE) {
            return -1;
        }
        ring_drop(&band->ring);
        return take_note(band, setup, BAND_STREAMING);
    case WIRE_REQUEST_STOP:
        if (phase == BAND_STREAMING) {
            return take_note(band, setup, BAND_DRAINING);
        }
        return phase == BAND_TESTING ? take_note(band, setup, BAND_IDLE) : 0;
    case WIRE_REQUEST_SELFTEST:
        return phase == BAND_IDLE ? take_note(band, setup, BAND_TESTING) : -1;
    default: /* identify */
        return take_note(band, setup, phase);
    }
}

static uint8_t state_of(const struct band *band)
{
    uint32_t phase = coming_phase(band);

    if (phase == BAND_TESTING) {
        return WIRE_TESTING;
    }
    if (load(&band->silent) != 0) {
        return WIRE_FAILED;
    }
    return phase == BAND_IDLE ? WIRE_STOPPED : WIRE_STREAMING;
}

static void put_status(struct band *band, uint8_t *out)
{
    struct wire_status status = band->shows[load(&band->shown) & 1];
    const struct band_io *io = &band->config.io;

    status.state = state_of(band);
    status.supply_mv = io->supply(io->ctx, &status.on_usb_power);
    status.uptime_s = (uint32_t)(now_us(band) / US_PER_S);
    status.ring_used = ring_used(&band->ring);
    status.ring_peak = ring_peak(&band->ring);
    wire_put_status(out, &status);
}

static void put_info(const struct band *band, uint8_t *out)
{
    struct wire_info info = {.protocol = WIRE_VERSION,
                             .ring_bytes = band->config.ring_bytes};

    memcpy(info.firmware, band->config.firmware, sizeof info.firmware);
    memcpy(info.serial, band->config.serial, sizeof info.serial);
    memcpy(info.model, band->config.model, sizeof info.model);
    wire_put_info(out, &info);
}

/* Writes the answer to `out` (64 bytes). */
static void request_in(struct band *band, uint8_t request, uint8_t *out)
{
    struct wire_selftest results;

    switch (request) {
    case WIRE_REQUEST_INFO:
        put_info(band, out);
        break;
    case WIRE_REQUEST_STATUS:
        put_status(band, out);
        break;
    case WIRE_REQUEST_TIME:
        put_u64(out, now_us(band) * NS_PER_US);
        break;
    case WIRE_REQUEST_GET_CONFIG:
        wire_put_config(out, &band->wanted);
        break;
    default: /* results */
        selftest_results(&band->test, &results);
        wire_put_selftest(out, &results);
        break;
    }
}

int band_request(struct band *band, const struct wire_setup *setup,
                 uint8_t *data)
{
    static const struct {
        uint8_t request;
        bool in;
        uint16_t size; /* of the answer, or of what is sent */
    } known[] = {
        {WIRE_REQUEST_INFO, true, WIRE_INFO_SIZE},
        {WIRE_REQUEST_STATUS, true, WIRE_STATUS_SIZE},
        {WIRE_REQUEST_TIME, true, WIRE_TIME_SIZE},
        {WIRE_REQUEST_GET_CONFIG, true, WIRE_CONFIG_SIZE},
        {WIRE_REQUEST_SET_CONFIG, false, WIRE_CONFIG_SIZE},
        {WIRE_REQUEST_START, false, 0},
        {WIRE_REQUEST_STOP, false, 0},
        {WIRE_REQUEST_IDENTIFY, false, 0},
        {WIRE_REQUEST_SELFTEST, false, 0},
        {WIRE_REQUEST_RESULTS, true, WIRE_SELFTEST_SIZE},
    };
    uint8_t answer[64];

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        uint16_t size = known[i].size;
        if (known[i].request != setup->request || known[i].in != setup->in) {
            continue;
        }
        if (!setup->in) {
            return setup->length == size ? request_out(band, setup, data) : -1;
        }
        request_in(band, setup->request, answer);
        size = setup->length < size ? setup->length : size;
        memcpy(data, answer, size);
        return size;
    }
    return -1;
}
