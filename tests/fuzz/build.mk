# SPDX-License-Identifier: GPL-3.0-or-later
# Fuzzers (libFuzzer, clang): included by the Makefile.
FUZZ := $(BUILD)/fuzz
FUZZ_CC = clang
FUZZ_SECONDS = 60
FUZZ_RUNS = 100000000
# Damaged files that are read in a child; 0: none.
FUZZ_FILES = 2000
# Of fuzz_NAME.c; fewer can be asked for.
FUZZ_NAMES = $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
# What else libFuzzer is to know.
FUZZ_OPTIONS = -max_len=2048
# Empty: several times as fast, and the rules of the fuzzers hold all the same.
FUZZ_SANITIZE = address,undefined
# Warnings are gcc's business: -w.
FUZZ_CFLAGS = -O2 -g -w -fno-omit-frame-pointer -fsanitize=fuzzer-no-link \
    $(FUZZ_SANITIZE:%=-fsanitize=% -fno-sanitize-recover=undefined)
FUZZERS = $(FUZZ_NAMES:%=$(FUZZ)/fuzz_%)

$(eval $(call variant,$(FUZZ)/obj,$(FUZZ_CFLAGS),$(BUILD)/.setup-build-fuzz))
$(FUZZ)/%: override CC = $(FUZZ_CC)

$(BUILD)/hdf5_child: $(BUILD)/obj/tests/fuzz/hdf5_child.o \
    $(BUILD)/obj/libcarpus.a
	$(LINK) $^ $(LIBRARY_LIBS) -o $@

.PHONY: fuzz fuzz-smoke
fuzz fuzz-smoke: $(FUZZERS) $(BUILD)/hdf5_child

$(FUZZ)/fuzz_%: $(FUZZ)/obj/tests/fuzz/fuzz_%.o $(FUZZ)/obj/libcarpus.a
	$(LINK) $(FUZZ_CFLAGS) -fsanitize=fuzzer $(filter %.o,$^) \
	    $(filter %.a,$^) $(LIBRARY_LIBS) -o $@

$(FUZZ)/fuzz_journal: $(FUZZ)/obj/tests/fuzz/journal_memory.o
$(FUZZ)/fuzz_session: LDFLAGS += -Wl,--wrap=hdf5_reader_open
