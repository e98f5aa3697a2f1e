/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fields of CSV files that may hold any text or nothing.
 */
#ifndef ANALYSIS_CSV_TEXT_H
#define ANALYSIS_CSV_TEXT_H

#include <stdio.h>

/* As RFC 4180 has it: quoted where a comma, quote or line break is inside. */
void csv_put_text(FILE *out, const char *text);

/* What is not finite is an empty field. */
void csv_put_real(FILE *out, double value);

#endif
