# SPDX-License-Identifier: GPL-3.0-or-later
# carpus. `make help` lists the targets. All that is built is below $(BUILD).

BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=
DATA ?= ../shared/data
V ?= @

VERSION := 0.1.0

# Libraries' flags are asked for when a file is compiled: set-up may have to
# install them first.
LIBRARIES = libusb-1.0 hdf5 libseccomp fftw3f fftw3 jansson pangocairo libxml-2.0 \
    yaml-0.1
LIBRARY_CFLAGS = $(shell pkg-config --cflags $(LIBRARIES))
LIBRARY_LIBS = $(shell pkg-config --libs $(LIBRARIES)) -lcsv -lm

WARNINGS = -Wall -Wextra -Wpedantic -Werror -Wmissing-prototypes \
    -Wstrict-prototypes -Wshadow -Wconversion -Wpointer-arith -Wwrite-strings \
    -Wcast-align -Wundef -Wvla
# -O3: GCC 12 makes vectors of most inner loops only there.
CFLAGS ?= -O3 -g
CPPFLAGS_ALL = -I. -I$(BUILD) -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE \
    -DCARPUS_VERSION='"$(VERSION)"' $(CPPFLAGS)
CFLAGS_ALL = -std=c11 $(WARNINGS) -pthread -fno-math-errno \
    -fno-trapping-math $(CFLAGS)
SANITIZE_THREADS = -O1 -g -fno-omit-frame-pointer -fsanitize=thread
SANITIZE = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
    -fno-sanitize-recover=undefined

MODULES := $(wildcard firmware/core/*.c firmware/virtual/*.c acquire/*.c \
    analysis/*.c)
PROGRAMMES := $(patsubst analysis/%.yaml,$(BUILD)/%.inc, \
    $(wildcard analysis/programmes/*.yaml))
# What has a main(), in whichever variant it is built.
PROGRAMS := carpus.c $(wildcard tests/*.c tests/*/*.c tests/*/*/*.c)
TESTS := $(patsubst tests/%.c,%,$(wildcard tests/test_*.c))
TEST_PROGRAMS := $(TESTS:%=$(BUILD)/test/%)
CRASH_PROGRAMS := $(patsubst %,$(BUILD)/crash_%,power signals calls slow_disk \
    fail_hdf5.so fail_library.so fail_memory)

# Versions of libraries, one a line, for `carpus doctor`.
BUILT_WITH := $(BUILD)/built_with.inc

# The udev rule as the numbers of its bytes: `carpus doctor --udev-rule`.
UDEV_RULE := $(BUILD)/udev_rule.inc

.PHONY: all demo test check lint format accuracy accuracy-plot bench crash \
    usb threads browser log-hours soak firmware chain install man clean help setup

## all: build build/carpus (the default)
all: $(BUILD)/carpus

## demo: record, analyse and report real motion with the virtual wristband
demo: $(BUILD)/carpus
	$(V)scripts/demo $(BUILD)

## test: set up, build with sanitizers, run all tests that take seconds
test: $(TEST_PROGRAMS) $(BUILD)/test/carpus $(BUILD)/carpus
	$(V)tests/run $(BUILD)

## accuracy: score every method on the real recordings in DATA
accuracy: $(BUILD)/.setup-build-test $(BUILD)/carpus \
    $(BUILD)/accuracy_rest_features $(BUILD)/left_out
	$(V)tests/accuracy/run $(BUILD)/carpus $(DATA)

## accuracy-plot: draw truth against estimate, agreement and reliability
accuracy-plot: $(BUILD)/.setup-plot $(BUILD)/accuracy/points.csv
	$(V)/usr/bin/python3 tests/accuracy/plot.py $(BUILD)/accuracy/points.csv \
	    $(BUILD)/accuracy

