# SPDX-License-Identifier: GPL-3.0-or-later
"""What the accuracy scripts share: running carpus on many files at once, and
printing a line a figure. Plain Python.

A line says: set | measure | ours | bar | best other tool | pass or FAIL. A
missed bar fails the run if bars.csv lists its set and measure; other bars are
printed to work towards.
"""
import csv
import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

_missed = []


def read_csv(*path):
    with open(os.path.join(*path), newline="") as file:
        return list(csv.DictReader(file))


def _listed():
    bars = read_csv(os.path.dirname(__file__), "bars.csv")
    return {(bar["set"], bar["measure"]): bar for bar in bars}


def _number(value):
    is_tiny = 0 < abs(value) < 0.005
    return f"{value:.1e}" if is_tiny else f"{value:.2f}"


def verbose(*words):
    """Prints what VERBOSE=1 asks for: what is off, file by file."""
    if os.environ.get("VERBOSE"):
        print("   ", *words)


def figure(name, measure, value):
    """Prints a figure that nobody has set a bar for."""
    print(f"{name:<19}| {measure:<44}| {_number(value):>8} | {'none':<11}| "
          f"{'':<22}|", flush=True)


def row(name, measure, value, bar, sense, best_other=""):
    """Prints a figure. `sense` is "<=", ">=" or "=" (to six digits); a listed
    bar counts rather than the one given."""
    listed = _listed().get((name, measure))
    if listed:
        bar, sense = float(listed["bar"]), listed["sense"]
    good = (value <= bar if sense == "<=" else value >= bar if sense == ">="
            else f"{value:.6g}" == f"{bar:.6g}")
    if listed and not good:
        _missed.append(measure)
    ours = f"{value:.6g}" if sense == "=" else _number(value)
    print(f"{name:<19}| {measure:<44}| {ours:>8} | "
          f"{f'{sense} {bar:g}':<11}| {best_other:<22}| {'pass' if good else 'FAIL'}", flush=True)


def status():
    """Exit status: 1 where a listed bar was missed."""
    return 1 if _missed else 0


def _analyse(job):
    program, path = job
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "events.csv")
        done = subprocess.run([program, "analyse", "--events", out, path],
                              check=True, capture_output=True, text=True,
                              timeout=600)
        summary = json.loads(done.stdout)
        events = read_csv(out)
    for event in events:
        for key in ("start_s", "end_s", "value", "confidence"):
            event[key] = float(event[key])
    return SimpleNamespace(summary=summary, events=events)


def analyse(program, paths):
    """Summary and events of each file, in order; as many at once as there are
    processors."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(_analyse, [(program, path) for path in paths]))


def _as_csv(program, path, columns):
    """Without temperature; of 4 columns without gyroscope, too."""
    done = subprocess.run([program, "export", path], check=True,
                          capture_output=True, text=True, timeout=600)
    with open(path + ".csv", "w", newline="") as file:
        csv.writer(file).writerows(line.split(",")[:columns]
                                   for line in done.stdout.splitlines())
    return path + ".csv"


def _record(job):
    program, script, rate_hz, columns = job
    with tempfile.TemporaryDirectory() as folder:
        motion, truth, out = (os.path.join(folder, name) for name in
                              ("x.motion", "truth.csv", "x.h5"))
        with open(motion, "w") as file:
            file.write(script)
        subprocess.run([program, "record", "-q", "--device",
                        "virtual:" + motion, "--simulate", "speed=max",
                        "--rate", str(rate_hz), "--truth", truth, "-o", out],
                       check=True, capture_output=True, timeout=600)
        if columns:
            out = _as_csv(program, out, columns)
        result = _analyse((program, out))
        result.truth = read_csv(truth)
    return result


def perform(program, scripts, rate_hz=208, has_gyro=True,
            has_temperature=True):
    """Summary, events and truth of motion scripts, as analyse. Without
    gyroscope there is no temperature either."""
    columns = 4 if not has_gyro else 7 if not has_temperature else None
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(_record, [(program, script, rate_hz, columns)
                                       for script in scripts]))


def arguments():
    if len(sys.argv) != 3:
        sys.exit(f"Usage: {sys.argv[0]} PROGRAM DATA")
    return sys.argv[1], sys.argv[2]
