# import, export, info and verify as a user meets them, and every bad file.
. "$CARPUS_TESTS/cli/lib.inc"

make_csv() { # make_csv ROWS
    awk -v n="$1" 'BEGIN {
        print "t_s,ax_g,ay_g,az_g,gx_dps,gy_dps,gz_dps"
        for (i = 0; i < n; i++)
            printf "%.2f,%.5f,0.01,1,%.3f,0.5,-20\n", i / 100,
                (i * 7 % 500) / 1000, i * 13 % 250
    }'
}

# Copies good.csv with line $1 replaced by $2.
with_line() {
    awk -v at="$1" -v text="$2" 'NR == at { print text; next } { print }' \
        good.csv
}

# says NAME PATTERN COMMAND...: COMMAND succeeds and prints what matches.
says() {
    name=$1
    pattern=$2
    shift 2
    "$@" >said.txt 2>&1
    check "$name" sh -c "[ $? -eq 0 ] && grep -Eq -- '$pattern' said.txt"
}

make_csv 3000 >good.csv
says import_says_what_it_did '3000 samples at 100.000 Hz, 30.0 s' \
    "$CARPUS" import good.csv -o good.h5
check import_says_the_rounding grep -Eq 'steps of [0-9.]+ mg and' said.txt
check import_leaves_one_file test "$(echo good*)" = "good.csv good.h5"
says verify_finds_it_good 'good.h5: good; 3000 samples' \
    "$CARPUS" verify good.h5
says info_shows_the_rate '^rate  *100.0000 Hz' "$CARPUS" info good.h5
says info_of_a_csv '^samples  *3000' "$CARPUS" info good.csv
says info_json '"format": "carpus-info"' "$CARPUS" info --json good.h5
check info_json_is_json python3 -c '
import json
info = json.load(open("said.txt"))
assert info["format"] == "carpus-info" and info["samples"] == 3000
assert info["gaps"] == [] and info["gyroscope"]["unit"] == "rad/s"'
check export_writes_csv "$CARPUS" export good.h5 -o back.csv
check export_gives_the_values_back awk -F, '
    function far(a, b) { return (a > b ? a - b : b - a) }
    NR == FNR { for (k = 1; k <= 7; k++) row[FNR, k] = $k; next }
    FNR == 1 { if ($0 != row[1, 1] "," row[1, 2] "," row[1, 3] "," row[1, 4] \
        "," row[1, 5] "," row[1, 6] "," row[1, 7]) exit 1; next }
    { for (k = 1; k <= 4; k++) if (far($k, row[FNR, k]) > 2e-5) exit 1
      for (k = 5; k <= 7; k++) if (far($k, row[FNR, k]) > 5e-3) exit 1 }
    END { if (FNR != 3001) exit 1 }' good.csv back.csv
check export_to_standard_output sh -c \
    '"$CARPUS" export good.h5 | cmp - back.csv'
check export_raw sh -c \
    '"$CARPUS" export --raw good.h5 | sed -n 1p | grep -qx t_s,ax_raw,ay_raw,az_raw,gx_raw,gy_raw,gz_raw'
rejects export_raw_of_a_csv 65 'import it first' "$CARPUS" export -r good.csv
ln -s "$PWD/good.h5" link.h5
says a_link_to_a_recording_is_read 'link.h5: good; 3000 samples' \
    "$CARPUS" verify link.h5
rejects verify_of_a_csv 65 'import it first' "$CARPUS" verify good.csv

# The file is for everyone: HDF5's own tool reads it, where it is installed.
if command -v h5dump >/dev/null; then
    says h5dump_reads_it 'm/s2' h5dump good.h5
fi

# What has been there for years is not lost by a wrong name.
cp good.h5 precious.h5
rejects import_does_not_overwrite 73 'precious.h5.*exists' \
    "$CARPUS" import good.csv -o precious.h5
rejects export_does_not_overwrite 73 'precious.h5.*exists' \
    "$CARPUS" export good.h5 -o precious.h5
check precious_is_as_it_was cmp good.h5 precious.h5

# Each bad file: what is said, the exit status, and nothing written.
mkdir folder
: >empty.csv
echo 'Dear diary, today I walked a lot.' >text.txt
head -c 5000 /dev/zero >zero.bin
head -c 60000 good.h5 >truncated.h5
head -c 7 good.h5 >stump.h5
printf 'CARPUSJ' >lost.h5.journal
printf '\001\002' >>lost.h5.journal
with_line 100 '0.99,1,2' >ragged.csv
with_line 100 '0.98,0.1,one,1,0,0,0' >word.csv
{ sed 1q good.csv; sed 1d good.csv | sort -rn; } >backwards.csv
sed 1d good.csv >headless.csv
cut -d, -f1 good.csv >sensorless.csv
while read -r name status pattern file options; do
    # shellcheck disable=SC2086 # options are several words
    rejects "import_$name" "$status" "$pattern" \
        "$CARPUS" import "$file" $options -o result.h5
    check "nothing_is_left_by_$name" sh -c '! ls | grep "^result"'
