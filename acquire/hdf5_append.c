/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rows are written in whole chunks, because a partly filled chunk is written
 * anew, with its checksum, each time. No compression: shuffle and deflate
 * save a third (12 minutes of a wrist in daily life, 1.10.8) and make reading
 * four times slower.
 */
#include "acquire/hdf5_append.h"

#include <stdlib.h>
#include <string.h>

static hid_t chunked(const struct hdf5_set_layout *layout, int rank)
{
    hsize_t chunk[2] = {layout->chunk, layout->columns};
    hid_t how = H5Pcreate(H5P_DATASET_CREATE);
    if (how < 0 || H5Pset_chunk(how, rank, chunk) < 0 ||
        H5Pset_fletcher32(how) < 0) {
        hdf5_release(how);
        return -1;
    }
    return how;
}

static hid_t create_dataset(hid_t home, enum hdf5_set set)
{
    const struct hdf5_set_layout *layout = &hdf5_sets[set];
    int rank = layout->columns > 0 ? 2 : 1;
    hsize_t now[2] = {0, layout->columns};
    hsize_t most[2] = {H5S_UNLIMITED, layout->columns};
    hid_t space = H5Screate_simple(rank, now, most);
    hid_t type = hdf5_set_type(set, false);
    hid_t how = chunked(layout, rank);
    hid_t dataset = -1;
    if (space >= 0 && type >= 0 && how >= 0) {
        dataset = H5Dcreate2(home, layout->name, type, space, H5P_DEFAULT, how,
                             H5P_DEFAULT);
    }
    hdf5_release(how);
    hdf5_release(type);
    hdf5_release(space);
    return dataset;
}

int appender_open(struct appender *a, enum hdf5_set set, hid_t home)
{
    a->set = set;
    a->type = hdf5_set_type(set, true);
    a->rows = malloc((size_t)hdf5_sets[set].chunk * hdf5_sets[set].row_size);
    a->dataset = create_dataset(home, set);
    return a->type >= 0 && a->rows != NULL && a->dataset >= 0 ? 0 : -1;
}

static int appender_store(struct appender *a)
{
    const struct hdf5_set_layout *layout = &hdf5_sets[a->set];
    int rank = layout->columns > 0 ? 2 : 1;
    hsize_t start[2] = {a->stored, 0};
    hsize_t count[2] = {a->held, layout->columns};
    hsize_t extent[2] = {a->stored + a->held, layout->columns};
    if (H5Dset_extent(a->dataset, extent) < 0) {
        return -1;
    }
    hid_t there = H5Dget_space(a->dataset);
    hid_t here = H5Screate_simple(rank, count, NULL);
    int err = -1;
    if (there >= 0 && here >= 0 &&
        H5Sselect_hyperslab(there, H5S_SELECT_SET, start, NULL, count, NULL) >=
            0 &&
        H5Dwrite(a->dataset, a->type, here, there, H5P_DEFAULT, a->rows) >= 0) {
        err = 0;
    }
    hdf5_release(here);
    hdf5_release(there);
    if (layout->columns > 0) {
        a->crc = hdf5_crc(a->crc, (const int16_t *)(const void *)a->rows,
                          3 * a->held);
    }
    a->stored += a->held;
    a->held = 0;
    return err;
}

/* Room for one more row. The chunk before is stored if it is full. */
static void *appender_row(struct appender *a)
{
    if (a->held == hdf5_sets[a->set].chunk && appender_store(a) < 0) {
        return NULL;
    }
    return a->rows + hdf5_sets[a->set].row_size * a->held++;
}

int appender_add(struct appender *a, const void *row)
{
    void *room = appender_row(a);
    if (room == NULL) {
        return -1;
    }
    memcpy(room, row, hdf5_sets[a->set].row_size);
    return 0;
}

int appender_finish(struct appender *a)
{
    if (a->held > 0 && appender_store(a) < 0) {
        return -1;
    }
    if (hdf5_put_u64(a->dataset, "rows", a->stored) < 0) {
        return -1;
    }
    return hdf5_sets[a->set].columns > 0
               ? hdf5_put_u64(a->dataset, "crc32c", a->crc)
               : 0;
}

void appender_free(struct appender *a)
{
    hdf5_release(a->type);
    free(a->rows);
    *a = (struct appender){.dataset = -1, .type = -1};
}
