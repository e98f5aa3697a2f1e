# SPDX-License-Identifier: GPL-3.0-or-later
# The firmware for the Arduino Nano RP2040 Connect: included by the Makefile.

FIRMWARE := $(BUILD)/firmware
ARM := arm-none-eabi-
FIRMWARE_CFLAGS = -std=c11 -mcpu=cortex-m0plus -mthumb -Os -g -ffreestanding \
    -ffunction-sections -fdata-sections -ffile-prefix-map=$(CURDIR)=. \
    -fstack-usage -fcallgraph-info=su $(WARNINGS) -I.
FIRMWARE_LDFLAGS = -mcpu=cortex-m0plus -mthumb -nostartfiles \
    --specs=nano.specs -Wl,--gc-sections -Wl,--fatal-warnings \
    -T firmware/nano_rp2040/link.ld
FIRMWARE_SOURCES := $(sort $(wildcard firmware/core/*.c \
    firmware/nano_rp2040/*.[cS]))
FIRMWARE_SOURCES := $(filter-out %/make_image.c,$(FIRMWARE_SOURCES))
FIRMWARE_OBJECTS := $(patsubst %,$(FIRMWARE)/obj/%.o,$(basename \
    $(FIRMWARE_SOURCES)))

## firmware: build the wristband's firmware: build/firmware/carpus.{elf,bin,uf2}
firmware: $(FIRMWARE)/carpus.uf2
	$(V)/usr/bin/python3 firmware/nano_rp2040/budget.py \
	    $(FIRMWARE)/carpus.elf $(FIRMWARE)/obj

$(FIRMWARE)/obj/%.o: %.c | $(BUILD)/.setup-build-firmware
	@mkdir -p $(@D)
	$(V)$(ARM)gcc $(FIRMWARE_CFLAGS) -MMD -MP -c $< -o $@

$(FIRMWARE)/obj/%.o: %.S | $(BUILD)/.setup-build-firmware
	@mkdir -p $(@D)
	$(V)$(ARM)gcc $(FIRMWARE_CFLAGS) -Wa,--debug-prefix-map=$(CURDIR)=. -MMD -MP -c $< -o $@

$(FIRMWARE)/linked.elf: $(FIRMWARE_OBJECTS) firmware/nano_rp2040/link.ld
	$(V)$(ARM)gcc $(FIRMWARE_LDFLAGS) -Wl,-Map=$(FIRMWARE)/carpus.map \
	    $(FIRMWARE_OBJECTS) -o $@

$(FIRMWARE)/make_image: $(BUILD)/obj/firmware/nano_rp2040/make_image.o \
    $(BUILD)/obj/firmware/core/image.o $(BUILD)/obj/firmware/core/crc32c.o
	@mkdir -p $(@D)
	$(LINK) $^ -o $@

# The ELF gets what was filled in, too: CRC of boot2, and the header.
$(FIRMWARE)/carpus.uf2: $(FIRMWARE)/linked.elf $(FIRMWARE)/make_image Makefile
	$(V)$(ARM)objcopy -O binary --gap-fill 0xff $< $(FIRMWARE)/linked.bin
	$(V)$(FIRMWARE)/make_image $(FIRMWARE)/linked.bin $(VERSION) \
	    $(FIRMWARE)/carpus.bin $@
	$(V)head -c 256 $(FIRMWARE)/carpus.bin >$(FIRMWARE)/boot2.bin
	$(V)head -c 480 $(FIRMWARE)/carpus.bin | tail -c 224 \
	    >$(FIRMWARE)/header.bin
	$(V)$(ARM)objcopy --update-section .boot2=$(FIRMWARE)/boot2.bin \
	    --update-section .header=$(FIRMWARE)/header.bin $< \
	    $(FIRMWARE)/carpus.elf

-include $(FIRMWARE_OBJECTS:.o=.d) \
    $(BUILD)/obj/firmware/nano_rp2040/make_image.d
