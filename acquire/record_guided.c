/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/record_guided.h"

#include <stdio.h>
#include <string.h>

#include "acquire/clocks.h"
#include "acquire/interrupt.h"
#include "acquire/record_watch.h"
#include "acquire/terminal_screen.h"

enum { LOOK_EVERY_MS = 50 };

struct guided {
    struct recorder *recorder;
    const struct record_options *options;
    const struct record_guide *guide;
    void *self;
    struct terminal_screen screen;
    struct journal_event waiting; /* an event that there was no room for */
    bool waits;
    char status[RECORD_WATCH_LINE];
};

/* Hands the guide's events to the recorder, as far as it takes them now.
 * Returns whether that were all. */
static bool hand_over_events(struct guided *g)
{
    while (g->waits || g->guide->event(g->self, &g->waiting)) {
        g->waits = !recorder_event(g->recorder, &g->waiting);
        if (g->waits) {
            return false;
        }
    }
    return true;
}

static void look(struct guided *g)
{
    struct record_motion motion;
    struct recorder_stats stats;
    struct key key;
    if (terminal_screen_key(&g->screen, LOOK_EVERY_MS, &key)) {
        g->guide->key(g->self, &key, recorder_now_ns(g->recorder));
    }
    while (recorder_motion(g->recorder, &motion)) {
        g->guide->motion(g->self, &motion);
    }
    g->guide->tick(g->self, recorder_now_ns(g->recorder));
    (void)hand_over_events(g);
    if (g->guide->bell(g->self)) {
        terminal_screen_bell();
    }
    if (!g->options->quiet && recorder_stats(g->recorder, &stats)) {
        record_watch_status(&g->options->devices, &stats, g->screen.width,
                            g->status);
    }
}

static void show(struct guided *g)
{
    struct screen content = {0};
    g->guide->view(g->self, recorder_now_ns(g->recorder), &content);
    if (g->status[0] != '\0') {
        screen_add(&content, SCREEN_SPACE, "%s", "");
        screen_add_ticking(&content, SCREEN_EXTRA, "%s", g->status);
    }
    terminal_screen_show(&g->screen, &content);
}

/* The notes that were typed come after those of the command line. */
static void hand_over_notes(const struct guided *g)
{
    const char *typed = g->guide->notes(g->self);
    const char *said = g->options->notes;
    char notes[sizeof(((struct recording_info *)NULL)->notes)];
    if (typed[0] != '\0') {
        snprintf(notes, sizeof(notes), "%s%s%s", said != NULL ? said : "",
                 said != NULL ? "\n" : "", typed);
        recorder_notes(g->recorder, notes);
    }
}

static void print_line(void *screen, const char *line)
{
    terminal_screen_print(screen, line);
}

static void end_guiding(struct guided *g)
{
    g->guide->stop(g->self, recorder_now_ns(g->recorder));
    while (!hand_over_events(g) && recorder_running(g->recorder)) {
        sleep_ns(LOOK_EVERY_MS * 1000000LL);
    }
    hand_over_notes(g);
    recorder_stop(g->recorder);
    terminal_screen_end(&g->screen);
    if (!g->options->quiet) {
        g->guide->sum_up(g->self, print_line, &g->screen);
    }
}

void record_guided(struct recorder *recorder,
                   const struct record_options *options,
                   const struct record_guide *guide, void *self)
{
    static struct guided g; /* large: not for the stack */
    memset(&g, 0, sizeof(g));
    g.recorder = recorder;
    g.options = options;
    g.guide = guide;
    g.self = self;
    terminal_screen_begin(&g.screen);
    while (recorder_running(recorder) && !interrupt_once() &&
           !guide->done(self)) {
        look(&g);
        show(&g);
    }
    end_guiding(&g);
    while (recorder_running(recorder)) {
        sleep_ns(LOOK_EVERY_MS * 1000000LL);
        record_watch_interrupts(recorder);
    }
}
