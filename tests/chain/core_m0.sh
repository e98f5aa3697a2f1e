#!/bin/sh
# Runs the unit tests of firmware/core as Cortex-M0 code: core_m0.sh BUILD.
# QEMU's microbit has the core; its memory is made large enough for the tests.
set -u
build=$1/chain/core_m0
passed=0
failed=0

for program in "$build"/test_*.elf; do
    name=$(basename "$program" .elf)
    log=$build/$name.log
    timeout 60 qemu-system-arm -M microbit -display none -serial none \
        -monitor none -global nrf51-soc.sram-size=262144 \
        -semihosting-config enable=on,target=native \
        -kernel "$program" >"$log" 2>&1
    status=$?
    p=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$log")
    f=$(sed -n 's/^\[  FAILED  \] \([0-9]*\) test.*/\1/p' "$log")
    [ -n "$f" ] || f=0
    # No closing line, or an exit without a test that failed: the program died.
    if [ -z "$p" ] || { [ "$status" -ne 0 ] && [ "$f" -eq 0 ]; }; then
        p=0
        f=1
    fi
    printf '%-28s %4d passed %3d failed\n' "$name" "$p" "$f"
    [ "$f" -eq 0 ] || cat "$log"
    passed=$((passed + p))
    failed=$((failed + f))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
