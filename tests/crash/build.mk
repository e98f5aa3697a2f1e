# SPDX-License-Identifier: GPL-3.0-or-later
# The crash tests' programs: included by the Makefile.
CRASH_PARTS := $(patsubst %,$(BUILD)/obj/tests/crash/%.o,disk harness supervise)

$(BUILD)/crash_%: $(BUILD)/obj/tests/crash/%.o $(CRASH_PARTS) \
    $(BUILD)/obj/libcarpus.a
	$(LINK) $^ $(LIBRARY_LIBS) -o $@

$(BUILD)/crash_calls: $(patsubst %,$(BUILD)/obj/tests/crash/calls_%.o,run judge)

# What is put between carpus and its libraries; and carpus with sanitizers whose own
# requests for memory can be refused.
$(BUILD)/crash_fail_%.so: tests/crash/fail_%.c tests/crash/fail.h
	$(V)$(CC) $(CPPFLAGS_ALL) -std=c11 $(CFLAGS) -shared -fPIC $< -ldl -o $@

$(BUILD)/crash_fail_memory: $(BUILD)/test/obj/carpus.o \
    $(BUILD)/test/obj/tests/crash/fail_memory.o $(BUILD)/test/obj/libcarpus.a
	$(LINK) $(SANITIZE) -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc \
	    -Wl,--wrap=strdup $^ $(LIBRARY_LIBS) -o $@
