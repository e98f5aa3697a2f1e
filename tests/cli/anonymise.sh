# `carpus info --anonymise`: a copy without what was written freely.
. "$CARPUS_TESTS/cli/lib.inc"

cat >session.motion <<'END'
rest 5
curls 12 count=3 range=90 hold=0.5
rest 5
END
"$CARPUS" record -q --device virtual:session.motion --wrist left \
    --simulate speed=max --participant P01 --label 'at Example house' \
    --notes 'Mrs Example, a note' -o in.h5
cp in.h5 before.h5

check a_copy_is_written "$CARPUS" info --anonymise -o out.h5 in.h5
cp err.txt said.txt
check it_says_what_is_gone_and_what_is_not \
    grep -q 'without notes (19 bytes) and label (16 bytes).*participant' said.txt
check the_copy_is_good "$CARPUS" verify out.h5
check the_recording_is_as_it_was cmp in.h5 before.h5
check the_text_was_there grep -q Example in.h5
check nothing_of_the_text_is_left sh -c '! grep -q Example out.h5'
check the_participant_s_code_is_kept sh -c \
    '"$CARPUS" info out.h5 | grep -q "^participant  *P01$"'

# all but ITS notes, label and name: alike FILE COPY
alike() {
    "$CARPUS" export --raw "$1" >1.csv && "$CARPUS" export --raw "$2" >2.csv &&
        cmp 1.csv 2.csv && python3 - "$1" "$2" <<'END'
import json, os, subprocess, sys
said = []
for path in sys.argv[1:]:
    text = subprocess.run([os.environ["CARPUS"], "info", "--json", path],
                          check=True, capture_output=True, text=True).stdout
    decoder, found = json.JSONDecoder(), []
    while text.strip():
        value, end = decoder.raw_decode(text.lstrip())
        text = text.lstrip()[end:]
        for key in "notes", "session_label":
            value["session"].pop(key)
        value.pop("file")
        found.append(value)
    said.append(found)
assert said[0] == said[1], said
END
}
check all_else_is_the_same alike in.h5 out.h5
for version in 1 2; do
    cp "$CARPUS_TESTS/data/format-$version.h5" golden.h5
    check "a_copy_of_format_$version" \
        "$CARPUS" info --anonymise -o "copy-$version.h5" golden.h5
    check "gaps_clocks_and_events_of_format_$version" \
        alike golden.h5 "copy-$version.h5"
done

rejects a_file_that_is_there_is_kept 73 "out.h5.*exists" \
    "$CARPUS" info --anonymise -o out.h5 in.h5
rejects a_name_for_the_copy_is_needed 64 'go together' \
    "$CARPUS" info --anonymise in.h5
rejects a_copy_is_asked_for_by_name 64 'go together' \
    "$CARPUS" info -o x.h5 in.h5
"$CARPUS" export in.h5 -o in.csv
rejects a_csv_has_no_notes 65 'import it first' \
    "$CARPUS" info --anonymise -o x.h5 in.csv
python3 - <<'END'
data = bytearray(open("in.h5", "rb").read())
at = len(data) // 2
data[at:at + 8] = bytes(b ^ 255 for b in data[at:at + 8])
open("hurt.h5", "wb").write(data)
END
"$CARPUS" info --anonymise -o x.h5 hurt.h5 >out.txt 2>err.txt
check damage_is_not_hidden test $? -ne 0
check nothing_is_left_of_what_failed sh -c 'test -z "$(ls x.h5* 2>/dev/null)"'
finish