done <<END
missing_file 66 nowhere.csv.*No.such.file nowhere.csv
folder 66 folder.*directory folder
empty_file 66 empty.csv.*empty empty.csv
text_file 65 text.txt.*no.column.of.an.accel text.txt
binary_file 65 zero.bin.*neither.a.recording zero.bin
ragged_rows 65 ragged.csv.*line.100:.3.fields ragged.csv
not_a_number 65 word.csv.*line.100,.column..ay_g.*one word.csv
time_backwards 65 backwards.csv.*line.3:.time.goes.back backwards.csv
no_header 65 headless.csv.*--columns headless.csv
no_sensor 65 sensorless.csv.*no.column sensorless.csv
unknown_column 64 column..nose. headless.csv --columns t,nose
unknown_unit 64 unit..stone. good.csv --unit stone
bad_rate 64 --rate good.csv --rate fast
bad_placement 64 left-wrist good.csv --placement nose
truncated_recording 65 truncated.h5 truncated.h5
journal 65 carpus.recover lost.h5.journal
recording 64 already good.h5
device_file 66 no.regular.file /dev/null
END
for command in info verify export; do
    for file in truncated.h5 stump.h5 zero.bin; do
        status=65
        case $command-$file in verify-*.h5) status=85 ;; esac
        rejects "${command}_of_$file" "$status" "$file" \
            "$CARPUS" "$command" "$file"
    done
    rejects "${command}_of_missing" 66 'nowhere.h5' \
        "$CARPUS" "$command" nowhere.h5
    rejects "${command}_of_nothing" 64 'FILE|RECORDING' "$CARPUS" "$command"
done
with_line 100 '0.98,0.1,nan,1,,0,0' >hurt.csv
says import_says_what_was_left_out \
    'note: 1 row without a value left out, the first in line 100' \
    "$CARPUS" import hurt.csv -o hurt.h5
says what_was_left_out_is_a_gap '^gaps  *1' "$CARPUS" info hurt.h5
rejects import_without_output 64 '-o which' "$CARPUS" import good.csv
rejects import_to_standard_output 64 'name a file' \
    "$CARPUS" import good.csv -o -
rejects import_into_no_folder 73 'no such folder' \
    "$CARPUS" import good.csv -o nowhere/out.h5
check headless_with_names "$CARPUS" import headless.csv \
    --columns t,ax,ay,az,gx,gy,gz --unit g,dps -o named.h5

# A damaged sample is found, named and told by the exit status.
cp good.h5 damaged.h5
printf 'carpus' | dd of=damaged.h5 bs=1 conv=notrunc \
    seek="$(($(grep -abo "$(printf '\377\177')" good.h5 | head -n 1 |
        cut -d: -f1) + 0 + 40000))" 2>/dev/null
rejects verify_of_damaged_samples 85 '1 fault' "$CARPUS" verify damaged.h5
check verify_says_where sh -c '"$CARPUS" verify damaged.h5 |
    grep -Eq "samples from row [0-9]+ on cannot be read"'

# Permissions and full disks. Root may do anything, so it steps down first; the
# program is copied to where everyone may run it.
chmod 755 "$here"
cp "$CARPUS" carpus
if [ "$(id -u)" -eq 0 ]; then
    as_nobody='setpriv --reuid=65534 --regid=65534 --clear-groups'
else
    as_nobody=
fi
cp good.csv secret.csv
chmod 000 secret.csv
mkdir closed
chmod 555 closed
# shellcheck disable=SC2086 # a command of several words
rejects no_permission_to_read 77 'secret.csv.*Permission denied' \
    $as_nobody ./carpus info secret.csv
# shellcheck disable=SC2086
rejects no_permission_to_write 77 'closed/out.h5.*Permission denied' \
    $as_nobody ./carpus import good.csv -o closed/out.h5
check nothing_in_the_closed_folder test -z "$(ls closed)"

# A limit on the size of files fails as a full disk does, anywhere.
mkdir limited
rejects import_beyond_a_limit 80 'limited/out.h5.*too large' sh -c \
    'trap "" XFSZ; ulimit -f 32; "$CARPUS" import good.csv -o limited/out.h5'
rejects export_beyond_a_limit 80 'limited/out.csv.*too large' sh -c \
    'trap "" XFSZ; ulimit -f 32; "$CARPUS" export good.h5 -o limited/out.csv'
check nothing_in_the_limited_folder test -z "$(ls limited)"

# The real thing, where this machine lets us mount.
mkdir full readonly
if mount -t tmpfs -o size=96k none full 2>/dev/null; then
    rejects import_to_a_full_disk 80 'full/out.h5.*No space left' \
        "$CARPUS" import good.csv -o full/out.h5
    rejects export_to_a_full_disk 80 'full/out.csv.*No space left' \
        "$CARPUS" export good.h5 -o full/out.csv
    check nothing_on_the_full_disk test -z "$(ls full)"
    umount full
fi
if mount -t tmpfs -o ro none readonly 2>/dev/null; then
    rejects import_to_a_read_only_disk 73 'readonly/out.h5.*Read-only' \
        "$CARPUS" import good.csv -o readonly/out.h5
    umount readonly
fi
finish
