/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Private to the recording: chunks of samples as they stand in the file. The
 * HDF5 library finds and reads them; past its pipeline of filters, which would
 * copy each chunk twice and add up its checksum word by word.
 */
#ifndef ACQUIRE_HDF5_CHUNK_H
#define ACQUIRE_HDF5_CHUNK_H

#include <stddef.h>
#include <stdint.h>

#include <hdf5.h>

enum { HDF5_CHUNK_CHECKSUM = 4 }; /* bytes behind the rows */

/* Rows of a chunk of `dataset`, of rank 2, if they stand in the file as `type`
 * has them in memory, under a Fletcher-32 checksum and no other filter; else
 * 0. */
size_t hdf5_chunk_rows(hid_t dataset, hid_t type);

/* Reads the chunk of `bytes` that begins with row `first` to `out`, which has
 * room for its checksum, too. Returns 0, or -1 where there is no such chunk or
 * it is damaged: reading it by H5Dread says what is wrong. */
int hdf5_chunk_read(hid_t dataset, uint64_t first, size_t bytes, void *out);

#endif
