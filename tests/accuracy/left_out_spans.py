# SPDX-License-Identifier: GPL-3.0-or-later
"""Cases of left_out.py: tremor, wear and programmes."""
import os

import programme
import tremor
import wear
from common import read_csv
from left_out_base import Case, minutes, trust_spans
from variants import at_half_rate, without_gyroscope


# ---- tremor ----

def score_detector(name, windows):
    def score(result):
        found = tremor.spans(result.summary, ("rest",))
        missed = sum(all(tremor.overlap(w, s) <= 0.5 for s in found)
                     for w in windows)
        return {f"{name}: published detector's windows missed, %":
                (100 * missed, len(windows))}
    return score


def score_no_tremor(name):
    def score(result):
        length = sum(b - a for a, b in tremor.spans(result.summary))
        return {f"{name}: time called tremor, %":
                (100 * length, 60 * minutes(result))}
    return score


def here_of(result, at):
    return [s for s in result.summary["tremor"]["segments"]
            if tremor.overlap(at, (s["start_s"], s["end_s"])) > 1]


def score_tremors(kind, amplitude):
    """Tremor after tremor, as in tremor.py's score_scripted."""
    def score(result):
        spans = [(15 + 28 * i, 35 + 28 * i)
                 for i in range(len(tremor.FREQUENCIES))]
        found = [here_of(result, at) for at in spans]
        inside = sum(map(len, found))
        off = sum(len(those) != 1 for those in found)
        off += max(0, len(result.summary["tremor"]["segments"]) - inside)
        ones = [(hz, those[0]) for hz, those in zip(tremor.FREQUENCIES, found)
                if len(those) == 1]
        out = {"scripted: missing, split or false": (off, 1),
               "scripted: kind wrong, %":
                   (100 * sum(s["kind"] != kind for _, s in ones), len(ones))}
        if ones:
            out["scripted: frequency, worst error, Hz"] = (
                max(abs(s["frequency_hz"] - hz) for hz, s in ones), 1)
        if ones and amplitude >= 0.5:
            out["scripted: amplitude, worst error, %"] = (
                max(100 * abs(s["rms_dps"] / amplitude - 1)
                    for _, s in ones), 1)
        return out
    return score


KINETIC_HZ = [hz for hz in tremor.FREQUENCIES if hz > 3.3]


def score_kinetic(result):
    found = 0
    for i in range(len(KINETIC_HZ)):
        at = (12 + 28 * i, 32 + 28 * i)
        found += any(s["kind"] == "kinetic" and
                     tremor.overlap(at, (s["start_s"], s["end_s"])) > 10
                     for s in result.summary["tremor"]["segments"])
    return {"scripted: kinetic, not found, %":
            (100 * (len(KINETIC_HZ) - found), len(KINETIC_HZ))}


def score_rhythm(result):
    return {"scripted brushing and shaking: called tremor, %":
            (100 * bool(result.summary["tremor"]["segments"]), 1)}


def score_day(name, lines):
    truth = list(tremor.tremor_spans(lines))

    def score(result):
        segments = result.summary["tremor"]["segments"]
        sure = wrong = 0
        for s in segments:
            if s["confidence"] >= 0.9:
                span = s["start_s"], s["end_s"]
                inside = sum(max(0, tremor.overlap(span, t)) for t in truth)
                sure += 1
                wrong += inside < 0.5 * (span[1] - span[0])
        missed = sum(not here_of(result, t) for t in truth)
        return {**trust_spans("tremor", segments, truth),
                f"{name}: of confidence 0.9, wrong, %": (100 * wrong, sure),
                f"{name}: tremors not found, %":
                    (100 * missed, len(truth))}
    return score


def scripted_tremor(maker):
    cases = [(pose, kind, amplitude) for pose, kind in tremor.POSES
             for amplitude in tremor.AMPLITUDES]
    scripts = ["rest 15 pose=lap\n" + "".join(
        f"tremor 20 frequency={hz} amplitude={amplitude} pose={pose}\n"
        "rest 8 pose=lap\n" for hz in tremor.FREQUENCIES)
        for pose, _, amplitude in cases]
    for (pose, kind, amplitude), (path, _) in zip(
            cases, maker.played(scripts, 104)):
        yield Case(path, "scripted", f"scripted {pose}",
                   score_tremors(kind, amplitude))
    scripts = ["rest 12 pose=lap\n" + "".join(
        f"tremor 20 frequency={hz} amplitude={amplitude} pose=moving\n"
        "rest 8 pose=lap\n" for hz in KINETIC_HZ)
        for amplitude in tremor.KINETIC_AMPLITUDES]
    for path, _ in maker.played(scripts, 104):
        yield Case(path, "scripted", "scripted moving", score_kinetic)
    scripts = [f"rest 12 pose=lap\n{what} 25 frequency={hz} "
               f"amplitude={amplitude}\nrest 8 pose=lap\n"
               for what, hz, amplitude in tremor.RHYTHMS]
    for path, _ in maker.played(scripts, 104):
        yield Case(path, "scripted", "scripted rhythms", score_rhythm)
    days = [tremor.day(seed) for seed in range(tremor.DAYS)]
    scripts = ["\n".join(lines) + "\n" for lines in days]
    for has_gyro, every in ((True, 1), (False, 2)):
        name = "scripted days" + ("" if has_gyro else ", 3 axes")
        for lines, (path, _) in zip(days[::every], maker.played(
                scripts[::every], 104, has_gyro)):
            yield Case(path, "scripted", "scripted days",
                       score_day(name, lines))


