#!/bin/sh
# `carpus record` and `carpus recover` from the command line, with the virtual
# wristband as fast as it goes, or in real time where signals are at play.
. "$CARPUS_TESTS/cli/lib.inc"

fast="--device virtual --simulate seed=3,speed=max"
real="--device virtual --simulate seed=3"
record() {
    "$CARPUS" record "$@"
}

# There is a recording $1 with samples in it, and nothing is left beside it.
whole() {
    [ -s "$1" ] && [ ! -e "$1.journal" ] &&
        [ -z "$(ls "$(dirname "$1")" | grep '\.part')" ]
}

# ---- plain ----
check record_help_tells_exit_statuses sh -c \
    '"$CARPUS" record --help | tr -s "\n " " " | grep -q "82 stopped at once"'
check recover_help_tells_that_the_journal_is_kept sh -c \
    '"$CARPUS" recover --help | tr -s "\n " " " | grep -q "kept unless --remove"'
check record_for_a_time record $fast --for 5s -o a.h5
cp err.txt err.keep
check recording_replaces_its_journal whole a.h5
check summary_line_tells_what_was_recorded grep -Eq \
    '^0:00:05, [0-9]+ samples at [0-9.]+ Hz, lost 0, clipped [0-9]+: a.h5' \
    err.keep
check record_is_silent_when_quiet sh -c \
    '"$CARPUS" record '"$fast"' --for 2s -q -o quiet.h5 2>&1 | cmp - /dev/null'
check json_summary_is_on_standard_output sh -c \
    '"$CARPUS" record '"$fast"' --for 2s -q --json -o json.h5 |
     grep -q "\"lost_samples\": 0"'
check no_status_line_without_a_terminal sh -c \
    '"$CARPUS" record '"$fast"' --for 2s -o line.h5 2>&1 >/dev/null |
     { ! grep -q "$(printf "\r")"; }'
check name_is_made_from_the_time sh -c \
    'mkdir named && cd named && "$CARPUS" record '"$fast"' --for 2s -q &&
     ls | grep -Eq "^carpus-[0-9]{8}-[0-9]{6}\.h5$"'
check truth_of_the_motion_is_written sh -c \
    '"$CARPUS" record '"$fast"' --for 2s -q -o t.h5 --truth t.csv &&
     head -n 1 t.csv | grep -q "^kind,start_s,end_s,value"'

# ---- refusals ----
rejects existing_recording_is_not_overwritten 73 "a.h5" \
    record $fast --for 2s -o a.h5
touch left.h5.journal
rejects left_journal_is_pointed_out 73 "carpus recover left.h5.journal" \
    record $fast --for 2s -o left.h5
rejects existing_truth_is_not_overwritten 73 "t.csv" \
    record $fast --for 2s -o t2.h5 --truth t.csv
"$CARPUS" export a.h5 -o a.csv
rejects truth_needs_a_script 64 "not scripted" \
    record --device virtual:a.csv --for 2s -o x.h5 --truth x.csv
rejects truth_and_recording_are_two_files 64 "same file" \
    record $fast --for 2s -o x.h5 --truth x.h5
rejects truth_without_a_folder_costs_no_recording 73 "no such folder" \
    record $fast --for 2s -o x.h5 --truth no/x.csv
rejects recording_cannot_go_to_standard_output 64 "standard output" \
    record $fast --for 2s -o -
rejects notes_are_utf8 64 "notes.*UTF-8" \
    record $fast --for 2s -o x.h5 --notes "$(printf 'caf\351')"
rejects unknown_device_is_named 69 "no-such-device" \
    record --device no-such-device -o x.h5
rejects rate_must_be_one_of_the_sensors 64 "26 52 104" \
    record $fast --rate 100 -o x.h5
rejects range_must_be_one_of_the_sensors 64 "2 4 8 16" \
    record $fast --accel-range 5 -o x.h5
rejects wrist_is_left_or_right 64 "--wrist" record $fast --wrist up -o x.h5
rejects time_must_be_a_duration 64 "--for" record $fast --for soon -o x.h5
rejects unknown_option_is_wrong_usage 64 "" record $fast --nonsense -o x.h5
rejects missing_folder_is_named 73 "no such folder" \
    record $fast --for 2s -o no/such/x.h5
