/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The journal, recovery and the clock when the system refuses: linked with
 * --wrap (tests/mutants/build.mk), so that a call can be made to fail.
 */
#include "recording_maker.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <stdarg.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "acquire/clock_fit.h"
#include "acquire/journal.h"
#include "acquire/session.h"
#include "firmware/core/bytes.h"
#include "firmware/core/wire.h"

enum call {
    MEMORY,
    OPEN,
    CLOSE,
    FLOCK,
    FSTAT,
    STAT,
    FSTATVFS,
    PREAD,
    PWRITE,
    FALLOCATE,
    FDATASYNC,
    FSYNC,
    FTRUNCATE,
    READLINK,
    HDF5_WRITE,
    CALLS,
};

/* Of each call: after `after` more, `times` of them fail with `number`; 0 for
 * read and write: nothing was read or written; SHORT: a part of it. */
enum { SHORT = -1, ALWAYS = 1 << 30 };
struct fault {
    int number;
    unsigned after;
    unsigned times;
};
static struct fault faults[CALLS];

static void plan(enum call call, int number, unsigned after, unsigned times)
{
    faults[call] = (struct fault){number, after, times};
}

static bool fails(enum call call)
{
    struct fault *fault = &faults[call];
    if (fault->times == 0) {
        return false;
    }
    if (fault->after > 0) {
        fault->after--;
        return false;
    }
    fault->times--;
    if (fault->number > 0) {
        errno = fault->number;
    }
    return true;
}

/* ---- the calls ---- */

/* NOLINTBEGIN(cert-dcl51-cpp): the linker's names. */

/* WRAP(type, name, parameters, call, arguments, what a failure returns) */
#define WRAP(type, name, parameters, call, arguments, failure)                 \
    type __real_##name parameters;                                             \
    type __wrap_##name parameters;                                             \
    type __wrap_##name parameters                                              \
    {                                                                          \
        return fails(call) ? (failure) : __real_##name arguments;              \
    }

WRAP(void *, malloc, (size_t size), MEMORY, (size), NULL)
WRAP(void *, calloc, (size_t n, size_t size), MEMORY, (n, size), NULL)
WRAP(void *, realloc, (void *old, size_t size), MEMORY, (old, size), NULL)
WRAP(int, flock, (int fd, int how), FLOCK, (fd, how), -1)
WRAP(int, fstat, (int fd, struct stat *out), FSTAT, (fd, out), -1)
WRAP(int, stat, (const char *path, struct stat *out), STAT, (path, out), -1)
WRAP(int, posix_fallocate, (int fd, off_t at, off_t size), FALLOCATE,
     (fd, at, size), faults[FALLOCATE].number)
WRAP(int, fallocate, (int fd, int mode, off_t at, off_t size), FALLOCATE,
     (fd, mode, at, size), -1)
WRAP(int, fdatasync, (int fd), FDATASYNC, (fd), -1)
WRAP(int, fsync, (int fd), FSYNC, (fd), -1)
WRAP(int, ftruncate, (int fd, off_t size), FTRUNCATE, (fd, size), -1)
WRAP(herr_t, H5Dwrite,
     (hid_t set, hid_t type, hid_t here, hid_t there, hid_t how,
      const void *rows),
     HDF5_WRITE, (set, type, here, there, how, rows), -1)

int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd)
{
    int done = __real_close(fd);
    return fails(CLOSE) ? -1 : done;
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return fails(OPEN) ? -1 : __real_open(path, flags, mode);
}

ssize_t __real_pread(int fd, void *out, size_t size, off_t at);
ssize_t __wrap_pread(int fd, void *out, size_t size, off_t at);
ssize_t __wrap_pread(int fd, void *out, size_t size, off_t at)
{
    if (!fails(PREAD)) {
        return __real_pread(fd, out, size, at);
    }
    int number = faults[PREAD].number;
    return number == SHORT ? __real_pread(fd, out, (size + 1) / 2, at)
                           : -(number != 0);
}

ssize_t __real_pwrite(int fd, const void *data, size_t size, off_t at);
ssize_t __wrap_pwrite(int fd, const void *data, size_t size, off_t at);
ssize_t __wrap_pwrite(int fd, const void *data, size_t size, off_t at)
{
    if (!fails(PWRITE)) {
        return __real_pwrite(fd, data, size, at);
    }
    int number = faults[PWRITE].number;
    return number == SHORT ? __real_pwrite(fd, data, (size + 1) / 2, at)
                           : -(number != 0);
}

/* The disk has 3000 blocks of 4 KiB for everybody, and more for root. */
int __wrap_fstatvfs(int fd, struct statvfs *out);
int __wrap_fstatvfs(int fd, struct statvfs *out)
{
    (void)fd;
    *out = (struct statvfs){.f_bsize = 1 << 20,
                            .f_frsize = 4096,
                            .f_blocks = 5000,
                            .f_bfree = 4000,
                            .f_bavail = 3000};
    return fails(FSTATVFS) ? -1 : 0;
}

