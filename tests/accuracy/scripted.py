#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scores what no recording of the sets has a truth for, on motion scripts:
tests/accuracy/scripted.py PROGRAM DATA. VERBOSE=1 prints each script's own.

Arm swing, minutes of moderate and vigorous walking, spread of cadence, walking
in which the wrist hardly swings or gets odd blows, running, what only looks
like steps, hesitations, halts and decrement of taps. A script is easier than a
person: the figures say where a method is weak, not how good it is.
"""
from statistics import mean, median, pstdev

from common import arguments, figure, perform, row, status, verbose
from walking import covered

RATE_HZ = 104
CADENCES = (60, 80, 100, 120)

# Walking in other ways than with an arm that swings freely. The vertical
# bounce of the trunk is 0.03 g where feet are hardly lifted; a hand on a rail
# or a handle is carried along with a part of it.
WAYS = {
    "shuffling": "swing=6 impact=0.04 bounce=0.03 jitter=0.06",
    "stairs": "swing=20 impact=0.4 bounce=0.25 jitter=0.06 asymmetry=0.15",
    "hands in pockets": "swing=3 impact=0.2 bounce=0.12",
    "holding a rail": "swing=0 impact=0.03 bounce=0.03 pose=raised",
    "carrying": "swing=2 impact=0.1 bounce=0.1",
}

# Steps that are hard to count at their rate: each strikes with up to 4 g, or
# lifts the body off the ground.
HARD = {
    "running": [f"cadence={cadence} impact={impact} bounce={bounce} swing=30"
                for cadence in (150, 165, 180, 200)
                for impact, bounce in ((1, 0.5), (2, 0.7), (2, 1))],
    "blows of 2 and 4 g": [f"cadence={cadence} impact={impact} swing={swing}"
                           for cadence in (80, 100, 120)
                           for impact in (2, 4) for swing in (0, 30)],
}

# Arms and fingers that move with no foot.
IDLE = {
    "brushing": [f"brush 40 frequency={hz} amplitude={dps}"
                 for hz in (2.6, 3.8, 5) for dps in (20, 60, 150)],
    "washing": [f"wash 60 strength={strength}" for strength in (20, 60, 200)],
    "thumb circles": [f"curls 40 count={count} range={deg} hold=0 pose=lap"
                      for count in (28, 40) for deg in (6, 12)],
}

MODERATE_SPM = 100
VIGOROUS_SPM = 130
SPREAD_HALF_S = 2.5     # walking_sums.c says cadence of so long around

HESITATION = 1.5        # of the median interval: analysis/summary.h
HALT = 3
HALT_S = 1


def true(result, kind):
    return [{"start_s": float(t["start_s"]), "end_s": float(t["end_s"]),
             "value": float(t["value"]), "value2": float(t["value2"])}
            for t in result.truth if t["kind"] == kind]


def walk(parameters, seconds=60):
    return (f"rest 15 pose=lap\nwalk {seconds} {parameters}\n"
            "rest 15 pose=lap\n")


# ---- walking ----

def score_swing(program):
    scripts = [walk(f"cadence={cadence} swing={swing}")
               for cadence in (80, 100, 120) for swing in (5, 10, 20, 40, 70)]
    worst = 0
    for result in perform(program, scripts, RATE_HZ):
        truth, = true(result, "walk")
        bouts = result.summary["walking"]["bouts"]
        longest = max(bouts, key=lambda b: b["end_s"] - b["start_s"])
        off = abs(longest["arm_swing_deg"] - truth["value2"])
        verbose("swing", truth["value2"], "ours", longest["arm_swing_deg"])
        worst = max(worst, off)
    figure("scripted", "arm swing of 5 to 70 deg, worst error, deg", worst)


def score_minutes(program):
    cadences = (80, 90, 96, 104, 112, 120, 126, 134, 140, 150)
    results = perform(program, [walk(f"cadence={c}") for c in cadences],
                      RATE_HZ)
    for least, key in ((MODERATE_SPM, "minutes_over_100_spm"),
                       (VIGOROUS_SPM, "minutes_over_130_spm")):
        off = total = 0
        for cadence, result in zip(cadences, results):
            truth, = true(result, "walk")
            length = (truth["end_s"] - truth["start_s"]) / 60
            real = length if cadence >= least else 0
            ours = result.summary["walking"][key]
            verbose("cadence", cadence, key, f"{ours:.2f} of {real:.2f}")
            off += abs(ours - real)
            total += real
        figure("scripted", f"minutes at {least} or more, off, %",
               100 * off / total)


def spread(steps):
    """Standard deviation of the cadence at each second, as ours is defined."""
    def phase(t_s):
        k = max(i for i, step in enumerate(steps[:-1]) if step <= t_s)
        return k + (t_s - steps[k]) / (steps[k + 1] - steps[k])

    values = []
    for second in range(int(steps[0]) + 1, int(steps[-1])):
        a = max(second - SPREAD_HALF_S, steps[0])
        b = min(second + SPREAD_HALF_S, steps[-1])
        values.append(60 * (phase(b) - phase(a)) / (b - a))
    return pstdev(values)


def score_spread(program):
    scripts = [walk(f"cadence={cadence} jitter={jitter}")
               for cadence in CADENCES for jitter in (0, 0.03, 0.06, 0.1)]
    worst = 0
    for result in perform(program, scripts, RATE_HZ):
        real = spread([t["start_s"] for t in true(result, "step")])
        bouts = result.summary["walking"]["bouts"]
        ours = max(bouts, key=lambda b: b["steps"])["cadence_sd_spm"]
        verbose(f"spread {real:.2f} ours {ours:.2f}")
        worst = max(worst, abs(ours - real))
    figure("scripted", "cadence's spread, worst error, spm", worst)


def score_ways(program):
    for way, parameters in WAYS.items():
        scripts = [walk(f"cadence={cadence} {parameters}")
                   for cadence in CADENCES]
        for sensors, has_gyro in (("", True), (", 3 axes", False)):
            results = perform(program, scripts, RATE_HZ, has_gyro)
            time = length = off = steps = 0
            for result in results:
                truth, = true(result, "walk")
                walking = result.summary["walking"]
                found = covered(walking["bouts"], truth["start_s"],
                                truth["end_s"])
                verbose(way, f"found {found:.0f} s, steps",
                        walking["steps"], "of", truth["value"])
                time += found
                length += truth["end_s"] - truth["start_s"]
                off += abs(walking["steps"] - truth["value"])
                steps += truth["value"]
            row("scripted", f"{way}{sensors}: time found, %",
                100 * time / length, 95, ">=")
            row("scripted", f"{way}{sensors}: steps off, %",
                100 * off / steps, 4, "<=")


def score_hard(program):
    for what, walks in HARD.items():
        for sensors, has_gyro in (("", True), (", 3 axes", False)):
            off = steps = 0
            results = perform(program, [walk(w) for w in walks], RATE_HZ,
                              has_gyro)
            for parameters, result in zip(walks, results):
                truth, = true(result, "walk")
                ours = result.summary["walking"]["steps"]
                verbose(parameters, "steps", ours, "of", truth["value"])
                off += abs(ours - truth["value"])
                steps += truth["value"]
            row("scripted", f"{what}{sensors}: steps off, %",
                100 * off / steps, 5, "<=")


def score_idle(program):
    for what, scripts in IDLE.items():
        for sensors, has_gyro in (("", True), (", 3 axes", False)):
            results = perform(program, [f"rest 10 pose=lap\n{script}\nrest 5\n"
                                        for script in scripts], RATE_HZ,
                              has_gyro)
            steps = minutes = 0
            for script, result in zip(scripts, results):
                verbose(script, "steps", result.summary["walking"]["steps"])
                steps += result.summary["walking"]["steps"]
                minutes += result.summary["recording"]["duration_s"] / 60
            row("scripted", f"{what}{sensors}: false steps a minute",
                steps / minutes, 1, "<=")


# ---- taps ----

def pauses(times):
    """Hesitations and halts, as summary.h has them."""
    ways = [b - a for a, b in zip(times, times[1:])]
    usual = median(ways)
    long = [way for way in ways if way > HESITATION * usual]
    halts = sum(way > HALT * usual or way > HALT_S for way in long)
    return len(long) - halts, halts


def score_pauses(program):
    taps = "taps {} rate={} size=60 hesitations={} pose=lap\n"
    scripts = [taps.format(30, rate, count)
               for rate in (1, 2, 3, 5) for count in (0, 2, 5)]
    scripts += [taps.format(12, rate, 0) + "rest 1 pose=lap\n" +
                taps.format(12, rate, 0) for rate in (2, 3, 4, 5)]
    off = [0, 0]
    there = [0, 0]
    for result in perform(program, scripts):
        real = pauses([t["start_s"] for t in true(result, "tap")])
        series = result.summary["taps"]["series"]
        ours = [sum(s[key] for s in series)
                for key in ("hesitations", "halts")]
        verbose("hesitations and halts", real, "ours", ours, "series",
                len(series))
        for k in range(2):
            off[k] += abs(ours[k] - real[k])
            there[k] += real[k]
    for k, what in enumerate(("hesitations", "halts")):
        figure("scripted", f"{what} among taps ({there[k]}), off", off[k])


def score_decrement(program):
    scripts = [f"rest 5 pose=lap\ntaps 30 rate={rate} size=200 "
               f"decrement={decrement} pose=lap\nrest 5 pose=lap\n"
               for rate in (2, 4) for decrement in (0, 0.2, 0.4, 0.6, 0.8)]
    worst = 0
    for result in perform(program, scripts):
        sizes = [t["value"] for t in true(result, "tap")]
        third = len(sizes) // 3
        real = 1 - mean(sizes[-third:]) / mean(sizes[:third])
        series = max(result.summary["taps"]["series"],
                     key=lambda s: s["count"])
        verbose(f"decrement {real:.2f} ours",
                f"{series['amplitude_decrement']:.2f}")
        worst = max(worst, abs(series["amplitude_decrement"] - real))
    figure("scripted", "decrement of taps, worst error, points",
           100 * worst)


def main():
    program, _ = arguments()
    score_swing(program)
    score_minutes(program)
    score_spread(program)
    score_ways(program)
    score_hard(program)
    score_idle(program)
    score_pauses(program)
    score_decrement(program)
    return status()


if __name__ == "__main__":
    raise SystemExit(main())