rejects more_than_the_disk_holds_is_refused 80 "MB are needed" \
    record $fast --for 100000d -o x.h5
check refusals_leave_nothing sh -c \
    '! ls x.h5* x.csv* t2.h5* -.* 2>/dev/null'

# ---- events ----
printf 'start_s,end_s,label\n0,1,rest\n1.5,,tap\n' >events.csv
check events_file_is_taken sh -c \
    '"$CARPUS" record '"$fast"' --for 3s -q --json --events events.csv -o e.h5 |
     grep -q "\"events\": 2"'
printf 'start_s,end_s,label\n1,0,rest\n' >wrong.csv
rejects wrong_events_file_is_named_with_its_row 65 "wrong.csv.*row 2" \
    record $fast --for 2s --events wrong.csv -o x.h5
rejects missing_events_file_is_named 66 "none.csv" \
    record $fast --for 2s --events none.csv -o x.h5

# ---- losses ----
rejects lost_samples_are_told_and_the_recording_kept 81 "samples are missing" \
    record --device virtual \
    --simulate "seed=3,speed=max,fault=deaf@2:20" --rate 833 --for 40s -o lost.h5
rejects stream_that_does_not_end_is_told 84 "did not say" \
    record --device virtual \
    --simulate "seed=3,speed=max,fault=stall@2:60" --for 10s -o stall.h5
check what_came_before_is_there whole stall.h5
check lossy_recording_is_there whole lost.h5

# ---- several devices ----
both="--simulate speed=max --device virtual --wrist left \
    --device virtual --wrist right"
check two_wristbands_record_together record $both --for 6s -o both.h5
cp err.txt err.keep
check two_wristbands_leave_one_recording whole both.h5
check summary_names_each_wristband sh -c '
    grep -q "^left-wrist (VIRTUAL0001): [0-9]* samples" err.keep &&
    grep -q "^right-wrist (VIRTUAL0002): [0-9]* samples" err.keep &&
    grep -Eq "^0:00:06, [0-9]+ samples, lost 0: both.h5" err.keep'
check both_wristbands_are_verified sh -c '
    [ "$("$CARPUS" verify both.h5 | grep -c "(VIRTUAL000[12]): good;")" = 2 ]'
check json_summary_lists_each_wristband sh -c '
    "$CARPUS" record '"$both"' --for 2s -q --json -o both-json.h5 >both.json &&
    [ "$(grep -c "\"sensor\": \"VIRTUAL000[12]\"" both.json)" = 2 ]'
rejects loss_of_one_wristband_is_told_and_both_are_kept 81 \
    "samples of right-wrist \\(VIRTUAL0002\\) are missing \\(device\\)" \
    record --simulate speed=max --device virtual --wrist left \
    --device virtual --wrist right --simulate \
    "speed=max,fault=deaf@2:20" --rate 833 --for 30s -o one-lossy.h5
check lossy_wristband_is_named sh -c '
    "$CARPUS" verify one-lossy.h5 >lossy.txt
    grep "left-wrist" lossy.txt | grep -q "(0 samples lost)" &&
    ! grep "right-wrist" lossy.txt | grep -q "(0 samples lost)"'
rejects wristband_that_fails_is_named_and_the_other_kept 84 \
    "right-wrist \(VIRTUAL0002\): .*did not say" \
    record --simulate speed=max --device virtual --wrist left \
    --device virtual --wrist right --simulate \
    "speed=max,fault=stall@2:60" --for 10s -o one-stalls.h5
check other_wristband_went_on sh -c '
    "$CARPUS" verify one-stalls.h5 >stalls.txt
    grep "left-wrist" stalls.txt | grep -Eq "good; 2[01][0-9]{2} samples"'
rejects device_given_twice_is_refused 64 "'X' is given twice" \
    record --device X --device X -o x.h5
rejects same_wristband_under_two_names_is_refused 64 "same wristband" \
    record --device virtual --simulate serial=A --device virtual \
    --simulate serial=A -o x.h5
rejects place_before_several_devices_is_refused 64 "after the --device" \
    record --wrist left --device virtual --device virtual -o x.h5