/* SHORT: the name is longer than there is room for. */
ssize_t __real_readlink(const char *path, char *out, size_t size);
ssize_t __wrap_readlink(const char *path, char *out, size_t size);
ssize_t __wrap_readlink(const char *path, char *out, size_t size)
{
    if (!fails(READLINK)) {
        return __real_readlink(path, out, size);
    }
    if (faults[READLINK].number != SHORT) {
        return -1;
    }
    memset(out, 'x', size);
    return (ssize_t)size;
}

/* NOLINTEND(cert-dcl51-cpp) */

/* ---- a journal in a folder within the test's folder ---- */

static char top[64];
static char folder[80];
static char path[128];
static struct journal_file file;
static struct error error;

static int make_folders(void **state)
{
    (void)state;
    memset(faults, 0, sizeof(faults));
    strcpy(top, "/tmp/carpus-failing-XXXXXX");
    if (mkdtemp(top) == NULL) {
        return -1;
    }
    snprintf(folder, sizeof(folder), "%s/in", top);
    snprintf(path, sizeof(path), "%s/x.h5.journal", folder);
    return mkdir(folder, 0700);
}

static void empty(const char *of)
{
    struct dirent **names;
    int count = scandir(of, &names, is_name, alphasort);
    for (int i = 0; i < count; i++) {
        char name[400];
        snprintf(name, sizeof(name), "%s/%s", of, names[i]->d_name);
        (void)unlink(name);
        free(names[i]);
    }
    if (count >= 0) {
        free(names);
    }
    (void)rmdir(of);
}

static int remove_folders(void **state)
{
    (void)state;
    memset(faults, 0, sizeof(faults));
    empty(folder);
    empty(top);
    return 0;
}

static size_t put_there(const char *name, const void *data, size_t size)
{
    FILE *out = fopen(name, "wb");
    assert_non_null(out);
    size_t written = fwrite(data, 1, size, out);
    assert_int_equal(fclose(out), 0);
    return written;
}

/* Checks that a file holds exactly `size` bytes made by fill(). */
static void fill(uint8_t *out, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        out[i] = (uint8_t)(i * 37 + (i >> 8));
    }
}

static void assert_holds(const char *name, size_t size)
{
    uint8_t *wanted = calloc(1, size + 1);
    uint8_t *got = calloc(1, size + 1);
    FILE *in = fopen(name, "rb");
    assert_non_null(in);
    assert_non_null(wanted);
    assert_non_null(got);
    fill(wanted, size);
    assert_int_equal(fread(got, 1, size + 1, in), size);
    assert_memory_equal(got, wanted, size);
    fclose(in);
    free(wanted);
    free(got);
}

static void create(size_t size)
{
    uint8_t *data = calloc(1, size + 1);
    assert_non_null(data);
    fill(data, size);
    assert_int_equal(journal_file_create(&file, path, &error), 0);
    assert_int_equal(journal_file_append(&file, data, size, &error), 0);
    free(data);
}

/* ---- making and opening ---- */

static void journal_that_cannot_be_made_leaves_nothing(void **state)
{
    (void)state;
    static const struct {
        enum call call;
        int number;
        int code;
    } cases[] = {
        {OPEN, EACCES, ERR_CREATE}, {FLOCK, EWOULDBLOCK, ERR_BUSY},
        {FSYNC, EIO, ERR_IO},       {PWRITE, EIO, ERR_IO},
        {PWRITE, 0, ERR_FULL},      {FDATASYNC, EIO, ERR_IO},
    };
    struct journal journal;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        plan(cases[i].call, cases[i].number, 0, 1);
        int err = journal_create(&journal, path, &error);
        if (cases[i].call != OPEN) {
            assert_int_equal(err, cases[i].code);
        }
        assert_true(err < 0);
        assert_int_equal(faults[cases[i].call].times, 0);
        assert_int_equal(folder_count(folder), 0);
        assert_int_equal(journal.file.fd, -1);
        /* Its beginning is on the disk before. */
        assert_int_equal(journal.file.allocated, 0);
    }
}

/* File systems without locks are no reason to refuse work. */
static void missing_locks_are_no_error(void **state)
{
    (void)state;
    struct journal_file reader;
    plan(FLOCK, ENOLCK, 0, ALWAYS);
    create(3);
    assert_int_equal(journal_file_open(&reader, path, &error), 0);
    assert_int_equal(journal_file_close(&reader, &error), 0);
    assert_int_equal(journal_file_close(&file, &error), 0);
    assert_holds(path, 3);
}

static void path_longer_than_a_files_is_refused(void **state)
{
    (void)state;
    static char name[sizeof(file.path) + 1];
    memset(name, 'x', sizeof(name) - 1);
    assert_int_equal(journal_file_create(&file, name, &error), ERR_USAGE);
    assert_int_equal(journal_file_open(&file, name, &error), ERR_USAGE);
    assert_int_equal(journal_file_continue(&file, name, 0, &error), ERR_USAGE);
    name[sizeof(file.path) - 1] = '\0';
    assert_int_not_equal(journal_file_open(&file, name, &error), ERR_USAGE);
}

