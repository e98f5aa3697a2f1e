/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The process that reads: what becomes of one that has been taken over. */
#include "recording_maker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>

/* The HDF5 library, as a hostile file would have it. */
#define hdf5_file_open hostile_open
#define hdf5_file_read hostile_read
#define hdf5_file_close hostile_close
#include "acquire/hdf5_reader.c" /* NOLINT(bugprone-suspicious-include) */

/* What a row number asks for. */
enum misdeed {
    CRASH,
    LEAVE,
    SPIN,
    WAIT,
    FAIL_WITHOUT_END, /* a sentence that has no NUL */
    OPEN_TO_READ,
    OPEN_TO_WRITE,
    CONNECT,
    FORK,
    RUN,
    KILL_PARENT,
    MAP_CODE,
};

static int map_code(void)
{
    void *code = mmap(NULL, 4096, PROT_READ | PROT_EXEC,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return code == MAP_FAILED ? -1 : munmap(code, 4096);
}

static int try_call(enum misdeed misdeed)
{
    static char *const none[] = {NULL};
    switch (misdeed) {
    case OPEN_TO_READ:
        return open("/etc/passwd", O_RDONLY);
    case OPEN_TO_WRITE:
        return open("/tmp/carpus-hostile", O_WRONLY | O_CREAT, 0600);
    case CONNECT:
        return socket(AF_INET, SOCK_STREAM, 0);
    case FORK:
        return fork();
    case RUN:
        return execve("/bin/true", none, none);
    case KILL_PARENT:
        return kill(getppid(), SIGTERM);
    case MAP_CODE:
        return map_code();
    default:
        return -2;
    }
}

int hostile_open(const char *path, size_t sensor, struct hdf5_file *out,
                 struct hdf5_contents *contents, struct error *error)
{
    (void)out;
    (void)sensor;
    memset(contents, 0, sizeof(*contents));
    memset(&contents->info, 'x', sizeof(contents->info));
    memset(contents->sensor, 'x', sizeof(contents->sensor));
    contents->info.notes[0] = '\x1b';
    contents->info.notes[1] = '\xc2';
    contents->info.notes[2] = '\x9b';
    contents->info.notes[3] = '\xc3'; /* a letter */
    contents->info.notes[4] = '\xa9';
    contents->info.notes[5] = '\n';
    contents->info.notes[6] = '\0';
    if (strcmp(path, "crash") == 0) {
        abort();
    }
    /* May be read yet, not written. */
    int to_read = try_call(OPEN_TO_READ);
    int to_write = try_call(OPEN_TO_WRITE);
    if (to_read < 0 || to_write >= 0) {
        return error_set(error, ERR_INTERNAL, "opening");
    }
    return 0;
}

int hostile_read(struct hdf5_file *file, enum hdf5_set set, uint64_t first,
                 size_t n, void *out, struct error *error)
{
    (void)file;
    (void)set;
    (void)n;
    int *results = out;
    switch (first) {
    case CRASH:
        abort();
    case LEAVE:
        _exit(3);
    case SPIN:
        for (volatile unsigned i = 0;; i++) {
        }
    case WAIT:
        return raise(SIGSTOP);
    case FAIL_WITHOUT_END:
        memset(error, 'x', sizeof(*error));
        return -1000;
    default:
        errno = 0;
        results[0] = try_call((enum misdeed)first);
        results[1] = errno;
        return 0;
    }
}

void hostile_close(struct hdf5_file *file)
{
    (void)file;
}

static const struct hdf5_limits limits = {
    .memory = 1 << 28, .processor_s = 1, .silence_s = 60};

static struct hdf5_reader *open_bad(const struct hdf5_contents **contents)
{
    struct hdf5_reader *reader = NULL;
    const struct hdf5_contents *unused;
    if (hdf5_reader_open("bad.h5", &limits, 0, &reader,
                         contents != NULL ? contents : &unused, NULL) != 0 ||
        reader == NULL) {
        abort();
    }
    return reader;
}

static void whatever_the_process_does_is_an_error_here(void **state)
{
    static const struct {
        enum misdeed misdeed;
        int code;
        double silence_s;
        const char *says;
    } cases[] = {
        {CRASH, ERR_DAMAGED, 60, "crashed on it (signal 6)"},
        {LEAVE, ERR_DAMAGED, 60, "crashed on it (status 3)"},
        {SPIN, ERR_DAMAGED, 60, "more than 1 s of processor time"},
        {WAIT, ERR_DAMAGED, 0.5, "took more than 0.5 s"},
        {FAIL_WITHOUT_END, -1000, 60, "xxxxxxxxxx"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const void *rows;
        struct error error = {0};
        struct hdf5_reader *reader = open_bad(NULL);
        reader->limits.silence_s = cases[i].silence_s;
        assert_int_equal(hdf5_reader_read(reader, HDF5_SET_ACCEL,
                                          cases[i].misdeed, 1, &rows, &error),
                         cases[i].code);
        assert_non_null(strstr(error.text, cases[i].says));
        assert_true(strlen(error.text) < sizeof(error.text));
        if (cases[i].misdeed != FAIL_WITHOUT_END) {
            assert_non_null(strstr(error.text, "'bad.h5'"));
            assert_int_equal(
                hdf5_reader_read(reader, HDF5_SET_ACCEL, 0, 1, &rows, &error),
                ERR_DAMAGED);
            assert_non_null(strstr(error.text, "before"));
        }
        hdf5_reader_close(reader);
    }
}

static void a_crash_while_opening_is_an_error(void **state)
{
    struct hdf5_reader *reader = NULL;
    const struct hdf5_contents *contents = NULL;
    struct error error = {0};
    (void)state;
    assert_int_equal(
        hdf5_reader_open("crash", &limits, 0, &reader, &contents, &error),
        ERR_DAMAGED);
    assert_non_null(strstr(error.text, "'crash'"));
}

static void text_ends_and_commands_no_terminal(void **state)
{
    const struct hdf5_contents *contents = NULL;
    (void)state;
    struct hdf5_reader *reader = open_bad(&contents);
    assert_string_equal(contents->info.notes, "???\xc3\xa9\n");
    assert_int_equal(strlen(contents->info.label),
                     sizeof(contents->info.label) - 1);
    assert_int_equal(strlen(contents->sensor[0].serial),
                     sizeof(contents->sensor[0].serial) - 1);
    hdf5_reader_close(reader);
}

/* A kernel may lack system call filters; then this cannot be shown. */
static bool filters_calls(void)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[256];
    bool found = false;
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        found |= strncmp(line, "Seccomp:", 8) == 0;
    }
    if (file != NULL) {
        fclose(file);
    }
    return found;
}

