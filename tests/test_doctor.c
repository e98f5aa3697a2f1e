/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A computer that is not this one: its files in a folder, its USB that of
 * fake_libusb.h, its clock, disk and libraries as a case says. */
#include "acquire/doctor.h"
#include "acquire/fix.h"

#include <errno.h>
#include <fts.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "acquire/journal.h"
#include "tests/fake_libusb.h"

enum { FINDINGS = 32, PATH_SIZE = 512 };

#define TAGGED                                                                 \
    "SUBSYSTEM==\"usb\", ATTR{idVendor}==\"1209\", "                           \
    "ATTR{idProduct}==\"0001\", TAG+=\"uaccess\"\n"
#define GROUPED                                                                \
    "ATTR{idVendor}==\"1209\", ATTR{idProduct}==\"0001\", GROUP=\"lab\"\n"
#define OTHERS                                                                 \
    "ATTR{idVendor}==\"1209\", ATTR{idProduct}==\"0002\", TAG+=\"uaccess\"\n"

static struct computer {
    char root[64];
    char folder[128];
    struct doctor doctor;
    int64_t time_ns; /* of the disk's speed: each look takes step_ns */
    int64_t step_ns;
    struct statvfs disk;
    int clock; /* what adjtimex returns; -1 with EPERM */
    struct timex clock_state;
    const char *running[DOCTOR_LIBRARIES];
    struct doctor_finding found[FINDINGS];
    size_t count;
} here;

static int64_t slow_clock(void)
{
    here.time_ns += here.step_ns;
    return here.time_ns;
}

static int disk(const char *folder, struct statvfs *out)
{
    assert_string_equal(folder, here.folder);
    *out = here.disk;
    return 0;
}

static int read_clock(struct timex *inout)
{
    assert_int_equal(inout->modes, 0); /* it is not to be set */
    *inout = here.clock_state;
    errno = EPERM;
    return here.clock;
}

static void libraries(struct doctor_library out[DOCTOR_LIBRARIES])
{
    for (size_t i = 0; i < DOCTOR_LIBRARIES; i++) {
        out[i] = (struct doctor_library){
            .name = "a library", .built = "1.10.8", .exact = i == 0};
        snprintf(out[i].running, sizeof(out[i].running), "%s", here.running[i]);
    }
}

static void note(void *self, const struct doctor_finding *finding)
{
    struct computer *computer = self;
    assert_true(computer->count < FINDINGS);
    computer->found[computer->count++] = *finding;
}

/* All is well, but that there is no udev rule. */
static int setup(void **state)
{
    (void)state;
    fake_reset();
    here = (struct computer){.step_ns = 1000000,
                             .disk = {.f_bavail = 1 << 20, .f_frsize = 1 << 20},
                             .clock = TIME_OK};
    for (size_t i = 0; i < DOCTOR_LIBRARIES; i++) {
        here.running[i] = "1.10.8";
    }
    strcpy(here.root, "/tmp/carpus-doctor-XXXXXX");
    assert_non_null(mkdtemp(here.root));
    snprintf(here.folder, sizeof(here.folder), "%s/session", here.root);
    assert_int_equal(mkdir(here.folder, 0777), 0);
    doctor_init(&here.doctor, here.folder);
    here.doctor.root = here.root;
    here.doctor.user = 1000;
    here.doctor.now_ns = slow_clock;
    here.doctor.space = disk;
    here.doctor.clock = read_clock;
    here.doctor.libraries = libraries;
    return 0;
}

static void remove_all(char *folder)
{
    char *const folders[] = {folder, NULL};
    FTS *tree = fts_open(folders, FTS_PHYSICAL, NULL);
    assert_non_null(tree);
    for (FTSENT *e = fts_read(tree); e != NULL; e = fts_read(tree)) {
        if (e->fts_info != FTS_D) { /* a folder comes again, when empty */
            assert_int_equal(remove(e->fts_path), 0);
        }
    }
    fts_close(tree);
}

