# SPDX-License-Identifier: GPL-3.0-or-later
# `make usb` and `make threads`; included by the Makefile.
USB := $(BUILD)/usb
THREADS := $(BUILD)/threads
# Unit tests that have threads, or prove what others are used by.
THREAD_TESTS := queue ring_threads recorder recorder_several record_chain \
    usb_stream device_usb
FAST_CLOCK = -Wl,--wrap=clock_gettime,--wrap=nanosleep,--wrap=poll \
    -Wl,--wrap=pthread_cond_timedwait

## usb: libusb that fails at every call, cable pulled in every state
usb: $(BUILD)/.setup-build-test-usb $(USB)/faults $(USB)/replug $(BUILD)/carpus
	$(V)tests/usb/run $(BUILD)

## threads: recorder and both kinds of device under the thread sanitizer
threads: $(THREADS)/carpus $(THREADS)/faults \
    $(THREAD_TESTS:%=$(THREADS)/test_%)
	$(V)tests/usb/threads $(BUILD)

FAULTS = faults.o band.o fast_clock.o

$(USB)/faults: $(FAULTS:%=$(BUILD)/test/obj/tests/usb/%) \
    $(BUILD)/test/obj/libcarpus.a
	@mkdir -p $(@D)
	$(LINK) $(SANITIZE) $(FAST_CLOCK) $^ $(LIBRARY_LIBS) -o $@

$(USB)/replug: $(patsubst %,$(BUILD)/obj/tests/usb/%,replug.o usbfs.o band.o) \
    $(BUILD)/obj/libcarpus.a
	@mkdir -p $(@D)
	$(LINK) $^ $(LIBRARY_LIBS) $$(pkg-config --libs umockdev-1.0) -o $@

$(BUILD)/obj/tests/usb/usbfs.o $(BUILD)/obj/tests/usb/replug.o: \
    CPPFLAGS += $(shell pkg-config --cflags umockdev-1.0)
$(BUILD)/obj/tests/usb/usbfs.o $(BUILD)/obj/tests/usb/replug.o: \
    | $(BUILD)/.setup-usb

# The sanitizer of threads makes all ten times slower.
$(THREADS)/obj/tests/usb/fast_clock.o: CPPFLAGS += -DFAST_CLOCK=2

$(eval $(call variant,$(THREADS)/obj,$(SANITIZE_THREADS),$(BUILD)/.setup-build-test))

$(THREADS)/carpus: $(THREADS)/obj/carpus.o $(THREADS)/obj/libcarpus.a
	$(LINK) $(SANITIZE_THREADS) $^ $(LIBRARY_LIBS) -o $@

$(THREADS)/test_%: $(THREADS)/obj/tests/test_%.o $(THREADS)/obj/libcarpus.a
	$(LINK) $(SANITIZE_THREADS) $^ $(LIBRARY_LIBS) -lcmocka -o $@

$(THREADS)/faults: $(FAULTS:%=$(THREADS)/obj/tests/usb/%) \
    $(THREADS)/obj/libcarpus.a
	$(LINK) $(SANITIZE_THREADS) $(FAST_CLOCK) $^ $(LIBRARY_LIBS) -o $@
