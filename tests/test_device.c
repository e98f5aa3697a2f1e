/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The virtual wristband, through device.h. */
#include "acquire/device.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "acquire/frames.h"
#include "firmware/core/bytes.h"

#define PI 3.14159265358979323846

enum { SAMPLES_MAX = 1 << 16 };

static const struct wire_config config_104 = {104, 4, 500};

/* All that a stream brings. */
struct stream {
    int16_t samples[SAMPLES_MAX][6];
    uint64_t index[SAMPLES_MAX];
    size_t count;
    bool ended;
};

/* Tests run in a folder of their own. */
static int setup(void **state)
{
    char folder[] = "/tmp/test_device.XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    *state = strdup(folder);
    return 0;
}

static int teardown(void **state)
{
    static const char *const files[] = {
        "m.motion",  "empty.motion", "wrong.motion", "words.txt",
        "truth.csv", "all.bin",      "sine.csv",
    };
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        (void)unlink(files[i]);
    }
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(rmdir(*state), 0);
    free(*state);
    return 0;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static struct device *open_ok(const char *name, const char *simulate)
{
    struct device *device = NULL;
    struct error error = {0};
    if (device_open(name, simulate, &device, &error) != 0) {
        fail_msg("%s", error.text);
    }
    return device;
}

static void open_fails(const char *name, const char *simulate, int code,
                       const char *part)
{
    struct device *device = NULL;
    struct error error = {0};
    assert_int_equal(device_open(name, simulate, &device, &error), code);
    if (strstr(error.text, part) == NULL) {
        fail_msg("'%s' lacks '%s'", error.text, part);
    }
}

static void start(struct device *device)
{
    struct error error = {0};
    assert_int_equal(device_configure(device, &config_104, &error), 0);
    assert_int_equal(device_start(device, &error), 0);
}

static void take_frames(struct frames *frames, struct stream *out)
{
    struct wire_frame frame;
    while (frames_next(frames, &frame, NULL) > 0) {
        out->ended |= frame.type == WIRE_FRAME_END;
        for (size_t i = 0; i < frame.count && out->count < SAMPLES_MAX; i++) {
            memcpy(out->samples[out->count], frame.samples[i], WIRE_SAMPLE);
            out->index[out->count] = frame.index + i;
            out->count++;
        }
    }
}

/* Reads to the end of the stream; the caller frees it. */
static struct stream *read_all(struct device *device)
{
    uint8_t data[4096];
    struct error error = {0};
    struct frames frames;
    struct stream *out = calloc(1, sizeof(*out));
    assert_non_null(out);
    frames_init(&frames);
    while (!out->ended) {
        int n = device_read(device, data, sizeof(data), 100, &error);
        assert_true(n >= 0);
        for (size_t used = 0; used < (size_t)n;) {
            used += frames_push(&frames, data + used, (size_t)n - used);
            take_frames(&frames, out);
        }
    }
    assert_int_equal(frames.skipped_bytes, 0);
    return out;
}

static struct stream *record(const char *name, const char *simulate)
{
    struct device *device = open_ok(name, simulate);
    start(device);
    struct stream *stream = read_all(device);
    device_close(device);
    return stream;
}

static bool same_samples(const struct stream *a, const struct stream *b)
{
    return a->count == b->count &&
           memcmp(a->samples, b->samples, a->count * WIRE_SAMPLE) == 0;
}

static void virtual_wristband_is_always_in_the_list(void **state)
{
    (void)state;
    struct device_entry entries[64];
    struct error note;
    size_t count;
    assert_int_equal(device_list(entries, 64, &count, &note), 0);
    assert_true(count > 0);
    assert_string_equal(entries[count - 1].id, "virtual");
    assert_true(entries[count - 1].usable);
}

