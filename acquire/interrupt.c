/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/interrupt.h"

#include <signal.h>
#include <stddef.h>

/* A signal handler can reach nothing but a global. */
static volatile sig_atomic_t count;

static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

enum { CAUGHT = sizeof(caught) / sizeof(caught[0]) };

/* No SA_RESTART: who waits shall wake up. */
static void set_all(void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < CAUGHT; i++) {
        sigaddset(&action.sa_mask, caught[i]);
    }
    for (size_t i = 0; i < CAUGHT; i++) {
        sigaction(caught[i], &action, NULL);
    }
}

static void on_signal(int number)
{
    /* A terminal that is closed hangs up twice, itself and by its shell. */
    bool again = number == SIGHUP && count > 0;
    count += again ? 0 : number == SIGQUIT ? 2 : 1;
    if (count >= 2) {
        set_all(SIG_DFL);
    }
}

void interrupt_catch(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    count = 0;
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGPIPE, &ignore, NULL);
    set_all(on_signal);
}

void interrupt_ignore(void)
{
    set_all(SIG_IGN);
    signal(SIGTSTP, SIG_IGN);
}

bool interrupt_once(void)
{
    return count >= 1;
}

bool interrupt_twice(void)
{
    return count >= 2;
}
