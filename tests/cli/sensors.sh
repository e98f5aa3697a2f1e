#!/bin/sh
# What the commands do with a recording of several sensors: all of them, or the
# one that is chosen, and never one by accident.
. "$CARPUS_TESTS/cli/lib.inc"

"$CARPUS" record -q -o two.h5 --for 30s --simulate speed=max \
    --device virtual --wrist left --simulate speed=max,clock_ppm=200 \
    --device virtual --wrist right --simulate speed=max,clock_ppm=-200
"$CARPUS" record -q -o one.h5 --for 30s --device virtual \
    --simulate speed=max --wrist left

lines() { # FILE COUNT: FILE has COUNT lines
    [ "$(wc -l <"$1")" -eq "$2" ]
}

# ---- info, export ----
check info_tells_of_each sh -c '
    [ "$("$CARPUS" info two.h5 | grep -c "^serial  *VIRTUAL000[12]$")" = 2 ]'
check info_tells_of_the_chosen_one sh -c '
    "$CARPUS" info --sensor right two.h5 >info.txt &&
    grep -q VIRTUAL0002 info.txt && ! grep -q VIRTUAL0001 info.txt'
"$CARPUS" info --json two.h5 >info.json
check info_gives_an_object_a_line lines info.json 2
"$CARPUS" export two.h5 -o two.csv
check export_has_a_column_for_the_sensor sh -c '
    head -n 1 two.csv | grep -q "^sensor,t_s,ax_g" &&
    [ "$(cut -d, -f1 two.csv | uniq | tr "\n" " ")" = \
        "sensor VIRTUAL0001 VIRTUAL0002 " ]'
"$CARPUS" export --sensor VIRTUAL0002 two.h5 -o right.csv
check exported_sensor_is_a_csv_like_any_other sh -c '
    head -n 1 right.csv | grep -q "^t_s,ax_g" &&
    "$CARPUS" import right.csv -o right.h5'
check chosen_rows_are_those_of_all sh -c '
    grep "^VIRTUAL0002," two.csv | cut -d, -f2- >a.csv &&
    tail -n +2 right.csv | cmp - a.csv'
check raw_integers_of_all_are_exported sh -c '
    "$CARPUS" export --raw two.h5 | head -n 1 | grep -q "^sensor,t_s,ax_raw"'

# ---- one that is damaged ----
# The header of the first sensor's dataset 'blocks' gets a wrong checksum; its
# address follows its name.
cp two.h5 hurt.h5
name=$(grep -abo blocks hurt.h5 | head -n 1 | cut -d: -f1)
header=$(od -An -tu8 -j $((name + 6)) -N 8 hurt.h5)
printf 'carpus' | dd of=hurt.h5 bs=1 conv=notrunc seek=$((header + 20)) 2>err.txt
rejects damaged_sensor_is_named 65 \
    "left-wrist \(VIRTUAL0001\): cannot open dataset 'blocks'.*checksum" \
    "$CARPUS" info --sensor left hurt.h5
check other_sensor_is_told_of sh -c '
    "$CARPUS" info --sensor right hurt.h5 >info.txt &&
    grep -q "^samples  *6264" info.txt'
check other_sensor_says_that_its_time_may_be_its_own \
    grep -q "^notes .*one cannot: left-wrist" info.txt
check other_sensor_is_exported sh -c '
    "$CARPUS" export --sensor right hurt.h5 | cut -d, -f2- >b.csv &&
    cut -d, -f2- right.csv | cmp - b.csv'
check other_sensor_is_analysed sh -c '
    "$CARPUS" analyse --sensor right hurt.h5 | grep -q VIRTUAL0002'
rejects of_all_the_damaged_one_is_an_error 65 \
    "VIRTUAL0001.*other sensors can be read alone with --sensor" \
    "$CARPUS" analyse hurt.h5
check and_the_others_come_all_the_same sh -c '
    "$CARPUS" analyse hurt.h5 2>err.txt | grep -q VIRTUAL0002'
