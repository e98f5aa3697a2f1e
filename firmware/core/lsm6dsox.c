/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/core/lsm6dsox.h"

#include <string.h>

#include "firmware/core/bytes.h"
#include "firmware/core/lsm6dsox_regs.h"

enum {
    TRIES = 3,          /* of a transfer */
    RETRY_US = 10000,   /* after a read that failed */
    RESET_US = 10000,   /* the time a boot takes; a reset takes 50 us */
    SETTLE_US = 100000, /* gyroscope's turn-on time is 70 ms (AN5192, 3.4) */
    SETTLE_SAMPLES = 3, /* and filters settle in samples */
    SETTLE_STEP_US = 20000, /* meanwhile the clock gets a pair each */
    LATENCY_US = 50000,     /* wanted from a sample to its frame */
    MARGIN_US = 200,        /* a timer must not come just before the sample */
    SILENCE_US = 50000,     /* beyond four batches: then nothing will come */
    PAIR_US = 15000,        /* least time between two clock pairs */
    PAIR_MOST_US = 1000,    /* a pair that took longer was interrupted */
    TEAR_FROM = 0xF0,       /* low byte: 400 us before it comes round */
    TEAR_READINGS = 4,
    TEMPERATURE_US = 1000000,
    NS_PER_US = 1000,
    CHUNK = WIRE_SAMPLES_MAX * LSM6DSOX_SLOT_WORDS * LSM6DSOX_WORD,
};

struct code {
    uint16_t value;
    uint8_t code;
};

static const struct code rate_codes[] = {
    {26, LSM6DSOX_RATE_26},    {52, LSM6DSOX_RATE_52},
    {104, LSM6DSOX_RATE_104},  {208, LSM6DSOX_RATE_208},
    {416, LSM6DSOX_RATE_416},  {833, LSM6DSOX_RATE_833},
    {1667, LSM6DSOX_RATE_1667}};

static const struct code accel_codes[] = {{2, LSM6DSOX_ACCEL_2G},
                                          {4, LSM6DSOX_ACCEL_4G},
                                          {8, LSM6DSOX_ACCEL_8G},
                                          {16, LSM6DSOX_ACCEL_16G}};

static const struct code gyro_codes[] = {{250, LSM6DSOX_GYRO_250},
                                         {500, LSM6DSOX_GYRO_500},
                                         {1000, LSM6DSOX_GYRO_1000},
                                         {2000, LSM6DSOX_GYRO_2000}};

static uint8_t code_of(const struct code *codes, uint16_t value)
{
    while (codes->value != value) {
        codes++;
    }
    return codes->code;
}

static uint64_t now_us(const struct lsm6dsox *imu)
{
    return imu->bus.now_us(imu->bus.ctx);
}

/* The bus is recovered before the last try: a sensor that was cut off in the
 * middle of a byte holds the line until it has been clocked on. */
static bool try_again(struct lsm6dsox *imu, int tried)
{
    imu->bus_errors++;
    if (tried == TRIES - 1) {
        imu->bus.recover(imu->bus.ctx);
    }
    return tried < TRIES;
}

/* Returns how often the transfer had to be repeated, or -1. */
static int get(struct lsm6dsox *imu, uint8_t reg, uint8_t *out, size_t n)
{
    int tried = 0;

    do {
        if (imu->bus.read(imu->bus.ctx, reg, out, n) == 0) {
            return tried;
        }
    } while (try_again(imu, ++tried));
    return -1;
}

static int put(struct lsm6dsox *imu, uint8_t reg, uint8_t value)
{
    int tried = 0;

    do {
        if (imu->bus.write(imu->bus.ctx, reg, &value, 1) == 0) {
            return 0;
        }
    } while (try_again(imu, ++tried));
    return -1;
}

void lsm6dsox_init(struct lsm6dsox *imu, const struct imu_bus *bus)
{
    memset(imu, 0, sizeof *imu);
    imu->bus = *bus;
    imu->due_us = UINT64_MAX;
}

