/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A guided session: the guide (guide.h), its words (guide_view.h) and the live
 * counts (live.h), put together as the recorder wants them (record_guide.h).
 */
#ifndef ANALYSIS_GUIDED_SESSION_H
#define ANALYSIS_GUIDED_SESSION_H

#include "acquire/record_guide.h"

extern const struct record_guide guided_session;

#endif
