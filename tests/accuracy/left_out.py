#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each tuned parameter is worth, and what is left of that on recordings
that had no say in it: left_out.py BUILD DATA.

Each parameter of tuned.csv is set to values over its range, all others as they
are, and tried on the recordings of its measure (left_out_cases.py). A loss is
the mean of the measure's figures, each as a part of its bar: 1 is a bar that
is just met. Left out: each fold (a set; where only one has the truth, a person,
a kind of script or a sixth of the files) is scored with the value that is best
on all other folds, and all folds together are the loss. Near the loss as it is,
the choice does not hang on single recordings; well above it, it does.

Options: --measure M, --only TEXT (parameters whose name has it), --draws N
(then all of these at once, drawn N times within half of their ranges; left out:
each fold with the mean of the tenth of the draws that does best on all others),
--check (only: is tuned.csv complete? takes no BUILD and DATA).
"""
import argparse
import json
import os
import re
import subprocess
import sys
from collections import defaultdict, namedtuple
from concurrent.futures import ThreadPoolExecutor
from math import nan
from queue import Queue
from random import Random
from statistics import mean
from types import SimpleNamespace

from left_out_base import Maker, figure_of

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.join(HERE, "..", "..")
WORKERS = 2
SEED = 20261121
SPREAD = 0.5        # of the range, either way, in draws
BEST_PART = 10      # of the draws
WORSE, BETTER = 1.1, 0.98   # left out, over the loss as it is ...
CLEARLY = 0.005             # ... and by so much

Parameter = namedtuple("Parameter", "file name measure low high")


# ---- the table ----

def rows():
    with open(os.path.join(HERE, "tuned.csv")) as file:
        lines = [line for line in file.read().splitlines()
                 if not line.startswith("#")]
    return [line.split(",") for line in lines[1:]]


def parameters():
    return [Parameter(file, name, measure, float(low), float(high))
            for file, name, measure, low, high in rows() if measure]


def fields_of(table, body):
    """Names of what a table of the source sets: `table.field`, or
    `table[ROW].field` where its rows have names."""
    for line in body.splitlines():
        row = re.match(r" +(\[\w+\]) =$", line)
        field = re.match(r" +\.(\w+) = ", line)
        if row:
            table = table.split("[")[0] + row[1]
        if field:
            yield f"{table}.{field[1]}"


def numbers_of(path):
    """Names of the numbers that a file of the source has as constants."""
    with open(os.path.join(TOP, path)) as file:
        text = file.read()
    plain = r"^(?:static )?const (?:float|double|uint32_t) (\w+)(?:\[\w+\])? ="
    yield from re.findall(plain, text, re.M)
    table = (r"^(?:\} |static const struct \w+ )(\w+)(?:\[\w*\])? = \{\n"
             r"(.*?)^\};")
    for name, body in re.findall(table, text, re.M | re.S):
        yield from list(fields_of(name, body)) or [name]


ELEMENT = r"\[[A-Z]+\]$"  # of an array


def check():
    """Rows without a number and numbers without a row; True if none."""
    listed = defaultdict(set)
    for file, name, *_ in rows():
        listed[file].add(re.sub(ELEMENT, "", name))
    good = True
    for file, names in listed.items():
        there = set(numbers_of(file))
        for name in sorted(names - there):
            print(f"tuned.csv: {file} has no {name} any more")
        for name in sorted(there - names):
            print(f"tuned.csv: {file} has {name}, which is in no row: add one "
                  "(the head of tests/accuracy/tuned.csv says what)")
        good = good and names == there
    return good


# ---- evaluations ----

class Analyser:
    """The program that analyses the same recordings again and again."""

    def __init__(self, program, paths):
        self.process = subprocess.Popen([program, *paths], text=True,
                                        stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        self.values = {}
        self.whole = set()
        for line in self.lines():
            file, name, value, is_whole = line.split()
            self.values[file, name] = float(value)
            if is_whole == "1":
                self.whole.add((file, name))

    def lines(self):
        for line in self.process.stdout:
            if line == "done\n":
                return
            yield line
        sys.exit("left_out: the analysis ended")

    def results(self, settings):
        """What was found in each recording, with these settings."""
        words = [f"{file} {name} {value:.9g}"
                 for (file, name), value in settings.items()]
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()
        out = []
        for line in self.lines():
            kind, rest = line.split(" ", 1)
            if kind == "recording":
                out.append(empty_result(float(rest)))
            elif kind == "summary":
                out[-1].programme = json.loads(rest)["programme"]
            else:
                add_finding(out[-1], kind, [float(x) for x in rest.split()])
        return out

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def empty_result(duration_s):
    summary = {"recording": {"duration_s": duration_s},
               "walking": {"bouts": []}, "taps": {"series": [], "reason": ""},
               "exercise": {"sets": []}, "tremor": {"segments": []},
               "quality": {"nonwear": [], "wear_unknown": []}}
    return SimpleNamespace(summary=summary, events=[])


# Where in the summary a line of the program goes, and the names of its numbers.
SPAN = ("start_s", "end_s")
SEGMENT = SPAN + ("confidence", "frequency_hz", "rms_dps")
FINDINGS = {
    "bout": ("walking", "bouts", SPAN + ("confidence",)),
    "series": ("taps", "series", SPAN + ("confidence",)),
    "set": ("exercise", "sets", SPAN + ("confidence", "hold_s_median",
                                        "tempo_s_median")),
    "rest": ("tremor", "segments", SEGMENT),
    "postural": ("tremor", "segments", SEGMENT),
    "kinetic": ("tremor", "segments", SEGMENT),
    "nonwear": ("quality", "nonwear", SPAN),
    "unknown": ("quality", "wear_unknown", SPAN),
}


def add_finding(result, kind, numbers):
    """As the summary and the events of common.py have it."""
    if kind in FINDINGS:
        group, items, names = FINDINGS[kind]
        result.summary[group][items].append(
            {**dict(zip(names, numbers)), "kind": kind})
    elif kind == "reason":
        result.summary["taps"]["reason"] = "faint"
    else:
        start, *more = numbers
        end = more[0] if kind == "repetition" else start
        result.events.append({"kind": kind, "start_s": start, "end_s": end,
                              "confidence": more[-1] if more else 1})


class Trials:
    """Evaluates settings on the cases of a measure, several at once."""

    def __init__(self, program, cases):
        self.cases = cases
        paths = sorted({case.path for case in cases})
        self.index = {path: i for i, path in enumerate(paths)}
        self.idle = Queue()
        for _ in range(WORKERS):
            self.idle.put(Analyser(program, paths))
        self.values = self.idle.queue[0].values
        self.whole = self.idle.queue[0].whole

    def score(self, settings):
        """What each case adds to which figure."""
        analyser = self.idle.get()
        results = analyser.results(settings)
        self.idle.put(analyser)
        return [case.score(results[self.index[case.path]])
                for case in self.cases]

    def scores(self, many):
        with ThreadPoolExecutor(WORKERS) as pool:
            return list(pool.map(self.score, many))

    def folds(self):
        return sorted({case.fold for case in self.cases})

    def close(self):
        while not self.idle.empty():
            self.idle.get().close()


def figures(scores):
    pairs = defaultdict(list)
    for score in scores:
        for name, pair in score.items():
            if pair[1] > 0:
                pairs[name].append(pair)
    return {name: figure_of(name)[0](those) for name, those in pairs.items()}


def loss(scores):
    parts = [(value, figure_of(name)[1])
             for name, value in figures(scores).items()]
    return mean(value / bar for value, bar in parts if bar is not None)


def without(trials, scores, fold):
    return [s for s, case in zip(scores, trials.cases) if case.fold != fold]


def put_together(trials, of_fold):
    """Of each case the score that its fold has."""
    return [of_fold[case.fold][i] for i, case in enumerate(trials.cases)]


# ---- one parameter at a time ----

def tried(trials, parameter, as_is):
    """Values, the present one first, and their scores: the ends of the range
    and, where these change anything, half way to them."""
    key = parameter.file, parameter.name
    now = trials.values[key]
    ends = min(parameter.low, now), max(parameter.high, now)
    halves = [(now + end) / 2 for end in ends]
    values, scores = [now], [as_is]
    for more in (ends, halves):
        if key in trials.whole:
            more = [round(value) for value in more]
        more = sorted(set(more) - set(values))
        scores += trials.scores([{key: value} for value in more])
        values += more
        if all(score == as_is for score in scores):
            break
    return values, scores


def verdict_of(now, left_out):
    if abs(left_out - now) < CLEARLY:
        return ""
    return ("overfits" if left_out > WORSE * now else
            "better elsewhere" if left_out < BETTER * now else "")


def try_one(trials, parameter, as_is):
    """A line of the table."""
    values, scores = tried(trials, parameter, as_is)
    losses = [loss(s) for s in scores]
    best = min(range(len(values)), key=lambda i: losses[i])
    of_fold = {}
    for fold in trials.folds():
        others = [loss(without(trials, s, fold)) for s in scores]
        of_fold[fold] = scores[min(range(len(values)),
                                   key=lambda i: others[i])]
    out = loss(put_together(trials, of_fold))
    verdict = ("nothing" if all(s == as_is for s in scores) else
               verdict_of(losses[0], out))
    span = f"{min(values):g} .. {max(values):g}"
    return (f"{os.path.basename(parameter.file):<20}{parameter.name:<31}"
            f"{values[0]:>9.4g}  {span:<16}{losses[0]:7.3f}{losses[best]:7.3f} "
            f"{values[best]:>8.4g}{out:9.3f}"
            f"{max(losses) - min(losses):8.3f}  {verdict}").rstrip()


HEAD = (f"{'file':<20}{'parameter':<31}{'value':>9}  {'tried':<16}"
        f"{'as is':>7}{'best':>7} {'at':>8}{'left out':>9}{'change':>8}")


def print_figures(columns):
    """Figures of several scores, side by side."""
    names = list(columns)
    print(f"{'figure':<62}{'bar':>6}" + "".join(f"{n:>10}" for n in names))
    values = [figures(scores) if isinstance(scores, list) else scores
              for scores in columns.values()]
    for name in values[0]:
        bar = figure_of(name)[1]
        print(f"{name:<62}{'' if bar is None else f'{bar:g}':>6}" +
              "".join(f"{v.get(name, nan):10.3g}" for v in values))


# ---- all at once ----

def draw(trials, those, random):
    settings = {}
    for p in those:
        key = p.file, p.name
        now = trials.values[key]
        low, high = min(p.low, now), max(p.high, now)
        value = random.uniform(now - SPREAD * (now - low),
                               now + SPREAD * (high - now))
        settings[key] = round(value) if key in trials.whole else value
    return settings


def middle_of(draws, whole):
    return {key: round(mean(d[key] for d in draws)) if key in whole else
            mean(d[key] for d in draws) for key in draws[0]}


def try_draws(trials, those, count, as_is):
    random = Random(SEED)
    draws = [draw(trials, those, random) for _ in range(count)]
    scores = trials.scores(draws)
    folds = trials.folds()
    chosen = []
    for fold in folds:
        others = [loss(without(trials, s, fold)) for s in scores]
        order = sorted(range(count), key=lambda i: others[i])
        chosen.append(middle_of(
            [draws[i] for i in order[:max(1, count // BEST_PART)]],
            trials.whole))
    of_fold = dict(zip(folds, trials.scores(chosen)))
    all_figures = [figures(s) for s in scores]
    usual = {name: mean(f[name] for f in all_figures if name in f)
             for name in all_figures[0]}
    out = put_together(trials, of_fold)
    print(f"\n{len(those)} parameters, {count} draws: loss as it is "
          f"{loss(as_is):.3f}, left out {loss(out):.3f}, mean of draws "
          f"{mean(map(loss, scores)):.3f}")
    print_figures({"as it is": as_is, "left out": out, "draws": usual})


# ---- ----

def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("build", nargs="?")
    parser.add_argument("data", nargs="?")
    parser.add_argument("--measure")
    parser.add_argument("--only", default="")
    parser.add_argument("--draws", type=int)
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    if not asked.check and asked.data is None:
        parser.error("which BUILD and DATA?")
    return asked


def commit():
    done = subprocess.run(["git", "-C", TOP, "describe", "--always",
                           "--dirty"], capture_output=True, text=True,
                          check=False)
    return done.stdout.strip() or "unknown"


def try_measure(asked, measure, maker, those):
    from left_out_cases import cases_of  # needs packages that --check does not
    trials = Trials(os.path.join(asked.build, "left_out"),
                    cases_of(measure, maker))
    print(f"\n{measure}, at commit {commit()}: {len(trials.index)} recordings, "
          f"{len(trials.folds())} folds: {', '.join(trials.folds())}\n")
    as_is = trials.score({})
    print(HEAD, flush=True)
    for parameter in those:
        print(try_one(trials, parameter, as_is), flush=True)
    if asked.draws:
        try_draws(trials, those, asked.draws, as_is)
    trials.close()


def main():
    asked = arguments()
    if asked.check:
        return 0 if check() else 1
    maker = Maker(os.path.join(asked.build, "carpus"), asked.data,
                  os.path.join(asked.build, "left_out_recordings"))
    those = [p for p in parameters() if asked.only in p.name and
             asked.measure in (None, p.measure)]
    for measure in dict.fromkeys(p.measure for p in those):
        try_measure(asked, measure, maker,
                    [p for p in those if p.measure == measure])
    return 0


if __name__ == "__main__":
    sys.exit(main())
