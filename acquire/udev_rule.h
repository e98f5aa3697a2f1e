/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The udev rule that gives wristbands to who sits at the computer: the one that
 * is shipped (scripts/70-carpus.rules), and what of its kind is in place.
 *
 * Threads: any.
 */
#ifndef ACQUIRE_UDEV_RULE_H
#define ACQUIRE_UDEV_RULE_H

#include <stddef.h>

/* The shipped one's text. */
const char *udev_rule_text(size_t *size);

/* It must be read before this one, which acts on its tag. */
extern const char udev_rule_acts[];

/* What there is for wristbands, from worst to best. */
enum udev_rule {
    UDEV_RULE_NONE,
    UDEV_RULE_LATE,     /* after udev_rule_acts */
    UDEV_RULE_UNTAGGED, /* gives them in another way */
    UDEV_RULE_GOOD,
};

struct udev_rule_found {
    enum udev_rule rule;
    char path[4352];
    size_t folders; /* of rules, that are there; 0: there is no udev */
};

/* Looks where udev does, below `root` ("" but in tests). */
void udev_rule_find(const char *root, struct udev_rule_found *out);

#endif
