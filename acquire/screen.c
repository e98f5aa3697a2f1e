/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/screen.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* ---- filling in ---- */

static struct screen_line *add(struct screen *screen, enum screen_worth worth,
                               const char *format, va_list arguments)
{
    if (screen->count == SCREEN_LINES) {
        return NULL;
    }
    struct screen_line *line = &screen->line[screen->count++];
    *line = (struct screen_line){.worth = worth};
    vsnprintf(line->text, sizeof(line->text), format, arguments);
    return line;
}

void screen_add(struct screen *screen, enum screen_worth worth,
                const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)add(screen, worth, format, arguments);
    va_end(arguments);
}

void screen_add_ticking(struct screen *screen, enum screen_worth worth,
                        const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    struct screen_line *line = add(screen, worth, format, arguments);
    va_end(arguments);
    if (line != NULL) {
        line->ticks = true;
    }
}

void screen_add_figure(struct screen *screen, const char *figure,
                       const char *text)
{
    size_t before = screen->count;
    screen_add(screen, SCREEN_NEEDED, "%s", text);
    if (screen->count > before) {
        struct screen_line *line = &screen->line[before];
        snprintf(line->figure, sizeof(line->figure), "%s", figure);
    }
}

/* ---- characters ---- */

static size_t character_bytes(const char *text)
{
    size_t n = 1;
    while (((unsigned char)text[n] & 0xc0) == 0x80) {
        n++;
    }
    return n;
}

static size_t character_count(const char *text, size_t bytes)
{
    size_t count = 0;
    for (size_t i = 0; i < bytes; i += character_bytes(text + i)) {
        count++;
    }
    return count;
}

static const struct {
    const char *character;
    const char *ascii;
} spellings[] = {
    {"ä", "ae"}, {"ö", "oe"},   {"ü", "ue"}, {"Ä", "Ae"},
    {"Ö", "Oe"}, {"Ü", "Ue"},   {"ß", "ss"}, {"→", ">"},
    {"←", "<"},  {"↓", "v"},    {"█", "#"},  {"░", "."},
    {"·", "|"},  {"°", " deg"}, {"–", "-"},  {"…", "..."},
};

static const char *spelling_of(const char *character, size_t bytes)
{
    for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
        if (strlen(spellings[i].character) == bytes &&
            memcmp(spellings[i].character, character, bytes) == 0) {
            return spellings[i].ascii;
        }
    }
    return "?";
}

void screen_ascii(const char *text, char *out, size_t size)
{
    size_t used = 0;
    while (*text != '\0') {
        size_t bytes = character_bytes(text);
        const char *written = bytes > 1 || (unsigned char)*text >= 0x80
                                  ? spelling_of(text, bytes)
                                  : NULL;
        size_t length = written != NULL ? strlen(written) : 1;
        if (used + length >= size) {
            break;
        }
        memcpy(out + used, written != NULL ? written : text, length);
        used += length;
        text += bytes;
    }
    out[used] = '\0';
}

/* ---- figures ---- */

enum { GLYPH_ROWS = 5, GLYPH_COLUMNS = 3 };

/* Rows from the top, in each the left column in the highest bit. */
static const struct {
    char character;
    uint8_t row[GLYPH_ROWS];
} glyphs[] = {
    {'0', {7, 5, 5, 5, 7}}, {'1', {2, 6, 2, 2, 7}}, {'2', {7, 1, 7, 4, 7}},
    {'3', {7, 1, 7, 1, 7}}, {'4', {5, 5, 7, 1, 1}}, {'5', {7, 4, 7, 1, 7}},
    {'6', {7, 4, 7, 5, 7}}, {'7', {7, 1, 1, 2, 2}}, {'8', {7, 5, 7, 5, 7}},
    {'9', {7, 5, 7, 1, 7}}, {':', {0, 2, 0, 2, 0}}, {'.', {0, 0, 0, 0, 2}},
    {' ', {0, 0, 0, 0, 0}},
};

static const uint8_t *glyph_of(char character)
{
    for (size_t i = 0; i < sizeof(glyphs) / sizeof(glyphs[0]); i++) {
        if (glyphs[i].character == character) {
            return glyphs[i].row;
        }
    }
    return NULL;
}

/* Columns of a dot that `text` can be drawn with in `width`; 0: not at all. */
static size_t dot_width(const char *text, size_t width)
{
    for (const char *c = text; *c != '\0'; c++) {
        if (glyph_of(*c) == NULL) {
            return 0;
        }
    }
    size_t dots = strlen(text) * (GLYPH_COLUMNS + 1);
    return 2 * dots + 2 <= width ? 2 : dots + 2 <= width ? 1 : 0;
}

static void draw_row(const char *text, size_t row, size_t dot, char *out)
{
    size_t used = (size_t)sprintf(out, "  ");
    for (const char *c = text; *c != '\0'; c++) {
        unsigned bits = glyph_of(*c)[row];
        for (unsigned mask = 1U << GLYPH_COLUMNS; mask > 0; mask >>= 1) {
            /* The lowest bit is the gap to the next figure. */
            bool set = (bits << 1 & mask) != 0;
            for (size_t i = 0; i < dot; i++) {
                used += (size_t)sprintf(out + used, "%s", set ? "█" : " ");
            }
        }
    }
}

