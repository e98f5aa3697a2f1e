# SPDX-License-Identifier: GPL-3.0-or-later
# Tuned parameters that a program can set: included by the Makefile.
TUNED := tests/accuracy/tuned.csv
TUNED_FILES := $(sort $(shell sed -n \
    's/^\(analysis[^,]*\)\.c,[^,]*,[a-z].*/\1/p' $(TUNED)))
TUNABLE := $(BUILD)/tunable

$(TUNED_FILES:%=$(TUNABLE)/%.c): $(TUNABLE)/%.c: $(TUNED)
	@mkdir -p $(@D)
	$(V){ echo '#include "$*.c"'; \
	    echo '#include "tests/accuracy/tuned.h"'; \
	    sed -n 's|^$*\.c,\([^,]*\),[a-z].*|TUNED("$*.c", \1)|p' $(TUNED); \
	    } >$@

$(TUNED_FILES:%=$(TUNABLE)/%.o): %.o: %.c | $(BUILD)/.setup-build
	$(V)$(CC) $(CPPFLAGS_ALL) $(LIBRARY_CFLAGS) $(CFLAGS_ALL) -w -Dconst= \
	    -MMD -MP -c $< -o $@

-include $(TUNED_FILES:%=$(TUNABLE)/%.d)

# The archive gives what the objects before it do not.
$(BUILD)/left_out: $(BUILD)/obj/tests/accuracy/left_out.o \
    $(TUNED_FILES:%=$(TUNABLE)/%.o) $(BUILD)/obj/libcarpus.a
	$(LINK) $^ $(LIBRARY_LIBS) -o $@

TUNED_MEASURES := $(sort $(shell sed -n \
    's/^analysis[^,]*,[^,]*,\([a-z][a-z]*\),.*/\1/p' $(TUNED)))
DRAWS ?= 40

$(BUILD)/left_out_%.txt: $(BUILD)/left_out $(BUILD)/carpus
	$(V)/usr/bin/python3 tests/accuracy/left_out.py $(BUILD) $(DATA) --measure $* \
	    --draws $(DRAWS) >$@.part
	$(V)mv $@.part $@

## left-out: each tuned parameter without its set: tests/accuracy/left_out.txt
# An hour of two cores; a measure that is done stays done.
left-out: $(TUNED_MEASURES:%=$(BUILD)/left_out_%.txt)
	$(V){ echo "Made by make left-out; tests/README.md says how to read it."; \
	    cat $^; } >tests/accuracy/left_out.txt

.PHONY: left-out
