#!/bin/sh
# `carpus record --programme`: a session on a terminal, driven as a wearer
# would; guided.py has the scenarios.
. "$CARPUS_TESTS/cli/lib.inc"

# The virtual wearer rests, taps, curls, and rests until told to stop.
cat >wearer.motion <<'END'
rest 8 pose=lap
taps 90 rate=2 size=60
rest 10
curls 40 count=8 range=90 hold=1
rest 600
END
cat >small.yaml <<'END'
programme: small
title: {en: A small programme, de: Ein kleines Programm}
about: {en: For a test., de: Für eine Probe.}
weeks: 4
cautions: []
exercises:
  - id: finger-taps
    name: {en: Finger taps, de: Fingertippen}
    instruction:
      en: Tap each fingertip on your thumb.
      de: Tippen Sie jede Fingerspitze an den Daumen.
    source: nobody
    movement: taps
    placement: wrist
    side: each
    repetitions: 20
    days_a_week: 7
    period_s: 0.15..2
  - id: biceps-curls
    name: {en: Biceps curls, de: Bizepsbeugen}
    instruction:
      en: Bend your elbow and let the weight down slowly.
      de: Beugen Sie den Ellbogen und senken Sie das Gewicht langsam.
    source: nobody
    movement: repetitions
    placement: wrist
    side: each
    repetitions: 6
    days_a_week: 3
    period_s: 2..12
  - id: heat
    name: {en: Heat, de: Wärme}
    instruction: {en: Warm your hands., de: Wärmen Sie die Hände.}
    source: nobody
    movement: by-hand
    placement: none
    side: none
    minutes: 5..15
    days_a_week: 0..7
END
check programme_of_the_test_is_good "$CARPUS" programme check small.yaml

# The scenarios wait most of the time, so several go at once.
scenarios=$(sed -n 's/^plays [a-z0-9_]* //p' \
    "$CARPUS_TESTS/cli/guided.sh")
echo "$scenarios" | xargs -P 6 -I SCENARIO sh -c '
    python3 "$CARPUS_TESTS/cli/guided.py" SCENARIO >SCENARIO.txt 2>&1
    echo $? >SCENARIO.status'
plays() {
    check "$1" sh -c 'cat "$1.txt" >&2; exit "$(cat "$1.status")"' sh "$2"
}

plays session_is_led_to_its_end_in_real_time real_time
plays session_is_led_to_its_end_ten_times_as_fast faster
plays every_key_does_what_it_says keys
plays ctrl_c_keeps_all_in_each_state interrupt
plays stopping_at_once_leaves_events_in_the_journal interrupt_twice
plays kill_costs_only_what_was_not_on_the_disk killed
plays exercise_is_kept_where_the_device_is_lost lost
plays exercise_is_kept_where_time_is_up for_a_time
plays screen_follows_the_terminals_size resize
plays forty_columns_and_ten_rows_are_enough small
plays no_colours_are_used no_colour
plays dumb_terminal_gets_line_after_line dumb
plays terminal_without_utf8_gets_ascii ascii_only
plays german_is_spoken german
plays stopped_session_gives_the_terminal_back suspended
plays quiet_session_says_nothing_afterwards quiet_and_json
plays typed_notes_come_after_those_of_the_command_line notes_of_the_command_line

fast="--device virtual --simulate speed=max"
rejects guided_session_needs_a_terminal 64 "needs a terminal" \
    "$CARPUS" record $fast --programme small.yaml -o x.h5
rejects week_needs_a_programme 64 "go with --programme" \
    "$CARPUS" record $fast --week 2 -o x.h5
rejects language_needs_a_programme 64 "go with --programme" \
    "$CARPUS" record $fast --lang de -o x.h5
rejects week_must_be_a_number 64 "--week" \
    "$CARPUS" record $fast --programme small.yaml --week x -o x.h5

# What is wrong is said before anything is recorded.
on_a_terminal() {
    script -qec "$CARPUS record $fast -o x.h5 $*" /dev/null </dev/null >&2
}
if command -v script >/dev/null; then
    rejects unknown_programme_is_named 66 "none.yaml" \
        on_a_terminal --programme none.yaml
    rejects unknown_language_is_named 64 "'fr' is not spoken" \
        on_a_terminal --programme small.yaml --lang fr
    rejects week_after_the_last_is_refused 64 "has 4 weeks" \
        on_a_terminal --programme small.yaml --week 5
    sed 's/repetitions: 20/repetitions: many/' small.yaml >wrong.yaml
    rejects mistake_in_a_programme_is_named_by_line 65 "wrong.yaml:16:" \
        on_a_terminal --programme wrong.yaml
fi
check refusals_leave_nothing sh -c '! ls x.h5* 2>/dev/null'
finish
