#!/bin/sh
# The firmware as it would be flashed, in an emulator of its controller:
# tests/chain/emulator.sh BUILD. Each *.test.mjs here is a file of node's test
# runner. Ends with "N passed, M failed".
set -u
build=$1
out=$build/chain
. tests/chain/emulator.inc

passed=0
failed=0
for file in tests/chain/*.test.mjs; do
    name=$(basename "$file" .test.mjs)
    tap=$out/log/$name.tap
    timeout 280 node --test --test-reporter=tap "$file" >"$tap" 2>&1
    status=$?
    good=$(sed -n 's/^# pass \([0-9]*\)$/\1/p' "$tap")
    bad=$(sed -n 's/^# fail \([0-9]*\)$/\1/p' "$tap")
    # A run that died before its sum is a failure.
    [ "$status" -eq 0 ] || [ "${bad:-0}" -gt 0 ] || bad=1
    passed=$((passed + ${good:-0}))
    failed=$((failed + ${bad:-0}))
    printf '%-28s %4d passed %3d failed\n' "$name" "${good:-0}" "${bad:-0}"
    [ "${bad:-0}" -eq 0 ] || grep -A12 '^ *not ok' "$tap" | head -n 60
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
