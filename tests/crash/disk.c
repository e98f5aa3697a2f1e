/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE
#include "tests/crash/disk.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/crash/harness.h"

/* Of the space that is set aside for a journal so much will do: what is behind
 * its records is the same, however much of it there is. */
enum { SECTOR = 512, GROW_MAX = 1 << 20 };

/* ---- what was done ---- */

static struct disk_op *add(struct disk *disk, enum disk_kind kind)
{
    if (disk->count == disk->room) {
        disk->room = disk->room > 0 ? 2 * disk->room : 1024;
        disk->ops = realloc(disk->ops, disk->room * sizeof(*disk->ops));
        if (disk->ops == NULL) {
            abort();
        }
    }
    struct disk_op *op = &disk->ops[disk->count++];
    *op = (struct disk_op){.kind = kind};
    return op;
}

static void set_name(char *out, const char *name)
{
    if (strncmp(name, "./", 2) == 0) {
        name += 2;
    }
    snprintf(out, 80, "%.79s", name);
}

static struct disk_name *find_name(struct disk_name *names, size_t count,
                                   const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (names[i].there && strcmp(names[i].name, name) == 0) {
            return &names[i];
        }
    }
    return NULL;
}

/* A new name, or an old one that names another file from now on. */
static bool make_name(struct disk_name *names, size_t *count, const char *name,
                      size_t file)
{
    struct disk_name *made = find_name(names, *count, name);
    if (made == NULL) {
        if (*count == DISK_NAMES) {
            return false;
        }
        made = &names[(*count)++];
    }
    memcpy(made->name, name, sizeof(made->name));
    made->file = file;
    made->there = true;
    return true;
}

/* What an operation does to names. */
static bool apply_name(const struct disk_op *op, struct disk_name *names,
                       size_t *count)
{
    struct disk_name *old = find_name(names, *count, op->name);
    if (old != NULL && (op->kind == DISK_REMOVE || op->kind == DISK_RENAME)) {
        old->there = false;
    }
    switch (op->kind) {
    case DISK_CREATE:
        return make_name(names, count, op->name, op->file);
    case DISK_LINK:
    case DISK_RENAME:
        return make_name(names, count, op->other, op->file);
    default:
        return true;
    }
}

/* The file behind an inode: known, or the newest of its name. */
static size_t find_file(struct disk *disk, const struct call *call)
{
    const struct disk_name *name =
        find_name(disk->names, disk->name_count, call->path);
    if (name != NULL && disk->inodes[name->file] == 0) {
        disk->inodes[name->file] = call->inode;
        return name->file;
    }
    for (size_t i = disk->file_count; i-- > 0;) {
        if (disk->inodes[i] == call->inode) {
            return i;
        }
    }
    return DISK_FILES;
}

static void watch_open(struct disk *disk, const struct call *call)
{
    struct disk_op op = {.kind = DISK_CREATE, .file = disk->file_count};
    set_name(op.name, call->path);
    const struct disk_name *name =
        find_name(disk->names, disk->name_count, op.name);
    if (name != NULL) {
        if ((call->flags & O_TRUNC) != 0) {
            add(disk, DISK_CUT)->file = name->file;
        }
    } else if ((call->flags & O_CREAT) != 0) {
        if (disk->file_count == DISK_FILES ||
            !apply_name(&op, disk->names, &disk->name_count)) {
            disk->lost_track = true;
            return;
        }
        disk->inodes[disk->file_count++] = 0;
        *add(disk, DISK_CREATE) = op;
    }
}

static enum disk_kind file_kind(const struct call *call)
{
    switch (call->kind) {
    case CALL_SYNC:
        return DISK_SYNC;
    case CALL_WRITE:
        return DISK_WRITE;
    default:
        return call->number == SYS_fallocate ? DISK_GROW : DISK_CUT;
    }
}

/* Of files that were there before nothing is known; they are left as they
 * are. */
