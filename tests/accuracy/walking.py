#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scores steps, cadence and walking bouts: tests/accuracy/walking.py PROGRAM
DATA. VERBOSE=1 prints what is off, file by file."""
import os
import sys
from glob import glob
from statistics import mean, median, pstdev

from common import analyse, arguments, read_csv, row, status, verbose
from variants import analyse_motions, load, slowed_walk

FOUND_WITHIN_S = 0.2
WINDOW_S = 10
STEADY_CV = 0.15      # of step intervals in a window
CADENCE_OFF_SPM = 2

# Who is well walks at 100 to 120 steps a minute; so many times slower, at 80,
# 60 and 48, as those do whom the band is for. Bars: least time found, most steps
# off, most walks at another octave of the cadence.
SLOWER = {
    "steps-pebble": ((1.4, 95, 6, 0), (1.8, 64, 36, 0), (2.3, 42, 58, 0)),
    "steps-oxford-phone": ((1.4, 96, 6, 1), (1.8, 90, 8, 1), (2.3, 74, 24, 1)),
}


def steps_of(result):
    return [e["start_s"] for e in result.events if e["kind"] == "step"]


def score_pebble(program, data):
    folder = os.path.join(data, "steps-pebble")
    truth = read_csv(folder, "truth.csv")
    results = analyse(program, [os.path.join(folder, t["file"])
                                for t in truth])
    walks = []
    false = minutes = 0
    for t, result in zip(truth, results):
        true, ours = int(t["true_steps"]), result.summary["walking"]["steps"]
        if true == 0:
            false += ours
            minutes += float(t["duration_s"]) / 60
        elif true >= 50:
            inside = int(t["accept_min"]) <= ours <= int(t["accept_max"])
            walks.append((true, ours, inside))
        if abs(ours - true) > 0.08 * true:
            verbose(t["file"], "true", true, "ours", ours)
    name = "steps-pebble"
    row(name, "steps, median error, %",
        100 * median(abs(o / t - 1) for t, o, _ in walks), 2.5, "<=",
        "3.0 MultiGait")
    row(name, "steps inside the accept band, %",
        100 * mean(i for _, _, i in walks), 92, ">=", "88 SDT")
    total = sum(o for _, o, _ in walks) / sum(t for t, _, _ in walks)
    row(name, "steps in total, error, %", 100 * abs(total - 1), 2, "<=",
        "0.3 SDT (17.4 false)")
    row(name, "false steps a minute", false / minutes, 1, "<=",
        "1.9 Verisense")


def match(true, ours):
    """How many true steps have one of ours near, each used once."""
    found = i = 0
    for t in true:
        while i < len(ours) and ours[i] < t - FOUND_WITHIN_S:
            i += 1
        if i < len(ours) and ours[i] <= t + FOUND_WITHIN_S:
            found += 1
            i += 1
    return found


def cadence(steps, start):
    inside = [s for s in steps if start <= s < start + WINDOW_S]
    if len(inside) < 3:
        return None
    return 60 * (len(inside) - 1) / (inside[-1] - inside[0])


def is_steady(steps, start):
    inside = [s for s in steps if start <= s < start + WINDOW_S]
    ways = [b - a for a, b in zip(inside, inside[1:])]
    return (len(ways) > 3 and pstdev(ways) < STEADY_CV * mean(ways)
            and inside[0] < start + 1.5 and inside[-1] > start + WINDOW_S - 1.5)


def is_octave_off(ours, true):
    return ours is not None and not 2 / 3 < ours / true < 3 / 2


def score_cadence(windows):
    name = "steps-oxford-phone"
    near = octave = 0
    for true, ours in windows:
        near += ours is not None and abs(ours - true) <= CADENCE_OFF_SPM
        octave += is_octave_off(ours, true)
    row(name, "cadence within 2 spm, % of steady windows",
        100 * near / len(windows), 95, ">=")
    row(name, "cadence an octave off, windows", octave, 0, "<=")


def score_oxford(program, data):
    folder = os.path.join(data, "steps-oxford-phone")
    truth = read_csv(folder, "truth.csv")
    results = analyse(program, [os.path.join(folder, t["file"])
                                for t in truth])
    errors, scores, windows = [], [], []
    for t, result in zip(truth, results):
        true = [float(s["t_s"]) for s in read_csv(folder, t["steps_file"])]
        ours = steps_of(result)
        errors.append(abs(len(ours) / len(true) - 1))
        scores.append(2 * match(true, ours) / (len(true) + len(ours)))
        verbose(t["file"], "true", len(true), "ours", len(ours),
                f"F1 {scores[-1]:.3f}")
        starts = range(0, int(true[-1]) - WINDOW_S, WINDOW_S // 2)
        windows += [(cadence(true, s), cadence(ours, s)) for s in starts
                    if is_steady(true, s)]
    name = "steps-oxford-phone"
    row(name, "steps, median error, %", 100 * median(errors), 1, "<=",
        "0.4 SDT")
    row(name, "steps found within 0.2 s, F1", mean(scores), 0.95, ">=")
    score_cadence(windows)


def covered(bouts, start, end):
    return sum(max(0, min(end, b["end_s"]) - max(start, b["start_s"]))
               for b in bouts)


def score_geotec(program, data):
    folder = os.path.join(data, "activity-geotec")
    truth = read_csv(folder, "truth.csv")
    files = sorted({t["file"] for t in truth})
    results = dict(zip(files, analyse(
        program, [os.path.join(folder, f) for f in files])))
    found = {"walk": [0, 0], "seat": [0, 0]}
    for t in truth:
        kind = {"WALKING": "walk", "TURNING": "walk",
                "SEATED": "seat"}.get(t["label"])
        if kind:
            start, end = float(t["t_start_s"]), float(t["t_end_s"])
            bouts = results[t["file"]].summary["walking"]["bouts"]
            found[kind][0] += covered(bouts, start, end)
            found[kind][1] += end - start
    name = "activity-geotec"
    row(name, "walking time found, %",
        100 * found["walk"][0] / found["walk"][1], 90, ">=")
    row(name, "seated time called walking, %",
        100 * found["seat"][0] / found["seat"][1], 5, "<=")


def score_none(program, data, name, pattern):
    files = sorted(glob(os.path.join(data, name, pattern)))
    false = minutes = 0
    for file, result in zip(files, analyse(program, files)):
        steps = result.summary["walking"]["steps"]
        false += steps
        minutes += result.summary["recording"]["duration_s"] / 60
        if steps:
            verbose(file, "false", steps)
    row(name, "false steps a minute", false / minutes, 1, "<=")


def score_slowed(program, data, name):
    """What is found of a walk should be found of it at another pace."""
    folder = os.path.join(data, name)
    truth = [t for t in read_csv(folder, "truth.csv")
             if int(t["true_steps"]) > 0]
    motions = [load(folder, t["file"]) for t in truth]
    as_is = analyse_motions(program, motions)
    for slower, time, steps, octaves in SLOWER[name]:
        results = analyse_motions(program, [slowed_walk(motion, slower)
                                            for motion in motions])
        found = length = off = total = octave = 0
        for t, was, result in zip(truth, as_is, results):
            was, now = was.summary["walking"], result.summary["walking"]
            length += slower * was["walking_s"]
            found += min(slower * was["walking_s"], now["walking_s"])
            total += int(t["true_steps"])
            off += abs(now["steps"] - int(t["true_steps"]))
            octave += is_octave_off(now["cadence_median_spm"],
                                    was["cadence_median_spm"] / slower)
            verbose(t["file"], slower, "times slower:", now["walking_s"],
                    "s of", slower * was["walking_s"], "steps", now["steps"],
                    "of", t["true_steps"])
        what = f"{slower} times slower:"
        row(name, f"{what} time found, %", 100 * found / length, time, ">=")
        row(name, f"{what} steps off, %", 100 * off / total, steps, "<=")
        row(name, f"{what} an octave off, walks", octave, octaves, "<=")


def main():
    program, data = arguments()
    score_pebble(program, data)
    score_oxford(program, data)
    score_geotec(program, data)
    score_none(program, data, "reps-uci", "s*_wrist.csv")
    score_none(program, data, "taps-pin", "pin_*.csv")
    for name in SLOWER:
        score_slowed(program, data, name)
    return status()


if __name__ == "__main__":
    sys.exit(main())
