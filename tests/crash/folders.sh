#!/bin/sh
# Folders that go away, fill up or may not be written: tests/crash/folders.sh
# CARPUS. Full and read-only disks are real ones (tmpfs) where that may be
# mounted, else a limit on the size of files and the permissions of a folder.
set -u
carpus=$(realpath "$1")
factor=${CRASH_FACTOR:-1}
folder=$(mktemp -d "${TMPDIR:-/tmp}/carpus-folders-XXXXXX")
cd "$folder" || exit 2
export TMPDIR="$folder/tmp"
mkdir tmp
points=0
failed=0

point() {
    name=$1
    shift
    points=$((points + 1))
    if ! "$@"; then
        failed=$((failed + 1))
        echo "FAILED: $name: status $status: $(cat err.txt)"
    fi
}

record() {
    "$carpus" record -q -d virtual --rate 1667 "$@" 2>err.txt
    status=$?
}

# Recovers with the very command that the message gives.
advice_works() {
    command=$(sed -n 's/.*run `carpus \(.*\)`.*/\1/p' err.txt)
    [ "$status" -eq 74 ] && [ -n "$command" ] && "$carpus" $command -q &&
        "$carpus" verify "$(echo "$command" |
            sed 's/^recover //; s/\.journal$//')" >verify.txt
}

# Whatever the status, what has its name is whole, and nothing is half there.
whole() {
    [ -z "$(ls "$1" | grep '\.part-')" ] || return 1
    if [ -e "$1/s.h5" ]; then
        "$carpus" verify "$1/s.h5" >verify.txt || return 1
    fi
    # 0: complete; else it says that it stopped, or refused, and why.
    case $status in
    0) [ -e "$1/s.h5" ] && [ ! -e "$1/s.h5.journal" ] ;;
    80) [ -s err.txt ] ;;
    *) false ;;
    esac
}

refused() {
    [ "$status" -eq "$2" ] && [ -s err.txt ] && [ -z "$(ls "$1")" ]
}

# ---- a folder, a journal, that is taken away ----
# after COMMAND: when the recording has been going on for a while.
after() {
    (
        while [ ! -s "$1" ]; do
            sleep 0.05
        done
        sleep "0.$((i * 7 % 10))"
        shift
        "$@"
    ) &
    taker=$!
}
i=0
while [ $i -lt $((4 * factor)) ]; do
    mkdir -p "a$i/b" "m$i" "j$i"
    after "a$i/b/s.h5.journal" rm -r "a$i/b"
    record --for 3s -o "a$i/b/s.h5"
    wait $taker
    point "folder removed" advice_works
    after "m$i/s.h5.journal" mv "m$i" "n$i"
    record --for 3s -o "$folder/m$i/s.h5"
    wait $taker
    point "folder moved" advice_works
    after "j$i/s.h5.journal" rm "j$i/s.h5.journal"
    record --for 3s -o "j$i/s.h5"
    wait $taker
    rm -f "$folder"/s.h5*
    point "journal removed" test "$status" -eq 74
    i=$((i + 1))
done

# ---- full and read-only disks ----
mkdir disk
if mount -t tmpfs -o size=4m none disk 2>/dev/null; then
    kb=4200
    while [ $kb -lt 9000 ]; do
        mount -o "remount,size=${kb}k" disk
        record --simulate speed=max --for 60s -o disk/s.h5
        point "disk of $kb KB, a minute planned" whole disk
        rm -f disk/*
        record --simulate speed=max -o disk/s.h5
        point "disk of $kb KB, no end planned" whole disk
        rm -f disk/*
        kb=$((kb + 250))
    done
    mount -o remount,ro disk
    record --for 1s -o disk/s.h5
    point "read-only disk" refused disk 73
    umount disk
else
    (
        ulimit -f 100
        record --simulate speed=max -o disk/s.h5
        exit $status
    )
    status=$?
    point "limit on the size of files" test "$status" -ne 0
fi

# ---- links ----
mkdir real
ln -s real linked
ln -s nowhere real/dangling.h5
record --for 1s -o linked/s.h5
point "folder behind a link" whole real
record --for 1s -o real/dangling.h5
point "link that leads nowhere" test "$status" -eq 73
point "nothing made behind it" test ! -e real/nowhere
ln -s elsewhere real/t.h5.journal
record --for 1s -o real/t.h5
point "journal's name is a link" test "$status" -eq 73
point "nothing made behind that" test ! -e real/elsewhere

cd /
rm -rf "$folder"
result="all that was acknowledged is kept, and said"
[ $failed -eq 0 ] || result="$failed FAILED"
line="folder removed, moved, full, read-only, behind links | $points | $result"
echo "$line"
[ -z "${CRASH_FIGURES:-}" ] || echo "$line" >>"$CRASH_FIGURES"
[ $failed -eq 0 ]
