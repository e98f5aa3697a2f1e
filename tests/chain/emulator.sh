#!/bin/sh
# The firmware as it would be flashed, in an emulator of its controller:
# tests/chain/emulator.sh BUILD. Each *.test.mjs here is a file of node's test
# runner. Ends with "N passed, M failed".
set -u
build=$1
out=$build/chain
. tests/chain/emulator.inc

tap=$out/log/emulator.tap
timeout 280 node --test --test-reporter=tap --test-concurrency="$(nproc)" \
    tests/chain/*.test.mjs >"$tap" 2>&1
status=$?
passed=$(sed -n 's/^# pass \([0-9]*\)$/\1/p' "$tap")
failed=$(sed -n 's/^# fail \([0-9]*\)$/\1/p' "$tap")
# A run that died before its sum is a failure.
[ "$status" -eq 0 ] || [ "${failed:-0}" -gt 0 ] || failed=1
[ "$status" -eq 0 ] || grep -A12 '^ *not ok' "$tap" | head -n 80
echo "${passed:-0} passed, ${failed:-0} failed"
[ "$status" -eq 0 ]
