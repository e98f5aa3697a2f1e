# SPDX-License-Identifier: GPL-3.0-or-later
"""Guided sessions as a wearer has them: guided.py SCENARIO.

Each scenario is a function below. They run in a folder with small.yaml and
wearer.motion, the programme and what the virtual wearer does; time goes ten
times as fast where nothing else is said.
"""
import json
import os
import re
import signal
import subprocess
import sys

from terminal import Terminal

CARPUS = os.environ["CARPUS"]
FILE = f"guided-{sys.argv[1]}.h5"


def guided(*more, speed="10", columns=80, rows=24, programme="small.yaml",
           **environment):
    environment = {"LC_ALL": "C.UTF-8", "TERM": "xterm", **environment}
    return Terminal(
        [CARPUS, "record", "-o", FILE, "--programme", programme,
         "--participant", "P01", "--device", "virtual:wearer.motion",
         "--simulate", f"speed={speed}", "--wrist", "left", *more],
        columns, rows, **environment)


def answer(t):
    """Pain and numbness before."""
    t.wait_for("how strong is your pain")
    t.press("space")
    t.wait_for("how numb")
    t.press("space")
    t.wait_for("First: Finger taps, left hand")


def finish(t, status=0):
    got = t.end()
    assert got == status, f"exit status {got}:\n{t.text()}"
    assert t.is_restored(), "the terminal is not as it was"


def run(*arguments):
    return subprocess.run([CARPUS, *arguments], check=True,
                          capture_output=True, text=True).stdout


def check_kept():
    """The recording is there, whole, and nothing beside it."""
    run("verify", FILE)
    assert not os.path.exists(FILE + ".journal")


def events():
    """(start_s, length_s, label) of the programme's events."""
    rows = re.findall(r"^ +([0-9.]+) s +([0-9.]+) s +(.*) \(programme\)$",
                      run("info", FILE), re.M)
    return [(float(start), float(length), label) for start, length, label in rows]


def labels():
    return [label for _, _, label in events()]


# ---- whole sessions ----

def to_the_end(t):
    """The left hand's taps are counted until they are enough; by word the
    right hand's; curls are skipped; half an hour of heat."""
    t.wait_for("how strong is your pain")
    t.press("right", "right", "right", "right", "left", "space")
    t.wait_for("how numb")
    t.press("right", "space")
    t.wait_for("First: Finger taps, left hand")
    t.press("space")
    t.wait_for("Get ready.")
    t.wait_for("of 20 times")
    t.wait_for("Done: Finger taps, left hand", 60)
    t.wait_for("Finger taps, right hand")
    t.press("space", "space")
    t.wait_for("space: finished")
    t.press("space")
    t.wait_for("How many did you do? Finger taps, right hand")
    t.press("left", "left", "space")
    t.wait_for("Next: Biceps curls, left hand")
    t.press("right", "right")
    t.wait_for("Heat")
    t.press("right", "right", "space")
    t.wait_for("That was all.")
    t.press("right", "right", "space")
    t.wait_for("how numb".capitalize())
    t.press("space")
    t.wait_for("anything to note")
    t.press("e", "s", " ", "g", "e", "h", "t", "x", "back", "ü", "enter")


def check_whole_session(t):
    finish(t)
    check_kept()
    summary = t.text()
    assert "Finger taps, right hand: 18 of 20 times (as you said)" in summary
    assert "Not done: 2 of the exercises." in summary
    assert "Pain, 0 to 10: 3 before, 2 after" in summary
    assert labels() == [
        "programme name=small week=2",
        "symptom name=pain when=before value=3",
        "symptom name=numbness when=before value=1",
        "exercise id=finger-taps side=left set=1",
        "exercise id=finger-taps side=right set=1",
        "word id=finger-taps side=right repetitions=18",
        "skipped id=biceps-curls side=left",
        "skipped id=biceps-curls side=right",
        "hand id=heat minutes=10",
        "symptom name=pain when=after value=2",
        "symptom name=numbness when=after value=0",
    ], labels()
    notes = re.search(r"^notes +(.*)$", run("info", FILE), re.M)
    assert notes and notes.group(1) == "es gehtü", notes
    check_live_count(summary)


