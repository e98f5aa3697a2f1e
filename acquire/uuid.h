/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names for sessions: a random UUID (version 4, RFC 9562 section 5.4).
 */
#ifndef ACQUIRE_UUID_H
#define ACQUIRE_UUID_H

enum { UUID_TEXT = 37 }; /* with the NUL */

/* Returns 0, or -1 where the system has no random numbers. */
int uuid_new(char out[UUID_TEXT]);

#endif
