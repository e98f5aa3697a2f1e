/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "acquire/apart.h"
#include "acquire/output.h"
#include "acquire/record_text.h"

static char folder[64];
static char path[128];
static struct error error;

struct result {
    int number;
    pid_t pid;
};

static int run(int (*work)(const void *, void *, struct error *),
               bool (*cancelled)(void), struct result *result)
{
    static const int number = 42;
    const struct apart apart = {path, work, &number, sizeof(*result),
                                cancelled};
    memset(&error, 0, sizeof(error));
    memset(result, 0, sizeof(*result));
    return apart_run(&apart, result, &error);
}

static void begin_output(void)
{
    struct output output;
    if (output_open(&output, path, NULL) < 0) {
        abort();
    }
}

/* How many files the folder has; they are removed if told. */
static int count_files(bool removed)
{
    int count = 0;
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    assert_non_null(dir);
    /* cppcheck-suppress readdirCalled; one thread */
    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_type == DT_REG) {
            count++;
            removed = removed && unlinkat(dirfd(dir), entry->d_name, 0) == 0;
        }
    }
    closedir(dir);
    return count;
}

/* ---- kinds of work ---- */

static int answer(const void *context, void *result, struct error *why)
{
    struct result *out = result;
    out->number = *(const int *)context;
    out->pid = getpid();
    (void)why;
    return 7;
}

static int refuse(const void *context, void *result, struct error *why)
{
    (void)answer(context, result, why);
    return error_set(why, ERR_FULL, "no room");
}

static int crash(const void *context, void *result, struct error *why)
{
    begin_output();
    (void)answer(context, result, why);
    abort();
}

static int leave(const void *context, void *result, struct error *why)
{
    (void)context;
    (void)result;
    (void)why;
    begin_output();
    _exit(3);
}

static int last_for_ever(const void *context, void *result, struct error *why)
{
    begin_output();
    (void)answer(context, result, why);
    while (kill(getpid(), 0) == 0) {
        pause();
    }
    return 0;
}

static int be_told_to_end(const void *context, void *result, struct error *why)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        raise(signals[i]);
    }
    return answer(context, result, why);
}

static bool after_a_while(void)
{
    static int asked;
    return ++asked >= 2;
}

static bool never(void)
{
    return false;
}

/* ---- rules ---- */

static void result_code_and_sentence_come_back(void **state)
{
    (void)state;
    struct result result;
    assert_int_equal(run(answer, NULL, &result), 7);
    assert_int_equal(result.number, 42);
    assert_int_not_equal(result.pid, getpid());
    assert_int_equal(error.code, 0);
    assert_int_equal(run(refuse, never, &result), ERR_FULL);
    assert_int_equal(error.code, ERR_FULL);
    assert_string_equal(error.text, "no room");
    assert_int_equal(result.number, 42);
}

/* Of this output and this process only. */
static void crash_is_an_error_and_leaves_nothing(void **state)
{
    (void)state;
    struct result result;
    char other[192];
    snprintf(other, sizeof(other), "%s.part-1-abcdef", path);
    close(open(other, O_CREAT | O_WRONLY, 0600));
    assert_int_equal(run(crash, NULL, &result), ERR_IO);
    assert_non_null(strstr(error.text, path));
    assert_non_null(strstr(error.text, "signal 6"));
    assert_int_equal(result.number, 0);
    assert_int_equal(run(leave, NULL, &result), ERR_IO);
    assert_non_null(strstr(error.text, "status 3"));
    assert_int_equal(count_files(false), 1);
    unlink(other);
}

static void cancelled_work_ends_and_leaves_nothing(void **state)
{
    (void)state;
    struct result result;
    assert_int_equal(run(last_for_ever, after_a_while, &result), ERR_STOPPED);
    assert_non_null(strstr(error.text, path));
    assert_int_equal(count_files(false), 0);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static void signals_are_for_the_parent(void **state)
{
    (void)state;
    struct result result;
    assert_int_equal(run(be_told_to_end, NULL, &result), 7);
}

static void work_ends_with_the_parent(void **state)
{
    (void)state;
    int ends[2];
    char byte;
    assert_int_equal(pipe(ends), 0);
    pid_t parent = fork();
    if (parent == 0) {
        struct result result;
        (void)run(last_for_ever, NULL, &result);
        _exit(0);
    }
    close(ends[1]);
    while (count_files(false) == 0) {
        usleep(10000);
    }
    assert_int_equal(kill(parent, SIGKILL), 0);
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    /* Both had it open; no test that fails waits for ever. */
    alarm(20);
    assert_int_equal(read(ends[0], &byte, 1), 0);
    alarm(0);
    close(ends[0]);
    assert_int_equal(count_files(true), 1); /* as after any SIGKILL */
}

static void folder_that_is_not_there_is_told_by_the_work(void **state)
{
    (void)state;
    struct result result;
    char before[sizeof(path)];
    memcpy(before, path, sizeof(path));
    snprintf(path, sizeof(path), "/no/such/folder/x");
    assert_int_equal(run(refuse, NULL, &result), ERR_FULL);
    memcpy(path, before, sizeof(path));
}

static void long_name_is_cut_between_characters(void **state)
{
    (void)state;
    struct output output;
    for (int odd = 0; odd < 2; odd++) {
        char name[256] = "";
        char full[400];
        size_t length = (size_t)odd;
        memset(name, 'x', length);
        for (; length + 2 < sizeof(name); length += 2) {
            name[length] = '\xc3';
            name[length + 1] = '\xa9';
        }
        snprintf(full, sizeof(full), "%s/%s", folder, name);
        assert_int_equal(output_open(&output, full, &error), 0);
        assert_string_equal(output.path, full);
        assert_true(record_text_is_utf8(output.temporary));
        output_abort(&output);
    }
}

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(strcpy(folder, "/tmp/carpus-apart-XXXXXX")) == NULL) {
        return -1;
    }
    snprintf(path, sizeof(path), "%s/x.h5", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(result_code_and_sentence_come_back),
        cmocka_unit_test(crash_is_an_error_and_leaves_nothing),
        cmocka_unit_test(cancelled_work_ends_and_leaves_nothing),
        cmocka_unit_test(signals_are_for_the_parent),
        cmocka_unit_test(folder_that_is_not_there_is_told_by_the_work),
        cmocka_unit_test(work_ends_with_the_parent),
        cmocka_unit_test(long_name_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
