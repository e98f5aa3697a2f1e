/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the program makes of what an HDF5 file says: this stands where the
 * reading process stands (hdf5_reader.h) and hands over whatever a file, or a
 * process that has been taken over, could. The HDF5 library itself is the
 * business of hdf5_child.c.
 */
#include "tests/fuzz/fuzz.h"

#include <math.h>

#include "acquire/import.h"
#include "acquire/hdf5_reader.h"
#include "acquire/verify.h"

enum { ROWS_MAX = 4096, TABLE_MAX = 256, SAMPLES_MAX = 100000 };

const struct hdf5_limits hdf5_limits_any = {0};
const struct hdf5_limits hdf5_limits_own = {0};

/* What the script says is in the file. */
struct hdf5_reader {
    struct hdf5_contents contents;
    struct recording_block blocks[TABLE_MAX];
    struct recording_gap gaps[TABLE_MAX];
    struct recording_clock clocks[TABLE_MAX];
    struct recording_event events[TABLE_MAX];
    float temperatures[TABLE_MAX];
    int16_t samples[2][3 * ROWS_MAX];
    unsigned reads; /* until one fails; 0: none */
};

static struct hdf5_reader file;

size_t hdf5_reader_most(enum hdf5_set set)
{
    (void)set;
    return 1 << 16;
}

int hdf5_reader_open(const char *path, const struct hdf5_limits *limits,
                     size_t sensor, struct hdf5_reader **out,
                     const struct hdf5_contents **contents, struct error *error)
{
    (void)path;
    (void)limits;
    (void)error;
    file.contents.chosen = sensor;
    *out = &file;
    *contents = &file.contents;
    return 0;
}

int hdf5_reader_read(struct hdf5_reader *reader, enum hdf5_set set,
                     uint64_t first, size_t n, const void **rows,
                     struct error *error)
{
    static unsigned char out[1 << 22];
    const struct {
        const void *rows;
        size_t size;
        size_t count;
    } sets[HDF5_SETS] = {
        {reader->samples[0], 6, ROWS_MAX},
        {reader->samples[1], 6, ROWS_MAX},
        {reader->temperatures, sizeof(float), TABLE_MAX},
        {reader->blocks, sizeof(reader->blocks[0]), TABLE_MAX},
        {reader->gaps, sizeof(reader->gaps[0]), TABLE_MAX},
        {reader->clocks, sizeof(reader->clocks[0]), TABLE_MAX},
        {reader->events, sizeof(reader->events[0]), TABLE_MAX},
    };
    FUZZ_RULE(reader->contents.rows[set] >= 0 && n > 0);
    FUZZ_RULE(first < (uint64_t)reader->contents.rows[set]);
    FUZZ_RULE(n <= (uint64_t)reader->contents.rows[set] - first);
    FUZZ_RULE(n * sets[set].size <= sizeof(out));
    if (reader->reads > 0 && --reader->reads == 0) {
        return error_set(error, ERR_DAMAGED, "'fuzz' cannot be read");
    }
    for (size_t i = 0; i < n; i++) {
        memcpy(out + i * sets[set].size,
               (const char *)sets[set].rows +
                   (first + i) % sets[set].count * sets[set].size,
               sets[set].size);
    }
    *rows = out;
    return 0;
}

void hdf5_reader_close(struct hdf5_reader *reader)
{
    (void)reader;
}

/* ---- from the script ---- */

/* A number near what it should be, or any. */
static int64_t near(struct fuzz *fuzz, int64_t good)
{
    uint64_t how = fuzz_number(fuzz, 1);
    if (how < 200) {
        return good;
    }
    return how < 240 ? (int64_t)((uint64_t)good + fuzz_number(fuzz, 1) - 128)
                     : (int64_t)fuzz_number(fuzz, 8);
}

static double any_double(struct fuzz *fuzz, double good)
{
    uint64_t bits;
    memcpy(&bits, &good, sizeof(bits));
    bits = (uint64_t)near(fuzz, (int64_t)bits);
    memcpy(&good, &bits, sizeof(bits));
    return good;
}

