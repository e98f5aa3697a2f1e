/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are damaged, or made by someone who means no good. */
#include "recording_maker.h"

#include <hdf5.h>

#include "acquire/verify.h"

static const struct made made = {
    .rows = 3000, .block = 38, .rate_hz = 104, .gap_every = 1000, .lost = 3};

static unsigned char *load(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    unsigned char *bytes = malloc(*size);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

static void store(const char *path, const unsigned char *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static void every_truncation_is_a_clear_error(void **state)
{
    struct folder *folder = *state;
    made_write(folder->file, &made);
    size_t size;
    unsigned char *bytes = load(folder->file, &size);
    for (size_t length = 0; length < size;
         length += length < 4096 ? 97 : size / 100) {
        store(folder->file, bytes, length);
        struct error error = {0};
        int err = read_all(folder->file, &error);
        assert_int_equal(err, length == 0 ? ERR_NO_INPUT : ERR_DAMAGED);
        assert_non_null(strstr(error.text, folder->file));
    }
    free(bytes);
}

struct faults {
    size_t count;
    char text[8][480];
};

static void keep_fault(void *self, const char *text)
{
    struct faults *faults = self;
    snprintf(faults->text[faults->count++ % 8], 480, "%s", text);
}

static int verify(const char *path, struct faults *faults, struct error *error)
{
    memset(faults, 0, sizeof(*faults));
    struct verify_report report;
    struct verify_listener listener = {keep_fault, faults};
    int err = verify_file(path, 0, listener, &report, error);
    assert_true(err < 0 || report.faults == faults->count);
    return err;
}

static void verify_finds_a_good_file_good(void **state)
{
    struct folder *folder = *state;
    made_write(folder->file, &made);
    struct faults faults;
    assert_int_equal(verify(folder->file, &faults, NULL), 0);
    assert_int_equal(faults.count, 0);
}

/* No flipped byte may crash; one inside the samples is always found. */
static void no_flipped_byte_goes_unseen_in_samples(void **state)
{
    struct folder *folder = *state;
    made_write(folder->file, &made);
    size_t size;
    unsigned char *bytes = load(folder->file, &size);
    int16_t first[6];
    made_sample(0, first);
    size_t at = 0;
    while (memcmp(bytes + at, first, 6) != 0) {
        at++;
        assert_true(at + 6 < size);
    }
    for (size_t i = 0; i < size; i += i < at ? 41 : size / 60) {
        bytes[i] ^= 0x41;
        store(folder->file, bytes, size);
        struct error error = {0};
        struct faults faults;
        int err = verify(folder->file, &faults, &error);
        if (err == 0) {
            read_all(folder->file, &error);
        }
        bool sample = i >= at && i < at + 6 * made.rows;
        assert_true(!sample || err < 0 || faults.count > 0);
        bytes[i] ^= 0x41;
    }
    free(bytes);
}

/* ---- files that HDF5 finds well-formed ---- */

static const char sensor[] = "/sensors/E66118C4";
static const char accel[] = "/sensors/E66118C4/accelerometer";
static const char gyro[] = "/sensors/E66118C4/gyroscope";
static const char blocks[] = "/sensors/E66118C4/blocks";
static const char gaps[] = "/sensors/E66118C4/gaps";

static void set_number(hid_t file, const char *object, const char *name,
                       double value)
{
    hid_t home = H5Oopen(file, object, H5P_DEFAULT);
    if (H5Aexists(home, name) > 0) {
        H5Adelete(home, name);
    }
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t attribute =
        H5Acreate2(home, name, H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Awrite(attribute, H5T_NATIVE_DOUBLE, &value) >= 0);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Oclose(home);
}

static void new_version(hid_t file)
{
    set_number(file, "/", "format_version", RECORDING_VERSION + 1);
}

static void no_format(hid_t file)
{
    H5Adelete(file, "format");
}

static void no_sensors(hid_t file)
{
    H5Ldelete(file, sensor, H5P_DEFAULT);
}

static void no_sensor_data(hid_t file)
{
    H5Ldelete(file, accel, H5P_DEFAULT);
    H5Ldelete(file, gyro, H5P_DEFAULT);
}

static void no_blocks(hid_t file)
{
    H5Ldelete(file, blocks, H5P_DEFAULT);
}

static void scale_zero(hid_t file)
{
    set_number(file, accel, "scale", 0);
}

static void scale_not_a_number(hid_t file)
{
    set_number(file, gyro, "scale", NAN);
}

static void scale_infinite(hid_t file)
{
    set_number(file, gyro, "scale", INFINITY);
}

static void no_scale(hid_t file)
{
    H5Adelete_by_name(file, accel, "scale", H5P_DEFAULT);
}

static void more_rows_than_extent(hid_t file)
{
    set_number(file, accel, "rows", 3001);
    set_number(file, gyro, "rows", 3001);
}

static void rows_beyond_reason(hid_t file)
{
    set_number(file, gaps, "rows", 1e18);
}

static void rows_negative(hid_t file)
{
    set_number(file, accel, "rows", -5);
}

static void sensors_differ(hid_t file)
{
    set_number(file, accel, "rows", 2999);
}

static void zero_rows(hid_t file)
{
    set_number(file, accel, "rows", 0);
    set_number(file, gyro, "rows", 0);
}

static void no_rate(hid_t file)
{
    set_number(file, sensor, "rate_nominal_hz", 0);
    set_number(file, sensor, "rate_measured_hz", 0);
}

static void replace(hid_t file, const char *path, hid_t type, int rank,
                    hsize_t columns)
{
    H5Ldelete(file, path, H5P_DEFAULT);
    hsize_t extent[3] = {3000, columns, 1};
    hid_t space = H5Screate_simple(rank, extent, NULL);
    hid_t set = H5Dcreate2(file, path, type, space, H5P_DEFAULT, H5P_DEFAULT,
                           H5P_DEFAULT);
    assert_true(set >= 0);
    H5Dclose(set);
    H5Sclose(space);
    set_number(file, path, "rows", 3000);
    set_number(file, path, "scale", 1);
}

static void samples_are_floats(hid_t file)
{
    replace(file, accel, H5T_IEEE_F32LE, 2, 3);
}

static void samples_are_unsigned(hid_t file)
{
    replace(file, accel, H5T_STD_U16LE, 2, 3);
}

static void samples_have_four_columns(hid_t file)
{
    replace(file, accel, H5T_STD_I16LE, 2, 4);
}

static void samples_have_three_dimensions(hid_t file)
{
    replace(file, accel, H5T_STD_I16LE, 3, 3);
}

static void blocks_are_numbers(hid_t file)
{
    replace(file, blocks, H5T_STD_I64LE, 1, 1);
}

static void blocks_lack_a_member(hid_t file)
{
    hid_t type = H5Tcreate(H5T_COMPOUND, 8);
    H5Tinsert(type, "first_sample", 0, H5T_STD_U64LE);
    replace(file, blocks, type, 1, 1);
    H5Tclose(type);
}

/* Samples that lie in another file, by a link and by external storage. */
static void link_leads_outside(hid_t file)
{
    H5Ldelete(file, accel, H5P_DEFAULT);
    H5Lcreate_external("/etc/passwd", "/x", file, accel, H5P_DEFAULT,
                       H5P_DEFAULT);
}

static void storage_lies_outside(hid_t file)
{
    H5Ldelete(file, accel, H5P_DEFAULT);
    hsize_t extent[2] = {3000, 3};
    hid_t space = H5Screate_simple(2, extent, NULL);
    hid_t how = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_external(how, "/etc/passwd", 0, H5F_UNLIMITED);
    hid_t set = H5Dcreate2(file, accel, H5T_STD_I16LE, space, H5P_DEFAULT, how,
                           H5P_DEFAULT);
    H5Dclose(set);
    H5Pclose(how);
    H5Sclose(space);
    set_number(file, accel, "rows", 3000);
    set_number(file, accel, "scale", 1);
}

/* One member of one row of a table, read, changed and written back. */
static void change(hid_t file, const char *path, hsize_t row,
                   const char *member, int64_t by)
{
    hid_t set = H5Dopen2(file, path, H5P_DEFAULT);
    hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(int64_t));
    H5Tinsert(type, member, 0, H5T_NATIVE_INT64);
    hsize_t one = 1;
    hid_t here = H5Screate_simple(1, &one, NULL);
    hid_t there = H5Dget_space(set);
    H5Sselect_hyperslab(there, H5S_SELECT_SET, &row, NULL, &one, NULL);
    int64_t value;
    assert_true(H5Dread(set, type, here, there, H5P_DEFAULT, &value) >= 0);
    value += by;
    assert_true(H5Dwrite(set, type, here, there, H5P_DEFAULT, &value) >= 0);
    H5Sclose(there);
    H5Sclose(here);
    H5Tclose(type);
    H5Dclose(set);
}

static void gap_beyond_the_end(hid_t file)
{
    change(file, gaps, 1, "at_sample", 5000);
}

static void gaps_not_in_order(hid_t file)
{
    change(file, gaps, 1, "at_sample", -1000);
}

static void one_block_less(hid_t file)
{
    set_number(file, blocks, "rows", 80);
}

static void block_overlaps(hid_t file)
{
    change(file, blocks, 40, "first_sample", -7);
}

static void block_goes_back_in_time(hid_t file)
{
    change(file, blocks, 40, "device_ns", -20000000000);
}

static void gap_inside_a_block(hid_t file)
{
    change(file, gaps, 0, "at_sample", 10);
}

static void gap_unsaid(hid_t file)
{
    for (hsize_t row = 40; row < 50; row++) {
        change(file, blocks, row, "device_ns", 300000000);
    }
}

static void sample_changed(hid_t file)
{
    hid_t set = H5Dopen2(file, gyro, H5P_DEFAULT);
    hsize_t start[2] = {1234, 1};
    hsize_t one[2] = {1, 1};
    hid_t here = H5Screate_simple(2, one, NULL);
    hid_t there = H5Dget_space(set);
    H5Sselect_hyperslab(there, H5S_SELECT_SET, start, NULL, one, NULL);
    int16_t sample = 77;
    assert_true(H5Dwrite(set, H5T_NATIVE_INT16, here, there, H5P_DEFAULT,
                         &sample) >= 0);
    H5Sclose(there);
    H5Sclose(here);
    H5Dclose(set);
}

static void checksum_missing(hid_t file)
{
    H5Adelete_by_name(file, accel, "crc32c", H5P_DEFAULT);
}

static void rate_is_wrong(hid_t file)
{
    set_number(file, sensor, "rate_measured_hz", 104.01);
}

struct mutation {
    void (*apply)(hid_t file);
    int code; /* of reading it through; 0: it can be read */
    const char *says;
};

/* A good file, written once and changed from there each time. */
struct good {
    unsigned char *bytes;
    size_t size;
};

static struct good make_good(const struct folder *folder)
{
    struct good good;
    made_write(folder->file, &made);
    good.bytes = load(folder->file, &good.size);
    return good;
}

static void mutate(const struct folder *folder, const struct good *good,
                   const struct mutation *mutation)
{
    store(folder->file, good->bytes, good->size);
    hid_t file = H5Fopen(folder->file, H5F_ACC_RDWR, H5P_DEFAULT);
    assert_true(file >= 0);
    mutation->apply(file);
    assert_true(H5Fclose(file) >= 0);
}

/* HDF5 keeps what is not closed; no sanitizer sees it. */
static void assert_all_is_closed(void)
{
    assert_int_equal(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
}

static void what_cannot_be_is_refused_and_said(void **state)
{
    static const struct mutation mutations[] = {
        {new_version, ERR_PROTOCOL, "update carpus"},
        {no_format, ERR_DATA, "no carpus recording"},
        {no_sensors, ERR_DAMAGED, "no sensor"},
        {no_sensor_data, ERR_DAMAGED, "neither an accelerometer nor"},
        {no_blocks, ERR_DAMAGED, "table of blocks"},
        {scale_zero, ERR_DAMAGED, "scale"},
        {scale_not_a_number, ERR_DAMAGED, "scale"},
        {scale_infinite, ERR_DAMAGED, "scale"},
        {no_scale, ERR_DAMAGED, "scale"},
        {more_rows_than_extent, ERR_DAMAGED, "size is wrong"},
        {rows_beyond_reason, ERR_DAMAGED, "size is wrong"},
        {rows_negative, ERR_DAMAGED, ""},
        {sensors_differ, ERR_DAMAGED, "has 2999, 'gyroscope' 3000"},
        {zero_rows, ERR_DATA, "no samples"},
        {no_rate, ERR_DAMAGED, "no rate"},
        {samples_are_floats, ERR_DAMAGED, "wrong type"},
        {samples_are_unsigned, ERR_DAMAGED, "wrong type"},
        {samples_have_four_columns, ERR_DAMAGED, "size is wrong"},
        {samples_have_three_dimensions, ERR_DAMAGED, "size is wrong"},
        {blocks_are_numbers, ERR_DAMAGED, "wrong type"},
        {blocks_lack_a_member, ERR_DAMAGED, "wrong type"},
        {link_leads_outside, ERR_DAMAGED, "not followed"},
        {storage_lies_outside, ERR_DAMAGED, "not allowed"},
        {gap_beyond_the_end, ERR_DAMAGED, "row 1, says at_sample 7000 of 3000"},
        {gaps_not_in_order, ERR_DAMAGED, "row 1, says at_sample 1000 of 3000"},
        {one_block_less, ERR_DAMAGED, "table of blocks"},
        {block_overlaps, ERR_DAMAGED, "row 1494"},
        {block_goes_back_in_time, ERR_DAMAGED, "time does not go forward"},
        {gap_inside_a_block, ERR_DAMAGED, "blocks does not fit"},
    };
    struct folder *folder = *state;
    struct good good = make_good(folder);
    for (size_t i = 0; i < sizeof(mutations) / sizeof(mutations[0]); i++) {
        mutate(folder, &good, &mutations[i]);
        struct error error = {0};
        int err = read_all(folder->file, &error);
        if (err != mutations[i].code ||
            strstr(error.text, folder->file) == NULL ||
            strstr(error.text, mutations[i].says) == NULL) {
            fail_msg("case %zu: %d, '%s'", i, err, error.text);
        }
        assert_all_is_closed();
    }
    free(good.bytes);
}

static void verify_says_exactly_what_is_wrong(void **state)
{
    static const struct mutation mutations[] = {
        {block_overlaps, 0, "block 41 has rows"},
        {block_goes_back_in_time, 0, "does not go forward at row 1494"},
        {gap_inside_a_block, 0, "gap 1 at row 1010 lies inside a block"},
        {gap_unsaid, 0, "about 31 samples are missing before row 1494"},
        {sample_changed, 0, "gyroscope: checksum of its samples"},
        {checksum_missing, 0, "accelerometer has no checksum"},
        {rate_is_wrong, 0, "rate_measured_hz is 104.010000"},
        {no_blocks, 0, "table of blocks is wrong"},
        {blocks_are_numbers, 0, "dataset 'blocks'"},
        {one_block_less, 0, "table of blocks"},
        {gaps_not_in_order, 0, "row 1, says at_sample 1000 of 3000"},
        {sensors_differ, 0, "has 2999, 'gyroscope' 3000"},
        {scale_zero, 0, "scale"},
        {samples_are_floats, 0, "wrong type"},
    };
    struct folder *folder = *state;
    struct good good = make_good(folder);
    for (size_t i = 0; i < sizeof(mutations) / sizeof(mutations[0]); i++) {
        mutate(folder, &good, &mutations[i]);
        struct faults faults;
        struct error error = {0};
        int err = verify(folder->file, &faults, &error);
        bool said = false;
        for (size_t k = 0; k < faults.count && k < 8; k++) {
            said |= strstr(faults.text[k], mutations[i].says) != NULL;
        }
        if (err != 0 || !said) {
            fail_msg("case %zu: %d, '%s', '%s'", i, err, error.text,
                     faults.text[0]);
        }
        assert_all_is_closed();
    }
    free(good.bytes);
}

/* A table that cannot be used does not keep the rest from being checked. */
static void verify_goes_on_past_a_table(void **state)
{
    static void (*const tables[])(hid_t) = {no_blocks, blocks_are_numbers,
                                            gaps_not_in_order};
    struct folder *folder = *state;
    struct good good = make_good(folder);
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        const struct mutation table = {tables[i], 0, ""};
        struct faults faults;
        bool said = false;
        mutate(folder, &good, &table);
        hid_t file = H5Fopen(folder->file, H5F_ACC_RDWR, H5P_DEFAULT);
        assert_true(file >= 0);
        sample_changed(file);
        assert_true(H5Fclose(file) >= 0);
        assert_int_equal(verify(folder->file, &faults, NULL), 0);
        for (size_t k = 0; k < faults.count && k < 8; k++) {
            said |= strstr(faults.text[k], "checksum of its samples") != NULL;
        }
        assert_true(said);
        assert_true(faults.count >= 2);
        assert_all_is_closed();
    }
    free(good.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_truncation_is_a_clear_error,
                                        folder_new, folder_free),
        cmocka_unit_test_setup_teardown(verify_finds_a_good_file_good,
                                        folder_new, folder_free),
        cmocka_unit_test_setup_teardown(no_flipped_byte_goes_unseen_in_samples,
                                        folder_new, folder_free),
        cmocka_unit_test_setup_teardown(what_cannot_be_is_refused_and_said,
                                        folder_new, folder_free),
        cmocka_unit_test_setup_teardown(verify_says_exactly_what_is_wrong,
                                        folder_new, folder_free),
        cmocka_unit_test_setup_teardown(verify_goes_on_past_a_table, folder_new,
                                        folder_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
