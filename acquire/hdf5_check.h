/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Private to the recording: what is believed of an HDF5 file that may come
 * from anywhere. HDF5 itself would follow links into other files, load filters
 * from elsewhere and allocate whatever a header asks for.
 */
#ifndef ACQUIRE_HDF5_CHECK_H
#define ACQUIRE_HDF5_CHECK_H

#include "acquire/hdf5_layout.h"

/* What is wrong with a dataset's type, storage or size, as a clause; NULL if
 * nothing. `wanted` is its type in memory; *rows receives how many count. */
const char *hdf5_fault(hid_t dataset, enum hdf5_set set, hid_t wanted,
                       uint64_t *rows);

/* True if `name` is there and stands for an object of this same file. */
bool hdf5_is_hard_link(hid_t home, const char *name);

#endif
