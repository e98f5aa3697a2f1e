/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What kind of file a recording is read from. */
#include "acquire/recording_source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum kind { KIND_HDF5, KIND_TEXT, KIND_GZIP, KIND_ZIP, KIND_UTF16, KIND_OTHER };

static const char *const refusals[] = {
    [KIND_GZIP] = "packed with gzip; unpack it first",
    [KIND_ZIP] = "a ZIP archive or a spreadsheet; unpack it, or save it as CSV",
    [KIND_UTF16] = "text in UTF-16; save it as UTF-8",
    [KIND_OTHER] = "neither a recording (HDF5) nor a CSV file",
};

static const unsigned char signature[8] = "\x89HDF\r\n\x1a\n";

static const struct {
    enum kind kind;
    size_t size;
    const char *head;
} near_misses[] = {
    {KIND_GZIP, 2, "\x1f\x8b"},
    {KIND_ZIP, 4, "PK\x03\x04"},
    {KIND_UTF16, 2, "\xff\xfe"},
    {KIND_UTF16, 2, "\xfe\xff"},
};

static enum kind kind_of(const unsigned char *head, size_t n)
{
    size_t compared = n < sizeof(signature) ? n : sizeof(signature);
    if (memcmp(head, signature, compared) == 0) {
        return KIND_HDF5;
    }
    for (size_t i = 0; i < sizeof(near_misses) / sizeof(near_misses[0]); i++) {
        if (n >= near_misses[i].size &&
            memcmp(head, near_misses[i].head, near_misses[i].size) == 0) {
            return near_misses[i].kind;
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (head[i] < '\t' || (head[i] > '\r' && head[i] < ' ')) {
            return KIND_OTHER;
        }
    }
    return KIND_TEXT;
}

static int look(const char *path, enum kind *kind, struct error *error)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        return error_from_errno(error, errno, "cannot open '%s'", path);
    }
    if (S_ISDIR(status.st_mode)) {
        return error_from_errno(error, EISDIR, "cannot read '%s'", path);
    }
    if (!S_ISREG(status.st_mode)) {
        return error_set(error, ERR_NO_INPUT,
                         "cannot read '%s': it is no regular file", path);
    }
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return error_from_errno(error, errno, "cannot open '%s'", path);
    }
    unsigned char head[4096];
    size_t n = fread(head, 1, sizeof(head), file);
    int number = ferror(file) ? errno : 0;
    fclose(file);
    if (number != 0) {
        return error_from_errno(error, number, "cannot read '%s'", path);
    }
    if (n == 0) {
        return error_set(error, ERR_NO_INPUT, "'%s' is empty", path);
    }
    *kind = kind_of(head, n);
    return 0;
}

static int refuse(const char *path, enum kind kind, struct error *error)
{
    const char *dot = strrchr(path, '.');
    if (dot != NULL && strcmp(dot, ".journal") == 0) {
        return error_set(error, ERR_DATA,
                         "'%s' is a journal; `carpus recover` makes a "
                         "recording of it",
                         path);
    }
    return error_set(error, ERR_DATA, "'%s' is %s", path, refusals[kind]);
}

static const struct hdf5_limits *limits(const struct import_options *options)
{
    return options != NULL && options->own ? &hdf5_limits_own
                                           : &hdf5_limits_any;
}

int source_open(const char *path, const struct import_options *options,
                size_t sensor, struct source *out, struct error *error)
{
    enum kind kind = KIND_OTHER;
    int err = look(path, &kind, error);
    if (err < 0) {
        return err;
    }
    switch (kind) {
    case KIND_HDF5:
        return source_open_hdf5(path, limits(options), sensor, out, error);
    case KIND_TEXT:
        out->facts.sensors.count = 1;
        return source_open_csv(path, options, out, error);
    case KIND_GZIP:
    case KIND_ZIP:
    case KIND_UTF16:
    case KIND_OTHER:
        break;
    }
    return refuse(path, kind, error);
}

int source_list(const char *path, const struct import_options *options,
                struct recording_sensors *out, struct error *error)
{
    enum kind kind = KIND_OTHER;
    *out = (struct recording_sensors){.count = 1};
    int err = look(path, &kind, error);
    if (err < 0) {
        return err;
    }
    if (kind == KIND_HDF5) {
        return source_list_hdf5(path, limits(options), out, error);
    }
    return kind == KIND_TEXT ? 0 : refuse(path, kind, error);
}

void source_close(struct source *source)
{
    if (source->self != NULL) {
        source->operations->close(source->self);
    }
    free(source->facts.gaps);
    clock_probes_deinit(&source->facts.probes);
    free(source->facts.events);
}
