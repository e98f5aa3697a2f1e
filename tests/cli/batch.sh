# Folders as they are found in life, for carpus batch.
. "$CARPUS_TESTS/cli/lib.inc"

motion() { # motion ROWS
    awk -v rows="$1" 'BEGIN { print "t_s,ax_g,ay_g,az_g"
        for (i = 0; i < rows; i++)
            printf "%.2f,%.3f,0.01,1\n", i / 50, (i * 7 % 5) / 1000 }'
}

motion 500 >one.csv
mkdir set
cp one.csv set/one.csv
cp one.csv 'set/a,b "c".csv'
cp one.csv 'set/two
lines.csv'
cp one.csv set/tëst.csv
ln -s ../one.csv set/link.csv
mkdir set/sub
ln -s .. set/sub/loop
cp one.csv set/sub/one.csv

# A reader of RFC 4180 must see as many records as there are files.
records() {
    awk 'BEGIN { RS = "\001" } { quoted = 0; n = 0
        for (i = 1; i <= length($0); i++) {
            c = substr($0, i, 1)
            if (c == "\"") quoted = !quoted
            if (c == "\n" && !quoted) n++
        }
        print n }' "$1"
}

check odd_names_are_analysed "$CARPUS" batch set -o out
check a_row_each_and_a_header test "$(records out/summary.csv)" -eq 7
check comma_and_quote_are_quoted grep -q '^"a,b ""c"".csv",ok' out/summary.csv
check a_loop_of_links_is_walked_once test ! -e out/sub/loop
check trailing_slash_is_the_same_folder sh -c \
    '"$CARPUS" batch set/ -o out/ 2>&1 | grep -q "6 up to date"'
check dot_is_a_folder sh -c \
    'cd set && "$CARPUS" batch . -o ../dot && cmp ../dot/summary.csv ../out/summary.csv'
rejects out_is_not_the_folder_itself 64 'another folder' "$CARPUS" batch set -o set/
check nothing_was_put_there test ! -e set/summary.csv

# What cannot be read costs its row and nothing else.
ln -s nowhere.csv set/gone.csv
rejects a_dangling_link_is_a_row 83 '1 failed' "$CARPUS" batch set -o out
check its_row_says_why grep -q '^gone.csv,failed,.*No such file' out/summary.csv
rm set/gone.csv

check other_options_are_analysed_anew sh -c \
    '"$CARPUS" batch set -o out --lever 300 2>&1 | grep -q "6 analysed"'
check same_options_are_not sh -c \
    '"$CARPUS" batch set -o out --lever 300 2>&1 | grep -q "6 up to date"'
check settings_are_in_the_summary grep -q '"settings": "--lever 300"' \
    out/one.csv.json

# A summary of before does not stand beside a row that failed.
mkdir few
cp one.csv few
check few_are_analysed "$CARPUS" batch -q few -o few-out
check summary_is_there test -s few-out/one.csv.json
rejects sensor_that_is_not_there_fails_its_row 83 "1 of 1 files failed" \
    "$CARPUS" batch -q few -o few-out --sensor left
check old_summary_is_gone test ! -e few-out/one.csv.json

mkdir empty
rejects no_recordings_no_out 66 'no recordings' "$CARPUS" batch empty -o none
check out_was_not_made test ! -e none
rejects out_in_no_folder 73 'no such folder' "$CARPUS" batch set -o no/such/out
rejects out_is_a_file 73 'no folder' "$CARPUS" batch set -o one.csv
mkdir older
"$CARPUS" batch set -o set/older 2>err.txt
check the_table_of_another_batch_is_no_recording "$CARPUS" batch set -o out5

# Ctrl-C: what runs ends, what is done stays, and the same command goes on.
mkdir long
motion 2000000 >long/b.csv
cp one.csv long/a.csv
cp one.csv long/c.csv
"$CARPUS" batch long -o stopped -j 2 2>stopped.txt &
batch=$!
while [ ! -e stopped/a.csv.json ] || [ ! -e stopped/c.csv.json ]; do
    kill -0 $batch 2>/dev/null || break
    sleep 0.02
done
kill -TERM $batch
wait $batch
check stopped_batch_has_its_status test $? -eq 82
check it_says_what_is_done grep -q 'stopped; 2 of 3' stopped.txt
check no_child_goes_on sh -c '! pgrep -P '$batch
check nothing_half_written sh -c '! find stopped | grep -q part-'
check its_table_has_all_rows test "$(records stopped/summary.csv)" -eq 4
check the_stopped_one_is_named grep -q '^b.csv,failed,.*stopped' stopped/summary.csv

mkdir many
i=0
while [ $i -lt 60 ]; do
    cp one.csv many/$i.csv
    i=$((i + 1))
done
"$CARPUS" batch many -o shared -j 2 2>err1.txt &
check two_batches_share_one_out "$CARPUS" batch many -o shared -j 2
wait $!
check the_other_is_content_too test $? -eq 0
check their_table_is_whole test "$(records shared/summary.csv)" -eq 61
check none_is_half_written sh -c '! find shared | grep -q part-'
finish
