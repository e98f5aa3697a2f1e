/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `carpus record` with a libusb that fails: every call of every function with
 * every error, once and from then on, and every way in which a transfer can
 * end. The whole command runs in this process, on fake_libusb.h with a virtual
 * wristband behind it, and time passes only while all wait (virtual_clock.h).
 *
 *   usb_faults calls|transfers|list [PART OF]
 *
 * PART of OF: only each OF-th point, so that several may run at once. Prints
 * "N passed, M failed".
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "acquire/clocks.h"
#include "acquire/cmd_record.h"
#include "acquire/session_apart.h"
#include "tests/fake_libusb.h"
#include "tests/usb/band.h"

#define FILE_NAME "r.h5"
#define JOURNAL_NAME FILE_NAME ".journal"

enum {
    RATE_HZ = 1667,
    POSITIONS = 64, /* transfers that end in each way */
    HANG_S = 60,    /* of the processor; a session takes a tenth of one */
};

static const struct function {
    const char *name;
    bool names_all; /* each enum libusb_error; else there is one way to fail */
} functions[FAKE_FUNCTIONS] = {
    [FAKE_INIT] = {"libusb_init", true},
    [FAKE_DEVICE_LIST] = {"libusb_get_device_list", true},
    [FAKE_DESCRIPTOR] = {"libusb_get_device_descriptor", true},
    [FAKE_PORTS] = {"libusb_get_port_numbers", true},
    [FAKE_OPEN] = {"libusb_open", true},
    [FAKE_STRING] = {"libusb_get_string_descriptor_ascii", true},
    [FAKE_CLAIM] = {"libusb_claim_interface", true},
    [FAKE_RELEASE] = {"libusb_release_interface", true},
    [FAKE_CONTROL] = {"libusb_control_transfer", true},
    [FAKE_CLEAR] = {"libusb_clear_halt", true},
    [FAKE_ALLOC] = {"libusb_alloc_transfer", false},
    [FAKE_SUBMIT] = {"libusb_submit_transfer", true},
    [FAKE_CANCEL] = {"libusb_cancel_transfer", true},
    [FAKE_EVENTS] = {"libusb_handle_events_timeout_completed", true},
    [FAKE_HOTPLUG] = {"libusb_hotplug_register_callback", true},
};

static const struct {
    int number;
    const char *name;
} errors[] = {
    {LIBUSB_ERROR_IO, "LIBUSB_ERROR_IO"},
    {LIBUSB_ERROR_INVALID_PARAM, "LIBUSB_ERROR_INVALID_PARAM"},
    {LIBUSB_ERROR_ACCESS, "LIBUSB_ERROR_ACCESS"},
    {LIBUSB_ERROR_NO_DEVICE, "LIBUSB_ERROR_NO_DEVICE"},
    {LIBUSB_ERROR_NOT_FOUND, "LIBUSB_ERROR_NOT_FOUND"},
    {LIBUSB_ERROR_BUSY, "LIBUSB_ERROR_BUSY"},
    {LIBUSB_ERROR_TIMEOUT, "LIBUSB_ERROR_TIMEOUT"},
    {LIBUSB_ERROR_OVERFLOW, "LIBUSB_ERROR_OVERFLOW"},
    {LIBUSB_ERROR_PIPE, "LIBUSB_ERROR_PIPE"},
    {LIBUSB_ERROR_INTERRUPTED, "LIBUSB_ERROR_INTERRUPTED"},
    {LIBUSB_ERROR_NO_MEM, "LIBUSB_ERROR_NO_MEM"},
    {LIBUSB_ERROR_NOT_SUPPORTED, "LIBUSB_ERROR_NOT_SUPPORTED"},
    {LIBUSB_ERROR_OTHER, "LIBUSB_ERROR_OTHER"},
};

enum { ERRORS = sizeof(errors) / sizeof(errors[0]) };

static const char *const status_names[] = {
    [LIBUSB_TRANSFER_COMPLETED] = "LIBUSB_TRANSFER_COMPLETED",
    [LIBUSB_TRANSFER_ERROR] = "LIBUSB_TRANSFER_ERROR",
    [LIBUSB_TRANSFER_TIMED_OUT] = "LIBUSB_TRANSFER_TIMED_OUT",
    [LIBUSB_TRANSFER_CANCELLED] = "LIBUSB_TRANSFER_CANCELLED",
    [LIBUSB_TRANSFER_STALL] = "LIBUSB_TRANSFER_STALL",
    [LIBUSB_TRANSFER_NO_DEVICE] = "LIBUSB_TRANSFER_NO_DEVICE",
    [LIBUSB_TRANSFER_OVERFLOW] = "LIBUSB_TRANSFER_OVERFLOW",
};

enum { STATUSES = sizeof(status_names) / sizeof(status_names[0]) };

static const char *const part_names[FAKE_PARTS] = {
    [FAKE_EMPTY] = "empty", [FAKE_SHORT] = "short", [FAKE_FULL] = "full"};

