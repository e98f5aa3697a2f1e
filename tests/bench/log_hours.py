#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long the log lasts on real motion: log_hours.py CARPUS DATA.

A virtual wristband (8 g, 2000 deg/s, with the sensor's noise) is moved by each
recording that has a gyroscope, and logs at 104 Hz what it measures; the bytes
are those of all blocks of samples, with their headers, in 15 MB as the board
has for it. (A record has two blocks more, for its beginning and its end.)
"""
import csv
import json
import os
import subprocess
import sys
import tempfile

SETS = [
    ("lying still", None),
    ("free living, tremor", "tremor-ppp/ppp_verily_wrist.csv"),
    ("timed up-and-go", "activity-geotec/rec"),
    ("walking", "steps-multigait/wrist_sda_unlabelled_acc_gyr.csv"),
    ("exercise (25 Hz)", "reps-uci"),
]
FLASH_BYTES = 15 * 2**20 - 3 * 4096
BEGIN_END_BYTES = 2 * 1024
RAW_SAMPLE = 12
RATE_HZ = 104
MOST_S = 600


def files(path):
    if not os.path.isdir(path):
        return [path]
    names = sorted(os.path.join(path, name) for name in os.listdir(path))
    return [name for name in names if duration_s(name) > 0]


def duration_s(path):
    """Of a recording with a gyroscope; 0 for any other file."""
    with open(path, newline="") as file:
        rows = csv.reader(file)
        head = next(rows)
        if head[:1] != ["t_s"] or "gz_dps" not in head:
            return 0
        return float(list(rows)[-1][0])


def log(carpus, motion, length_s, folder):
    """Returns (samples, bytes) of a record of `length_s`."""
    device = "virtual" if motion is None else f"virtual:{motion}"
    if motion is None:
        still = os.path.join(folder, "still.motion")
        with open(still, "w") as file:
            file.write(f"rest {length_s + 10}\n")
        device = f"virtual:{still}"
    flash = f"speed=max,flash={os.path.join(folder, 'flash')}"
    run = [carpus, "device", "log"]
    subprocess.run(run + ["setup", "--by", "button", "--rate", str(RATE_HZ),
                          "--device", "virtual", "--simulate", flash],
                   check=True, stdout=subprocess.DEVNULL)
    alone = f"{flash},offline={length_s + 3},press=1;{length_s + 1}"
    out = subprocess.run(run + ["list", "--json", "--device", device,
                                "--simulate", alone],
                         check=True, stdout=subprocess.PIPE).stdout
    record = json.loads(out)[-1]
    return record["samples"], record["bytes"] - BEGIN_END_BYTES


def main():
    carpus, data = sys.argv[1:]
    print(f"{'motion':22} {'bytes a sample':>14} {'hours at 104 Hz':>16}")
    raw_h = FLASH_BYTES / RAW_SAMPLE / RATE_HZ / 3600
    print(f"{'(not packed)':22} {RAW_SAMPLE:14.2f} {raw_h:16.1f}")
    for name, path in SETS:
        samples = size = 0
        paths = [None] if path is None else files(os.path.join(data, path))
        for one in paths:
            with tempfile.TemporaryDirectory() as folder:
                length = MOST_S if one is None else duration_s(one)
                more = log(carpus, one, min(int(length), MOST_S), folder)
            samples += more[0]
            size += more[1]
        each = size / samples
        hours = FLASH_BYTES / each / RATE_HZ / 3600
        print(f"{name:22} {each:14.2f} {hours:16.1f}")


if __name__ == "__main__":
    main()
