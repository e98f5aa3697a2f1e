/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A history in a few lines for the terminal: the weeks, what changed, and what
 * to take care of.
 */
#ifndef ANALYSIS_HISTORY_TEXT_H
#define ANALYSIS_HISTORY_TEXT_H

#include <stdio.h>

#include "analysis/history.h"

void history_text_write(const struct history *history, FILE *out);

#endif
