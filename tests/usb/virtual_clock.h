/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Time that passes only while every thread waits, for tests of what waits: it
 * then leaps to the end of the shortest wait. So nothing takes time but what
 * waits for it, a session of seconds is over as soon as its work is done, and
 * how busy the computer is changes nothing.
 *
 * Link virtual_clock.c with VIRTUAL_CLOCK (tests/usb/build.mk), and what the
 * program itself calls goes by it: clock_gettime, nanosleep, poll,
 * pthread_create, pthread_join, and of conditions pthread_cond_timedwait and
 * pthread_cond_broadcast. Threads that all wait without end abort the program.
 */
#ifndef TESTS_USB_VIRTUAL_CLOCK_H
#define TESTS_USB_VIRTUAL_CLOCK_H

#include <stdint.h>

/* Each look at a clock costs this, so that a loop that looks comes to an end.
 */
#define VIRTUAL_CLOCK_LOOK_NS INT64_C(1000)

#endif
