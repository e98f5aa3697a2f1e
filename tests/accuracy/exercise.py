#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scores repetitions: tests/accuracy/exercise.py PROGRAM DATA. VERBOSE=1 prints
what is off, file by file."""
import os
from glob import glob
from statistics import mean, median

from common import analyse, arguments, perform, read_csv, row, status, verbose

BLOCKS = ("correct", "fast", "low_amplitude")
AROUND_S = 3  # a repetition of a block may begin this much before its first
RELIABLE = 0.9


def repetitions_of(result):
    return [e for e in result.events if e["kind"] == "repetition"]


def overlap(a, b):
    return min(a[1], b[1]) - max(a[0], b[0])


def span(truth):
    return float(truth["start_s"]), float(truth["end_s"])


def middle(event):
    return (event["start_s"] + event["end_s"]) / 2


def score_file(result, truth, score):
    """Adds a file's figures to `score`."""
    ours = repetitions_of(result)
    derived = [t for t in truth if t["source"].startswith("auto_half")]
    spans = [(e["start_s"], e["end_s"]) for e in ours]
    left = list(ours)
    for block in BLOCKS:
        here = [span(t) for t in derived if t["block"] == block]
        start, end = here[0][0] - AROUND_S, here[-1][1] + AROUND_S
        found = [e for e in ours if start < middle(e) < end]
        left = [e for e in left if e not in found]
        score["off"].append(len(found) - len(here))
        score["idle_s"] -= end - start
        if len(found) != len(here):
            verbose(truth[0]["file"], block, len(found), "of", len(here))
    score["idle_s"] += result.summary["recording"]["duration_s"]
    score["false"] += len(left)
    score["sure"] += [e not in left for e in ours
                      if e["confidence"] >= RELIABLE]
    for t in truth:
        if t["source"].startswith("human"):
            best = max([overlap(span(t), s) for s in spans], default=0)
            score["human"].append(best >= 0.5 * (span(t)[1] - span(t)[0]))
    for set_ in result.summary["exercise"]["sets"]:
        holds = [float(t["hold_ref_s"]) for t in derived
                 if set_["start_s"] < span(t)[1] < set_["end_s"] + 1]
        if holds:
            score["hold"].append(abs(set_["hold_s_median"] - median(holds)))


def score_uci(program, data):
    folder = os.path.join(data, "reps-uci")
    truth = read_csv(folder, "truth_reps.csv")
    files = sorted({t["file"] for t in truth})
    results = analyse(program, [os.path.join(folder, f) for f in files])
    score = {"off": [], "idle_s": 0, "false": 0, "human": [], "hold": [],
             "sure": []}
    for file, result in zip(files, results):
        score_file(result, [t for t in truth if t["file"] == file], score)
    name = "reps-uci"
    row(name, "blocks counted exactly, %",
        100 * mean(off == 0 for off in score["off"]), 85, ">=")
    row(name, "blocks counted within one, %",
        100 * mean(abs(off) <= 1 for off in score["off"]), 97, ">=",
        "93 RecoFit (its data)")
    row(name, "false repetitions a minute of idle",
        score["false"] / (score["idle_s"] / 60), 0.3, "<=")
    row(name, "labelled repetitions overlapped by half, %",
        100 * mean(score["human"]), 97, ">=")
    row(name, "hold, median error, s", median(score["hold"]), 0.5, "<=")
    row(name, f"repetitions of confidence {RELIABLE:g} that are, %",
        100 * mean(score["sure"]), 90, ">=")


def score_without(program, data):
    for name, pattern in (("activity-geotec", "rec/*.csv"),
                          ("steps-oxford-phone", "rec/*.csv"),
                          ("taps-pin", "pin*.csv")):
        paths = [p for p in sorted(glob(os.path.join(data, name, pattern)))
                 if not p.endswith(".steps.csv")]
        results = analyse(program, paths)
        for path, result in zip(paths, results):
            if result.summary["exercise"]["sets"]:
                verbose(path, result.summary["exercise"]["sets"])
        minutes = sum(r.summary["recording"]["duration_s"]
                      for r in results) / 60
        false = sum(len(repetitions_of(r)) for r in results)
        row(name, "repetitions a minute", false / minutes, 0.3, "<=")


