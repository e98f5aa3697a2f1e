# SPDX-License-Identifier: GPL-3.0-or-later
# The crash tests' programs: included by the Makefile.
CRASH_PARTS := $(patsubst %,$(BUILD)/obj/tests/crash/%.o,disk harness supervise)

$(BUILD)/crash_%: $(BUILD)/obj/tests/crash/%.o $(CRASH_PARTS) \
    $(BUILD)/obj/libcarpus.a
	$(LINK) $^ $(LIBRARY_LIBS) -o $@
