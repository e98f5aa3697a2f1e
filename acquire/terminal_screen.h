/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A screen (screen.h) on the terminal, whatever its size, and keys from it.
 * Standard input and standard error are both terminals here
 * (terminal_screen_possible).
 *
 * It is drawn on the terminal's second page, which a terminal puts away again
 * at the end; only what changed is sent. A terminal that can only write line
 * after line (TERM=dumb, or none) gets each line that is new, and none that
 * changes with time alone. No colours are used.
 *
 * Ctrl-Z does nothing, as in terminal.h. If the process is stopped all the
 * same (kill -TSTP), the terminal is as it was meanwhile; when it goes on, all
 * is drawn anew.
 *
 * Ownership: caller's storage; begin is undone by end. Threads: one.
 */
#ifndef ACQUIRE_TERMINAL_SCREEN_H
#define ACQUIRE_TERMINAL_SCREEN_H

#include <stdbool.h>

#include "acquire/keys.h"
#include "acquire/screen.h"
#include "acquire/terminal.h"

struct terminal_screen {
    struct terminal terminal;
    struct keys keys;
    bool plain; /* line after line */
    bool ascii; /* the locale is not UTF-8 */
    bool drawn; /* on the terminal, as `rows` has it */
    size_t width;
    size_t height;
    struct screen last; /* what a plain terminal was told */
    struct screen_rows rows;
};

bool terminal_screen_possible(void);

void terminal_screen_begin(struct terminal_screen *screen);
void terminal_screen_show(struct terminal_screen *screen,
                          const struct screen *content);
void terminal_screen_bell(void);

/* Waits up to `timeout_ms` for a key; false if none came. */
bool terminal_screen_key(struct terminal_screen *screen, int timeout_ms,
                         struct key *out);

void terminal_screen_end(struct terminal_screen *screen);

/* Writes a line to stay, after the end. */
void terminal_screen_print(const struct terminal_screen *screen,
                           const char *line);

#endif
