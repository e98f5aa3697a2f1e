# SPDX-License-Identifier: GPL-3.0-or-later
# `make usb` and `make threads`; included by the Makefile.
USB := $(BUILD)/usb
THREADS := $(BUILD)/threads
# Unit tests that have threads, or prove what others are used by.
THREAD_TESTS := queue ring_threads recorder recorder_several record_motion \
    record_chain usb_stream device_usb
VIRTUAL_CLOCK = $(patsubst %,-Wl$(comma)--wrap=%,clock_gettime nanosleep poll \
    pthread_create pthread_join pthread_cond_timedwait pthread_cond_broadcast)
comma := ,

## usb: libusb that fails at every call, cable pulled in every state
usb: $(BUILD)/.setup-build-test-usb $(USB)/faults $(USB)/replug $(BUILD)/carpus
	$(V)tests/usb/run $(BUILD)

## threads: recorder and both kinds of device under the thread sanitizer
threads: $(THREADS)/carpus $(THREADS)/faults \
    $(THREAD_TESTS:%=$(THREADS)/test_%)
	$(V)tests/usb/threads $(BUILD)

FAULTS = faults.o band.o virtual_clock.o

$(USB)/faults: $(FAULTS:%=$(BUILD)/test/obj/tests/usb/%) \
    $(BUILD)/test/obj/libcarpus.a
	@mkdir -p $(@D)
	$(LINK) $(SANITIZE) $(VIRTUAL_CLOCK) $^ $(LIBRARY_LIBS) -o $@

$(USB)/replug: $(patsubst %,$(BUILD)/obj/tests/usb/%,replug.o usbfs.o band.o) \
    $(BUILD)/obj/libcarpus.a
	@mkdir -p $(@D)
	$(LINK) $^ $(LIBRARY_LIBS) $$(pkg-config --libs umockdev-1.0) -o $@

$(BUILD)/obj/tests/usb/usbfs.o $(BUILD)/obj/tests/usb/replug.o: \
    CPPFLAGS += $(shell pkg-config --cflags umockdev-1.0)
$(BUILD)/obj/tests/usb/usbfs.o $(BUILD)/obj/tests/usb/replug.o: \
    | $(BUILD)/.setup-usb

$(eval $(call variant,$(THREADS)/obj,$(SANITIZE_THREADS),$(BUILD)/.setup-build-test))

$(THREADS)/carpus: $(THREADS)/obj/carpus.o $(THREADS)/obj/libcarpus.a
	$(LINK) $(SANITIZE_THREADS) $^ $(LIBRARY_LIBS) -o $@

$(THREADS)/test_%: $(THREADS)/obj/tests/test_%.o $(THREADS)/obj/libcarpus.a
	$(LINK) $(SANITIZE_THREADS) $^ $(LIBRARY_LIBS) -lcmocka -o $@

$(THREADS)/faults: $(FAULTS:%=$(THREADS)/obj/tests/usb/%) \
    $(THREADS)/obj/libcarpus.a
	$(LINK) $(SANITIZE_THREADS) $(VIRTUAL_CLOCK) $^ $(LIBRARY_LIBS) -o $@
