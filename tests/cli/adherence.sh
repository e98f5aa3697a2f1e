# A recording and a programme: guided and not, and everything that can be wrong
# with them. Each must be said in clear words, and nothing must crash.
. "$CARPUS_TESTS/cli/lib.inc"

cat >session.motion <<'END'
rest 15 pose=lap
curls 50 count=12 range=100 hold=0.5 tempo=1.2 pose=hanging
rest 12 pose=lap
taps 24 rate=2 size=60 pose=lap
rest 10 pose=lap
END

# make NAME WRIST EVENT...: a recording with events "START,END,LABEL".
make() {
    name=$1
    wrist=$2
    shift 2
    echo start_s,end_s,label,source >events.csv
    for event; do
        echo "$event,programme" >>events.csv
    done
    "$CARPUS" record -q --device virtual:session.motion --wrist "$wrist" \
        --simulate speed=max --rate 104 --events events.csv -o "$name.h5"
}

# item NAME EXERCISE SIDE EXPRESSION: what python says of an item `i` of
# NAME.json, of the programme `p`.
item() {
    python3 - "$@" <<'END'
import json, sys
name, exercise, side, expression = sys.argv[1:]
p = json.load(open(name + ".json"))["programme"]
i = [i for i in p["items"]
     if (i["exercise"], i["side"]) == (exercise, side)][0]
assert eval(f"({expression})"), i
END
}

# programme NAME EXPRESSION: what python says of the programme `p`.
programme() {
    python3 - "$@" <<'END'
import json, sys
name, expression = sys.argv[1:]
p = json.load(open(name + ".json"))["programme"]
assert eval(f"({expression})"), {k: v for k, v in p.items() if k != "items"}
END
}

# analysed RULE NAME OPTIONS...: `carpus analyse` of NAME.h5 into NAME.json.
analysed() {
    rule=$1
    name_of=$2
    shift 2
    check "$rule" sh -c '"$CARPUS" analyse "$@" >"$0.json"' "$name_of" "$@" \
        "$name_of.h5"
}

guide='0,0,programme name=hand-neuropathy week=4'
curls='14,66,exercise id=biceps-curls side=left set=1'
taps='76,102,exercise id=finger-taps side=left set=1'
make guided left "$guide" "$curls" "$taps" \
    '1,1,symptom name=pain when=before value=3'
analysed a_guided_session_needs_no_option guided
check its_week_is_the_session_s programme guided \
    'p["week"] == 4 and p["guided"] and p["symptoms"]["pain"]["before"] == 3'
check two_sets_are_asked_for_in_week_4 item guided biceps-curls left \
    'i["prescribed"]["sets"]["low"] == 2 and i["verdict"] == "part"
     and i["done"]["repetitions"] == 12 and i["basis"] == "measured"'
check taps_are_counted_in_their_span item guided finger-taps left \
    '44 <= i["done"]["repetitions"] <= 48 and not i["met"]'
check items_as_csv sh -c \
    '"$CARPUS" analyse --items items.csv guided.h5 >/dev/null &&
     python3 -c "
