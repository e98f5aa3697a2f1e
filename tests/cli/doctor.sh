# `carpus doctor`: is this computer ready to record? What it finds depends on
# the computer; how it says so does not.
. "$CARPUS_TESTS/cli/lib.inc"

"$CARPUS" doctor >said.txt 2>err.txt
status=$?
problems=$(grep -c '^problem ' said.txt)
check status_is_86_with_a_problem_and_0_without \
    test "$status" -eq $((problems > 0 ? 86 : 0))
for what in "udev rule" wristbands "USB memory" "disk space" "disk speed" clock \
    libraries journals; do
    check "tells_of_$(echo "$what" | tr ' ' _)" \
        grep -Eq "^(ok|warning|problem)  *$what: ." said.txt
done
check fits_80_columns awk 'length > 79 { exit 1 }' said.txt
check leaves_no_file sh -c \
    'mkdir empty && { "$CARPUS" doctor empty; rmdir empty; }'
check json_says_the_same sh -c \
    '"$CARPUS" doctor --json >said.json
     /usr/bin/python3 -c "import json
for f in json.load(open(\"said.json\")):
    print(f[\"level\"], f[\"check\"])" >a
     sed -n "s/^\(ok\|warning\|problem\)  *\([^:]*\): .*/\1 \2/p" said.txt >b
     cmp a b'

# A recording that is killed leaves a journal; what doctor says about it works.
"$CARPUS" record -q -o "a b.h5" --device virtual --for 1m 2>err.txt &
recorder=$!
tries=0
# Until it has a frame, which begins with these two bytes.
until LC_ALL=C grep -aqP '\xCA\x52' "a b.h5.journal" 2>/dev/null ||
    [ "$tries" -ge 200 ]; do
    tries=$((tries + 1))
    sleep 0.05
done
"$CARPUS" doctor >said.txt 2>err.txt
check journal_being_written_is_ok \
    grep -q "^ok  *journals: './a b.h5.journal' is being written" said.txt
kill -9 "$recorder"
wait "$recorder" 2>/dev/null
"$CARPUS" doctor >said.txt 2>err.txt
check journal_left_is_a_warning grep -q "^warning  journals: './a b.h5" said.txt
sed -n 's/^ *carpus recover/"$CARPUS" recover/p' said.txt >fix.sh
check its_fix_makes_the_recording sh -c '. ./fix.sh && "$CARPUS" verify "a b.h5"'
"$CARPUS" doctor >said.txt 2>err.txt
check journal_beside_its_recording_is_said grep -q "kept beside its" said.txt

# What it says to do is done, as root of a namespace of its own, so that this
# computer stays as it is: empty folders where the commands write, the programs
# that need a running udev or systemd replaced by ones that note how they were
# called.
mkdir bin
printf '#!/bin/sh\nexec "$@"\n' >bin/sudo
printf '#!/bin/sh\necho "udevadm $*" >>%s/called\n' "$PWD" >bin/udevadm
printf '#!/bin/sh\necho "timedatectl $*" >>%s/called\n' "$PWD" >bin/timedatectl
printf '#!/bin/sh\nexec "%s" "$@"\n' "$CARPUS" >bin/carpus
chmod +x bin/*
# fixes CHECK: the commands that doctor gives for it, for a shell.
cat >fixes.py <<END
import json, sys
for finding in json.load(open("before.json")):
    if finding["check"] == sys.argv[1]:
        print(finding["fix"])
END
cat >in_namespace.sh <<'END'
set -e
mount -t tmpfs none /etc/udev
mkdir /etc/udev/rules.d
mount -t tmpfs none /sys/module
mkdir -p /sys/module/usbcore/parameters
echo 8 >/sys/module/usbcore/parameters/usbfs_memory_mb
mount -t tmpfs none /run
mkdir -p /run/systemd/system
for folder in /usr/local/lib/udev /usr/lib/udev; do
    [ ! -d $folder ] || mount -t tmpfs none $folder
done
mkdir -p small
mount -t tmpfs -o size=2m none small
carpus doctor --json small >before.json || true
for check in "udev rule" "USB memory" clock "disk space"; do
    /usr/bin/python3 fixes.py "$check" >fix.sh
    echo "== $check"
    cat fix.sh
    [ -s fix.sh ]
    sh -e fix.sh
done
echo == after
carpus doctor small || true
END
if unshare -rm sh -c 'mount -t tmpfs none /etc/udev && mount -t tmpfs none /run &&
    mount -t tmpfs none /sys/module' 2>err.txt; then
    PATH="$PWD/bin:$PATH" unshare -rm sh in_namespace.sh >done.txt 2>err.txt
    check each_command_that_doctor_gives_runs [ $? -eq 0 ]
    check rule_is_in_place_then \
        grep -q "^ok  *udev rule: /etc/udev/rules.d/70-carpus.rules" done.txt
    check memory_for_usb_is_enough_then grep -q "^ok  *USB memory: 64 MB" done.txt
    check udev_is_told_of_it sh -c \
        'grep -q "udevadm control --reload" called && grep -q "udevadm trigger" called'
    check clock_is_to_be_synchronised grep -qx "timedatectl set-ntp true" called
    check disks_with_room_are_listed sh -c \
        'sed -n "/== disk space/,/== after/p" done.txt | grep -Eq "^ *[0-9.]+[KMGT]? +/"'
fi
check rule_comes_out_of_the_program sh -c \
    '"$CARPUS" doctor --udev-rule | cmp - "$CARPUS_TESTS/../scripts/70-carpus.rules"'

rejects missing_folder_is_refused 66 "cannot look into 'none'" "$CARPUS" doctor none
rejects file_is_refused 66 "cannot look into 'said.txt'" "$CARPUS" doctor said.txt
rejects one_folder_at_a_time 64 "one FOLDER" "$CARPUS" doctor . .
finish
