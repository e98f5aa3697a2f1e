#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scores adherence: tests/accuracy/programme.py PROGRAM DATA. VERBOSE=1 prints
what is off, item by item.

Four weeks of a scripted person who does some exercises, halves others and
leaves some out, skips days, with and without a guide; and the real repetitions
of reps-uci, each block as a guided session of its own.
"""
import csv
import datetime
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from glob import glob
from statistics import mean, median

import h5py
import numpy

from common import arguments, read_csv, row, status, verbose

DATA = os.path.join(os.path.dirname(__file__), "..", "data")
WEEKS_FILE = os.path.join(DATA, "weeks.yaml")
JOBS = 2
SEED = 6
WEEKS, DAYS = 4, (0, 2, 4)
SKIPPED_DAYS = {(1, 4), (2, 2), (3, 0)}
FIRST_DAY = datetime.date(2026, 3, 2)
# What changes in the person from week to week.
PAIN, PAIN_A_WEEK = 8, -1.4
CADENCE, CADENCE_A_WEEK = 106, 2
WAY_S = 1.2  # a segment's arm is in its pose after so long
STATES = ("full", "part", "not done")


def run(program, *words):
    done = subprocess.run([program, *words], capture_output=True, text=True,
                          timeout=300, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(words)}: {done.stderr}")
    return done.stdout


def write_rows(path, rows):
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows(rows)


def analyse(program, path, *options):
    return json.loads(run(program, "analyse", *options, path))["programme"]


# ---- a person's session ----

class Session:
    """A script as it grows, its guide's events, and what was really done."""

    def __init__(self, week, day):
        self.lines = []
        self.at_s = 0
        self.week = week
        self.day = 7 * (week - 1) + day
        self.events = [(0, 0, f"programme name=weeks week={week}")]
        self.truth = {}  # of an item: state, parts of the dose
        self.play("rest", 15, "pose=lap")
        pain = round(PAIN + PAIN_A_WEEK * self.day / 7)
        self.mark(f"symptom name=pain when=before value={pain}")
        self.mark(f"symptom name=numbness when=before value={4 + day // 2 % 2}")

    def cadence(self):
        return CADENCE + CADENCE_A_WEEK * self.day / 7

    def play(self, activity, length_s, words=""):
        self.lines.append(f"{activity} {length_s:g} {words}")
        self.at_s += length_s

    def mark(self, label):
        self.events.append((self.at_s, self.at_s, label))

    def exercise(self, name, side, state, body, done):
        """Plays `body` as an exercise, unless nothing is done of it."""
        self.truth[name, side] = (state, done if state != "not done" else {})
        if state == "not done":
            self.mark(f"skipped id={name} side={side}")
            return
        start_s = self.at_s
        for part in body:
            self.play(*part)
        self.events.append((start_s, self.at_s,
                            f"exercise id={name} side={side} set=1"))
        self.play("rest", 14, "pose=lap")


def do_taps(session, state):
    count = 48 if state == "full" else 22
    session.exercise("taps", "left", state, [
        ("taps", 0.5 * count + 2, "rate=2 size=60 pose=lap")],
        {"repetitions": "tap"})


def do_touches(session, state):
    count = 6 if state == "full" else 3
    session.exercise("touches", "none", state,
                     [("knock", 5, "size=0.1 pose=lap")] * (2 * count),
                     {"repetitions": count, "hold_s": 5})


def do_circles(session, state):
    length_s = 34 if state == "full" else 17
    session.exercise("circles", "both", state, [
        ("curls", length_s, f"count={length_s} range=6 hold=0 pose=lap")],
        {"minutes": (length_s - 1) / 60, "repetitions": length_s})


def do_stretch(session, state):
    length_s = 18 if state == "full" else 8
    session.exercise("stretch", "both", state, [
        ("rest", length_s + WAY_S, "pose=hanging"), ("rest", 4, "pose=lap")],
        {"repetitions": 1, "hold_s": length_s})


def do_curls(session, state):
    count = 12 if state == "full" else 5
    session.exercise("curls", "both", state, [
        ("curls", 3.6 * count + 2, f"count={count} range=110 hold=0.3 "
         "tempo=1.2 pose=hanging")], {"repetitions": count})


def do_raises(session, state):
    count = 11 if state == "full" else 4
    session.exercise("raises", "both", state, [
        ("curls", 8.6 * count + 2, f"count={count} range=60 hold=5 tempo=1.2 "
         "pose=hanging")], {"repetitions": count, "hold_s": 5})


def do_walk(session, state):
    length_s = 165 if state == "full" else 80
    session.exercise("walk", "none", state, [
        ("walk", length_s, f"cadence={session.cadence():g}")],
        {"minutes": "walk", "steps": "step"})


