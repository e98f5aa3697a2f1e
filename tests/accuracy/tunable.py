#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the tool that says what tuned parameters are worth, on few files:
tests/accuracy/tunable.py PROGRAM DATA. The program in which they can be set,
left_out beside PROGRAM, finds what PROGRAM does until one is set, and something
else then. `make left-out` is the whole run."""
import os
from itertools import islice
from math import isfinite

from common import analyse, arguments, row, status
from left_out import Analyser, Trials, loss, parameters, try_one
from left_out_base import Maker
from left_out_cases import MEASURES

FILES = ("taps-pin/pin_00_6666.csv", "tremor-ppp/ppp_verily_wrist.csv",
         "reps-uci/s1_e6_biceps_curl_seated_1kg_wrist.csv")
# What leaves nothing of a measure.
OFF = {"step": ("analysis/walking.c", "PARAMETERS.accept", 1e6),
       "tap": ("analysis/tap_series.c", "tune.strong", 1e6),
       "repetition": ("analysis/repetitions.c", "tune.stroke_deg", 180)}
TRIED = 14  # recordings of a parameter that goes all the way


def events_of(result, kind):
    return [round(e["start_s"], 2) for e in result.events
            if e["kind"] == kind]


def score_same(program, tunable, paths):
    ours = analyse(program, paths)
    analyser = Analyser(tunable, paths)
    theirs = analyser.results({})
    row("tunable", "recordings analysed otherwise than by carpus",
        sum(events_of(a, kind) != events_of(b, kind)
            for a, b in zip(ours, theirs) for kind in OFF), 0, "<=")
    left = sum(not any(events_of(r, kind) for r in theirs) or
               any(events_of(r, kind) for r in
                   analyser.results({(file, name): value}))
               for kind, (file, name, value) in OFF.items())
    row("tunable", "measures that their parameter leaves as it is", left, 0,
        "<=")
    missing = [p for p in parameters()
               if (p.file, p.name) not in analyser.values]
    row("tunable", "parameters that cannot be set", len(missing), 0, "<=")
    analyser.close()


def score_one(program, tunable, data):
    """A line of the table, on a few files."""
    build = os.path.dirname(tunable)
    maker = Maker(program, data, os.path.join(build, "left_out_recordings"))
    trials = Trials(tunable, list(islice(MEASURES["taps"](maker), TRIED)))
    as_is = trials.score({})
    echo, = (p for p in parameters() if p.name == "tune.echo")
    line = try_one(trials, echo, as_is)
    row("tunable", "a parameter is tried to the end, lines",
        isfinite(loss(as_is)) and "tune.echo" in line, 1, ">=")
    trials.close()


def main():
    program, data = arguments()
    tunable = os.path.join(os.path.dirname(program), "left_out")
    score_same(program, tunable, [os.path.join(data, f) for f in FILES])
    score_one(program, tunable, data)
    return status()


if __name__ == "__main__":
    raise SystemExit(main())
