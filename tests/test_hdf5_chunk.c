/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chunks as they stand in the file: what HDF5 writes is what is read. */
#include "recording_maker.h"

#include <fcntl.h>

#include "acquire/hdf5_chunk.h"
#include "acquire/hdf5_layout.h"

enum { AXES = 3, ROWS = 500, CHUNKS = 3 };
enum { VALUES = ROWS * AXES, BYTES = VALUES * sizeof(int16_t) };

/* How a dataset is stored. */
struct storage {
    hid_t type;
    bool chunked;
    bool checksum;
    bool shuffle;
};

static struct storage ours(void)
{
    return (struct storage){H5T_STD_I16LE, true, true, false};
}

static hid_t make_plan(const struct storage *storage)
{
    const hsize_t chunk[2] = {ROWS, AXES};
    hid_t how = H5Pcreate(H5P_DATASET_CREATE);
    if (storage->chunked) {
        assert_true(H5Pset_chunk(how, 2, chunk) >= 0);
    }
    if (storage->shuffle) {
        assert_true(H5Pset_shuffle(how) >= 0);
    }
    if (storage->checksum) {
        assert_true(H5Pset_fletcher32(how) >= 0);
    }
    return how;
}

/* A file with one dataset, of whose chunks the last one is nowhere. */
struct sample {
    hid_t file;
    hid_t dataset;
    int16_t value[VALUES];
};

static void sample_make(const char *path, const struct storage *storage,
                        struct sample *sample)
{
    const hsize_t extent[2] = {ROWS * (hsize_t)CHUNKS, AXES};
    const hsize_t count[2] = {ROWS, AXES};
    hid_t there = H5Screate_simple(2, extent, NULL);
    hid_t here = H5Screate_simple(2, count, NULL);
    hid_t how = make_plan(storage);
    sample->file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    sample->dataset = H5Dcreate2(sample->file, "x", storage->type, there,
                                 H5P_DEFAULT, how, H5P_DEFAULT);
    assert_true(sample->dataset >= 0);
    for (hsize_t chunk = 0; chunk + 1 < CHUNKS; chunk++) {
        const hsize_t start[2] = {chunk * ROWS, 0};
        H5Sselect_hyperslab(there, H5S_SELECT_SET, start, NULL, count, NULL);
        assert_true(H5Dwrite(sample->dataset, H5T_NATIVE_INT16, here, there,
                             H5P_DEFAULT, sample->value) >= 0);
    }
    H5Fflush(sample->file, H5F_SCOPE_GLOBAL);
    hdf5_release(how);
    hdf5_release(here);
    hdf5_release(there);
}

static void sample_close(struct sample *sample)
{
    hdf5_release(sample->dataset);
    hdf5_release(sample->file);
}

static void fill(struct sample *sample, int kind)
{
    uint32_t random = 1;
    for (size_t i = 0; i < VALUES; i++) {
        random = random * 1664525 + 1013904223;
        const int16_t kinds[] = {0, -1, INT16_MAX, (int16_t)(i == 7),
                                 (int16_t)(random >> 16)};
        sample->value[i] = kinds[kind];
    }
}

/* Sums of all zeros and of all ones are the ends of what a sum can be. */
static void what_hdf5_writes_is_read(void **state)
{
    struct folder *folder = *state;
    const struct storage storage = ours();
    struct sample sample;
    for (int kind = 0; kind < 5; kind++) {
        unsigned char out[BYTES + HDF5_CHUNK_CHECKSUM];
        fill(&sample, kind);
        sample_make(folder->file, &storage, &sample);
        assert_int_equal(hdf5_chunk_rows(sample.dataset, H5T_NATIVE_INT16),
                         ROWS);
        assert_int_equal(hdf5_chunk_read(sample.dataset, ROWS, BYTES, out), 0);
        assert_memory_equal(out, sample.value, BYTES);
        sample_close(&sample);
    }
}

static void flip(const char *path, off_t at)
{
    char byte;
    int file = open(path, O_RDWR | O_CLOEXEC);
    assert_int_equal(pread(file, &byte, 1, at), 1);
    byte ^= 0x10;
    assert_int_equal(pwrite(file, &byte, 1, at), 1);
    close(file);
}

