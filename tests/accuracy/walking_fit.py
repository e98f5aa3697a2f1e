# SPDX-License-Identifier: GPL-3.0-or-later
"""Fits the walking model and says how well it does on sets that it was not
fitted on: python3 tests/accuracy/walking_fit.py PROGRAM DATA BUILD. Takes
minutes, needs numpy and scipy; `make accuracy` does not run it.

Writes BUILD/weights.inc and builds the program with the weights of each fit in
BUILD, which is not the folder that PROGRAM is in. analysis/walking_weights.inc
is of a fit with the band to 11 Hz; analysis/walking_model.c says why. The terms are those of analysis/walking_model.c;
windows, spectra and constants must be as there.

Where steps-pebble has only a count, PROGRAM's own steps say when a step fell,
if their number is within a tenth of the true one; else only the range of
cadence is known.
"""
import os
import subprocess
import sys
import tempfile
from glob import glob
from random import Random

import numpy as np
from scipy.optimize import minimize
from scipy.signal import filtfilt, firwin

from common import analyse, read_csv
from robust import walking_figures
from variants import analyse_motions, load, slowed, without_gyroscope
from walking import (score_geotec, score_none, score_oxford, score_pebble,
                     steps_of)

RATE_HZ, WINDOW, HOP, PADDED, RATES = 25, 80, 12, 128, 48
BIN_HZ = RATE_HZ / PADDED
LOG_HZ = np.log(0.65) + 0.035 * np.arange(RATES)
HZ = np.exp(LOG_HZ)
HANN = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
BAND = slice(int(np.ceil(0.35 / BIN_HZ)), int(np.ceil(10 / BIN_HZ)))
SHARP = slice(int(np.ceil(3.5 / BIN_HZ)), BAND.stop)
EVERY = 2  # windows overlap: each second one is fitted on

# A term and the sign that its weight may have; 0: any. BIAS has no penalty.
# The gyroscope's are given: see analysis/walking_model.c.
TERMS = {"STEP": 1, "STEP_3": 1, "AXES_2": 1, "AXES_HALF": 1, "RATE": 0,
         "RATE_FAR": -1, "RATE_FAST": 0, "AXES_SLOW": 0, "MAGNITUDE": 0,
         "SMOOTH": -1, "ROUGH": -1, "BIAS": 0}
GYRO_WEIGHTS = {"SWING": 4, "TURNING": -0.5}
PENALTY = 1e-5
SCRIPTED_WEIGHT = 0.3  # against that of a set
SLOWED = "slowed "     # before the name of a set: its walks, slowed down
SLOWED_WEIGHT = 0.15
SLOWER = (1.4, 1.8, 2.3)  # times; to about 80, 60 and 48 steps a minute


# ---- what is in a window ----

