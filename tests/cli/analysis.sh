# analyse, report and batch as a user meets them.
. "$CARPUS_TESTS/cli/lib.inc"
data=$CARPUS_TESTS/data

# Two minutes of still band: enough for every measure to have its say.
awk 'BEGIN { print "t_s,ax_g,ay_g,az_g,gx_dps,gy_dps,gz_dps"
    for (i = 0; i < 6000; i++)
        printf "%.2f,%.3f,0.01,1,%.2f,0.1,0\n", i / 50, (i * 7 % 5) / 1000,
            (i * 13 % 7) / 10 }' >still.csv
mkdir -p set/deep out.d
cp still.csv set/one.csv
cp still.csv set/deep/two.csv
echo "no motion in here" >set/bad.csv

json() {
    python3 -c 'import json, sys
value = json.load(open(sys.argv[1]))
for key in sys.argv[2].split("."):
    value = value[key]
print(value)' "$1" "$2"
}

says() { # says FILE KEY VALUE
    [ "$(json "$1" "$2")" = "$3" ]
}

"$CARPUS" analyse still.csv >still.json 2>err.txt
check analyse_writes_a_summary says still.json format carpus-summary
check a_still_band_has_no_steps says still.json walking.steps 0
check a_still_band_has_no_tremor says still.json tremor.tremor_s 0.0
check analyse_writes_events "$CARPUS" analyse still.csv --events events.csv
check events_have_their_header grep -qx \
    'kind,start_s,end_s,value,confidence' events.csv
rejects events_are_not_overwritten 73 'events.csv.*exists' \
    "$CARPUS" analyse still.csv --events events.csv
rejects events_need_one_file 64 'one FILE' \
    "$CARPUS" analyse still.csv still.csv --events more.csv

# Half a second lost in every ten: 5 % of the motion, of which no measure may
# lose much more.
awk -F, 'NR == 1 || $1 - 10 * int($1 / 10) >= 0.5' \
    "$data/demo-motion.csv" >holes.csv
"$CARPUS" analyse "$data/demo-motion.csv" >whole.json
"$CARPUS" analyse holes.csv >holes.json
# Typed codes seconds apart, among what else a day has.
check taps_after_a_pause_are_another_series python3 -c '
import json
series = json.load(open("whole.json"))["taps"]["series"]
assert len(series) >= 3, series
assert all(136 < s["start_s"] < s["end_s"] < 164 for s in series), series'
check holes_are_counted test "$(json holes.json quality.gaps)" -gt 15
check holes_end_no_walk python3 -c '
import json
whole, holes = (json.load(open(f"{n}.json")) for n in ("whole", "holes"))
steps = [s["walking"]["steps"] for s in (whole, holes)]
tremor = [s["tremor"]["tremor_s"] for s in (whole, holes)]
count = [sum(x["repetitions"] for x in s["exercise"]["sets"])
         for s in (whole, holes)]
assert min(steps + tremor + count) > 0, (steps, tremor, count)
for a, b in (steps, tremor, count):
    assert abs(a - b) <= 0.05 * a, (steps, tremor, count)'

"$CARPUS" analyse still.csv set/one.csv >two.jsonl 2>err.txt
check several_files_give_one_object_a_line test "$(wc -l <two.jsonl)" -eq 2
rejects one_bad_file_of_two_is_said_and_the_other_done 83 'bad.csv' \
    "$CARPUS" analyse set/bad.csv still.csv
cp out.txt other.json
check the_other_was_done says other.json format carpus-summary
rejects no_file_is_wrong_usage 64 'FILE' "$CARPUS" analyse
rejects missing_file 66 "nowhere.h5.*No such file" "$CARPUS" analyse nowhere.h5
rejects folder_is_no_recording 66 'set' "$CARPUS" analyse set
rejects unknown_option 64 'nonsense' "$CARPUS" analyse --nonsense still.csv
rejects lever_out_of_range 64 'lever' "$CARPUS" analyse --lever 9000 still.csv
rejects unknown_placement 64 'left-wrist' \
    "$CARPUS" analyse --placement nose still.csv
rejects full_standard_output_is_an_error 74 'write' \
    sh -c '"$CARPUS" analyse still.csv >/dev/full'

# A full disk, as far as the program can tell: no file may pass 512 bytes.
rejects report_on_a_full_disk 80 'report.html.*File too large' sh -c \
    'trap "" XFSZ; ulimit -f 1; "$CARPUS" report still.csv -o report.html'
