#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scores taps: tests/accuracy/taps.py PROGRAM DATA. VERBOSE=1 prints what is
off, file by file.

Truth of taps-pin is when the phone reported a touch, 0.05 to 0.3 s after the
blow; where a file has no context the first blow may lie before it.
"""
import os
from glob import glob
from random import Random
from statistics import mean

from common import analyse, arguments, perform, read_csv, row, status, verbose
from variants import analyse_motions

LATE_S = 0.35       # a reported touch after the blow, at most
EARLY_S = 0.06
RETAP = ("39 ReTap", "83 ReTap")
SEED = 20261121
NOISE_HZ = 100
RELIABLE = 0.9      # the confidence that a reliability is printed for


def taps_of(result):
    return [e for e in result.events if e["kind"] == "tap"]


def share(counts, off):
    return 100 * mean(abs(count - 4) <= off for count in counts)


def score_pin(program, data):
    folder = os.path.join(data, "taps-pin")
    truth = read_csv(folder, "truth.csv")
    results = analyse(program, [os.path.join(folder, t["file"])
                                for t in truth])
    spanned, free, sure = [], [], []
    for t, result in zip(truth, results):
        times = [float(t[f"tap{k}_s"]) for k in (1, 2, 3, 4)]
        taps = taps_of(result)
        spanned.append(sum(times[0] - LATE_S < e["start_s"] <
                           times[3] + EARLY_S for e in taps))
        free.append(len(taps))
        sure += [any(-EARLY_S < time - e["start_s"] < LATE_S
                     for time in times)
                 for e in taps if e["confidence"] >= RELIABLE]
        if spanned[-1] != 4 or free[-1] != 4:
            verbose(t["file"], "in the span", spanned[-1], "in all", free[-1])
    name = "taps-pin"
    for what, counts, bars in (("given the span", spanned, (60, 95)),
                               ("without the span", free, (40, 85))):
        for off, mark in ((0, "exactly four"), (1, "within one")):
            row(name, f"{mark}, {what}, %", share(counts, off), bars[off],
                ">=", RETAP[off] if counts is spanned else "")
    if sure:
        row(name, f"taps of confidence {RELIABLE:g} that are right, %",
            100 * mean(sure), 90, ">=")


def score_without(program, data):
    for name, pattern in (("activity-geotec", "rec/*.csv"),
                          ("steps-oxford-phone", "rec/*.csv"),
                          ("steps-pebble", "rec/*.csv"),
                          ("reps-uci", "s*.csv")):
        paths = [p for p in sorted(glob(os.path.join(data, name, pattern)))
                 if not p.endswith(".steps.csv")]
        results = analyse(program, paths)
        for path, result in zip(paths, results):
            if result.summary["taps"]["series"]:
                verbose(path, result.summary["taps"]["series"])
        minutes = sum(r.summary["recording"]["duration_s"]
                      for r in results) / 60
        series = sum(len(r.summary["taps"]["series"]) for r in results)
        row(name, "series of taps a minute", series / minutes, 0.1, "<=")


def off_percent(result):
    true = sum(t["kind"] == "tap" for t in result.truth)
    return 100 * abs(len(taps_of(result)) / true - 1)


def score_scripted(program):
    script = "rest 5\ntaps 40 rate={} size={} spin={} pose=lap\nrest 5\n"
    rates = (1, 2, 3, 4, 5, 6, 7)
    worst = max(map(off_percent, perform(
        program, [script.format(rate, 20, 1) for rate in rates])))
    row("scripted", "taps of 20 mg, 1 to 7 Hz, worst error, %", worst, 1,
        "<=", "0.8 ReTap (3 Hz)")
    for rate_hz, fastest in ((104, 6), (52, 3)):
        worst = max(map(off_percent, perform(
            program, [script.format(rate, 60, 3)
                      for rate in rates if rate <= fastest], rate_hz)))
        row("scripted", f"taps of 60 mg to {fastest} Hz at {rate_hz} Hz, "
            "error, %", worst, 2, "<=")
    knocked = ("rest 5\ntaps 20 rate=3 pose=lap\nknock 2 size=3 pose=lap\n"
               "taps 20 rate=3 pose=lap\nrest 5\n")
    result, = perform(program, [knocked])
    true = sum(t["kind"] == "tap" for t in result.truth)
    row("scripted", "one 3 g knock among taps, taps off",
        abs(len(taps_of(result)) - true), 1, "<=", "all lost, ReTap")
    quiet = perform(program, [
        "rest 60\nwalk 120\nwash 60\nrest 30\n",
        "rest 10\n" + "knock 4 size=3 pose=lap\nrest 7\n" * 8,
        "rest 10\ntyping 60\nrest 10\ntyping 60 size=40\nrest 5\n"])
    row("scripted", "series in rest, walking, washing, knocks, typing",
        sum(len(r.summary["taps"]["series"]) for r in quiet), 0, "<=")


def knocks(random):
    """A script of knocks seconds apart, of any size, without rhythm."""
    return "rest 10 pose=lap\n" + "".join(
        f"knock 0.5 size={random.choice((.1, .3, 1, 2, 3, 5))} pose=lap\n"
        f"rest {random.uniform(1.2, 4):.2f} pose=lap\n"
        for _ in range(14)) + "rest 5 pose=lap\n"


def score_knocks(program):
    random = Random(SEED)
    scripts = [knocks(random) for _ in range(12)]
    for rate_hz in (208, 104, 52):
        series = [s for r in perform(program, scripts, rate_hz)
                  for s in r.summary["taps"]["series"]]
        row("scripted", f"series in knocks at {rate_hz} Hz, confidence 0.5",
            sum(s["confidence"] >= 0.5 for s in series), 0, "<=")


def score_noise(program):
    """Of an accelerometer alone, which is louder than any hand at rest."""
    random = Random(SEED)
    motions = [[[i / NOISE_HZ for i in range(300 * NOISE_HZ)]] +
               [[(axis == 2) + random.gauss(0, mg * 1e-3)
                 for _ in range(300 * NOISE_HZ)] for axis in range(3)]
               for mg in (6, 12, 20, 30)]
    row("scripted", "series in white noise without gyroscope",
        sum(len(r.summary["taps"]["series"])
            for r in analyse_motions(program, motions)), 0, "<=")


def score_faint(program):
    """Too faint to be counted, not too faint to be named; and nothing."""
    faint = [f"rest 10 pose=lap\ntaps 40 rate={rate} size=4 spin=0 pose=lap\n"
             "rest 5 pose=lap\n" for rate in (2, 3, 5)]
    still = [f"rest 300 pose={pose}\n" for pose in ("lap", "table")]
    named = [bool(r.summary["taps"].get("reason")) and not taps_of(r)
             for r in perform(program, faint + still)]
    row("scripted", "taps of 4 mg named as too faint, %",
        100 * mean(named[:len(faint)]), 100, ">=")
    row("scripted", "taps named in rest", sum(named[len(faint):]), 0, "<=")


def main():
    program, data = arguments()
    score_pin(program, data)
    score_without(program, data)
    score_scripted(program)
    score_knocks(program)
    score_noise(program)
    score_faint(program)
    return status()


if __name__ == "__main__":
    raise SystemExit(main())