static int teardown(void **state)
{
    (void)state;
    remove_all(here.root);
    assert_int_equal(fake.live_handles, 0);
    assert_int_equal(fake.live_contexts, 0);
    return 0;
}

static void reset(void **state)
{
    teardown(state);
    setup(state);
}

/* Writes below the root, with the folders that this needs. */
static void put(const char *name, const char *text)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof(path), "%s%s", here.root, name);
    for (char *slash = path + strlen(here.root) + 1;
         (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        mkdir(path, 0777);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void examine(void)
{
    here.count = 0;
    doctor_run(&here.doctor, (struct doctor_listener){note, &here});
}

/* The n-th finding of a check, from 0. */
static const struct doctor_finding *finding(const char *check, int n)
{
    size_t i = 0;
    while (i < here.count &&
           (strcmp(here.found[i].check, check) != 0 || n-- > 0)) {
        i++;
    }
    assert_true(i < here.count);
    return &here.found[i];
}

static void expect(const char *check, enum doctor_level level, const char *text)
{
    examine();
    const struct doctor_finding *f = finding(check, 0);
    if (f->level != level || strstr(f->text, text) == NULL) {
        fail_msg("%s: %s, %s", check, doctor_level_name(f->level), f->text);
    }
}

static void rule_is_found_where_udev_finds_it(void **state)
{
    static const struct {
        struct {
            const char *name;
            const char *text;
        } files[2];
        uid_t user;
        enum doctor_level level;
        const char *text;
        bool fix;
    } cases[] = {
        {{{"/etc/udev/rules.d/70-carpus.rules", TAGGED}},
         1000,
         DOCTOR_OK,
         "/etc/udev/rules.d/70-carpus.rules",
         false},
        {{{"/usr/lib/udev/rules.d/70-carpus.rules", OTHERS TAGGED}},
         1000,
         DOCTOR_OK,
         "/usr/lib/udev",
         false},
        {{{"/usr/local/lib/udev/rules.d/70-carpus.rules", TAGGED}},
         1000,
         DOCTOR_OK,
         "/usr/local/lib/udev",
         false},
        {{{"/lib/udev/rules.d/10-x.rules", TAGGED}},
         1000,
         DOCTOR_OK,
         "/lib/udev",
         false},
        {{{"/run/udev/rules.d/73-a.rules", TAGGED}},
         1000,
         DOCTOR_OK,
         "/run/udev",
         false},
        {{{"/etc/udev/rules.d/73-seat-late.rules", TAGGED}},
         1000,
         DOCTOR_PROBLEM,
         "comes after 73-seat-late.rules",
         true},
        {{{"/etc/udev/rules.d/99-carpus.rules", TAGGED}},
         1000,
         DOCTOR_PROBLEM,
         "comes after 73-seat-late.rules",
         true},
        {{{"/etc/udev/rules.d/99-carpus.rules", TAGGED},
          {"/etc/udev/rules.d/70-carpus.rules", TAGGED}},
         1000,
         DOCTOR_OK,
         "70-carpus",
         false},
        {{{"/etc/udev/rules.d/70-carpus.rules", OTHERS}},
         1000,
         DOCTOR_PROBLEM,
         "not in place",
         true},
        {{{"/etc/udev/rules.d/70-carpus.rules", "# " TAGGED}},
         1000,
         DOCTOR_PROBLEM,
         "not in place",
         true},
        {{{"/etc/udev/rules.d/70-carpus.rules.old", TAGGED}},
         1000,
         DOCTOR_PROBLEM,
         "not in place",
         true},
        {{{"/etc/udev/rules.d/70-carpus.rules", ""},
          {"/usr/lib/udev/rules.d/70-carpus.rules", TAGGED}},
         1000,
         DOCTOR_PROBLEM,
         "not in place",
         true},
        {{{"/etc/udev/rules.d/70-carpus.rules", GROUPED}},
         1000,
         DOCTOR_WARNING,
         "no TAG+=\"uaccess\"",
         true},
        {{{"/etc/udev/rules.d/x.rules", ""}},
         0,
         DOCTOR_WARNING,
         "not in place",
         true},
        {{{NULL, NULL}}, 1000, DOCTOR_PROBLEM, "there is no udev", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        reset(state);
        for (size_t f = 0; f < 2 && cases[i].files[f].name != NULL; f++) {
            put(cases[i].files[f].name, cases[i].files[f].text);
        }
        here.doctor.user = cases[i].user;
        expect("udev rule", cases[i].level, cases[i].text);
        assert_int_equal(finding("udev rule", 0)->fix[0] != '\0', cases[i].fix);
    }
}

static void the_rule_that_is_shipped_is_good(void **state)
{
    (void)state;
    char text[4096];
    FILE *file = fopen("scripts/70-carpus.rules", "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    put("/etc/udev/rules.d/70-carpus.rules", text);
    expect("udev rule", DOCTOR_OK, "70-carpus.rules");
}

static void each_wristband_is_looked_at(void **state)
{
    (void)state;
    expect("wristbands", DOCTOR_OK, "W0001 at usb");
    fake.devices[1] = fake.devices[0];
    fake.devices[1].open_number = LIBUSB_ERROR_ACCESS;
    fake.device_count = 2;
    examine();
    assert_int_equal(finding("wristbands", 0)->level, DOCTOR_OK);
    assert_int_equal(finding("wristbands", 1)->level, DOCTOR_PROBLEM);
    assert_non_null(strstr(finding("wristbands", 1)->text, "no permission"));
    fake.device_count = 0;
    expect("wristbands", DOCTOR_OK, "none is plugged in");
    fake.device_count = -1;
    expect("wristbands", DOCTOR_WARNING, "has no USB");
}

static void memory_of_usb_is_read(void **state)
{
    (void)state;
    static const char name[] = "/sys/module/usbcore/parameters/usbfs_memory_mb";
    expect("USB memory", DOCTOR_WARNING, "does not tell");
    put(name, "many\n");
    expect("USB memory", DOCTOR_WARNING, "does not tell");
    put(name, "0\n");
    expect("USB memory", DOCTOR_OK, "no limit");
    put(name, "16\n");
    expect("USB memory", DOCTOR_OK,
           "16 MB for all programs; 8 wristbands "
           "need 0.25 MB");
    assert_string_equal(finding("USB memory", 0)->fix, "");
    put(name, "15\n");
    expect("USB memory", DOCTOR_WARNING, "15 MB");
    assert_string_equal(finding("USB memory", 0)->fix, FIX_USB_MEMORY);
}

/* 1667 Hz take 199 MB an hour, 4 MiB are left free. */
static void space_is_told_in_hours(void **state)
{
    (void)state;
    static const struct {
        unsigned mb;
        enum doctor_level level;
        const char *text;
    } cases[] = {
        {0, DOCTOR_PROBLEM, "0.0 GB, 0.0 h"},
        {202, DOCTOR_PROBLEM, "0.2 GB, 1.0 h"},
        {205, DOCTOR_WARNING, "0.2 GB, 1.0 h"},
        {1590, DOCTOR_WARNING, "1.6 GB, 8.0 h"},
        {1602, DOCTOR_OK, "1.6 GB, 8.0 h"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        here.disk = (struct statvfs){.f_bavail = cases[i].mb * 1000,
                                     .f_bfree = 1 << 30,
                                     .f_frsize = 1000};
        expect("disk space", cases[i].level, cases[i].text);
    }
}

static void assert_empty(const char *folder)
{
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(mkdir(folder, 0777), 0);
}

/* 262144 bytes a step; one wristband needs 27.7 KB/s, eight 221 KB/s. */
static void speed_is_held_against_what_wristbands_need(void **state)
{
    (void)state;
    static const struct {
        double step_s;
        enum doctor_level level;
        const char *text;
    } cases[] = {
        {0.001, DOCTOR_OK,
         "262.14 MB/s; a wristband needs 0.03 MB/s, 8 need "
         "0.22 MB/s"},
        {1.1, DOCTOR_OK, "0.24 MB/s"},
        {1.3, DOCTOR_WARNING, "0.20 MB/s"},
        {9, DOCTOR_WARNING, "0.03 MB/s"},
        {10, DOCTOR_PROBLEM, "0.03 MB/s"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        here.step_ns = (int64_t)(cases[i].step_s * 1e9);
        expect("disk speed", cases[i].level, cases[i].text);
        assert_empty(here.folder);
    }
}

static void slow_disk_is_not_written_to_for_long(void **state)
{
    (void)state;
    here.step_ns = 200000000;
    examine();
    assert_int_equal(here.time_ns, 4 * here.step_ns);
}

static void folder_that_is_gone_is_a_problem(void **state)
{
    (void)state;
    assert_int_equal(rmdir(here.folder), 0);
    expect("disk speed", DOCTOR_PROBLEM, "cannot write in");
    assert_int_equal(finding("journals", 0)->level, DOCTOR_WARNING);
}

static void clock_is_asked_whether_it_is_synchronised(void **state)
{
    (void)state;
    here.clock_state.maxerror = 12300;
    expect("clock", DOCTOR_OK, "within 12.3 ms");
    here.clock_state.status = STA_UNSYNC;
    expect("clock", DOCTOR_WARNING, "not synchronised");
    assert_string_equal(finding("clock", 0)->fix, "");
    put("/run/systemd/system/x", "");
    expect("clock", DOCTOR_WARNING, "not synchronised");
    assert_string_equal(finding("clock", 0)->fix, FIX_CLOCK);
    here.clock_state.status = 0;
    here.clock = TIME_ERROR;
    expect("clock", DOCTOR_WARNING, "not synchronised");
    here.clock = -1;
    expect("clock", DOCTOR_WARNING, "cannot be read");
}

static void libraries_are_those_of_the_build(void **state)
{
    (void)state;
    static const struct {
        size_t which; /* 0: the one that must be the same */
        const char *running;
        enum doctor_level level;
    } cases[] = {
        {0, "1.10.8", DOCTOR_OK},      {0, "1.10.9", DOCTOR_PROBLEM},
        {0, "1.10.7", DOCTOR_PROBLEM}, {0, "1.10", DOCTOR_PROBLEM},
        {2, "1.10.10", DOCTOR_OK},     {2, "1.9.9", DOCTOR_WARNING},
        {3, "1.10.7", DOCTOR_WARNING}, {3, "2.0.0", DOCTOR_OK},
        {1, "1.10.8.1", DOCTOR_OK},    {1, "", DOCTOR_WARNING},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        reset(state);
        here.running[cases[i].which] = cases[i].running;
        expect("libraries", cases[i].level, cases[i].running);
    }
}

static void libraries_that_run_here_are_named(void **state)
{
    (void)state;
    struct doctor real;
    doctor_init(&real, here.folder);
    here.doctor.libraries = real.libraries;
    expect("libraries", DOCTOR_OK, "HDF5 1.");
    struct doctor_library found[DOCTOR_LIBRARIES];
    real.libraries(found);
    for (size_t i = 0; i < DOCTOR_LIBRARIES; i++) {
        assert_string_equal(found[i].running, found[i].built);
    }
}

/* A journal with a description, or frames, or both; left open if `open`. */
static void make_journal(struct journal *journal, const char *name,
                         bool described, bool frames)
{
    char path[PATH_SIZE];
    struct error error;
    struct recording_info info = {.serial = "W1", .rate_nominal_hz = 104};
    snprintf(path, sizeof(path), "%s/%s", here.folder, name);
    assert_int_equal(journal_create(journal, path, &error), 0);
    if (described) {
        assert_int_equal(journal_append_session(journal, &info, &error), 0);
    }
    if (frames) {
        assert_int_equal(
            journal_append(journal, JOURNAL_FRAMES, "x", 1, &error), 0);
    }
}

static void leave_journal(const char *name, bool described, bool frames)
{
    struct journal journal;
    make_journal(&journal, name, described, frames);
    assert_int_equal(journal_file_close(&journal.file, NULL), 0);
}

static void journals_that_were_left_are_found(void **state)
{
    static const struct {
        const char *name;
        bool described;
        bool frames;
        const char *beside; /* a file that is there, too */
        enum doctor_level level;
        const char *text;
        const char *fix; /* after the folder */
    } cases[] = {
        {"s.h5.journal", true, true, NULL, DOCTOR_WARNING, "was left",
         "/s.h5.journal'"},
        {"it's.h5.journal", true, true, NULL, DOCTOR_WARNING, "was left",
         "/it'\\''s.h5.journal'"},
        {"s\033[2J.h5.journal", true, true, NULL, DOCTOR_WARNING, "s?[2J", ""},
        {"s\xff.h5.journal", true, true, NULL, DOCTOR_WARNING, "s?.h5", ""},
        {"s.h5.journal", true, true, "s.h5", DOCTOR_WARNING, "kept beside", ""},
        {"s.h5.journal", true, false, NULL, DOCTOR_WARNING, "no samples", ""},
        {"s.h5.journal", false, true, NULL, DOCTOR_WARNING, "no samples", ""},
        {"s.h5", true, true, NULL, DOCTOR_OK, "none was left", ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        reset(state);
        leave_journal(cases[i].name, cases[i].described, cases[i].frames);
        if (cases[i].beside != NULL) {
            char name[PATH_SIZE];
            snprintf(name, sizeof(name), "/session/%s", cases[i].beside);
            put(name, "");
        }
        expect("journals", cases[i].level, cases[i].text);
        char fix[PATH_SIZE] = "";
        if (cases[i].fix[0] != '\0') {
            snprintf(fix, sizeof(fix), "carpus recover '%s%s", here.folder,
                     cases[i].fix);
        }
        assert_string_equal(finding("journals", 0)->fix, fix);
    }
}

static void journal_that_is_being_written_is_all_right(void **state)
{
    (void)state;
    struct journal journal;
    make_journal(&journal, "s.h5.journal", true, true);
    expect("journals", DOCTOR_OK, "being written");
    assert_int_equal(journal_file_close(&journal.file, NULL), 0);
}

static void what_is_no_journal_is_said(void **state)
{
    (void)state;
    put("/session/a.h5.journal", "text");
    put("/session/b.h5.journal", "");
    leave_journal("c.h5.journal", true, true);
    examine();
    assert_string_equal(finding("journals", 0)->fix, "");
    assert_string_equal(finding("journals", 1)->fix, "");
    assert_non_null(strstr(finding("journals", 2)->fix, "c.h5.journal"));
}

static void commands_fit_a_terminal(void **state)
{
    (void)state;
    put("/etc/udev/rules.d/99-carpus.rules", TAGGED);
    here.running[0] = "2.0.0";
    examine();
    for (size_t i = 0; i < here.count; i++) {
        for (const char *line = here.found[i].fix; *line != '\0';) {
            size_t length = strcspn(line, "\n");
            assert_in_range(length, 1, 70);
            line += length + (line[length] == '\n');
        }
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(rule_is_found_where_udev_finds_it),
        TEST(the_rule_that_is_shipped_is_good),
        TEST(each_wristband_is_looked_at),
        TEST(memory_of_usb_is_read),
        TEST(space_is_told_in_hours),
        TEST(speed_is_held_against_what_wristbands_need),
        TEST(slow_disk_is_not_written_to_for_long),
        TEST(folder_that_is_gone_is_a_problem),
        TEST(clock_is_asked_whether_it_is_synchronised),
        TEST(libraries_are_those_of_the_build),
        TEST(libraries_that_run_here_are_named),
        TEST(journals_that_were_left_are_found),
        TEST(journal_that_is_being_written_is_all_right),
        TEST(what_is_no_journal_is_said),
        TEST(commands_fit_a_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
