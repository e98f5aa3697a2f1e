/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * As session_build (session.h), in a process of its own (apart.h).
 */
#ifndef ACQUIRE_SESSION_APART_H
#define ACQUIRE_SESSION_APART_H

#include "acquire/session.h"

int session_build_apart(const char *journal, const char *path,
                        bool (*cancelled)(void), struct session_summary *out,
                        struct error *error);

#endif
