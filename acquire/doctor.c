/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/doctor.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fftw3.h>
#include <hdf5.h>
#include <libusb.h>
#include <seccomp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "acquire/clocks.h"
#include "acquire/device.h"
#include "acquire/fix.h"
#include "acquire/journal.h"
#include "acquire/record_text.h"
#include "acquire/recorder.h"
#include "acquire/udev_rule.h"
#include "acquire/usb_stream.h"

enum { PATH_SIZE = 4352, RATE_MOST_HZ = 1667 };

/* One check, while it is made. */
struct visit {
    const struct doctor *doctor;
    struct doctor_listener listener;
    const char *check;
};

/* Names of files may be anything: what is no text becomes '?'. */
static void clean(char *text)
{
    bool utf8 = record_text_is_utf8(text);
    for (char *c = text; *c != '\0'; c++) {
        unsigned char byte = (unsigned char)*c;
        if (iscntrl(byte) || (byte >= 0x80 && !utf8)) {
            *c = '?';
        }
    }
}

static void tell(const struct visit *visit, enum doctor_level level,
                 const char *fix, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

static void tell(const struct visit *visit, enum doctor_level level,
                 const char *fix, const char *format, ...)
{
    struct doctor_finding finding = {.check = visit->check, .level = level};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(finding.text, sizeof(finding.text), format, arguments);
    va_end(arguments);
    clean(finding.text);
    snprintf(finding.fix, sizeof(finding.fix), "%s", fix);
    visit->listener.found(visit->listener.self, &finding);
}

/* ---- udev rule ---- */

static void check_rule(const struct visit *visit)
{
    const struct doctor *doctor = visit->doctor;
    struct udev_rule_found best;
    udev_rule_find(doctor->root, &best);
    /* Root may use any device. */
    enum doctor_level bad = doctor->user == 0 ? DOCTOR_WARNING : DOCTOR_PROBLEM;
    switch (best.rule) {
    case UDEV_RULE_GOOD:
        tell(visit, DOCTOR_OK, "", "%s", best.path);
        break;
    case UDEV_RULE_UNTAGGED:
        tell(visit, DOCTOR_WARNING, FIX_UDEV_RULE, "%s has no TAG+=\"uaccess\"",
             best.path);
        break;
    case UDEV_RULE_LATE:
        tell(visit, bad, FIX_UDEV_RULE,
             "%s comes after %s, which is to act on it", best.path,
             udev_rule_acts);
        break;
    case UDEV_RULE_NONE:
        tell(visit, bad, best.folders > 0 ? FIX_UDEV_RULE : "",
             best.folders > 0
                 ? "not in place: only root may use a wristband"
                 : "there is no udev: only root may use a wristband");
        break;
    }
}

/* ---- USB ---- */

static void check_wristbands(const struct visit *visit)
{
    struct device_entry entries[64];
    struct error note;
    size_t count;
    int there = 0;
    int err = device_list(entries, sizeof(entries) / sizeof(entries[0]), &count,
                          &note);
    for (size_t i = 0; err == 0 && i < count; i++) {
        const struct device_entry *e = &entries[i];
        if (!device_is_virtual(e->id)) {
            tell(visit, e->usable ? DOCTOR_OK : DOCTOR_PROBLEM, "",
                 "%s at %s: %s", e->id, e->where, e->what);
            there++;
        }
    }
    if (err < 0 || note.code != 0) {
        tell(visit, DOCTOR_WARNING, "", "%s", note.text);
    } else if (there == 0) {
        tell(visit, DOCTOR_OK, "", "none is plugged in");
    }
}

/* The kernel counts what it needs itself for a transfer, too: less than the
 * transfer's bytes. */
static void check_memory(const struct visit *visit)
{
    static const char name[] = "/sys/module/usbcore/parameters/usbfs_memory_mb";
    static const double need_mb = 2.0 * RECORDING_SENSORS_MAX *
                                  USB_STREAM_TRANSFERS * USB_STREAM_TRANSFER /
                                  (1 << 20);
    enum { USUAL_MB = 16 }; /* Linux's own setting */
    char path[PATH_SIZE];
    char text[32] = "";
    snprintf(path, sizeof(path), "%s%s", visit->doctor->root, name);
    FILE *file = fopen(path, "r");
    if (file != NULL) {
        (void)!fgets(text, sizeof(text), file);
        fclose(file);
    }
    char *end;
    unsigned long mb = strtoul(text, &end, 10);
    if (end == text) {
        tell(visit, DOCTOR_WARNING, "", "the kernel does not tell its limit");
    } else if (mb == 0) {
        tell(visit, DOCTOR_OK, "", "no limit");
    } else {
        bool little = mb < USUAL_MB;
        tell(visit, little ? DOCTOR_WARNING : DOCTOR_OK,
             little ? FIX_USB_MEMORY : "",
             "%lu MB for all programs; %d wristbands need %.2f MB", mb,
             RECORDING_SENSORS_MAX, need_mb);
    }
}

/* ---- disk ---- */

static void check_space(const struct visit *visit)
{
    static const double session_h = 1;
    static const double day_h = 8;
    struct statvfs status;
    if (visit->doctor->space(visit->doctor->folder, &status) != 0) {
        tell(visit, DOCTOR_PROBLEM, "", "cannot be found out: %s",
             strerror(errno));
        return;
    }
    double bytes = (double)status.f_bavail * (double)status.f_frsize;
    double hours =
        (bytes - RECORDER_RESERVE) / recorder_bytes_per_s(RATE_MOST_HZ) / 3600;
    tell(visit,
         hours < session_h ? DOCTOR_PROBLEM
         : hours < day_h   ? DOCTOR_WARNING
                           : DOCTOR_OK,
         hours < day_h ? FIX_DISK : "",
         "%.1f GB, %.1f h of a wristband at %d Hz%s", bytes / 1e9,
         hours > 0 ? hours : 0, RATE_MOST_HZ,
         hours < day_h ? "; free some, or record to a disk with more" : "");
}

/* A file without a name, so that nothing can be left behind. */
static int open_nameless(const char *folder)
{
    char path[PATH_SIZE];
    sigset_t all;
    sigset_t before;
    snprintf(path, sizeof(path), "%s/.carpus-doctor-XXXXXX", folder);
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    int fd = mkstemp(path);
    if (fd >= 0) {
        unlink(path);
    }
    int number = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = number;
    return fd;
}

/* Writes and syncs until `bytes` are there, or half a second is over; returns
 * how many a second, or -1 with errno. */
static double measure_speed(const struct doctor *doctor, int fd)
{
    enum { STEP = 256 << 10, STEPS = 16 };
    static const int64_t enough_ns = 500000000;
    double rate = -1;
    uint32_t *step = malloc(STEP);
    if (step == NULL) {
        return -1;
    }
    /* Not zeros, which some file systems do not store. */
    for (uint32_t i = 0, x = 1; i < STEP / sizeof(*step); i++) {
        x = x * 1664525 + 1013904223;
        step[i] = x;
    }
    int64_t begin = doctor->now_ns();
    int64_t passed = 0;
    for (int i = 0; i < STEPS && passed < enough_ns; i++) {
        ssize_t n = write(fd, step, STEP);
        if (n != STEP || fdatasync(fd) != 0) {
            errno = n >= 0 && n < STEP ? ENOSPC : errno;
            rate = -1;
            break;
        }
        passed = doctor->now_ns() - begin;
        rate = (i + 1) * (double)STEP / (double)(passed > 0 ? passed : 1) * 1e9;
    }
    free(step);
    return rate;
}

static void check_speed(const struct visit *visit)
{
    const struct doctor *doctor = visit->doctor;
    struct error error;
    int fd = open_nameless(doctor->folder);
    double rate = fd >= 0 ? measure_speed(doctor, fd) : -1;
    if (rate < 0) {
        error_from_errno(&error, errno, "cannot write in '%s'", doctor->folder);
        tell(visit, DOCTOR_PROBLEM, FIX_DISK, "%s; record to another disk",
             error.text);
    } else {
        double one = recorder_bytes_per_s(RATE_MOST_HZ) / 2;
        double all = one * RECORDING_SENSORS_MAX;
        tell(visit,
             rate < one   ? DOCTOR_PROBLEM
             : rate < all ? DOCTOR_WARNING
                          : DOCTOR_OK,
             rate < all ? FIX_DISK : "",
             "%.2f MB/s; a wristband needs %.2f MB/s, %d need %.2f MB/s%s",
             rate / 1e6, one / 1e6, RECORDING_SENSORS_MAX, all / 1e6,
             rate < all ? "; record to a faster disk" : "");
    }
    if (fd >= 0) {
        close(fd);
    }
}

/* ---- clock, libraries ---- */

static bool has_systemd(const char *root)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof(path), "%s/run/systemd/system", root);
    return access(path, F_OK) == 0;
}