rejects one_place_for_two_devices_is_refused 64 "both be on the left-wrist" \
    record --device virtual --wrist left --device virtual --wrist left -o x.h5
rejects nameless_device_among_several_is_refused 64 "serial number" \
    record --device usb --device virtual -o x.h5
rejects device_that_cannot_be_opened_is_named 66 \
    "--device virtual:none.csv: .*nothing is recorded" \
    record --device virtual --device virtual:none.csv -o x.h5
rejects too_many_devices_are_refused 64 "at most 8" \
    record $(for i in 1 2 3 4 5 6 7 8 9; do echo --device virtual; done) -o x.h5
rejects truth_is_of_one_device 64 "--truth" record $both --truth x.csv -o x.h5
rejects room_is_needed_for_all_devices 80 "MB are needed" \
    record $both --for 100000d -o x.h5
rejects different_speeds_are_refused 64 "run at one speed" \
    record --device virtual --simulate speed=max --device virtual \
    --simulate speed=2 --for 1s -o x.h5
rejects simulated_one_faster_than_a_real_one_is_refused 64 "run at one speed" \
    record --device A --device virtual --simulate speed=2 --for 1s -o x.h5
rejects shared_flash_is_refused 64 "'./f.bin' is given to two devices.*flash=" \
    record --device virtual --simulate flash=./f.bin --device virtual \
    --simulate flash=./f.bin --for 1s -o x.h5
: >shared.bin
rejects shared_flash_is_known_under_any_name 64 "given to two devices.*flash=" \
    record --device virtual --simulate flash=shared.bin --device virtual \
    --simulate "flash=$PWD/shared.bin" --for 1s -o x.h5
rejects shared_samples_are_refused 64 "given to two devices.*samples=" \
    record --simulate samples=x.csv --device virtual --device virtual \
    --for 1s -o x.h5
check two_flashes_are_fine record -q --device virtual \
    --simulate speed=max,flash=f1.bin --device virtual \
    --simulate speed=max,flash=f2.bin --for 1s -o flashes.h5
check refusals_of_several_leave_nothing sh -c '! ls x.h5* x.csv* 2>/dev/null'

# ---- names ----
together() (
    mkdir unnamed && cd unnamed || return 1
    pids=
    for one in 1 2 3 4; do
        "$CARPUS" record -q $fast --for 1s &
        pids="$pids $!"
    done
    for pid in $pids; do
        wait "$pid" || return 1
    done
    [ "$(ls carpus-*.h5 | wc -l)" -eq 4 ] && [ "$(ls | wc -l)" -eq 4 ]
)
check recordings_without_a_name_do_not_collide together
# The name is taken while it records.
"$CARPUS" record -q $real --for 1s -o taken.h5 2>err.txt &
pid=$!
until [ -s taken.h5.journal ]; do
    sleep 0.05
done
echo mine >taken.h5
wait $pid
status=$?
advice=$(sed -n 's/.*run `carpus \(.*\)`.*/\1/p' err.txt)
check name_that_was_taken_is_told [ $status -eq 73 ]
check its_advice_recovers_under_another_name sh -c "
    '$CARPUS' $advice -q && '$CARPUS' verify taken-2.h5"
check what_took_the_name_is_left_alone grep -qx mine taken.h5
check quiet_recovery_says_nothing_of_a_journal_that_stays sh -c '
    cp "$CARPUS_TESTS/data/format-2.h5.journal" quiet.h5.journal
    printf "\\377" | dd of=quiet.h5.journal bs=1 seek=60 conv=notrunc 2>err.txt
    "$CARPUS" recover -q --remove quiet.h5.journal 2>err.txt
    [ -e quiet.h5.journal ] && ! grep -q "in spite of" err.txt'
check help_of_each_tells_its_statuses sh -c '
    for command in record recover info verify import export analyse; do
        "$CARPUS" $command --help | tr -s "\n " " " |
            grep -q "74 read or write failed; .*80 disk full" || exit 1
    done'

