#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Some of carpus's transforms with scipy, for scripts/bench: reads a recording
with h5py, resamples both sensors to each RATE, and takes the spectra of the
published tremor method (Welch spectra and spectrograms of the gyroscope in 4-s
windows). An hour at a time, which suits its memory and its caches. Prints the
processor's seconds that each took: bench_scipy.py FILE RATE..."""
import sys
import time
from fractions import Fraction

import h5py
import numpy as np
from scipy import signal


def welch(gyro, fs):
    length = int(4 * fs)
    x = gyro[: len(gyro) // length * length].reshape(-1, length, 3)
    segment = int(3 * fs)
    window = signal.get_window("hann", segment, fftbins=False)
    _, psd = signal.welch(x, fs, window, segment, int(0.8 * segment),
                          int(fs / 0.25), False, axis=1)
    segment = int(2 * fs)
    window = signal.get_window("hann", segment, fftbins=False)
    _, _, spectrogram = signal.stft(x, fs, window, segment, int(0.8 * segment),
                                    boundary=None, padded=False, axis=1)
    return psd.sum() + np.abs(spectrogram).sum()


def main():
    rates = [float(rate) for rate in sys.argv[2:]]
    taken = {}
    looked = time.process_time()

    def look(name):
        nonlocal looked
        now = time.process_time()
        taken[name] = taken.get(name, 0) + now - looked
        looked = now

    with h5py.File(sys.argv[1], "r") as file:
        sensor = next(iter(file["sensors"].values()))
        fs = float(sensor.attrs["rate_measured_hz"])
        sets = [sensor["accelerometer"], sensor["gyroscope"]]
        hour = int(3600 * fs)
        for first in range(0, len(sets[0]), hour):
            rows = np.hstack([
                part[first:first + hour].astype(np.float32)
                * np.float32(part.attrs["scale"]) for part in sets])
            look("reading")
            for rate in rates:
                ratio = Fraction(rate / fs).limit_denominator(1000)
                if ratio != 1:
                    signal.resample_poly(rows, ratio.numerator,
                                         ratio.denominator, axis=0)
                    look(f"resampling to {rate:g} Hz")
            welch(rows[:, 3:].astype(np.float64) * 180 / np.pi, fs)
            look("rest_detector")
    for name, seconds in taken.items():
        print(f"{name}\t{seconds:.2f}")


main()