static void check_clock(const struct visit *visit)
{
    const char *fix = has_systemd(visit->doctor->root) ? FIX_CLOCK : "";
    struct timex state = {.modes = 0};
    int now = visit->doctor->clock(&state);
    if (now < 0) {
        tell(visit, DOCTOR_WARNING, "", "cannot be read: %s", strerror(errno));
    } else if (now == TIME_ERROR || (state.status & STA_UNSYNC) != 0) {
        tell(visit, DOCTOR_WARNING, fix,
             "not synchronised: dates of recordings may be off");
    } else {
        tell(visit, DOCTOR_OK, "", "synchronised within %.1f ms",
             (double)state.maxerror / 1e3);
    }
}

/* As strcmp of two versions, number by number. */
static int compare_versions(const char *a, const char *b)
{
    int difference = 0;
    while (difference == 0 && (*a != '\0' || *b != '\0')) {
        char *end_a;
        char *end_b;
        long number_a = strtol(a, &end_a, 10);
        long number_b = strtol(b, &end_b, 10);
        difference = (number_a > number_b) - (number_a < number_b);
        if (end_a == a || end_b == b) {
            break;
        }
        a = end_a + (*end_a == '.');
        b = end_b + (*end_b == '.');
    }
    return difference;
}

static void check_libraries(const struct visit *visit)
{
    struct doctor_library libraries[DOCTOR_LIBRARIES];
    char all[256] = "";
    size_t used = 0;
    bool good = true;
    visit->doctor->libraries(libraries);
    for (size_t i = 0; i < DOCTOR_LIBRARIES; i++) {
        const struct doctor_library *l = &libraries[i];
        int order = compare_versions(l->running, l->built);
        used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s %s",
                                 i == 0 ? "" : ", ", l->name, l->running);
        if (order < 0 || (order != 0 && l->exact)) {
            good = false;
            tell(visit, l->exact ? DOCTOR_PROBLEM : DOCTOR_WARNING,
                 "make clean && make",
                 "%s is version %s, and carpus was built with %s", l->name,
                 l->running, l->built);
        }
    }
    if (good) {
        tell(visit, DOCTOR_OK, "", "%s", all);
    }
}