static struct band band;

static int vendor(const struct wire_setup *setup, uint8_t *data)
{
    return band_ask(&band, setup, data);
}

static size_t bulk(uint8_t *out, size_t size)
{
    return band_read(&band, out, size);
}

/* In place of the library's: virtual time would go round and round while
 * another process works. */
int session_build_apart(const char *journal, const char *path,
                        bool (*cancelled)(void), struct session_summary *out,
                        struct error *error)
{
    (void)cancelled;
    return session_build(journal, path, out, error);
}

/* ---- a session ---- */

struct session {
    int code;
    struct error error;
    bool recorded; /* there is a file */
    struct band_account account;
    bool holds;
    char why[BAND_WHY];
};

static void check_file(struct session *session)
{
    session->recorded = access(FILE_NAME, F_OK) == 0;
    session->holds =
        !session->recorded ||
        band_holds(&band, FILE_NAME, &session->account, session->why);
}

/* Has the program ended by SIGPROF after that much work; 0: not. */
static void limit_s(int s)
{
    const struct itimerval limit = {.it_value.tv_sec = s};
    setitimer(ITIMER_PROF, &limit, NULL);
}

/* Runs `carpus record` for that long, with the wristband's data gone wrong as
 * told. */
static void run_record(struct session *session, const char *for_text,
                       struct fake_fault fault, struct fake_mishap mishap)
{
    enum { ARGUMENTS = 8, SIZE = 16 };
    static const char *const words[ARGUMENTS] = {
        "carpus record", "-q", "--rate", "1667", "-o", FILE_NAME, "--for"};
    char copies[ARGUMENTS][SIZE];
    char *argv[ARGUMENTS + 1] = {0};
    for (int i = 0; i < ARGUMENTS; i++) {
        snprintf(copies[i], SIZE, "%s", words[i] ? words[i] : for_text);
        argv[i] = copies[i];
    }
    *session = (struct session){0};
    unlink(FILE_NAME);
    unlink(JOURNAL_NAME);
    fake_reset();
    band_begin(&band, "W0001");
    fake.vendor = vendor;
    fake.bulk = bulk;
    fake.fault = fault;
    fake.mishap = mishap;
    limit_s(HANG_S);
    session->code = record_run(NULL, ARGUMENTS, argv, &session->error);
    limit_s(0);
    check_file(session);
    band_end(&band);
}

static bool complain(struct session *session, const char *why)
{
    snprintf(session->why, sizeof(session->why), "%s", why);
    return false;
}

/* What holds after any session, whatever went wrong. */
static bool check_session(struct session *session, double for_s)
{
    if (fake.live_transfers != 0 || fake.live_handles != 0 ||
        fake.live_contexts != 0 || fake.flying_count != 0) {
        return complain(session, "something of libusb is left");
    }
    if (!session->holds) {
        return false;
    }
    bool journal = access(JOURNAL_NAME, F_OK) == 0;
    if (journal != (strstr(session->error.text, "carpus recover") != NULL)) {
        return complain(session, "a journal is left that is not told of");
    }
    if (session->code < 0) {
        return session->error.code == session->code &&
                       session->error.text[0] != '\0'
                   ? true
                   : complain(session, "no sentence");
    }
    if (!session->recorded || session->account.gaps > 0 ||
        (double)session->account.rows < for_s * RATE_HZ * 0.99) {
        return complain(session, "success, and something is missing");
    }
    return true;
}

/* ---- counting ---- */

static struct {
    long part;
    long of;
    long passed;
    long failed;
} tally = {.of = 1};

/* True if this process has to do a point: of the `n`-th transfer or call, the
 * `way`-th mishap. How many calls there are is not the same in all processes.
 */
static bool mine(int n, int way)
{
    return (n * 13L + way) % tally.of == tally.part;
}

static void count(bool good, const struct session *session, const char *what)
{
    tally.passed += good;
    tally.failed += !good;
    if (!good) {
        printf("FAILED %s: %s; code %d, %llu rows, %llu lost: %s\n", what,
               session->why, session->code,
               (unsigned long long)session->account.rows,
               (unsigned long long)session->account.lost, session->error.text);
    }
}

/* ---- calls that fail ---- */

/* The sentence names what failed and how; or the recording went on, and says
 * what it has lost meanwhile. What was unplugged is back in the end, unless
 * what finds it fails for ever: then it names why it went. */
static bool tells(struct session *session, struct fake_fault fault,
                  const char *error)
{
    const char *text = session->error.text;
    bool named = strstr(text, functions[fault.function].name) != NULL &&
                 strstr(text, error) != NULL;
    bool recorded = session->code == ERR_LOST && session->account.lost > 0;
    bool away = fault.forever && session->code == ERR_DEVICE_LOST &&
                strstr(text, "LIBUSB_TRANSFER_NO_DEVICE") != NULL;
    return session->code == 0 || named || recorded || away
               ? true
               : complain(session, "the sentence does not name it");
}

