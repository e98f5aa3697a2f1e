/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/record_watch.h"

#include <ctype.h>
#include <stdio.h>

#include "acquire/interrupt.h"
#include "acquire/record_text.h"
#include "acquire/terminal.h"

static void take_key(struct recorder *recorder, char key)
{
    char label[16];
    if (key == 'q') {
        recorder_stop(recorder);
    } else if (isalnum((unsigned char)key)) {
        snprintf(label, sizeof(label), "mark %c", key);
        (void)recorder_mark(recorder, label);
    } else if (key == ' ') {
        (void)recorder_mark(recorder, "mark");
    }
}

void record_watch_status(const struct record_devices *devices,
                         const struct recorder_stats *stats, size_t width,
                         char line[RECORD_WATCH_LINE])
{
    const char *names[RECORDER_DEVICES_MAX];
    for (size_t i = 0; i < devices->count; i++) {
        names[i] = record_device_nickname(&devices->device[i]);
    }
    record_text_status(
        stats, names, width < RECORD_WATCH_LINE ? width : RECORD_WATCH_LINE - 1,
        line);
}

void record_watch_interrupts(struct recorder *recorder)
{
    if (interrupt_twice()) {
        recorder_abort(recorder);
    } else if (interrupt_once()) {
        recorder_stop(recorder);
    }
}

void record_watch(struct recorder *recorder,
                  const struct record_devices *devices, bool quiet)
{
    enum { LOOK_EVERY_MS = 50, SHOW_EVERY = 5 };
    struct terminal terminal;
    terminal_begin(&terminal, quiet);
    for (int look = 0; recorder_running(recorder); look++) {
        take_key(recorder, terminal_key(&terminal, LOOK_EVERY_MS));
        record_watch_interrupts(recorder);
        struct recorder_stats stats;
        if (look % SHOW_EVERY == 0 && recorder_stats(recorder, &stats)) {
            char line[RECORD_WATCH_LINE];
            record_watch_status(devices, &stats, terminal_width(&terminal),
                                line);
            terminal_show(&terminal, line);
        }
    }
    terminal_end(&terminal);
}
