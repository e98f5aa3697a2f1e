# A summary agrees with itself and with its events (consistent.py), whatever
# the recording begins and ends in the midst of.
. "$CARPUS_TESTS/cli/lib.inc"

consistent() { # consistent RECORDING
    "$CARPUS" analyse "$1" --events "$1.events" >"$1.json" &&
        python3 "$CARPUS_TESTS/cli/consistent.py" "$1.json" "$1.events"
}

play() { # play NAME RATE SCRIPT: NAME.h5, recorded from the motion script
    printf '%b\n' "$3" >"$1.motion"
    "$CARPUS" record -q --device "virtual:$1.motion" --simulate speed=max \
        --rate "$2" -o "$1.h5"
}

cp "$CARPUS_TESTS/data/demo-motion.csv" demo.csv
check the_demo_is_consistent consistent demo.csv

play mixed 104 "walk 20 cadence=125
rest 10 pose=lap
taps 12 rate=4 size=60 pose=lap
tremor 14 frequency=5.2 amplitude=6 pose=lap
curls 40 count=6 range=100
walk 15 cadence=96"
check a_mixture_is_consistent consistent mixed.h5

play table 52 "walk 12 cadence=140
table 120
curls 30 count=5 range=60 hold=0
tremor 10 frequency=4.5 amplitude=8
table 120"
check a_band_put_down_is_consistent consistent table.h5

# Recordings that begin and end between two steps: cut anywhere.
play walk 104 "walk 40 cadence=132"
"$CARPUS" export walk.h5 -o walk.csv
for first in 300 317 331 344; do
    awk -v first=$first 'NR == 1 || (NR > first && NR < first + 2500)' \
        walk.csv >"cut$first.csv"
    check "a_walk_cut_at_${first}_is_consistent" consistent "cut$first.csv"
done
finish
