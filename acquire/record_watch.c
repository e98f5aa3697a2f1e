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

static void show(struct terminal *terminal,
                 const struct record_devices *devices,
                 const struct recorder_stats *stats)
{
    enum { WIDTH_MAX = 250 };
    const char *names[RECORDER_DEVICES_MAX];
    char line[WIDTH_MAX + 1];
    size_t width = terminal_width(terminal);
    for (size_t i = 0; i < devices->count; i++) {
        names[i] = record_device_nickname(&devices->device[i]);
    }
    record_text_status(stats, names, width < WIDTH_MAX ? width : WIDTH_MAX,
                       line);
    terminal_show(terminal, line);
}

void record_watch(struct recorder *recorder,
                  const struct record_devices *devices, bool quiet)
{
    enum { LOOK_EVERY_MS = 50, SHOW_EVERY = 5 };
    struct terminal terminal;
    terminal_begin(&terminal, quiet);
    for (int look = 0; recorder_running(recorder); look++) {
        take_key(recorder, terminal_key(&terminal, LOOK_EVERY_MS));
        if (interrupt_twice()) {
            recorder_abort(recorder);
        } else if (interrupt_once()) {
            recorder_stop(recorder);
        }
        struct recorder_stats stats;
        if (look % SHOW_EVERY == 0 && recorder_stats(recorder, &stats)) {
            show(&terminal, devices, &stats);
        }
    }
    terminal_end(&terminal);
}
