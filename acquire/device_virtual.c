/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The virtual wristband as a device. Its clock is virtual: at speed N it
 * follows the computer's at N times the pace, at speed max it stands still
 * until somebody reads and finds nothing.
 */
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "acquire/clocks.h"
#include "acquire/device_backend.h"
#include "acquire/output.h"
#include "acquire/replay.h"
#include "acquire/simulate.h"
#include "acquire/uf2.h"
#include "acquire/virtual_flash.h"
#include "firmware/core/bytes.h"
#include "firmware/virtual/script.h"
#include "firmware/virtual/wristband.h"

#define NS_PER_S 1000000000LL
#define NS_PER_MS 1000000LL
#define STEP_NS (50 * NS_PER_MS) /* of the clock at speed max */
#define NAP_NS (5 * NS_PER_MS)   /* between looks for data at other speeds */

enum { SCRIPT_BYTES_MAX = 1 << 20 };

struct virtual_device {
    struct device device;
    pthread_mutex_t lock; /* of `band` */
    struct wristband *band;
    _Atomic int64_t now_ns;      /* the band's, to be seen without the lock */
    struct motion_source motion; /* the band's */
    const struct script *script; /* the band's; NULL: a replayed file */
    struct simulate simulate;
    int64_t alone_ns;      /* on the band's clock, when the host came */
    int64_t opened_ns;     /* monotonic_ns */
    int64_t host_zero_ns;  /* host's clock when the band's was 0 */
    int64_t opened_utc_ns; /* CLOCK_REALTIME */
    struct virtual_flash flash;
    struct output samples;  /* of simulate.samples; file NULL: none */
    uint64_t samples_count; /* rows written there */
};

static struct virtual_device *from(struct device *device)
{
    return (struct virtual_device *)device;
}

static const struct virtual_device *from_const(const struct device *device)
{
    return (const struct virtual_device *)device;
}

/* ---- listing and opening ---- */

static int virtual_list(struct device_entry *out, size_t cap, size_t *count,
                        struct error *note)
{
    (void)note;
    if (*count < cap) {
        out[*count] = (struct device_entry){
            .id = "virtual",
            .where = "simulated",
            .what =
                "wristband whose motion is a script or a file: virtual:FILE",
            .usable = true,
        };
        (*count)++;
    }
    return 0;
}

static bool virtual_matches(const char *name)
{
    return strcmp(name, "virtual") == 0 || strncmp(name, "virtual:", 8) == 0;
}

/* Reads a text file whole; the caller frees *out. */
static int read_text(const char *path, char **out, struct error *error)
{
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return error_from_errno(error, errno, "cannot open '%s'", path);
    }
    char *text = malloc(SCRIPT_BYTES_MAX + 1);
    size_t n = text != NULL ? fread(text, 1, SCRIPT_BYTES_MAX + 1, file) : 0;
    int number = text == NULL ? ENOMEM : ferror(file) ? errno : 0;
    fclose(file);
    if (number != 0) {
        free(text);
        return error_from_errno(error, number, "cannot read '%s'", path);
    }
    if (n > SCRIPT_BYTES_MAX) {
        free(text);
        return error_set(error, ERR_DATA,
                         "'%s' is no motion script: it is longer than 1 MiB",
                         path);
    }
    if (n == 0) {
        free(text);
        return error_set(error, ERR_NO_INPUT, "motion script '%s' is empty",
                         path);
    }
    text[n] = '\0';
    *out = text;
    return 0;
}

static int parse_script(struct virtual_device *v, const char *text,
                        const char *path, struct error *error)
{
    char why[256];
    struct script *script;
    if (script_parse(text, v->simulate.seed, &script, why, sizeof(why)) != 0) {
        return error_set(error, ERR_DATA, "motion script '%s': %s", path, why);
    }
    v->script = script;
    v->motion = script_motion(script);
    return 0;
}

