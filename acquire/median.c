/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/median.h"

#include <stdlib.h>

/* Up to so many values insertion is quicker than qsort's calls. */
enum { FEW = 32 };

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static int compare_floats(const void *a, const void *b)
{
    float x = *(const float *)a;
    float y = *(const float *)b;
    return (x > y) - (x < y);
}

double median(double *values, size_t n)
{
    qsort(values, n, sizeof(*values), compare);
    return n % 2 ? values[n / 2] : 0.5 * (values[n / 2 - 1] + values[n / 2]);
}

float median_float(float *values, size_t n)
{
    sort_floats(values, n);
    return n % 2 ? values[n / 2] : 0.5F * (values[n / 2 - 1] + values[n / 2]);
}

void sort_floats(float *values, size_t n)
{
    if (n > FEW) {
        qsort(values, n, sizeof(*values), compare_floats);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        float held = values[i];
        size_t k = i;
        for (; k > 0 && values[k - 1] > held; k--) {
            values[k] = values[k - 1];
        }
        values[k] = held;
    }
}
