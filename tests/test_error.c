/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "acquire/error.h"

enum { STATUSES = 256 };

/* The statuses that the manual explains: items of its list that are numbers. */
static void read_manual(bool explained[STATUSES])
{
    FILE *file = fopen("scripts/manual.inc", "r");
    assert_non_null(file);
    char line[256];
    bool is_item = false;
    while (fgets(line, sizeof(line), file) != NULL) {
        char *end;
        long status = strtol(line, &end, 10);
        if (is_item && end != line) {
            assert_string_equal(end, "\n");
            assert_in_range(status, 0, STATUSES - 1);
            assert_false(explained[status]);
            explained[status] = true;
        }
        is_item = strcmp(line, ".TP\n") == 0;
    }
    fclose(file);
}

static void manual_explains_every_exit_status_and_no_other(void **state)
{
    (void)state;
    bool explained[STATUSES] = {false};
    bool used[STATUSES] = {false};
    read_manual(explained);
    used[error_exit_status(0)] = true;
    for (int code = ERR_INTERNAL; code >= ERR_UNFIT; code--) {
        used[error_exit_status(code)] = true;
    }
    for (int status = 0; status < STATUSES; status++) {
        if (explained[status] != used[status]) {
            fail_msg("status %d: %s", status,
                     used[status] ? "not in the manual" : "never used");
        }
    }
}

/* Each status once, with the words of all its codes; and no further than there
 * is room. */
static void statuses_are_listed_for_help(void **state)
{
    (void)state;
    char all[1024];
    char little[40];
    error_statuses(all, sizeof(all));
    for (int code = ERR_INTERNAL; code >= ERR_UNFIT; code--) {
        char number[8];
        snprintf(number, sizeof(number), "%d ", error_exit_status(code));
        const char *at = strstr(all, number);
        assert_non_null(at);
        assert_null(strstr(at + 1, number));
        assert_non_null(strstr(at, error_name(code)));
    }
    error_statuses(little, sizeof(little));
    assert_true(strlen(little) < sizeof(little));
    assert_memory_equal(little, all, strlen(little));
}

static void every_code_has_its_own_name(void **state)
{
    (void)state;
    for (int a = ERR_INTERNAL; a >= ERR_UNFIT; a--) {
        for (int b = a - 1; b >= ERR_UNFIT; b--) {
            assert_string_not_equal(error_name(a), error_name(b));
        }
    }
    assert_string_equal(error_name(0), "ok");
}

static void system_errors_get_the_code_a_person_expects(void **state)
{
    (void)state;
    static const struct {
        int number;
        int code;
    } cases[] = {
        {ENOENT, ERR_NO_INPUT},
        {EISDIR, ERR_NO_INPUT},
        {EACCES, ERR_PERMISSION},
        {EEXIST, ERR_EXISTS},
        {EROFS, ERR_CREATE},
        {ENAMETOOLONG, ERR_CREATE},
        {ENOSPC, ERR_FULL},
        {ENOMEM, ERR_NO_MEMORY},
        {EIO, ERR_IO},
        {ENXIO, ERR_IO},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct error error = {0};
        int code =
            error_from_errno(&error, cases[i].number, "cannot %s", "read 'x'");
        assert_int_equal(code, cases[i].code);
        assert_int_equal(error.code, code);
        assert_ptr_equal(strstr(error.text, "cannot read 'x': "), error.text);
        assert_int_equal(error_from_errno(NULL, cases[i].number, "x"), code);
    }
}

static void sentence_too_long_is_cut_not_overrun(void **state)
{
    (void)state;
    struct error error = {0};
    char name[5000];
    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    error_from_errno(&error, ENOENT, "cannot read '%s'", name);
    assert_true(strlen(error.text) < sizeof(error.text));
    error_set(&error, ERR_DATA, "%s", name);
    assert_int_equal(strlen(error.text), sizeof(error.text) - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(manual_explains_every_exit_status_and_no_other),
        cmocka_unit_test(statuses_are_listed_for_help),
        cmocka_unit_test(every_code_has_its_own_name),
        cmocka_unit_test(system_errors_get_the_code_a_person_expects),
        cmocka_unit_test(sentence_too_long_is_cut_not_overrun),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
