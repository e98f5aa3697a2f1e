/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names of what is recorded: the recording's and its journal's, given or made
 * of the time, such that nothing of that name is there.
 *
 * Ownership: caller's storage. Errors: negative enum error_code with a
 * sentence.
 */
#ifndef ACQUIRE_RECORD_NAME_H
#define ACQUIRE_RECORD_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "acquire/error.h"

enum { RECORD_NAME = 4096 - 32 };

struct record_name {
    char path[RECORD_NAME]; /* "": nobody has said */
    char journal[RECORD_NAME + 16];
    bool chosen; /* here, by the time */
};

/* Whether there is anything of that name. */
bool record_name_is_there(const char *path);

/* Makes the journal's name of the recording's; where there is none either,
 * "carpus-YYYYMMDD-HHMMSS.h5" or, if that is taken, "...-2.h5" and so on. */
int record_name_settle(struct record_name *name, struct error *error);

/* A free name beside a recording's: "x-2.h5" of "x.h5" and so on; false if none
 * is found. */
bool record_name_other(const char *path, char *out, size_t size);

#endif