/* Finds the motion for `path`, NULL for the usual one. */
static int open_motion(struct virtual_device *v, const char *path,
                       struct error *error)
{
    if (path == NULL) {
        int err = parse_script(v, SCRIPT_DEFAULT, "(built in)", error);
        /* As a real one, it goes on until it is told to stop. */
        v->motion.duration_s = INFINITY;
        return err;
    }
    size_t length = strlen(path);
    if (length < 7 || strcmp(path + length - 7, ".motion") != 0) {
        return replay_open(path, &v->motion, error);
    }
    char *text = NULL;
    int err = read_text(path, &text, error);
    if (err < 0) {
        return err;
    }
    err = parse_script(v, text, path, error);
    free(text);
    return err;
}

/* Row k of the file is sample k of the stream; while the sensor is being set up
 * anew it takes none. */
static void write_sample(void *ctx, uint64_t index, const int16_t sample[6])
{
    struct virtual_device *v = ctx;
    uint8_t bytes[WIRE_SAMPLE] = {0};
    for (; v->samples_count < index; v->samples_count++) {
        (void)fwrite(bytes, 1, sizeof(bytes), v->samples.file);
    }
    v->samples_count++;
    for (int c = 0; c < 6; c++) {
        put_u16(bytes + 2 * c, (uint16_t)sample[c]);
    }
    /* output_commit finds out if this failed. */
    (void)fwrite(bytes, 1, sizeof(bytes), v->samples.file);
}

/* The firmware that it is to be said to run. */
static void set_image(const struct virtual_device *v,
                      struct wristband_config *config)
{
    static const uint8_t usual[3] = {0, 1, 0};
    struct uf2 uf2;
    memcpy(config->firmware, usual, sizeof(usual));
    if (v->simulate.image[0] != '\0' &&
        uf2_read(v->simulate.image, &uf2, NULL) == 0) {
        memcpy(config->firmware, uf2.header.firmware, sizeof(usual));
        config->image = (struct wire_image){uf2.header.length, uf2.crc};
        uf2_free(&uf2);
    }
}

static int new_band(struct virtual_device *v, struct error *error)
{
    const struct simulate *s = &v->simulate;
    struct wristband_config config = {
        .serial = s->serial[0] != '\0' ? s->serial : NULL,
        .seed = s->seed,
        .rate_error = s->rate_error,
        .clock_error_ppm = s->clock_ppm,
        .no_noise = s->no_noise,
        .startup_samples = s->startup,
        .faults = s->faults,
        .fault_count = s->fault_count,
        .on_sample = v->samples.file != NULL ? write_sample : NULL,
        .on_sample_ctx = v,
        .flash = {v->flash.bytes, v->flash.sectors},
        .press_count = s->press_count,
        .alone = s->offline_s > 0,
    };
    set_image(v, &config);
    memcpy(config.presses, s->presses, sizeof(config.presses));
    if (wristband_new(&config, v->motion, &v->band) != 0) {
        return error_from_errno(error, errno, "cannot simulate a wristband");
    }
    return 0;
}

static int start_up(struct virtual_device *v, const char *name,
                    const char *simulate, struct error *error)
{
    int err = simulate_parse(simulate, &v->simulate, error);
    if (err < 0) {
        return err;
    }
    if (v->simulate.samples[0] != '\0') {
        err = output_open(&v->samples, v->simulate.samples, error);
        if (err < 0) {
            return err;
        }
    }
    const char *colon = strchr(name, ':');
    err = open_motion(v, colon != NULL ? colon + 1 : NULL, error);
    if (err < 0) {
        return err;
    }
    err = virtual_flash_open(&v->flash, v->simulate.flash, error);
    if (err < 0) {
        v->motion.release(v->motion.ctx);
        return err;
    }
    return new_band(v, error);
}

/* The time before the host came. */
static void live_alone(struct virtual_device *v)
{
    if (v->simulate.offline_s > 0) {
        wristband_run(v->band, (int64_t)(v->simulate.offline_s * NS_PER_S));
        wristband_attach(v->band);
    }
    atomic_store(&v->now_ns, wristband_now_ns(v->band));
    v->alone_ns = wristband_now_ns(v->band);
}

