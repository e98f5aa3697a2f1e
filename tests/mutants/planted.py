#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plants the faults of planted.txt, one at a time, in a copy of the sources
and sees whether the crash and USB tests fail: planted.py BUILD [NAME], NAME a
part of the fault's. The tests must pass as they are."""
import os
import re
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

from units import HERE, TOP, figure

SECONDS = 900  # a test that does not end has found something, too

Fault = namedtuple("Fault", "name targets command file before after")


def read_faults():
    text = "\n".join(row for row in (HERE / "planted.txt").read_text()
                     .splitlines() if not row.startswith("#"))
    faults = []
    for block in re.split(r"\n\n+", text.strip()):
        name, targets, command, file, before, after = block.splitlines()
        faults.append(Fault(name, targets[6:].split(), command[5:].split(),
                            file, before[2:], after[2:]))
    return faults


def plant(text, fault):
    """The text with the fault, whatever white space there is."""
    wanted = r"\s+".join(re.escape(word) for word in fault.before.split())
    if len(re.findall(wanted, text)) != 1:
        sys.exit(f"planted: '{fault.before}' is not once in {fault.file}")
    return re.sub(wanted, lambda _: fault.after, text)


def copy_sources(folder):
    """What has not changed keeps its time, and is not compiled anew."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=TOP, check=True,
                           capture_output=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        source, target = TOP / name, folder / name
        if not target.exists() or source.read_bytes() != target.read_bytes():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            shutil.copymode(source, target)


def build(folder, targets):
    done = subprocess.run(["make", "-s", "-j2"]
                          + [f"build/{target}" for target in targets],
                          cwd=folder, capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        sys.exit(f"planted: cannot build {targets}:\n{done.stderr[-2000:]}")


def passes(folder, command):
    words = [f"build/{command[0]}"] + [
        "build/carpus" if word == "carpus" else word for word in command[1:]]
    environment = dict(os.environ, LSAN_OPTIONS="suppressions=tests/lsan.supp:"
                       "print_suppressions=0")
    environment.pop("CRASH_FIGURES", None)
    try:
        return subprocess.run(words, cwd=folder, env=environment,
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, timeout=SECONDS,
                              check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def main():
    root = Path(sys.argv[1]).resolve()
    part = sys.argv[2] if len(sys.argv) > 2 else ""
    folder = root / "planted"
    copy_sources(folder)
    faults = [fault for fault in read_faults() if part in fault.name]
    missed = 0
    for fault in faults:
        source = folder / fault.file
        whole = source.read_text()
        source.write_text(plant(whole, fault))
        build(folder, fault.targets)
        found = not passes(folder, fault.command)
        source.write_text(whole)
        missed += not found
        print(f"{fault.name}: {'seen' if found else 'MISSED'}", flush=True)
    figure(root, "planted", "faults planted for classes 4 to 8", len(faults),
           f"{len(faults) - missed} seen by the crash and USB tests, "
           f"{missed} missed")
    sys.exit(missed > 0)


if __name__ == "__main__":
    main()