int lsm6dsox_probe(struct lsm6dsox *imu)
{
    uint8_t fine;

    imu->who_am_i = 0;
    if (get(imu, LSM6DSOX_WHO_AM_I, &imu->who_am_i, 1) < 0 ||
        get(imu, LSM6DSOX_INTERNAL_FREQ_FINE, &fine, 1) < 0) {
        return -1;
    }
    imu->freq_fine = (int8_t)fine;
    return imu->who_am_i == LSM6DSOX_ID ? 0 : -1;
}

static uint32_t period_ticks(const struct lsm6dsox *imu)
{
    uint8_t code = code_of(rate_codes, imu->config.rate_hz);

    return (uint32_t)LSM6DSOX_TICKS_1667 << (LSM6DSOX_RATE_1667 - code);
}

static void measure_period(struct lsm6dsox *imu)
{
    uint64_t length_q16 = (uint64_t)period_ticks(imu) * imu->clock.tick_q16;

    imu->period_ns = (uint32_t)(length_q16 >> 16);
}

static uint32_t batch_of(uint32_t period_ns)
{
    uint32_t batch = (uint32_t)LATENCY_US * NS_PER_US / period_ns;

    if (batch < 1) {
        return 1;
    }
    return batch < WIRE_SAMPLES_MAX ? batch : WIRE_SAMPLES_MAX;
}

void lsm6dsox_start(struct lsm6dsox *imu, const struct wire_config *config)
{
    imu->config = *config;
    imu->batch = batch_of(period_ticks(imu) * LSM6DSOX_TICK_NS);
    imu->last_ns = 0;
    imu->failures = 0;
    imu->carried = 0;
    imu->temperature_us = 0;
    imu->phase = LSM6DSOX_RESET;
    imu->due_us = now_us(imu);
}

static int reset(struct lsm6dsox *imu)
{
    if (lsm6dsox_probe(imu) < 0 ||
        put(imu, LSM6DSOX_CTRL3_C, LSM6DSOX_SW_RESET | LSM6DSOX_IF_INC) < 0) {
        return -1;
    }
    imu->phase = LSM6DSOX_SETUP;
    imu->due_us = now_us(imu) + RESET_US;
    return 0;
}

/* Each register is read back: a sensor that lost power just now would take no
 * notice of some of them. */
static int configure(struct lsm6dsox *imu)
{
    uint8_t rate = code_of(rate_codes, imu->config.rate_hz);
    uint8_t accel = code_of(accel_codes, imu->config.accel_g);
    uint8_t gyro = code_of(gyro_codes, imu->config.gyro_dps);
    uint8_t power = (uint8_t)(rate << LSM6DSOX_RATE_SHIFT);
    const struct {
        uint8_t reg;
        uint8_t value;
    } settings[] = {
        {LSM6DSOX_CTRL3_C, LSM6DSOX_BDU | LSM6DSOX_IF_INC},
        {LSM6DSOX_FIFO_CTRL4, LSM6DSOX_FIFO_BYPASS},
        {LSM6DSOX_FIFO_CTRL1, (uint8_t)(imu->batch * LSM6DSOX_SLOT_WORDS)},
        {LSM6DSOX_FIFO_CTRL2, 0},
        {LSM6DSOX_FIFO_CTRL3, (uint8_t)(power | rate)},
        {LSM6DSOX_INT1_CTRL, LSM6DSOX_INT1_FIFO_TH},
        {LSM6DSOX_CTRL10_C, LSM6DSOX_TIMESTAMP_EN},
        {LSM6DSOX_CTRL1_XL, (uint8_t)(power | accel << LSM6DSOX_RANGE_SHIFT)},
        {LSM6DSOX_CTRL2_G, (uint8_t)(power | gyro << LSM6DSOX_RANGE_SHIFT)},
    };

    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        uint8_t value;
        if (put(imu, settings[i].reg, settings[i].value) < 0 ||
            get(imu, settings[i].reg, &value, 1) < 0 ||
            value != settings[i].value) {
            return -1;
        }
    }
    return 0;
}