# ---- signals ----
# interrupted FILE SIGNAL...: records in real time, sends the signals one by
# one, and leaves the exit status in `status`.
interrupted() {
    file=$1
    shift
    # A shell without job control has its children ignore SIGINT; what they
    # catch themselves they get all the same.
    "$CARPUS" record $real -o "$file" >out.txt 2>err.txt &
    pid=$!
    for try in $(seq 100); do
        [ -s "$file.journal" ] && break
        sleep 0.05
    done
    sleep 1
    for signal; do
        kill -s "$signal" $pid
        sleep 0.02
    done
    wait $pid
    status=$?
}

for signal in INT TERM HUP; do
    interrupted "sig$signal.h5" $signal
    check "${signal}_once_keeps_the_recording" test "$status" -eq 0
    check "${signal}_once_leaves_no_journal" whole "sig$signal.h5"
done
interrupted closed.h5 HUP HUP HUP
check closed_terminal_stops_gently test "$status" -eq 0
check closed_terminal_leaves_a_recording whole closed.h5
# Two signals at the same moment, so that the first has no time to be obeyed.
interrupted twice.h5 STOP INT TERM CONT
cp err.txt err.keep
check stopping_at_once_says_how_to_recover sh -c "
    [ $status -eq 82 ] && grep -q 'carpus recover twice.h5.journal' err.keep"
check stopping_at_once_leaves_a_journal sh -c \
    '[ -s twice.h5.journal ] && [ ! -e twice.h5 ]'
interrupted quit.h5 QUIT
check quit_counts_as_twice test "$status" -eq 82
check journal_becomes_a_recording "$CARPUS" recover twice.h5.journal
check recovering_keeps_the_journal sh -c \
    '[ -s twice.h5.journal ] && [ -s twice.h5 ]'
rejects recovering_again_overwrites_nothing 73 "twice.h5" \
    "$CARPUS" recover twice.h5.journal
real="--device virtual --wrist left --device virtual --wrist right"
interrupted both-cut.h5 STOP INT TERM CONT
check both_wristbands_come_back_from_a_journal sh -c '
    "$CARPUS" recover -q both-cut.h5.journal &&
    [ "$("$CARPUS" verify both-cut.h5 | grep -c "(VIRTUAL000[12]): good;")" = 2 ]'
real="--device virtual --simulate seed=3"
check journal_is_removed_when_asked sh -c \
    '"$CARPUS" recover --remove -q -o again.h5 twice.h5.journal &&
     [ -s again.h5 ] && [ ! -e twice.h5.journal ]'

mkdir gone
interrupted_in_gone() {
    "$CARPUS" record $real --for 2s -o gone/x.h5 2>err.txt &
    pid=$!
    for try in $(seq 100); do
        [ -s gone/x.h5.journal ] && break
        sleep 0.05
    done
    rm -r gone
    wait $pid
}
rejects folder_taken_away_ends_the_recording 74 \
    "removed while it was written; what came is kept" interrupted_in_gone
kept=$(sed -n 's/.*carpus recover \(.*\)`.*/\1/p' err.txt)
check what_came_is_where_it_says "$CARPUS" recover -q "$kept"
rm -f "$kept" "${kept%.journal}"

# cut SECONDS AT NAME: the journal is emptied AT seconds after it began.
cut() {
    "$CARPUS" record -q $real --for "$1" -o "$3" 2>err.txt &
    pid=$!
    while [ ! -s "$3.journal" ]; do
        sleep 0.05
    done
    sleep "$2"
    : >"$3.journal"
    wait $pid
}
rejects emptied_journal_is_told_and_ends_the_recording 74 \
    "cut short by another program" cut 20s 1.5 cut.h5
check what_came_since_then_is_kept "$CARPUS" verify cut.h5
rejects journal_emptied_near_the_end_is_no_fault_of_the_device 74 \
    "cut short by another program" cut 0.5s 0.4 cut-late.h5
rejects zeros_are_told_from_a_strange_file 65 "nothing but zeros" sh -c \
    'head -c 30000 /dev/zero >zeros.h5.journal
     "$CARPUS" recover zeros.h5.journal'

