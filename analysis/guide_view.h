/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a guide (guide.h) shows: its state in words, in the wearer's language.
 * What matters most stays on a small terminal: what to do now, how far it is,
 * and the keys.
 */
#ifndef ANALYSIS_GUIDE_VIEW_H
#define ANALYSIS_GUIDE_VIEW_H

#include "acquire/screen.h"
#include "analysis/guide.h"
#include "analysis/language.h"

/* Fills in what is to be seen now. */
void guide_view(const struct guide *guide, enum language language,
                int64_t now_ns, struct screen *out);

/* Tells line by line what was done, when all is over. */
struct guide_listener {
    void (*hear)(void *self, const char *line);
    void *self;
};
void guide_sum_up(const struct guide *guide, enum language language,
                  struct guide_listener listener);

#endif
