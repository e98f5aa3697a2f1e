/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench_journal FOLDER HOURS: how fast frames are decoded and a journal becomes
 * a recording, beside the least that the same bytes can take: a copy in memory,
 * a read, a copy to the disk, an HDF5 file of the same samples without any
 * check. Each is done several times in turn and the quickest counts. Prints
 * lines "unit TAB what TAB units TAB wall [s] TAB processor [s]".
 */
#include <fcntl.h>
#include <hdf5.h>
#include <unistd.h>

#include "acquire/clocks.h"
#include "acquire/journal.h"
#include "acquire/session.h"
#include "acquire/stream.h"
#include "firmware/core/crc32c.h"
#include "tests/bench/tape.h"

enum { ROUNDS = 3, BUFFER = 1 << 20, CHUNK = 8192, PROBE_EVERY_NS = 250000000 };

static struct bench {
    struct tape tape;
    uint8_t *copy;       /* of the tape's bytes */
    int16_t (*accel)[3]; /* the tape's samples */
    int16_t (*gyro)[3];
    char bytes[4096];   /* files: the tape's bytes, */
    char journal[4096]; /* the journal, */
    char made[4096];    /* and what a round makes */
} bench;

/* ---- what is measured ---- */

static void copy_memory(void)
{
    memcpy(bench.copy, bench.tape.bytes, bench.tape.size);
}

static void read_file(void)
{
    int fd = open(bench.bytes, O_RDONLY);
    ssize_t n;
    must(fd >= 0, bench.bytes);
    do {
        n = read(fd, bench.copy, BUFFER);
    } while (n > 0);
    must(n == 0, bench.bytes);
    close(fd);
}

static void take_crc(void)
{
    (void)crc32c(0, bench.tape.bytes, bench.tape.size);
}

static void decode(void)
{
    static struct frames frames;
    struct wire_frame frame;
    const struct tape *tape = &bench.tape;
    size_t good = 0;
    frames_init(&frames);
    for (size_t done = 0; done < tape->size;) {
        done += frames_push(&frames, tape->bytes + done, tape->size - done);
        while (frames_next(&frames, &frame, NULL) > 0) {
            good++;
        }
    }
    must(good == tape->count, "frames are missing");
}

static void account(void)
{
    static struct stream stream;
    struct stream_run run;
    const struct tape *tape = &bench.tape;
    stream_init(&stream, TAPE_RATE_HZ);
    for (size_t done = 0; done < tape->size;) {
        done += stream_push(&stream, tape->bytes + done, tape->size - done);
        while (stream_next(&stream, &run)) {
        }
    }
    must(stream.rows == tape->samples && stream.lost == 0,
         "samples are missing");
}

static void copy_file(void)
{
    int in = open(bench.journal, O_RDONLY);
    int out = open(bench.made, O_WRONLY | O_CREAT | O_EXCL, 0666);
    ssize_t n;
    must(in >= 0 && out >= 0, bench.made);
    while ((n = read(in, bench.copy, BUFFER)) > 0) {
        must(write(out, bench.copy, (size_t)n) == n, bench.made);
    }
    must(n == 0 && fsync(out) == 0, bench.made);
    close(in);
    close(out);
}

static void append_hdf5(hid_t file, const char *name, int16_t (*rows)[3])
{
    const hsize_t chunk[2] = {CHUNK, 3};
    const hsize_t most[2] = {H5S_UNLIMITED, 3};
    hsize_t extent[2] = {0, 3};
    hid_t how = H5Pcreate(H5P_DATASET_CREATE);
    hid_t space = H5Screate_simple(2, extent, most);
    must(H5Pset_chunk(how, 2, chunk) >= 0, name);
    hid_t set = H5Dcreate2(file, name, H5T_STD_I16LE, space, H5P_DEFAULT, how,
                           H5P_DEFAULT);
    for (uint64_t at = 0; at < bench.tape.samples; at += CHUNK) {
        uint64_t left = bench.tape.samples - at;
        const hsize_t start[2] = {at, 0};
        const hsize_t count[2] = {left < CHUNK ? left : CHUNK, 3};
        extent[0] = at + count[0];
        must(H5Dset_extent(set, extent) >= 0, name);
        hid_t there = H5Dget_space(set);
        hid_t here = H5Screate_simple(2, count, NULL);
        must(H5Sselect_hyperslab(there, H5S_SELECT_SET, start, NULL, count,
                                 NULL) >= 0 &&
                 H5Dwrite(set, H5T_NATIVE_SHORT, here, there, H5P_DEFAULT,
                          rows[at]) >= 0,
             name);
        H5Sclose(here);
        H5Sclose(there);
    }
    must(H5Dclose(set) >= 0, name);
    H5Sclose(space);
    H5Pclose(how);
}

static void write_hdf5(void)
{
    hid_t file = H5Fcreate(bench.made, H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT);
    must(file >= 0, bench.made);
    append_hdf5(file, "accelerometer", bench.accel);
    append_hdf5(file, "gyroscope", bench.gyro);
    must(H5Fclose(file) >= 0, bench.made);
    int fd = open(bench.made, O_RDONLY);
    must(fd >= 0 && fsync(fd) == 0, bench.made);
    close(fd);
}

static void build(void)
{
    static struct session_summary summary;
    struct error error = {0};
    must(session_build(bench.journal, bench.made, &summary, &error) == 0,
         error.text);
    must(summary.rows == bench.tape.samples && summary.lost == 0,
         "samples are missing");
}

enum unit { MEGABYTES, MEGASAMPLES };