def trembling(maker):
    name = "tremor-ppp"
    windows = [(float(w["win_start_s"]), float(w["win_end_s"]))
               for w in read_csv(maker.data, name, "truth.csv")
               if w["ref_tremor_checked"] == "1"]
    path, = maker.real(name, "ppp*.csv")
    yield Case(maker.changed(path, "3 axes", without_gyroscope), name, name,
               score_detector(f"{name}, 3 axes", windows))
    for hz in (100, 50, 25):
        what = name if hz == 100 else f"{name}, {hz} Hz"
        yield Case(path, name, name, score_detector(what, windows))
        path = maker.changed(path, "half", at_half_rate)
    for name, pattern in tremor.WITHOUT_TREMOR:
        for path in maker.real(".", pattern):
            yield Case(path, name, name, score_no_tremor(name))
            if name in ("reps-uci", "activity-geotec"):
                yield Case(maker.changed(path, "3 axes", without_gyroscope),
                           name, name, score_no_tremor(f"{name}, 3 axes"))
    yield from scripted_tremor(maker)


# ---- wear ----

def score_worn(name):
    def score(result):
        length = 60 * minutes(result)
        return {f"{name}: worn, said to be off, %":
                    (100 * wear.away(result), length),
                f"{name}: worn, said to be not known, %":
                    (100 * wear.unknown(result), length)}
    return score


def score_table(name):
    def score(result):
        length = 60 * minutes(result)
        return {f"{name}: on a table, not found, %":
                (100 * (length - wear.away(result)), length)}
    return score


def score_away(truth):
    true = wear.seconds([{"start_s": float(t["start_s"]),
                          "end_s": float(t["end_s"])}
                         for t in truth if t["kind"] == "nonwear"])

    def score(result):
        return {"scripted: table and bags, worst error, s":
                (abs(wear.away(result) - true), 1)}
    return score


def wearing(maker):
    for pattern in wear.WORN:
        name = pattern.split("/")[0]
        for path in maker.real(".", pattern):
            on_table = path.endswith(wear.TABLE)
            yield Case(path, name, name,
                       score_table(name) if on_table else score_worn(name))
    scripts = [f"{wear.USE}{line}\n{wear.USE}" for line in wear.AT_HAND]
    for path, _ in maker.played(scripts, 52):
        yield Case(path, "scripted", "scripted, worn", score_worn("scripted"))
    scripts = [f"{wear.USE}{line}\n{wear.USE}" for line in wear.AWAY]
    for i, (path, truth) in enumerate(maker.played(scripts, 52)):
        yield Case(path, "scripted", f"scripted, away {i}", score_away(truth))
    folder = os.path.join(maker.folder, "tables")
    os.makedirs(folder, exist_ok=True)
    for hz in (12.5, 25, 52, 104, 200):
        for mg, dps in ((1, 0.03), (2, 0.1), (4, 0.1), (4, 0.2), (4, 0.3)):
            yield Case(wear.lay(folder, hz, mg, dps), "scripted",
                       f"tables at {hz:g} Hz", score_table("scripted"))


# ---- programmes ----

def score_items(name, session, truth):
    def score(result):
        found = programme.Score()
        programme.score_session(found, session, truth, result.programme,
                                name == "guided")
        return {f"{name}: state of items wrong, %":
                    (100 * found.right.count(False), len(found.right)),
                f"{name}: counts off, %":
                    (100 * found.counts[0], found.counts[1]),
                f"{name}: minutes off, %":
                    (100 * found.minutes[0], found.minutes[1]),
                f"{name}: holds, worst error, s": (max(found.holds), 1),
                f"{name}: measures of what was not done":
                    (found.invented, 1)}
    return score


def score_named(result):
    return {"other programme: sets given a name":
            (programme.named(result.programme), 1)}


def score_claimed(result):
    return {"daily life: no exercise, but one is claimed, %":
            (100 * bool(programme.claimed(result.programme)), 1)}


def score_block(name, wanted):
    _, block, count, hold_s = wanted

    def score(result):
        item, = (it for it in result.programme["items"]
                 if it["exercise"] == name)
        flags = set(item["flags"]) - {"uneven"}
        wrong = flags != programme.expected(block, hold_s)
        done = item["done"]
        off = abs((done["repetitions"] or 0) - count)
        return {"reps-uci: blocks judged wrongly, %": (100 * wrong, 1),
                "reps-uci: repetitions off, %": (100 * off, count),
                "reps-uci: hold, median error, s":
                    (abs((done["hold_s"] or 0) - hold_s), 1)}
    return score


def prescribed(maker):
    """Paths are here what left_out.c takes: FILE,PROGRAMME,WEEK,PLACEMENT."""
    for session in programme.sessions():
        folder = maker.emptied("session", session.day)
        guided, plain, truth = programme.record(maker.program, session, folder)
        fold, weeks = f"day {session.day}", programme.WEEKS_FILE
        yield Case(f"{guided},{weeks},0,other", "scripted", fold,
                   score_items("guided", session, truth))
        yield Case(f"{plain},{weeks},{session.week},other", "scripted", fold,
                   score_items("unguided", session, truth))
        yield Case(f"{plain},hand-neuropathy,0,other", "scripted", fold,
                   score_named)
    for path in programme.days_of(maker.data):
        name = os.path.relpath(path, maker.data).split(os.sep)[0]
        yield Case(f"{path},hand-neuropathy,0,left-wrist", name, name,
                   score_claimed)
    for job, wanted in programme.blocks(maker.program, maker.data):
        folder = maker.emptied("block", wanted)
        out, written = programme.record_block(*job, folder)
        yield Case(f"{out},{written},0,other", "reps-uci",
                   f"person {wanted[0][:2]}", score_block(job[2], wanted))