# ---- terminal ----
# typed FILE KEYS...: records on a terminal of its own, types the keys,
# and shows how the terminal was left, all into terminal.txt. Ctrl-C reaches
# the shell around the recorder too, which must live on to show it, whichever
# shell the machine has.
typed() {
    file=$1
    shift
    {
        for try in $(seq 100); do
            [ -s "$file.journal" ] && break
            sleep 0.05
        done
        sleep 1
        for key; do
            printf "$key"
            sleep 0.2
        done
        sleep 1
    } | script -qec "trap : INT; stty cols 60; $CARPUS record $real --json -o $file
        echo status \$?; stty -a" /dev/null >terminal.txt
}

if command -v script >/dev/null; then
    typed keys.h5 1 ' ' a '?' q
    cp terminal.txt keys.txt
    check q_stops_and_keeps_the_recording whole keys.h5
    check keys_mark_events grep -q '"events": 3' keys.txt
    check status_line_is_shown_on_a_terminal grep -Eq '0:00:01  lost 0 of [0-9]+' keys.txt
    check status_line_fits_the_terminal sh -c \
        'tr "\r" "\n" <keys.txt | grep "lost 0 of" | grep -v file |
         sed "s/.\[K//g" | awk "length > 59 { exit 1 }"'
    check terminal_is_left_as_it_was grep -Eq '(^| )icanon' keys.txt
    check echo_is_left_on grep -Eq '(^| )echo ' keys.txt
    typed ctrl.h5 '\032' '\003'
    cp terminal.txt ctrl.txt
    check ctrl_c_on_a_terminal_keeps_the_recording whole ctrl.h5
    check ctrl_z_does_not_stop_the_recorder grep -q 'status 0' ctrl.txt
    check terminal_is_restored_after_ctrl_c grep -Eq '(^| )icanon' ctrl.txt
fi

# ---- recover ----
echo text >text.journal
rejects what_is_no_journal_is_not_recovered 65 "no journal" \
    "$CARPUS" recover text.journal
rejects missing_journal_is_named 66 "none.h5.journal" \
    "$CARPUS" recover none.h5.journal
rejects name_must_be_told_if_the_journals_does_not 64 "say with -o" \
    "$CARPUS" recover a.h5
# The description of the first sensor, then the end of the recording.
cp "$CARPUS_TESTS/data/format-2.h5.journal" hurt.h5.journal
printf '\377' | dd of=hurt.h5.journal bs=1 seek=60 conv=notrunc 2>/dev/null
rejects damaged_journal_is_not_removed 81 "kept in spite of --remove" \
    "$CARPUS" recover --remove hurt.h5.journal
check damaged_journal_is_still_there test -s hurt.h5.journal
check summary_counts_what_is_in_the_file sh -c '
    rm hurt.h5
    "$CARPUS" recover -q --json hurt.h5.journal >hurt.json 2>err.keep
    rows=$("$CARPUS" info hurt.h5 | sed -n "s/^samples *//p")
    grep -m 1 "\"samples\"" hurt.json | grep -q " $rows,"'
rejects silence_up_to_the_end_is_said 84 "lost 1[0-9]* \(unplugged\)" \
    record --device virtual --simulate speed=max,fault=deaf@2:30 --for 8s \
    -o silent.h5
check silence_up_to_the_end_is_no_complete_recording sh -c '
    "$CARPUS" info silent.h5 | grep -q "state *recovered"'
check samples_missing_at_the_end_are_not_called_good sh -c '
    "$CARPUS" verify silent.h5 >said.txt && ! grep -q good said.txt &&
    grep -Eq "missing;.* 1 gap \\(1[0-9]* samples lost, 1[0-9]* of them at its end" said.txt'
rejects recover_needs_a_journal 64 "journal" "$CARPUS" recover
rejects recover_does_not_take_a_folder 66 "" "$CARPUS" recover -o y.h5 .

long=$(printf %0243d 0).h5
check name_may_be_as_long_as_its_journal_allows sh -c "
    '$CARPUS' record -q -d virtual --simulate speed=max --for 1s -o $long &&
    '$CARPUS' verify $long && [ ! -e $long.journal ] && rm $long"

