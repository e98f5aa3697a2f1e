# SPDX-License-Identifier: GPL-3.0-or-later
# Unit tests that also run as Cortex-M0 code, for `make chain`: included by the
# Makefile.
M0 := $(BUILD)/chain/core_m0
M0_TESTS := band band_log lsm6dsox pack ring settings usb_bulk usb_control \
    usb_descriptors wake_pin wire wire_board
M0_PROGRAMS := $(M0_TESTS:%=$(M0)/test_%.elf)
M0_CFLAGS = -std=c11 -mcpu=cortex-m0 -mthumb -O1 -g -ffunction-sections \
    -Wall -Wextra -Werror -I. -isystem tests/chain/core_m0
M0_LDFLAGS = -nostartfiles --specs=nano.specs --specs=rdimon.specs \
    -Wl,--gc-sections -T tests/chain/core_m0/link.ld
M0_SOURCES := tests/chain/core_m0/start.c $(wildcard firmware/core/*.c)

chain: $(M0_PROGRAMS) $(BUILD)/chain/relay

$(M0)/test_%.elf: tests/test_%.c $(M0_SOURCES) $(wildcard firmware/core/*.h \
    tests/*.h tests/chain/core_m0/*) | $(BUILD)/.setup-build-test-firmware-chain
	@mkdir -p $(@D)
	$(V)$(ARM)gcc $(M0_CFLAGS) $(M0_LDFLAGS) $< $(M0_SOURCES) -lm -o $@

# What runs in the virtual machine beside carpus.
$(BUILD)/chain/relay: $(BUILD)/obj/tests/chain/vm/relay.o
	@mkdir -p $(@D)
	$(LINK) -static $^ -o $@