static int set_up(struct lsm6dsox *imu)
{
    uint8_t control;

    if (get(imu, LSM6DSOX_CTRL3_C, &control, 1) < 0 ||
        (control & LSM6DSOX_SW_RESET) != 0 || configure(imu) < 0) {
        return -1;
    }
    int32_t tick_ps =
        LSM6DSOX_TICK_NS * 1000 - imu->freq_fine * LSM6DSOX_TICK_TRIM_PS;
    tickclock_init(&imu->clock, (uint32_t)(((int64_t)tick_ps << 16) / 1000));
    measure_period(imu);
    uint64_t now = now_us(imu);
    imu->settled_us =
        now + SETTLE_US + (uint64_t)SETTLE_SAMPLES * imu->period_ns / NS_PER_US;
    imu->phase = LSM6DSOX_SETTLING;
    imu->due_us = now + SETTLE_STEP_US;
    imu->pair_us = 0;
    return 0;
}

/* Sets the sensor up anew, from where it stands. */
static void restart(struct lsm6dsox *imu)
{
    imu->restarts++;
    imu->phase = LSM6DSOX_RESET;
    imu->due_us = now_us(imu);
}

/* Reads the sensor's counter, and the controller's clock before and after.
 * Its four bytes are not latched together as far as the data sheet says; so it
 * is read again where its low byte was about to come round meanwhile. */
static int read_counter(struct lsm6dsox *imu, uint32_t *ticks, uint64_t *before)
{
    uint8_t bytes[4];
    int readings = 0;

    do {
        *before = now_us(imu);
        if (get(imu, LSM6DSOX_TIMESTAMP0, bytes, sizeof bytes) < 0) {
            return -1;
        }
        readings++;
    } while (bytes[0] >= TEAR_FROM && readings < TEAR_READINGS);
    *ticks = get_u32(bytes);
    return 0;
}

/* Gives the clock a pair. The counter never goes back unless the sensor was
 * reset. */
static int pair_clocks(struct lsm6dsox *imu)
{
    uint64_t before;
    uint32_t ticks;

    if (now_us(imu) - imu->pair_us < PAIR_US) {
        return 0;
    }
    if (read_counter(imu, &ticks, &before) < 0) {
        return -1;
    }
    if (imu->clock.pairs > 0 && ticks - imu->clock.ticks > INT32_MAX) {
        restart(imu);
        return 0;
    }
    uint64_t took = now_us(imu) - before;
    imu->pair_us = before;
    if (took <= PAIR_MOST_US) {
        tickclock_pair(&imu->clock, ticks,
                       before * NS_PER_US + took * NS_PER_US / 2);
        measure_period(imu);
    }
    return 0;
}

/* The FIFO is enabled last of all (reliability: Zephyr issue 119830). */
static int settle(struct lsm6dsox *imu)
{
    if (pair_clocks(imu) < 0) {
        return -1;
    }
    uint64_t now = now_us(imu);
    if (imu->phase != LSM6DSOX_SETTLING) {
        return 0;
    }
    if (now < imu->settled_us) {
        imu->due_us = now + SETTLE_STEP_US;
        return 0;
    }
    if (put(imu, LSM6DSOX_FIFO_CTRL4,
            LSM6DSOX_TS_EACH_SLOT | LSM6DSOX_FIFO_STREAM) < 0) {
        return -1;
    }
    slots_begin(&imu->slots, period_ticks(imu));
    imu->phase = LSM6DSOX_RUNNING;
    imu->words_us = now;
    imu->due_us = now + (uint64_t)imu->batch * imu->period_ns / NS_PER_US;
    return 0;
}

