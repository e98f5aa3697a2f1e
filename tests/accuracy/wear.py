#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scores when the band was worn: tests/accuracy/wear.py PROGRAM DATA. All real
recordings but one (on a table) are of people; scripts say when the band lies
on a table or travels in a bag, and have it cool and warm again."""
import os
import random
import tempfile
from glob import glob

from common import analyse, arguments, figure, perform, row, status

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
# Worn, and as steady as on a table or in a bag: told by being warm, after the
# band was away.
STEADY = ("knock 600", "knock 600 size=1", "typing 600 size=200")
BY_TEMPERATURE = (*(f"{USE}{line}\n{USE}" for line in AWAY),
                  *(f"{USE}table 600\n{3 * USE}{line}\n{USE}"
                    for line in STEADY))
# The same while it warms: on an arm that does not move when it is put on.
WARMING = [f"{USE}table 600\n{line}\n{USE}" for line in AT_HAND + STEADY]
RATE_HZ = 52


def seconds(spans):
    return sum(s["end_s"] - s["start_s"] for s in spans)


def away(result):
    return seconds(result.summary["quality"]["nonwear"])


def unknown(result):
    return seconds(result.summary["quality"]["wear_unknown"])


def worst_s(results):
    """The most seconds that one recording is said to be off too long or not
    long enough."""
    return max(abs(away(r) - seconds(
        [{"start_s": float(t["start_s"]), "end_s": float(t["end_s"])}
         for t in r.truth if t["kind"] == "nonwear"])) for r in results)


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
    worn = perform(program, [f"{USE}{line}\n{USE}" for line in AT_HAND],
                   RATE_HZ)
    row("scripted", "worn, said to be off, s", sum(map(away, worn)), 0, "<=")
    row("scripted", "worn, said to be not known, s",
        sum(map(unknown, worn)), 0, "<=")
    told = perform(program, BY_TEMPERATURE, RATE_HZ)
    row("scripted", "table and bags of 10 min, worst error, s",
        worst_s(told[:len(AWAY)]), 15, "<=")
    row("scripted", "steady arms, by temperature: worst error, s",
        worst_s(told[len(AWAY):]), 15, "<=")
    row("scripted", "arms while the band warms: worst error, s",
        worst_s(perform(program, WARMING, RATE_HZ)), 15, "<=")


def score_without_temperature(program):
    """What temperature is worth: a bag is then not known, and never off."""
    blind = perform(program, BY_TEMPERATURE, RATE_HZ, has_temperature=False)
    bags = [r for r, line in zip(blind, AWAY) if line.startswith("bag")]
    row("scripted", "bags, no temperature: said to be off, s",
        sum(map(away, bags)), 0, "<=")
    row("scripted", "bags, no temperature: not known, least, s",
        min(map(unknown, bags)), 585, ">=")
    figure("scripted", "steady arms, no temperature: worst error, s",
           worst_s(blind[len(AWAY):]))


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
    score_without_temperature(program)
    score_noisy(program)
    return status()


if __name__ == "__main__":
    raise SystemExit(main())