static void open_says_what_failed(void **state)
{
    (void)state;
    struct journal_file other;
    create(3);
    assert_int_equal(journal_file_open(&other, path, &error), ERR_BUSY);
    assert_int_equal(journal_file_continue(&other, path, 0, &error), ERR_BUSY);
    assert_int_equal(other.fd, -1);
    assert_int_equal(journal_file_close(&file, &error), 0);
    plan(FSTAT, EIO, 0, 1);
    assert_int_equal(journal_file_open(&file, path, &error), ERR_IO);
    assert_int_equal(file.fd, -1);
    plan(OPEN, EIO, 0, 2);
    assert_int_equal(journal_file_open(&file, path, &error), ERR_IO);
    assert_int_equal(journal_file_continue(&file, path, 3, &error), ERR_IO);
    assert_int_equal(journal_file_open(&file, folder, &error), ERR_NO_INPUT);
    assert_int_equal(journal_file_open(&file, path, &error), 0);
    assert_int_equal(file.size, 3);
    assert_false(file.writing);
    assert_int_equal(journal_file_close(&file, &error), 0);
    assert_int_equal(file.fd, -1);
    assert_int_equal(journal_file_close(&file, &error), 0);
}

static void writing_goes_on_behind_what_is_there(void **state)
{
    (void)state;
    uint8_t data[20];
    fill(data, sizeof(data));
    create(12);
    assert_int_equal(journal_file_close(&file, &error), 0);
    assert_int_equal(journal_file_continue(&file, path, 8, &error), 0);
    assert_true(file.writing);
    assert_int_equal(file.size, 8);
    assert_int_equal(file.allocated, 8);
    assert_int_equal(file.step, 16 << 20);
    assert_int_equal(journal_file_append(&file, data + 8, 3, &error), 0);
    assert_int_equal(journal_file_close(&file, &error), 0);
    assert_holds(path, 11);
}

/* ---- reading and writing ---- */

static void reading_and_writing_outlast_interruptions(void **state)
{
    (void)state;
    static const int numbers[] = {EINTR, SHORT};
    uint8_t data[1000];
    uint8_t got[1000];
    fill(data, sizeof(data));
    for (size_t i = 0; i < 2; i++) {
        unlink(path);
        create(0);
        plan(PWRITE, numbers[i], 0, 3);
        assert_int_equal(journal_file_append(&file, data, sizeof(data), &error),
                         0);
        assert_int_equal(file.size, sizeof(data));
        plan(PREAD, numbers[i], 0, 3);
        assert_int_equal(journal_file_read(&file, 0, got, sizeof(got), &error),
                         sizeof(got));
        assert_memory_equal(got, data, sizeof(got));
        assert_int_equal(faults[PREAD].times + faults[PWRITE].times, 0);
        assert_int_equal(
            journal_file_read(&file, 990, got, sizeof(got), &error),
            sizeof(got)); /* zeros that were set aside follow */
        assert_memory_equal(got, data + 990, 10);
        assert_int_equal(got[10], 0);
        assert_int_equal(journal_file_close(&file, &error), 0);
        assert_holds(path, sizeof(data));
    }
    assert_int_equal(journal_file_open(&file, path, &error), 0);
    assert_int_equal(journal_file_read(&file, 990, got, sizeof(got), &error),
                     10);
    /* What has come is not asked for again. */
    plan(PREAD, EIO, 1, 1);
    assert_int_equal(journal_file_read(&file, 0, got, 1, &error), 1);
    assert_int_equal(journal_file_read(&file, 0, got, 1, &error), ERR_IO);
    assert_int_equal(journal_file_close(&file, &error), 0);
}

/* On error the size is as before, and the next append writes over it. */
static void failed_append_is_written_over(void **state)
{
    (void)state;
    static const struct {
        int number;
        int code;
    } cases[] = {{EIO, ERR_IO}, {ENOSPC, ERR_FULL}, {0, ERR_FULL}};
    uint8_t data[64];
    fill(data, sizeof(data));
    create(0);
    for (size_t i = 0; i < 3; i++) {
        uint64_t size = file.size;
        uint8_t wrong[8] = {0};
        plan(PWRITE, cases[i].number, 0, 1);
        errno = EINTR; /* of a call long ago */
        assert_int_equal(journal_file_append(&file, wrong, 8, &error),
                         cases[i].code);
        assert_int_equal(file.size, size);
        assert_int_equal(journal_file_append(&file, data + size, 20, &error),
                         0);
    }
    assert_int_equal(journal_file_close(&file, &error), 0);
    assert_holds(path, 60);
}

/* What is set aside halves while the disk is too full for it, down to 64 KiB;
 * where it is not possible at all it is not asked for again. */
