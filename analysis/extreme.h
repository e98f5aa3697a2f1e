/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The smaller and the larger of two numbers, neither of them NAN: for hot
 * loops, where fminf and fmaxf, which mind NAN, are calls.
 */
#ifndef ANALYSIS_EXTREME_H
#define ANALYSIS_EXTREME_H

static inline float smaller(float a, float b)
{
    return a < b ? a : b;
}

static inline float larger(float a, float b)
{
    return a > b ? a : b;
}

#endif
