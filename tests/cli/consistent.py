# SPDX-License-Identifier: GPL-3.0-or-later
"""Is a summary at one with itself and with its events? consistent.py SUMMARY
EVENTS prints what is not, a line each, and then fails. Plain Python."""
import csv
import json
import math
import sys

PRINTED = 1e-8      # numbers of the summary, of their size
ROUNDED = 0.001     # events are written to the millisecond
SIGNED = ("bias", "decrement", "ppm", "log")

# Kind of event, and the list of the summary that it is an item or a part of.
LISTS = {"walk": ("walking", "bouts"), "cadence": ("walking", "bouts"),
         "tap": ("taps", "series"),
         "repetition": ("exercise", "sets"), "tremor": ("tremor", "segments"),
         "nonwear": ("quality", "nonwear")}


def values(item, path=""):
    """Path and value of each number in the summary."""
    if isinstance(item, dict):
        for key, value in item.items():
            yield from values(value, f"{path}.{key}")
    elif isinstance(item, list):
        for value in item:
            yield from values(value, path)
    elif isinstance(item, (int, float)) and not isinstance(item, bool):
        yield path, item


def of_values(summary):
    duration_s = summary["recording"]["duration_s"]
    for path, value in values(summary):
        name = path.rsplit(".", 1)[-1]
        if not math.isfinite(value):
            yield f"{path} is {value}"
        if value < 0 and not any(word in name for word in SIGNED):
            yield f"{path} is {value}"
        if name in ("start_s", "end_s") and value > duration_s:
            yield f"{path} is {value}, the recording's end {duration_s}"
        if name == "confidence" and not 0 <= value <= 1:
            yield f"{path} is {value}"


def of_spans(summary):
    for group, key in LISTS.values():
        spans = [(i["start_s"], i["end_s"]) for i in summary[group][key]]
        yield from (f"{group}.{key}: {a} ends before it begins"
                    for a in spans if a[0] >= a[1])
        yield from (f"{group}.{key}: {b} begins before {a} ends"
                    for a, b in zip(spans, spans[1:])
                    if b[0] < a[1] and group != "exercise")


def total(items, key):
    return sum(item[key] for item in items)


def lasting(items):
    return total(items, "end_s") - total(items, "start_s")


def differ(name, one, other, within=0.0):
    if abs(one - other) > within:
        yield f"{name}: {one} and {other}"


def exceeds(name, part, whole):
    if part > whole * (1 + PRINTED):
        yield f"{name}: {part} of {whole}"


def of_totals(summary, events):
    def count(kind):
        return sum(event["kind"] == kind for event in events)

    walking, taps, tremor = (summary[g] for g in ("walking", "taps", "tremor"))
    duration_s = summary["recording"]["duration_s"]
    yield from differ("steps, events", walking["steps"], count("step"))
    for key in ("bouts", "minutes"):
        yield from differ(f"steps, {key}", walking["steps"],
                          total(walking[key], "steps"))
    yield from differ("walking_s, bouts", walking["walking_s"],
                      lasting(walking["bouts"]), 1e-6)
    yield from exceeds("walking_s", walking["walking_s"], duration_s)
    yield from exceeds("minutes over 100",
                       60 * walking["minutes_over_100_spm"],
                       walking["walking_s"])
    yield from exceeds("minutes over 130", walking["minutes_over_130_spm"],
                       walking["minutes_over_100_spm"])
    yield from differ("taps, events", taps["count"] or 0, count("tap"))
    yield from differ("taps, series", taps["count"] or 0,
                      total(taps["series"], "count"))
    yield from differ("repetitions, list", count("repetition"),
                      len(summary["exercise"]["repetitions"]))
    yield from differ("repetitions, sets", count("repetition"),
                      total(summary["exercise"]["sets"], "repetitions"))
    yield from differ("tremor_s, segments", tremor["tremor_s"] or 0,
                      lasting(tremor["segments"]), 1e-6)
    if tremor["analysed_s"] is not None:
        yield from exceeds("tremor_s", tremor["tremor_s"] or 0,
                           tremor["analysed_s"])
        yield from exceeds("analysed_s", tremor["analysed_s"], duration_s)
    if summary["quality"]["worn_s"] is not None:
        yield from exceeds("worn_s", summary["quality"]["worn_s"], duration_s)


def of_events(summary, events):
    duration_s = summary["recording"]["duration_s"]
    for event in events:
        start_s, end_s = float(event["start_s"]), float(event["end_s"])
        if not 0 <= start_s <= end_s <= duration_s + ROUNDED:
            yield f"{event['kind']} from {start_s} to {end_s}"
        if event["kind"] in LISTS:
            group, key = LISTS[event["kind"]]
            if not any(i["start_s"] - ROUNDED <= start_s and
                       end_s <= i["end_s"] + ROUNDED
                       for i in summary[group][key]):
                yield f"{event['kind']} at {start_s} is in none of {key}"


def main():
    with open(sys.argv[1]) as file:
        summary = json.load(file)
    with open(sys.argv[2], newline="") as file:
        events = list(csv.DictReader(file))
    wrong = [*of_values(summary), *of_spans(summary),
             *of_totals(summary, events), *of_events(summary, events)]
    print(*wrong, sep="\n", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
