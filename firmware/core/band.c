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
    UPDATE_US = 50000,    /* for the answer to reach the host */
    SEND_MOST = 16,       /* frames a poll: it must not take long */
    BEGIN_BLINK_S = 1,    /* a record begins; and ends */
    END_BLINK_S = 3,
    STILL_S = 60, /* without motion ends a record, unless set otherwise */
    MOTION_MG = 50,
};

static const struct settings default_settings = {
    .config = {.rate_hz = 104, .accel_g = 8, .gyro_dps = 2000},
    .logging = {.config = {.rate_hz = 104, .accel_g = 8, .gyro_dps = 2000},
                .motion_mg = MOTION_MG,
                .still_s = STILL_S},
};

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
static void stop_sensor(struct band *band, bool answering)
{
    if (!answering) {
        uint32_t missing =
            lsm6dsox_missing(&band->imu, now_us(band) * NS_PER_US);
        count_lost(band, missing, WIRE_LOST_BUS);
        lose(band, missing, missing > 0 ? WIRE_LOST_BUS : 0);
    }
    (void)lsm6dsox_stop(&band->imu);
}

static bool answers(const struct band *band, int count)
{
    return count >= 0 && band->imu.phase == LSM6DSOX_RUNNING;
}

/* Draining ends with the first batch that is not full: at high rates new
 * samples come while the last ones are read, and they would for ever. */
static bool is_drained(const struct band *band, int count)
{
    const struct lsm6dsox *imu = &band->imu;

    return !answers(band, count) ||
           imu->left_words < imu->batch * LSM6DSOX_SLOT_WORDS;
}

static void poll_stream(struct band *band, bool drain)
{
    int count = lsm6dsox_read(&band->imu, drain, band->samples);

    if (count > 0) {
        stream_samples(band, (size_t)count);
    }
    if (drain && is_drained(band, count)) {
        stop_sensor(band, answers(band, count));
        set_phase(band, BAND_ENDING);
        end_stream(band);
    }
}

/* ---- the log ---- */

static void blink_for(struct band *band, uint32_t seconds)
{
    band->blink_us = now_us(band);
    band->blink_until_us = band->blink_us + (uint64_t)seconds * US_PER_S;
}

static void begin_counting(struct band *band)
{
    memset(&band->counts, 0, sizeof band->counts);
    band->index = 0;
    band->sequence = 0;
    band->lost = 0;
    band->flags = WIRE_FIRST;
    band->watching = false;
}

static void begin_log(struct band *band, uint8_t cause)
{
    if (!logger_begin(&band->logger, cause, now_us(band) * NS_PER_US)) {
        return;
    }
    begin_counting(band);
    lsm6dsox_start(&band->imu, &band->logger.settings.logging.config);
    set_phase(band, BAND_LOGGING);
    blink_for(band, BEGIN_BLINK_S);
}

/* What is known of the place of a sample, or of the end, in the stream. */
static struct log_sample place_of(struct band *band)
{
    struct log_sample place = {
        .index = (uint32_t)band->index,
        .lost = band->lost,
        .flags = band->flags,
    };

    band->lost = 0;
    band->flags = 0;
    return place;
}

static void log_samples(struct band *band, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct slots_sample *sample = &band->samples[i];
        count_lost(band, sample->lost, sample->causes);
        lose(band, sample->lost, sample->causes);
        band->flags |= sample->restarted ? WIRE_RESTARTED : 0;
        struct log_sample place = place_of(band);
        memcpy(place.axes, sample->axes, sizeof place.axes);
        place.ticks = sample->ticks;
        place.device_ns = lsm6dsox_sample_ns(&band->imu, sample->ticks);
        place.temperature = band->imu.temperature;
        logger_add(&band->logger, &place);
        band->index++;
        band->counts.samples++;
    }
}

static void end_log(struct band *band, bool answering)
{
    stop_sensor(band, answering);
    struct log_sample end = place_of(band);
    end.device_ns = now_us(band) * NS_PER_US;
    logger_end(&band->logger, &end);
    set_phase(band, BAND_IDLE);
    blink_for(band, END_BLINK_S);
}

/* As poll_stream; the end of a record drains the FIFO, too. */
static void poll_log(struct band *band)
{
    bool drain = band->logger.ending != 0;
    int count = lsm6dsox_read(&band->imu, drain, band->samples);

    if (count > 0) {
        log_samples(band, (size_t)count);
    }
    if (drain && is_drained(band, count)) {
        end_log(band, answers(band, count));
    }
}

