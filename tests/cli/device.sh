#!/bin/sh
# `carpus device` from the command line. The virtual wristband's flash is a
# file, so that it outlasts each command as the real one outlasts a reset;
# offline= is the time before the host came, press= when its button is pressed.
. "$CARPUS_TESTS/cli/lib.inc"

fast=speed=max,seed=5,flash=flash.bin
device() {
    "$CARPUS" device "$@"
}
band() {
    settings=$1
    shift
    "$CARPUS" device "$@" --device virtual --simulate "$fast$settings"
}

# ---- what there is ----
check device_help_lists_commands sh -c \
    '"$CARPUS" device --help | grep -q "^  calibrate  "'
check log_help_lists_commands sh -c \
    '"$CARPUS" device log --help | grep -q "^  erase  "'
for command in info configure identify selftest calibrate update "log get" \
    "log list" "log erase" "log setup" "log start" "log stop"; do
    check "help_of_$(echo $command | tr ' ' _)" sh -c \
        "\"\$CARPUS\" device $command --help | grep -q 'Usage: carpus device $command'"
done
rejects device_needs_a_command 64 "which command" device
rejects unknown_command_is_named 64 "no command 'frobnicate'" device frobnicate
rejects device_that_is_not_there_is_no_usage_error 69 "NOSUCH" \
    device info --device NOSUCH

# ---- info, configure, identify, selftest ----
check info_tells_serial_and_settings sh -c \
    '"$CARPUS" device info -d virtual --simulate '$fast' |
     tee info.txt | grep -q "VIRTUAL0001" && grep -q "104 Hz, 8 g" info.txt'
check configure_changes_what_is_given band "" configure --rate 52 --accel-range 16
band "" info >info.txt
check settings_outlast_the_program grep -q "52 Hz, 16 g, 2000 deg/s" info.txt
rejects rate_that_the_sensor_has_not_is_refused 64 "26 52 104" \
    band "" configure --rate 100
check identify_says_which_blinks sh -c \
    '"$CARPUS" device identify -d virtual | grep -q "VIRTUAL0001 blinks"'
check selftest_passes band "" selftest
cp out.txt list.txt
check selftest_numbers_ten_results test "$(grep -c 'passed$' list.txt)" -eq 10
check selftest_tests_flash_and_usb sh -c \
    'grep -q "^ 9 .*flash" list.txt && grep -q "^10 .*USB" list.txt'

# ---- the log ----
check setup_is_saved band "" log setup --by button --rate 104
check setup_without_options_shows_it sh -c \
    '"$CARPUS" device log setup -d virtual --simulate '$fast' |
     grep -q "104 Hz, 8 g, 2000 deg/s; begun by button"'
rejects log_takes_no_more_than_it_can_write 64 "416 Hz at most" \
    band "" log setup --rate 833
rejects motion_below_the_noise_is_refused 64 "16" band "" log setup --motion 3
rejects record_that_is_not_there_is_named 66 "no record 7" band "" log get 7
rejects number_of_a_record_is_whole 64 "no whole number" band "" log get 1.5
rejects number_of_a_record_is_above_0 64 "from 1 to 4294967295" \
    band "" log get 0
check nothing_to_stop_is_no_error sh -c \
    '"$CARPUS" device log stop -d virtual --simulate '$fast' |
     grep -q "no record goes on"'
check nothing_to_erase_is_no_error band "" log erase

# Two records: from the button at 5 s to that at 65 s; one cut off by the end
# of the program, as by a power cut.
rejects band_that_logs_does_no_selftest 76 "self-test" \
    band ",offline=10,press=5" selftest
band "" log erase --yes >/dev/null
check button_makes_a_record band ",noise=off,offline=100,press=5;65" log list
cp out.txt list.txt
check list_tells_how_it_began_and_ended grep -Eq \
    '^ +2 .* 0:01:0[0-9] +6[0-9]{3} +104 +button +button' list.txt

band ",offline=60,press=5" log list >/dev/null 2>&1
check power_cut_shows_in_the_list sh -c \
    '"$CARPUS" device log list -d virtual --simulate '$fast' |
     grep -Eq "^ +3 .*button +power cut"'
check list_as_json sh -c \
    '"$CARPUS" device log list --json -d virtual --simulate '$fast' |
     grep -q "\"ended_by\": \"power cut\""'

check record_is_read_out band "" log get 2 -o log.h5 --wrist left --label hands
check nothing_is_left_beside_it test ! -e log.h5.journal
check recording_is_whole "$CARPUS" verify log.h5
check what_was_said_is_in_it sh -c \
    '"$CARPUS" info log.h5 | tee info.txt | grep -q "left-wrist" &&
     grep -q "hands" info.txt && grep -q "record 2 of the log" info.txt'
rejects recording_is_not_overwritten 73 "log.h5" band "" log get 2 -o log.h5
# The same motion as a stream: the same samples, one by one.
"$CARPUS" record -d virtual --simulate seed=5,speed=max,noise=off --rate 104 \
    --for 65s -q -o live.h5
