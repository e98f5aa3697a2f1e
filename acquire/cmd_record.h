/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `carpus record`. Who leads through a guided session stands above acquire, so
 * carpus.c hands it in.
 */
#ifndef ACQUIRE_CMD_RECORD_H
#define ACQUIRE_CMD_RECORD_H

#include "acquire/record_guide.h"

/* As command.h's run, with the guide that --programme asks for. */
int record_run(const struct record_guide *guide, int argc, char **argv,
               struct error *error);

#endif