static void space_is_set_aside_as_far_as_there_is_any(void **state)
{
    (void)state;
    enum { STEP = 16 << 20, LEAST = 64 << 10 };
    static const struct {
        int number;
        unsigned times;
        uint64_t allocated;
        uint64_t step;
    } cases[] = {
        {0, 0, STEP + 10, STEP},
        {EINTR, 3, STEP + 10, STEP},
        {ENOSPC, 1, STEP / 2 + 10, STEP / 2},
        {EDQUOT, 2, STEP / 4 + 10, STEP / 4},
        {EFBIG, 8, LEAST + 10, LEAST},
        {ENOSPC, 9, 0, LEAST / 2},
        {EOPNOTSUPP, 1, 0, 0},
    };
    uint8_t data[10];
    fill(data, sizeof(data));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(journal_file_create(&file, path, &error), 0);
        plan(FALLOCATE, cases[i].number, 0, cases[i].times);
        assert_int_equal(journal_file_append(&file, data, 10, &error), 0);
        assert_int_equal(faults[FALLOCATE].times, 0);
        assert_int_equal(file.allocated, cases[i].allocated);
        assert_int_equal(file.step, cases[i].step);
        assert_int_equal(journal_file_close(&file, &error), 0);
        assert_holds(path, 10);
        assert_int_equal(unlink(path), 0);
    }
    /* What fits asks for no more. */
    create(10);
    plan(FALLOCATE, ENOSPC, 0, 1);
    assert_int_equal(journal_file_append(&file, data, 10, &error), 0);
    assert_int_equal(faults[FALLOCATE].times, 1);
    assert_int_equal(journal_file_close(&file, &error), 0);
}

/* All at once or an error; a file system that cannot is none. */
static void space_for_all_is_set_aside_or_refused(void **state)
{
    (void)state;
    enum { STEP = 16 << 20, ALL = 40 << 20 };
    static const struct {
        int number;
        unsigned times;
        uint64_t bytes;
        int result;
        uint64_t allocated;
    } cases[] = {
        {0, 0, ALL, 0, ALL},
        {EINTR, 3, ALL, 0, ALL},
        {0, 0, 100, 0, STEP + 10},
        {ENOSPC, 1, ALL, ERR_FULL, STEP + 10},
        {EDQUOT, 1, ALL, ERR_FULL, STEP + 10},
        {EFBIG, 1, ALL, ERR_FULL, STEP + 10},
        {EOPNOTSUPP, 1, ALL, 0, STEP + 10},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct stat status;
        create(10);
        plan(FALLOCATE, cases[i].number, 0, cases[i].times);
        assert_int_equal(journal_file_reserve(&file, cases[i].bytes, &error),
                         cases[i].result);
        assert_int_equal(faults[FALLOCATE].times, 0);
        assert_int_equal(file.allocated, cases[i].allocated);
        assert_int_equal(fstat(file.fd, &status), 0);
        assert_int_equal(status.st_size, cases[i].allocated);
        assert_true((uint64_t)status.st_blocks * 512 >= cases[i].allocated);
        if (cases[i].result < 0) {
            assert_non_null(strstr(error.text, "41.9 MB"));
        }
        assert_int_equal(journal_file_close(&file, &error), 0);
        assert_holds(path, 10);
        assert_int_equal(unlink(path), 0);
    }
}

static void space_left_counts_what_is_set_aside(void **state)
{
    (void)state;
    enum { FREE = 3000 * 4096, STEP = 16 << 20 };
    uint64_t bytes = 0;
    create(10);
    assert_int_equal(journal_file_space(&file, &bytes, &error), 0);
    assert_int_equal(bytes, FREE + STEP);
    plan(FSTATVFS, EIO, 0, 1);
    assert_int_equal(journal_file_space(&file, &bytes, &error), ERR_IO);
    assert_int_equal(journal_file_close(&file, &error), 0);
    /* Where nothing can be set aside there is what the disk says. */
    assert_int_equal(unlink(path), 0);
    plan(FALLOCATE, EOPNOTSUPP, 0, 1);
    create(10);
    assert_int_equal(journal_file_space(&file, &bytes, &error), 0);
    assert_int_equal(bytes, FREE);
    assert_int_equal(journal_file_close(&file, &error), 0);
}

/* ---- syncing and closing ---- */

static void failed_sync_and_close_are_errors(void **state)
{
    (void)state;
    static const enum call calls[] = {FTRUNCATE, FSYNC, CLOSE};
    create(9);
    plan(FDATASYNC, EIO, 0, 1);
    assert_int_equal(journal_file_sync(&file, &error), ERR_IO);
    assert_int_equal(journal_file_sync(&file, &error), 0);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(journal_file_close(&file, &error), 0);
        assert_int_equal(journal_file_continue(&file, path, 9, &error), 0);
        plan(calls[i], ENOSPC, 0, 1);
        assert_int_equal(journal_file_close(&file, &error), ERR_FULL);
        assert_int_equal(file.fd, -1);
        assert_int_equal(faults[calls[i]].times, 0);
    }
    /* The first failure counts, but all is tried. */
    assert_int_equal(journal_file_continue(&file, path, 9, &error), 0);
    plan(FTRUNCATE, ENOSPC, 0, 1);
    plan(FSYNC, EIO, 0, 1);
    plan(CLOSE, EIO, 0, 1);
    assert_int_equal(journal_file_close(&file, &error), ERR_FULL);
    assert_int_equal(faults[FSYNC].times + faults[CLOSE].times, 0);
    assert_holds(path, 9);
}

