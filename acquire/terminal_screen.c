/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/terminal_screen.h"

#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { USUAL_WIDTH = 80, USUAL_HEIGHT = 24 };

/* xterm's control sequences, which all terminals of today know. */
#define OPEN_PAGE "\033[?1049h\033[?25l\033[H\033[J" /* cursor hidden */
#define CLOSE_PAGE "\033[?25h\033[?1049l"
#define CLEAR_TO_END_OF_LINE "\033[K"
#define CLEAR_BELOW "\033[J"

/* A signal handler can reach nothing but a global. */
static volatile sig_atomic_t stop_asked;
static volatile sig_atomic_t continued;

static void on_stop(int number)
{
    (void)number;
    stop_asked = 1;
}

static void on_continue(int number)
{
    (void)number;
    continued = 1;
}

static void set_handler(int number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

bool terminal_screen_possible(void)
{
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

static bool is_utf8(void)
{
    locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    if (locale == (locale_t)0) {
        return false;
    }
    bool utf8 = strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
    freelocale(locale);
    return utf8;
}

static bool is_plain(void)
{
    const char *term = getenv("TERM");
    return term == NULL || term[0] == '\0' || strcmp(term, "dumb") == 0;
}

static void find_size(struct terminal_screen *screen)
{
    struct winsize size = {0};
    bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 &&
                 size.ws_col > 0 && size.ws_row > 0;
    size_t width = known ? size.ws_col : USUAL_WIDTH;
    size_t height = known ? size.ws_row : USUAL_HEIGHT;
    /* A full last column makes some terminals go to the next line. */
    width = width > 1 ? width - 1 : 1;
    if (width != screen->width || height != screen->height) {
        screen->width = width;
        screen->height = height;
        screen->drawn = false;
    }
}

static void open_page(struct terminal_screen *screen)
{
    terminal_take_keys(&screen->terminal);
    if (!screen->plain) {
        fputs(OPEN_PAGE, stderr);
        fflush(stderr);
    }
    screen->drawn = false;
}

static void close_page(struct terminal_screen *screen)
{
    if (!screen->plain) {
        fputs(CLOSE_PAGE, stderr);
        fflush(stderr);
    }
    terminal_end(&screen->terminal);
}

void terminal_screen_begin(struct terminal_screen *screen)
{
    memset(screen, 0, sizeof(*screen));
    screen->plain = is_plain();
    screen->ascii = !is_utf8();
    stop_asked = 0;
    continued = 0;
    terminal_begin(&screen->terminal, false);
    set_handler(SIGTSTP, on_stop);
    set_handler(SIGCONT, on_continue);
    open_page(screen);
}

/* Who was stopped in the background must not touch the terminal until it is
 * back in front. */
static bool in_front(struct terminal_screen *screen)
{
    if (stop_asked) {
        stop_asked = 0;
        close_page(screen);
        continued = 1;
        raise(SIGSTOP);
    }
    if (!terminal_in_foreground()) {
        continued = 1;
        return false;
    }
    if (continued) {
        continued = 0;
        open_page(screen);
    }
    return true;
}

static bool was_told(const struct screen *last, const struct screen_line *line)
{
    for (size_t i = 0; i < last->count; i++) {
        if (strcmp(last->line[i].text, line->text) == 0 &&
            strcmp(last->line[i].figure, line->figure) == 0) {
            return true;
        }
    }
    return false;
}

static void tell_new(struct terminal_screen *screen,
                     const struct screen *content)
{
    for (size_t i = 0; i < content->count; i++) {
        const struct screen_line *line = &content->line[i];
        bool empty = line->text[0] == '\0' && line->figure[0] == '\0';
        if (!empty && !line->ticks && !was_told(&screen->last, line)) {
            fprintf(stderr, "%s%s%s\n", line->figure,
                    line->figure[0] != '\0' && line->text[0] != '\0' ? " " : "",
                    line->text);
        }
    }
    fflush(stderr);
    screen->last = *content;
}

static void draw(struct terminal_screen *screen, const struct screen *content)
{
    struct screen_rows rows;
    find_size(screen);
    screen_lay_out(content, screen->width, screen->height, &rows);
    for (size_t i = 0; screen->ascii && i < rows.count; i++) {
        char text[SCREEN_ROW]; /* the dots of figures */
        screen_ascii(rows.row[i], text, sizeof(text));
        memcpy(rows.row[i], text, sizeof(text));
    }
    for (size_t i = 0; i < rows.count; i++) {
        bool as_it_is = screen->drawn && i < screen->rows.count &&
                        strcmp(screen->rows.row[i], rows.row[i]) == 0;
        if (!as_it_is) {
            fprintf(stderr, "\033[%zuH%s" CLEAR_TO_END_OF_LINE, i + 1,
                    rows.row[i]);
        }
    }
    if ((!screen->drawn || rows.count < screen->rows.count) &&
        rows.count < screen->height) {
        fprintf(stderr, "\033[%zuH" CLEAR_BELOW, rows.count + 1);
    }
    fflush(stderr);
    screen->rows = rows;
    screen->drawn = true;
}

static void to_ascii(struct screen *content)
{
    for (size_t i = 0; i < content->count; i++) {
        char text[SCREEN_TEXT];
        screen_ascii(content->line[i].text, text, sizeof(text));
        memcpy(content->line[i].text, text, sizeof(text));
    }
}

void terminal_screen_show(struct terminal_screen *screen,
                          const struct screen *content)
{
    struct screen shown = *content;
    if (!in_front(screen)) {
        return;
    }
    if (screen->ascii) {
        to_ascii(&shown);
    }
    if (screen->plain) {
        tell_new(screen, &shown);
    } else {
        draw(screen, &shown);
    }
}

void terminal_screen_bell(void)
{
    fputc('\a', stderr);
    fflush(stderr);
}

bool terminal_screen_key(struct terminal_screen *screen, int timeout_ms,
                         struct key *out)
{
    char byte = terminal_key(&screen->terminal, timeout_ms);
    if (byte == 0) {
        keys_forget(&screen->keys);
        return false;
    }
    while (!keys_take(&screen->keys, byte, out)) {
        byte = terminal_key(&screen->terminal, timeout_ms);
        if (byte == 0) {
            keys_forget(&screen->keys);
            return false;
        }
    }
    return true;
}

void terminal_screen_end(struct terminal_screen *screen)
{
    if (terminal_in_foreground()) {
        close_page(screen);
    }
    set_handler(SIGTSTP, SIG_DFL);
    set_handler(SIGCONT, SIG_DFL);
}

void terminal_screen_print(const struct terminal_screen *screen,
                           const char *line)
{
    char text[SCREEN_TEXT];
    screen_ascii(line, text, sizeof(text));
    fprintf(stderr, "%s\n", screen->ascii ? text : line);
}
