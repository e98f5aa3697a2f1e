# SPDX-License-Identifier: GPL-3.0-or-later
"""What is flashed: image.py FIRMWARE ELF_AS_BINARY COPY_A COPY_B. Reckons each
CRC in its own way, from its definition."""
import pathlib
import re
import struct
import sys

firmware, elf_bin, copy_a, copy_b = map(pathlib.Path, sys.argv[1:])
top = pathlib.Path(__file__).parents[2]
image = (firmware / "carpus.bin").read_bytes()
uf2 = (firmware / "carpus.uf2").read_bytes()
HEADER = 0x1C0


def crc(data, polynomial, reflected):
    """Of 32 bits, from all ones on, bit by bit."""
    value = 0xFFFFFFFF
    for byte in data:
        for bit in range(8):
            one = byte >> (bit if reflected else 7 - bit) & 1
            top_bit = value & 1 if reflected else value >> 31
            value = value >> 1 if reflected else value << 1 & 0xFFFFFFFF
            value ^= polynomial if one != top_bit else 0
    return value


def crc32c(data):
    return crc(data, 0x82F63B78, True) ^ 0xFFFFFFFF


def crcs_are_reckoned_right():
    return (crc(b"123456789", 0x04C11DB7, False) == 0x0376E6E7 and
            crc32c(b"123456789") == 0xE3069283)


def boot_rom_accepts_boot2():
    return (len(image) > 256 and struct.unpack_from("<I", image, 252)[0] ==
            crc(image[:252], 0x04C11DB7, False))


def header_says_version_length_and_crc():
    magic, length, said, *version = struct.unpack_from("<4sII4B16s", image,
                                                       HEADER)
    makefile = (top / "Makefile").read_text()
    named = re.search(r"^VERSION := (\d+)\.(\d+)\.(\d+)$", makefile, re.M)
    return (magic == b"CIMG" and length == len(image) and
            said == crc32c(image[:HEADER + 8] + image[HEADER + 12:]) and
            version[:3] == [int(n) for n in named.groups()] and
            version[4].rstrip(b"\0") == b"nano_rp2040")


def start_is_in_flash_and_stack_in_memory():
    stack, start = struct.unpack_from("<II", image, 256)
    return (0x20000000 < stack <= 0x20042000 and start & 1 == 1 and
            0x10000100 <= start < 0x10000000 + len(image))


def uf2_holds_the_image_block_by_block():
    count = (len(image) + 255) // 256
    if len(uf2) != 512 * count:
        return False
    for i in range(count):
        block = uf2[512 * i:512 * (i + 1)]
        head = struct.unpack_from("<8I", block)
        if head != (0x0A324655, 0x9E5D5157, 0x2000, 0x10000000 + 256 * i, 256,
                    i, count, 0xE48BFF56):
            return False
        if block[32:288] != image[256 * i:256 * (i + 1)].ljust(256, b"\0"):
            return False
        if block[508:] != struct.pack("<I", 0x0AB16F30):
            return False
    return True


def elf_is_what_the_image_is():
    return elf_bin.read_bytes() == image


def two_builds_are_the_same():
    return all((firmware / name).read_bytes() == (copy / name).read_bytes()
               for name in ("carpus.elf", "carpus.bin", "carpus.uf2")
               for copy in (copy_a, copy_b))


tests = [crcs_are_reckoned_right, boot_rom_accepts_boot2,
         header_says_version_length_and_crc,
         start_is_in_flash_and_stack_in_memory,
         uf2_holds_the_image_block_by_block, elf_is_what_the_image_is,
         two_builds_are_the_same]
failed = 0
for test in tests:
    try:
        good = test()
    except (OSError, struct.error) as error:
        print(error)
        good = False
    print(f"{'ok    ' if good else 'FAILED'} {test.__name__}")
    failed += not good
print(f"{len(tests) - failed} passed, {failed} failed")
sys.exit(failed != 0)