static void removal_that_fails_is_told(void **state)
{
    (void)state;
    assert_int_equal(journal_file_remove(path, &error), ERR_NO_INPUT);
    create(1);
    assert_int_equal(journal_file_close(&file, &error), 0);
    plan(FSYNC, EIO, 0, 1);
    assert_int_equal(journal_file_remove(path, &error), ERR_IO);
    assert_int_equal(access(path, F_OK), -1);
}

/* ---- a file that lost its name ---- */

/* A name that cannot be looked at is no proof that it is gone. */
static void doubt_about_the_name_is_no_error(void **state)
{
    (void)state;
    create(5);
    plan(FSTAT, EIO, 0, 1);
    assert_int_equal(journal_file_sync(&file, &error), 0);
    plan(STAT, EACCES, 0, 1);
    assert_int_equal(journal_file_sync(&file, &error), 0);
    assert_int_equal(faults[FSTAT].times + faults[STAT].times, 0);
    assert_int_equal(journal_file_close(&file, &error), 0);
}

static void moved_journal_is_told_with_its_new_name(void **state)
{
    (void)state;
    char moved[160];
    snprintf(moved, sizeof(moved), "%s/moved", folder);
    create(5);
    assert_int_equal(rename(path, moved), 0);
    assert_int_equal(put_there(path, "x", 1), 1); /* another file */
    assert_int_equal(journal_file_sync(&file, &error), ERR_IO);
    assert_non_null(strstr(error.text, "was moved"));
    assert_string_equal(file.path, moved);
    assert_non_null(strstr(error.text, moved));
    assert_int_equal(journal_file_sync(&file, &error), 0);
    assert_int_equal(rename(moved, path), 0);
    plan(READLINK, EACCES, 0, 1);
    assert_int_equal(journal_file_close(&file, &error), ERR_IO);
    assert_string_equal(file.path, "");
    assert_non_null(strstr(error.text, "recover NAME.h5.journal"));
    assert_holds(path, 5);

    /* A part of a name is none. */
    assert_int_equal(journal_file_continue(&file, path, 5, &error), 0);
    assert_int_equal(rename(path, moved), 0);
    plan(READLINK, SHORT, 0, 1);
    assert_int_equal(journal_file_close(&file, &error), ERR_IO);
    assert_string_equal(file.path, "");
    assert_non_null(strstr(error.text, "recover NAME.h5.journal"));
}

/* Also where what was written since has made it as long as before. */
static void journal_that_is_cut_by_another_is_told(void **state)
{
    (void)state;
    static const off_t lengths[] = {0, 10};
    for (size_t i = 0; i < 4; i++) {
        if (i >= 2) {
            plan(FALLOCATE, EOPNOTSUPP, 0, 1); /* then only the size tells */
        }
        create(20);
        assert_int_equal(journal_file_sync(&file, &error), 0);
        assert_int_equal(truncate(path, lengths[i % 2]), 0);
        if (i < 2) {
            assert_int_equal(journal_file_append(&file, "x", 1, &error), 0);
        }
        error.text[0] = '\0';
        assert_int_equal(journal_file_sync(&file, &error), ERR_IO);
        assert_non_null(strstr(error.text, "cut short"));
        assert_int_equal(journal_file_close(&file, &error), ERR_IO);
        assert_int_equal(unlink(path), 0);
    }
}

static void removed_journal_is_saved_beside_its_place(void **state)
{
    (void)state;
    enum { SIZE = 150000 }; /* more than one piece of the copy */
    create(SIZE);
    plan(PWRITE, SHORT, 0, 2);
    for (unsigned i = 0; i < 3; i++) {
        char wanted[160];
        assert_int_equal(unlink(file.path), 0);
        assert_int_equal(put_there(file.path, "mine", 4), 4);
        assert_int_equal(journal_file_sync(&file, &error), ERR_IO);
        assert_non_null(strstr(error.text, "was removed"));
        assert_non_null(strstr(error.text, file.path));
        snprintf(wanted, sizeof(wanted), "%s/%sx.h5.journal", folder,
                 i == 0   ? "1-"
                 : i == 1 ? "1-1-"
                          : "1-1-1-");
        assert_string_equal(file.path, wanted);
        assert_int_equal(file.size, SIZE);
        assert_int_equal(file.allocated, SIZE);
        assert_int_equal(journal_file_sync(&file, &error), 0);
        plan(PWRITE, EINTR, 1, 1);
    }
    assert_int_equal(journal_file_close(&file, &error), 0);
    assert_holds(file.path, SIZE);
}

static void journal_of_a_removed_folder_is_saved_above(void **state)
{
    (void)state;
    char wanted[160];
    create(7);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(journal_file_close(&file, &error), ERR_IO);
    snprintf(wanted, sizeof(wanted), "%s/x.h5.journal", top);
    assert_string_equal(file.path, wanted);
    assert_holds(wanted, 7);
}

