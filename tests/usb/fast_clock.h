/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Time that runs FAST_CLOCK times as quickly, for tests of what waits: link
 * fast_clock.c with FAST_CLOCK_WRAPS (tests/usb/build.mk), and what the program
 * itself calls (clock_gettime, nanosleep, poll, pthread_cond_timedwait on a
 * monotonic condition) goes by it.
 */
#ifndef TESTS_USB_FAST_CLOCK_H
#define TESTS_USB_FAST_CLOCK_H

/* As much as leaves the processor time to do its work. */
#ifndef FAST_CLOCK
#define FAST_CLOCK 8
#endif

#endif
