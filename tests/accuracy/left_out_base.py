# SPDX-License-Identifier: GPL-3.0-or-later
"""What the cases of left_out.py share: figures and their bars, and recordings,
real ones, changed ones and played ones.

A case is a recording, the set it is of, the fold it is left out with, and a
function that makes of what was found a dictionary: the figure's name, and a
pair of numbers of which FIGURES says what becomes.
"""
import hashlib
import os
import shutil
import subprocess
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from glob import glob
from statistics import median

import reliability
from common import read_csv
from variants import load, save, without_gyroscope

Case = namedtuple("Case", "path set fold score")


# ---- figures: how pairs become one, and what a bar just met is ----

def ratio(pairs):
    return sum(a for a, _ in pairs) / max(sum(b for _, b in pairs), 1e-9)


def middle(pairs):
    return median(a / b for a, b in pairs)


def worst(pairs):
    return max(a / b for a, b in pairs)


def total(pairs):
    return sum(a for a, _ in pairs)


# By the end of their names; a bar of None: printed, no part of the loss. Where
# the bar is 0, one that is wrong counts as much as a bar that is just met.
# Taps and repetitions: the mean error of a count that just meets both bars.
# Confidence: its error where of 0.9 nine in ten are right.
FIGURES = {
    "median error, %": (middle, {"steps-oxford-phone": 1, "12.5 Hz": 5,
                                 "": 2.5}),
    "outside the accept band, %": (ratio, {"": 8}),
    "confidence, mean square error": (ratio, {"": 0.09}),
    "steps where are none": (total, {"3 axes": None, "": 1}),
    "strong or quick, off, %": (ratio, {"": 2}),
    "false steps a minute": (ratio, {"3 axes": None, "": 1}),
    "steps not found within 0.2 s, %": (ratio, {"": 5}),
    "cadence off, % of steady windows": (ratio, {"": 5}),
    "walking time not found, %": (ratio, {"": 10}),
    "seated time called walking, %": (ratio, {"": 5}),
    "slowed down, steps off, %": (ratio, {"steps-pebble": 33, "": 12}),
    "steps off, %": (ratio, {"": 5}),
    "given the span, off by": (ratio, {"": 0.45}),
    "without the span, off by": (ratio, {"": 0.75}),
    "exactly four, given the span, %": (ratio, {"": None}),
    "within one, given the span, %": (ratio, {"": None}),
    "exactly four, without the span, %": (ratio, {"": None}),
    "within one, without the span, %": (ratio, {"": None}),
    "series a minute": (ratio, {"daily life": 0.5, "": 0.1}),
    "taps of 20 mg off, worst, %": (worst, {"": 1}),
    "taps of 60 mg off, worst, %": (worst, {"": 2}),
    "taps' time, median error, ms": (middle, {"": 20}),
    "taps off by a knock among them": (worst, {"": 1}),
    "series where are none": (total, {"": 1}),
    "taps of 4 mg, not named": (total, {"": 1}),
    "blocks, repetitions off by": (ratio, {"": 0.18}),
    "false repetitions a minute": (ratio, {"": 0.3}),
    "labelled repetitions missed, %": (ratio, {"": 3}),
    "hold, median error, s": (middle, {"reps-uci": 0.5, "": 0.2}),
    "short sets, repetitions off by": (ratio, {"": 0.5}),
    "sets not counted exactly, %": (ratio, {"": 10}),
    "published detector's windows missed, %": (ratio, {"3 axes": None,
                                                       "": 10}),
    "time called tremor, %": (ratio, {"": 0.5}),
    "missing, split or false": (total, {"": 1}),
    "frequency, worst error, Hz": (worst, {"": 0.05}),
    "amplitude, worst error, %": (worst, {"": 5}),
    "kind wrong, %": (ratio, {"": 10}),
    "kinetic, not found, %": (ratio, {"": 5}),
    "called tremor, %": (ratio, {"": 5}),
    "of confidence 0.9, wrong, %": (ratio, {"": 10}),
    "tremors not found, %": (ratio, {"": 50}),
    "worn, said to be off, %": (ratio, {"": 0.1}),
    "worn, said to be not known, %": (ratio, {"": 1}),
    "on a table, not found, %": (worst, {"": 5}),
    "table and bags, worst error, s": (worst, {"": 15}),
    "state of items wrong, %": (ratio, {"": 5}),
    "counts off, %": (ratio, {"": 3}),
    "minutes off, %": (ratio, {"": 3}),
    "holds, worst error, s": (worst, {"": 0.5}),
    "measures of what was not done": (total, {"": 1}),
    "sets given a name": (total, {"": 1}),
    "no exercise, but one is claimed, %": (ratio, {"": 5}),
    "blocks judged wrongly, %": (ratio, {"": 5}),
    "repetitions off, %": (ratio, {"": 3}),
}


def figure_of(name):
    """How its pairs become one, and its bar."""
    how, bars = next(FIGURES[end] for end in FIGURES if name.endswith(end))
    return how, next(bar for part, bar in bars.items() if part in name)


# ---- recordings: as they are, changed, and played from scripts ----

class Maker:
    """Makes recordings in a folder; those that are there already stay."""

    def __init__(self, program, data, folder):
        self.program, self.data, self.folder = program, data, folder
        self.stamp = os.stat(program).st_mtime_ns
        os.makedirs(folder, exist_ok=True)

    def path(self, *key):
        name = hashlib.sha256(repr(key).encode()).hexdigest()[:20]
        return os.path.join(self.folder, name)

    def emptied(self, *key):
        """A folder in the folder."""
        folder = self.path(*key)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        return folder

    def changed(self, path, what, change):
        """The motion of `path` after `change`, which `what` names."""
        out = self.path(os.path.abspath(path), what) + ".csv"
        if not os.path.exists(out):
            save(change(load(path)), out + ".part")
            os.rename(out + ".part", out)
        return out

    def play(self, job):
        script, rate_hz, has_gyro = job
        out = self.path(script, rate_hz, self.stamp)
        if not os.path.exists(out + ".h5"):
            with open(out + ".motion", "w") as file:
                file.write(script)
            subprocess.run([self.program, "record", "-q", "--device",
                            f"virtual:{out}.motion", "--simulate", "speed=max",
                            "--rate", str(rate_hz), "--truth", out + ".csv",
                            "-o", out + ".h5"], check=True,
                           capture_output=True, timeout=600)
        truth = read_csv(out + ".csv")
        if not has_gyro and not os.path.exists(out + ".3.csv"):
            subprocess.run([self.program, "export", out + ".h5", "-o",
                            out + ".6.csv"], check=True, capture_output=True)
            os.rename(self.changed(out + ".6.csv", "3 axes",
                                   without_gyroscope), out + ".3.csv")
        return out + (".h5" if has_gyro else ".3.csv"), truth

    def played(self, scripts, rate_hz, has_gyro=True):
        """Path and truth of each script."""
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(self.play, [(script, rate_hz, has_gyro)
                                             for script in scripts]))

    def real(self, name, pattern="rec/*.csv"):
        paths = sorted(glob(os.path.join(self.data, name, pattern)))
        return [p for p in paths if not p.endswith(".steps.csv")]


def minutes(result):
    return result.summary["recording"]["duration_s"] / 60


def trust(name, found, is_right):
    """How far off confidence is, of items found and whether each is right."""
    errors = [(one["confidence"] - right) ** 2
              for one, right in zip(found, is_right)]
    return {f"{name}: confidence, mean square error":
            (sum(errors), len(errors))}


def trust_spans(name, found, spans):
    return trust(name, found, [reliability.lies_in(one, spans)
                               for one in found])