/* A copy that fails leaves nothing, and the next place is tried. */
static void place_where_the_copy_fails_is_passed_over(void **state)
{
    (void)state;
    static const struct {
        enum call call;
        int number;
    } cases[] = {
        {PWRITE, ENOSPC}, {PWRITE, 0}, {PREAD, EIO}, {PREAD, 0}, {FSYNC, EIO}};
    size_t opened = folder_count("/proc/self/fd");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char wanted[160];
        create(7);
        assert_int_equal(unlink(path), 0);
        plan(cases[i].call, cases[i].number, 0, 1);
        assert_int_equal(journal_file_sync(&file, &error), ERR_IO);
        snprintf(wanted, sizeof(wanted), "%s/1-x.h5.journal", folder);
        assert_string_equal(file.path, wanted);
        assert_int_equal(folder_count(folder), 1);
        assert_int_equal(journal_file_close(&file, &error), 0);
        assert_int_equal(folder_count("/proc/self/fd"), opened);
        assert_holds(wanted, 7);
        assert_int_equal(unlink(wanted), 0);
    }
    create(7);
    assert_int_equal(unlink(path), 0);
    plan(FSYNC, EIO, 1, 1); /* of the folder */
    assert_int_equal(journal_file_sync(&file, &error), ERR_IO);
    assert_int_equal(folder_count(folder), 1);
    assert_int_equal(journal_file_close(&file, &error), 0);
}

/* A number in front that makes the name too long for a path is no place. */
static void name_too_long_for_a_number_goes_further_up(void **state)
{
    (void)state;
    static char name[sizeof(file.path)];
    size_t n = (size_t)snprintf(name, sizeof(name), "%s", folder);
    while (n + 2 + strlen("/x.h5.journal") < sizeof(name) - 1) {
        n += (size_t)snprintf(name + n, sizeof(name) - n, "/.");
    }
    snprintf(name + n, sizeof(name) - n, "/x.h5.journal");
    assert_true(strlen(name) >= sizeof(name) - 3);
    assert_int_equal(journal_file_create(&file, name, &error), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(put_there(path, "mine", 4), 4);
    assert_int_equal(journal_file_sync(&file, &error), ERR_IO);
    assert_non_null(strstr(file.path, "/./1-x.h5.journal"));
    assert_true(strlen(file.path) < sizeof(name));
    assert_int_equal(journal_file_close(&file, &error), 0);
    assert_int_equal(folder_count(folder), 2);
}

static void removed_journal_goes_to_the_temporary_folder_last(void **state)
{
    (void)state;
    char here[512];
    char wanted[160];
    assert_non_null(getcwd(here, sizeof(here)));
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(journal_file_create(&file, "x.h5.journal", &error), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(journal_file_sync(&file, &error), ERR_IO);
    assert_string_equal(file.path, "./x.h5.journal");
    assert_int_equal(unlink(path), 0);
    plan(OPEN, EACCES, 0, 200); /* 100 names each for "." twice */
    assert_int_equal(setenv("TMPDIR", top, 1), 0);
    assert_int_equal(journal_file_sync(&file, &error), ERR_IO);
    snprintf(wanted, sizeof(wanted), "%s/x.h5.journal", top);
    assert_string_equal(file.path, wanted);
    assert_int_equal(faults[OPEN].times, 0);

    assert_int_equal(unsetenv("TMPDIR"), 0);
    assert_int_equal(unlink(wanted), 0);
    plan(OPEN, EACCES, 0, 300); /* its folder, /tmp and / */
    assert_int_equal(journal_file_sync(&file, &error), ERR_IO);
    assert_string_equal(file.path, "/tmp/x.h5.journal");
    assert_int_equal(unlink(file.path), 0);
    plan(OPEN, EACCES, 0, ALWAYS);
    assert_int_equal(journal_file_sync(&file, &error), ERR_IO);
    assert_non_null(strstr(error.text, "cannot be saved"));
    memset(faults, 0, sizeof(faults));
    assert_int_equal(journal_file_close(&file, NULL), ERR_IO);
    assert_int_equal(unlink(file.path), 0);
    assert_int_equal(chdir(here), 0);
}

/* ---- journal, recovery and clock ---- */

static void write_session(void)
{
    struct made made = {.rate_hz = 104};
    struct recording_info info = made_info(&made);
    struct journal journal;
    struct journal_event event = {true, 1, 2, "tap", "key"};
    assert_int_equal(journal_create(&journal, path, &error), 0);
    assert_int_equal(journal_append_session(&journal, &info, &error), 0);
    assert_int_equal(journal_append_event(&journal, &event, &error), 0);
    for (uint32_t i = 0; i < 20; i++) {
        uint8_t bytes[WIRE_FRAME_MAX];
        struct recording_clock probe = {i * 1000000000LL, i * 1000000000LL, 0,
                                        100};
        struct wire_frame frame = {.type = WIRE_FRAME_SAMPLES,
                                   .sequence = i,
                                   .index = i * 10 + (i > 10 ? 5 : 0),
                                   .device_ns = i * 100000000ULL,
                                   .count = 10};
        size_t size = wire_put_frame(bytes, &frame);
        assert_int_equal(journal_append_clock(&journal, &probe, &error), 0);
        assert_int_equal(
            journal_append(&journal, JOURNAL_FRAMES, bytes, size, &error), 0);
    }
    assert_int_equal(journal_append_end(&journal, JOURNAL_END_ASKED, &error),
                     0);
    assert_int_equal(journal_file_close(&journal.file, &error), 0);
}

/* A record that could not be written does not count; the next takes its
 * number. */
static void failed_record_leaves_no_hole(void **state)
{
    (void)state;
    struct journal journal;
    static struct journal_reader reader;
    struct journal_record record;
    assert_int_equal(journal_create(&journal, path, &error), 0);
    assert_int_equal(journal_append_gap(&journal, 1, &error), 0);
    plan(PWRITE, EIO, 0, 1);
    assert_int_equal(journal_append_gap(&journal, 2, &error), ERR_IO);
    assert_int_equal(journal.sequence, 1);
    assert_int_equal(journal_append_gap(&journal, 3, &error), 0);
    assert_int_equal(journal_file_close(&journal.file, &error), 0);
    assert_int_equal(journal_open(&reader, path, &error), 0);
    assert_int_equal(journal_next(&reader, &record, &error), 1);
    assert_int_equal(journal_next(&reader, &record, &error), 1);
    assert_false(record.after_damage);
    assert_int_equal(journal_next(&reader, &record, &error), 0);
    plan(PREAD, EIO, 0, 1);
    assert_int_equal(journal_next(&reader, &record, &error), ERR_IO);
    journal_reader_close(&reader);
    plan(PREAD, EIO, 0, 1);
    assert_int_equal(journal_open(&reader, path, &error), ERR_IO);
    assert_int_equal(reader.file.fd, -1);
}

/* Whichever read fails, it is no strange file but one that cannot be read. */
static void file_that_cannot_be_read_is_not_called_strange(void **state)
{
    (void)state;
    static struct journal_reader reader;
    static const uint8_t zeros[5000];
    assert_int_equal(put_there(path, zeros, sizeof(zeros)), sizeof(zeros));
    unsigned n = 0;
    for (;; n++) {
        plan(PREAD, EIO, n, 1);
        int err = journal_open(&reader, path, &error);
        if (faults[PREAD].times > 0) {
            assert_int_equal(err, ERR_DATA);
            break;
        }
        assert_int_equal(err, ERR_IO);
        assert_int_equal(reader.file.fd, -1);
    }
    assert_true(n >= 4);
}

/* All records but the first stand before it, and once more behind it. */
static void repeat_records(void)
{
    static uint8_t bytes[1 << 16];
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    size_t size = fread(bytes, 1, sizeof(bytes), in);
    fclose(in);
    size_t second =
        JOURNAL_FILE_HEAD + JOURNAL_RECORD_HEAD + get_u32(bytes + 16 + 8);
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, 16, out), 16);
    assert_int_equal(fwrite(bytes + second, 1, size - second, out),
                     size - second);
    assert_int_equal(fwrite(bytes + 16, 1, size - 16, out), size - 16);
    assert_int_equal(fclose(out), 0);
}