static void real_libraries(struct doctor_library out[DOCTOR_LIBRARIES])
{
    static const char *const built[DOCTOR_LIBRARIES] = {
#include "built_with.inc"
    };
    static const char *const names[DOCTOR_LIBRARIES] = {"HDF5", "libusb",
                                                        "FFTW", "libseccomp"};
    unsigned hdf5[3] = {0};
    H5get_libversion(&hdf5[0], &hdf5[1], &hdf5[2]);
    const struct libusb_version *usb = libusb_get_version();
    const struct scmp_version *seccomp = seccomp_version();
    char running[DOCTOR_LIBRARIES][32];
    size_t size = sizeof(running[0]);
    snprintf(running[0], size, "%u.%u.%u", hdf5[0], hdf5[1], hdf5[2]);
    snprintf(running[1], size, "%u.%u.%u", usb->major, usb->minor, usb->micro);
    /* "fftw-3.3.10-sse2-avx" */
    sscanf(fftwf_version, "fftw-%31[0-9.]", running[2]);
    snprintf(running[3], size, "%u.%u.%u", seccomp->major, seccomp->minor,
             seccomp->micro);
    for (size_t i = 0; i < DOCTOR_LIBRARIES; i++) {
        out[i].name = names[i];
        snprintf(out[i].built, sizeof(out[i].built), "%s", built[i]);
        snprintf(out[i].running, sizeof(out[i].running), "%s", running[i]);
        out[i].exact = i == 0;
    }
}

/* ---- journals ---- */