def score_scripted(program):
    script = "rest 10\ncurls 90 count=10 range={} hold={}\nrest 10\n"
    cases = [(120, 5), (120, 0), (60, 3), (30, 2), (20, 1)]
    off = hold = degrees = 0
    results = perform(program, [script.format(*case) for case in cases])
    for (_, hold_s), result in zip(cases, results):
        ours = repetitions_of(result)
        true = [t for t in result.truth if t["kind"] == "repetition"]
        off = max(off, abs(len(ours) - len(true)))
        for set_ in result.summary["exercise"]["sets"]:
            hold = max(hold, abs(set_["hold_s_median"] - hold_s))
            degrees = max(degrees, abs(set_["range_deg_median"] - median(
                float(t["value"]) for t in true)))
    row("scripted", "curls off, worst of 5 x 10", off, 0, "<=")
    row("scripted", "hold, worst error, s", hold, 0.5, "<=")
    row("scripted", "range of motion, worst error, deg", degrees, 3, "<=")
    still, = perform(program, ["rest 60\nwalk 120\ntaps 30\nrest 60\n"])
    row("scripted", "repetitions in rest, walking and tapping",
        len(repetitions_of(still)), 0, "<=")


# Other exercises than curls: ranges [deg], time of each way and hold [s].
RANGES, WAYS, HOLDS = (15, 30, 60, 120), (0.75, 1.5, 3, 5), (0, 2, 15)
# Posture, and the axis: twist [deg] turns it to the arm's length (palm up and
# down), yaw to the vertical (reaching round to the side).
PLANES = {"arm hanging": "pose=hanging", "arm raised": "pose=raised",
          "turning the palm": "pose=raised twist=90",
          "round to the side": "pose=outstretched yaw=90",
          "aslant": "pose=raised yaw=60"}
COUNT = 6


def exercise_script(where, degrees, way_s, hold_s):
    length = COUNT * (2.6 * way_s + hold_s + 0.5) + 2
    rest = f"rest 8 {where.split()[0]}\n"
    return (f"{rest}curls {length:g} count={COUNT} range={degrees} "
            f"tempo={way_s} hold={hold_s} {where}\n{rest}")


def score_exercises(program):
    """Every range with every way and hold, in turn, in each plane."""
    cases = [(degrees, way_s, HOLDS[(i + k) % len(HOLDS)])
             for i, degrees in enumerate(RANGES)
             for k, way_s in enumerate(WAYS)]
    for plane, where in PLANES.items():
        results = perform(program, [exercise_script(where, *case)
                                    for case in cases], 26)
        exact, holds, tempi = [], [], []
        for case, result in zip(cases, results):
            ours = len(repetitions_of(result))
            exact.append(ours == COUNT)
            if ours != COUNT:
                verbose(plane, case, ours)
            for set_ in result.summary["exercise"]["sets"]:
                holds.append(abs(set_["hold_s_median"] - case[2]))
                tempi.append(abs(set_["tempo_s_median"] / case[1] / 2 - 1))
        name = "scripted"
        row(name, f"{plane}: sets counted exactly, %", 100 * mean(exact), 90,
            ">=")
        row(name, f"{plane}: hold, median error, s", median(holds or [99]),
            0.2, "<=")
        row(name, f"{plane}: tempo, median error, %",
            100 * median(tempi or [99]), 10, "<=")


def main():
    program, data = arguments()
    score_uci(program, data)
    score_without(program, data)
    score_scripted(program)
    score_exercises(program)
    return status()


if __name__ == "__main__":
    raise SystemExit(main())