check report_is_written "$CARPUS" report still.csv -o report.html
check report_is_html_with_a_picture grep -q 'data:image/svg+xml;base64' report.html
check report_needs_no_network sh -c '! grep -Eiq "(src|href)=.?https?:|@import|url\(" report.html'
rejects report_is_not_overwritten 73 'report.html.*exists' \
    "$CARPUS" report still.csv -o report.html
rejects report_of_missing_folder 73 'no such folder' \
    "$CARPUS" report still.csv -o nowhere/report.html
check report_goes_into_a_folder_that_is_there sh -c \
    'mkdir there && "$CARPUS" report still.csv -o there && test -s there/still.csv.html'
check report_is_pdf_by_its_ending sh -c \
    '"$CARPUS" report still.csv -o r.pdf && head -c 5 r.pdf | grep -q "%PDF-"'
check report_is_letter sh -c '"$CARPUS" report still.csv --paper letter -o l.pdf &&
    grep -aq "612 792" l.pdf'
check report_speaks_german_to_the_wearer sh -c \
    '"$CARPUS" report still.csv --lang de --for wearer -o de.html | grep -q "Gehen: keines gefunden." &&
    grep -q "lang=\"de\"" de.html && grep -q "<h1[^>]*>Ihre Übungen</h1>" de.html'
check report_of_a_programme_says_what_was_not_done sh -c \
    '"$CARPUS" report still.csv --programme hand-neuropathy --placement left -o p.html &&
    grep -q "Done against prescribed" p.html'
check folder_gets_the_format_that_is_asked_for sh -c \
    '"$CARPUS" report still.csv --format pdf -o there && test -s there/still.csv.pdf'
check format_for_a_name_that_says_none sh -c \
    '"$CARPUS" report still.csv --format pdf -o plain && head -c 5 plain | grep -q "%PDF-"'
rejects report_of_two_minds 64 "--format pdf, but 'x.html'" \
    "$CARPUS" report still.csv --format pdf -o x.html
rejects report_for_nobody 64 "'nurse' is none of therapist and wearer" \
    "$CARPUS" report still.csv --for nurse -o x.html
rejects report_in_no_language 64 "'xx' is none of en and de" \
    "$CARPUS" report still.csv --lang xx -o x.html
check each_reason_is_known_to_each_language \
    python3 "$CARPUS_TESTS/cli/reasons.py" "$CARPUS_TESTS/../analysis"
check nothing_half_written sh -c '! ls | grep -q part-'
check reports_of_several_go_to_a_folder "$CARPUS" report still.csv set/one.csv -o reports
check each_has_its_own test -s reports/still.csv.html -a -s reports/one.csv.html

rejects batch_goes_on_after_a_bad_file 83 '1 of 3' "$CARPUS" batch set -o out
check batch_wrote_the_deep_one says out/deep/two.csv.json walking.steps 0
check table_has_a_row_each test "$(wc -l <out/summary.csv)" -eq 4
check table_says_what_was_wrong grep -q '^bad.csv,failed,.*bad.csv' out/summary.csv
rejects batch_skips_what_is_up_to_date 83 '2 up to date' "$CARPUS" batch set -o out
touch -d 'now + 10 seconds' set/one.csv
rejects batch_redoes_what_changed 83 '1 analysed, 1 up to date' \
    "$CARPUS" batch set -o out
check a_jobs_table_is_the_same sh -c \
    '"$CARPUS" batch set -o out1 -j 1 2>/dev/null; cmp out/summary.csv out1/summary.csv'
check results_inside_the_folder_are_not_taken_for_recordings sh -c \
    'mkdir in && cp still.csv in && "$CARPUS" batch in -o in/out && "$CARPUS" batch in -o in/out --again && [ "$(wc -l <in/out/summary.csv)" -eq 2 ]'
rejects batch_time_out_is_a_row 83 '1 failed' \
    "$CARPUS" batch in -o out2 --timeout 1ms
check time_out_is_named grep -q 'longer than' out2/summary.csv
rejects batch_of_no_folder 66 'nowhere' "$CARPUS" batch nowhere -o out3
rejects batch_of_a_file 66 'not a folder' "$CARPUS" batch still.csv -o out3
rejects batch_of_an_empty_folder 66 'no recordings' "$CARPUS" batch out.d -o out3
rejects time_out_of_no_end 64 'no duration' \
    "$CARPUS" batch set -o out3 --timeout 1e300d
rejects batch_without_out 64 '.-o OUT' "$CARPUS" batch set
check no_command_lists_them sh -c '"$CARPUS" --help | grep -q analyse'
rejects unknown_command 64 'dance' "$CARPUS" dance
finish