static bool is_attached(const struct band *band)
{
    const struct band_io *io = &band->config.io;

    return io->attached != NULL && io->attached(io->ctx);
}

/* While nothing else is to be done: motion may begin a record. */
static void poll_watch(struct band *band)
{
    bool watch = logger_watches(&band->logger) && !is_attached(band);

    if (watch && !band->watching) {
        watch_begin(&band->logger.watch, &logger_watch_config,
                    band->logger.settings.logging.motion_mg);
        lsm6dsox_start(&band->imu, &logger_watch_config);
    } else if (!watch && band->watching) {
        (void)lsm6dsox_stop(&band->imu);
    }
    band->watching = watch;
    int count = watch ? lsm6dsox_read(&band->imu, false, band->samples) : 0;
    for (int i = 0; i < count; i++) {
        if (watch_sample(&band->logger.watch, band->samples[i].axes)) {
            begin_log(band, WIRE_CAUSE_MOTION);
            return;
        }
    }
}

static void poll_button(struct band *band)
{
    const struct band_io *io = &band->config.io;

    if (io->button == NULL ||
        !logger_button(&band->logger, io->button(io->ctx), now_us(band))) {
        return;
    }
    if (load(&band->phase) == BAND_IDLE) {
        begin_log(band, WIRE_CAUSE_BUTTON);
    } else if (load(&band->phase) == BAND_LOGGING) {
        band->logger.ending = WIRE_CAUSE_BUTTON;
    }
}

/* The next frame of what is sent; false behind the last one. */
static bool next_sent(struct band *band)
{
    if (band->pattern_next < band->pattern) {
        wire_pattern(&band->frame, band->pattern_next++);
        return true;
    }
    return band->pattern == 0 && log_next(&band->logger.reader, &band->frame);
}

static void poll_send(struct band *band)
{
    for (int i = 0; i < SEND_MOST; i++) {
        if (!band->unsent && !next_sent(band)) {
            break;
        }
        size_t size = wire_put_frame(band->out, &band->frame);
        band->unsent = !ring_put(&band->ring, band->out, size);
        if (band->unsent) {
            band->end_us = now_us(band) + END_RETRY_US;
            return;
        }
        if (band->frame.type == WIRE_FRAME_END) {
            set_phase(band, BAND_IDLE);
            return;
        }
    }
    band->end_us = 0;
    if (band->pattern > 0 && band->pattern_next == band->pattern) {
        set_phase(band, BAND_ENDING);
        end_stream(band);
    }
}

static void begin_sending(struct band *band, uint32_t pattern)
{
    begin_counting(band);
    band->flags = 0;
    band->pattern = pattern;
    band->pattern_next = 0;
    band->unsent = false;
    band->end_us = 0;
    set_phase(band, BAND_SENDING);
}

/* A record that is not there ends at once, cut. */
static void send_record(struct band *band, const uint8_t *data)
{
    struct wire_log_read read;

    begin_sending(band, 0);
    if (!wire_get_log_read(&read, data) || !logger_read(&band->logger, &read)) {
        band->flags = WIRE_CUT;
        set_phase(band, BAND_ENDING);
        end_stream(band);
    }
}

/* ---- self-test ---- */

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
        .has_flash = logger_exists(&band->logger),
        .flash_wrong = band->test_flash,
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
    begin_counting(band);
    lsm6dsox_start(&band->imu, config);
    set_phase(band, BAND_STREAMING);
}

static void start_test(struct band *band)
{
    band->watching = false;
    selftest_begin(&band->test);
    if (logger_exists(&band->logger)) {
        band->test_flash = logger_test(&band->logger);
    }
    band->test_tag_errors = band->imu.slots.tag_errors;
    lsm6dsox_start(&band->imu, &selftest_config);
    set_phase(band, BAND_TESTING);
}

/* What is being sent ends before its end, and says so. */
static void stop(struct band *band)
{
    uint32_t phase = load(&band->phase);

    if (phase == BAND_STREAMING) {
        set_phase(band, BAND_DRAINING);
    } else if (phase == BAND_TESTING) {
        end_test(band);
    } else if (phase == BAND_SENDING) {
        band->flags = WIRE_CUT;
        set_phase(band, BAND_ENDING);
        end_stream(band);
    }
}

static void save(struct band *band, const struct band_note *note)
{
    struct settings *settings = &band->logger.settings;

    switch (note->request) {
    case WIRE_REQUEST_SET_CALIBRATION:
        (void)wire_get_calibration(&settings->calibration, note->data);
        break;
    case WIRE_REQUEST_SET_LOGGING:
        (void)wire_get_logging(&settings->logging, note->data);
        break;
    default: /* save */
        settings->config = note->config;
        break;
    }
    logger_save(&band->logger);
}

