# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares what `carpus record` wrote in the virtual machine with what the
sensors really took, sample by sample: check.py FOLDER SECONDS. Ends with
"N passed, M failed"."""
import sys

import h5py
import numpy

DROPPED = 2  # samples that the firmware leaves out when the FIFO is enabled
UNPLUGGED = 1 << 5  # acquire/recording.h, enum gap_cause
TRUTH = numpy.dtype([("ns", "<i8"), ("number", "<u8"), ("sample", "<i2", 6)])

folder = sys.argv[1]
seconds = int(sys.argv[2])
counts = {True: 0, False: 0}


def check(what, holds, detail=""):
    counts[bool(holds)] += 1
    print("%s %s%s" % ("ok    " if holds else "FAILED", what,
                       " (%s)" % detail if detail else ""))


def read_truth(name):
    """What the sensor took, a stream after the other."""
    rows = numpy.fromfile("%s/%s.truth" % (folder, name), TRUTH)
    starts = numpy.flatnonzero(rows["number"] == 0)
    return [part[DROPPED:] for part in numpy.split(rows, starts)[1:]]


class Recording:
    def __init__(self, name):
        with open("%s/%s.status" % (folder, name)) as file:
            self.status = int(file.read())
        with h5py.File("%s/%s.h5" % (folder, name)) as file:
            sensor = next(iter(file["sensors"].values()))
            parts = [sensor[kind] for kind in ("accelerometer", "gyroscope")]
            rows = [part[: part.attrs["rows"]] for part in parts]
            self.samples = numpy.hstack(rows)
            self.gaps = sensor["gaps"][: sensor["gaps"].attrs["rows"]]
            self.blocks = sensor["blocks"][: sensor["blocks"].attrs["rows"]]
            self.serial = sensor.name.split("/")[-1]


def equal(what, samples, truth):
    same = len(samples) <= len(truth) and numpy.array_equal(
        samples, truth["sample"][: len(samples)])
    check(what, same and len(samples) > 0, "%d samples" % len(samples))


def check_whole(name, band, stream, seconds, rate):
    recording = Recording(name)
    truth = read_truth(band)[stream]
    check(name + ": exit status 0", recording.status == 0,
          str(recording.status))
    check(name + ": nothing lost", len(recording.gaps) == 0)
    equal(name + ": every sample is the sensor's", recording.samples, truth)
    # Where this computer is slow, the band's time is, too; not by half.
    check(name + ": as long as asked for",
          len(recording.samples) > 0.5 * seconds * rate)


def check_replugged(name, band, stream):
    recording = Recording(name)
    streams = read_truth(band)
    check(name + ": exit status says that samples are missing",
          recording.status == 81, str(recording.status))
    check(name + ": one gap, because it was unplugged",
          len(recording.gaps) == 1 and recording.gaps["cause"][0] & UNPLUGGED)
    if len(recording.gaps) != 1:
        return
    gap = recording.gaps[0]
    at, lost = int(gap["at_sample"]), int(gap["lost_samples"])
    before, after = recording.samples[:at], recording.samples[at:]
    equal(name + ": every sample before it", before, streams[stream])
    equal(name + ": every sample after it", after, streams[stream + 1])
    first, last = streams[stream + 1]["ns"][0], streams[stream]["ns"][at - 1]
    period = numpy.diff(streams[stream]["ns"]).mean()
    true_lost = (first - last) / period - 1
    # The gap is measured by the host's clock; the emulator's may lag behind it.
    check(name + ": the gap has its length", abs(lost - true_lost) <=
          0.1 * true_lost, "%d lost, %.1f true" % (lost, true_lost))


def main():
    check_whole("fast", "one", 0, seconds, 1667)
    check_whole("slow", "two", 0, seconds, 104)
    check_replugged("lost", "one", 1)
    # A band with a battery goes on, and has room for four seconds.
    check_whole("kept", "two", 1, 24, 208)
    check_whole("xhci", "three", 0, 10, 833)
    print("%d passed, %d failed" % (counts[True], counts[False]))
    return 1 if counts[False] else 0


sys.exit(main())