static void watch_file(struct disk *disk, const struct call *call)
{
    size_t file = find_file(disk, call);
    if (file == DISK_FILES) {
        return;
    }
    struct disk_op *op = add(disk, file_kind(call));
    op->file = file;
    op->offset = call->offset;
    op->size = call->size;
    if (op->kind == DISK_WRITE) {
        op->data = malloc(call->size);
        disk->lost_track |= op->data == NULL || !call_data(call, op->data);
    }
    disk->lost_track |= op->kind == DISK_GROW && call->flags != 0;
}

static enum disk_kind name_kind(const struct call *call)
{
#ifdef SYS_open
    if (call->number == SYS_link) {
        return DISK_LINK;
    }
    if (call->number == SYS_unlink) {
        return DISK_REMOVE;
    }
#endif
    return call->number == SYS_linkat     ? DISK_LINK
           : call->number == SYS_unlinkat ? DISK_REMOVE
                                          : DISK_RENAME;
}

static void watch_name(struct disk *disk, const struct call *call)
{
    struct disk_op op = {.kind = name_kind(call)};
    set_name(op.name, call->path);
    set_name(op.other, call->other);
    const struct disk_name *name =
        find_name(disk->names, disk->name_count, op.name);
    if (name != NULL) {
        op.file = name->file;
        *add(disk, op.kind) = op;
        disk->lost_track |= !apply_name(&op, disk->names, &disk->name_count);
    }
}

int disk_watch(void *context, const struct call *call)
{
    struct disk *disk = context;
    switch (call->kind) {
    case CALL_OPEN:
        watch_open(disk, call);
        break;
    case CALL_SYNC:
        if (strcmp(call->path, ".") == 0) {
            add(disk, DISK_SYNC_FOLDER);
            break;
        }
        watch_file(disk, call);
        break;
    case CALL_WRITE:
    case CALL_SPACE:
        watch_file(disk, call);
        break;
    case CALL_NAME:
        watch_name(disk, call);
        break;
    default:
        break;
    }
    return ANSWER_GO_ON;
}

void disk_note(struct disk *disk, int64_t note)
{
    add(disk, DISK_NOTE)->note = note;
}

void disk_free(struct disk *disk)
{
    for (size_t i = 0; i < disk->count; i++) {
        free(disk->ops[i].data);
    }
    free(disk->ops);
    free(disk->stale);
    *disk = (struct disk){0};
}

/* ---- doing it again ---- */

struct replay {
    const struct disk *disk;
    enum disk_loss loss;
    uint64_t *random;
    unsigned keep;             /* of ten */
    bool stale;                /* not zeros where space is set aside */
    size_t synced[DISK_FILES]; /* operations before this one last */
    size_t folder_synced;
    int fds[DISK_FILES];
    struct disk_name names[DISK_NAMES];
    size_t name_count;
};

static void find_syncs(struct replay *replay, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct disk_op *op = &replay->disk->ops[i];
        if (op->kind == DISK_SYNC) {
            replay->synced[op->file] = i;
        } else if (op->kind == DISK_SYNC_FOLDER) {
            replay->folder_synced = i;
        }
    }
}

static bool is_name(const struct disk_op *op)
{
    return op->kind == DISK_CREATE || op->kind == DISK_LINK ||
           op->kind == DISK_RENAME || op->kind == DISK_REMOVE;
}

static bool kept_by_chance(struct replay *replay)
{
    return harness_random(replay->random) % 10 < replay->keep;
}

static bool is_safe(const struct replay *replay, size_t at)
{
    const struct disk_op *op = &replay->disk->ops[at];
    return replay->loss == DISK_LOSE_NOTHING ||
           at <
               (is_name(op) ? replay->folder_synced : replay->synced[op->file]);
}

static bool write_part(int fd, const struct disk_op *op, size_t from, size_t to)
{
    return pwrite(fd, op->data + from, to - from, (off_t)(op->offset + from)) ==
           (ssize_t)(to - from);
}

static bool tear_sectors(struct replay *replay, int fd,
                         const struct disk_op *op)
{
    bool good = true;
    for (size_t from = 0; from < op->size;) {
        size_t to = from + SECTOR - (op->offset + from) % SECTOR;
        to = to < op->size ? to : op->size;
        if (kept_by_chance(replay)) {
            good &= write_part(fd, op, from, to);
        }
        from = to;
    }
    return good;
}

