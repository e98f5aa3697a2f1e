#!/bin/sh
# `carpus history` of a folder as it is found in life.
. "$CARPUS_TESTS/cli/lib.inc"

record() { # record FILE CODE [OPTION...]
    file=$1
    code=$2
    shift 2
    "$CARPUS" record --device virtual --simulate speed=max --for 20s -q \
        --wrist left --participant "$code" -o "$file" "$@"
}
is_json() { python3 -c 'import json, sys; json.load(open(sys.argv[1]))' "$1"; }

mkdir -p set/below
record set/one.h5 P01
record set/below/two.h5 P01

check sessions_are_found_below_the_folder sh -c \
    '"$CARPUS" history set | grep -q "^Participant P01: sessions 2, weeks 1$"'
check lines_fit_80_columns sh -c \
    '"$CARPUS" history set | awk "length > 79 { exit 1 }"'
check json_is_written "$CARPUS" history set -o all.json
check json_is_json is_json all.json
check json_has_the_sessions test "$(grep -c '"uuid"' all.json)" = 2
check csv_has_its_head sh -c \
    '"$CARPUS" history set -o all.csv >none.txt && head -n 1 all.csv |
     grep -qx "date,week,session,of,side,measure,value"'
check csv_rows_have_seven_fields sh -c \
    'awk -F, "NF != 7 { exit 1 }" all.csv && test "$(wc -l <all.csv)" -gt 8'

check report_is_written "$CARPUS" history set -o all.html --lang de --for wearer
check report_is_german grep -q "Ihre Wochen" all.html
check pdf_is_written "$CARPUS" history set -o all.pdf --paper letter
check pdf_is_one grep -aq "^%PDF-" all.pdf
cp all.json before.json
rejects what_is_there_is_kept 73 "all.json" "$CARPUS" history set -o all.json
check it_was_kept cmp all.json before.json
rejects another_format_is_not_guessed 64 "does not end in" \
    "$CARPUS" history set -o all.xls
rejects a_folder_is_needed 64 "FOLDER is needed" "$CARPUS" history
rejects a_folder_that_is_not_there 66 "nowhere" "$CARPUS" history nowhere
mkdir empty
rejects a_folder_without_recordings 66 "no recordings" "$CARPUS" history empty

head -c 3000 set/one.h5 >set/broken.h5
rejects what_cannot_be_read_is_left_out 83 "broken.h5.*; left out" \
    "$CARPUS" history set
cp out.txt history.txt
check the_others_are_there grep -q "sessions 2," history.txt
rm set/broken.h5

awk 'BEGIN { print "t_s,ax_g,ay_g,az_g"
    for (i = 0; i < 500; i++) printf "%.2f,0,%.3f,1\n", i / 50, i % 5 / 1000 }' \
    >set/bare.csv
rejects what_has_no_date_is_left_out 83 "does not say when" \
    "$CARPUS" history set
rm set/bare.csv

rejects what_was_before_the_start_is_left_out 65 "before --start" \
    "$CARPUS" history set --start 2099-01-01
rejects a_start_is_a_date 64 "no date" "$CARPUS" history set --start monday
check weeks_are_counted_from_the_start sh -c \
    '"$CARPUS" history set --start 2024-01-01 | grep -Eq "sessions 2, weeks [1-9].."'
rejects a_programme_that_is_not_there 66 "programme .none." \
    "$CARPUS" history set --programme none
check a_programme_can_be_named sh -c \
    '"$CARPUS" history set --programme hand-neuropathy |
     grep -q "programme hand-neuropathy"'

record set/three.h5 P02
rejects participants_are_not_mixed 83 "P02.*--participant" "$CARPUS" history set
check one_can_be_chosen sh -c \
    '"$CARPUS" history set --participant P02 | grep -q "P02: sessions 1,"'
rejects one_who_is_not_there 66 "P03" "$CARPUS" history set --participant P03

finish
