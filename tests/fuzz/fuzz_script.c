/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Motion scripts: parsed or refused with a sentence; what plays is finite. */
#include "tests/fuzz/fuzz.h"

#include <math.h>

#include "firmware/virtual/script.h"

/* Days of motion take long to make; there is nothing to find in that. */
static bool is_long(const char *text)
{
    enum { LONG_S = 3600 };
    for (const char *c = text; *c != '\0'; c++) {
        char *end;
        if (strtod(c, &end) > LONG_S) {
            return true;
        }
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { POINTS = 50 };
    char *text = malloc(size + 1);
    FUZZ_RULE(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    if (is_long(text)) {
        free(text);
        return 0;
    }
    struct script *script;
    char why[200] = "";
    int err = script_parse(text, 1, &script, why, sizeof(why));
    free(text);
    if (err < 0) {
        FUZZ_RULE(why[0] != '\0');
        return 0;
    }
    size_t count;
    const struct script_truth *truth = script_truths(script, &count);
    for (size_t i = 0; i < count; i++) {
        FUZZ_RULE(truth[i].end_s >= truth[i].start_s);
        FUZZ_RULE(i == 0 || truth[i].start_s >= truth[i - 1].start_s);
    }
    struct motion_source motion = script_motion(script);
    for (size_t i = 0; i < POINTS; i++) {
        struct motion_point point;
        double t_s = motion.duration_s * (double)i / POINTS;
        FUZZ_RULE(motion.at(motion.ctx, t_s, 104, &point) == 0);
        for (size_t k = 0; k < 3; k++) {
            FUZZ_RULE(isfinite(point.accel_g[k]));
            FUZZ_RULE(isfinite(point.gyro_dps[k]));
        }
    }
    motion.release(motion.ctx);
    return 0;
}
