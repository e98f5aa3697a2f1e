/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The journal's file where the system does what it is asked; where it refuses,
 * test_failing_calls.c.
 */
#include "recording_maker.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "acquire/journal_file.h"

enum { STEP = 16 << 20, COPIED_AT_ONCE = 64 << 10 };

static struct journal_file file;
static struct error error;

static uint8_t byte_at(size_t i)
{
    return (uint8_t)(i * 37 + (i >> 8));
}

static void append(size_t size)
{
    uint8_t *data = calloc(1, size + 1);
    assert_non_null(data);
    for (size_t i = 0; i < size; i++) {
        data[i] = byte_at((size_t)file.size + i);
    }
    assert_int_equal(journal_file_append(&file, data, size, &error), 0);
    free(data);
}

static void create(const char *path, size_t size)
{
    unlink(path);
    assert_int_equal(journal_file_create(&file, path, &error), 0);
    append(size);
}

static void close_file(void)
{
    assert_int_equal(journal_file_close(&file, &error), 0);
}

/* Exactly what was appended. */
static void assert_holds(const char *path, size_t size)
{
    uint8_t *got = calloc(1, size + 1);
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    assert_non_null(got);
    assert_int_equal(fread(got, 1, size + 1, in), size);
    for (size_t i = 0; i < size; i++) {
        assert_int_equal(got[i], byte_at(i));
    }
    fclose(in);
    free(got);
}

static size_t count_open(void)
{
    return folder_count("/proc/self/fd");
}

static void put_there(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    close(fd);
}

/* ---- opening ---- */

/* As cron and some services start a program: the first file that it opens is
 * number 0. */
static void closed_standard_input_does_no_harm(void **state)
{
    const struct folder *folder = *state;
    int input = dup(STDIN_FILENO);
    uint8_t byte;

    close(STDIN_FILENO);
    create(folder->file, 3);
    assert_int_equal(file.fd, 0);
    close_file();
    assert_int_equal(journal_file_continue(&file, folder->file, 3, &error), 0);
    append(2);
    close_file();
    assert_holds(folder->file, 5);
    assert_int_equal(journal_file_open(&file, folder->file, &error), 0);
    assert_int_equal(journal_file_read(&file, 4, &byte, 1, &error), 1);
    assert_int_equal(byte, byte_at(4));
    close_file();
    assert_int_equal(dup2(input, STDIN_FILENO), STDIN_FILENO);

    create(folder->file, 3);
    close(STDIN_FILENO);
    assert_int_equal(unlink(folder->file), 0);
    assert_int_equal(journal_file_sync(&file, &error), ERR_IO);
    assert_string_equal(file.path, folder->file);
    assert_int_equal(file.fd, 0);
    close_file();
    assert_holds(folder->file, 3);
    assert_int_equal(dup2(input, STDIN_FILENO), STDIN_FILENO);
    close(input);
}

/* To close what was never opened closes nobody's file. */
static void file_that_was_refused_is_not_open(void **state)
{
    (void)state;
    static char name[sizeof(file.path) + 1];
    memset(name, 'x', sizeof(name) - 1);
    memset(&file, 0, sizeof(file));
    assert_int_equal(journal_file_open(&file, name, &error), ERR_USAGE);
    assert_int_equal(file.fd, -1);
    close_file();
    assert_int_equal(journal_file_open(&file, "/none/x", &error), ERR_NO_INPUT);
    assert_int_equal(file.fd, -1);
}

static void assert_mode(const char *path, mode_t mode)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, mode);
}

/* A journal that is saved elsewhere too. */
static void permissions_are_those_of_ordinary_files(void **state)
{
    const struct folder *folder = *state;
    static const mode_t masks[] = {0, 022, 077};
    for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
        mode_t before = umask(masks[i]);
        create(folder->file, 3);
        assert_mode(folder->file, 0666 & ~masks[i]);
        assert_int_equal(unlink(folder->file), 0);
        assert_int_equal(journal_file_sync(&file, &error), ERR_IO);
        assert_mode(file.path, 0666 & ~masks[i]);
        close_file();
        umask(before);
    }
}

/* ---- space ---- */

static void space_is_set_aside_behind_the_beginning(void **state)
{
    const struct folder *folder = *state;
    const uint8_t bytes[] = {byte_at(0), byte_at(1), byte_at(2)};
    assert_int_equal(journal_file_create(&file, folder->file, &error), 0);
    assert_int_equal(journal_file_begin(&file, bytes, sizeof(bytes), &error),
                     0);
    assert_int_equal(file.allocated, 3 + STEP);
    append(STEP + 1);
    assert_int_equal(file.allocated, 4 + 2 * STEP);
    close_file();
    assert_holds(folder->file, 4 + STEP);
}

/* No more is asked for until it is used up; then a step beyond what is
 * needed. */
