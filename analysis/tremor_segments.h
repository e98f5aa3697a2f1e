/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is made of a recording's bouts in the end: which of them are tremor, of
 * what kind, how sure that is; and bouts that follow one another, joined.
 */
#ifndef ANALYSIS_TREMOR_SEGMENTS_H
#define ANALYSIS_TREMOR_SEGMENTS_H

#include <stddef.h>

#include "analysis/posture.h"
#include "analysis/summary.h"
#include "analysis/tremor_bout.h"

/* All borrowed; bouts by rising time, kind and evidence are filled in. */
struct tremor_bouts {
    size_t count;
    struct bout_result *result;
    const struct posture *posture;
};

/* Adds segments to `out`, which takes them, and the time they last. Returns 0
 * or ERR_NO_MEMORY. */
int tremor_segments_add(const struct tremor_bouts *bouts,
                        const struct tremor_limits *limits, struct tremor *out);

#endif
