#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plants one fault at a time in the files of units.txt and sees whether their
unit tests find it: mutants.py BUILD [--file F] [--sample N --seed S] [-j N].
A fault that compiles to the same code as the original, or stands in
equivalent.txt with the reason, is none. Fails below 95 % found."""
import argparse
import os
import random
import re
import subprocess
import sys
import time
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from units import HERE, TOP, figure, read_units, run_test

LEAST = 95  # percent of them to be found

# Where a fault is planted, what it becomes.
Mutant = namedtuple("Mutant", "start end text")

SWAPS = {
    "<": ["<=", ">="], "<=": ["<", ">"], ">": [">=", "<="], ">=": [">", "<"],
    "==": ["!="], "!=": ["=="], "&&": ["||"], "||": ["&&"],
    "+": ["-"], "-": ["+"], "*": ["/"], "/": ["*"], "%": ["*"],
    "<<": [">>"], ">>": ["<<"], "&": ["|"], "|": ["&"],
    "+=": ["-="], "-=": ["+="], "*=": ["/="], "/=": ["*="],
}
# clang-format puts spaces about a binary operator and none after a unary one.
OPERATOR = re.compile(r"(?<= )(?:[<>=!+\-*/]=|&&|\|\||<<|>>|[<>+\-*/%&|])(?=\s)")
STEP = re.compile(r"\+\+|--")
NOT = re.compile(r"!(?!=)")
NUMBER = re.compile(r"(?<![\w.])(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?(?:e\d+)?)"
                    r"(?![\w.])")
WORD = re.compile(r"(?<![\w.>])(?:true|false)\b")
CONDITION = re.compile(r"\b(if|while) \(")
RETURN = re.compile(r"\breturn ([^;]+);")
STATEMENT = re.compile(r"(?<=[;{}:)])\s*\n\s+(?=[\w*(])([^;{}]*;)")
DECLARATION = re.compile(r"(?:static|const|struct|enum|unsigned|extern)\b|"
                         r"\w+ \**\w+( =|;|\[|,)|return\b|goto\b|else\b|"
                         r"if\b|while\b|for\b|assert\b|case\b")


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def code_only(text):
    """The text with comments, strings, asserts and preprocessor lines blank,
    and all that is not in a function."""
    text = re.sub(r"/\*.*?\*/|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])+'", blank,
                  text, flags=re.S)
    text = re.sub(r"^#(?:.*\\\n)*.*$|\bassert\(.*\);|^ *(?:static const|enum)\b"
                  r"[^;]*;", blank, text, flags=re.M)
    inside = False
    lines = []
    for line in text.split("\n"):
        inside = inside or line == "{"
        lines.append(line if inside else " " * len(line))
        inside = inside and line != "}"
    return "\n".join(lines)


def closing(code, opening):
    depth = 0
    for i in range(opening, len(code)):
        depth += (code[i] == "(") - (code[i] == ")")
        if depth == 0:
            return i
    raise ValueError("unbalanced")


def other_numbers(number):
    if not re.fullmatch(r"\d+|0[xX][0-9a-fA-F]+", number):
        return [f"({number} * 2)"]
    octal = re.fullmatch(r"0\d+", number)
    n = int(number, 8 if octal else 0)
    return [str(n + 1)] + ([str(n - 1)] if n > 0 else [])


def generate(text):
    """All mutants of a file, in its order."""
    code = code_only(text)
    out = []

    def add(match, replacement, group=0):
        out.append(Mutant(match.start(group), match.end(group), replacement))

    for match in OPERATOR.finditer(code):
        for other in SWAPS.get(match.group(), []):
            add(match, other)
    for match in STEP.finditer(code):
        add(match, "--" if match.group() == "++" else "++")
    for match in NOT.finditer(code):
        add(match, "")
    for match in NUMBER.finditer(code):
        for other in other_numbers(match.group()):
            add(match, other)
    for match in WORD.finditer(code):
        add(match, "false" if match.group() == "true" else "true")
    for match in CONDITION.finditer(code):
        end = closing(code, match.end() - 1)
        for value in ("1", "0") if match.group(1) == "if" else ("0",):
            out.append(Mutant(match.end(), end, value))
    for match in RETURN.finditer(code):
        for value in ("0", "1", "-1"):
            add(match, value, 1)
    for match in STATEMENT.finditer(code):
        if not DECLARATION.match(match.group(1)):
            add(match, ";", 1)
    unique = {text[:m.start] + m.text + text[m.end:]: m for m in out}
    unique.pop(text, None)
    return sorted(unique.values())


def lines_of(text, mutant):
    """(number, lines before, lines after) of what is changed."""
    first = text.rfind("\n", 0, mutant.start) + 1
    last = text.find("\n", mutant.end)
    before = text[first:last]
    after = (text[first:mutant.start] + mutant.text + text[mutant.end:last])
    flat = [" ".join(part.split()) for part in (before, after)]
    return text.count("\n", 0, mutant.start) + 1, *flat


def apply(text, mutant):
    lost = text.count("\n", mutant.start, mutant.end)
    return text[:mutant.start] + mutant.text + "\n" * lost + text[mutant.end:]


def read_equivalent():
    """{(file, before, after)} of equivalent.txt."""
    known = set()
    file = before = None
    for row in (HERE / "equivalent.txt").read_text().splitlines():
        if row.startswith("acquire/"):
            file = row
        elif row.startswith("- "):
            before = row[2:]
        elif row.startswith("+ "):
            known.add((file, before, row[2:]))
    return known


class Bench:
    """One file and its tests, built in a folder of each worker's own."""

    def __init__(self, build, file, tests):
        self.build = build
        self.file = file
        self.tests = tests
        self.text = (TOP / file).read_text()
        self.optimised = self.compile(self.text, self.folder(0), "-O2")
        self.plain = self.compile(self.text, self.folder(0), "-O1")
        self.seconds = {}
        self.measure()

    def folder(self, worker):
        folder = self.build / "mutants" / str(worker)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def compile(self, text, folder, level):
        """The object's bytes, None if the text does not compile."""
        source = folder / Path(self.file).name
        source.write_text(text)
        target = source.with_suffix(".o")
        command = os.environ["COMPILE"].split() + [
            level, "-w", f"-fmacro-prefix-map={folder}=", "-c", str(source),
            "-o", str(target)]
        done = subprocess.run(command, cwd=TOP, stderr=subprocess.DEVNULL,
                              check=False)
        return target.read_bytes() if done.returncode == 0 else None

    def link(self, test, folder):
        """The program; None if what is left of the file does not link."""
        plain = self.build / "plain"
        wrap = os.environ["WRAP"] if test == "test_failing_calls" else ""
        program = folder / test
        compiler = os.environ["COMPILE"].split(" -", 1)[0].split()
        done = subprocess.run(
            compiler + ["-pthread", "-Wl,--as-needed", *wrap.split(),
                        str(folder / Path(self.file).with_suffix(".o").name),
                        str(plain / "tests" / f"{test}.o"),
                        str(plain / "libcarpus.a"),
                        *os.environ["LIBRARIES"].split(), "-o", str(program)],
            cwd=TOP, stderr=subprocess.DEVNULL, check=False)
        return program if done.returncode == 0 else None

    def measure(self):
        folder = self.folder(0)
        for test in self.tests:
            program = self.link(test, folder)
            if program is None:
                sys.exit(f"mutants: {test} cannot be linked")
            begin = time.monotonic()
            if not run_test(program, folder, 300):
                sys.exit(f"mutants: {test} fails without any fault")
            self.seconds[test] = time.monotonic() - begin

    def judge(self, mutant, worker):
        """Most are found: what the better optimiser makes of a mutant is
        only looked at when the tests have found nothing."""
        folder = self.folder(worker)
        text = apply(self.text, mutant)
        made = self.compile(text, folder, "-O1")
        if made is None:
            return "not compiling"
        if made == self.plain:
            return "same code"
        for test in self.tests:
            limit = 2 + 10 * self.seconds[test]
            program = self.link(test, folder)
            if program is None:
                return "not compiling"
            if not run_test(program, folder, limit):
                return "killed"
        optimised = self.compile(text, folder, "-O2")
        return "same code" if optimised == self.optimised else "survived"


