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

rejects missing_folder_is_refused 66 "cannot look into 'none'" "$CARPUS" doctor none
rejects file_is_refused 66 "cannot look into 'said.txt'" "$CARPUS" doctor said.txt
rejects one_folder_at_a_time 64 "one FOLDER" "$CARPUS" doctor . .
finish
