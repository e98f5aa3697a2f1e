/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "acquire/clocks.h"
#include "acquire/cmd_device.h"
#include "acquire/interrupt.h"
#include "acquire/requests.h"
#include "acquire/uf2.h"

enum { PATH_SIZE = 4096, KEY_VOLUME = 256, KEY_WAIT };

static const int64_t LOOK_NS = 200000000;

struct options {
    struct device_options device;
    const char *file;
    const char *volume; /* NULL: to be found */
    double wait_s;      /* for the volume, and for the wristband after it */
    struct error *error;
    int err; /* of the first option that was wrong */
};

static const struct argp_option option_table[] = {
    {"volume", KEY_VOLUME, "FOLDER", 0,
     "Where the boot loader's drive RPI-RP2 is mounted (to be found)", 0},
    {"wait", KEY_WAIT, "TIME", 0,
     "For the drive, and for the wristband to come back (60s)", 0},
    {0},
};

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &options->device;
        return 0;
    case KEY_VOLUME:
        options->volume = text;
        return 0;
    case KEY_WAIT:
        if (options->err == 0) {
            options->err = command_duration("--wait", text, &options->wait_s,
                                            options->error);
        }
        return 0;
    case ARGP_KEY_ARG:
        if (options->file != NULL) {
            return ARGP_ERR_UNKNOWN;
        }
        options->file = text;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "give the firmware, carpus.uf2");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static bool is_version(const uint8_t a[3], const uint8_t b[3])
{
    return memcmp(a, b, 3) == 0;
}

/* ---- before ---- */

/* *same: the wristband has this very image. */
static int look_at_band(struct device *device, const struct uf2 *uf2,
                        bool *same, struct error *error)
{
    struct wire_info info;
    struct wire_image image;
    device_info(device, &info);
    int err = request_image(device, &image, error);
    if (err < 0) {
        return err;
    }
    fprintf(stderr,
            "%s has firmware %u.%u.%u (CRC-32C %08x), the file %u.%u.%u "
            "(%08x)\n",
            info.serial, info.firmware[0], info.firmware[1], info.firmware[2],
            image.crc, uf2->header.firmware[0], uf2->header.firmware[1],
            uf2->header.firmware[2], uf2->crc);
    *same = image.crc == uf2->crc && image.bytes == uf2->header.length &&
            is_version(info.firmware, uf2->header.firmware);
    return 0;
}

static int send_to_boot_loader(const struct options *options,
                               const struct uf2 *uf2, char serial[21],
                               bool *same)
{
    struct device *device;
    struct wire_info info;
    int err = device_open_option(&options->device, &device, options->error);
    if (err < 0) {
        return err;
    }
    device_info(device, &info);
    memcpy(serial, info.serial, sizeof(info.serial));
    err = look_at_band(device, uf2, same, options->error);
    if (err == 0 && !*same) {
        err = request_put(device, WIRE_REQUEST_UPDATE, WIRE_UPDATE_KEY, NULL, 0,
                          options->error);
    }
    device_close(device);
    return err;
}

/* ---- the drive ---- */

/* The boot ROM's drive tells what it is in a file of its own (RP2040 data
 * sheet, 2.8.4.1). */
static bool is_boot_drive(const char *folder)
{
    char path[PATH_SIZE];
    char text[512];
    int n = snprintf(path, sizeof(path), "%s/INFO_UF2.TXT", folder);
    FILE *file = n > 0 && (size_t)n < sizeof(path) ? fopen(path, "r") : NULL;
    if (file == NULL) {
        return false;
    }
    size_t size = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[size] = '\0';
    return strstr(text, "Board-ID: RPI-RP2") != NULL;
}

static bool look_for_drive(char *out, size_t size)
{
    static const char *const places[] = {
        "/media/*/RPI-RP2", "/run/media/*/RPI-RP2", "/media/RPI-RP2",
        "/mnt/RPI-RP2", "/Volumes/RPI-RP2"};
    bool found = false;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        glob_t matches;
        if (glob(places[i], 0, NULL, &matches) == 0) {
            for (size_t k = 0; k < matches.gl_pathc && !found; k++) {
                found = is_boot_drive(matches.gl_pathv[k]);
                if (found) {
                    snprintf(out, size, "%s", matches.gl_pathv[k]);
                }
            }
        }
        globfree(&matches);
    }
    return found;
}

