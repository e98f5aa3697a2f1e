#!/bin/sh
# Checks what would be flashed, and that it can be built again bit by bit:
# image.sh BUILD.
set -u
build=$1
top=$(cd "$(dirname "$0")/../.." && pwd)
here=$top/tests/chain
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Two copies of the sources in folders of different names and depths.
for copy in "$work/a" "$work/b/another/place"; do
    mkdir -p "$copy"
    (cd "$top" && tar -cf - Makefile firmware scripts tests/*/build.mk tests/chain) |
        tar -xf - -C "$copy"
    make -C "$copy" BUILD=out firmware >"$work/make.log" 2>&1 ||
        cat "$work/make.log"
done
arm-none-eabi-objcopy -O binary --gap-fill 0xff "$build/firmware/carpus.elf" "$work/elf.bin"
/usr/bin/python3 "$here/image.py" "$build/firmware" "$work/elf.bin" \
    "$work/a/out/firmware" "$work/b/another/place/out/firmware"