/* `path` as a word for a shell; "" if it is no text. */
static void quote(const char *path, char *out, size_t size)
{
    size_t used = 0;
    if (!record_text_is_utf8(path)) {
        out[0] = '\0';
        return;
    }
    out[used++] = '\'';
    for (const char *c = path; *c != '\0'; c++) {
        if (iscntrl((unsigned char)*c) || used + 6 > size) {
            out[0] = '\0';
            return;
        }
        if (*c == '\'') {
            memcpy(out + used, "'\\'", 3);
            used += 3;
        }
        out[used++] = *c;
    }
    memcpy(out + used, "'", 2);
}

/* True if it has what a recording is made of; an error sentence if not. */
static bool can_recover(struct journal_reader *reader, const char *path,
                        struct error *error)
{
    struct journal_record record;
    bool described = false;
    bool frames = false;
    int more = 1;
    while (more == 1 && !(described && frames)) {
        more = journal_next(reader, &record, error);
        if (more == 1) {
            described = described || record.type == JOURNAL_SESSION;
            frames = frames || record.type == JOURNAL_FRAMES;
        }
    }
    if (more == 0) {
        error_set(error, ERR_DATA, "'%s' holds no samples", path);
    }
    return more == 1;
}

static void check_journal(const struct visit *visit, const char *path)
{
    struct journal_reader reader;
    struct error error;
    char recording[PATH_SIZE];
    char word[PATH_SIZE];
    char fix[PATH_SIZE + 16] = "";
    int err = journal_open(&reader, path, &error);
    if (err == ERR_BUSY) {
        tell(visit, DOCTOR_OK, "", "'%s' is being written", path);
        return;
    }
    bool good = err == 0 && can_recover(&reader, path, &error);
    if (err == 0) {
        journal_reader_close(&reader);
    }
    if (!good) {
        tell(visit, DOCTOR_WARNING, "", "%s", error.text);
        return;
    }
    if (journal_recording_name(path, recording, sizeof(recording)) &&
        access(recording, F_OK) == 0) {
        tell(visit, DOCTOR_WARNING, "", "'%s' is kept beside its recording",
             path);
        return;
    }
    quote(path, word, sizeof(word));
    if (word[0] != '\0') {
        snprintf(fix, sizeof(fix), "carpus recover %s", word);
    }
    tell(visit, DOCTOR_WARNING, fix,
         "'%s' was left by a recording that was cut off", path);
}

static int is_journal(const struct dirent *entry)
{
    char recording[PATH_SIZE];
    return journal_recording_name(entry->d_name, recording, sizeof(recording));
}

static void check_journals(const struct visit *visit)
{
    const char *folder = visit->doctor->folder;
    struct dirent **entries;
    char path[PATH_SIZE];
    int count = scandir(folder, &entries, is_journal, alphasort);
    if (count < 0) {
        tell(visit, DOCTOR_WARNING, "", "cannot list '%s': %s", folder,
             strerror(errno));
        return;
    }
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        check_journal(visit, path);
        free(entries[i]);
    }
    free(entries);
    if (count == 0) {
        tell(visit, DOCTOR_OK, "", "none was left in '%s'", folder);
    }
}

/* ---- all ---- */

static const struct {
    const char *name;
    void (*check)(const struct visit *visit);
} checks[] = {
    {"udev rule", check_rule},      {"wristbands", check_wristbands},
    {"USB memory", check_memory},   {"disk space", check_space},
    {"disk speed", check_speed},    {"clock", check_clock},
    {"libraries", check_libraries}, {"journals", check_journals},
};

void doctor_run(const struct doctor *doctor, struct doctor_listener listener)
{
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        struct visit visit = {doctor, listener, checks[i].name};
        checks[i].check(&visit);
    }
}

void doctor_init(struct doctor *doctor, const char *folder)
{
    *doctor = (struct doctor){.folder = folder,
                              .root = "",
                              .user = geteuid(),
                              .now_ns = monotonic_ns,
                              .space = statvfs,
                              .clock = adjtimex,
                              .libraries = real_libraries};
}

const char *doctor_level_name(enum doctor_level level)
{
    static const char *const names[DOCTOR_LEVELS] = {"ok", "warning",
                                                     "problem"};
    return names[level];
}