rejects export_of_all_is_not_half_written 65 "VIRTUAL0001" \
    "$CARPUS" export hurt.h5 -o half.csv
check half_an_export_is_not_there test ! -e half.csv
rejects verify_counts_the_fault 85 "1 fault" "$CARPUS" verify hurt.h5
check verify_names_sensor_and_table_and_goes_on sh -c '
    "$CARPUS" verify hurt.h5 2>err.txt >said.txt
    grep -q "left-wrist (VIRTUAL0001): .*blocks" said.txt &&
    grep -q "right-wrist (VIRTUAL0002): good; 6264 samples" said.txt'

# ---- analyse, report, batch ----
"$CARPUS" analyse two.h5 >two.json
check analyse_gives_an_object_a_line lines two.json 2
check each_object_says_which_sensor sh -c '
    sed -n 1p two.json | grep -q "\"sensor\": \"VIRTUAL0001\", \"placement\": \"left-wrist\"" &&
    sed -n 2p two.json | grep -q "\"sensor\": \"VIRTUAL0002\", \"placement\": \"right-wrist\""'
check chosen_sensor_is_analysed_alone sh -c '
    "$CARPUS" analyse --sensor right-wrist two.h5 | grep -c "\"sensor\"" |
    grep -qx 1'
check events_of_the_chosen_sensor_are_written \
    "$CARPUS" analyse --sensor left --events left.csv two.h5
rejects events_of_several_are_refused 64 "choose one with --sensor" \
    "$CARPUS" analyse --events no.csv two.h5
rejects placement_of_several_is_refused 64 "choose one with --sensor" \
    "$CARPUS" analyse --placement left two.h5
rejects sensor_that_is_not_there_is_named 64 \
    "no sensor 'left-ankle'; it has left-wrist \(VIRTUAL0001\), right-wrist" \
    "$CARPUS" analyse --sensor left-ankle two.h5
check only_sensor_may_be_chosen sh -c '
    "$CARPUS" analyse --sensor left one.h5 | grep -q "\"settings\": \"--sensor left\""'
rejects csv_has_no_sensor_to_choose 64 "no sensor 'left'" \
    "$CARPUS" analyse --sensor left right.csv
mkdir reports
check report_of_each_goes_into_a_folder sh -c '
    "$CARPUS" report two.h5 -o reports && ls reports | tr "\n" " " |
    grep -qx "two.h5.left-wrist.VIRTUAL0001.html two.h5.right-wrist.VIRTUAL0002.html "'
rejects one_report_of_several_is_refused 64 "give -o a folder" \
    "$CARPUS" report two.h5 -o two.html
check report_of_the_chosen_sensor_is_written \
    "$CARPUS" report --sensor right two.h5 -o right.html
mkdir set
cp one.h5 two.h5 set
check batch_has_a_row_a_sensor sh -c '
    "$CARPUS" batch -q set -o out && [ "$(wc -l <out/summary.csv)" = 4 ] &&
    grep -q "^two.h5,ok,.*,VIRTUAL0001,left-wrist," out/summary.csv &&
    grep -q "^two.h5,ok,.*,VIRTUAL0002,right-wrist," out/summary.csv'
check batch_of_several_sensors_is_up_to_date sh -c '
    "$CARPUS" batch -q set -o out 2>&1 | grep -q "2 up to date" &&
    [ "$(wc -l <out/summary.csv)" = 4 ]'
check batch_of_the_chosen_sensor sh -c '
    "$CARPUS" batch -q --sensor left set -o left && [ "$(wc -l <left/summary.csv)" = 3 ]'
rejects batch_says_which_lack_the_sensor 83 "1 of 2 files failed" \
    "$CARPUS" batch -q --sensor right set -o right
rejects replay_of_several_is_refused 64 "one is to be chosen" \
    "$CARPUS" record -q --device virtual:two.h5 -o x.h5

finish