static int virtual_open(const char *name, const char *simulate,
                        struct device **out, struct error *error)
{
    struct virtual_device *v = calloc(1, sizeof(*v));
    if (v == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    v->device.backend = &device_virtual;
    int err = start_up(v, name, simulate, error);
    int number = err < 0 ? 0 : pthread_mutex_init(&v->lock, NULL);
    if (number != 0) {
        wristband_free(v->band);
        err = error_from_errno(error, number, "cannot make a lock");
    }
    if (err < 0) {
        virtual_flash_close(&v->flash);
        output_abort(&v->samples);
        free(v);
        return err;
    }
    live_alone(v);
    v->opened_ns = monotonic_ns();
    v->opened_utc_ns = utc_ns();
    /* In real time the host's clock is the computer's, so that several devices
     * share it; at other speeds it is simulated, and begins with the band. */
    v->host_zero_ns = v->simulate.speed == 1 ? v->opened_ns - v->alone_ns : 0;
    *out = &v->device;
    return 0;
}

static void virtual_close(struct device *device)
{
    struct virtual_device *v = from(device);
    wristband_free(v->band);
    virtual_flash_close(&v->flash);
    if (v->samples.file != NULL) {
        /* Whoever asked for the file finds out that it is not there. */
        (void)output_commit(&v->samples, NULL);
    }
    pthread_mutex_destroy(&v->lock);
    free(v);
}

/* ---- running ---- */

static bool virtual_waits(const struct device *device)
{
    return isinf(from_const(device)->simulate.speed);
}

/* The virtual clock that the computer's asks for; not at speed max. */
static int64_t due_ns(const struct virtual_device *v)
{
    int64_t passed = monotonic_ns() - v->opened_ns;
    return v->alone_ns + (int64_t)((double)passed * v->simulate.speed);
}

/* Moves the band's clock. Call with the lock. */
static void run_until(struct virtual_device *v, int64_t until_ns)
{
    wristband_run(v->band, until_ns);
    atomic_store(&v->now_ns, wristband_now_ns(v->band));
}

/* Lets the band catch up with the computer's clock. Call with the lock. */
static void catch_up(struct virtual_device *v)
{
    if (!virtual_waits(&v->device)) {
        run_until(v, due_ns(v));
    }
}

static int64_t virtual_now_ns(const struct device *device)
{
    const struct virtual_device *v = from_const(device);
    int64_t band_ns =
        virtual_waits(device) ? atomic_load(&v->now_ns) : due_ns(v);
    return v->host_zero_ns + band_ns;
}

static int virtual_request(struct device *device,
                           const struct wire_setup *setup, uint8_t *data,
                           struct error *error)
{
    struct virtual_device *v = from(device);
    pthread_mutex_lock(&v->lock);
    catch_up(v);
    int n = wristband_request(v->band, setup, data);
    pthread_mutex_unlock(&v->lock);
    if (n < 0) {
        return device_refused(setup, error);
    }
    return n;
}

static int source_failed(const struct virtual_device *v, struct error *error)
{
    const struct error *why =
        v->script == NULL ? replay_error(&v->motion) : NULL;
    if (why == NULL || why->code == 0) {
        return error_set(error, ERR_INTERNAL, "the simulated motion failed");
    }
    return error_set(error, why->code, "%s", why->text);
}

/* Bytes that are there now. Call with the lock. */
static int fetch(struct virtual_device *v, uint8_t *out, size_t size,
                 struct error *error)
{
    if (wristband_failed(v->band)) {
        return source_failed(v, error);
    }
    return (int)wristband_read(v->band, out, size);
}

/* Speed max: moves the clock itself, by at most `timeout_ns`. */
static int read_waiting(struct virtual_device *v, uint8_t *out, size_t size,
                        int64_t timeout_ns, struct error *error)
{
    pthread_mutex_lock(&v->lock);
    int n = fetch(v, out, size, error);
    while (n == 0 && timeout_ns > 0) {
        int64_t step_ns = timeout_ns < STEP_NS ? timeout_ns : STEP_NS;
        run_until(v, wristband_now_ns(v->band) + step_ns);
        timeout_ns -= step_ns;
        n = fetch(v, out, size, error);
    }
    pthread_mutex_unlock(&v->lock);
    return n;
}

/* Other speeds: follows the computer's clock until there is something. */
static int read_following(struct virtual_device *v, uint8_t *out, size_t size,
                          int64_t timeout_ns, struct error *error)
{
    int64_t end_ns = monotonic_ns() + timeout_ns;
    for (;;) {
        pthread_mutex_lock(&v->lock);
        catch_up(v);
        int n = fetch(v, out, size, error);
        pthread_mutex_unlock(&v->lock);
        int64_t left_ns = end_ns - monotonic_ns();
        if (n != 0 || left_ns <= 0) {
            return n;
        }
        struct timespec nap = {.tv_nsec =
                                   (long)(left_ns < NAP_NS ? left_ns : NAP_NS)};
        nanosleep(&nap, NULL);
    }
}

static int virtual_read(struct device *device, uint8_t *out, size_t size,
                        int timeout_ms, struct error *error)
{
    struct virtual_device *v = from(device);
    int64_t timeout_ns = timeout_ms * NS_PER_MS;
    if (virtual_waits(device)) {
        return read_waiting(v, out, size, timeout_ns, error);
    }
    return read_following(v, out, size, timeout_ns, error);
}

static int virtual_reopen(struct device *device, struct error *error)
{
    (void)device;
    return error_set(error, ERR_DEVICE_LOST,
                     "a simulated wristband that failed does not come back");
}

static int virtual_probe(struct device *device, struct recording_clock *out,
                         struct error *error)
{
    struct virtual_device *v = from(device);
    uint8_t data[WIRE_TIME_SIZE];
    struct wire_setup setup = {
        .in = true, .request = WIRE_REQUEST_TIME, .length = WIRE_TIME_SIZE};
    pthread_mutex_lock(&v->lock);
    catch_up(v);
    int n = wristband_request(v->band, &setup, data);
    int64_t now_ns = wristband_now_ns(v->band);
    pthread_mutex_unlock(&v->lock);
    if (n != WIRE_TIME_SIZE) {
        return device_refused(&setup, error);
    }
    /* The device is read `asymmetry` / 2 before the middle of a round trip
     * that has a microsecond beside. */
    int64_t asymmetry_ns = (int64_t)(v->simulate.asymmetry_us * 1000);
    now_ns += asymmetry_ns / 2;
    *out = (struct recording_clock){
        .device_ns = (int64_t)get_u64(data),
        .host_monotonic_ns = v->host_zero_ns + now_ns,
        .host_utc_ns = v->opened_utc_ns + now_ns - v->alone_ns,
        .round_trip_ns = 1000 + llabs(asymmetry_ns),
    };
    return 0;
}

static int virtual_write_truth(const struct device *device, const char *path,
                               struct error *error)
{
    const struct virtual_device *v = from_const(device);
    if (v->script == NULL) {
        return 1;
    }
    struct output output;
    int err = output_open(&output, path, error);
    if (err < 0) {
        return err;
    }
    size_t count;
    const struct script_truth *truth = script_truths(v->script, &count);
    fputs("kind,start_s,end_s,value,value2,note\n", output.file);
    for (size_t i = 0; i < count; i++) {
        fprintf(output.file, "%s,%.4f,%.4f,%.6g,%.6g,%s\n", truth[i].kind,
                truth[i].start_s, truth[i].end_s, truth[i].value,
                truth[i].value2, truth[i].note);
    }
    return output_commit(&output, error);
}

const struct device_backend device_virtual = {
    .list = virtual_list,
    .matches = virtual_matches,
    .open = virtual_open,
    .close = virtual_close,
    .request = virtual_request,
    .read = virtual_read,
    .reopen = virtual_reopen,
    .probe = virtual_probe,
    .now_ns = virtual_now_ns,
    .waits = virtual_waits,
    .write_truth = virtual_write_truth,
};
