/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Terminal: single keys in, one status line out. Where standard input or
 * standard error is no terminal, the one or the other does nothing.
 *
 * While keys are read, Ctrl-Z does nothing: a stopped recorder would lose
 * samples. terminal_end puts all back as it was.
 */
#ifndef ACQUIRE_TERMINAL_H
#define ACQUIRE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

struct terminal {
    bool keys;   /* standard input gives keys */
    bool status; /* standard error shows the line */
    bool shown;  /* there is one */
    bool known;  /* how it was before */
    struct termios before;
};

/* Standard input is a terminal, and ours to read from. */
bool terminal_in_foreground(void);

/* `quiet`: no status line. */
void terminal_begin(struct terminal *terminal, bool quiet);

/* Reads keys again, after terminal_end, or after the process was stopped. */
void terminal_take_keys(struct terminal *terminal);

/* Waits up to `timeout_ms` for a key; 0 if none came. */
char terminal_key(struct terminal *terminal, int timeout_ms);

/* Columns that a status line may have. */
size_t terminal_width(const struct terminal *terminal);

/* Shows `line` in place of the last one. */
void terminal_show(struct terminal *terminal, const char *line);

void terminal_end(struct terminal *terminal);

#endif
