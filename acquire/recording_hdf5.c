/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows and blocks of a recording's HDF5 file, in order. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/hdf5_source.h"
#include "acquire/vector.h"

static int fill_window(struct hdf5_source *s, uint64_t first,
                       struct error *error)
{
    struct window *w = &s->window;
    uint64_t left = hdf5_source_rows(s, hdf5_source_has(s, HDF5_SET_ACCEL)
                                            ? HDF5_SET_ACCEL
                                            : HDF5_SET_GYRO) -
                    first;
    size_t n = left < WINDOW_ROWS ? (size_t)left : WINDOW_ROWS;
    *w = (struct window){.first = first};
    for (enum hdf5_set set = HDF5_SET_ACCEL; set <= HDF5_SET_GYRO; set++) {
        const void *rows = s->zeros;
        int err = hdf5_source_has(s, set)
                      ? hdf5_reader_read(s->reader, set, first, n, &rows, error)
                      : 0;
        if (err < 0) {
            return err;
        }
        w->axes[set] = rows;
    }
    w->n = n;
    return 0;
}

/* How many rows from `first` on the window holds; it is filled anew if none. */
static int in_window(struct hdf5_source *s, uint64_t first, size_t most,
                     size_t *count, struct error *error)
{
    struct window *w = &s->window;
    if (first < w->first || first - w->first >= w->n) {
        int err = fill_window(s, first, error);
        if (err < 0) {
            return err;
        }
    }
    size_t there = w->n - (size_t)(first - w->first);
    *count = there < most ? there : most;
    return 0;
}

static bool at_end(const int16_t v[3])
{
    return v[0] == INT16_MAX || v[0] == INT16_MIN || v[1] == INT16_MAX ||
           v[1] == INT16_MIN || v[2] == INT16_MAX || v[2] == INT16_MIN;
}

/* Most often no value is at an end, which is seen of many at once. */
VECTOR_CLONES
static uint32_t count_clipped(const int16_t *v, size_t n)
{
    int16_t any = 0;
    for (size_t i = 0; i < 3 * n; i++) {
        any |= v[i] == INT16_MAX || v[i] == INT16_MIN;
    }
    uint32_t clipped = 0;
    if (any == 0) {
        return clipped;
    }
    for (size_t i = 0; i < n; i++) {
        clipped += at_end(v + 3 * i);
    }
    return clipped;
}

static void convert(const struct hdf5_source *s, size_t at, size_t n,
                    struct motion *out)
{
    const int16_t *accel = s->window.axes[0] + 3 * at;
    const int16_t *gyro = s->window.axes[1] + 3 * at;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < 3; k++) {
            out[i].accel[k] = (float)accel[3 * i + k] * s->accel_g;
            out[i].gyro[k] = (float)gyro[3 * i + k] * s->gyro_dps;
        }
        out[i].spare = 0;
    }
}

static int hdf5_rows(void *self, struct motion *out, size_t n,
                     struct recording_chunk *clipped, struct error *error)
{
    struct hdf5_source *s = self;
    while (n > 0) {
        size_t part;
        int err = in_window(s, s->row, n, &part, error);
        if (err < 0) {
            return err;
        }
        size_t at = (size_t)(s->row - s->window.first);
        convert(s, at, part, out);
        clipped->clipped_accel +=
            count_clipped(s->window.axes[0] + 3 * at, part);
        clipped->clipped_gyro +=
            count_clipped(s->window.axes[1] + 3 * at, part);
        s->row += part;
        out += part;
        n -= part;
    }
    return 0;
}

static int hdf5_raw(void *self, uint64_t first, size_t n, int16_t (*out)[6],
                    struct error *error)
{
    struct hdf5_source *s = self;
    while (n > 0) {
        size_t part;
        int err = in_window(s, first, n, &part, error);
        if (err < 0) {
            return err;
        }
        size_t at = (size_t)(first - s->window.first);
        for (size_t i = 0; i < part; i++) {
            memcpy(&out[i][0], s->window.axes[0] + 3 * (at + i),
                   3 * sizeof(int16_t));
            memcpy(&out[i][3], s->window.axes[1] + 3 * (at + i),
                   3 * sizeof(int16_t));
        }
        first += part;
        out += part;
        n -= part;
    }
    return 0;
}

static int fill_blocks(struct hdf5_source *s, struct error *error)
{
    uint64_t left = hdf5_source_rows(s, HDF5_SET_BLOCKS) - s->block;
    size_t n = left < WINDOW_BLOCKS ? (size_t)left : WINDOW_BLOCKS;
    const void *blocks;
    const void *temperatures = NULL;
    s->blocks_first = s->block;
    s->blocks_held = 0;
    int err = hdf5_reader_read(s->reader, HDF5_SET_BLOCKS, s->block, n, &blocks,
                               error);
    if (err == 0 && hdf5_source_has(s, HDF5_SET_TEMPERATURE)) {
        err = hdf5_reader_read(s->reader, HDF5_SET_TEMPERATURE, s->block, n,
                               &temperatures, error);
    }
    if (err < 0) {
        return err;
    }
    s->blocks = blocks;
    s->temperatures = temperatures;
    s->blocks_held = n;
    return 0;
}

static int hdf5_block(void *self, struct recording_block *block,
                      float *temperature, struct error *error)
{
    struct hdf5_source *s = self;
    if (s->block >= hdf5_source_rows(s, HDF5_SET_BLOCKS)) {
        return 0;
    }
    if (s->block < s->blocks_first ||
        s->block - s->blocks_first >= s->blocks_held) {
        int err = fill_blocks(s, error);
        if (err < 0) {
            return err;
        }
    }
    size_t at = (size_t)(s->block - s->blocks_first);
    *block = s->blocks[at];
    *temperature = s->temperatures != NULL ? s->temperatures[at] : NAN;
    s->block++;
    return 1;
}

static int hdf5_rewind(void *self, struct error *error)
{
    struct hdf5_source *s = self;
    (void)error;
    s->row = 0;
    s->block = 0;
    return 0;
}

static void hdf5_close(void *self)
{
    struct hdf5_source *s = self;
    hdf5_reader_close(s->reader);
    free(s->zeros);
    free(s);
}

static const struct source_operations operations = {
    .block = hdf5_block,
    .rows = hdf5_rows,
    .raw = hdf5_raw,
    .rewind = hdf5_rewind,
    .close = hdf5_close,
};

int source_open_hdf5(const char *path, const struct hdf5_limits *limits,
                     size_t sensor, struct source *out, struct error *error)
{
    struct hdf5_source *s = calloc(1, sizeof(*s));
    if (s == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    s->path = path;
    s->facts = &out->facts;
    s->listener = out->listener;
    int err = hdf5_source_open(s, limits, sensor, error);
    s->path = NULL;
    s->facts = NULL;
    s->listener = (struct source_listener){0};
    out->operations = &operations;
    out->self = s;
    return err;
}
