/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/events.h"

#include <csv.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/record_text.h"

enum { COLUMNS = 4, FIELD_SIZE = 64 };

/* The last may be missing, in the header and in all rows alike. */
static const char *const header[COLUMNS] = {"start_s", "end_s", "label",
                                            "source"};
static const char *const sources[] = {"preset", "programme"};
static const double LAST_S = 1e9; /* 31 years: so much fits int64 ns */

struct reader {
    const char *path;
    struct journal_event *events;
    size_t count;
    size_t room;
    size_t row;     /* from 1 */
    size_t columns; /* of the header */
    size_t column;
    char fields[COLUMNS][FIELD_SIZE];
    struct error *error;
    int err;
};

static void wrong(struct reader *reader, const char *why)
{
    reader->err = error_set(reader->error, ERR_DATA, "'%s', row %zu: %s",
                            reader->path, reader->row, why);
}

/* What is too long is cut, but not in the middle of a letter. */
static void take_field(void *text, size_t length, void *argument)
{
    struct reader *reader = argument;
    if (reader->column < COLUMNS && text != NULL) {
        const char *field = text;
        size_t n = length < FIELD_SIZE ? length : FIELD_SIZE - 1;
        while (n > 0 && n < length &&
               ((unsigned char)field[n] & 0xC0) == 0x80) {
            n--;
        }
        memcpy(reader->fields[reader->column], field, n);
        reader->fields[reader->column][n] = '\0';
    } else if (reader->column < COLUMNS) {
        reader->fields[reader->column][0] = '\0';
    }
    reader->column++;
}

static bool take_header(struct reader *reader)
{
    for (size_t i = 0; i < reader->column && i < COLUMNS; i++) {
        if (strcmp(reader->fields[i], header[i]) != 0) {
            return false;
        }
    }
    reader->columns = reader->column;
    return reader->column == COLUMNS || reader->column == COLUMNS - 1;
}

static bool get_seconds(const char *text, int64_t *ns)
{
    char *end;
    double seconds = strtod(text, &end);
    if (end == text || *end != '\0' || !(seconds >= 0 && seconds <= LAST_S)) {
        return false;
    }
    *ns = llround(seconds * 1e9);
    return true;
}

/* Of those that are known; nothing is the first. */
static bool get_source(const char *text, char *out, size_t size)
{
    const char *known = text[0] == '\0' ? sources[0] : NULL;
    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
        known = strcmp(text, sources[i]) == 0 ? sources[i] : known;
    }
    snprintf(out, size, "%s", known != NULL ? known : "");
    return known != NULL;
}

static void add(struct reader *reader, const struct journal_event *event)
{
    if (reader->count == reader->room) {
        size_t room = reader->room > 0 ? 2 * reader->room : 16;
        struct journal_event *events =
            realloc(reader->events, room * sizeof(*events));
        if (events == NULL) {
            reader->err =
                error_set(reader->error, ERR_NO_MEMORY, "out of memory");
            return;
        }
        reader->events = events;
        reader->room = room;
    }
    reader->events[reader->count++] = *event;
}

static void add_row(struct reader *reader)
{
    struct journal_event event = {.session_time = true};
    const char *source = reader->columns == COLUMNS ? reader->fields[3] : "";
    if (reader->column != reader->columns) {
        wrong(reader, "there must be the header's columns: "
                      "start_s,end_s,label, or with source");
        return;
    }
    if (!get_source(source, event.source, sizeof(event.source))) {
        wrong(reader, "source must be preset, programme or nothing");
        return;
    }
    if (!record_text_is_utf8(reader->fields[2])) {
        wrong(reader, "the label is not UTF-8");
        return;
    }
    if (!get_seconds(reader->fields[0], &event.start_ns)) {
        wrong(reader, "start_s must be seconds from the first sample");
        return;
    }
    event.end_ns = event.start_ns;
    if (reader->fields[1][0] != '\0' &&
        (!get_seconds(reader->fields[1], &event.end_ns) ||
         event.end_ns < event.start_ns)) {
        wrong(reader, "end_s must be seconds, and not before start_s");
        return;
    }
    memcpy(event.label, reader->fields[2], sizeof(event.label));
    add(reader, &event);
}

static void take_row(int terminator, void *argument)
{
    struct reader *reader = argument;
    (void)terminator;
    reader->row++;
    if (reader->err == 0 && reader->row == 1 && !take_header(reader)) {
        wrong(reader, "the header must be start_s,end_s,label or "
                      "start_s,end_s,label,source");
    } else if (reader->err == 0 && reader->row > 1) {
        add_row(reader);
    }
    reader->column = 0;
}

static int read_rows(struct reader *reader, FILE *file)
{
    struct csv_parser parser;
    static const char mark[] = "\xef\xbb\xbf"; /* UTF-8 byte order mark */
    char buffer[4096];
    size_t n;
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0) {
        return error_set(reader->error, ERR_NO_MEMORY, "out of memory");
    }
    if (fread(buffer, 1, 3, file) != 3 || memcmp(buffer, mark, 3) != 0) {
        rewind(file);
    }
    while (reader->err == 0 &&
           (n = fread(buffer, 1, sizeof(buffer), file)) > 0) {
        if (csv_parse(&parser, buffer, n, take_field, take_row, reader) != n) {
            reader->row++;
            wrong(reader, csv_strerror(csv_error(&parser)));
        }
    }
    if (reader->err == 0 && ferror(file)) {
        reader->err = error_from_errno(reader->error, errno, "cannot read '%s'",
                                       reader->path);
    }
    if (reader->err == 0 &&
        csv_fini(&parser, take_field, take_row, reader) != 0) {
        reader->row++;
        wrong(reader, "a quoted field has no end");
    }
    csv_free(&parser);
    if (reader->err == 0 && reader->row == 0) {
        reader->err = error_set(reader->error, ERR_NO_INPUT, "'%s' is empty",
                                reader->path);
    }
    return reader->err;
}

int events_read(const char *path, struct journal_event **out, size_t *count,
                struct error *error)
{
    struct reader reader = {.path = path, .error = error};
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return error_from_errno(error, errno, "cannot open '%s'", path);
    }
    int err = read_rows(&reader, file);
    fclose(file);
    if (err < 0) {
        free(reader.events);
        return err;
    }
    *out = reader.events;
    *count = reader.count;
    return 0;
}
