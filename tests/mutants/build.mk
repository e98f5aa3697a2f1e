# SPDX-License-Identifier: GPL-3.0-or-later
# Coverage and mutants of what keeps a recording: included by the Makefile.
# Both link the unit tests with objects without sanitizers or optimisation.
UNITS := $(shell sed -n 's/^\(acquire[^ ]*\) .*/\1/p' tests/mutants/units.txt)
UNIT_TESTS := $(sort $(filter test_%, \
    $(shell sed '/^\#/d' tests/mutants/units.txt)))
PLAIN := $(BUILD)/plain

# Calls that test_failing_calls makes fail.
WRAPPED = malloc calloc realloc open close flock fstat stat fstatvfs pread \
    pwrite posix_fallocate fallocate fdatasync fsync ftruncate readlink \
    H5Dwrite
WRAP = $(WRAPPED:%=-Wl,--wrap=%)
%/test_failing_calls: LDFLAGS += $(WRAP)

$(eval $(call variant,$(PLAIN),-O0 -g0 -w,$(BUILD)/.setup-build-test))

$(BUILD)/coverage/obj/%.o: %.c | $(BUILD)/.setup-build-test
	@mkdir -p $(@D)
	$(V)$(CC) $(CPPFLAGS_ALL) $(LIBRARY_CFLAGS) $(CFLAGS_ALL) -O0 -g0 \
	    --coverage -MMD -MP -c $< -o $@

-include $(UNITS:%.c=$(BUILD)/coverage/obj/%.d)

# The archive gives what the covered objects before it do not.
$(BUILD)/coverage/test_%: $(PLAIN)/tests/test_%.o \
    $(UNITS:%.c=$(BUILD)/coverage/obj/%.o) $(PLAIN)/libcarpus.a
	$(LINK) --coverage $^ $(LIBRARY_LIBS) -lcmocka -o $@

## coverage: branches of journal, recovery, frames, clock that tests take
coverage: $(UNIT_TESTS:%=$(BUILD)/coverage/%)
	$(V)tests/mutants/coverage.py $(BUILD)

## mutants: faults planted in those files that the tests find (MUTANTS: how)
mutants: $(UNIT_TESTS:%=$(PLAIN)/tests/%.o) $(PLAIN)/libcarpus.a
	$(V)COMPILE='$(CC) $(CPPFLAGS_ALL) $(LIBRARY_CFLAGS) -std=c11 -pthread' \
	    LIBRARIES='$(LIBRARY_LIBS) -lcmocka' WRAP='$(WRAP)' \
	    tests/mutants/mutants.py $(BUILD) $(MUTANTS)

## planted: faults that the crash and USB tests see (planted.txt)
planted:
	$(V)CC='$(CC)' tests/mutants/planted.py $(BUILD)

.PHONY: coverage mutants planted
