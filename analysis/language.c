/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/language.h"

const char *const language_codes[LANGUAGES] = {"en", "de"};
