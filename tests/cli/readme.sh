# The README's Python lines read a recording as they stand.
. "$CARPUS_TESTS/cli/lib.inc"
"$CARPUS" record -q -o recording.h5 --device virtual --simulate speed=max \
    --for 5s 2>err.txt
check recording_for_python_is_made test -s recording.h5
sed -n '/^```python$/,/^```$/p' "$CARPUS_TESTS/../README.md" |
    sed '/^```/d' >read.py
printf 'norm = (accel[0] ** 2).sum() ** 0.5\nassert 9 < norm < 11, norm\n' \
    >>read.py
# Debian's own Python: another one on the path does not have its packages.
check python_lines_of_the_readme_read_gravity /usr/bin/python3 read.py
finish