import csv
rows = list(csv.DictReader(open(\"items.csv\")))
assert len(rows) == 41, len(rows)
curls = [r for r in rows if r[\"exercise\"] == \"biceps-curls\"][0]
assert curls[\"done_repetitions\"] == \"12\" and curls[\"skipped\"] == \"no\"
assert None not in curls and None not in curls.values()"'
analysed another_week_can_be_asked_for guided --week 1
check one_set_is_asked_for_in_week_1 item guided biceps-curls left 'i["met"]'
analysed a_week_beyond_the_programme guided --week 40
check that_is_said programme guided \
    '"beyond" in p["reason"] and p["week"] == 40'
check options_are_in_the_settings sh -c \
    'grep -q "\"settings\": \"--week 40\"" guided.json'

make plain left
analysed a_recording_without_events_and_programme plain
check it_has_no_programme python3 -c \
    'import json; assert json.load(open("plain.json"))["programme"] is None'
analysed a_recording_without_events plain --programme hand-neuropathy
check taps_are_matched item plain finger-taps left \
    'i["verdict"] == "full" and i["confidence"] > 0.5'
check curls_could_be_glides item plain biceps-curls left \
    'i["verdict"] == "not measurable" and "nerve-glides" in i["reason"]'
check the_right_hand_is_not_seen item plain finger-taps right \
    '"does not see the right hand" in i["reason"]'

make overlapping left "$guide" "$curls" \
    '20,90,exercise id=nerve-glides side=left set=1' \
    '5,400,exercise id=wrist-curls side=left set=1' "$taps"
analysed overlapping_events overlapping
check overlap_is_said programme overlapping '"overlap" in p["reason"]'
check nothing_counts_twice programme overlapping \
    'sum(i["done"]["repetitions"] or 0 for i in p["items"]
         if i["exercise"] != "finger-taps") <= 12'

make wrong right "$guide" "$curls" \
    '70,70,word id=biceps-curls side=left repetitions=11'
analysed the_wrong_wrist wrong
check the_wearer_s_word_is_taken item wrong biceps-curls left \
    'i["basis"] == "word" and i["done"]["repetitions"] == 11
     and "does not see the left hand" in i["reason"]'

make unknown left '0,0,programme name=hand-neuropathy week=1' \
    '14,66,exercise id=juggling side=left set=1' \
    '70,75,exercise id=biceps-curls' '76,80,no such thing' \
    '80,80,symptom name=pain when=before value=11'
analysed unknown_exercises_and_labels unknown
check the_exercise_is_named programme unknown '"juggling" in p["reason"]'

make mine left '0,0,programme name=mine week=2' "$curls"
analysed a_programme_that_is_not_built_in mine
check its_file_is_asked_for programme mine \
    '"--programme" in p["reason"] and p["items"] == [] and p["name"] == "mine"'
"$CARPUS" programme show hand-neuropathy |
    sed 's/^programme: .*/programme: mine/' >mine.yaml
analysed its_file_is_given mine --programme mine.yaml
check then_it_is_compared item mine biceps-curls left 'i["met"]'

echo 'rest 2' >session.motion
make short left "$guide" '0,1,exercise id=biceps-curls side=left set=1' \
    '0,900,exercise id=walking side=none set=1' \
    '500,600,exercise id=palm-presses side=both set=1' \
    '0,1,exercise id=thumb-touches side=left set=1' \
    '1,2,exercise id=thumb-circles side=both set=1' '0,2,pause'
analysed a_recording_that_is_too_short short
check nothing_was_done_in_it programme short \
    'not any(i["met"] for i in p["items"])'

rejects a_missing_programme 66 'programme list' \
    "$CARPUS" analyse --programme none.yaml plain.h5
echo 'programme: x' >wrong.yaml
rejects a_wrong_programme 65 'wrong.yaml:1' \
    "$CARPUS" analyse --programme wrong.yaml plain.h5
rejects items_of_no_programme 64 'name one with --programme' \
    "$CARPUS" analyse --items x.csv plain.h5
rejects items_of_a_programme_that_is_not_there 64 "'mine', which is not built" \
    "$CARPUS" analyse --items x.csv mine.h5
rejects a_wrong_week 64 '--week' "$CARPUS" analyse --week 0 plain.h5
rejects one_table_is_of_one_file 64 '--items goes with one FILE' \
    "$CARPUS" analyse --items x.csv plain.h5 guided.h5
rejects batch_reads_the_programme_first 65 'wrong.yaml:1' \
    "$CARPUS" batch --programme wrong.yaml -o out .
check nothing_was_begun test ! -e out

mkdir in
mv plain.h5 mine.h5 in
check a_table_of_items "$CARPUS" batch -q --programme mine.yaml -o out in
check its_columns_count_items python3 -c '
import csv
rows = {r["file"]: r for r in csv.DictReader(open("out/summary.csv"))}
mine = rows["mine.h5"]
assert mine["programme"] == "mine" and mine["items_full"] == "1", mine
assert sum(int(mine["items_" + k]) for k in
           ("full", "part", "not_done", "not_measurable")) == 41, mine'
"$CARPUS" batch -q --programme mine.yaml -o out in 2>again.txt
check what_is_up_to_date_is_skipped grep -q '0 analysed, 2 up to date' again.txt
sleep 1
touch mine.yaml
"$CARPUS" batch -q --programme mine.yaml -o out in 2>again.txt
check a_changed_programme_is_another grep -q '2 analysed' again.txt
finish
