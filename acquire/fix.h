/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Commands for a shell that mend what is wrong with a computer, in one place:
 * tests/cli/doctor.sh runs each.
 */
#ifndef ACQUIRE_FIX_H
#define ACQUIRE_FIX_H

/* The rule comes out of the program, so that it is there wherever that is. */
#define FIX_UDEV_RULE                                                          \
    "carpus doctor --udev-rule |\n"                                            \
    "sudo tee /etc/udev/rules.d/70-carpus.rules >/dev/null &&\n"               \
    "sudo udevadm control --reload && sudo udevadm trigger"

/* Until the next start of the computer. */
#define FIX_USB_MEMORY                                                         \
    "echo 64 | sudo tee /sys/module/usbcore/parameters/usbfs_memory_mb"

/* Where systemd runs. */
#define FIX_CLOCK "sudo timedatectl set-ntp true"

/* Lists the disks, the roomiest first. */
#define FIX_DISK "df -h --output=avail,target -x tmpfs -x devtmpfs | sort -rh"

#endif
