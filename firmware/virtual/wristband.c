/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/virtual/wristband.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/core/band.h"
#include "firmware/core/lsm6dsox_regs.h"
#include "firmware/virtual/sensor.h"

enum {
    RING_LEAST = 4096,   /* band.h */
    SERIAL_SIZE = 21,    /* likewise, with its NUL */
    RING_BYTES = 131072, /* what of the RP2040's 192 KiB is a power of two */
    LATENCY_NS = 20000,  /* interrupt to main loop */
    BIT_NS = 2500,       /* I2C at 400 kHz */
    BYTE_BITS = 9,       /* with its acknowledge */
    READ_OVERHEAD = 3,   /* bytes before data: address, register, address */
    WRITE_OVERHEAD = 2,  /* bytes before data: address, register */
    RECOVER_BITS = 18,   /* nine clocks and a stop, at half speed */
    PAGE_NS = 600000,    /* AT25SF128A, typical */
    ERASE_NS = 70000000, /* likewise */
    PRESS_NS = 200000000,
};

struct wristband {
    struct band band;
    uint8_t *ring;
    struct sensor sensor;
    struct motion_source motion;
    struct wristband_config config;
    struct wristband_fault *faults; /* by rising time */
    size_t fault_next;
    int64_t now_ns;
    int64_t start_ns;   /* of the motion; INT64_MAX: not yet */
    int64_t poll_ns;    /* when the firmware runs next; INT64_MAX: idle */
    int64_t stalled_ns; /* it does not run before */
    int64_t deaf_ns;    /* the host does not fetch before */
    unsigned nacks;     /* transfers still to fail */
    unsigned stuck;     /* recoveries still to fail */
    struct flash flash;
    int64_t press_ns; /* next change of the button; INT64_MAX: none */
    size_t press_next;
    bool pressed;
    bool attached;
    bool updating;
    bool int1;
    bool ended;     /* the motion, and therefore the stream */
    bool streaming; /* what the sensor takes is of a stream */
    bool placed;    /* `index` is that of the next sample */
    uint64_t index;
    int64_t zero_ns; /* instant of sample 0 of the stream, INT64_MAX: none */
};

static int by_time(const void *left, const void *right)
{
    const struct wristband_fault *a = left;
    const struct wristband_fault *b = right;
    return (a->at_s > b->at_s) - (a->at_s < b->at_s);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t seconds_ns(double seconds)
{
    return seconds < 9e9 ? (int64_t)llround(seconds * 1e9) : INT64_MAX;
}

/* `seconds` after the motion's start [ns]. */
static int64_t motion_ns(const struct wristband *band, double seconds)
{
    if (band->start_ns == INT64_MAX || seconds >= 9e9) {
        return INT64_MAX;
    }
    return band->start_ns + seconds_ns(seconds);
}

/* Moves the clock on. A rising INT1 has the firmware run soon after. */
static void move_on(struct wristband *band, int64_t now_ns)
{
    band->now_ns = later(band->now_ns, now_ns);
    sensor_advance(&band->sensor, band->now_ns);
    bool int1 = sensor_int1(&band->sensor);
    if (int1 && !band->int1) {
        band->poll_ns = earlier(band->poll_ns, band->now_ns + LATENCY_NS);
    }
    band->int1 = int1;
}

/* The controller's clock at a virtual time, and the virtual time at which it
 * reaches `clock_us`. */
static uint64_t clock_us(const struct wristband *band)
{
    double rate = 1.0 + band->config.clock_error_ppm * 1e-6;
    return band->config.first_us +
           (uint64_t)((double)band->now_ns * rate * 1e-3);
}

static int64_t at_clock_ns(const struct wristband *band, uint64_t us)
{
    double rate = 1.0 + band->config.clock_error_ppm * 1e-6;
    if (us >= (uint64_t)INT64_MAX / 2000) {
        return INT64_MAX;
    }
    uint64_t first_us = band->config.first_us;
    return us <= first_us ? 0
                          : (int64_t)ceil((double)(us - first_us) * 1e3 / rate);
}

static void pass_bytes(struct wristband *band, size_t bytes)
{
    move_on(band, band->now_ns + (int64_t)(bytes * BYTE_BITS) * BIT_NS);
}

/* Spends the time up to the first byte of data. Returns false if a fault makes
 * the transfer end there. */
static bool address(struct wristband *band, size_t bytes)
{
    pass_bytes(band, bytes);
    if (band->stuck > 0) {
        return false;
    }
    if (band->nacks > 0) {
        band->nacks--;
        return false;
    }
    return true;
}

static int bus_read(void *ctx, uint8_t reg, uint8_t *out, size_t n)
{
    struct wristband *band = ctx;
    if (!address(band, READ_OVERHEAD) ||
        !sensor_read(&band->sensor, reg, out, n)) {
        return -1;
    }
    pass_bytes(band, n);
    return 0;
}

static int bus_write(void *ctx, uint8_t reg, const uint8_t *in, size_t n)
{
    struct wristband *band = ctx;
    if (!address(band, WRITE_OVERHEAD)) {
        return -1;
    }
    pass_bytes(band, n);
    bool answered = sensor_write(&band->sensor, reg, in, n);
    move_on(band, band->now_ns);
    return answered ? 0 : -1;
}

static void bus_recover(void *ctx)
{
    struct wristband *band = ctx;
    if (band->stuck > 0) {
        band->stuck--;
    }
    move_on(band, band->now_ns + RECOVER_BITS * 2 * BIT_NS);
}

static uint64_t bus_now_us(void *ctx)
{
    return clock_us(ctx);
}

/* The first two samples after the FIFO was enabled, and then those with a value
 * that is not measured, are the ones that the firmware drops (slots.c). */
static bool is_startup(uint64_t number, const int16_t sample[6])
{
    static const uint64_t DROPPED = 2;
    bool measured = true;
    for (int i = 0; i < 6; i++) {
        measured = measured && sample[i] < LSM6DSOX_INVALID;
    }
    return number < DROPPED || !measured;
}

/* Finds the index of the first sample that counts since the FIFO was enabled:
 * at the start 0, later by the time that has gone by. */
static void place(struct wristband *band)
{
    int64_t at_ns = band->sensor.slot_ns;
    band->placed = true;
    if (band->zero_ns == INT64_MAX) {
        band->zero_ns = at_ns;
        band->index = 0;
    }
    double passed_s = (double)(at_ns - band->zero_ns) * 1e-9;
    double index = nearbyint(passed_s * sensor_rate_hz(&band->sensor));
    band->index = (uint64_t)fmax(index, (double)band->index);
    if (band->start_ns == INT64_MAX) {
        band->start_ns = at_ns;
        sensor_start_motion(&band->sensor, at_ns);
    }
}

static void on_sample(void *ctx, uint64_t number, const int16_t sample[6])
{
    struct wristband *band = ctx;
    band->placed = band->placed && number > 0;
    if (!band->streaming || (!band->placed && is_startup(number, sample))) {
        return;
    }
    if (!band->placed) {
        place(band);
    }
    if (band->config.on_sample) {
        band->config.on_sample(band->config.on_sample_ctx, band->index, sample);
    }
    band->index++;
}

static void set_led(void *ctx, bool on)
{
    (void)ctx;
    (void)on;
}

static uint16_t supply(void *ctx, bool *on_usb_power)
{
    static const uint16_t USB_MV = 5000;
    (void)ctx;
    *on_usb_power = true;
    return USB_MV;
}

/* ---- flash, button, host ---- */

static int flash_read(void *ctx, uint32_t address, uint8_t *out, size_t size)
{
    const struct wristband *band = ctx;
    memcpy(out, band->config.flash.bytes + address, size);
    return 0;
}

static int flash_program(void *ctx, uint32_t address, const uint8_t *in)
{
    struct wristband *band = ctx;
    uint8_t *page = band->config.flash.bytes + address;
    for (size_t i = 0; i < FLASH_PAGE; i++) {
        page[i] &= in[i];
    }
    move_on(band, band->now_ns + PAGE_NS);
    return 0;
}

static int flash_erase(void *ctx, uint32_t address)
{
    struct wristband *band = ctx;
    memset(band->config.flash.bytes + address, 0xFF, FLASH_SECTOR);
    move_on(band, band->now_ns + ERASE_NS);
    return 0;
}

static bool is_pressed(void *ctx)
{
    const struct wristband *band = ctx;
    return band->pressed;
}

static bool is_attached(void *ctx)
{
    const struct wristband *band = ctx;
    return band->attached;
}

static void go_to_boot_loader(void *ctx)
{
    struct wristband *band = ctx;
    band->updating = true;
}

/* When the button changes next, after it was as it is now. */
static void plan_press(struct wristband *band)
{
    if (band->pressed) {
        band->press_ns += PRESS_NS;
    } else if (band->press_next < band->config.press_count) {
        band->press_ns = seconds_ns(band->config.presses[band->press_next++]);
    } else {
        band->press_ns = INT64_MAX;
    }
}

static void change_button(struct wristband *band)
{
    band->pressed = !band->pressed;
    plan_press(band);
    band->poll_ns = earlier(band->poll_ns, band->now_ns + LATENCY_NS);
}

static void begin_fault(struct wristband *band,
                        const struct wristband_fault *fault)
{
    unsigned count = (unsigned)fault->amount;
    int64_t until_ns = band->now_ns + seconds_ns(fault->amount);
    switch (fault->kind) {
    case FAULT_STALL:
        band->stalled_ns = until_ns;
        break;
    case FAULT_NACK:
        band->nacks += count;
        break;
    case FAULT_STUCK:
        band->stuck += count;
        break;
    case FAULT_TAG:
        band->sensor.fifo.flip_tags += count;
        break;
    case FAULT_DROP:
        band->sensor.fifo.drop_words += count;
        break;
    case FAULT_RESET:
        sensor_power_cycle(&band->sensor);
        break;
    case FAULT_DEAF:
        band->deaf_ns = until_ns;
        break;
    case FAULT_KINDS:
        break;
    }
}

/* When the next fault is due [ns]. */
static int64_t fault_ns(const struct wristband *band)
{
    if (band->fault_next == band->config.fault_count) {
        return INT64_MAX;
    }
    return motion_ns(band, band->faults[band->fault_next].at_s);
}

/* When the firmware is due to run, by interrupt or by its own clock [ns]. */
static int64_t firmware_ns(const struct wristband *band)
{
    int64_t due_ns = at_clock_ns(band, band_deadline_us(&band->band));
    return later(earlier(due_ns, band->poll_ns), band->stalled_ns);
}

/* The motion is over, or cannot be read any more. */
static int64_t end_ns(const struct wristband *band)
{
    if (band->ended || band->start_ns == INT64_MAX) {
        return INT64_MAX;
    }
    return band->sensor.motion_failed
               ? band->now_ns
               : motion_ns(band, band->motion.duration_s);
}

static void end_stream(struct wristband *band)
{
    const struct wire_setup stop = {.request = WIRE_REQUEST_STOP};
    band->ended = true;
    (void)band_request(&band->band, &stop, NULL);
    band->poll_ns = earlier(band->poll_ns, band->now_ns + LATENCY_NS);
}

static void run_firmware(struct wristband *band)
{
    band->poll_ns = INT64_MAX;
    band_poll(&band->band);
    /* The main loop takes time too, whatever is due. */
    band->stalled_ns = later(band->stalled_ns, band->now_ns + LATENCY_NS);
}

/* Does what is due first, if that is not later than `until_ns`. */
static bool run_once(struct wristband *band, int64_t until_ns)
{
    int64_t sample_ns = sensor_next_ns(&band->sensor);
    int64_t run_ns = firmware_ns(band);
    int64_t fail_ns = fault_ns(band);
    int64_t stop_ns = end_ns(band);
    int64_t next_ns =
        earlier(earlier(sample_ns, run_ns), earlier(fail_ns, stop_ns));
    next_ns = earlier(next_ns, band->press_ns);
    if (next_ns > until_ns) {
        return false;
    }
    move_on(band, next_ns);
    if (fail_ns <= band->now_ns) {
        begin_fault(band, &band->faults[band->fault_next++]);
    }
    if (stop_ns <= band->now_ns) {
        end_stream(band);
    }
    if (band->press_ns <= band->now_ns) {
        change_button(band);
    }
    if (firmware_ns(band) <= band->now_ns) {
        run_firmware(band);
    }
    return true;
}

static bool is_valid(const struct wristband_config *config)
{
    static const double MOST_ERROR = 0.1;
    static const double MOST_PPM = 1e4;
    for (size_t k = 0; k < config->fault_count; k++) {
        const struct wristband_fault *fault = &config->faults[k];
        if ((unsigned)fault->kind >= FAULT_KINDS || !(fault->at_s >= 0.0) ||
            !(fault->amount >= 0.0 && fault->amount < 1e6)) {
            return false;
        }
    }
    uint32_t ring = config->ring_bytes;
    return fabs(config->rate_error) <= MOST_ERROR &&
           fabs(config->clock_error_ppm) <= MOST_PPM &&
           (ring == 0 || (ring >= RING_LEAST && (ring & (ring - 1)) == 0)) &&
           config->press_count <= WRISTBAND_PRESSES &&
           (!config->serial || strlen(config->serial) < SERIAL_SIZE);
}

static void init_band(struct wristband *band, const char *serial)
{
    struct band_config config = {
        .io = {.bus = {.ctx = band,
                       .read = bus_read,
                       .write = bus_write,
                       .recover = bus_recover,
                       .now_us = bus_now_us},
               .led = set_led,
               .supply = supply,
               .button = is_pressed,
               .attached = is_attached,
               .update = go_to_boot_loader,
               .ctx = band},
        .ring = band->ring,
        .ring_bytes = band->config.ring_bytes,
        .flash = &band->flash,
        .image = band->config.image,
        .model = "carpus virtual wristband",
    };
    memcpy(config.firmware, band->config.firmware, sizeof(config.firmware));
    memcpy(config.serial, serial, strlen(serial));
    band_init(&band->band, &config);
}

static void init_sensor(struct wristband *band)
{
    const struct sensor_config config = {
        .seed = band->config.seed,
        .rate_error = band->config.rate_error,
        .no_noise = band->config.no_noise,
        .startup_samples = band->config.startup_samples,
        .first_ticks = band->config.first_ticks,
        .motion = &band->motion,
        .on_sample = on_sample,
        .on_sample_ctx = band,
    };
    sensor_init(&band->sensor, &config, 0);
}

static int allocate(struct wristband *band)
{
    size_t count = band->config.fault_count;
    band->ring = malloc(band->config.ring_bytes);
    band->faults = malloc((count + 1) * sizeof(*band->faults));
    if (!band->ring || !band->faults) {
        return -1;
    }
    if (count > 0) {
        memcpy(band->faults, band->config.faults,
               count * sizeof(*band->faults));
        qsort(band->faults, count, sizeof(*band->faults), by_time);
    }
    return 0;
}

int wristband_new(const struct wristband_config *config,
                  struct motion_source motion, struct wristband **out)
{
    *out = NULL;
    if (!is_valid(config)) {
        motion.release(motion.ctx);
        errno = EINVAL;
        return -1;
    }
    struct wristband *band = calloc(1, sizeof(*band));
    if (!band) {
        motion.release(motion.ctx);
        errno = ENOMEM;
        return -1;
    }
    band->motion = motion;
    band->config = *config;
    if (band->config.ring_bytes == 0) {
        band->config.ring_bytes = RING_BYTES;
    }
    if (allocate(band) < 0) {
        wristband_free(band);
        errno = ENOMEM;
        return -1;
    }
    band->start_ns = INT64_MAX;
    band->poll_ns = LATENCY_NS;
    band->attached = !config->alone;
    band->streaming = config->alone;
    band->zero_ns = INT64_MAX;
    band->flash = (struct flash){.ctx = band,
                                 .sectors = config->flash.sectors,
                                 .read = flash_read,
                                 .program = flash_program,
                                 .erase = flash_erase};
    plan_press(band);
    init_sensor(band);
    init_band(band, config->serial ? config->serial : "VIRTUAL0001");
    *out = band;
    return 0;
}

void wristband_free(struct wristband *band)
{
    if (!band) {
        return;
    }
    band->motion.release(band->motion.ctx);
    free(band->faults);
    free(band->ring);
    free(band);
}

void wristband_run(struct wristband *band, int64_t until_ns)
{
    bool due = true;
    while (due) {
        due = run_once(band, until_ns);
    }
    move_on(band, until_ns);
}

int64_t wristband_now_ns(const struct wristband *band)
{
    return band->now_ns;
}

int wristband_request(struct wristband *band, const struct wire_setup *setup,
                      uint8_t *data)
{
    int answer = band_request(&band->band, setup, data);
    if (answer < 0) {
        return answer;
    }
    if (!setup->in && (setup->request == WIRE_REQUEST_START ||
                       setup->request == WIRE_REQUEST_LOG_BEGIN)) {
        band->streaming = true;
        band->ended = false;
        band->placed = false;
        band->zero_ns = INT64_MAX;
    }
    if (!setup->in && setup->request == WIRE_REQUEST_SELFTEST) {
        band->streaming = false;
    }
    band->poll_ns = earlier(band->poll_ns, band->now_ns + LATENCY_NS);
    return answer;
}

size_t wristband_read(struct wristband *band, uint8_t *out, size_t size)
{
    size_t copied = 0;
    if (band->now_ns < band->deaf_ns) {
        return 0;
    }
    while (size - copied >= WIRE_FRAME_MAX) {
        size_t length = band_frame(&band->band, out + copied);
        if (length == 0) {
            break;
        }
        copied += length;
    }
    return copied;
}

void wristband_attach(struct wristband *band)
{
    band->attached = true;
    band->poll_ns = earlier(band->poll_ns, band->now_ns + LATENCY_NS);
}

bool wristband_updating(const struct wristband *band)
{
    return band->updating;
}

bool wristband_failed(const struct wristband *band)
{
    return band->sensor.motion_failed;
}
