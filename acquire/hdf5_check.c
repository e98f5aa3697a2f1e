/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/hdf5_check.h"

enum {
    CHUNK_BYTES_MAX = 1 << 26, /* HDF5 holds one in memory */
    ROW_BYTES_MAX = 4096,      /* as stored; ours have 96 at most */
    MEMBERS_MAX = 64,          /* of a row */
    DEFLATE_MOST = 1032,       /* that a byte can stand for (RFC 1951) */
};

static bool filters_good(hid_t how)
{
    int n = H5Pget_nfilters(how);
    for (int i = 0; i < n; i++) {
        unsigned flags;
        size_t values = 0;
        H5Z_filter_t filter = H5Pget_filter2(how, (unsigned)i, &flags, &values,
                                             NULL, 0, NULL, NULL);
        if (filter != H5Z_FILTER_FLETCHER32 && filter != H5Z_FILTER_SHUFFLE &&
            filter != H5Z_FILTER_DEFLATE) {
            return false;
        }
    }
    return n >= 0;
}

static bool layout_good(hid_t how, hid_t type)
{
    hsize_t chunk[2] = {1, 1};
    size_t size = H5Tget_size(type); /* 0: HDF5 failed */
    switch (H5Pget_layout(how)) {
    case H5D_CONTIGUOUS:
        return H5Pget_external_count(how) == 0;
    case H5D_CHUNKED:
        return size > 0 && H5Pget_chunk(how, 2, chunk) > 0 && chunk[0] > 0 &&
               chunk[0] <= CHUNK_BYTES_MAX && chunk[1] <= CHUNK_BYTES_MAX &&
               chunk[0] * chunk[1] <= CHUNK_BYTES_MAX / size;
    default:
        return false;
    }
}

/* Stored numbers must be what the layout says; how wide and in which order
 * their bytes are, HDF5 converts. */
static bool type_good(enum hdf5_set set, hid_t type)
{
    switch (set) {
    case HDF5_SET_ACCEL:
    case HDF5_SET_GYRO:
        return H5Tget_class(type) == H5T_INTEGER && H5Tget_size(type) == 2 &&
               H5Tget_sign(type) == H5T_SGN_2;
    case HDF5_SET_TEMPERATURE:
        return H5Tget_class(type) == H5T_FLOAT && H5Tget_size(type) <= 8;
    default:
        return H5Tget_class(type) == H5T_COMPOUND &&
               H5Tget_nmembers(type) <= MEMBERS_MAX;
    }
}

static bool members_good(hid_t stored, hid_t wanted)
{
    int n = H5Tget_nmembers(wanted);
    for (int i = 0; i < n; i++) {
        char *name = H5Tget_member_name(wanted, (unsigned)i);
        int at = name != NULL ? H5Tget_member_index(stored, name) : -1;
        bool good = at >= 0 &&
                    H5Tget_member_class(stored, (unsigned)at) ==
                        H5Tget_member_class(wanted, (unsigned)i) &&
                    H5Tdetect_class(stored, H5T_VLEN) == 0;
        H5free_memory(name);
        if (!good) {
            return false;
        }
    }
    return H5Tis_variable_str(stored) == 0;
}

static bool extent_good(hid_t dataset, enum hdf5_set set, uint64_t rows)
{
    const struct hdf5_set_layout *layout = &hdf5_sets[set];
    int rank = layout->columns > 0 ? 2 : 1;
    hsize_t extent[2] = {0, 0};
    hid_t space = H5Dget_space(dataset);
    bool good = space >= 0 && H5Sget_simple_extent_ndims(space) == rank &&
                H5Sget_simple_extent_dims(space, extent, NULL) == rank &&
                extent[1] == layout->columns && rows <= extent[0] &&
                (layout->most_rows == 0 || rows <= layout->most_rows);
    hdf5_release(space);
    return good;
}

/* Rows that are nowhere in the file would be read as zeros, without end. */
static bool storage_good(hid_t dataset, hid_t type, uint64_t rows,
                         hsize_t columns)
{
    double wanted = (double)rows * (double)H5Tget_size(type) *
                    (double)(columns > 0 ? columns : 1);
    return wanted <= (double)H5Dget_storage_size(dataset) * DEFLATE_MOST;
}

const char *hdf5_fault(hid_t dataset, enum hdf5_set set, hid_t wanted,
                       uint64_t *rows)
{
    if (hdf5_get_u64(dataset, "rows", rows) < 0) {
        return "it does not say how many rows count";
    }
    hid_t type = H5Dget_type(dataset);
    hid_t how = H5Dget_create_plist(dataset);
    const char *fault = NULL;
    if (type < 0 || H5Tget_size(type) > ROW_BYTES_MAX ||
        !type_good(set, type) ||
        (H5Tget_class(type) == H5T_COMPOUND && !members_good(type, wanted))) {
        fault = "it is of the wrong type";
    } else if (how < 0 || !layout_good(how, type) || !filters_good(how)) {
        fault = "it is stored in a way that is not allowed";
    } else if (!extent_good(dataset, set, *rows)) {
        fault = "its size is wrong";
    } else if (!storage_good(dataset, type, *rows, hdf5_sets[set].columns)) {
        fault = "it has more rows than the file can hold";
    }
    hdf5_release(how);
    hdf5_release(type);
    return fault;
}

bool hdf5_is_hard_link(hid_t home, const char *name)
{
    H5L_info_t link;
    return H5Lexists(home, name, H5P_DEFAULT) > 0 &&
           H5Lget_info(home, name, &link, H5P_DEFAULT) >= 0 &&
           link.type == H5L_TYPE_HARD;
}
