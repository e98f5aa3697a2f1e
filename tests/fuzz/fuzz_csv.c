/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CSV import: any text, with or without columns, unit and rate given. */
#include "tests/fuzz/fuzz.h"

#include <math.h>

#include "acquire/import.h"

static const struct import_options options[] = {
    {0},
    {.rate_hz = 50},
    {.columns = "t,ax,ay,az"},
    {.columns = "t,ax,ay,az,gx,gy,gz", .unit = "m/s2,rad/s,ms"},
    {.columns = "-,ax,ay,az", .unit = "mg", .rate_hz = 100},
};

static void read_all(struct recording *recording)
{
    struct recording_chunk chunk;
    struct error error = {0};
    uint64_t rows = 0;
    double end_s = -1e300;
    while (recording_read(recording, &chunk, &error) == 0 && chunk.count > 0) {
        FUZZ_RULE(chunk.first == rows && isfinite(chunk.t0_s));
        FUZZ_RULE(chunk.dt_s > 0 && chunk.t0_s >= end_s - 1e-3);
        rows += chunk.count;
        end_s = chunk.t0_s;
    }
    FUZZ_RULE(rows == recording_rows(recording) || error.code < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct recording *recording;
    struct error error = {0};
    if (size == 0) {
        return 0;
    }
    const char *path = fuzz_file(data + 1, size - 1);
    size_t count = sizeof(options) / sizeof(options[0]);
    if (recording_open(path, &options[data[0] % count], &recording, &error) <
        0) {
        FUZZ_RULE(error.text[0] != '\0');
        return 0;
    }
    read_all(recording);
    recording_close(recording);
    return 0;
}