DOES = (do_taps, do_touches, do_circles, do_stretch, do_curls, do_raises,
        do_walk)


def elsewhere(session, state):
    """What the band on the left wrist does not see."""
    session.truth["taps", "right"] = ("not done", {})
    session.truth["heels", "none"] = (state, {})
    if state != "not done":
        start_s = session.at_s
        session.play("rest", 20, "pose=outstretched")  # holds a chair
        session.events.append((start_s, session.at_s,
                               "exercise id=heels side=none set=1"))
        count = 12 if state == "full" else 5
        session.truth["heels", "none"] = (state, {"repetitions": count})
        session.mark(f"word id=heels side=none repetitions={count}")
        session.play("rest", 14, "pose=lap")
    session.truth["balance", "none"] = (state, {})
    if state != "not done":
        minutes = 5 if state == "full" else 2
        session.truth["balance", "none"] = (state, {"minutes": minutes})
        session.mark(f"hand id=balance minutes={minutes}")


def make_session(week, day, chance):
    session = Session(week, day)
    for do in DOES + (elsewhere,):
        do(session, chance.choices(STATES, (5, 3, 2))[0])
    return session


def sessions():
    chance = random.Random(SEED)
    return [make_session(week + 1, day, chance) for week in range(WEEKS)
            for day in DAYS if (week, day) not in SKIPPED_DAYS]


# ---- recorded, analysed ----

def record(program, session, folder):
    """Records a session: guided, plain, and what was really done."""
    motion, events, truth, plain = (
        os.path.join(folder, name) for name in
        ("x.motion", "e.csv", "t.csv", "plain.h5"))
    guided = os.path.join(folder, f"day{session.day:02}.h5")
    with open(motion, "w") as file:
        file.write("\n".join(session.lines) + "\n")
    write_rows(events, [("start_s", "end_s", "label", "source")] + [
        (*event, "programme") for event in session.events])
    words = ("record", "-q", "--device", "virtual:" + motion, "--wrist",
             "left", "--simulate", "speed=max", "--truth", truth)
    run(program, *words, "--events", events, "-o", guided)
    os.remove(truth)
    run(program, *words, "-o", plain)
    return guided, plain, read_csv(truth)


def perform(job):
    program, session, kept = job
    with tempfile.TemporaryDirectory() as folder:
        guided, plain, rows = record(program, session, folder)
        shutil.copy(guided, kept)
        options = ("--programme", WEEKS_FILE)
        return (session, rows, analyse(program, guided, *options),
                analyse(program, plain, *options, "--week",
                        str(session.week)),
                analyse(program, plain, "--programme", "hand-neuropathy"))


def real(session, rows, item):
    """What was really done of an item, with what only the script knows."""
    state, done = session.truth[item]
    done = dict(done)
    for part, kind in done.items():
        here = [r for r in rows if r["kind"] == kind]
        if part == "minutes" and kind == "walk":
            done[part] = sum(float(r["end_s"]) - float(r["start_s"])
                             for r in here) / 60
        elif isinstance(kind, str):
            done[part] = len(here)
    return state, done


class Score:
    def __init__(self):
        self.right = []
        self.counts = [0, 0]  # off, of all
        self.minutes = [0, 0]
        self.holds = [0]
        self.invented = 0


def score_done(score, name, done, truth):
    for part, value in truth.items():
        ours = done[part]
        if ours is None:
            continue
        if part in ("repetitions", "steps"):
            score.counts[0] += abs(ours - value)
            score.counts[1] += value
        elif part == "minutes":
            score.minutes[0] += abs(ours - value)
            score.minutes[1] += value
        elif part == "hold_s":
            score.holds.append(abs(ours - value))
            if abs(ours - value) > 0.4:
                verbose(name, "hold", ours, "of", value)


# What a session without a guide cannot show.
HIDDEN = {("touches", "none"), ("circles", "both"), ("heels", "none"),
          ("taps", "right"), ("balance", "none")}


def score_session(score, session, rows, found, guided):
    for it in found["items"]:
        item = it["exercise"], it["side"]
        state, done = real(session, rows, item)
        hidden = not guided and item in HIDDEN
        right = it["verdict"] == ("not measurable" if hidden else state)
        score.right.append(right)
        if not right:
            verbose("guided" if guided else "plain", item, it["verdict"], "is",
                    state, it["done"]["repetitions"], it["done"]["hold_s"],
                    it["done"]["minutes"], "of", done, it.get("reason"))
        if hidden or state == "not done":
            score.invented += any(value for value in it["done"].values())
        else:
            score_done(score, item, it["done"], done)