/* Adds its rows; only counts them where `out` is NULL. */
static size_t draw_figure(const char *text, size_t dot, struct screen_rows *out)
{
    for (size_t row = 0;
         row < GLYPH_ROWS && out != NULL && out->count < SCREEN_ROWS; row++) {
        draw_row(text, row, dot, out->row[out->count++]);
    }
    return GLYPH_ROWS;
}

/* ---- layout ---- */

/* Where a list is broken, as written in UTF-8 and in ASCII. */
static const char *const separators[] = {" · ", " | "};

static size_t separator_at(const char *text)
{
    for (size_t i = 0; i < sizeof(separators) / sizeof(separators[0]); i++) {
        size_t length = strlen(separators[i]);
        if (strncmp(text, separators[i], length) == 0) {
            return length;
        }
    }
    return 0;
}

/* Bytes of `text` that make the next row; *skip are those of what it was broken
 * at, which is in neither row. */
static size_t break_at(const char *text, size_t width, size_t *skip)
{
    size_t bytes = 0;
    size_t at = 0; /* last place to break it */
    size_t at_skip = 0;
    bool list = false;
    for (size_t column = 0; text[bytes] != '\0' && column <= width; column++) {
        size_t separator = separator_at(text + bytes);
        if (column > 0 && (separator > 0 || (text[bytes] == ' ' && !list))) {
            list |= separator > 0;
            at = bytes;
            at_skip = separator > 0 ? separator : 1;
        }
        if (column == width && at == 0) {
            break;
        }
        bytes += character_bytes(text + bytes);
    }
    bool fits = text[bytes] == '\0' && character_count(text, bytes) <= width;
    *skip = fits || at == 0 ? 0 : at_skip;
    return fits || at == 0 ? bytes : at;
}

/* Adds the rows of a paragraph; only counts them where `out` is NULL. */
static size_t wrap(const char *text, size_t width, struct screen_rows *out)
{
    size_t rows = 0;
    do {
        size_t skip;
        size_t bytes = break_at(text, width, &skip);
        if (out != NULL && out->count < SCREEN_ROWS) {
            char *row = out->row[out->count++];
            memcpy(row, text, bytes);
            row[bytes] = '\0';
        }
        text += bytes + skip;
        rows++;
    } while (*text != '\0');
    return rows;
}

struct plan {
    size_t width;
    bool big; /* there is room for big figures */
    bool left_out[SCREEN_LINES];
};

/* Adds the rows of a line; only counts them where `out` is NULL. */
static size_t line_rows(const struct screen_line *line, const struct plan *plan,
                        struct screen_rows *out)
{
    char text[SCREEN_FIGURE + SCREEN_TEXT + 1];
    size_t dot = line->figure[0] != '\0' && plan->big
                     ? dot_width(line->figure, plan->width)
                     : 0;
    size_t rows = 0;
    if (dot > 0) {
        rows = draw_figure(line->figure, dot, out);
    }
    bool figure_too = dot == 0 && line->figure[0] != '\0';
    snprintf(text, sizeof(text), "%s%s%s", figure_too ? line->figure : "",
             figure_too && line->text[0] != '\0' ? " " : "", line->text);
    return dot > 0 && text[0] == '\0' ? rows
                                      : rows + wrap(text, plan->width, out);
}

static size_t count_rows(const struct screen *screen, const struct plan *plan)
{
    size_t rows = 0;
    for (size_t i = 0; i < screen->count; i++) {
        rows += plan->left_out[i] ? 0 : line_rows(&screen->line[i], plan, NULL);
    }
    return rows;
}

/* Leaves lines of `worth` out, the last first, until the rest has room. Returns
 * whether it has. */
static bool leave_out(const struct screen *screen, enum screen_worth worth,
                      size_t height, struct plan *plan)
{
    for (size_t i = screen->count; i-- > 0;) {
        if (count_rows(screen, plan) <= height) {
            return true;
        }
        plan->left_out[i] |= screen->line[i].worth == worth;
    }
    return count_rows(screen, plan) <= height;
}

/* Big figures are worth more than empty rows, and less than all else. */
static void make_room(const struct screen *screen, size_t height,
                      struct plan *plan)
{
    const struct plan small = *plan;
    plan->big = true;
    if (leave_out(screen, SCREEN_SPACE, height, plan)) {
        return;
    }
    *plan = small;
    for (int worth = SCREEN_SPACE; worth < SCREEN_NEEDED; worth++) {
        if (leave_out(screen, (enum screen_worth)worth, height, plan)) {
            return;
        }
    }
}

void screen_lay_out(const struct screen *screen, size_t width, size_t height,
                    struct screen_rows *out)
{
    struct plan plan = {.width = width < SCREEN_WIDTH_MAX ? width
                                                          : SCREEN_WIDTH_MAX};
    plan.width = plan.width > 0 ? plan.width : 1;
    make_room(screen, height, &plan);
    out->count = 0;
    for (size_t i = 0; i < screen->count; i++) {
        if (!plan.left_out[i]) {
            line_rows(&screen->line[i], &plan, out);
        }
    }
    out->count = out->count < height ? out->count : height;
}