def windows(x):
    """Hops by samples by axes, without mean, zero where nothing is."""
    centres = np.arange(HOP // 2, len(x), HOP)
    pad = np.zeros((WINDOW, x.shape[1]))
    at = WINDOW // 2 + centres[:, None] + np.arange(WINDOW)
    there = np.concatenate([pad[:, :1], np.ones((len(x), 1)), pad[:, :1]])[at]
    out = np.concatenate([pad, x, pad])[at]
    return (out - out.sum(1, keepdims=True) /
            there.sum(1, keepdims=True)) * there


def spectrum(x):
    density = np.abs(np.fft.rfft(x * HANN[:, None], PADDED, axis=1)) ** 2
    density = 2 / (RATE_HZ * np.sum(HANN ** 2)) * density.sum(2)
    return density, 1e-9 + density[:, BAND].sum(1)


def tooth(density, band, multiple):
    """Amplitude of the share of power at a multiple of each step rate."""
    x = HZ * multiple / BIN_HZ
    low = np.minimum(x.astype(int), PADDED // 2 - 1)
    power = density[:, low] + (x - low) * (density[:, low + 1] -
                                           density[:, low])
    power[:, HZ * multiple > 10] = 0
    share = power * 1.5 * PADDED / WINDOW / band[:, None]
    return np.sqrt(np.minimum(share, 1))


def terms_of(rows):
    """Windows by step rates by TERMS, and which windows are calm."""
    magnitude = windows(np.sqrt((rows[:, :3] ** 2).sum(1))[:, None])
    mag, mag_band = spectrum(magnitude)
    axes, axes_band = spectrum(windows(rows[:, :3]))
    one = np.ones((len(mag), RATES))
    log_rms = np.log(np.sqrt(mag_band * BIN_HZ) + 0.005)
    sharp = np.sqrt(axes[:, SHARP].sum(1) / axes_band)
    below = axes[:, 1:BAND.start].sum(1)
    far = np.maximum(0, np.abs(LOG_HZ - np.log(1.8)) - 0.25)
    term = {
        "STEP": tooth(mag, mag_band, 1), "STEP_3": tooth(mag, mag_band, 3),
        "AXES_2": tooth(axes, axes_band, 2),
        "AXES_HALF": tooth(axes, axes_band, 0.5),
        "RATE": one * LOG_HZ, "RATE_FAR": one * far ** 2,
        "RATE_FAST": np.maximum(0, -0.7 - log_rms)[:, None] *
        np.maximum(0, LOG_HZ - np.log(2.2)),
        "AXES_SLOW": one * np.sqrt(below / (below + axes_band))[:, None],
        "MAGNITUDE": one * np.sqrt(np.minimum(1, mag_band / axes_band))
        [:, None],
        "SMOOTH": one * np.maximum(0, 0.3 - sharp)[:, None],
        "ROUGH": one * (np.maximum(0, sharp - 0.65) *
                        np.maximum(0, -1.5 - log_rms))[:, None],
        "BIAS": one,
    }
    calm = (magnitude[:, :, 0] ** 2).mean(1) < 0.02 ** 2
    return np.stack([term[t] for t in TERMS], 2).astype(np.float32), calm


def rows_of(motion):
    """Acceleration at RATE_HZ, and the time of the first row."""
    time, axes = np.array(motion[0]), np.array(motion[1:4]).T
    source_hz = (len(time) - 1) / (time[-1] - time[0])
    if source_hz > 1.2 * RATE_HZ:
        taps = firwin(int(8 * source_hz / RATE_HZ) | 1, 11.5, fs=source_hz)
        axes = filtfilt(taps, 1, axes, axis=0)
    at = np.arange(np.ceil(time[0] * RATE_HZ), time[-1] * RATE_HZ) / RATE_HZ
    return np.column_stack([np.interp(at, time, axis)
                            for axis in axes.T]), at[0]


def slow_down(rows, slower):
    return np.array(slowed(rows.T.tolist(), slower)).T


# ---- what is known of a window: rates that may be its, the last: none ----

class Known:
    def __init__(self, start_s, samples):
        count = len(range(HOP // 2, samples, HOP))
        self.centre = start_s + (HOP // 2 + HOP * np.arange(count)) / RATE_HZ
        self.may = np.zeros((count, RATES + 1), bool)

    def none(self, start, end):
        self.may[(self.centre > start) & (self.centre < end), RATES] = True

    def range(self, start, end, low_hz, high_hz):
        here = (self.centre > start) & (self.centre < end)
        self.may[here, :RATES] = (HZ > low_hz) & (HZ < high_hz)

    def steps(self, times, start, end):
        times = np.array(times)
        for i, t in enumerate(self.centre):
            near = times[np.abs(times - t) < 1.7]
            ways = np.diff(near)
            if (start + 0.5 < t < end - 0.5 and len(near) > 2 and
                    ways.max() < 1.7 * np.median(ways)):
                log_hz = np.log(np.clip(1 / ways.mean(), 0.66, 3.3))
                self.may[i, :RATES] = np.abs(LOG_HZ - log_hz) < 0.042


    def slowed(self, samples, slower):
        """What is then known of the walk slowed down to so many samples."""
        out = Known(self.centre[0] - HOP / 2 / RATE_HZ, samples)
        was = np.round(np.arange(len(out.may)) / slower).astype(int)
        lower = round(np.log(slower) / (LOG_HZ[1] - LOG_HZ[0]))
        may = self.may[np.minimum(was, len(self.may) - 1)]
        out.may[:, :RATES - lower] = may[:, lower:RATES]
        return out


def know_pebble(known, truth, result):
    steps, length = int(truth["true_steps"]), float(truth["duration_s"])
    ours = steps_of(result)
    if steps == 0:
        known.none(-1, length + 1)
    elif abs(len(ours) - steps) <= 0.1 * steps:
        for bout in result.summary["walking"]["bouts"]:
            known.steps(ours, bout["start_s"], bout["end_s"])
    else:
        hz = steps / length
        known.range(0.12 * length, 0.88 * length, 0.95 * hz, 1.3 * hz)


def know_geotec(known, truth):
    for t in truth:
        start, end = float(t["t_start_s"]), float(t["t_end_s"])
        if t["label"] in ("WALKING", "TURNING"):
            known.range(start + 0.3, end - 0.3, 1.1, 2.6)
        elif t["label"] == "SEATED":
            known.none(start, end - 0.8)


class Windows:
    def __init__(self):
        self.term, self.may, self.name = [], [], []

    def add(self, name, motion, know):
        rows, start_s = rows_of(motion)
        known = Known(start_s, len(rows))
        know(known)
        self.take(name, rows, known)
        return rows, known

    def add_slowed(self, name, motion, know):
        """The walk as it is and slowed down."""
        rows, known = self.add(name, motion, know)
        for slower in SLOWER:
            slow = slow_down(rows, slower)
            self.take(SLOWED + name, slow, known.slowed(len(slow), slower))

    def take(self, name, rows, known):
        terms, calm = terms_of(rows)
        here = np.where(known.may.any(1) & ~calm)[0][::EVERY]
        self.term.append(terms[here])
        self.may.append(known.may[here])
        self.name += [name] * len(here)

    def close(self):
        self.term = np.concatenate(self.term)
        self.may = np.concatenate(self.may)
        self.name = np.array(self.name)


def add_real(out, program, data):
    name = "steps-pebble"
    truth = read_csv(data, name, "truth.csv")
    paths = [os.path.join(data, name, t["file"]) for t in truth]
    for path, t, result in zip(paths, truth, analyse(program, paths)):
        add = out.add_slowed if int(t["true_steps"]) > 0 else out.add
        add(name, load(path), lambda k: know_pebble(k, t, result))
    name = "steps-oxford-phone"
    for t in read_csv(data, name, "truth.csv"):
        steps = [float(s["t_s"])
                 for s in read_csv(data, name, t["steps_file"])]
        out.add_slowed(name, load(data, name, t["file"]),
                       lambda k: k.steps(steps, steps[0], steps[-1]))
    name = "steps-multigait"
    steps = [float(s["t_s"]) for s in read_csv(data, name, "truth.csv")]
    out.add(name, load(data, name, "wrist_bout_ref_ics.csv"),
            lambda k: k.steps(steps, steps[0], steps[-1]))
    name = "activity-geotec"
    truth = read_csv(data, name, "truth.csv")
    for file in sorted({t["file"] for t in truth}):
        out.add(name, load(data, name, file), lambda k: know_geotec(
            k, [t for t in truth if t["file"] == file]))
    for name in ("reps-uci", "taps-pin"):
        for path in sorted(glob(os.path.join(data, name, "[sp]*_*.csv"))):
            out.add(name, load(path), lambda k: k.none(-1, 1e9))


# ---- scripted motion ----

POSES = ("lap", "table", "hanging", "raised", "outstretched", "moving")


def walk(random):
    cadence = random.uniform(45, 200)
    pace = cadence / 110
    runs = cadence > 150
    stamps = not runs and random.random() < 0.25
    impact = (np.exp(random.uniform(-0.7, 0.9)) if runs else
              np.exp(random.uniform(-0.7, 1.4)) if stamps else
              pace * np.exp(random.uniform(-3.5, -0.7)))
    bounce = (random.uniform(0.3, 0.9) if runs else
              min(0.4, pace ** 1.5 * random.uniform(0.04, 0.2)))
    swing = random.choice((random.uniform(0, 4), random.uniform(10, 30),
                           random.uniform(25, 60)))
    return (f"walk {random.uniform(15, 40):.0f} cadence={cadence:.1f} "
            f"swing={swing:.1f} jitter={random.uniform(.005, .06):.3f} "
            f"impact={impact:.3f} bounce={bounce:.3f} "
            f"asymmetry={random.uniform(0, .3):.2f}")


# Activity, its length and parameters: from, to, and whether in logarithm.
IDLE = (
    ("curls", 30, 60, ("count", 6, 12.9, 0), ("range", 15, 150, 0),
     ("hold", 0, 1.9, 0), ("jitter", 0, 0.15, 0)),
    ("curls", 20, 30, ("count", 10, 25, 0), ("range", 5, 60, 1),
     ("hold", 0, 0, 0), ("jitter", 0, 0.1, 0)),  # circles of fingers
    ("tremor", 15, 30, ("frequency", 2.5, 11, 0), ("amplitude", 0.5, 60, 1),
     ("wander", 0, 0.05, 0), ("waxing", 0, 0.6, 0)),
    ("brush", 20, 40, ("frequency", 2.5, 5.5, 0), ("amplitude", 20, 150, 1)),
    ("shake", 10, 20, ("frequency", 1.2, 5, 0), ("amplitude", 40, 300, 1)),
    ("wash", 30, 60, ("strength", 20, 200, 1)),
    ("typing", 20, 40, ("rate", 2, 9, 0), ("size", 5, 200, 1)),
    ("taps", 15, 30, ("rate", 0.7, 6, 0), ("size", 10, 500, 1),
     ("spin", 0, 15, 0)),
    ("knock", 2, 4, ("size", 0.2, 5, 1)),
)


def idle(random, name, low, high, *parameters):
    words = [f"{name} {random.uniform(low, high):.0f}"]
    for key, least, most, is_log in parameters:
        value = (np.exp(random.uniform(np.log(least), np.log(most))) if is_log
                 else random.uniform(least, most))
        form = "d" if key in ("count", "hold") else ".3f"
        words.append(f"{key}={int(value) if form == 'd' else value:{form}}")
    return " ".join(words + ["pose=" + random.choice(POSES)])


def scripts():
    random = Random(7)
    for _ in range(40):
        yield "".join(f"rest 6\n{walk(random)}\n"
                      for _ in range(4)) + "rest 5\n"
    for kind in IDLE:
        for _ in range(6):
            yield "".join(f"rest 5\n{idle(random, *kind)}\n"
                          for _ in range(5)) + "rest 5\n"


def know_scripted(known, truth):
    steps = [float(t["start_s"]) for t in truth if t["kind"] == "step"]
    known.none(-1, 1e9)
    for t in truth:
        start, end = float(t["start_s"]), float(t["end_s"])
        if t["kind"] == "walk":
            known.may[(known.centre > start - 2) & (known.centre < end + 2)] = 0
            known.steps(steps, start, end)


def add_scripted(out, program):
    for script in scripts():
        with tempfile.TemporaryDirectory() as folder:
            motion, truth, h5, rows = (os.path.join(folder, name) for name in
                                       ("x.motion", "t.csv", "x.h5", "x.csv"))
            with open(motion, "w") as file:
                file.write(script)
            for command in (["record", "-q", "--device", "virtual:" + motion,
                             "--simulate", "speed=max", "--rate", "104",
                             "--truth", truth, "-o", h5],
                            ["export", h5, "-o", rows]):
                subprocess.run([program, *command], check=True,
                               capture_output=True, timeout=600)
            out.add("scripted", load(rows), lambda k: know_scripted(
                k, read_csv(truth)))


# ---- the fit ----

def balance(windows, use):
    """Each set's walking counts as much as any other's, and its idling."""
    weight = np.zeros(len(use))
    for name in np.unique(windows.name[use]):
        for is_none in (False, True):
            here = (use & (windows.name == name) &
                    (windows.may[:, RATES] == is_none))
            if here.any():
                of_set = (SCRIPTED_WEIGHT if name == "scripted" else
                          SLOWED_WEIGHT if name.startswith(SLOWED) else 1)
                weight[here] = of_set / here.sum()
    return weight / weight.sum()


def fit(windows, left_out):
    """Weights of TERMS, the likeliest given all sets but one."""
    use = ~np.isin(windows.name, (left_out, SLOWED + str(left_out)))
    weight = balance(windows, use)[use]
    term, may = windows.term[use], windows.may[use]
    ridge = PENALTY * np.array([name != "BIAS" for name in TERMS])

    def loss(value):
        score = np.zeros((len(weight), RATES + 1))
        score[:, :RATES] = term @ value.astype(np.float32) - np.log(RATES)
        odds = np.exp(score - score.max(1, keepdims=True))
        right = odds * may
        total, good = odds.sum(1), right.sum(1) + 1e-30
        slope = (weight / total)[:, None] * odds - \
            (weight / good)[:, None] * right
        slope = np.tensordot(slope[:, :RATES].astype(np.float32), term,
                             ([0, 1], [0, 1]))
        return (-(weight * np.log(good / total)).sum() +
                (ridge * value ** 2).sum(), slope + 2 * ridge * value)

    bounds = [(0 if sign > 0 else None, 0 if sign < 0 else None)
              for sign in TERMS.values()]
    return minimize(loss, np.zeros(len(TERMS)), jac=True, method="L-BFGS-B",
                    bounds=bounds, options={"maxiter": 200}).x


def build(folder, weights):
    """The program with these weights."""
    os.makedirs(folder, exist_ok=True)
    path = os.path.abspath(os.path.join(folder, "weights.inc"))
    with open(path, "w") as file:
        for name, weight in [*zip(TERMS, weights), *GYRO_WEIGHTS.items()]:
            file.write(f"[{name}] = {weight:.3f}F,\n")
    subprocess.run(["make", f"BUILD={folder}", "-j2", "all",
                    f"CPPFLAGS=-DWALKING_WEIGHTS='\"{path}\"'"],
                   check=True, capture_output=True)
    return os.path.join(folder, "carpus")


def score_geotec_both(program, data):
    score_geotec(program, data)
    files = sorted(glob(os.path.join(data, "activity-geotec/rec/*.csv")))
    results = analyse_motions(program, [without_gyroscope(load(file))
                                        for file in files])
    for what, _, _, value in walking_figures(data, files, results):
        print(f"  without its gyroscope: {what}: {value:.1f}")


def main():
    program, data, folder = sys.argv[1:]
    windows = Windows()
    add_real(windows, program, data)
    add_scripted(windows, program)
    windows.close()
    scores = {
        "steps-pebble": score_pebble,
        "steps-oxford-phone": score_oxford,
        "activity-geotec": score_geotec_both,
        "reps-uci": lambda *to: score_none(*to, "reps-uci", "s*_wrist.csv"),
        "taps-pin": lambda *to: score_none(*to, "taps-pin", "pin_*.csv"),
    }
    for left_out, score in scores.items():
        print(f"{left_out} left out", flush=True)
        score(build(folder, fit(windows, left_out)), data)
    print("fitted on all", flush=True)
    fitted = build(folder, fit(windows, None))
    for score in scores.values():
        score(fitted, data)


if __name__ == "__main__":
    main()
