/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events as CSV, written by hand or by another program. */
#include "tests/fuzz/fuzz.h"

#include "acquire/events.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct journal_event *events;
    size_t count;
    struct error error = {0};
    if (events_read(fuzz_file(data, size), &events, &count, &error) < 0) {
        FUZZ_RULE(error.text[0] != '\0');
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        FUZZ_RULE(events[i].end_ns >= events[i].start_ns);
        FUZZ_RULE(memchr(events[i].label, 0, sizeof(events[i].label)) != NULL);
    }
    free(events);
    return 0;
}
