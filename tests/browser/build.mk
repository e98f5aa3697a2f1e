# SPDX-License-Identifier: GPL-3.0-or-later
# `make browser`; included by the Makefile.
## browser: reports in headless Chromium, as PDF, by validators
browser: $(BUILD)/.setup-build-test-browser $(BUILD)/carpus \
    $(BUILD)/browser_sample
	$(V)tests/browser/run $(BUILD)

$(BUILD)/browser_%: $(BUILD)/obj/tests/browser/%.o $(BUILD)/obj/libcarpus.a
	$(LINK) $^ $(LIBRARY_LIBS) -o $@