/* So long that tables are written to before the end, 256 gaps or 1024 blocks at
 * a time: there are 1024 gaps between its frames, and so that behind the last
 * one has them written. */
static void write_long_session(void)
{
    enum { FRAMES = 1024 + 1 };
    struct made made = {.rate_hz = 104};
    struct recording_info info = made_info(&made);
    struct journal journal;
    struct recording_clock probe = {.round_trip_ns = 100};
    assert_int_equal(journal_create(&journal, path, &error), 0);
    assert_int_equal(journal_append_session(&journal, &info, &error), 0);
    for (uint32_t i = 0; i < FRAMES; i++) {
        uint8_t bytes[WIRE_FRAME_MAX];
        struct wire_frame frame = {.type = WIRE_FRAME_SAMPLES,
                                   .sequence = i,
                                   .index = 2 * i,
                                   .device_ns = i * 20000000ULL,
                                   .count = 1};
        size_t size = wire_put_frame(bytes, &frame);
        assert_int_equal(
            journal_append(&journal, JOURNAL_FRAMES, bytes, size, &error), 0);
    }
    probe.device_ns = FRAMES * 20000000LL + 1000000000;
    assert_int_equal(journal_append_clock(&journal, &probe, &error), 0);
    assert_int_equal(journal_append_end(&journal, JOURNAL_END_DEVICE, &error),
                     0);
    assert_int_equal(journal_file_close(&journal.file, &error), 0);
}

/* Builds again and again, each time with the next call failing: an error, no
 * recording and the journal alone, until none fails. Returns how often. */
