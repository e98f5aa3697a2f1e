/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *tremor_kind_name(enum tremor_kind kind)
{
    static const char *const names[] = {"rest", "postural", "kinetic"};
    return names[kind];
}

void summary_init(struct summary *summary)
{
    memset(summary, 0, sizeof(*summary));
    summary->quality.calibration_error_mg = NAN;
    summary->quality.calibration_error_after_mg = NAN;
    for (int axis = 0; axis < 3; axis++) {
        summary->quality.gyro_bias_dps[axis] = NAN;
    }
    summary->quality.accel_noise_mg = NAN;
    summary->quality.gyro_noise_dps = NAN;
    summary->quality.worn_s = NAN;
    summary->walking.cadence_median_spm = NAN;

    struct rest_detector *rest = &summary->tremor.rest_detector;
    rest->tremor_percent = NAN;
    rest->power_log_median = NAN;
    rest->power_log_mode = NAN;
    rest->power_log_p90 = NAN;
    adherence_init(&summary->adherence);
}

void summary_free(struct summary *summary)
{
    free(summary->quality.nonwear);
    free(summary->quality.wear_unknown);
    free(summary->walking.step);
    free(summary->walking.bout);
    free(summary->walking.minute);
    free(summary->walking.cadence);
    free(summary->tremor.segment);
    free(summary->taps.tap);
    free(summary->taps.series);
    free(summary->exercise.set);
    free(summary->exercise.repetition);
    free(summary->stillness.still);
    free(summary->effort.epoch);
    free(summary->event);
    adherence_free(&summary->adherence);
    summary_init(summary);
}
