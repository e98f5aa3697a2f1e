/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Settles what two measures claim of the same seconds: a person who walks is
 * not tapping, voluntary rhythm is not tremor, nothing happens on a band that
 * is not worn. One table of rules, each with its reason, in arbitrate.c.
 */
#ifndef ANALYSIS_ARBITRATE_H
#define ANALYSIS_ARBITRATE_H

#include "analysis/summary.h"

/* Drops what another measure explains better and brings totals up to date.
 * Returns 0 or ERR_NO_MEMORY. */
int arbitrate(struct summary *summary);

#endif
