/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Disk: what programs did to the files of one folder, as a sequence of
 * operations that can be done again, in part. The model is the strictest that
 * POSIX allows: data and size of a file last from its next sync on, names (new,
 * linked, renamed, removed) from the next sync of the folder. Of all that
 * happened since, a power cut leaves any part.
 *
 * Ownership: caller's storage; disk_free gives back what it holds.
 */
#ifndef TESTS_CRASH_DISK_H
#define TESTS_CRASH_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/crash/supervise.h"

enum disk_kind {
    DISK_CREATE,
    DISK_WRITE,
    DISK_GROW, /* fallocate */
    DISK_CUT,  /* ftruncate */
    DISK_LINK,
    DISK_RENAME,
    DISK_REMOVE,
    DISK_SYNC, /* of file */
    DISK_SYNC_FOLDER,
    DISK_NOTE, /* what the tester has to say; nothing is done */
};

struct disk_op {
    enum disk_kind kind;
    size_t file; /* one of disk.files */
    char name[80];
    char other[80]; /* the new name of link and rename */
    uint64_t offset;
    size_t size;
    uint8_t *data;
    int64_t note;
};

enum { DISK_FILES = 64, DISK_NAMES = 128 };

struct disk_name {
    char name[80];
    size_t file;
    bool there;
};

struct disk {
    struct disk_op *ops;
    size_t count;
    size_t room;
    uint64_t inodes[DISK_FILES]; /* 0: not known yet */
    size_t file_count;
    struct disk_name names[DISK_NAMES];
    size_t name_count;
    bool lost_track; /* something was done that the model does not know */
    uint8_t *stale;  /* owned: what stood on the disk before, where a journal's
                      * space is set aside */
    size_t stale_size;
};

/* A hook for supervise_run; its context is the disk. */
int disk_watch(void *context, const struct call *call);
void disk_note(struct disk *disk, int64_t note);
void disk_free(struct disk *disk);

/* What of the operations since the last sync is there after a power cut. */
enum disk_loss {
    DISK_LOSE_NOTHING,
    DISK_LOSE_ALL,
    DISK_LOSE_SOME,    /* whole operations at random */
    DISK_TEAR_SECTORS, /* and of writes any sectors of 512 bytes */
    DISK_TEAR_BYTES,   /* and of writes any stretch of bytes */
    DISK_LOSSES
};

/* Makes the state after the first `count` operations in the empty folder
 * `folder`; what is lost follows from *random, and in half of these states
 * space that was set aside is not zero, but `stale`. Returns whether all could
 * be done. */
bool disk_replay(const struct disk *disk, size_t count, enum disk_loss loss,
                 uint64_t *random, const char *folder);

#endif