/* Reads how many words are in the FIFO, and notes if it overran. Returns how
 * often the transfer had to be repeated, or -1. */
static int fifo_status(struct lsm6dsox *imu)
{
    uint8_t status[2];
    int tried = get(imu, LSM6DSOX_FIFO_STATUS1, status, sizeof status);

    if (tried < 0) {
        return -1;
    }
    uint32_t high = status[1] & LSM6DSOX_DIFF_HIGH;
    imu->left_words = status[0] | high << 8;
    if ((status[1] & LSM6DSOX_OVR_LATCHED) != 0) {
        imu->carried |= WIRE_LOST_FIFO;
    }
    return tried;
}

/* Places a sample that comes first after a restart by the controller's clock:
 * the sensor's own began anew. */
static void place_by_clock(struct lsm6dsox *imu, struct slots_sample *sample)
{
    if (imu->last_ns == 0) {
        sample->restarted = false;
        return;
    }
    uint64_t ns = tickclock_ns(&imu->clock, sample->ticks);
    uint32_t steps = lsm6dsox_missing(imu, ns + imu->period_ns / 2);
    sample->lost = steps > 0 ? steps - 1 : 0;
    sample->causes = WIRE_LOST_BUS;
}

static int decode(struct lsm6dsox *imu, const uint8_t *bytes, uint32_t words,
                  struct slots_sample *out)
{
    int count = 0;

    for (uint32_t i = 0; i < words; i++) {
        struct slots_sample *sample = &out[count];
        if (!slots_word(&imu->slots, bytes + (size_t)i * LSM6DSOX_WORD,
                        sample)) {
            continue;
        }
        if (sample->restarted) {
            place_by_clock(imu, sample);
        }
        count++;
    }
    if (count > 0) {
        imu->last_ns = tickclock_ns(&imu->clock, out[count - 1].ticks);
    }
    return count;
}

static void read_temperature(struct lsm6dsox *imu)
{
    uint8_t bytes[2];
    uint64_t now = now_us(imu);

    if (imu->temperature_us != 0 &&
        now - imu->temperature_us < TEMPERATURE_US) {
        return;
    }
    if (get(imu, LSM6DSOX_OUT_TEMP_L, bytes, sizeof bytes) >= 0) {
        imu->temperature = get_i16(bytes);
        imu->temperature_us = now;
    }
}

/* What is known to have gone wrong just before the words to come. */
static void suspect(struct lsm6dsox *imu, uint16_t causes)
{
    if (causes != 0) {
        slots_suspect(&imu->slots, causes);
    }
}

/* Reads `words` from the FIFO. An overrun that only shows afterwards came
 * before these words, for reading is faster than the sensor. Only if the bus
 * failed in between may it have come behind them; then it is held against the
 * next batch too. */
static int take_words(struct lsm6dsox *imu, uint32_t words,
                      struct slots_sample *out)
{
    uint8_t bytes[CHUNK];
    int tried = get(imu, LSM6DSOX_FIFO_DATA_OUT_TAG, bytes,
                    (size_t)words * LSM6DSOX_WORD);

    suspect(imu, tried != 0 ? WIRE_LOST_BUS : 0);
    if (tried < 0) {
        return -1;
    }
    imu->words_us = now_us(imu);
    int status = fifo_status(imu);
    if (status < 0) {
        imu->left_words = 0;
        imu->carried = WIRE_LOST_BUS;
    }
    suspect(imu, imu->carried);
    if (status == 0) {
        imu->carried = 0;
    }
    return decode(imu, bytes, words, out);
}

static void set_due(struct lsm6dsox *imu)
{
    uint32_t wanted = imu->batch * LSM6DSOX_SLOT_WORDS;
    uint64_t now = now_us(imu);

    imu->due_us = now;
    if (imu->left_words < wanted) {
        uint32_t slots = (wanted - imu->left_words + LSM6DSOX_SLOT_WORDS - 1) /
                         LSM6DSOX_SLOT_WORDS;
        imu->due_us =
            now + (uint64_t)slots * imu->period_ns / NS_PER_US + MARGIN_US;
    }
}