# ---- disks ----
if mkdir small && mount -t tmpfs -o size=9m none small 2>/dev/null; then
    rejects full_disk_stops_and_keeps_what_came 80 "nearly full" \
        record $fast --rate 1667 -o small/x.h5
    check recording_is_on_the_full_disk whole small/x.h5
    rm small/*
    head -c 6000000 /dev/zero >small/filler
    rejects full_disk_is_refused_at_the_start 80 "needed" \
        record $fast --for 10s -o small/y.h5
    check full_disk_keeps_nothing_refused sh -c '! ls small/y.h5* 2>/dev/null'
    rm small/filler
    rejects refusal_says_what_would_fit 80 \
        "2[0-9.]* MB are needed and 9.4 MB .*another disk with -o, or record for at most [0-9]+s" \
        record $fast --rate 1667 --for 6m -o small/y.h5
    fits=$(sed -n 's/.*at most \([0-9]*s\)$/\1/p' err.txt)
    check what_is_said_to_fit_fits record $fast -q --rate 1667 --for "$fits" \
        -o small/y.h5
    rm -f small/y.h5
    head -c 6000000 /dev/zero >small/filler
    rejects disk_too_small_for_any_is_not_told_to_record_less 80 \
        "another disk with -o\$" record $fast --for 1s -o small/y.h5
    mount -o remount,size=100m small
    reserved() {
        record $fast -q --rate 1667 --for 20m -o small/r.h5 &
        pid=$!
        # What is set aside is in the journal's length.
        until [ "$(stat -c %s small/r.h5.journal 2>err.txt || echo 0)" -gt \
            60000000 ] || ! kill -0 $pid 2>err.txt; do
            sleep 0.02
        done
        cat /dev/zero >small/filler
        wait $pid
    }
    check disk_that_others_fill_has_room_for_what_was_planned reserved
    check and_the_recording_is_there whole small/r.h5
    rm -f small/r.h5* small/filler
    mount -o remount,ro small
    rejects read_only_folder_is_named 73 "small/z.h5" \
        record $fast --for 2s -o small/z.h5
    umount small
fi

# ---- little memory ----
# The sanitizers' program reserves terabytes: this is the one without.
plain=$(dirname "$CARPUS")/../carpus
least=40000
while ! (ulimit -v $least && "$plain" --version) >out.txt 2>&1; do
    least=$((least + 2000))
done
# within KILOBYTES COMMAND...: with so much memory; leaves the status.
within() {
    (ulimit -v "$1" && shift && exec "$@") >out.txt 2>err.txt
    status=$?
}
# From too little to start to enough for all: a status of the table, with a
# sentence, and nothing half-written.
told_of_memory() {
    [ $status -eq 0 ] ||
        { [ $status -eq 71 ] && grep -q "^carpus [a-z]*: .*" err.txt &&
            [ -z "$(ls | grep '\.part-')" ]; }
}
memory_is_told() {
    for more in $(seq 0 2000 50000); do
        rm -f little.h5*
        within $((least + more)) "$plain" record -q -o little.h5 --for 2s \
            --device virtual --simulate speed=max
        told_of_memory || return 1
        [ ! -e little.h5.journal ] ||
            grep -q "recover little.h5.journal" err.txt || return 1
        [ $status -ne 0 ] || "$CARPUS" verify little.h5 >out.txt || return 1
        within $((least + more)) "$plain" info both.h5
        told_of_memory || return 1
    done
    [ $status -eq 0 ] && [ -e little.h5 ]
}
check too_little_memory_is_told_and_leaves_nothing_half memory_is_told

# ---- what stands in the way ----
rejects recording_above_the_limit_on_file_size_is_refused 80 \
    "set aside 19[0-9.]* MB .*File too large.*ulimit -f" sh -c \
    'ulimit -f 4000
     "$CARPUS" record -q -o big.h5 --for 60m --rate 1667 --device virtual \
         --simulate speed=max'
check refused_recording_leaves_nothing sh -c '! ls big.h5* 2>/dev/null'
rejects limit_on_file_size_is_like_a_full_disk 80 "File too large|disk" sh -c \
    'ulimit -f 4000
     "$CARPUS" record -q -o big.h5 --rate 1667 --device virtual \
         --simulate speed=max'
: >empty.h5.journal
rejects empty_journal_says_what_to_do 65 "is empty.*remove it" \
    "$CARPUS" recover empty.h5.journal
finish
