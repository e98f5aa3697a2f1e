#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The spectra of the published tremor method with scipy, for scripts/bench:
reads a recording with h5py and takes Welch spectra and spectrograms of the
gyroscope in 4-s windows. This is only a part of what carpus does."""
import sys

import h5py
import numpy as np
from scipy import signal

with h5py.File(sys.argv[1], "r") as file:
    sensor = next(iter(file["sensors"].values()))
    gyro = sensor["gyroscope"]
    scale = gyro.attrs["scale"] * 180 / np.pi
    fs = float(sensor.attrs["rate_measured_hz"])
    data = gyro[:].astype(np.float64) * scale

length = int(4 * fs)
windows = len(data) // length
x = data[: windows * length].reshape(windows, length, 3)
segment = int(3 * fs)
_, psd = signal.welch(x, fs, signal.get_window("hann", segment, fftbins=False),
                      segment, int(0.8 * segment), int(fs / 0.25), False,
                      axis=1)
segment = int(2 * fs)
_, _, spectrogram = signal.stft(
    x, fs, signal.get_window("hann", segment, fftbins=False), segment,
    int(0.8 * segment), boundary=None, padded=False, axis=1)
print(windows, psd.sum(), np.abs(spectrogram).sum(), file=sys.stderr)
