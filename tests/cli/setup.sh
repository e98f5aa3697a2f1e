# scripts/setup where packages are there, are missing, or cannot be had.
. "$CARPUS_TESTS/cli/lib.inc"
top=$CARPUS_TESTS/..
mkdir scripts bin
cp "$top/scripts/setup" scripts/
echo "build  libc6  is on every machine" >scripts/packages
echo "test   no-such-package-here  is on none" >>scripts/packages

check nothing_to_do_is_done_in_silence sh -c \
    'test -z "$(sh scripts/setup build 2>&1)"'
echo "awk  awk  comes under another name" >>scripts/packages
check what_another_package_provides_is_there sh -c \
    'test -z "$(sh scripts/setup awk 2>&1)"'
rejects unknown_tier 64 "no tier 'nonsense'" sh scripts/setup nonsense

# What runs there instead of the real ones: somebody without rights; and root
# on a machine whose apt-get has nothing to give.
printf '#!/bin/sh\necho 1000\n' >bin/id
printf '#!/bin/sh\nexit 1\n' >bin/sudo
chmod +x bin/*
rejects missing_and_no_rights_is_said 77 'missing.* no-such-package-here' \
    env PATH="$PWD/bin:$PATH" sh scripts/setup build test
cp err.txt said.txt
check it_says_what_root_would_do grep -q \
    'apt-get install .*no-such-package-here$' said.txt
printf '#!/bin/sh\necho 0\n' >bin/id
printf '#!/bin/sh\necho "E: nothing" >&2\nexit 100\n' >bin/apt-get
chmod +x bin/apt-get
rejects what_cannot_be_had_is_said 69 'could not install: no-such-package-here' \
    env PATH="$PWD/bin:$PATH" sh scripts/setup build test
mkdir none
for tool in sh awk dirname; do
    ln -s "$(command -v $tool)" none/$tool
done
rejects other_systems_get_the_list 69 'packages: libc6 no-such-package-here$' \
    env PATH="$PWD/none" sh scripts/setup build test
finish