static void script_is_streamed_whole_and_then_there_is_silence(void **state)
{
    (void)state;
    uint8_t data[512];
    struct error error = {0};
    struct wire_info info;
    struct wire_status status;
    write_file("m.motion", "rest 5\nwalk 15\n");
    struct device *device = open_ok("virtual:m.motion", "speed=max");
    assert_true(device_waits(device));
    device_info(device, &info);
    assert_int_equal(info.protocol, WIRE_VERSION);
    assert_true(strlen(info.serial) > 0);
    start(device);
    struct stream *stream = read_all(device);
    assert_in_range(stream->count, 20 * 104 - 30, 20 * 104 + 30);
    for (size_t i = 0; i < stream->count; i++) {
        assert_int_equal(stream->index[i], i);
    }
    assert_int_equal(device_read(device, data, sizeof(data), 100, &error), 0);
    assert_int_equal(device_read(device, data, sizeof(data), 0, &error), 0);
    assert_int_equal(device_status(device, &status, &error), 0);
    assert_int_equal(status.state, WIRE_STOPPED);
    free(stream);
    device_close(device);
}

static void stop_ends_the_stream_early(void **state)
{
    (void)state;
    uint8_t data[4096];
    struct error error = {0};
    struct device *device = open_ok("virtual", "speed=max");
    start(device);
    assert_true(device_read(device, data, sizeof(data), 10000, &error) > 0);
    assert_int_equal(device_configure(device, &config_104, &error),
                     ERR_PROTOCOL);
    assert_non_null(strstr(error.text, "refused"));
    assert_int_equal(device_stop(device, &error), 0);
    struct stream *stream = read_all(device);
    assert_true(stream->count < 200);
    free(stream);
    assert_int_equal(device_configure(device, &config_104, &error), 0);
    device_close(device);
}

static void settings_that_the_sensor_lacks_are_refused(void **state)
{
    (void)state;
    static const struct wire_config wrong[] = {
        {100, 4, 500}, {104, 3, 500}, {104, 4, 125}};
    struct device *device = open_ok("virtual", "speed=max");
    for (int i = 0; i < 3; i++) {
        struct error error = {0};
        assert_int_equal(device_configure(device, &wrong[i], &error),
                         ERR_USAGE);
        assert_non_null(strstr(error.text, "the sensor cannot do"));
    }
    device_close(device);
}

static void same_seed_gives_the_same_samples(void **state)
{
    (void)state;
    write_file("m.motion", "taps 10\n");
    struct stream *one = record("virtual:m.motion", "speed=max,seed=5");
    struct stream *two = record("virtual:m.motion", "speed=max,seed=5");
    struct stream *other = record("virtual:m.motion", "speed=max,seed=6");
    struct stream *timed = record("virtual:m.motion", "speed=20,seed=5");
    assert_true(one->count > 1000);
    assert_true(same_samples(one, two));
    assert_true(same_samples(one, timed));
    assert_false(same_samples(one, other));
    free(one);
    free(two);
    free(other);
    free(timed);
}

static void real_time_follows_the_computers_clock(void **state)
{
    (void)state;
    uint8_t data[512];
    struct error error = {0};
    struct device *device = open_ok("virtual", "");
    assert_false(device_waits(device));
    int64_t before_ns = device_now_ns(device);
    assert_int_equal(device_read(device, data, sizeof(data), 20, &error), 0);
    assert_true(device_now_ns(device) - before_ns >= 20000000);
    start(device);
    assert_true(device_read(device, data, sizeof(data), 20000, &error) > 0);
    device_close(device);
}

/* Host and device time between two probes that are 10 s apart. */
static void probe_twice(const char *simulate, struct recording_clock probe[2])
{
    uint8_t data[512];
    struct error error = {0};
    struct device *device = open_ok("virtual", simulate);
    assert_int_equal(device_probe(device, &probe[0], &error), 0);
    assert_int_equal(device_read(device, data, 512, 10000, &error), 0);
    assert_int_equal(device_probe(device, &probe[1], &error), 0);
    device_close(device);
}

