# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of left_out.py: walking, taps and exercise, which are counted."""
import os
from itertools import compress
from random import Random
from statistics import median

import exercise
import reliability
import scripted
import taps
from common import read_csv
from left_out_base import Case, minutes, trust, trust_spans
from variants import at_half_rate, slowed_walk, without_gyroscope
from walking import (SLOWER, WINDOW_S, cadence, covered, is_steady, match,
                     steps_of)

SIXTHS = 6      # folds of a measure that one set alone has the truth for
SLOW_HZ = 12.5


# ---- walking ----

def score_walk(name, truth):
    true = int(truth["true_steps"])
    low, high = int(truth["accept_min"]), int(truth["accept_max"])

    def score(result):
        ours = len(steps_of(result))
        bouts = result.summary["walking"]["bouts"]
        out = trust("walking", bouts, [true > 0] * len(bouts))
        if true == 0:
            out[f"{name}: false steps a minute"] = (ours, minutes(result))
        if true >= 50:
            out[f"{name}: median error, %"] = (100 * abs(ours / true - 1), 1)
            out[f"{name}: outside the accept band, %"] = (
                100 * (not low <= ours <= high), 1)
        return out
    return score


def score_steps(true):
    starts = [s for s in range(0, int(true[-1]) - WINDOW_S, WINDOW_S // 2)
              if is_steady(true, s)]

    def is_off(ours, start):
        found = cadence(ours, start)
        return found is None or abs(found - cadence(true, start)) > 2

    def score(result):
        ours = steps_of(result)
        f1 = 2 * match(true, ours) / (len(true) + len(ours))
        name = "steps-oxford-phone"
        return {f"{name}: median error, %":
                    (100 * abs(len(ours) / len(true) - 1), 1),
                f"{name}: steps not found within 0.2 s, %":
                    (100 * (1 - f1), 1),
                f"{name}: cadence off, % of steady windows":
                    (100 * sum(is_off(ours, s) for s in starts), len(starts))}
    return score


def score_labels(name, truth):
    walks = [(float(t["t_start_s"]), float(t["t_end_s"])) for t in truth
             if t["label"] in ("WALKING", "TURNING")]

    def score(result):
        out = trust_spans("walking", result.summary["walking"]["bouts"], walks)
        for labels, figure, is_walk in (
                (("WALKING", "TURNING"), "walking time not found, %", True),
                (("SEATED",), "seated time called walking, %", False)):
            length = found = 0
            for t in truth:
                if t["label"] in labels:
                    span = float(t["t_start_s"]), float(t["t_end_s"])
                    found += covered(result.summary["walking"]["bouts"], *span)
                    length += span[1] - span[0]
            out[f"{name}: {figure}"] = (
                100 * (length - found if is_walk else found), length)
        return out
    return score


def score_false(name, what):
    def score(result):
        count = sum(e["kind"] == what for e in result.events)
        return {f"{name}: false {what}s a minute": (count, minutes(result))}
    return score


def score_scripted_walk(name, truth):
    true = sum(t["kind"] == "step" for t in truth)

    def score(result):
        return {f"{name}: steps off, %":
                (100 * abs(len(steps_of(result)) - true), true)}
    return score


def score_no_steps(name):
    def score(result):
        return {f"{name}: steps where are none": (len(steps_of(result)), 1)}
    return score


def score_slowed(name, true):
    def score(result):
        return {f"{name}: slowed down, steps off, %":
                (100 * abs(len(steps_of(result)) - true), true)}
    return score


def slowed_walking(maker):
    """Each walk at one of the slower paces."""
    for name, paces in SLOWER.items():
        walks = [t for t in read_csv(maker.data, name, "truth.csv")
                 if int(t["true_steps"]) > 0]
        for i, t in enumerate(walks):
            slower = paces[i % len(paces)][0]
            path = maker.changed(os.path.join(maker.data, name, t["file"]),
                                 f"slowed {slower}",
                                 lambda m, by=slower: slowed_walk(m, by))
            yield Case(path, name, name,
                       score_slowed(name, int(t["true_steps"])))


def scripted_walking(maker):
    walks = {**scripted.HARD,
             "ways of walking": [f"cadence={c} {words}"
                                 for c in scripted.CADENCES
                                 for words in scripted.WAYS.values()]}
    for has_gyro, sensors in ((True, ""), (False, ", 3 axes")):
        for what, those in walks.items():
            name = f"scripted {what}{sensors}"
            for path, truth in maker.played(
                    map(scripted.walk, those), scripted.RATE_HZ, has_gyro):
                yield Case(path, "scripted", what,
                           score_scripted_walk(name, truth))
        strong = reliability.STRONG_TAPS, reliability.QUICK
        for path, _ in maker.played(strong, 208, has_gyro):
            yield Case(path, "scripted", "strong or quick", score_no_steps(
                f"scripted taps and curls{sensors}"))
        for what, those in scripted.IDLE.items():
            lines = [f"rest 10 pose=lap\n{line}\nrest 5\n" for line in those]
            for path, _ in maker.played(lines, scripted.RATE_HZ, has_gyro):
                yield Case(path, "scripted", what, score_false(
                    f"scripted {what}{sensors}", "step"))


def walking(maker):
    name = "steps-pebble"
    for i, t in enumerate(read_csv(maker.data, name, "truth.csv")):
        path = os.path.join(maker.data, name, t["file"])
        yield Case(path, name, name, score_walk(name, t))
        if int(t["true_steps"]) == 0 or i % 4 == 0:
            yield Case(maker.changed(path, "half", at_half_rate), name, name,
                       score_walk(f"{name} at {SLOW_HZ:g} Hz", t))
    name = "steps-oxford-phone"
    for t in read_csv(maker.data, name, "truth.csv"):
        steps = read_csv(maker.data, name, t["steps_file"])
        yield Case(os.path.join(maker.data, name, t["file"]), name, name,
                   score_steps([float(s["t_s"]) for s in steps]))
    name = "activity-geotec"
    truth = read_csv(maker.data, name, "truth.csv")
    for file in sorted({t["file"] for t in truth}):
        here = [t for t in truth if t["file"] == file]
        path = os.path.join(maker.data, name, file)
        yield Case(path, name, name, score_labels(name, here))
        yield Case(maker.changed(path, "3 axes", without_gyroscope), name,
                   name, score_labels(f"{name}, 3 axes", here))
    for name, pattern in (("reps-uci", "s*.csv"), ("taps-pin", "pin*.csv")):
        for path in maker.real(name, pattern):
            yield Case(path, name, name, score_false(name, "step"))
    yield from slowed_walking(maker)
    yield from scripted_walking(maker)


# ---- taps ----

def trust_series(result, true):
    """A series is right if most of its taps are."""
    found = result.summary["taps"]["series"]
    right = []
    for one in found:
        here = [t["start_s"] for t in taps.taps_of(result)
                if one["start_s"] - 1e-3 <= t["start_s"] <= one["end_s"] + 1e-3]
        good = sum(any(-taps.EARLY_S < t - tap < taps.LATE_S for t in true)
                   for tap in here)
        right.append(good >= 0.5 * len(here))
    return trust("taps", found, right)


def score_pin(name, truth):
    true = [float(truth[f"tap{k}_s"]) for k in (1, 2, 3, 4)]

    def score(result):
        times = [e["start_s"] for e in taps.taps_of(result)]
        inside = sum(true[0] - taps.LATE_S < t < true[3] + taps.EARLY_S
                     for t in times)
        out = trust_series(result, true)
        for what, count in (("given the span", inside),
                            ("without the span", len(times))):
            off = abs(count - 4)
            out[f"{name}: {what}, off by"] = (off, 1)
            out[f"{name}: exactly four, {what}, %"] = (100 * (off == 0), 1)
            out[f"{name}: within one, {what}, %"] = (100 * (off <= 1), 1)
        return out
    return score


def score_series(name, figure="series a minute", least=0):
    def score(result):
        count = sum(s["confidence"] >= least
                    for s in result.summary["taps"]["series"])
        return {f"{name}: {figure}": (count, minutes(result)),
                **trust_series(result, [])}
    return score


def score_taps(figure, truth, unit=100):
    true = [float(t["start_s"]) for t in truth if t["kind"] == "tap"]

    def score(result):
        ours = [t["start_s"] for t in taps.taps_of(result)]
        off = abs(len(ours) - len(true))
        out = {f"scripted: {figure}":
               (unit * off, len(true) if unit > 1 else 1)}
        if ours:
            out["scripted: taps' time, median error, ms"] = (1000 * median(
                min(abs(a - b) for b in true) for a in ours), 1)
        return out
    return score


def score_faint(is_faint):
    def score(result):
        named = bool(result.summary["taps"]["reason"])
        if is_faint:
            is_right = named and not taps.taps_of(result)
            return {"scripted: taps of 4 mg, not named": (not is_right, 1)}
        return {"scripted rest: series where are none": (named, 1)}
    return score


def pin_variants(maker, path):
    """As it was at 200 Hz, and what other bands would have recorded."""
    def half(motion):
        return at_half_rate(motion)

    def quarter(first):
        return lambda motion: half(half([axis[first:] for axis in motion]))
    yield "taps-pin", path
    yield "taps-pin, 3 axes", maker.changed(path, "3 axes", without_gyroscope)
    yield "taps-pin, 100 Hz", maker.changed(path, "half", half)
    for first in range(4):
        yield "taps-pin, 50 Hz", maker.changed(path, f"quarter {first}",
                                               quarter(first))


def quiet_scripts():
    script = "rest 10\n" + "knock 4 size=3 pose=lap\nrest 7\n" * 8
    return ["rest 60\nwalk 120\nwash 60\nrest 30\n", script,
            "rest 10\ntyping 60\nrest 10\ntyping 60 size=40\nrest 5\n"]


def scripted_taps(maker):
    script = "rest 5\ntaps 40 rate={} size={} spin={} pose=lap\nrest 5\n"
    for hz, fastest, size, spin in ((208, 7, 20, 1), (104, 6, 60, 3),
                                    (52, 3, 60, 3)):
        scripts = [script.format(rate, size, spin)
                   for rate in range(1, fastest + 1)]
        for path, truth in maker.played(scripts, hz):
            yield path, score_taps(f"{hz} Hz: taps of {size} mg off, worst, %",
                                   truth)
    for path, truth in maker.played([reliability.STRONG_TAPS], 208):
        yield path, score_taps("taps, strong or quick, off, %", truth)
    knocked = ("rest 5\ntaps 20 rate=3 pose=lap\nknock 2 size=3 pose=lap\n"
               "taps 20 rate=3 pose=lap\nrest 5\n")
    for path, truth in maker.played([knocked], 208):
        yield path, score_taps("taps off by a knock among them", truth, 1)
    for path, _ in maker.played(quiet_scripts(), 208):
        yield path, score_series("scripted life", "series where are none")
    random = Random(taps.SEED)
    scripts = [taps.knocks(random) for _ in range(12)]
    for hz in (208, 52):
        for path, _ in maker.played(scripts, hz):
            yield path, score_series(f"scripted knocks, {hz} Hz",
                                     "series where are none", 0.5)
    faint = [f"rest 10 pose=lap\ntaps 40 rate={rate} size=4 spin=0 pose=lap\n"
             "rest 5 pose=lap\n" for rate in (2, 3, 5)]
    for path, _ in maker.played(faint, 208):
        yield path, score_faint(True)
    still = [f"rest 300 pose={pose}\n" for pose in ("lap", "table")]
    for path, _ in maker.played(still, 208):
        yield path, score_faint(False)


def tapping(maker):
    name = "taps-pin"
    for i, t in enumerate(read_csv(maker.data, name, "truth.csv")):
        path = os.path.join(maker.data, name, t["file"])
        for what, variant in pin_variants(maker, path):
            yield Case(variant, name, f"sixth {i % SIXTHS}",
                       score_pin(what, t))
    others = [(name, path, score_series(name))
              for name in ("steps-oxford-phone", "activity-geotec")
              for path in maker.real(name)]
    others += [(name, path, score_series(f"{name}, daily life"))
               for name, pattern in (("tremor-ppp", "ppp*.csv"),
                                     ("steps-multigait", "wrist*.csv"))
               for path in maker.real(name, pattern)]
    others += [("scripted", path, score)
               for path, score in scripted_taps(maker)]
    for i, (name, path, score) in enumerate(others):
        yield Case(path, name, f"sixth {i % SIXTHS}", score)


# ---- exercise ----

def score_reps(name, truth):
    def score(result):
        found = {"off": [], "idle_s": 0, "false": 0, "human": [], "hold": [],
                 "sure": []}
        exercise.score_file(result, truth, found)
        spans = [exercise.span(t) for t in truth]
        ours = exercise.repetitions_of(result)
        right = [any(exercise.overlap((one["start_s"], one["end_s"]), s) > 0
                     for s in spans) for one in ours]
        out = {**trust("repetitions", ours, right),
               f"{name}: blocks, repetitions off by":
                   (sum(map(abs, found["off"])), len(found["off"])),
               f"{name}: false repetitions a minute":
                   (found["false"], found["idle_s"] / 60),
               f"{name}: labelled repetitions missed, %":
                   (100 * found["human"].count(False), len(found["human"]))}
        if found["hold"]:
            out[f"{name}: hold, median error, s"] = (
                sum(found["hold"]), len(found["hold"]))
        return out
    return score


def score_short(count):
    def score(result):
        off = abs(len(exercise.repetitions_of(result)) - count)
        return {"reps-uci: short sets, repetitions off by": (off, 1)}
    return score


def score_curls(name, true):
    def score(result):
        off = abs(len(exercise.repetitions_of(result)) - true)
        return {f"scripted: {name}, strong or quick, off, %":
                (100 * off, true)}
    return score


def first_of(spans):
    """Cuts a motion to these repetitions, as reliability.py does."""
    start = spans[0][0] - reliability.BEFORE_S
    end = spans[-1][1] + reliability.AFTER_S

    def cut(motion):
        keep = [start < t < end for t in motion[0]]
        return [list(compress(axis, keep)) for axis in motion]
    return cut


def short_sets(maker):
    """The first few of each block, by themselves: people do fewer than ten."""
    name = "reps-uci"
    truth = [t for t in read_csv(maker.data, name, "truth_reps.csv")
             if t["source"].startswith("auto_half")]
    for i, file in enumerate(sorted({t["file"] for t in truth})):
        for k, block in enumerate(exercise.BLOCKS):
            count = reliability.SHORT[(i + k) % len(reliability.SHORT)]
            spans = [exercise.span(t) for t in truth if t["file"] == file and
                     t["block"] == block][:count]
            path = maker.changed(os.path.join(maker.data, name, file),
                                 f"{block} {count}", first_of(spans))
            yield Case(path, name, f"person {file[:2]}", score_short(count))


def score_plane(name, hold_s):
    def score(result):
        exact = len(exercise.repetitions_of(result)) == exercise.COUNT
        out = {f"{name}: sets not counted exactly, %": (100 * (not exact), 1)}
        off = [abs(s["hold_s_median"] - hold_s)
               for s in result.summary["exercise"]["sets"]]
        if off:
            out[f"{name}: hold, median error, s"] = (sum(off), len(off))
        return out
    return score


def exercising(maker):
    name = "reps-uci"
    truth = read_csv(maker.data, name, "truth_reps.csv")
    for file in sorted({t["file"] for t in truth}):
        here = [t for t in truth if t["file"] == file]
        path = os.path.join(maker.data, name, file)
        for what, variant in (
                (name, path),
                (f"{name}, 3 axes", maker.changed(path, "3 axes",
                                                  without_gyroscope)),
                (f"{name}, {SLOW_HZ:g} Hz", maker.changed(path, "half",
                                                          at_half_rate))):
            yield Case(variant, name, f"person {file[:2]}",
                       score_reps(what, here))
    yield from short_sets(maker)
    for path, truth in maker.played([reliability.QUICK], 208):
        true = sum(t["kind"] == "repetition" for t in truth)
        yield Case(path, "scripted", "quick", score_curls("curls", true))
    for name, pattern in (("activity-geotec", "rec/*.csv"),
                          ("steps-oxford-phone", "rec/*.csv"),
                          ("steps-pebble", "rec/*.csv"),
                          ("taps-pin", "pin*.csv")):
        for path in maker.real(name, pattern):
            yield Case(path, name, name, score_false(name, "repetition"))
    cases = [(degrees, way_s,
              exercise.HOLDS[(i + k) % len(exercise.HOLDS)])
             for i, degrees in enumerate(exercise.RANGES)
             for k, way_s in enumerate(exercise.WAYS)]
    for plane, where in exercise.PLANES.items():
        scripts = [exercise.exercise_script(where, *case) for case in cases]
        for case, (path, _) in zip(cases, maker.played(scripts, 26)):
            yield Case(path, "scripted", plane,
                       score_plane(f"scripted, {plane}", case[2]))