/* True if a sensor as we set it up would have had words long ago. */
static bool is_silent(const struct lsm6dsox *imu)
{
    uint64_t batch_us = (uint64_t)imu->batch * imu->period_ns / NS_PER_US;

    return now_us(imu) - imu->words_us > 4 * batch_us + SILENCE_US;
}

static int run(struct lsm6dsox *imu, bool all, struct slots_sample *out)
{
    uint32_t batch_words = imu->batch * LSM6DSOX_SLOT_WORDS;
    int count = 0;

    if (fifo_status(imu) < 0 || pair_clocks(imu) < 0) {
        return -1;
    }
    if (imu->phase != LSM6DSOX_RUNNING) {
        return 0;
    }
    suspect(imu, imu->carried);
    imu->carried = 0;
    uint32_t words = imu->left_words;
    if (words >= (all ? LSM6DSOX_SLOT_WORDS : batch_words)) {
        read_temperature(imu);
        count = take_words(imu, words < batch_words ? words : batch_words, out);
    } else if (is_silent(imu)) {
        restart(imu);
        return 0;
    }
    if (slots_astray(&imu->slots)) {
        restart(imu);
    } else if (count >= 0) {
        set_due(imu);
    }
    return count;
}

static int step(struct lsm6dsox *imu, bool all, struct slots_sample *out)
{
    switch (imu->phase) {
    case LSM6DSOX_RESET:
        return reset(imu);
    case LSM6DSOX_SETUP:
        return set_up(imu);
    case LSM6DSOX_SETTLING:
        return settle(imu);
    case LSM6DSOX_RUNNING:
        return run(imu, all, out);
    case LSM6DSOX_OFF:
        break;
    }
    return 0;
}

int lsm6dsox_read(struct lsm6dsox *imu, bool all, struct slots_sample *out)
{
    bool running = imu->phase == LSM6DSOX_RUNNING;

    /* The interrupt pin may rise before the deadline, but only when running. */
    if (!running && now_us(imu) < imu->due_us) {
        return 0;
    }
    int count = step(imu, all, out);
    if (count >= 0) {
        imu->failures = 0;
        return count;
    }
    imu->failures++;
    imu->carried |= WIRE_LOST_BUS;
    imu->due_us = now_us(imu) + RETRY_US;
    if (!running) {
        imu->phase = LSM6DSOX_RESET;
    }
    return -1;
}

int lsm6dsox_stop(struct lsm6dsox *imu)
{
    imu->phase = LSM6DSOX_OFF;
    imu->due_us = UINT64_MAX;
    if (put(imu, LSM6DSOX_FIFO_CTRL4, LSM6DSOX_FIFO_BYPASS) < 0 ||
        put(imu, LSM6DSOX_CTRL5_C, 0) < 0 ||
        put(imu, LSM6DSOX_CTRL1_XL, LSM6DSOX_RATE_OFF) < 0 ||
        put(imu, LSM6DSOX_CTRL2_G, LSM6DSOX_RATE_OFF) < 0) {
        return -1;
    }
    return 0;
}

uint64_t lsm6dsox_sample_ns(const struct lsm6dsox *imu, uint32_t ticks)
{
    return tickclock_ns(&imu->clock, ticks);
}

uint32_t lsm6dsox_missing(const struct lsm6dsox *imu, uint64_t ns)
{
    if (imu->last_ns == 0 || ns <= imu->last_ns) {
        return 0;
    }
    return (uint32_t)((ns - imu->last_ns) / imu->period_ns);
}

int lsm6dsox_actuate(struct lsm6dsox *imu, uint8_t bits)
{
    return put(imu, LSM6DSOX_CTRL5_C, bits);
}
