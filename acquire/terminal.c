/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/terminal.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { USUAL_WIDTH = 80 };

/* In the background a terminal's input is somebody else's, and asking for it
 * would stop us. */
bool terminal_in_foreground(void)
{
    return isatty(STDIN_FILENO) && tcgetpgrp(STDIN_FILENO) == getpgrp();
}

void terminal_begin(struct terminal *terminal, bool quiet)
{
    memset(terminal, 0, sizeof(*terminal));
    terminal->status = !quiet && isatty(STDERR_FILENO);
    terminal->known = terminal_in_foreground() &&
                      tcgetattr(STDIN_FILENO, &terminal->before) == 0;
    terminal_take_keys(terminal);
}

void terminal_take_keys(struct terminal *terminal)
{
    struct termios raw = terminal->before;
    if (!terminal->known) {
        return;
    }
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    raw.c_cc[VSUSP] = _POSIX_VDISABLE;
    terminal->keys = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

char terminal_key(struct terminal *terminal, int timeout_ms)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    bool keys = terminal->keys && terminal_in_foreground();
    char key = 0;
    if (poll(&input, keys ? 1 : 0, timeout_ms) <= 0) {
        return 0;
    }
    if (read(STDIN_FILENO, &key, 1) != 1) {
        /* The terminal is gone; SIGHUP tells what that means. */
        terminal->keys = false;
        return 0;
    }
    return key;
}

size_t terminal_width(const struct terminal *terminal)
{
    struct winsize size;
    if (!terminal->status || ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 ||
        size.ws_col == 0) {
        return USUAL_WIDTH - 1;
    }
    /* A full last column makes some terminals go to the next line. */
    return size.ws_col - 1U;
}

void terminal_show(struct terminal *terminal, const char *line)
{
    if (terminal->status) {
        fprintf(stderr, "\r%s\033[K", line);
        fflush(stderr);
        terminal->shown = true;
    }
}

void terminal_end(struct terminal *terminal)
{
    if (terminal->keys) {
        tcsetattr(STDIN_FILENO, TCSANOW, &terminal->before);
        terminal->keys = false;
    }
    if (terminal->shown) {
        fputs("\r\033[K", stderr);
        terminal->shown = false;
    }
}
