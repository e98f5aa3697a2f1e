/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Medians, and the sorting below them.
 */
#ifndef ACQUIRE_MEDIAN_H
#define ACQUIRE_MEDIAN_H

#include <stddef.h>

/* The middle of `n` > 0 values, or the mean of the two in the middle; sorts
 * them. */
double median(double *values, size_t n);
float median_float(float *values, size_t n);

/* Sorts, rising; quick for the few dozen that hot paths have. */
void sort_floats(float *values, size_t n);

#endif