"$CARPUS" export --raw log.h5 | cut -d, -f2- | tail -n +2 >log.csv
"$CARPUS" export --raw live.h5 | cut -d, -f2- | tail -n +2 |
    head -n "$(wc -l <log.csv)" >live.csv
check log_is_the_stream_that_it_would_have_been cmp log.csv live.csv
check log_has_a_minute sh -c '[ "$(wc -l <log.csv)" -gt 6200 ]'
check record_cut_by_power_is_read_out band "" log get 3 -o cut.h5
check it_says_that_the_end_is_missing sh -c \
    '"$CARPUS" info cut.h5 | grep -q "state *recovered"'
band ",offline=100,press=5;65" log get 4 -o timed.h5 -q
check times_of_a_log_that_no_reset_followed_are_known sh -c \
    '"$CARPUS" info timed.h5 | grep -q "^created"'

# ---- broken off ----
check long_record_is_made band ",offline=3700,press=5;3605" log list
band "" log get 5 -o whole.h5 -q
"$CARPUS" export --raw whole.h5 >whole.csv
# A file may grow to 200 kB only: the journal cannot take all.
rejects read_that_fails_says_why 80 "cannot write 'part.h5.journal'" sh -c \
    'trap "" XFSZ; ulimit -f 400
     "$CARPUS" device log get 5 -o part.h5 -q -d virtual --simulate '$fast
check what_came_is_kept test -s part.h5.journal
rejects other_record_does_not_go_on_with_it 73 "another recording" \
    band "" log get 2 -o part.h5
check read_that_was_broken_off_goes_on band "" log get 5 -o part.h5
cp err.txt err.keep
check it_says_what_had_come_before grep -q "had come before" err.keep
"$CARPUS" export --raw part.h5 >part.csv
check it_is_as_if_it_had_not_been_broken_off cmp part.csv whole.csv

rejects erase_wants_a_yes 64 "4 records would be lost" band "" log erase
check erase_with_a_yes band "" log erase --yes
check erased_records_are_gone sh -c \
    '"$CARPUS" device log list -d virtual --simulate '$fast' |
     { ! grep -Eq "^ +[0-9]"; }'
band ",offline=20,press=5;15" log list >/dev/null 2>&1
check numbers_go_on_after_it sh -c \
    '"$CARPUS" device log list -d virtual --simulate '$fast' | grep -Eq "^ +6 "'

# ---- motion ----
cat >walk.motion <<'END'
rest 30
walk 60 cadence=100
rest 60
END
check motion_setup_is_saved sh -c '"$CARPUS" device log setup --by motion --motion 100 \
    --still 20s -d virtual --simulate speed=max,flash=motion.bin'
"$CARPUS" device log list -d virtual:walk.motion \
    --simulate speed=max,flash=motion.bin,offline=150 >list.txt 2>&1
check motion_begins_and_stillness_ends_a_record grep -Eq \
    '^ +1 .* 0:01:[0-9]+ .* motion +motion' list.txt

# ---- calibrate ----
# Each side up for five seconds, with 20 mg of offset and 2 % of gain on x.
awk 'BEGIN {
    print "t_s,ax_g,ay_g,az_g,gx_dps,gy_dps,gz_dps"
    split("1 0 0 -1 0 0 0 1 0 0 -1 0 0 0 1 0 0 -1", v, " ")
    for (i = 0; i < 6 * 500; i++) {
        s = int(i / 500) * 3
        printf "%.2f,%.5f,%.5f,%.5f,0,0,0\n", i / 100,
            v[s + 1] * 1.02 + 0.02, v[s + 2] + 0, v[s + 3] + 0
    }
}' >sides.csv
check calibration_finds_offset_and_gain sh -c \
    '"$CARPUS" device calibrate -d virtual:sides.csv --simulate '$fast' |
     grep -Eq "offset_mg (19.[5-9]|20.[0-5])[0-9]* .*gain 0.980[0-9]* (1.000|0.999)"'
check calibration_is_kept sh -c \
    '"$CARPUS" device info -d virtual --simulate '$fast' |
     grep -q "six positions"'
"$CARPUS" record -d virtual --simulate $fast --for 2s -q -o calibrated.h5
check calibration_is_in_each_recording sh -c \
    '"$CARPUS" info calibrated.h5 | grep -q "six positions"'
head -n 1000 sides.csv >two.csv
rejects calibration_that_is_not_finished_changes_nothing 84 "of 6 sides done" \
    "$CARPUS" device calibrate -d virtual:two.csv --simulate $fast

# ---- update ----
echo nothing >not.uf2
rejects file_that_is_no_uf2_is_refused 65 "no UF2" band "" update not.uf2
rejects missing_file_is_named 66 "none.uf2" band "" update none.uf2
finish