static void carry_out_logging(struct band *band, const struct band_note *note)
{
    struct logger *logger = &band->logger;

    switch (note->request) {
    case WIRE_REQUEST_SET_UTC:
        logger->clock_ns = note->ns;
        logger->utc_ns = get_u64(note->data);
        break;
    case WIRE_REQUEST_LOG_BEGIN:
        begin_log(band, WIRE_CAUSE_HOST);
        break;
    case WIRE_REQUEST_LOG_END:
        logger->ending = WIRE_CAUSE_HOST;
        break;
    case WIRE_REQUEST_LOG_LOOK:
        logger_look(logger, get_u32(note->data));
        break;
    case WIRE_REQUEST_LOG_READ:
        send_record(band, note->data);
        break;
    case WIRE_REQUEST_LOG_ERASE:
        logger_erase(logger, get_u32(note->data));
        break;
    default:
        save(band, note);
        break;
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
    case WIRE_REQUEST_IDENTIFY:
        blink_for(band, note->value);
        break;
    case WIRE_REQUEST_PATTERN:
        begin_sending(band, note->value);
        break;
    case WIRE_REQUEST_UPDATE:
        band->update_us = now_us(band) + UPDATE_US;
        break;
    default:
        carry_out_logging(band, note);
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

static void show_status(const struct band *band, struct wire_status *status)
{
    status->samples = band->counts.samples;
    status->lost_fifo = band->counts.lost_fifo;
    status->lost_bus = band->counts.lost_bus;
    status->lost_ring = band->counts.lost_ring;
    status->bus_errors = band->imu.bus_errors;
    status->tag_errors = band->imu.slots.tag_errors;
    status->restarts = band->imu.restarts;
    status->freq_fine = band->imu.freq_fine;
}

/* band_request may interrupt this; it reads the copy that is not written. */
static void show(struct band *band)
{
    uint32_t next = load(&band->shown) + 1;
    struct band_show *out = &band->shows[next & 1];

    show_status(band, &out->status);
    log_state(&band->logger.log, &out->log);
    out->log.watching = band->watching;
    out->log.failed = band->logger.failed;
    out->record = band->logger.looked_up;
    out->record_calibration = band->logger.looked_up_calibration;
    store(&band->shown, next);
    store(&band->settled, load(&band->done));
}

void band_init(struct band *band, const struct band_config *config)
{
    memset(band, 0, sizeof *band);
    band->config = *config;
    ring_init(&band->ring, config->ring, config->ring_bytes);
    lsm6dsox_init(&band->imu, &config->io.bus);
    logger_init(&band->logger, config->flash, &default_settings,
                config->firmware);
    band->wanted = band->logger.settings;
    band->update_us = UINT64_MAX;
    show(band);
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
    case BAND_LOGGING:
        poll_log(band);
        break;
    case BAND_ENDING:
        end_stream(band);
        return;
    case BAND_SENDING:
        poll_send(band);
        return;
    default:
        poll_watch(band);
        break;
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
    poll_button(band);
    poll_sensor(band);
    blink(band);
    show(band);
    if (now_us(band) >= band->update_us) {
        band->update_us = UINT64_MAX;
        band->config.io.update(band->config.io.ctx);
    }
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

uint64_t band_deadline_us(const struct band *band)
{
    uint32_t phase = load(&band->phase);
    uint64_t due = UINT64_MAX;

    if (!band->probed || load(&band->done) != load(&band->noted) ||
        phase == BAND_DRAINING ||
        (phase == BAND_LOGGING && band->logger.ending != 0)) {
        return 0;
    }
    if (phase == BAND_ENDING || phase == BAND_SENDING) {
        due = band->end_us;
    } else if (phase != BAND_IDLE || band->watching) {
        due = band->imu.due_us;
    }
    due = earlier(due, band->blink_us);
    due = earlier(due, band->logger.button.settle_us);
    return earlier(due, band->update_us);
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
                     const uint8_t *data, uint32_t phase)
{
    uint32_t noted = load(&band->noted);
    struct band_note *note = &band->notes[noted % BAND_NOTES];

    if (noted - load(&band->done) >= BAND_NOTES) {
        return -1;
    }
    note->request = setup->request;
    note->value = setup->value;
    note->ns = now_us(band) * NS_PER_US;
    note->config = band->wanted.config;
    if (setup->length > 0) {
        memcpy(note->data, data, setup->length);
    }
    band->noted_phase = phase;
    store(&band->noted, noted + 1);
    return 0;
}

/* What is to be kept is answered from `wanted` as soon as it is asked for.
 * Returns false if the values are not possible. */
static bool take_settings(struct band *band, uint8_t request,
                          const uint8_t *data)
{
    struct settings wanted = band->wanted;
    bool possible = true;

    if (request == WIRE_REQUEST_SET_CONFIG) {
        possible = wire_get_config(&wanted.config, data);
    } else if (request == WIRE_REQUEST_SET_CALIBRATION) {
        possible = wire_get_calibration(&wanted.calibration, data);
    } else if (request == WIRE_REQUEST_SET_LOGGING) {
        possible = wire_get_logging(&wanted.logging, data);
    }
    if (possible) {
        band->wanted = wanted;
    }
    return possible;
}

static int request_stop(struct band *band, const struct wire_setup *setup,
                        const uint8_t *data, uint32_t phase)
{
    switch (phase) {
    case BAND_STREAMING:
        return take_note(band, setup, data, BAND_DRAINING);
    case BAND_SENDING:
        /* Nobody wants the rest: END must not wait for it to be fetched. */
        ring_drop(&band->ring);
        return take_note(band, setup, data, BAND_IDLE);
    case BAND_TESTING:
        return take_note(band, setup, data, BAND_IDLE);
    default:
        return 0;
    }
}

static int request_out(struct band *band, const struct wire_setup *setup,
                       const uint8_t *data)
{
    uint32_t phase = coming_phase(band);

    if (!take_settings(band, setup->request, data)) {
        return -1;
    }
    switch (setup->request) {
    case WIRE_REQUEST_SET_CONFIG:
        return 0;
    case WIRE_REQUEST_START:
        ring_drop(&band->ring);
        return take_note(band, setup, data, BAND_STREAMING);
    case WIRE_REQUEST_STOP:
        return request_stop(band, setup, data, phase);
    case WIRE_REQUEST_SELFTEST:
        return take_note(band, setup, data, BAND_TESTING);
    case WIRE_REQUEST_PATTERN:
        if (setup->value == 0) {
            return -1;
        }
        ring_drop(&band->ring);
        return take_note(band, setup, data, BAND_SENDING);
    case WIRE_REQUEST_LOG_READ:
        ring_drop(&band->ring);
        return take_note(band, setup, data, BAND_SENDING);
    case WIRE_REQUEST_LOG_BEGIN:
        return take_note(band, setup, data, BAND_LOGGING);
    case WIRE_REQUEST_LOG_END:
        return phase == BAND_LOGGING ? take_note(band, setup, data, phase) : 0;
    case WIRE_REQUEST_UPDATE:
        if (setup->value != WIRE_UPDATE_KEY || band->config.io.update == NULL) {
            return -1;
        }
        return take_note(band, setup, data, phase);
    default:
        return take_note(band, setup, data, phase);
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
    if (phase == BAND_LOGGING) {
        return WIRE_LOGGING;
    }
    return phase == BAND_IDLE ? WIRE_STOPPED : WIRE_STREAMING;
}

static void put_status(struct band *band, uint8_t *out)
{
    struct wire_status status = band->shows[load(&band->shown) & 1].status;
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

static void put_log(const struct band *band, uint8_t *out)
{
    struct wire_log log = band->shows[load(&band->shown) & 1].log;

    log.busy = load(&band->settled) != load(&band->noted);
    wire_put_log(out, &log);
}

static void put_results(const struct band *band, uint8_t *out)
{
    struct wire_selftest results;

    selftest_results(&band->test, &results);
    wire_put_selftest(out, &results);
}

/* Writes the answer to `out` (64 bytes). */
static void request_in(struct band *band, uint8_t request, uint8_t *out)
{
    const struct band_show *shown = &band->shows[load(&band->shown) & 1];

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
        wire_put_config(out, &band->wanted.config);
        break;
    case WIRE_REQUEST_IMAGE:
        wire_put_image(out, &band->config.image);
        break;
    case WIRE_REQUEST_GET_CALIBRATION:
        wire_put_calibration(out, &band->wanted.calibration);
        break;
    case WIRE_REQUEST_GET_LOGGING:
        wire_put_logging(out, &band->wanted.logging);
        break;
    case WIRE_REQUEST_LOG:
        put_log(band, out);
        break;
    case WIRE_REQUEST_RECORD:
        wire_put_record(out, &shown->record);
        break;
    case WIRE_REQUEST_RECORD_CALIBRATION:
        wire_put_calibration(out, &shown->record_calibration);
        break;
    default:
        put_results(band, out);
        break;
    }
}

/* When a request is answered. */
enum {
    ALWAYS = 0,
    IDLE = 1 << 0,    /* not while something goes on */
    LOGGING = 1 << 1, /* with IDLE: but while it logs */
    FLASH = 1 << 2,   /* by boards with flash */
};

static const struct known {
    uint8_t request;
    bool in;
    uint16_t size; /* of the answer, or of what is sent */
    uint8_t when;
} known[] = {
    {WIRE_REQUEST_INFO, true, WIRE_INFO_SIZE, ALWAYS},
    {WIRE_REQUEST_STATUS, true, WIRE_STATUS_SIZE, ALWAYS},
    {WIRE_REQUEST_TIME, true, WIRE_TIME_SIZE, ALWAYS},
    {WIRE_REQUEST_GET_CONFIG, true, WIRE_CONFIG_SIZE, ALWAYS},
    {WIRE_REQUEST_SET_CONFIG, false, WIRE_CONFIG_SIZE, IDLE},
    {WIRE_REQUEST_START, false, 0, IDLE},
    {WIRE_REQUEST_STOP, false, 0, ALWAYS},
    {WIRE_REQUEST_IDENTIFY, false, 0, ALWAYS},
    {WIRE_REQUEST_SELFTEST, false, 0, IDLE},
    {WIRE_REQUEST_RESULTS, true, WIRE_SELFTEST_SIZE, ALWAYS},
    {WIRE_REQUEST_SET_UTC, false, WIRE_UTC_SIZE, ALWAYS},
    {WIRE_REQUEST_IMAGE, true, WIRE_IMAGE_SIZE, ALWAYS},
    {WIRE_REQUEST_UPDATE, false, 0, IDLE},
    {WIRE_REQUEST_PATTERN, false, 0, IDLE},
    {WIRE_REQUEST_SAVE, false, 0, FLASH},
    {WIRE_REQUEST_GET_CALIBRATION, true, WIRE_CALIBRATION_SIZE, ALWAYS},
    {WIRE_REQUEST_SET_CALIBRATION, false, WIRE_CALIBRATION_SIZE, FLASH},
    {WIRE_REQUEST_GET_LOGGING, true, WIRE_LOGGING_SIZE, FLASH},
    {WIRE_REQUEST_SET_LOGGING, false, WIRE_LOGGING_SIZE, FLASH},
    {WIRE_REQUEST_LOG, true, WIRE_LOG_SIZE, FLASH},
    {WIRE_REQUEST_LOG_BEGIN, false, 0, FLASH | IDLE},
    {WIRE_REQUEST_LOG_END, false, 0, FLASH},
    {WIRE_REQUEST_LOG_LOOK, false, WIRE_NUMBER_SIZE, FLASH | IDLE | LOGGING},
    {WIRE_REQUEST_RECORD, true, WIRE_RECORD_SIZE, FLASH},
    {WIRE_REQUEST_RECORD_CALIBRATION, true, WIRE_CALIBRATION_SIZE, FLASH},
    {WIRE_REQUEST_LOG_READ, false, WIRE_LOG_READ_SIZE, FLASH | IDLE},
    {WIRE_REQUEST_LOG_ERASE, false, WIRE_NUMBER_SIZE, FLASH | IDLE},
};

static const struct known *find_known(const struct wire_setup *setup)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].request == setup->request && known[i].in == setup->in) {
            return &known[i];
        }
    }
    return NULL;
}

static bool is_time_for(const struct band *band, const struct known *request)
{
    uint32_t phase = coming_phase(band);

    if ((request->when & FLASH) != 0 && !logger_exists(&band->logger)) {
        return false;
    }
    return (request->when & IDLE) == 0 || phase == BAND_IDLE ||
           ((request->when & LOGGING) != 0 && phase == BAND_LOGGING);
}

int band_request(struct band *band, const struct wire_setup *setup,
                 uint8_t *data)
{
    const struct known *request = find_known(setup);
    uint8_t answer[64];

    if (request == NULL || !is_time_for(band, request)) {
        return -1;
    }
    if (!setup->in) {
        return setup->length == request->size ? request_out(band, setup, data)
                                              : -1;
    }
    uint16_t size =
        setup->length < request->size ? setup->length : request->size;
    request_in(band, setup->request, answer);
    memcpy(data, answer, size);
    return size;
}