def check_live_count(summary):
    """What was counted live is what the analysis finds, within one."""
    live = re.search(r"Finger taps, left hand: (\d+) of", summary)
    start, length, _ = next(e for e in events() if e[2].startswith("exercise"))
    run("analyse", "--events", FILE + ".csv", FILE)
    with open(FILE + ".csv", encoding="utf-8") as file:
        rows = [line.split(",") for line in file]
    taps = [float(row[1]) for row in rows if row[0] == "tap"]
    after = sum(start <= tap < start + length for tap in taps)
    print(f"taps live {live.group(1)}, afterwards {after}")
    assert abs(int(live.group(1)) - after) <= 1


def real_time():
    t = guided("--week", "2", speed="1")
    to_the_end(t)
    check_whole_session(t)


def faster():
    t = guided("--week", "2")
    to_the_end(t)
    check_whole_session(t)


# ---- keys ----

def keys():
    t = guided()
    answer(t)
    t.press("x", "1", "back", "down")  # nothing
    t.press("right")
    t.wait_for("First: Finger taps, right hand")
    t.press("left")
    t.wait_for("First: Finger taps, left hand")
    t.press("space")
    t.wait_for("Get ready.")
    t.press("down")
    t.wait_for("Pause.")
    t.press("up")
    t.wait_for("Get ready.")
    t.press("space")
    t.wait_for("of 20 times")
    t.press("down")
    t.wait_for("Pause.")
    t.press("space")
    t.wait_for("space: finished")
    t.press("left")
    t.wait_for("Get ready.")
    t.press("space")
    t.wait_for("space: finished")
    t.press("right")
    t.wait_for("Skipped: Finger taps, left hand")
    t.press("down")
    t.wait_for("Pause.")
    t.press("down")
    t.wait_for("It goes on in")
    t.press("left")
    t.wait_for("Finger taps, left hand")
    t.press("q")
    finish(t)
    check_kept()
    assert labels()[3:] == [
        "skipped id=finger-taps side=left",
        "pause", "pause",
        "exercise id=finger-taps side=left set=1",
        "exercise id=finger-taps side=left set=1",
        "skipped id=finger-taps side=left",
        "pause",
    ], labels()


# ---- Ctrl-C in each state ----

STATES = {
    "question": ([], "how strong is your pain", 0),
    "wait": (["space", "space"], "First:", 0),
    "countdown": (["space", "space", "space"], "Get ready.", 0),
    "exercise": (["space"] * 4, "space: finished", 1),
    "pause": (["space"] * 4 + ["down"], "Pause.", 1),
    "word": (["space"] * 5, "How many did you do?", 1),
    "rest": (["space"] * 6, "It goes on in", 1),
    "hand": (["space"] * 2 + ["right"] * 4, "How many minutes", 0),
    "after": (["space"] * 2 + ["right"] * 4 + ["space"], "That was all.", 0),
    "notes": (["space"] * 2 + ["right"] * 4 + ["space"] * 3 + ["o", "k"],
              "> ok_", 0),
}


def interrupt():
    for state, (pressed, words, spans) in STATES.items():
        t = guided(speed="1")
        t.wait_for("how strong is your pain")
        t.press(*pressed)
        t.wait_for(words)
        t.look(0.5)  # some samples at least
        t.press("ctrl-c")
        finish(t)
        check_kept()
        got = sum(label.startswith("exercise") for label in labels())
        assert got == spans, f"{state}: {labels()}"
        assert ("pause" in labels()) == (state == "pause"), state
        if state == "notes":
            assert re.search("^notes +ok$", run("info", FILE), re.M)
        os.remove(FILE)


def interrupt_twice():
    t = guided(speed="1")
    answer(t)
    t.press("space", "space")
    t.wait_for("space: finished")
    for number in (signal.SIGSTOP, signal.SIGINT, signal.SIGTERM,
                   signal.SIGCONT):
        t.send(number)
    finish(t, 82)
    run("recover", FILE + ".journal")
    assert labels()[-1] == "exercise id=finger-taps side=left set=1", labels()


def killed():
    """What cannot be caught costs what was not on the disk, no more."""
    t = guided(speed="1")
    answer(t)
    t.look(2)
    t.send(signal.SIGKILL)
    t.end()
    run("recover", FILE + ".journal")
    assert labels()[:1] == ["programme name=small week=1"], labels()