$(BUILD)/accuracy/points.csv: $(BUILD)/carpus $(wildcard tests/accuracy/*.py)
	$(V)python3 tests/accuracy/reliability.py $(BUILD)/carpus $(DATA) || \
	    test -s $@ # a missed bar is drawn, too

## crash: power cuts, signals, failing calls, slow and full disks
crash: $(BUILD)/carpus $(CRASH_PROGRAMS)
	$(V)tests/crash/run $(BUILD)

## chain: the firmware's binary in an emulator, and through a kernel to carpus
chain: $(BUILD)/.setup-build-test-firmware-chain $(BUILD)/carpus firmware \
    $(BUILD)/chain/sensor
	$(V)tests/chain/run $(BUILD)

## fuzz-smoke: every fuzzer for FUZZ_SECONDS (60), damaged files in a child
fuzz-smoke:
	$(V)tests/fuzz/run $(BUILD) "$(FUZZ_NAMES)" $(FUZZ_FILES) \
	    -max_total_time=$(FUZZ_SECONDS) $(FUZZ_OPTIONS)

## fuzz: FUZZ_NAMES (all) for FUZZ_RUNS executions (100 million: days)
# Frames and journal in an hour on two free cores, without sanitizers; then what
# was found once more with them:
#   make fuzz BUILD=build/fast FUZZ_SANITIZE= FUZZ_NAMES="frames journal" \
#       FUZZ_OPTIONS=-max_len=64 FUZZ_FILES=0
#   make build/fuzz/fuzz_journal
#   build/fuzz/fuzz_journal -runs=0 build/fast/fuzz/corpus/journal
fuzz: FUZZ_FILES = 100000
fuzz:
	$(V)tests/fuzz/run $(BUILD) "$(FUZZ_NAMES)" $(FUZZ_FILES) \
	    -runs=$(FUZZ_RUNS) $(FUZZ_OPTIONS)

## soak: a virtual wristband streams for 24 h of its time (about a minute)
soak: $(BUILD)/soak_stream
	$(V)$(BUILD)/soak_stream

## bench: speed and memory, side by side with what else there is
bench: $(BUILD)/carpus $(patsubst %,$(BUILD)/bench_%,recording parts recorder \
    journal)
	$(V)scripts/bench $(BUILD)

## log-hours: how long the wristband's log lasts on the real motion in DATA
log-hours: $(BUILD)/carpus
	$(V)/usr/bin/python3 tests/bench/log_hours.py $(BUILD)/carpus $(DATA)

## lint: clang-format, clang-tidy, cppcheck, gcc -fanalyzer
lint: $(BUILD)/.setup-build-test-lint $(PROGRAMMES) $(BUILT_WITH) $(UDEV_RULE)
	$(V)scripts/lint $(BUILD)

## format: lay the code out as .clang-format says
format: $(BUILD)/.setup-build-test-lint
	$(V)git ls-files '*.[ch]' | xargs clang-format -i

## install: into DESTDIR with PREFIX (program, manual pages, udev rule)
install: $(BUILD)/carpus man
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 \
	    $(DESTDIR)$(PREFIX)/lib/udev/rules.d
	install -m 755 $(BUILD)/carpus $(DESTDIR)$(PREFIX)/bin/
	install -m 644 $(BUILD)/man/*.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 644 scripts/70-carpus.rules \
	    $(DESTDIR)$(PREFIX)/lib/udev/rules.d/

## man: manual pages, made from --help
man: $(BUILD)/carpus $(BUILD)/.setup-build-man
	$(V)scripts/manual $(BUILD)

## setup: install what building and testing need (all targets do it)
setup: $(BUILD)/.setup-build-test

## clean: remove all that was built
clean:
	rm -rf $(BUILD)

## help: this list
help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

# .setup-A-B: the packages of tiers A and B of scripts/packages are installed.
$(BUILD)/.setup-%: scripts/packages scripts/setup
	$(V)mkdir -p $(BUILD)
	$(V)scripts/setup $(subst -, ,$*)
	$(V)touch $@

# A variant is a folder of objects, one archive and the program:
# variant FOLDER, FLAGS, SETUP
define variant
$(1)/%.o: %.c | $(3)
	@mkdir -p $$(@D)
	$$(V)$$(CC) $$(CPPFLAGS_ALL) $$(LIBRARY_CFLAGS) $$(CFLAGS_ALL) $(2) \
	    -MMD -MP -c $$< -o $$@

$(1)/analysis/programme_builtin.o: $$(PROGRAMMES)
$(1)/acquire/doctor.o: $$(BUILT_WITH)
$(1)/acquire/udev_rule.o: $$(UDEV_RULE)

$(1)/libcarpus.a: $$(MODULES:%.c=$(1)/%.o)
	@rm -f $$@
	$$(V)$$(AR) rcs $$@ $$^

-include $$(PROGRAMS:%.c=$(1)/%.d) $$(MODULES:%.c=$(1)/%.d)
endef

# Files compiled in as the numbers of their bytes.
NUMBERS = $(V)od -An -v -tu1 $< | sed 's/ *\([0-9][0-9]*\)/\1,/g' > $@

$(BUILD)/programmes/%.inc: analysis/programmes/%.yaml
	@mkdir -p $(@D)
	$(NUMBERS)

$(UDEV_RULE): scripts/70-carpus.rules
	@mkdir -p $(@D)
	$(NUMBERS)

$(BUILT_WITH): $(BUILD)/.setup-build
	$(V)for library in hdf5 libusb-1.0 fftw3f libseccomp; do \
	    echo "\"$$(pkg-config --modversion $$library)\","; done >$@

$(eval $(call variant,$(BUILD)/obj,,$(BUILD)/.setup-build))
$(eval $(call variant,$(BUILD)/test/obj,$(SANITIZE),$(BUILD)/.setup-build-test))

LINK = $(V)$(CC) $(CFLAGS_ALL) $(LDFLAGS)

$(BUILD)/carpus: $(BUILD)/obj/carpus.o $(BUILD)/obj/libcarpus.a
	$(LINK) $^ $(LIBRARY_LIBS) -o $@

$(BUILD)/bench_%: $(BUILD)/obj/tests/bench/%.o $(BUILD)/obj/libcarpus.a
	$(LINK) $^ $(LIBRARY_LIBS) -o $@

$(BUILD)/accuracy_%: $(BUILD)/obj/tests/accuracy/%.o $(BUILD)/obj/libcarpus.a
	$(LINK) $^ $(LIBRARY_LIBS) -o $@

$(BUILD)/soak_%: $(BUILD)/obj/tests/soak/%.o $(BUILD)/obj/libcarpus.a
	$(LINK) $^ $(LIBRARY_LIBS) -o $@

$(BUILD)/chain/%: $(BUILD)/obj/tests/chain/%.o $(BUILD)/obj/libcarpus.a
	@mkdir -p $(@D)
	$(LINK) $^ $(LIBRARY_LIBS) -o $@

$(BUILD)/test/carpus: $(BUILD)/test/obj/carpus.o $(BUILD)/test/obj/libcarpus.a
	$(LINK) $(SANITIZE) $^ $(LIBRARY_LIBS) -o $@

$(BUILD)/test/test_%: $(BUILD)/test/obj/tests/test_%.o \
    $(BUILD)/test/obj/libcarpus.a
	$(LINK) $(SANITIZE) $^ $(LIBRARY_LIBS) -lcmocka -o $@

include firmware/nano_rp2040/build.mk tests/chain/build.mk \
    tests/crash/build.mk tests/usb/build.mk tests/fuzz/build.mk \
    tests/mutants/build.mk tests/browser/build.mk tests/accuracy/build.mk

.SECONDARY:
