# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes the ELF kernel out of a bzImage: vmlinux.py BZIMAGE VMLINUX. It starts
three seconds faster, for an emulated processor need not unpack it."""
import lzma
import sys
import zlib

UNPACKERS = (
    (b"\xfd7zXZ\x00", lambda: lzma.LZMADecompressor()),
    (b"\x1f\x8b\x08", lambda: zlib.decompressobj(31)),
)


def unpack(image):
    for magic, unpacker in UNPACKERS:
        at = image.find(magic)
        while at >= 0:
            try:
                kernel = unpacker().decompress(image[at:])
            except (lzma.LZMAError, zlib.error):
                kernel = b""
            if kernel.startswith(b"\x7fELF"):
                return kernel
            at = image.find(magic, at + 1)
    return None


with open(sys.argv[1], "rb") as file:
    found = unpack(file.read())
if found is None:
    sys.exit("vmlinux.py: no kernel in " + sys.argv[1])
with open(sys.argv[2], "wb") as file:
    file.write(found)