/* Sessions that between them call every function. Their mishaps lose nothing.
 */
static const struct {
    const char *name;
    const char *for_text;
    struct fake_mishap mishap;
} sessions[] = {
    {"plain", "0.1s", {0}},
    {"stalled", "0.1s", {2, LIBUSB_TRANSFER_STALL, FAKE_FULL}},
    {"unplugged", "1s", {2, LIBUSB_TRANSFER_NO_DEVICE, FAKE_FULL}},
};

enum { SESSIONS = sizeof(sessions) / sizeof(sessions[0]) };

static void fail_call(int kind, struct fake_fault fault, const char *error)
{
    char what[160];
    struct session session;
    const struct function *function = &functions[fault.function];
    const char *for_text = sessions[kind].for_text;
    run_record(&session, for_text, fault, sessions[kind].mishap);
    bool good = check_session(&session, strtod(for_text, NULL)) &&
                (!function->names_all || tells(&session, fault, error));
    snprintf(what, sizeof(what), "%s session, %s, call %d%s, %s",
             sessions[kind].name, function->name, fault.at,
             fault.forever ? " and all after it" : "", error);
    count(good, &session, what);
}

/* The call `at` fails in every way; the first one, for ever, too. */
static void fail_in_all_ways(int kind, enum fake_function function, int at)
{
    size_t ways = functions[function].names_all ? ERRORS : 1;
    for (size_t i = 0; i < ways; i++) {
        struct fake_fault fault = {
            .function = function, .at = at, .number = errors[i].number};
        if (!mine(at, (int)i)) {
            continue;
        }
        fail_call(kind, fault, errors[i].name);
        if (at == 1) {
            fault.forever = true;
            fail_call(kind, fault, errors[i].name);
        }
    }
}

static void fail_calls(void)
{
    struct session session;
    int calls[FAKE_FUNCTIONS];
    for (int kind = 0; kind < SESSIONS; kind++) {
        run_record(&session, sessions[kind].for_text, (struct fake_fault){0},
                   sessions[kind].mishap);
        if (!check_session(&session, 0) || session.code != 0) {
            count(false, &session, "a session without fault");
        }
        memcpy(calls, fake.calls, sizeof(calls));
        for (int f = 0; f < FAKE_FUNCTIONS; f++) {
            for (int at = 1; at <= calls[f]; at++) {
                fail_in_all_ways(kind, (enum fake_function)f, at);
            }
        }
    }
}

/* ---- transfers that go wrong ---- */

/* A third of a frame is as good as nothing; where all came, nothing is lost. */
static bool check_mishap(struct session *session, struct fake_mishap mishap)
{
    if (fake.bulks < POSITIONS) {
        return complain(session, "the session was too short");
    }
    if (mishap.part == FAKE_FULL) {
        return session->code == 0
                   ? true
                   : complain(session, "all came, and it is not recorded");
    }
    bool one_frame = session->account.gaps == 1 && session->account.lost > 0 &&
                     session->account.lost <= WIRE_SAMPLES_MAX;
    return session->code == ERR_LOST && one_frame
               ? true
               : complain(session, "not one gap of one frame");
}

static void fail_transfers(void)
{
    for (int status = 0; status < STATUSES; status++) {
        for (int at = 1; at <= POSITIONS; at++) {
            for (int part = 0; part < FAKE_PARTS; part++) {
                char what[160];
                struct session session;
                const struct fake_mishap mishap = {at, status,
                                                   (enum fake_part)part};
                if (!mine(at, part)) {
                    continue;
                }
                const char *for_text =
                    status == LIBUSB_TRANSFER_NO_DEVICE ? "4s" : "1.6s";
                run_record(&session, for_text, (struct fake_fault){0}, mishap);
                bool good = check_session(&session, strtod(for_text, NULL)) &&
                            check_mishap(&session, mishap);
                snprintf(what, sizeof(what), "%s, transfer %d, %s",
                         status_names[status], at, part_names[part]);
                count(good, &session, what);
            }
        }
    }
}

int main(int argc, char **argv)
{
    char folder[] = "/tmp/carpus-usb-XXXXXX";
    if (argc != 2 && argc != 4) {
        fprintf(stderr, "usage: usb_faults calls|transfers [PART OF]\n");
        return 2;
    }
    if (argc == 4) {
        tally.part = strtol(argv[2], NULL, 10);
        tally.of = strtol(argv[3], NULL, 10);
    }
    if (mkdtemp(folder) == NULL || chdir(folder) != 0) {
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (strcmp(argv[1], "calls") == 0) {
        fail_calls();
    } else {
        fail_transfers();
    }
    unlink(FILE_NAME);
    unlink(JOURNAL_NAME);
    if (chdir("/") == 0) {
        rmdir(folder);
    }
    printf("%ld passed, %ld failed\n", tally.passed, tally.failed);
    return tally.failed == 0 && tally.passed > 0 ? 0 : 1;
}