# ---- over the weeks ----

def set_date(path, day):
    """Recorded now: told to have been recorded on that day."""
    date = FIRST_DAY + datetime.timedelta(days=day)
    with h5py.File(path, "r+") as file:
        name = b"created_utc"
        text = h5py.h5a.open(file.id, name).get_type()
        size = text.get_size()
        h5py.h5a.delete(file.id, name)
        space = h5py.h5s.create(h5py.h5s.SCALAR)
        created = h5py.h5a.create(file.id, name, text, space)
        created.write(numpy.array(f"{date}T12:00:00.000Z".encode(),
                                  dtype=f"S{size}"), mtype=text)


def days_off(weeks, sessions):
    """Days on which a task's state was counted wrongly."""
    off = 0
    for week in weeks:
        here = [s for s in sessions if s.week == week["week"]]
        for task in week["tasks"]:
            states = [s.truth.get((task["exercise"], task["side"]), ("",))[0]
                      for s in here]
            off += abs(task["days_full"] - states.count("full"))
            off += abs(task["days_part"] - states.count("part"))
    return off


def score_history(program, folder, sessions):
    for session in sessions:
        set_date(os.path.join(folder, f"day{session.day:02}.h5"), session.day)
    out = os.path.join(folder, "history.json")
    run(program, "history", folder, "--programme",
        WEEKS_FILE, "-o", out)
    with open(out) as file:
        found = json.load(file)
    trends = {t["measure"]: t for t in found["trends"]}
    name = "scripted weeks"
    row(name, "history: days of a task counted wrongly",
        days_off(found["weeks"], sessions), 0, "<=")
    row(name, "history: pain a week, off", abs(
        trends["pain_before"]["slope_a_week"] - PAIN_A_WEEK), 0.2, "<=")
    row(name, "history: cadence a week, off, steps/min", abs(
        trends["cadence_spm"]["slope_a_week"] - CADENCE_A_WEEK), 0.5, "<=")
    judged = [trends[measure]["judgement"] == wanted for measure, wanted in
              (("pain_before", "better"), ("cadence_spm", "better"),
               ("numbness_before", "no trend"))]
    row(name, "history: changes judged wrongly", judged.count(False), 0, "<=")
    verbose("history", {m: (t["judgement"], t["slope_a_week"])
                        for m, t in trends.items()})


def score_weeks(program):
    with tempfile.TemporaryDirectory() as kept:
        jobs = [(program, session, kept) for session in sessions()]
        with ThreadPoolExecutor(JOBS) as pool:
            results = list(pool.map(perform, jobs))
        score_history(program, kept, [session for _, session, _ in jobs])
    for what, index in (("guided", 2), ("unguided", 3)):
        score = Score()
        for result in results:
            score_session(score, result[0], result[1], result[index],
                          what == "guided")
        name = "scripted weeks"
        row(name, f"{what}: state of items right, %", 100 * mean(score.right),
            95, ">=")
        row(name, f"{what}: counts off, %",
            100 * score.counts[0] / score.counts[1], 3, "<=")
        row(name, f"{what}: minutes off, %",
            100 * score.minutes[0] / score.minutes[1], 3, "<=")
        row(name, f"{what}: holds, worst error, s", max(score.holds), 0.5,
            "<=")
        row(name, f"{what}: measures of what was not done", score.invented, 0,
            "<=")
    row("scripted weeks", "other programme: sets given a name",
        sum(named(result[4]) for result in results), 0, "<=")


def named(found):
    """Items of a programme that were given repetitions of some other."""
    items = [it["exercise"] for it in found["items"]
             if it["done"]["repetitions"] and it["exercise"] != "finger-taps"]
    if items:
        verbose("hand-neuropathy", items)
    return len(items)


# ---- real days without exercise ----

DAILY = ("activity-geotec/rec", "steps-oxford-phone/rec", "taps-pin",
         "tremor-ppp")


def claimed(found):
    """What but walking is said to have been done."""
    return [it["exercise"] for it in found["items"]
            if it["verdict"] in ("full", "part") and
            it["exercise"] != "walking"]


def analyse_day(job):
    return claimed(analyse(*job, "--placement", "left-wrist", "--programme",
                           "hand-neuropathy"))


def days_of(data):
    return [path for folder in DAILY
            for path in sorted(glob(os.path.join(data, folder, "*.csv")))
            if not path.endswith(("truth.csv", ".steps.csv", "features.csv"))]


def score_daily(program, data):
    paths = days_of(data)
    with ThreadPoolExecutor(JOBS) as pool:
        results = list(pool.map(analyse_day, [(program, p) for p in paths]))
    for path, items in zip(paths, results):
        if items:
            verbose(path, items)
    row("all", "no exercise, but one is claimed, % of files",
        100 * mean(bool(items) for items in results), 5, "<=")