static void make_tables(struct fuzz *fuzz, size_t blocks, size_t gaps)
{
    uint64_t row = 0;
    int64_t ns = near(fuzz, 1000000000);
    for (size_t i = 0; i < blocks; i++) {
        uint32_t count = (uint32_t)fuzz_number(fuzz, 1) + 1;
        file.blocks[i] = (struct recording_block){
            .first_sample = (uint64_t)near(fuzz, (int64_t)row),
            .device_ns = near(fuzz, ns),
            .count = (uint32_t)near(fuzz, count),
        };
        if (i < gaps) {
            file.gaps[i] = (struct recording_gap){
                .at_sample = (uint64_t)near(fuzz, (int64_t)row),
                .lost_samples = (uint64_t)near(fuzz, 5),
                .start_ns = near(fuzz, ns),
                .end_ns = near(fuzz, ns),
                .cause = 1,
            };
        }
        row += count;
        ns = (int64_t)((uint64_t)ns + 10000000 * (uint64_t)count);
    }
    int64_t rows = near(fuzz, (int64_t)row);
    rows = rows > SAMPLES_MAX ? SAMPLES_MAX : rows < -1 ? -1 : rows;
    file.contents.rows[HDF5_SET_ACCEL] = rows;
    file.contents.rows[HDF5_SET_GYRO] = near(fuzz, rows) == rows ? rows : -1;
    file.contents.rows[HDF5_SET_BLOCKS] = (int64_t)blocks;
    file.contents.rows[HDF5_SET_TEMPERATURE] = (int64_t)blocks;
    file.contents.rows[HDF5_SET_GAPS] = (int64_t)gaps;
}

static void make_file(struct fuzz *fuzz)
{
    memset(&file, 0, sizeof(file));
    struct hdf5_contents *c = &file.contents;
    c->sensors = (size_t)near(fuzz, 1);
    for (size_t i = 0; i < RECORDING_SENSORS_MAX; i++) {
        snprintf(c->sensor[i].serial, sizeof(c->sensor[i].serial), "%zu", i);
        snprintf(c->sensor[i].placement, sizeof(c->sensor[i].placement), "%s",
                 near(fuzz, 1) == 1 ? "other" : "x");
    }
    c->info.accel_scale = any_double(fuzz, 0.002);
    c->info.gyro_scale = any_double(fuzz, 0.001);
    c->info.rate_nominal_hz = any_double(fuzz, 104);
    c->info.rate_measured_hz = any_double(fuzz, 100);
    size_t blocks = 1 + (size_t)fuzz_number(fuzz, 1) % 64;
    make_tables(fuzz, blocks, (size_t)fuzz_number(fuzz, 1) % (blocks + 1));
    size_t clocks = (size_t)fuzz_number(fuzz, 1) % 16;
    for (size_t i = 0; i < clocks; i++) {
        file.clocks[i] = (struct recording_clock){
            .device_ns = near(fuzz, 1000000000 + 1000000000 * (int64_t)i),
            .host_monotonic_ns = near(fuzz, 1000000000 * (int64_t)i),
            .host_utc_ns = near(fuzz, 0),
            .round_trip_ns = near(fuzz, 100000),
        };
    }
    c->rows[HDF5_SET_CLOCK] = (int64_t)clocks;
    c->rows[HDF5_SET_EVENTS] = (int64_t)fuzz_number(fuzz, 1) % 4;
    for (size_t i = 0; i < 4; i++) {
        file.events[i].start_ns = near(fuzz, 1000);
        file.events[i].end_ns = near(fuzz, 2000);
        memset(file.events[i].label, 'x', sizeof(file.events[i].label));
    }
    file.reads = (unsigned)(near(fuzz, 0) & 63);
}

static void fault(void *self, const char *text)
{
    (void)self;
    FUZZ_RULE(text[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz fuzz = {data, size};
    struct error error = {0};
    struct recording *recording;
    struct recording_chunk chunk = {0};
    const char *path = fuzz_file("\x89HDF\r\n\x1a\n", 8);
    make_file(&fuzz);
    if (recording_open(path, NULL, &recording, &error) == 0) {
        uint64_t rows = 0;
        while (recording_read(recording, &chunk, &error) == 0 &&
               chunk.count > 0) {
            FUZZ_RULE(chunk.first == rows);
            FUZZ_RULE(isfinite(chunk.t0_s) && isfinite(chunk.dt_s));
            rows += chunk.count;
        }
        FUZZ_RULE(rows <= recording_rows(recording));
        FUZZ_RULE(rows == recording_rows(recording) || error.code < 0);
        recording_close(recording);
    }
    make_file(&(struct fuzz){data, size});
    struct verify_report report;
    struct verify_listener listener = {fault, NULL};
    int err = verify_file(path, 0, listener, &report, &error);
    FUZZ_RULE(err == 0 || error.text[0] != '\0');
    return 0;
}