static void space_that_was_reserved_is_used_first(void **state)
{
    const struct folder *folder = *state;
    create(folder->file, 0);
    assert_int_equal(journal_file_reserve(&file, 100, &error), 0);
    append(99);
    append(1);
    assert_int_equal(file.allocated, 100);
    append(10);
    assert_int_equal(file.allocated, 110 + STEP);
    append(STEP + 1);
    assert_int_equal(file.allocated, 111 + 2 * STEP);
    close_file();
    assert_holds(folder->file, 111 + STEP);
}

/* ---- a file that lost its name ---- */

static void assert_told(const char *what, const char *from, const char *to)
{
    char text[400];
    snprintf(text, sizeof(text),
             "'%s' was %s while it was written; what came is kept: run "
             "`carpus recover %s`",
             from, what, to);
    assert_string_equal(error.text, text);
    assert_string_equal(file.path, to);
}

static void message_tells_both_names(void **state)
{
    const struct folder *folder = *state;
    char moved[128];
    char saved[128];
    snprintf(moved, sizeof(moved), "%s/moved", folder->path);
    snprintf(saved, sizeof(saved), "%s/1-moved", folder->path);
    create(folder->file, 3);
    assert_int_equal(rename(folder->file, moved), 0);
    assert_int_equal(journal_file_sync(&file, &error), ERR_IO);
    assert_told("moved", folder->file, moved);
    assert_int_equal(unlink(moved), 0);
    put_there(moved);
    assert_int_equal(journal_file_sync(&file, &error), ERR_IO);
    assert_told("removed", moved, saved);
    close_file();
}

/* The copy is as long as the journal is, not as what was set aside, and goes on
 * where that ended. */
static void saved_copy_is_whole_and_goes_on(void **state)
{
    const struct folder *folder = *state;
    static const size_t sizes[] = {0, 1, COPIED_AT_ONCE, COPIED_AT_ONCE + 1,
                                   2 * COPIED_AT_ONCE + 1};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        create(folder->file, sizes[i]);
        assert_int_equal(unlink(folder->file), 0);
        assert_int_equal(journal_file_sync(&file, &error), ERR_IO);
        assert_string_equal(file.path, folder->file);
        assert_holds(folder->file, sizes[i]);
        append(10);
        assert_int_equal(journal_file_sync(&file, &error), 0);
        close_file();
        assert_holds(folder->file, sizes[i] + 10);
    }
}

/* As the journal was: nobody recovers it before it is closed. */
static void saved_copy_is_locked(void **state)
{
    const struct folder *folder = *state;
    struct journal_file other;
    create(folder->file, 3);
    assert_int_equal(unlink(folder->file), 0);
    assert_int_equal(journal_file_sync(&file, &error), ERR_IO);
    assert_int_equal(journal_file_open(&other, file.path, &error), ERR_BUSY);
    close_file();
    assert_int_equal(journal_file_open(&other, file.path, &error), 0);
    assert_int_equal(journal_file_close(&other, &error), 0);
}

/* What was removed takes up no space any more, and nothing stays open. */
static void saving_leaves_nothing_open(void **state)
{
    const struct folder *folder = *state;
    size_t opened = count_open();
    create(folder->file, 3);
    assert_int_equal(unlink(folder->file), 0);
    assert_int_equal(journal_file_sync(&file, &error), ERR_IO);
    close_file();
    assert_int_equal(count_open(), opened);
}

static void name_that_is_taken_gets_a_number(void **state)
{
    const struct folder *folder = *state;
    static const int numbers[] = {1, 9, 99};
    char path[160];
    int taken = 1;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        create(folder->file, 3);
        assert_int_equal(unlink(folder->file), 0);
        put_there(folder->file);
        for (; taken < numbers[i]; taken++) {
            snprintf(path, sizeof(path), "%s/%d-recording.h5", folder->path,
                     taken);
            put_there(path);
        }
        snprintf(path, sizeof(path), "%s/%d-recording.h5", folder->path, taken);
        assert_int_equal(journal_file_sync(&file, &error), ERR_IO);
        assert_string_equal(file.path, path);
        close_file();
        assert_int_equal(unlink(path), 0);
    }
}

#define IN_FOLDER(test)                                                        \
    cmocka_unit_test_setup_teardown(test, folder_new, folder_free)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(closed_standard_input_does_no_harm),
        IN_FOLDER(file_that_was_refused_is_not_open),
        IN_FOLDER(permissions_are_those_of_ordinary_files),
        IN_FOLDER(space_is_set_aside_behind_the_beginning),
        IN_FOLDER(space_that_was_reserved_is_used_first),
        IN_FOLDER(message_tells_both_names),
        IN_FOLDER(saved_copy_is_whole_and_goes_on),
        IN_FOLDER(saved_copy_is_locked),
        IN_FOLDER(saving_leaves_nothing_open),
        IN_FOLDER(name_that_is_taken_gets_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
