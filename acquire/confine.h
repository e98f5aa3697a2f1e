/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Confine: a process that works on a file nobody vouches for gives up what it
 * does not need, before it looks at the file. What a system does not offer is
 * left out: the limits are a second line, and the process that reads the
 * results believes none of them unseen.
 *
 * All of it is for a child just forked, and cannot be undone.
 */
#ifndef ACQUIRE_CONFINE_H
#define ACQUIRE_CONFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* `signal` comes when the process `parent` ends; ends at once if it has. */
void confine_to_parent(pid_t parent, int signal);

/* No dump of memory; no more memory than what is there and `bytes`. */
void confine_memory(size_t bytes);

/* SIGXCPU after so much processor time from now. May be said again. */
void confine_processor(double seconds);

/* Closes all files but `fd`, which gets another number: returned. Standard
 * input, output and error lead nowhere; under a sanitizer error stays. */
int confine_files(int fd);

/* System calls but for memory, time, reading and writing of open files fail;
 * with `opening` so does not the opening of files to read. May be said again,
 * without it. */
void confine_calls(bool opening);

#endif