def lost():
    """The recording ends by itself in the middle of an exercise."""
    t = guided("--simulate", "speed=10,fault=stall@40:900")
    answer(t)
    t.press("space", "space")
    t.wait_for("space: finished")
    finish(t, 84)
    run("verify", FILE)
    assert labels()[-1].startswith("exercise id=finger-taps"), labels()


def for_a_time():
    t = guided("--for", "30s")
    answer(t)
    t.press("space", "space")
    finish(t)
    check_kept()
    start, length, label = events()[-1]
    assert label.startswith("exercise id=finger-taps") and length > 5, label


# ---- terminals ----

def resize():
    t = guided(speed="1")
    answer(t)
    for columns, rows in ((100, 50), (40, 10), (80, 24), (20, 5), (60, 12)):
        t.resize(columns, rows)
        t.wait_for("Finger taps")
        t.look(0.3)
        assert all(len(row) < columns for row in t.text().split("\n"))
    t.press("space", "space")
    t.resize(40, 10)
    t.wait_for("0 of 20 times")
    t.wait_for("space: finished")
    t.press("ctrl-c")
    finish(t)
    check_kept()


def small():
    t = guided(columns=40, rows=10, speed="1")
    answer(t)
    t.wait_for("space: start")
    t.press("space")
    t.wait_for("space: start now")
    t.press("space")
    t.wait_for("of 20 times")
    t.press("q")
    finish(t)


def no_colour():
    t = guided(speed="1", NO_COLOR="1")
    answer(t)
    t.press("space", "space")
    t.wait_for("space: finished")
    t.press("q")
    finish(t)
    assert not re.search(r"\x1b\[[0-9;]*m", t.raw), "there are colours"


def dumb():
    """Line after line: each thing once, and nothing for time alone."""
    t = guided(TERM="dumb", rows=200)
    answer(t)
    t.press("space")
    t.wait_for("Get ready.")
    t.wait_for("of 20 times")
    t.wait_for("Done: Finger taps, left hand", 60)
    t.press("ctrl-c")
    finish(t)
    assert "\x1b" not in t.raw
    assert t.raw.count("Get ready.") == 1
    assert t.raw.count("20 of 20 times") <= 3
    assert "Time 0:0" not in t.raw


def ascii_only():
    t = guided("--lang", "de", speed="1", LC_ALL="C")
    t.wait_for("Bevor es losgeht")
    t.press("space")
    t.wait_for("Haende oder Fuesse")
    t.press("space", "space")
    t.wait_for("Leertaste: jetzt | > auslassen")
    t.press("q")
    finish(t)
    assert all(ord(character) < 128 for character in t.raw)


def german():
    t = guided("--lang", "de", speed="1")
    t.wait_for("Bevor es losgeht: Wie stark sind Ihre Schmerzen jetzt?")
    t.press("space")
    t.wait_for("Wie taub sind Ihre Hände oder Füße jetzt?")
    t.press("space")
    t.wait_for("Zuerst: Fingertippen, linke Hand")
    t.press("q")
    finish(t)


def suspended():
    """Ctrl-Z does nothing; who is stopped all the same gives the terminal back
    meanwhile, and draws anew."""
    t = guided(speed="1")
    answer(t)
    t.press("ctrl-z")
    t.press("space")
    t.wait_for("Get ready.")
    t.send(signal.SIGTSTP)
    t.look(0.5)
    assert not t.second_page and t.cursor_shown
    t.clear(80, 24)
    t.send(signal.SIGCONT)
    t.wait_for("Finger taps, left hand")
    assert t.second_page
    t.press("q")
    finish(t)
    check_kept()


def quiet_and_json():
    t = guided("-q", "--json", speed="1")
    answer(t)
    t.press("q")
    finish(t)
    text = t.raw.split("\x1b[?1049l")[-1]
    assert "Pain" not in text
    assert json.loads(text)["events"] == 3, text


def notes_of_the_command_line():
    t = guided("--notes", "cold hands", speed="1")
    answer(t)
    t.press(*["right"] * 4, "space", "space", "space")
    t.wait_for("anything to note")
    t.press("w", "a", "r", "m", "enter")
    finish(t)
    text = run("info", FILE)
    assert "cold hands" in text and "warm" in text


globals()[sys.argv[1]]()