static void a_flipped_bit_is_seen(void **state)
{
    struct folder *folder = *state;
    const struct storage storage = ours();
    const hsize_t first[2] = {0, 0};
    struct sample sample;
    haddr_t at;
    fill(&sample, 4);
    sample_make(folder->file, &storage, &sample);
    H5Dget_chunk_info_by_coord(sample.dataset, first, NULL, &at, NULL);
    sample_close(&sample);
    for (off_t i = 0; i < BYTES + HDF5_CHUNK_CHECKSUM; i += 19) {
        unsigned char out[BYTES + HDF5_CHUNK_CHECKSUM];
        flip(folder->file, (off_t)at + i);
        hid_t file = H5Fopen(folder->file, H5F_ACC_RDONLY, H5P_DEFAULT);
        hid_t dataset = H5Dopen2(file, "x", H5P_DEFAULT);
        assert_int_equal(hdf5_chunk_read(dataset, 0, BYTES, out), -1);
        assert_int_equal(hdf5_chunk_read(dataset, ROWS, BYTES, out), 0);
        hdf5_release(dataset);
        hdf5_release(file);
        flip(folder->file, (off_t)at + i);
    }
}

static void a_chunk_that_is_not_there_is_none(void **state)
{
    struct folder *folder = *state;
    const struct storage storage = ours();
    unsigned char out[2 * BYTES];
    struct sample sample;
    fill(&sample, 4);
    sample_make(folder->file, &storage, &sample);
    uint64_t last = ROWS * (uint64_t)(CHUNKS - 1);
    assert_int_equal(hdf5_chunk_read(sample.dataset, last, BYTES, out), -1);
    assert_int_equal(hdf5_chunk_read(sample.dataset, 0, BYTES / 2, out), -1);
    sample_close(&sample);
}

static void what_is_stored_otherwise_is_left_to_hdf5(void **state)
{
    struct folder *folder = *state;
    const struct storage others[] = {
        {H5T_STD_I16BE, true, true, false},
        {H5T_STD_I32LE, true, true, false},
        {H5T_STD_U16LE, true, true, false},
        {H5T_STD_I16LE, true, false, false},
        {H5T_STD_I16LE, true, false, true},
        {H5T_STD_I16LE, true, true, true},
        {H5T_STD_I16LE, false, false, false},
    };
    struct sample sample;
    fill(&sample, 4);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        sample_make(folder->file, &others[i], &sample);
        assert_int_equal(hdf5_chunk_rows(sample.dataset, H5T_NATIVE_INT16), 0);
        sample_close(&sample);
    }
}

/* Several chunks, the last one not full, of which one is damaged. */
static void rows_come_whole_and_damage_is_named(void **state)
{
    struct folder *folder = *state;
    const struct made made = {.rows = 20000, .block = 100, .rate_hz = 100};
    made_write(folder->file, &made);
    struct error error = {0};
    assert_int_equal(read_all(folder->file, &error), 0);
    hid_t file = H5Fopen(folder->file, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t sensors = H5Gopen2(file, "sensors", H5P_DEFAULT);
    char serial[64];
    H5Lget_name_by_idx(sensors, ".", H5_INDEX_NAME, H5_ITER_INC, 0, serial,
                       sizeof(serial), H5P_DEFAULT);
    hid_t sensor = H5Gopen2(sensors, serial, H5P_DEFAULT);
    hid_t dataset = H5Dopen2(sensor, "gyroscope", H5P_DEFAULT);
    const hsize_t second[2] = {hdf5_sets[HDF5_SET_GYRO].chunk, 0};
    haddr_t at;
    assert_true(H5Dget_chunk_info_by_coord(dataset, second, NULL, &at, NULL) >=
                0);
    hdf5_release(dataset);
    hdf5_release(sensor);
    hdf5_release(sensors);
    hdf5_release(file);
    flip(folder->file, (off_t)at + 100);
    assert_int_equal(read_all(folder->file, &error), ERR_DAMAGED);
    assert_non_null(strstr(error.text, "dataset 'gyroscope'"));
    assert_non_null(strstr(error.text, "rows 8192 to"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_hdf5_writes_is_read, folder_new,
                                        folder_free),
        cmocka_unit_test_setup_teardown(a_flipped_bit_is_seen, folder_new,
                                        folder_free),
        cmocka_unit_test_setup_teardown(a_chunk_that_is_not_there_is_none,
                                        folder_new, folder_free),
        cmocka_unit_test_setup_teardown(
            what_is_stored_otherwise_is_left_to_hdf5, folder_new, folder_free),
        cmocka_unit_test_setup_teardown(rows_come_whole_and_damage_is_named,
                                        folder_new, folder_free),
    };
    hdf5_begin();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
