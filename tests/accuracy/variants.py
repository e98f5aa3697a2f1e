# SPDX-License-Identifier: GPL-3.0-or-later
"""The same motion as another band would have recorded it: at another rate,
turned on the wrist, without a gyroscope. Plain Python.

A motion is a list of columns: time, three of acceleration and, where there is
a gyroscope, three of angular rate. Axes that a file lacks are zero.
"""
import os
import tempfile
from math import cos, pi, sin, sqrt
from operator import mul
from random import Random

from common import analyse, read_csv

AXES = ("ax_g", "ay_g", "az_g", "gx_dps", "gy_dps", "gz_dps")

# A sensor's anti-alias filter: up to 0.8 of the new half rate passes, and the
# window's skirt (3.3 / HALF_TAPS of the old half rate) ends close above it.
PASS = 0.8
HALF_TAPS = 32

# Ways of strapping a band on: as it is, on the other wrist, its far side
# towards the hand, and both (a half turn about each axis).
WORN = ((1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1))


def load(*path):
    rows = read_csv(*path)
    axes = AXES if AXES[3] in rows[0] else AXES[:3]
    return [[float(row.get(name, 0)) for row in rows]
            for name in ("t_s", *axes)]


def _low_pass():
    cut = PASS / 2
    taps = []
    for k in range(-HALF_TAPS, HALF_TAPS + 1):
        sinc = cut if k == 0 else sin(pi * cut * k) / (pi * k)
        taps.append(sinc * (0.5 + 0.5 * cos(pi * k / (HALF_TAPS + 1))))
    return [tap / sum(taps) for tap in taps]


LOW_PASS = _low_pass()


def _halve(values):
    held = ([values[0]] * HALF_TAPS + values + [values[-1]] * HALF_TAPS)
    return [sum(map(mul, LOW_PASS, held[i:i + len(LOW_PASS)]))
            for i in range(0, len(values), 2)]


def _double(values):
    """Values, and between each two what the band-limited signal is there."""
    held = ([values[0]] * HALF_TAPS + values + [values[-1]] * HALF_TAPS)
    taps = []
    for k in range(-HALF_TAPS, HALF_TAPS):
        x = k + 0.5
        taps.append(sin(pi * x) / (pi * x)
                    * (0.5 + 0.5 * cos(pi * x / HALF_TAPS)))
    taps = [tap / sum(taps) for tap in taps]
    out = []
    for i, value in enumerate(values):
        out += [value, sum(map(mul, taps, held[i + 1:i + 1 + len(taps)]))]
    return out


def at_half_rate(motion):
    return [motion[0][::2]] + [_halve(axis) for axis in motion[1:]]


def at_double_rate(motion):
    t = motion[0]
    nexts = t[1:] + [2 * t[-1] - t[-2]]
    times = [time for a, b in zip(t, nexts) for time in (a, (a + b) / 2)]
    return [times] + [_double(axis) for axis in motion[1:]]


def at_rate(motion, rate_hz):
    """At any lower rate, as at_half_rate; rows are as far apart as on average."""
    t = motion[0]
    step_s = (t[-1] - t[0]) / (len(t) - 1)
    ratio = rate_hz * step_s
    reach = int(HALF_TAPS / (2 * ratio))
    kernels = {}

    def kernel(part):
        if part not in kernels:
            taps = []
            for k in range(-reach, reach + 1):
                x = k - part
                sinc = (PASS * ratio if x == 0 else
                        sin(pi * PASS * ratio * x) / (pi * x))
                taps.append(sinc * (0.5 + 0.5 * cos(pi * x / (reach + 1))))
            kernels[part] = [tap / sum(taps) for tap in taps]
        return kernels[part]

    def resample(values):
        held = [values[0]] * reach + values + [values[-1]] * (reach + 1)
        return [sum(map(mul, kernel(round(i / ratio % 1, 6)),
                        held[int(i / ratio):int(i / ratio) + 2 * reach + 1]))
                for i in range(int((len(values) - 1) * ratio) + 1)]

    columns = [resample(axis) for axis in motion[1:]]
    return [[t[0] + i / rate_hz for i in range(len(columns[0]))]] + columns


def with_errors(motion, offset_g, bias_dps):
    """As a sensor that nobody calibrated has it."""
    errors = [0, offset_g, -offset_g, offset_g, bias_dps, -bias_dps, bias_dps]
    return [[x + error for x in axis] for axis, error in zip(motion, errors)]


def random_rotation(seed):
    """A proper rotation, all equally likely: a unit quaternion."""
    random = Random(seed)
    w, x, y, z = (random.gauss(0, 1) for _ in range(4))
    n = sqrt(w * w + x * x + y * y + z * z)
    w, x, y, z = w / n, x / n, y / n, z / n
    return ((1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)),
            (2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)),
            (2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)))


def worn(signs):
    return tuple(tuple(signs[i] * (i == j) for j in range(3))
                 for i in range(3))


def turned(motion, rotation):
    out = [motion[0]]
    for first in range(1, len(motion), 3):
        x, y, z = motion[first:first + 3]
        for a, b, c in rotation:
            out.append([a * p + b * q + c * r for p, q, r in zip(x, y, z)])
    return out


def slowed(axes, slower):
    """Acceleration of the same walk, slower, at the same rate: the excess of its
    magnitude over gravity is smaller by the square, as accelerations are;
    directions are as before. Blows are duller than those of who walks slowly.
    """
    out = []
    for i in range(int(len(axes[0]) * slower)):
        at = min(i / slower, len(axes[0]) - 1.001)
        k, part = int(at), at % 1
        row = [axis[k] + part * (axis[k + 1] - axis[k]) for axis in axes]
        magnitude = sqrt(sum(x * x for x in row))
        size = (1 + (magnitude - 1) / slower ** 2) / magnitude
        out.append([size * x for x in row])
    return [list(axis) for axis in zip(*out)]


def slowed_walk(motion, slower):
    """A motion without its gyroscope, as `slowed`."""
    axes = slowed(motion[1:4], slower)
    step_s = (motion[0][-1] - motion[0][0]) / (len(motion[0]) - 1)
    return [[motion[0][0] * slower + i * step_s for i in range(len(axes[0]))],
            *axes]


def without_gyroscope(motion):
    return motion[:4]


def save(motion, path):
    line = ",".join(["%.4f"] + ["%.5f"] * (len(motion) - 1)) + "\n"
    with open(path, "w") as file:
        file.write(",".join(("t_s", *AXES)[:len(motion)]) + "\n")
        file.writelines(line % row for row in zip(*motion))


def analyse_motions(program, motions):
    """Summary and events of each motion, in order."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for i, motion in enumerate(motions):
            paths.append(os.path.join(folder, f"{i}.csv"))
            save(motion, paths[-1])
        return analyse(program, paths)
