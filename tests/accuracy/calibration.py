#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scores the check of calibration on short recordings:
tests/accuracy/calibration.py PROGRAM DATA. Errors of gain, offset and bias are
planted in real motion; it must be found what they are, or said why not."""
from statistics import mean, stdev

from common import arguments, row, status
from robust import files_of, off_percent
from variants import (analyse_motions, at_double_rate, at_half_rate, load,
                      random_rotation, turned, without_gyroscope)

GAIN, OFFSET_G, BIAS_DPS = (1.05, 0.96, 1.02), (0.08, -0.05, 0.06), (1.5, -1.2, 1)
STILL_S, RATE_HZ, POSTURES = 9, 100, 14
SEED = "calibration"


def stillest(motion):
    """The stillest few seconds of a recording."""
    n = STILL_S * RATE_HZ

    def sway(start):
        return sum(stdev(axis[start:start + n]) for axis in motion[1:4])
    start = min(range(0, len(motion[0]) - n, n // 2), key=sway)
    return [axis[start:start + n] for axis in motion]


def postures(still, count):
    """The same stillness in many directions, one after the other. Gravity is
    brought to 1 g first: what is wrong then is what is planted."""
    norm = mean((x * x + y * y + z * z) ** 0.5 for x, y, z in zip(*still[1:4]))
    rates = [[w - mean(axis) for w in axis] for axis in still[4:]]
    still = [still[0]] + [[a / norm for a in axis]
                          for axis in still[1:4]] + rates
    motion = [[] for _ in still]
    for k in range(count):
        for out, axis in zip(motion, turned(
                still, random_rotation(f"{SEED} {k}"))):
            out.extend(axis)
    motion[0] = [i / RATE_HZ for i in range(len(motion[0]))]
    return motion


def planted(motion):
    out = [motion[0]]
    for axis, gain, offset in zip(motion[1:4], GAIN, OFFSET_G):
        out.append([gain * a + offset for a in axis])
    for axis, bias in zip(motion[4:], BIAS_DPS):
        out.append([w + bias for w in axis])
    return out


def gravity_error_mg(motion):
    """Mean of | |a| - 1 g | of each posture's mean."""
    n = STILL_S * RATE_HZ
    return 1000 * mean(
        abs(sum(mean(axis[i:i + n]) ** 2 for axis in motion[1:4]) ** 0.5 - 1)
        for i in range(0, len(motion[0]), n))


def variants_of(motion):
    half = at_half_rate(motion)
    quarter = at_half_rate(half)
    return (at_double_rate(motion), motion, half, quarter,
            at_half_rate(quarter), without_gyroscope(motion))


def bias_off(quality):
    return max(abs(ours - true) if ours is not None else 99
               for ours, true in zip(quality["gyro_bias_dps"], BIAS_DPS))


def score_counts(program, data):
    """What is counted hardly depends on calibration."""
    for name, what in (("reps-uci", "repetitions"),
                       ("steps-oxford-phone", "steps"),
                       ("activity-geotec", "steps"),
                       ("taps-pin", "taps")):
        files = files_of(data, name)
        motions = [load(file) for file in files]
        as_is = analyse_motions(program, motions)
        other = analyse_motions(program, [planted(m) for m in motions])
        row(name, f"{what}, not calibrated, off, %",
            off_percent(what, files, as_is, other), 2, "<=")


def main():
    program, data = arguments()
    still = stillest(load(data, "tremor-ppp", "ppp_verily_wrist.csv"))
    for what, count in (("many directions", POSTURES), ("one direction", 1)):
        motion = planted(postures(still, count))
        true_mg = gravity_error_mg(motion)
        qualities = [r.summary["quality"] for r in analyse_motions(
            program, variants_of(motion))]
        row("tremor-ppp", f"{what}: gravity error off by, worst, mg",
            max(abs(q["calibration_error_mg"] - true_mg) for q in qualities),
            3, "<=")
        row("tremor-ppp", f"{what}: bias off by, worst, deg/s",
            max(map(bias_off, qualities[:-1])), 0.2, "<=")
        after = [q["calibration_error_after_mg"] for q in qualities]
        if count > 1:
            row("tremor-ppp", f"{what}: left by the fit, worst, mg",
                max(99 if a is None else a for a in after), 3, "<=")
        else:
            says = [f"not calibrated, error {q['calibration_error_mg']:.0f} mg"
                    in q["calibration_reason"] and a is None
                    for q, a in zip(qualities, after)]
            row("tremor-ppp", f"{what}: says it is not calibrated, %",
                100 * mean(says), 100, ">=")
    score_counts(program, data)
    return status()


if __name__ == "__main__":
    raise SystemExit(main())
