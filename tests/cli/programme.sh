#!/bin/sh
# `carpus programme` from the command line: a therapist copies the programme
# that is built in, changes it and has it checked.
. "$CARPUS_TESTS/cli/lib.inc"

check list_names_what_is_built_in sh -c \
    '"$CARPUS" programme list | grep -q "^hand-neuropathy: .* (.* exercises, "'
check show_gives_text_to_start_from sh -c \
    '"$CARPUS" programme show hand-neuropathy >mine.yaml && test -s mine.yaml'
check what_show_gave_is_good sh -c \
    '"$CARPUS" programme check mine.yaml | grep -q "^mine.yaml: good; "'
check check_says_what_is_prescribed sh -c \
    '"$CARPUS" programme check mine.yaml |
     grep -q "biceps-curls .* each side   3  *10 to 15 times"'
check check_fits_80_columns_but_for_its_head sh -c \
    '"$CARPUS" programme check mine.yaml | sed 1d | awk "length > 79 { exit 1 }"'

sed 's/repetitions: 40/repetitions: 20/' mine.yaml >changed.yaml
rejects a_changed_copy_needs_a_name 65 "name of its own" \
    "$CARPUS" programme check changed.yaml
sed 's/^programme: .*/programme: mine/' changed.yaml >named.yaml
check with_a_name_it_is_good sh -c \
    '"$CARPUS" programme check named.yaml | grep -q "good; "'

sed 's/movement: walk/movement: wlak/' mine.yaml >wrong.yaml
line=$(grep -n wlak wrong.yaml | cut -d: -f1)
rejects mistake_is_named_with_its_place 65 "wrong.yaml:$line:15: 'movement" \
    "$CARPUS" programme check wrong.yaml
: >empty.yaml
rejects empty_file_is_refused 65 "is empty" "$CARPUS" programme check empty.yaml
rejects folder_is_refused 66 "is no file" "$CARPUS" programme check .
rejects missing_file_is_refused 66 "programme list" "$CARPUS" programme check none.yaml
rejects unknown_name_is_refused 66 "no programme 'none'" "$CARPUS" programme show none
rejects command_is_needed 64 "which command" "$CARPUS" programme

finish