static void it_can_do_nothing_but_read(void **state)
{
    struct error error = {0};
    (void)state;
    if (!filters_calls()) {
        skip();
    }
    struct hdf5_reader *reader = open_bad(NULL);
    for (int misdeed = OPEN_TO_READ; misdeed <= MAP_CODE; misdeed++) {
        const void *rows = NULL;
        int results[2] = {0};
        assert_int_equal(hdf5_reader_read(reader, HDF5_SET_ACCEL,
                                          (uint64_t)misdeed, 1, &rows, &error),
                         0);
        if (rows != NULL) {
            memcpy(results, rows, sizeof(results));
        }
        if (results[0] != -1 || results[1] != EPERM) {
            fail_msg("misdeed %d: %d, errno %d", misdeed, results[0],
                     results[1]);
        }
    }
    hdf5_reader_close(reader);
}

/* Ctrl-C reaches both; who was asked to end may still want to finish. */
static void signals_of_a_terminal_are_left_to_the_parent(void **state)
{
    const void *rows;
    (void)state;
    struct hdf5_reader *reader = open_bad(NULL);
    static const int signals[] = {SIGINT, SIGHUP, SIGTERM, SIGQUIT};
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        kill(reader->pid, signals[i]);
    }
    assert_int_equal(
        hdf5_reader_read(reader, HDF5_SET_ACCEL, OPEN_TO_WRITE, 1, &rows, NULL),
        0);
    hdf5_reader_close(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_the_process_does_is_an_error_here),
        cmocka_unit_test(a_crash_while_opening_is_an_error),
        cmocka_unit_test(text_ends_and_commands_no_terminal),
        cmocka_unit_test(it_can_do_nothing_but_read),
        cmocka_unit_test(signals_of_a_terminal_are_left_to_the_parent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
