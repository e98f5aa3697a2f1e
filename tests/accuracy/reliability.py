#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scores whether confidence means something: tests/accuracy/reliability.py
PROGRAM DATA. Of all that was found, on recordings where it is and where it is
not: how much of it is right, by the confidence it was given.

Also writes accuracy/points.csv beside PROGRAM for tests/accuracy/plot.py: a row
an item (truth 1 if it is one, 0 if not; estimate 1) and a row a count or value
that is known (truth and estimate as they are; no confidence).
"""
import csv
import os
from collections import Counter
from itertools import compress
from statistics import mean, median

from common import analyse, arguments, perform, read_csv, row, status
from exercise import AROUND_S, BLOCKS, middle, overlap, repetitions_of, span
from taps import EARLY_S, LATE_S, taps_of
from variants import analyse_motions, load
from walking import FOUND_WITHIN_S
from wear import BY_TEMPERATURE, RATE_HZ, TABLE, WARMING

EDGES = (0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)
RELIABLE = 0.9
RIGHT_SHARE = 0.5  # of an item that lies in a true one
# An arm raised again and again, how often nobody says: neither right nor wrong.
REPEATED = "rec/raise_arm.csv"

SHORT = (3, 4, 5, 6)  # repetitions
BEFORE_S, AFTER_S = 8, 1.5

points = []


def item(name, measure, file, found, is_right):
    points.append((name, measure, file, int(is_right), 1,
                   found["confidence"]))


def value(name, measure, file, truth, estimate):
    points.append((name, measure, file, truth, estimate, ""))


def lies_in(found, spans):
    """Whether most of an item lies in true ones."""
    start, end = found["start_s"], found["end_s"]
    inside = sum(max(0, overlap((start, end), s)) for s in spans)
    return inside >= RIGHT_SHARE * (end - start)


def bouts(name, file, result, spans):
    for bout in result.summary["walking"]["bouts"]:
        item(name, "walking bout", file, bout, lies_in(bout, spans))


def steps(name, file, result, times):
    """Each is right if a true one is near, which is then used up."""
    left = list(times)
    for one in result.events:
        if one["kind"] == "step":
            near = [t for t in left
                    if abs(t - one["start_s"]) <= FOUND_WITHIN_S]
            item(name, "step", file, one, bool(near))
            if near:
                left.remove(near[0])


def nonwear(name, file, result, spans):
    """The summary gives it no confidence, the list of events always 1: how
    much is right hangs on how hard the scripts are. So no bar is listed."""
    for one in result.events:
        if one["kind"] == "nonwear":
            item(name, "nonwear", file, one, lies_in(one, spans))


def segments(name, file, result, spans):
    for segment in result.summary["tremor"]["segments"]:
        item(name, "tremor segment", file, segment, lies_in(segment, spans))


def series(name, file, result, times, early_s, late_s):
    """Series of whose taps most are taps. A true time may be late."""
    for one in result.summary["taps"]["series"]:
        taps = [e for e in taps_of(result)
                if one["start_s"] - 1e-3 <= e["start_s"] <= one["end_s"] + 1e-3]
        right = sum(any(-early_s < t - e["start_s"] < late_s for t in times)
                    for e in taps)
        item(name, "tap series", file, one, right >= RIGHT_SHARE * len(taps))


def repetitions(name, file, result, spans):
    """Each is right if it and a true one share half of the shorter."""
    for one in repetitions_of(result):
        ours = (one["start_s"], one["end_s"])
        item(name, "repetition", file, one,
             any(overlap(ours, s) >= RIGHT_SHARE *
                 min(s[1] - s[0], ours[1] - ours[0]) for s in spans))


def nothing_else(name, file, result):
    """Worn, and nobody walks."""
    bouts(name, file, result, [])
    steps(name, file, result, [])
    nonwear(name, file, result, [])


def results_of(program, folder, files):
    return zip(files, analyse(program, [os.path.join(folder, f)
                                        for f in files]))


def score_steps(program, data):
    """Walks, in which nothing but walking is, and recordings without."""
    for name in ("steps-pebble", "steps-oxford-phone"):
        folder = os.path.join(data, name)
        truth = {t["file"]: t for t in read_csv(folder, "truth.csv")}
        for file, result in results_of(program, folder, list(truth)):
            true = int(truth[file]["true_steps"])
            all_of_it = [(0, float(truth[file]["duration_s"]))]
            spans = all_of_it if true else []
            listed = truth[file].get("steps_file")
            if listed or not true:  # when each step was
                steps(name, file, result,
                      [float(s["t_s"]) for s in read_csv(folder, listed)]
                      if listed else [])
            nonwear(name, file, result,
                    all_of_it if file.endswith(TABLE) else [])
            value(name, "steps", file, true, result.summary["walking"]["steps"])
            bouts(name, file, result, spans)
            segments(name, file, result, [])
            series(name, file, result, [], 0, 0)
            if file != REPEATED:
                repetitions(name, file, result, [])


def score_geotec(program, data):
    name = "activity-geotec"
    folder = os.path.join(data, name)
    truth = read_csv(folder, "truth.csv")
    files = sorted({t["file"] for t in truth})
    for file, result in results_of(program, folder, files):
        spans = [(float(t["t_start_s"]), float(t["t_end_s"])) for t in truth
                 if t["file"] == file and t["label"] in ("WALKING", "TURNING")]
        bouts(name, file, result, spans)
        nonwear(name, file, result, [])
        segments(name, file, result, [])
        series(name, file, result, [], 0, 0)
        repetitions(name, file, result, [])


def score_reps(program, data):
    name = "reps-uci"
    folder = os.path.join(data, name)
    truth = read_csv(folder, "truth_reps.csv")
    files = sorted({t["file"] for t in truth})
    for file, result in results_of(program, folder, files):
        true = [t for t in truth if t["file"] == file
                and t["source"].startswith("auto_half")]
        for block in BLOCKS:
            here = [span(t) for t in true if t["block"] == block]
            value(name, "repetitions", f"{file} {block}", len(here), sum(
                here[0][0] - AROUND_S < middle(e) < here[-1][1] + AROUND_S
                for e in repetitions_of(result)))
            holds = [float(t["hold_ref_s"]) for t in true
                     if t["block"] == block]
            for set_ in result.summary["exercise"]["sets"]:
                if lies_in(set_, [(here[0][0] - AROUND_S,
                                   here[-1][1] + AROUND_S)]):
                    value(name, "hold, s", f"{file} {block}", median(holds),
                          set_["hold_s_median"])
        repetitions(name, file, result, [span(t) for t in true])
        nothing_else(name, file, result)
        segments(name, file, result, [])
        series(name, file, result, [], 0, 0)


def score_short_sets(program, data):
    """The first few repetitions of each block by themselves: the blocks are of
    ten all, and people do fewer."""
    name = "reps-uci"
    folder = os.path.join(data, name)
    truth = [t for t in read_csv(folder, "truth_reps.csv")
             if t["source"].startswith("auto_half")]
    short, motions, true = [], [], []
    for i, file in enumerate(sorted({t["file"] for t in truth})):
        motion = load(folder, file)
        for k, block in enumerate(BLOCKS):
            count = SHORT[(i + k) % len(SHORT)]
            spans = [span(t) for t in truth
                     if t["file"] == file and t["block"] == block][:count]
            keep = [spans[0][0] - BEFORE_S < t < spans[-1][1] + AFTER_S
                    for t in motion[0]]
            short.append(f"{file} {block}, {count}")
            motions.append([list(compress(axis, keep)) for axis in motion])
            start_s = motions[-1][0][0]
            true.append([(a - start_s, b - start_s) for a, b in spans])
    for file, result, spans in zip(short, analyse_motions(program, motions),
                                   true):
        value(name, "repetitions", file, len(spans),
              len(repetitions_of(result)))
        repetitions(name, file, result, spans)


def score_pin(program, data):
    name = "taps-pin"
    folder = os.path.join(data, name)
    truth = {t["file"]: t for t in read_csv(folder, "truth.csv")}
    for file, result in results_of(program, folder, list(truth)):
        times = [float(truth[file][f"tap{k}_s"]) for k in (1, 2, 3, 4)]
        value(name, "taps", file, 4, len(taps_of(result)))
        series(name, file, result, times, EARLY_S, LATE_S)
        nothing_else(name, file, result)
        repetitions(name, file, result, [])


SCRIPTS = (
    # What is there: faint to strong, slow to fast.
    *("rest 15 pose=lap\n" + "".join(
        f"tremor 20 frequency={hz} amplitude={dps} pose={pose}\n"
        f"rest 8 pose={pose}\n" for hz in (3.4, 5, 6.5, 8.8))
      for pose in ("lap", "raised") for dps in (0.3, 1, 4)),
    *("rest 5\n" + "".join(
        f"taps 15 rate={rate} size={size} pose=lap\nrest 8 pose=lap\n"
        for rate in (1, 2, 4, 6)) for size in (10, 20, 60)),
    "rest 10\ncurls 60 count=10 range=90\nrest 10\nwalk 60 cadence=110\n"
    "rest 10\ncurls 60 count=12 range=25 hold=1\nwalk 30 cadence=85\n",
    # What is like it and is not.
    "rest 30\nwash 60\nrest 10\nbrush 60\nrest 10\nshake 20\nrest 10\n",
    "rest 10\ntyping 60\nrest 10\ntyping 60 size=40\nrest 10\n",
    "rest 10\n" + "knock 4 size=3 pose=lap\nrest 7\n" * 6 + "table 30\n",
)


def score_scripted(program):
    name = "scripted"
    for i, result in enumerate(perform(program, SCRIPTS)):
        file = f"script {i}"
        true = {kind: [] for kind in ("walk", "step", "tremor", "tap",
                                      "repetition", "nonwear")}
        for t in result.truth:
            if t["kind"] in true:
                true[t["kind"]].append(t)
        spans = {kind: [span(t) for t in ts] for kind, ts in true.items()}
        bouts(name, file, result, spans["walk"])
        steps(name, file, result, [s for s, _ in spans["step"]])
        nonwear(name, file, result, spans["nonwear"])
        segments(name, file, result, spans["tremor"])
        series(name, file, result, [s for s, _ in spans["tap"]], 0.05, 0.05)
        repetitions(name, file, result, spans["repetition"])
        if spans["repetition"]:
            value(name, "repetitions", file, len(spans["repetition"]),
                  len(repetitions_of(result)))
        for t in true["tremor"]:
            here = [s for s in result.summary["tremor"]["segments"]
                    if lies_in(s, [span(t)])]
            if len(here) == 1:
                value(name, "tremor frequency, Hz", file, t["value"],
                      here[0]["frequency_hz"])


def score_wear(program):
    scripts = (*BY_TEMPERATURE, *WARMING)
    for i, result in enumerate(perform(program, scripts, RATE_HZ)):
        nonwear("scripted", f"wear script {i}", result,
                [span(t) for t in result.truth if t["kind"] == "nonwear"])


# What two measures claim, and how many there are: strong taps and quick
# repetitions have the rhythm of steps.
STRONG_TAPS = "".join(f"rest 10 pose=lap\ntaps 30 rate={rate} size={size} "
                      "pose=lap\n" for rate, size in ((2, 500), (2.5, 400),
                                                      (3, 2000)))
QUICK = "".join(f"rest 10 pose=lap\ncurls {20 * period:g} count=20 hold=0 "
                f"range={degrees}\n" for period in (2, 1.8)
                for degrees in (60, 90, 130))


def score_claims(program):
    steps = 0
    for kind, result in zip(("tap", "repetition"), perform(
            program, (STRONG_TAPS, QUICK))):
        steps += result.summary["walking"]["steps"]
        true, ours = (sum(e["kind"] == kind for e in events)
                      for events in (result.truth, result.events))
        row("scripted", f"strong or quick: {kind}s, off, %",
            100 * abs(ours / true - 1), 2, "<=")
    row("scripted", "strong taps and quick repetitions: steps", steps, 0, "<=")


def print_table():
    """A line a measure and bin of confidence."""
    for measure in sorted({p[1] for p in points if p[5] != ""}):
        items = [(p[5], p[3], p[0]) for p in points
                 if p[1] == measure and p[5] != ""]
        for low, high in zip(EDGES, EDGES[1:]):
            here = [i for i in items if low <= i[0] < high]
            if here:
                wrong = Counter(name for _, right, name in here if not right)
                print(f"  {measure:<15} {low:.1f} to {min(high, 1):.1f}: "
                      f"{len(here):4d} found, mean confidence "
                      f"{mean(i[0] for i in here):.2f}, right "
                      f"{100 * mean(i[1] for i in here):5.1f} %  "
                      + ", ".join(f"{n} wrong in {name}"
                                  for name, n in wrong.items()))
        sure = [right for confidence, right, _ in items
                if confidence >= RELIABLE]
        if sure:
            row("all", f"{measure}, confidence {RELIABLE:g} or more, right, %",
                100 * mean(sure), 90, ">=")


def write_points(path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(("set", "measure", "file", "truth", "estimate",
                      "confidence"))
        out.writerows(points)


def main():
    program, data = arguments()
    score_steps(program, data)
    score_geotec(program, data)
    score_reps(program, data)
    score_short_sets(program, data)
    score_pin(program, data)
    score_scripted(program)
    score_wear(program)
    score_claims(program)
    print_table()
    write_points(os.path.join(os.path.dirname(program), "accuracy",
                              "points.csv"))
    return status()


if __name__ == "__main__":
    raise SystemExit(main())
