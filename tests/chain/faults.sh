#!/bin/sh
# Plants faults in the firmware, one at a time, and sees that each is caught:
# tests/chain/faults.sh BUILD. A fault is a patch in tests/chain/faults, applied
# to a copy of the source; its first lines say what it is and which test, by
# the beginning of its name, is to fail. Ends with "N passed, M failed".
set -u
build=$1
out=$build/chain
. tests/chain/emulator.inc
top=$PWD

# plant NAME: says whether the fault is caught; status 0 if it is.
plant() {
    name=$1
    patch=$top/tests/chain/faults/$name.patch
    copy=$top/$out/faults/$name
    what=$(sed -n 1p "$patch")
    file=$(sed -n 's/^Caught by \([^:]*\): .*/\1/p' "$patch")
    test=$(sed -n 's/^Caught by [^:]*: //p' "$patch")
    rm -rf "$copy"
    mkdir -p "$copy/build"
    # Times are kept, so that only what the patch touches is built anew.
    cp -a firmware tests scripts acquire analysis Makefile "$copy/"
    cp -a "$build"/.setup-* "$build/firmware" "$copy/build/"
    mkdir -p "$copy/build/obj/firmware"
    cp -a "$build/obj/firmware/." "$copy/build/obj/firmware/"
    if ! (cd "$copy" && patch -s -p1 <"$patch" && make -s BUILD=build firmware) \
        >"$copy/log" 2>&1; then
        printf 'NOT PLANTED %-24s %s\n' "$name" "$(tail -n 1 "$copy/log")"
        return 1
    fi
    pattern=$(printf '%s' "$test" | sed 's/[][().*^$?+|\\/{}]/\\&/g')
    CHAIN_ELF="$copy/build/firmware/carpus.elf" timeout 120 \
        node --test --test-reporter=tap --test-name-pattern="/^$pattern/" \
        "tests/chain/$file" >"$copy/tap" 2>&1
    failed=$(grep -c "^not ok [0-9]* - $test" "$copy/tap")
    if [ "$failed" -eq 1 ]; then
        printf 'caught      %-24s %s\n' "$name" "$what"
        printf '            by %s: %s\n' "$file" "$test"
    else
        printf 'NOT CAUGHT  %-24s %s\n' "$name" "$what"
        return 1
    fi
    rm -rf "$copy"
}

if [ $# -eq 2 ]; then
    plant "$2"
    exit
fi

# As many at once as there are cores.
results=$out/log/faults
rm -rf "$results"
mkdir -p "$results"
ls tests/chain/faults | sed -n 's/\.patch$//p' |
    xargs -P "$(nproc)" -I {} sh -c \
        'sh "$0" "$1" {} >"$2/{}.txt" 2>&1 && touch "$2/{}.caught"' \
        "$0" "$build" "$results"
cat "$results"/*.txt
passed=$(ls "$results" | grep -c '\.caught$')
all=$(ls tests/chain/faults | grep -c '\.patch$')
echo "$passed passed, $((all - passed)) failed"
[ "$passed" -eq "$all" ]
