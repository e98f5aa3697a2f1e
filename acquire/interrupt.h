/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Interrupt: how a person or the system asks a running command to end. The
 * first SIGINT (Ctrl-C), SIGTERM or SIGHUP asks for the end, the second for
 * the end at once; SIGQUIT (Ctrl-\) counts twice, and SIGHUP never as second,
 * for a terminal that is closed sends several. The one after that kills, as if
 * nobody had caught it. SIGPIPE is ignored: writing then fails instead.
 */
#ifndef ACQUIRE_INTERRUPT_H
#define ACQUIRE_INTERRUPT_H

#include <stdbool.h>

/* From now on signals are counted, from 0. */
void interrupt_catch(void);

/* For a child process: whoever is told to end, or to wait, is the parent. */
void interrupt_ignore(void);

/* It was asked once at least; twice at least. */
bool interrupt_once(void);
bool interrupt_twice(void);

#endif
