/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Doctor: looks at what a recording needs of the computer, before a session
 * that cannot be repeated. Each check is one line of the table in doctor.c. It
 * tells what it found, and where something is to be done a command that does
 * it (fix.h), if there is one that was tried.
 *
 *   udev rule    some rule gives wristbands to who sits at the computer, and
 *                is read before the one that acts on its tag
 *   wristbands   each that is plugged in can be opened, with our protocol
 *   USB memory   the kernel lets programs queue enough transfers
 *   disk space   an hour at least of one wristband at its highest rate
 *   disk speed   as much a second as one writes at least
 *   clock        it is synchronised; else only dates are off, so a warning
 *   libraries    those that run are those that carpus was built with
 *   journals     none was left in the folder by a recording that was cut off
 *
 * Nothing is changed: what the check of the disk writes has no name, and is
 * gone with the process.
 *
 * Ownership: findings are borrowed, for the time of the call.
 * Threads: one at a time. Errors: there are none; what cannot be found out is a
 * finding.
 */
#ifndef ACQUIRE_DOCTOR_H
#define ACQUIRE_DOCTOR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/types.h>

enum doctor_level {
    DOCTOR_OK,
    DOCTOR_WARNING, /* recording works; something else may not */
    DOCTOR_PROBLEM, /* recording does not work, or loses samples */
    DOCTOR_LEVELS
};

struct doctor_finding {
    const char *check; /* "udev rule" and so on */
    enum doctor_level level;
    char text[4608]; /* a clause without a full stop, UTF-8 */
    char fix[8704];  /* for a shell, of several lines; "": none */
};

struct doctor_library {
    const char *name;
    char built[32]; /* version */
    char running[32];
    bool exact; /* ends the program where the two differ */
};

enum { DOCTOR_LIBRARIES = 4 };

/* What the checks look at. */
struct doctor {
    const char *folder; /* where recordings go; it is there */
    const char *root;   /* before /etc, /usr, /sys; "" but in tests */
    uid_t user;
    int64_t (*now_ns)(void);
    int (*space)(const char *folder, struct statvfs *out);
    int (*clock)(struct timex *inout);
    void (*libraries)(struct doctor_library out[DOCTOR_LIBRARIES]);
};

/* This computer, with recordings in `folder` (borrowed). */
void doctor_init(struct doctor *doctor, const char *folder);

struct doctor_listener {
    void (*found)(void *self, const struct doctor_finding *finding);
    void *self;
};

/* Makes all checks, in their order; each tells of one finding at least. */
void doctor_run(const struct doctor *doctor, struct doctor_listener listener);

/* "ok", "warning", "problem" */
const char *doctor_level_name(enum doctor_level level);

#endif