static void probes_show_the_error_of_the_devices_clock(void **state)
{
    (void)state;
    struct recording_clock probe[2];
    probe_twice("speed=max,clock_ppm=100", probe);
    int64_t device_ns = probe[1].device_ns - probe[0].device_ns;
    int64_t host_ns = probe[1].host_monotonic_ns - probe[0].host_monotonic_ns;
    assert_int_equal(host_ns, 10000000000);
    assert_in_range(device_ns, 10000999000, 10001001000);
    assert_int_equal(probe[1].host_utc_ns - probe[0].host_utc_ns, host_ns);
    assert_int_equal(probe[0].round_trip_ns, 1000);

    struct recording_clock late[2];
    probe_twice("speed=max,clock_ppm=100,asymmetry_us=50", late);
    assert_int_equal(late[1].host_monotonic_ns,
                     probe[1].host_monotonic_ns + 25000);
    assert_int_equal(late[1].round_trip_ns, 51000);
}

static void every_sample_of_the_sensor_is_written_if_wanted(void **state)
{
    (void)state;
    write_file("m.motion", "walk 10\n");
    struct stream *stream =
        record("virtual:m.motion", "speed=max,samples=all.bin");
    FILE *file = fopen("all.bin", "r");
    assert_non_null(file);
    for (size_t i = 0; i < stream->count; i++) {
        uint8_t bytes[WIRE_SAMPLE];
        assert_int_equal(fread(bytes, 1, sizeof(bytes), file), sizeof(bytes));
        for (size_t c = 0; c < 6; c++) {
            assert_int_equal(get_i16(bytes + 2 * c), stream->samples[i][c]);
        }
    }
    assert_int_equal(fclose(file), 0);
    free(stream);
    open_fails("virtual:m.motion", "samples=all.bin", ERR_EXISTS, "all.bin");
}

static void ordered_fault_costs_samples_at_known_indices(void **state)
{
    (void)state;
    write_file("m.motion", "rest 20\n");
    struct stream *stream =
        record("virtual:m.motion", "speed=max,fault=stall@5:6");
    size_t jumps = 0;
    for (size_t i = 1; i < stream->count; i++) {
        jumps += stream->index[i] != stream->index[i - 1] + 1;
    }
    assert_true(jumps > 0);
    assert_true(stream->count < 20 * 104 - 100);
    free(stream);
}

static void truth_of_a_script_is_written_once(void **state)
{
    (void)state;
    struct error error = {0};
    write_file("m.motion", "rest 5\nwalk 20\n");
    struct device *device = open_ok("virtual:m.motion", "speed=max");
    assert_int_equal(device_write_truth(device, "truth.csv", &error), 0);
    assert_int_equal(device_write_truth(device, "truth.csv", &error),
                     ERR_EXISTS);
    assert_int_equal(device_write_truth(device, "no/truth.csv", &error),
                     ERR_CREATE);
    device_close(device);
    char line[256];
    int steps = 0;
    FILE *file = fopen("truth.csv", "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof(line), file));
    assert_string_equal(line, "kind,start_s,end_s,value,value2,note\n");
    while (fgets(line, sizeof(line), file) != NULL) {
        steps += strncmp(line, "step,", 5) == 0;
    }
    assert_int_equal(fclose(file), 0);
    assert_in_range(steps, 20, 50);
}

/* 30 s at 50 Hz of a 2 Hz sine of 0.5 g on x and 100 deg/s about z. */
static void write_sine(const char *path)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("time_s,ax_g,ay_g,az_g,gx_dps,gy_dps,gz_dps\n", file);
    for (int i = 0; i < 1500; i++) {
        double x = sin(2 * PI * 2 * i / 50.0);
        fprintf(file, "%.3f,%.6f,0,1,0,0,%.4f\n", i / 50.0, 0.5 * x, 100 * x);
    }
    assert_int_equal(fclose(file), 0);
}

/* Amplitude of the 2 Hz sine in a column, in LSB. */
static double amplitude(const struct stream *stream, int column)
{
    double in_phase = 0;
    double quadrature = 0;
    size_t n = 52 * 20; /* a whole number of cycles */
    for (size_t i = 0; i < n; i++) {
        double angle = 2 * PI * 2 * (double)i / 104;
        double x = stream->samples[i + 520][column];
        in_phase += x * sin(angle);
        quadrature += x * cos(angle);
    }
    return hypot(in_phase, quadrature) * 2 / (double)n;
}

