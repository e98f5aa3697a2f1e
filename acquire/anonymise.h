/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A copy of a recording without what somebody wrote freely into it: the notes
 * and the session's label. Samples, blocks, gaps, clock probes and events are
 * those of the recording; so are the participant's code and the times, which
 * nothing can be followed up without.
 *
 * The copy is written anew, so that nothing of the text is left in it anywhere,
 * and verified. The recording is not touched; one with a fault is refused,
 * because a copy would have fresh checksums.
 *
 * Threads: one at a time. Errors: negative enum error_code with a sentence;
 * then there is no copy.
 */
#ifndef ACQUIRE_ANONYMISE_H
#define ACQUIRE_ANONYMISE_H

#include <stddef.h>

#include "acquire/error.h"

/* What the copy has not, and what free text it may still have. */
struct anonymise_result {
    size_t notes; /* bytes */
    size_t label;
    size_t events; /* kept; their labels may say something */
};

int anonymise_file(const char *in, const char *out,
                   struct anonymise_result *result, struct error *error);

#endif