static bool tear_bytes(struct replay *replay, int fd, const struct disk_op *op)
{
    size_t from = (size_t)(harness_random(replay->random) % (op->size + 1));
    size_t to = (size_t)(harness_random(replay->random) % (op->size + 1));
    return from < to ? write_part(fd, op, from, to)
                     : write_part(fd, op, to, from);
}

static bool apply_write(struct replay *replay, const struct disk_op *op,
                        bool safe)
{
    int fd = replay->fds[op->file];
    if (!safe && replay->loss == DISK_TEAR_SECTORS) {
        return tear_sectors(replay, fd, op);
    }
    if (!safe && replay->loss == DISK_TEAR_BYTES && !kept_by_chance(replay)) {
        return tear_bytes(replay, fd, op);
    }
    return write_part(fd, op, 0, op->size);
}

static bool write_stale(const struct disk *disk, int fd, size_t from, size_t to)
{
    to = to < disk->stale_size ? to : disk->stale_size;
    return from >= to || pwrite(fd, disk->stale + from, to - from,
                                (off_t)from) == (ssize_t)(to - from);
}

static bool grow(struct replay *replay, const struct disk_op *op)
{
    struct stat status;
    int fd = replay->fds[op->file];
    size_t size = op->offset + op->size;
    size = size < GROW_MAX ? size : GROW_MAX;
    if (fstat(fd, &status) != 0) {
        return false;
    }
    size_t before = (size_t)status.st_size;
    return before >= size ||
           (ftruncate(fd, (off_t)size) == 0 &&
            (!replay->stale || write_stale(replay->disk, fd, before, size)));
}

static bool apply(struct replay *replay, const struct disk_op *op, bool safe)
{
    switch (op->kind) {
    case DISK_WRITE:
        return apply_write(replay, op, safe);
    case DISK_GROW:
        return grow(replay, op);
    case DISK_CUT:
        return ftruncate(replay->fds[op->file], (off_t)op->offset) == 0;
    case DISK_CREATE:
    case DISK_LINK:
    case DISK_RENAME:
    case DISK_REMOVE:
        return apply_name(op, replay->names, &replay->name_count);
    default:
        return true;
    }
}

/* Whether the operation, or something of it, is there. */
static bool survives(struct replay *replay, const struct disk_op *op)
{
    bool torn = op->kind == DISK_WRITE && replay->loss >= DISK_TEAR_SECTORS;
    return replay->loss != DISK_LOSE_ALL && (torn || kept_by_chance(replay));
}

static void content_name(size_t file, char *out)
{
    snprintf(out, 32, ".content-%zu", file);
}

/* Files get their names only at the end: a name may be lost. */
static bool give_names(const struct replay *replay, int folder)
{
    bool good = true;
    char content[32];
    for (size_t i = 0; i < replay->name_count; i++) {
        if (replay->names[i].there) {
            content_name(replay->names[i].file, content);
            good &=
                linkat(folder, content, folder, replay->names[i].name, 0) == 0;
        }
    }
    return good;
}

bool disk_replay(const struct disk *disk, size_t count, enum disk_loss loss,
                 uint64_t *random, const char *folder)
{
    struct replay replay = {.disk = disk, .loss = loss, .random = random};
    int at = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = at >= 0;
    char content[32];
    replay.keep = 1 + (unsigned)(harness_random(random) % 9);
    replay.stale = loss != DISK_LOSE_NOTHING && harness_random(random) % 2 == 0;
    find_syncs(&replay, count);
    for (size_t i = 0; i < disk->file_count; i++) {
        content_name(i, content);
        replay.fds[i] =
            openat(at, content, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        good &= replay.fds[i] >= 0;
    }
    for (size_t i = 0; i < count; i++) {
        bool safe = is_safe(&replay, i);
        if (safe || survives(&replay, &disk->ops[i])) {
            good &= apply(&replay, &disk->ops[i], safe);
        }
    }
    good &= give_names(&replay, at);
    for (size_t i = 0; i < disk->file_count; i++) {
        content_name(i, content);
        close(replay.fds[i]);
        unlinkat(at, content, 0);
    }
    close(at);
    return good;
}