# ---- real repetitions ----

BLOCKS = ("correct", "fast", "low_amplitude")
AROUND_S = 4
SHOWN = 3  # repetitions by which a therapist sets what is asked for
ENOUGH = 0.8  # of their range
HOLD_S, HOLD_OFF_S = 5, 0.5


def block_span(truth, block):
    here = [t for t in truth if t["block"] == block and
            t["source"].startswith("auto_half")]
    return (min(float(t["start_s"]) for t in here) - AROUND_S,
            max(float(t["end_s"]) for t in here) + AROUND_S,
            len(here), median(float(t["hold_ref_s"]) for t in here))


def shown_range(program, path):
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "e.csv")
        run(program, "analyse", "--events", out, path)
        first = [float(e["value"]) for e in read_csv(out)
                 if e["kind"] == "repetition"][:SHOWN]
    return ENOUGH * median(first)


def record_block(program, path, name, span, range_deg, folder):
    """A block as a guided session: its recording and its programme."""
    motion, events, programme, out = (
        os.path.join(folder, n) for n in ("x.csv", "e.csv", "p.yaml", "x.h5"))
    with open(os.path.join(DATA, "reps.yaml")) as file:
        text = file.read().replace("range_deg: 60", f"range_deg: {range_deg}")
    with open(path, newline="") as file:
        header, *rows = csv.reader(file)
    rows = [r for r in rows if span[0] <= float(r[0]) <= span[1]]
    rows = [[float(r[0]) - float(rows[0][0]), *r[1:]] for r in rows]
    write_rows(motion, [header] + rows)
    with open(programme, "w") as file:
        file.write(text)
    write_rows(events, [("start_s", "end_s", "label", "source"),
                        (0, 0, "programme name=reps week=1", "programme"),
                        (0, rows[-1][0], f"exercise id={name} side=none "
                         "set=1", "programme")])
    run(program, "record", "-q", "--device", "virtual:" + motion, "--wrist",
        "right", "--simulate", "speed=max", "--rate", "26", "--events",
        events, "-o", out)
    return out, programme


def play_block(job):
    """The block's programme items, when it is a guided session."""
    with tempfile.TemporaryDirectory() as folder:
        out, programme = record_block(*job, folder)
        items = analyse(job[0], out, "--programme", programme)["items"]
    return {it["exercise"]: it for it in items}[job[2]]


def expected(block, hold_s):
    flags = set()
    if hold_s < HOLD_S - HOLD_OFF_S:
        flags.add("holds short")
    if block == "fast":
        flags.add("too fast")
    if block == "low_amplitude":
        flags.add("too small")
    return flags


def blocks(program, data):
    """Of each block what play_block takes, and what is wanted."""
    folder = os.path.join(data, "reps-uci")
    truth = read_csv(folder, "truth_reps.csv")
    for file in sorted({t["file"] for t in truth}):
        path = os.path.join(folder, file)
        range_deg = shown_range(program, path)
        name = "-".join(file.split("_")[2:4])
        for block in BLOCKS:
            start_s, end_s, count, hold_s = block_span(
                [t for t in truth if t["file"] == file], block)
            yield ((program, path, name, (start_s, end_s), range_deg),
                   (file, block, count, hold_s))


def score_real(program, data):
    jobs, wanted = zip(*blocks(program, data))
    with ThreadPoolExecutor(JOBS) as pool:
        items = list(pool.map(play_block, jobs))
    right = {block: [] for block in BLOCKS}
    off, holds = 0, []
    for item, (file, block, count, hold_s) in zip(items, wanted):
        done = item["done"]
        flags = set(item["flags"]) - {"uneven"}
        good = flags == expected(block, hold_s)
        right[block].append(good)
        if not good:
            verbose(file, block, item["verdict"], item["flags"], done)
        off += abs((done["repetitions"] or 0) - count)
        holds.append(abs((done["hold_s"] or 0) - hold_s))
    for block, what in zip(BLOCKS, ("slow with hold", "too fast",
                                    "too small")):
        row("reps-uci", f"as a programme: {what}, right, %",
            100 * mean(right[block]), 95, ">=")
    row("reps-uci", "as a programme: repetitions off, %",
        100 * off / sum(w[2] for w in wanted), 3, "<=")
    row("reps-uci", "as a programme: hold, median error, s", median(holds),
        0.5, "<=")


def main():
    program, data = arguments()
    score_weeks(program)
    score_daily(program, data)
    score_real(program, data)
    return status()


if __name__ == "__main__":
    raise SystemExit(main())
