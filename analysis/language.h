/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The languages in which carpus speaks to the people who wear the band.
 */
#ifndef ANALYSIS_LANGUAGE_H
#define ANALYSIS_LANGUAGE_H

enum language { LANGUAGE_EN, LANGUAGE_DE, LANGUAGES };

/* Their ISO 639-1 codes, by enum language. */
extern const char *const language_codes[LANGUAGES];

#endif
