/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/calibration.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* van Hees et al. 2014: each axis must have been seen beyond 0.3 g on both
 * sides, and the error that is left must be below 10 mg. */
static const double FACE_G = 0.3;
static const double ACCEPT_MG = 10;
static const double BEYOND_G = 0.5;
enum { POINTS_MIN = 10, ITERATIONS = 1000 };
static const double TOLERANCE = 1e-10;

void calibration_add(struct calibration *calibration, const double mean_g[3])
{
    double norm = sqrt(mean_g[0] * mean_g[0] + mean_g[1] * mean_g[1] +
                       mean_g[2] * mean_g[2]);
    calibration->error_sum_g += fabs(norm - 1);
    calibration->seen++;
    /* No gain or offset explains this: the sensor is broken, or falling. */
    if (fabs(norm - 1) > BEYOND_G) {
        calibration->beyond++;
        return;
    }
    if (calibration->stride == 0) {
        calibration->stride = 1;
    }
    if (calibration->offered++ % calibration->stride != 0) {
        return;
    }
    if (calibration->count == CALIBRATION_POINTS) {
        for (size_t i = 0; i < CALIBRATION_POINTS / 2; i++) {
            memcpy(calibration->point[i], calibration->point[2 * i],
                   sizeof(calibration->point[i]));
        }
        calibration->count /= 2;
        calibration->stride *= 2;
    }
    for (int axis = 0; axis < 3; axis++) {
        calibration->point[calibration->count][axis] = (float)mean_g[axis];
    }
    calibration->count++;
}

static int faces_seen(const struct calibration *calibration)
{
    bool seen[6] = {false};
    for (size_t i = 0; i < calibration->count; i++) {
        for (int axis = 0; axis < 3; axis++) {
            seen[2 * axis] |= calibration->point[i][axis] > FACE_G;
            seen[2 * axis + 1] |= calibration->point[i][axis] < -FACE_G;
        }
    }
    int faces = 0;
    for (int i = 0; i < 6; i++) {
        faces += seen[i];
    }
    return faces;
}

struct fit {
    double offset[3]; /* [g], added after the gain */
    double gain[3];
};

static void apply(const struct fit *fit, const float point[3], double out[3])
{
    for (int axis = 0; axis < 3; axis++) {
        out[axis] = (double)point[axis] * fit->gain[axis] + fit->offset[axis];
    }
}

static double norm3(const double v[3])
{
    return sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
}

/* One step of iterative closest point: regresses, axis by axis, the nearest
 * point of the unit sphere on the reading. Returns the change. */
static double improve(const struct calibration *calibration, struct fit *fit)
{
    double n[3] = {0}, x[3] = {0}, y[3] = {0}, xx[3] = {0}, xy[3] = {0};
    for (size_t i = 0; i < calibration->count; i++) {
        double now[3];
        apply(fit, calibration->point[i], now);
        double norm = norm3(now);
        /* Points far off the sphere count less, 1/residual to 1/100. */
        double weight = 1 / fmax(fabs(norm - 1), 0.01);
        for (int axis = 0; axis < 3; axis++) {
            double reading = (double)calibration->point[i][axis];
            double nearest = now[axis] / norm;
            n[axis] += weight;
            x[axis] += weight * reading;
            y[axis] += weight * nearest;
            xx[axis] += weight * reading * reading;
            xy[axis] += weight * reading * nearest;
        }
    }
    double change = 0;
    for (int axis = 0; axis < 3; axis++) {
        double spread = n[axis] * xx[axis] - x[axis] * x[axis];
        double gain = (n[axis] * xy[axis] - x[axis] * y[axis]) / spread;
        double offset = (y[axis] - gain * x[axis]) / n[axis];
        change +=
            fabs(gain - fit->gain[axis]) + fabs(offset - fit->offset[axis]);
        fit->gain[axis] = gain;
        fit->offset[axis] = offset;
    }
    return change;
}

static double error_mg(const struct calibration *calibration,
                       const struct fit *fit)
{
    double sum = 0;
    for (size_t i = 0; i < calibration->count; i++) {
        double now[3];
        apply(fit, calibration->point[i], now);
        sum += fabs(norm3(now) - 1);
    }
    return 1000 * sum / (double)calibration->count;
}

static void fit_sphere(const struct calibration *calibration,
                       struct quality *quality)
{
    struct fit fit = {.gain = {1, 1, 1}};
    for (int i = 0; i < ITERATIONS; i++) {
        if (improve(calibration, &fit) < TOLERANCE) {
            break;
        }
    }
    double after = error_mg(calibration, &fit);
    if (after < ACCEPT_MG) {
        quality->calibration_error_after_mg = after;
        return;
    }
    snprintf(quality->calibration_reason, SUMMARY_REASON,
             "not calibrated, error %.0f mg: the best fit still leaves %.1f "
             "mg; less than %.0f mg is needed",
             quality->calibration_error_mg, after, ACCEPT_MG);
}

void calibration_finish(const struct calibration *calibration,
                        struct quality *quality)
{
    if (calibration->seen == 0) {
        snprintf(quality->calibration_reason, SUMMARY_REASON,
                 "not calibrated, error not known: the sensor was never still "
                 "for 5 s");
        return;
    }
    quality->calibration_error_mg =
        1000 * calibration->error_sum_g / (double)calibration->seen;
    if (calibration->beyond > 0) {
        snprintf(quality->calibration_reason, SUMMARY_REASON,
                 "not calibrated, error %.0f mg: in %zu of %zu still moments "
                 "gravity was off by more than half: is the accelerometer "
                 "broken?",
                 quality->calibration_error_mg, calibration->beyond,
                 calibration->seen);
        return;
    }

    int faces = faces_seen(calibration);
    if (faces < 6 || calibration->count < POINTS_MIN) {
        snprintf(quality->calibration_reason, SUMMARY_REASON,
                 "not calibrated, error %.0f mg: a fit needs the sensor still "
                 "on all six sides; %d seen in %zu still moment%s",
                 quality->calibration_error_mg, faces, calibration->offered,
                 calibration->offered == 1 ? "" : "s");
        return;
    }
    fit_sphere(calibration, quality);
}
