# SPDX-License-Identifier: GPL-3.0-or-later
"""Draws what tests/accuracy/reliability.py wrote: python3 plot.py POINTS OUT.

OUT/truth.svg        truth against estimate, a panel a measure; the larger a
                     point the more there are at its place
OUT/agreement.svg    Bland-Altman: how far off, by how much there was; the lines
                     are the mean and what 95 % lie within
OUT/reliability.svg  share that is right, by confidence
"""
import csv
import os
import sys
from collections import Counter
from math import ceil, sqrt
from statistics import mean, stdev

import matplotlib
matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402 (after the choice of backend)
from matplotlib.ticker import MaxNLocator  # noqa: E402

EDGES = (0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
LIMIT_SDS = 1.96  # of differences: 95 % lie within (Bland and Altman 1986)
LARGE = "the larger a point, the more recordings or sets are there"
INK = "#222222"
GREY = "#999999"
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00")  # Okabe, Ito

plt.rcParams.update({
    "font.family": "DejaVu Sans", "font.size": 9, "axes.spines.top": False,
    "axes.spines.right": False, "text.color": INK, "axes.labelcolor": INK,
    "svg.hashsalt": "carpus", "legend.frameon": False, "legend.fontsize": 8,
})


def panels(measures):
    """A figure with a panel a measure, in a square as far as it goes."""
    columns = min(2, len(measures))
    rows = ceil(len(measures) / columns)
    figure, axes = plt.subplots(rows, columns, squeeze=False,
                                figsize=(4.4 * columns, 3.8 * rows),
                                layout="constrained")
    for spare in axes.flat[len(measures):]:
        spare.set_visible(False)
    return figure, list(zip(measures, axes.flat))


def scatter(axes, rows, place):
    """Points a set in its colour, the larger the more there are at a place."""
    for colour, name in zip(COLOURS, sorted({r["set"] for r in rows})):
        places = Counter(place(r) for r in rows if r["set"] == name)
        axes.scatter(*zip(*places), s=[14 * n for n in places.values()],
                     color=colour, alpha=0.5, linewidths=0)
        axes.scatter([], [], s=22, color=colour, linewidths=0,
                     label=f"{name} ({places.total()})")


def draw_truth(values):
    figure, those = panels(sorted({r["measure"] for r in values}))
    for measure, axes in those:
        rows = [r for r in values if r["measure"] == measure]
        most = max(max(r["truth"], r["estimate"]) for r in rows)
        ends = [-0.05 * most, 1.05 * most]
        axes.plot([0, most], [0, most], color=GREY, linewidth=0.8, zorder=0)
        scatter(axes, rows, lambda r: (r["truth"], r["estimate"]))
        axes.set(title=measure, xlabel="truth", ylabel="carpus", aspect="equal",
                 xlim=ends, ylim=ends)
        axes.legend(loc="upper left")
    figure.supxlabel(LARGE, fontsize=8, color=GREY)
    return figure


def draw_agreement(values):
    figure, those = panels(sorted({r["measure"] for r in values}))
    for measure, axes in those:
        rows = [r for r in values if r["measure"] == measure]
        off = [r["estimate"] - r["truth"] for r in rows]
        middle, limit = mean(off), LIMIT_SDS * stdev(off)
        for y, style in ((middle, "-"), (middle - limit, "--"),
                         (middle + limit, "--")):
            axes.axhline(y, color=GREY, linewidth=0.8, linestyle=style,
                         zorder=0)
        scatter(axes, rows, lambda r: ((r["estimate"] + r["truth"]) / 2,
                                       r["estimate"] - r["truth"]))
        axes.set(title=f"{measure}: {middle:+.2g} \u00b1 {limit:.2g}",
                 xlabel="mean of truth and carpus", ylabel="carpus - truth")
        most = max([abs(o) for o in off] + [limit])
        counts = all(o == int(o) for o in off)
        reach = 1.4 * (max(most, 1) if counts else most)
        axes.set_ylim(-reach, reach)
        axes.yaxis.set_major_locator(MaxNLocator(nbins=8, integer=counts))
        axes.margins(x=0.1)
        axes.legend(loc="upper left")
    figure.supxlabel(LARGE, fontsize=8, color=GREY)
    return figure


def bins_of(rows):
    """Mean confidence, share right, its standard error and count a bin."""
    for low, high in zip(EDGES, EDGES[1:]):
        here = [r for r in rows if low <= r["confidence"] < high
                or r["confidence"] == high == EDGES[-1]]
        if here:
            share, n = mean(r["truth"] for r in here), len(here)
            # Agresti and Coull: of 3 right out of 3 not all would be.
            smooth = (share * n + 2) / (n + 4)
            yield (mean(r["confidence"] for r in here), share,
                   sqrt(smooth * (1 - smooth) / (n + 4)), n)


def draw_reliability(items):
    figure, those = panels(sorted({r["measure"] for r in items}))
    for measure, axes in those:
        axes.plot([0, 1], [0, 1], color=GREY, linewidth=0.8, zorder=0)
        axes.fill_between([0.9, 1], 0.9, 1, color=COLOURS[2], alpha=0.15,
                          linewidth=0)
        bins = list(bins_of([r for r in items if r["measure"] == measure]))
        x, y, error, counts = zip(*bins)
        low = [min(a, e) for a, e in zip(y, error)]
        high = [min(1 - a, e) for a, e in zip(y, error)]
        axes.errorbar(x, y, (low, high), color=COLOURS[0], marker="o",
                      linestyle="none", linewidth=1)
        for a, b, n in zip(x, y, counts):
            axes.annotate(str(n), (a, b), textcoords="offset points",
                          xytext=(-6, -3), ha="right", fontsize=8)
        axes.set(title=f"{measure} ({sum(counts)})", xlabel="confidence given",
                 ylabel="share that is right", xlim=(-0.02, 1.04),
                 ylim=(-0.02, 1.04), aspect="equal")
    figure.supxlabel("numbers: items of that confidence; bars: standard error; "
                     "green: what 0.9 and more must reach", fontsize=8,
                     color=GREY)
    return figure


def read(path):
    """Values that are known, and items with a confidence."""
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    for r in rows:
        r["truth"], r["estimate"] = float(r["truth"]), float(r["estimate"])
        if r["confidence"]:
            r["confidence"] = float(r["confidence"])
    return ([r for r in rows if r["confidence"] == ""],
            [r for r in rows if r["confidence"] != ""])


def main():
    if len(sys.argv) != 3:
        sys.exit(f"Usage: {sys.argv[0]} POINTS OUT")
    values, items = read(sys.argv[1])
    for name, figure in (("truth", draw_truth(values)),
                         ("agreement", draw_agreement(values)),
                         ("reliability", draw_reliability(items))):
        path = os.path.join(sys.argv[2], f"{name}.svg")
        figure.savefig(path, metadata={"Date": None})
        print(path)


if __name__ == "__main__":
    main()
