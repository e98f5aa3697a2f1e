/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Screen: paragraphs laid out for a terminal of any size. Who fills it in
 * says what each paragraph is worth; long ones are broken between words (lists
 * with " · " only there), and where there are more rows than the terminal has,
 * those that are worth least are left out.
 *
 * Texts are UTF-8, a column a character. Where the terminal is not UTF-8 they
 * are written in ASCII: umlauts as two letters, arrows as words.
 *
 * Ownership: caller's storage, nothing allocated.
 */
#ifndef ACQUIRE_SCREEN_H
#define ACQUIRE_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

enum {
    SCREEN_LINES = 32,
    SCREEN_TEXT = 512, /* bytes, with the NUL */
    SCREEN_FIGURE = 16,
    SCREEN_ROWS = 64,
    SCREEN_WIDTH_MAX = 100, /* longer rows are hard to read */
    SCREEN_ROW = 4 * SCREEN_WIDTH_MAX + 1,
};

enum screen_worth {
    SCREEN_SPACE,  /* an empty row: the first to go */
    SCREEN_EXTRA,  /* what helps */
    SCREEN_USEFUL, /* what a person would miss */
    SCREEN_NEEDED, /* stays to the last */
};

struct screen_line {
    enum screen_worth worth;
    bool ticks; /* changes with time alone: not for who reads line by line */
    char figure[SCREEN_FIGURE]; /* stands before the text; where there is room
                                 * above it, in digits five rows high */
    char text[SCREEN_TEXT];
};

struct screen {
    size_t count;
    struct screen_line line[SCREEN_LINES];
};

/* Adds a line; one too many is left out. */
void screen_add(struct screen *screen, enum screen_worth worth,
                const char *format, ...) __attribute__((format(printf, 3, 4)));
void screen_add_ticking(struct screen *screen, enum screen_worth worth,
                        const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A figure, and what it counts ("" if that is plain). It is SCREEN_NEEDED. */
void screen_add_figure(struct screen *screen, const char *figure,
                       const char *text);

struct screen_rows {
    size_t count;
    char row[SCREEN_ROWS][SCREEN_ROW];
};

/* Lays the lines out in at most `height` rows of `width` columns. */
void screen_lay_out(const struct screen *screen, size_t width, size_t height,
                    struct screen_rows *out);

/* Writes UTF-8 `text` in ASCII; `out` has `size` bytes. */
void screen_ascii(const char *text, char *out, size_t size);

#endif