static void recorded_motion_is_replayed_within_half_a_percent(void **state)
{
    (void)state;
    struct error error = {0};
    write_sine("sine.csv");
    struct device *device = open_ok("virtual:sine.csv", "speed=max,noise=off");
    assert_int_equal(device_write_truth(device, "truth.csv", &error), 1);
    start(device);
    struct stream *stream = read_all(device);
    assert_in_range(stream->count, 30 * 104 - 40, 30 * 104 + 30);
    double accel_g = wire_accel_ug_per_lsb(config_104.accel_g) * 1e-6;
    double gyro_dps = wire_gyro_udps_per_lsb(config_104.gyro_dps) * 1e-6;
    assert_true(fabs(amplitude(stream, 0) * accel_g - 0.5) < 0.0025);
    assert_true(fabs(amplitude(stream, 5) * gyro_dps - 100) < 0.5);
    assert_true(amplitude(stream, 1) * accel_g < 0.001);
    free(stream);
    device_close(device);
}

static void what_cannot_be_opened_is_named(void **state)
{
    (void)state;
    write_file("empty.motion", "");
    write_file("wrong.motion", "rest 5\nfly 10\n");
    write_file("words.txt", "these are\nmere words\n");
    open_fails("virtual", "sed=1", ERR_USAGE, "no setting 'sed'");
    open_fails("virtual:none.motion", "", ERR_NO_INPUT, "none.motion");
    open_fails("virtual:none.h5", "", ERR_NO_INPUT, "none.h5");
    open_fails("virtual:empty.motion", "", ERR_NO_INPUT, "empty");
    open_fails("virtual:wrong.motion", "", ERR_DATA, "fly");
    open_fails("virtual:words.txt", "", ERR_DATA, "words.txt");
    open_fails("virtual", "samples=no/x.bin", ERR_CREATE, "no/x.bin");
    open_fails("nosuch", "", ERR_NO_DEVICE, "");
    open_fails("nosuch", "seed=1", ERR_USAGE, "--device virtual only");
    assert_int_not_equal(access("all.bin", F_OK), 0);
}

struct asker {
    struct device *device;
    atomic_bool stop;
    unsigned asked;
};

static void *ask(void *argument)
{
    struct asker *asker = argument;
    while (!atomic_load(&asker->stop)) {
        struct wire_status status;
        if (device_status(asker->device, &status, NULL) == 0) {
            asker->asked++;
        }
        (void)device_now_ns(asker->device);
    }
    return NULL;
}

static void requests_from_another_thread_disturb_nothing(void **state)
{
    (void)state;
    write_file("m.motion", "walk 20\n");
    struct stream *want = record("virtual:m.motion", "speed=max");
    struct asker asker = {.device = open_ok("virtual:m.motion", "speed=max")};
    pthread_t thread;
    start(asker.device);
    assert_int_equal(pthread_create(&thread, NULL, ask, &asker), 0);
    struct stream *got = read_all(asker.device);
    atomic_store(&asker.stop, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(same_samples(want, got));
    device_close(asker.device);
    free(want);
    free(got);
}

#define TEST(function)                                                         \
    cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(virtual_wristband_is_always_in_the_list),
        TEST(script_is_streamed_whole_and_then_there_is_silence),
        TEST(stop_ends_the_stream_early),
        TEST(settings_that_the_sensor_lacks_are_refused),
        TEST(same_seed_gives_the_same_samples),
        TEST(real_time_follows_the_computers_clock),
        TEST(probes_show_the_error_of_the_devices_clock),
        TEST(every_sample_of_the_sensor_is_written_if_wanted),
        TEST(ordered_fault_costs_samples_at_known_indices),
        TEST(truth_of_a_script_is_written_once),
        TEST(recorded_motion_is_replayed_within_half_a_percent),
        TEST(what_cannot_be_opened_is_named),
        TEST(requests_from_another_thread_disturb_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