static int wait_for_drive(const struct options *options, char *out, size_t size)
{
    int64_t end_ns = monotonic_ns() + (int64_t)(options->wait_s * 1e9);
    while (monotonic_ns() < end_ns && !interrupt_once()) {
        if (options->volume != NULL && is_boot_drive(options->volume)) {
            snprintf(out, size, "%s", options->volume);
            return 0;
        }
        if (options->volume == NULL && look_for_drive(out, size)) {
            return 0;
        }
        sleep_ns(LOOK_NS);
    }
    return error_set(options->error, ERR_NO_DEVICE,
                     "the boot loader's drive RPI-RP2 %s%s; mount it and say "
                     "where by --volume, or unplug the wristband to go on with "
                     "the firmware it has",
                     options->volume != NULL ? "is not at " : "was not found",
                     options->volume != NULL ? options->volume : "");
}

/* The drive goes away as soon as it has all, before it can be synced: that it
 * does is no error, and whether all came shows afterwards. */
static int copy(const struct uf2 *uf2, const char *drive, struct error *error)
{
    char path[PATH_SIZE + 16];
    snprintf(path, sizeof(path), "%s/carpus.uf2", drive);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    size_t done = 0;
    while (fd >= 0 && done < uf2->file_size) {
        ssize_t n = write(fd, uf2->file + done, uf2->file_size - done);
        if (n <= 0 && errno != EINTR) {
            break;
        }
        done += n > 0 ? (size_t)n : 0;
    }
    int number = errno;
    if (fd >= 0) {
        (void)fsync(fd);
        (void)close(fd);
    }
    return done == uf2->file_size
               ? 0
               : error_from_errno(error, number, "cannot write '%s'", path);
}

/* ---- after ---- */

static int wait_for_band(const struct options *options, const char *serial,
                         struct device **out)
{
    struct device_options device = options->device;
    int64_t end_ns = monotonic_ns() + (int64_t)(options->wait_s * 1e9);
    int err = ERR_NO_DEVICE;
    (void)error_set(options->error, err,
                    "the wristband was not waited for; `carpus device info` "
                    "tells what it has now");
    if (device.simulate == NULL && serial[0] != '\0') {
        device.name = serial;
    }
    while (err < 0 && monotonic_ns() < end_ns && !interrupt_once()) {
        sleep_ns(LOOK_NS);
        err = device_open_option(&device, out, options->error);
    }
    return err;
}

static int check_band(const struct options *options, const char *serial,
                      const struct uf2 *uf2)
{
    struct device *device;
    bool same = false;
    int err = wait_for_band(options, serial, &device);
    if (err < 0) {
        return err;
    }
    err = look_at_band(device, uf2, &same, options->error);
    device_close(device);
    if (err < 0) {
        return err;
    }
    return same ? 0
                : error_set(options->error, ERR_VERIFY,
                            "the wristband does not have what was written; "
                            "press its reset button twice and try again with "
                            "--volume");
}

static int update(const struct options *options, const struct uf2 *uf2)
{
    char drive[PATH_SIZE];
    char serial[21] = "";
    bool same = false;
    /* A board that is in its boot loader already answers no request. */
    bool waits = options->volume != NULL && is_boot_drive(options->volume);
    int err = waits ? 0 : send_to_boot_loader(options, uf2, serial, &same);
    if (err < 0 || same) {
        printf("%s",
               same ? "nothing to do: it is on the wristband already\n" : "");
        return err;
    }
    err = wait_for_drive(options, drive, sizeof(drive));
    if (err == 0) {
        err = copy(uf2, drive, options->error);
    }
    if (err == 0) {
        err = check_band(options, serial, uf2);
    }
    if (err == 0) {
        printf("updated to %u.%u.%u\n", uf2->header.firmware[0],
               uf2->header.firmware[1], uf2->header.firmware[2]);
    }
    return err;
}

static int run(int argc, char **argv, struct error *error)
{
    static const struct argp argp = {
        .options = option_table,
        .parser = parse_option,
        .args_doc = "FILE.uf2",
        .doc = "Put new firmware onto a wristband.\v"
               "The file is checked first: chip, order, checksum. Then the "
               "wristband goes to its boot loader, whose drive RPI-RP2 is "
               "found or given; the file is copied there, and the wristband "
               "asked whether version and checksum are now the file's. "
               "Settings and records stay.\n\n"
               "A board that does not answer: press its reset button twice, "
               "and give --volume.\n\n"
               "Exit status: 0 it has the firmware; 65 the file is no firmware "
               "or damaged; 69 no wristband, or no drive; 85 the wristband has "
               "something else than what was written.",
        .children = device_children};
    struct options options = {.device.name = "", .wait_s = 60, .error = error};
    struct uf2 uf2;
    int err = command_parse(&argp, argc, argv, &options, error);
    err = err < 0 ? err : options.err;
    if (err == 0) {
        err = uf2_read(options.file, &uf2, error);
    }
    if (err != 0) {
        return err;
    }
    interrupt_catch();
    err = update(&options, &uf2);
    uf2_free(&uf2);
    return err;
}

const struct command device_update_command = {
    "update", "put new firmware onto a wristband", run};