static unsigned refuse_each(enum call call, int number, int code, uint64_t rows)
{
    char made[128];
    snprintf(made, sizeof(made), "%s/x.h5", folder);
    for (unsigned n = 0;; n++) {
        struct session_summary summary;
        plan(call, number, n, 1);
        int err = session_build(path, made, &summary, &error);
        bool failed = faults[call].times == 0;
        memset(faults, 0, sizeof(faults));
        if (err < 0) {
            assert_true(failed);
            /* Why HDF5 failed it does not say. */
            assert_true(err == code || err == ERR_IO);
            assert_int_equal(access(made, F_OK), -1);
            assert_int_equal(folder_count(folder), 1);
            continue;
        }
        /* A folder that cannot be read cannot be synced either. */
        assert_true(!failed || call == OPEN);
        assert_int_equal(summary.rows, rows);
        assert_int_equal(unlink(made), 0);
        if (!failed) {
            return n;
        }
    }
}

/* Whichever call fails: an error, no recording, and the journal untouched;
 * else the whole recording. */
static void recovery_is_whole_or_refused(void **state)
{
    (void)state;
    write_session();
    for (int i = 0; i < 2; i++) {
        if (i == 1) {
            repeat_records();
        }
        assert_true(refuse_each(MEMORY, ENOMEM, ERR_NO_MEMORY, 200) > 0);
        assert_true(refuse_each(PREAD, EIO, ERR_IO, 200) > 0);
        assert_true(refuse_each(OPEN, EIO, ERR_IO, 200) > 0);
        assert_true(refuse_each(HDF5_WRITE, EIO, ERR_IO, 200) > 0);
    }
}

static void recovery_that_cannot_be_written_is_refused(void **state)
{
    (void)state;
    write_long_session();
    assert_true(refuse_each(HDF5_WRITE, EIO, ERR_IO, 1024 + 1) > 10);
}

static void clock_says_when_memory_is_out(void **state)
{
    (void)state;
    struct clock_probes probes = {0};
    for (int64_t i = 0; i < 200; i++) {
        /* It jumps at every tenth and bends between: many knots. */
        int64_t bend_ns = i % 10 > 5 ? (i % 10 - 5) * 300000 : 0;
        int64_t host_ns = (i + i / 10 * 10) * 1000000000 + bend_ns;
        struct recording_clock probe = {i * 1000000000, host_ns, 0, 100};
        plan(MEMORY, ENOMEM, 0, 1);
        int err = clock_probes_add(&probes, &probe, &error);
        if (err < 0) {
            assert_int_equal(err, ERR_NO_MEMORY);
            assert_int_equal(probes.total, i);
            memset(faults, 0, sizeof(faults));
            assert_int_equal(clock_probes_add(&probes, &probe, &error), 0);
        }
        /* Room doubles when a power of two is full. */
        assert_int_equal(err < 0, (i & (i - 1)) == 0);
    }
    assert_int_equal(probes.count, 200);
    int err = -1;
    for (unsigned n = 0; err < 0; n++) {
        struct clock_map map;
        double rate = 0;
        plan(MEMORY, ENOMEM, n, 1);
        err = clock_map_init(&map, &probes, &error);
        assert_true(err == 0 || err == ERR_NO_MEMORY);
        assert_int_equal(err == 0, faults[MEMORY].times);
        assert_int_equal(map.knots != NULL, err == 0);
        assert_int_equal(map.count > 0, err == 0);
        clock_map_deinit(&map);
        plan(MEMORY, ENOMEM, n, 1);
        assert_int_equal(clock_fit_rate(&probes, &rate, &error), err);
        assert_true(err == 0 || rate == 1);
        assert_true(n < 50);
    }
    memset(faults, 0, sizeof(faults));
    clock_probes_deinit(&probes);
}

#define TEST(function)                                                         \
    cmocka_unit_test_setup_teardown(function, make_folders, remove_folders)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(journal_that_cannot_be_made_leaves_nothing),
        TEST(missing_locks_are_no_error),
        TEST(path_longer_than_a_files_is_refused),
        TEST(open_says_what_failed),
        TEST(writing_goes_on_behind_what_is_there),
        TEST(reading_and_writing_outlast_interruptions),
        TEST(failed_append_is_written_over),
        TEST(space_is_set_aside_as_far_as_there_is_any),
        TEST(space_for_all_is_set_aside_or_refused),
        TEST(space_left_counts_what_is_set_aside),
        TEST(failed_sync_and_close_are_errors),
        TEST(removal_that_fails_is_told),
        TEST(doubt_about_the_name_is_no_error),
        TEST(moved_journal_is_told_with_its_new_name),
        TEST(journal_that_is_cut_by_another_is_told),
        TEST(removed_journal_is_saved_beside_its_place),
        TEST(journal_of_a_removed_folder_is_saved_above),
        TEST(place_where_the_copy_fails_is_passed_over),
        TEST(name_too_long_for_a_number_goes_further_up),
        TEST(removed_journal_goes_to_the_temporary_folder_last),
        TEST(failed_record_leaves_no_hole),
        TEST(file_that_cannot_be_read_is_not_called_strange),
        TEST(recovery_is_whole_or_refused),
        TEST(recovery_that_cannot_be_written_is_refused),
        TEST(clock_says_when_memory_is_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
