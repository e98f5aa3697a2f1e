#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scores when the band was worn: tests/accuracy/wear.py PROGRAM DATA. All real
recordings but one (on a table) are of people; scripts say when the band lies
on a table or travels in a bag."""
import os
import random
import tempfile
from glob import glob

from common import analyse, arguments, perform, row, status

WORN = ("steps-pebble/rec/*.csv", "steps-oxford-phone/rec/*.csv",
        "activity-geotec/rec/*.csv", "reps-uci/s*.csv", "taps-pin/pin*.csv",
        "tremor-ppp/ppp*.csv", "steps-multigait/wrist_sda*.csv")
TABLE = "watch_on_table.csv"

USE = "walk 60\nwash 60\ncurls 60\nrest 60\nwalk 60\n"
# What is worn all the time, and what is away in between for 10 minutes.
AT_HAND = ("rest 600", "typing 600", "tremor 600 amplitude=5",
           "taps 600 rate=2", "rest 600 pose=hanging",
           "tremor 600 amplitude=0.3")
AWAY = ("table 600", "bag 600", "bag 600 cadence=100",
        "bag 600 cadence=115 shaking=150 sway=6", "bag 600 shaking=40")


def seconds(spans):
    return sum(s["end_s"] - s["start_s"] for s in spans)


def away(result):
    return seconds(result.summary["quality"]["nonwear"])


def unknown(result):
    return seconds(result.summary["quality"]["wear_unknown"])


def score_real(program, data):
    for pattern in WORN:
        paths = [p for p in sorted(glob(os.path.join(data, pattern)))
                 if not p.endswith((".steps.csv", TABLE))]
        results = analyse(program, paths)
        length_s = sum(r.summary["recording"]["duration_s"] for r in results)
        name = pattern.split("/")[0]
        row(name, "worn, said to be off, %",
            100 * sum(map(away, results)) / length_s, 0, "<=")
        row(name, "worn, said to be not known, %",
            100 * sum(map(unknown, results)) / length_s, 1, "<=")
    table = os.path.join(data, "steps-pebble", "rec", TABLE)
    if os.path.exists(table):
        result, = analyse(program, [table])
        row("steps-pebble", "on a table, found, %",
            100 * away(result) / result.summary["recording"]["duration_s"],
            95, ">=")


def score_scripted(program):
    worn = perform(program, [f"{USE}{line}\n{USE}" for line in AT_HAND], 52)
    row("scripted", "worn, said to be off, s", sum(map(away, worn)), 0, "<=")
    row("scripted", "worn, said to be not known, s",
        sum(map(unknown, worn)), 0, "<=")
    gone = perform(program, [f"{USE}{line}\n{USE}" for line in AWAY], 52)
    off = max(abs(away(r) - seconds(
        [{"start_s": float(t["start_s"]), "end_s": float(t["end_s"])}
         for t in r.truth if t["kind"] == "nonwear"])) for r in gone)
    row("scripted", "table and bags of 10 min, worst error, s", off, 15, "<=")


def lay(folder, rate_hz, accel_mg, gyro_dps, seconds=120):
    """A band on a table: noise of its sensors, and a gyroscope 3 deg/s off."""
    path = os.path.join(folder, f"{rate_hz}-{accel_mg}-{gyro_dps}.csv")
    noise = random.Random(1).gauss
    with open(path, "w") as file:
        file.write("t_s,ax_g,ay_g,az_g,gx_dps,gy_dps,gz_dps\n")
        for row in range(int(seconds * rate_hz)):
            values = [noise(mean, accel_mg / 1000) for mean in (0, 0, 1)]
            values += [noise(mean, gyro_dps) for mean in (3, -3, 0.5)]
            file.write(f"{row / rate_hz:.4f}," +
                       ",".join(f"{value:.4f}" for value in values) + "\n")
    return path


def score_noisy(program):
    with tempfile.TemporaryDirectory() as folder:
        results = analyse(program, [
            lay(folder, rate_hz, accel_mg, gyro_dps)
            for rate_hz in (12.5, 25, 52, 104, 200)
            for accel_mg, gyro_dps in ((1, 0.03), (2, 0.1), (4, 0.1),
                                       (4, 0.2), (4, 0.3))])
        row("scripted", "on a table, any gyroscope, found, least, %",
            min(100 * away(r) / r.summary["recording"]["duration_s"]
                for r in results), 95, ">=")


def main():
    program, data = arguments()
    score_real(program, data)
    score_scripted(program)
    score_noisy(program)
    return status()


if __name__ == "__main__":
    raise SystemExit(main())
