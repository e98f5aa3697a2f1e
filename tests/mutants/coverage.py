#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the unit tests of units.txt with gcov and tells which branches of those
files no test took: coverage.py BUILD. Fails on any that unreached.txt does not
give a reason for, and on a line of that which gives one too many."""
import gzip
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from units import HERE, TOP, figure, read_units, run_test


def run_all(build, folder, units):
    for old in folder.rglob("*.gcda"):
        old.unlink()
    for test in sorted({test for tests in units.values() for test in tests}):
        if not run_test(folder / test, folder / "run", 300):
            sys.exit(f"coverage: {build}/coverage/{test} fails")


def branches(folder, file):
    """(line, taken) of each branch of a file."""
    data = (folder / "obj" / file).with_suffix(".gcda")
    subprocess.run(["gcov", "--json-format", "--branch-probabilities", data],
                   cwd=folder, check=True, stdout=subprocess.DEVNULL)
    report = folder / (data.stem + ".gcov.json.gz")
    with gzip.open(report) as stream:
        files = json.load(stream)["files"]
    return [(line["line_number"], branch["count"] > 0)
            for part in files if part["file"] == file
            for line in part["lines"] for branch in line["branches"]]


def read_unreached():
    """How many branches of a line may stay: {(file, text): number}."""
    allowed = Counter()
    for row in (HERE / "unreached.txt").read_text().splitlines():
        if row and row[0] not in "# ":
            file, number, text = row.split(" ", 2)
            allowed[file, text] += int(number)
    return allowed


def main():
    build = Path(sys.argv[1]).resolve()
    folder = build / "coverage"
    units = read_units()
    run_all(sys.argv[1], folder, units)
    allowed = read_unreached()
    failed = False
    for file in units:
        text = (TOP / file).read_text().splitlines()
        all_of_them = branches(folder, file)
        taken = sum(taken for _, taken in all_of_them)
        excused = 0
        for number, _ in (b for b in all_of_them if not b[1]):
            key = file, text[number - 1].strip()
            why = "excused" if allowed[key] > 0 else "not taken"
            excused += allowed[key] > 0
            failed |= allowed[key] <= 0
            allowed[key] -= 1
            print(f"{file}:{number}: {why}: {key[1]}")
        total = len(all_of_them)
        percent = 100 * taken / total if total else 100
        also = f", {excused} with a reason" if excused else ""
        figure(build, "coverage", f"branch coverage: {file}", total,
               f"{percent:.1f} % taken{also}")
    for (file, text), left in allowed.items():
        if left > 0:
            failed = True
            print(f"unreached.txt: {file}: {left} too many: {text}")
    sys.exit(failed)


if __name__ == "__main__":
    os.environ["LC_ALL"] = "C"
    main()