def judge_all(bench, mutants, jobs):
    free = list(range(jobs))

    def one(mutant):
        worker = free.pop()
        try:
            return bench.judge(mutant, worker)
        finally:
            free.append(worker)

    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(one, mutants))


def judge_file(options, file, tests, known):
    """Prints survivors and a figure; returns the percentage found."""
    bench = Bench(options.build, file, tests)
    mutants = generate(bench.text)
    all_of_them = len(mutants)
    if options.sample and options.sample < all_of_them:
        chosen = random.Random(options.seed).sample(mutants, options.sample)
        mutants = sorted(chosen)
    count = dict.fromkeys(["killed", "survived", "listed", "same code",
                           "not compiling"], 0)
    results = judge_all(bench, mutants, options.j)
    for mutant, result in zip(mutants, results):
        number, before, after = lines_of(bench.text, mutant)
        if result == "survived" and (file, before, after) in known:
            result = "listed"
        if result == "survived":
            print(f"{file}:{number}: survived\n- {before}\n+ {after}")
        count[result] += 1
    total = count["killed"] + count["survived"]
    percent = 100 * count["killed"] / total if total else 100
    sample = f", {len(mutants)} of {all_of_them} tried" \
        if len(mutants) < all_of_them else ""
    figure(options.build, "mutants", f"mutants: {file}", total,
           f"{percent:.1f} % killed, {count['survived']} survived; beside "
           f"them {count['listed'] + count['same code']} equivalent, "
           f"{count['not compiling']} not compiling{sample}")
    return percent


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=lambda path: Path(path).resolve())
    parser.add_argument("--file", action="append", help="only this one")
    parser.add_argument("--sample", type=int, help="mutants of a file")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("-j", type=int, default=2, help="at once")
    options = parser.parse_args()
    units = read_units()
    wrong = set(options.file or []) - set(units)
    if wrong:
        sys.exit(f"mutants: {wrong.pop()} is not in units.txt")
    known = read_equivalent()
    found = [judge_file(options, file, units[file], known)
             for file in options.file or units]
    sys.exit(min(found) < LEAST)


if __name__ == "__main__":
    main()