static const struct {
    enum unit unit;
    const char *what;
    void (*run)(void);
} runs[] = {
    {MEGABYTES, "copy in memory", copy_memory},
    {MEGABYTES, "read of a file in the cache", read_file},
    {MEGABYTES, "the firmware's CRC-32C alone", take_crc},
    {MEGABYTES, "frames decoded", decode},
    {MEGABYTES, "frames to runs of samples", account},
    {MEGASAMPLES, "copy of the journal, synced", copy_file},
    {MEGASAMPLES, "HDF5, no checks, synced", write_hdf5},
    {MEGASAMPLES, "journal to recording", build},
};

enum { RUNS = sizeof(runs) / sizeof(runs[0]) };

/* ---- what it is measured on ---- */

/* Probes as often as in a recording, each without error. */
static void add_probe(struct journal *journal, const struct tape_frame *frame)
{
    struct error error = {0};
    const struct recording_clock probe = {frame->device_ns, frame->device_ns,
                                          frame->device_ns, 1000};
    must(journal_append_clock(journal, &probe, &error) == 0, error.text);
}

/* A record a frame, as they come over USB. */
static void write_journal(void)
{
    static struct journal journal;
    struct error error = {0};
    const struct tape *tape = &bench.tape;
    int64_t probe_ns = 0;
    const uint8_t *bytes = tape->bytes;
    must(journal_create(&journal, bench.journal, &error) == 0 &&
             journal_append_session(&journal, &tape->info, &error) == 0,
         error.text);
    for (size_t i = 0; i < tape->count; i++) {
        const struct tape_frame *frame = &tape->frames[i];
        if (frame->due_ns >= probe_ns) {
            add_probe(&journal, frame);
            probe_ns += PROBE_EVERY_NS;
        }
        must(journal_append(&journal, JOURNAL_FRAMES, bytes, frame->size,
                            &error) == 0,
             error.text);
        bytes += frame->size;
    }
    must(journal_append_end(&journal, JOURNAL_END_ASKED, &error) == 0 &&
             journal_file_close(&journal.file, &error) == 0,
         error.text);
}

static void write_bytes(void)
{
    FILE *file = fopen(bench.bytes, "wb");
    must(file != NULL, bench.bytes);
    must(fwrite(bench.tape.bytes, 1, bench.tape.size, file) == bench.tape.size,
         bench.bytes);
    must(fclose(file) == 0, bench.bytes);
}

static void keep_samples(void)
{
    static struct stream stream;
    struct stream_run run;
    const struct tape *tape = &bench.tape;
    bench.accel = malloc(tape->samples * sizeof(*bench.accel));
    bench.gyro = malloc(tape->samples * sizeof(*bench.gyro));
    bench.copy = malloc(tape->size + BUFFER);
    must(bench.accel != NULL && bench.gyro != NULL && bench.copy != NULL,
         "out of memory");
    stream_init(&stream, TAPE_RATE_HZ);
    uint64_t at = 0;
    for (size_t done = 0; done < tape->size;) {
        done += stream_push(&stream, tape->bytes + done, tape->size - done);
        while (stream_next(&stream, &run)) {
            for (size_t i = 0; i < run.block.count; i++, at++) {
                memcpy(bench.accel[at], run.samples[i], sizeof(*bench.accel));
                memcpy(bench.gyro[at], run.samples[i] + 3, sizeof(*bench.gyro));
            }
        }
    }
}

static void set_up(const char *folder, double hours)
{
    snprintf(bench.bytes, sizeof(bench.bytes), "%s/frames", folder);
    snprintf(bench.journal, sizeof(bench.journal), "%s/journal", folder);
    snprintf(bench.made, sizeof(bench.made), "%s/made", folder);
    unlink(bench.journal);
    unlink(bench.made);
    tape_make(&bench.tape, hours * 3600);
    keep_samples();
    write_bytes();
    write_journal();
}

struct taken {
    int64_t wall_ns;
    int64_t processor_ns;
};

static void measure(void (*run)(void), struct taken *least)
{
    int64_t wall_ns = monotonic_ns();
    int64_t processor_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    run();
    wall_ns = monotonic_ns() - wall_ns;
    processor_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - processor_ns;
    unlink(bench.made);
    least->wall_ns = wall_ns < least->wall_ns ? wall_ns : least->wall_ns;
    least->processor_ns =
        processor_ns < least->processor_ns ? processor_ns : least->processor_ns;
}

static void print(size_t i, const struct taken *least)
{
    bool bytes = runs[i].unit == MEGABYTES;
    double units = bytes ? (double)bench.tape.size : (double)bench.tape.samples;
    printf("%s\t%s\t%.6f\t%.6f\t%.6f\n", bytes ? "MB" : "Msamples",
           runs[i].what, units / 1e6, (double)least->wall_ns / 1e9,
           (double)least->processor_ns / 1e9);
}

int main(int argc, char **argv)
{
    struct taken least[RUNS];
    double hours = argc == 3 ? strtod(argv[2], NULL) : 0;
    must(hours > 0, "Usage: bench_journal FOLDER HOURS");
    set_up(argv[1], hours);
    for (size_t i = 0; i < RUNS; i++) {
        least[i] = (struct taken){INT64_MAX, INT64_MAX};
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < RUNS; i++) {
            measure(runs[i].run, &least[i]);
        }
    }
    for (size_t i = 0; i < RUNS; i++) {
        print(i, &least[i]);
    }
    unlink(bench.bytes);
    unlink(bench.journal);
    return 0;
}
