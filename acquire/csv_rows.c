/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/csv_rows.h"

#include <csv.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquire/csv_value.h"

enum {
    READ_BYTES = 16384,
    ROWS_MAX = READ_BYTES / 2 + 1, /* a row has a digit and a line end */
    FIELD_BYTES_MAX = 1 << 16,     /* longer: a quote was not closed */
};

struct csv_rows {
    const char *path;
    const struct import_options *options;
    FILE *file;
    struct csv_parser parser;
    char decimal;
    bool header_done;
    bool iso_time;
    bool ended;
    uint64_t line;
    uint64_t rows; /* before this line */
    bool after_cr; /* the last line ended in CR; an LF belongs to it */
    bool comment;  /* this line is one */
    bool names;    /* this line is the header */
    size_t column; /* of the next field */
    struct csv_row row;
    struct csv_columns columns;
    int failed; /* an error is in `error` */
    struct error error;
    size_t taken;
    size_t held;
    struct csv_row held_row[ROWS_MAX];
    char bytes[READ_BYTES];
};

/* ---- fields and lines, as libcsv calls ---- */

static void bad_field(struct csv_rows *r, const char *field, size_t n)
{
    int shown = n < 32 ? (int)n : 32;
    r->failed =
        error_set(&r->error, ERR_DATA,
                  "'%s', line %" PRIu64 ", column '%s': '%.*s' is no "
                  "%s",
                  r->path, r->line, r->columns.name[r->column], shown, field,
                  r->columns.role[r->column] == CSV_TIME ? "time" : "number");
}

static void take_time(struct csv_rows *r, const char *field, size_t n)
{
    if (csv_number(field, n, r->decimal, &r->row.time)) {
        return;
    }
    if (!csv_time(field, n, &r->row.time)) {
        bad_field(r, field, n);
        return;
    }
    r->iso_time = true;
}

static void take_value(struct csv_rows *r, const char *field, size_t n)
{
    if (r->column >= r->columns.count ||
        r->columns.role[r->column] == CSV_SKIP) {
        return;
    }
    enum csv_role role = r->columns.role[r->column];
    if (role == CSV_TIME && r->options->rate_hz > 0) {
        return; /* a time that is not used may be anything */
    }
    if (csv_absent(field, n)) {
        r->row.absent = true;
        return;
    }
    if (role == CSV_TIME) {
        take_time(r, field, n);
        return;
    }
    double value;
    if (!csv_number(field, n, r->decimal, &value)) {
        bad_field(r, field, n);
        return;
    }
    r->row.value[role] = (float)value;
}

static void take_name(struct csv_rows *r, const char *field, size_t n)
{
    if (r->column < CSV_COLUMNS_MAX) {
        snprintf(r->columns.name[r->column], CSV_NAME_MAX, "%.*s", (int)n,
                 field);
    }
}

static void on_field(void *field, size_t n, void *self)
{
    struct csv_rows *r = self;
    const char *text = field != NULL ? field : "";
    if (r->column == 0) {
        r->comment = n > 0 && text[0] == '#';
        r->names = !r->header_done;
        memset(&r->row, 0, sizeof(r->row));
    }
    if (r->names && !r->comment) {
        take_name(r, text, n);
    } else if (!r->comment && r->failed == 0) {
        take_value(r, text, n);
    }
    r->column++;
}

/* The first line is a header unless all of it are numbers and --columns has
 * the names. */
static bool is_header(const struct csv_rows *r)
{
    double value;
    for (size_t i = 0; i < r->columns.count; i++) {
        const char *name = r->columns.name[i];
        size_t n = strlen(name);
        if (!csv_absent(name, n) && !csv_number(name, n, r->decimal, &value) &&
            !csv_time(name, n, &value)) {
            return true;
        }
    }
    return false;
}

static void keep_row(struct csv_rows *r)
{
    r->row.line = r->line;
    r->row.number = r->rows++;
    r->held_row[r->held++] = r->row;
}

/* A first line of numbers is a row as well; its fields were kept as names. */
static void take_first_row(struct csv_rows *r, char (*fields)[CSV_NAME_MAX])
{
    for (r->column = 0; r->column < r->columns.count && r->failed == 0;
         r->column++) {
        take_value(r, fields[r->column], strlen(fields[r->column]));
    }
    keep_row(r);
}

static void take_header(struct csv_rows *r)
{
    struct csv_columns *c = &r->columns;
    c->count = r->column;
    if (c->count > CSV_COLUMNS_MAX) {
        r->failed =
            error_set(&r->error, ERR_DATA, "'%s' has more than %d columns",
                      r->path, CSV_COLUMNS_MAX);
        return;
    }
    bool header = is_header(r);
    if (!header && r->options->columns == NULL) {
        r->failed = error_set(&r->error, ERR_DATA,
                              "'%s' has no line of column names; give them "
                              "with --columns, such as t,ax,ay,az",
                              r->path);
        return;
    }
    static const size_t size = sizeof(c->name);
    char(*fields)[CSV_NAME_MAX] = malloc(size);
    if (fields == NULL) {
        r->failed = error_set(&r->error, ERR_NO_MEMORY, "out of memory");
        return;
    }
    memcpy(fields, c->name, size);
    struct error why = {0};
    r->failed =
        csv_columns_recognise(c, r->options->columns, r->options->unit, &why);
    if (r->failed < 0) {
        error_set(&r->error, r->failed, "'%s': %s", r->path, why.text);
    } else if (!header) {
        take_first_row(r, fields);
    }
    free(fields);
    r->header_done = true;
}

static void take_row(struct csv_rows *r)
{
    if (r->column != r->columns.count) {
        r->failed = error_set(&r->error, ERR_DATA,
                              "'%s', line %" PRIu64 ": %zu fields, but there "
                              "are %zu columns",
                              r->path, r->line, r->column, r->columns.count);
        return;
    }
    keep_row(r);
}

/* A line may end in LF, CR, or CR LF, of which libcsv reports both. */
static void on_line(int terminator, void *self)
{
    struct csv_rows *r = self;
    if (terminator == CSV_LF && r->after_cr && r->column == 0) {
        r->after_cr = false;
        return;
    }
    r->after_cr = terminator == CSV_CR;
    if (r->failed == 0 && r->column > 0 && !r->comment) {
        if (r->names) {
            take_header(r);
        } else {
            take_row(r);
        }
    }
    r->line++;
    r->column = 0;
}

/* ---- the file ---- */

static void *bounded_realloc(void *old, size_t size)
{
    return size > FIELD_BYTES_MAX ? NULL : realloc(old, size);
}

/* Counts separators of the first line that is neither blank nor a comment. */
static unsigned char separator_of(const char *text, size_t n)
{
    size_t commas = 0;
    size_t semicolons = 0;
    size_t tabs = 0;
    bool comment = n > 0 && text[0] == '#';
    bool blank = true;
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\n' || text[i] == '\r') {
            if (!comment && !blank) {
                break;
            }
            comment = i + 1 < n && text[i + 1] == '#';
            blank = true;
            continue;
        }
        blank = blank && (text[i] == ' ' || text[i] == '\t');
        commas += !comment && text[i] == ',';
        semicolons += !comment && text[i] == ';';
        tabs += !comment && text[i] == '\t';
    }
    if (semicolons > 0) {
        return ';';
    }
    return tabs > commas ? '\t' : ',';
}

/* With a decimal comma the separator is another, but not the other way round:
 * the first comma or point between two digits tells. */
static char decimal_of(const char *text, size_t n, unsigned char separator)
{
    for (size_t i = 1; separator != ',' && i + 1 < n; i++) {
        if ((text[i] == ',' || text[i] == '.') && text[i - 1] >= '0' &&
            text[i - 1] <= '9' && text[i + 1] >= '0' && text[i + 1] <= '9') {
            return text[i];
        }
    }
    return '.';
}

static int cannot_read(struct csv_rows *r, struct error *error)
{
    return error_from_errno(error, errno != 0 ? errno : EIO, "cannot read '%s'",
                            r->path);
}

static int restart(struct csv_rows *r, struct error *error)
{
    static const char mark[] = "\xef\xbb\xbf"; /* UTF-8 byte order mark */
    errno = 0;
    if (fseek(r->file, 0, SEEK_SET) != 0) {
        return cannot_read(r, error);
    }
    size_t n = fread(r->bytes, 1, sizeof(r->bytes), r->file);
    if (ferror(r->file)) {
        return cannot_read(r, error);
    }
    size_t skip = n >= 3 && memcmp(r->bytes, mark, 3) == 0 ? 3 : 0;
    unsigned char separator = separator_of(r->bytes + skip, n - skip);
    r->decimal = decimal_of(r->bytes + skip, n - skip, separator);
    if (fseek(r->file, (long)skip, SEEK_SET) != 0) {
        return cannot_read(r, error);
    }

    csv_free(&r->parser);
    if (csv_init(&r->parser, CSV_REPALL_NL) != 0) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    csv_set_delim(&r->parser, separator);
    csv_set_realloc_func(&r->parser, bounded_realloc);
    r->header_done = false;
    r->ended = false;
    r->after_cr = false;
    r->line = 1;
    r->rows = 0;
    r->column = 0;
    r->taken = 0;
    r->held = 0;
    return 0;
}

static int fill(struct csv_rows *r, struct error *error)
{
    r->taken = 0;
    r->held = 0;
    errno = 0;
    size_t n = fread(r->bytes, 1, sizeof(r->bytes), r->file);
    if (ferror(r->file)) {
        return cannot_read(r, error);
    }
    if (memchr(r->bytes, '\0', n) != NULL) {
        return error_set(error, ERR_DATA,
                         "'%s' is no text: there is a zero byte after line "
                         "%" PRIu64,
                         r->path, r->line);
    }
    size_t parsed = csv_parse(&r->parser, r->bytes, n, on_field, on_line, r);
    if (parsed == n && n == 0) {
        r->ended = true;
        csv_fini(&r->parser, on_field, on_line, r);
    }
    if (r->failed < 0) {
        *error = r->error;
        return r->failed;
    }
    if (parsed != n) {
        return error_set(error, ERR_DATA,
                         "'%s', line %" PRIu64 ": a field has no end; is a "
                         "quote missing?",
                         r->path, r->line);
    }
    return 0;
}

int csv_rows_next(struct csv_rows *rows, struct csv_row *out,
                  struct error *error)
{
    while (rows->taken == rows->held) {
        if (rows->ended) {
            return 0;
        }
        int err = fill(rows, error);
        if (err < 0) {
            return err;
        }
    }
    *out = rows->held_row[rows->taken++];
    return 1;
}

int csv_rows_rewind(struct csv_rows *rows, struct error *error)
{
    return restart(rows, error);
}

static int begin(struct csv_rows *r, struct error *error)
{
    if (csv_init(&r->parser, 0) != 0) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    int err = restart(r, error);
    while (err == 0 && r->held == 0 && !r->ended) {
        err = fill(r, error);
    }
    if (err == 0 && r->held == 0) {
        err =
            error_set(error, ERR_DATA, "'%s' has no rows of numbers", r->path);
    }
    return err;
}

int csv_rows_open(const char *path, const struct import_options *options,
                  struct csv_rows **out, struct error *error)
{
    struct csv_rows *r = calloc(1, sizeof(*r));
    if (r == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    r->path = path;
    r->options = options;
    r->file = fopen(path, "rb");
    int err = r->file == NULL
                  ? error_from_errno(error, errno, "cannot open '%s'", path)
                  : begin(r, error);
    if (err < 0) {
        csv_rows_close(r);
        return err;
    }
    *out = r;
    return 0;
}

void csv_rows_close(struct csv_rows *rows)
{
    if (rows != NULL) {
        csv_free(&rows->parser);
        if (rows->file != NULL) {
            fclose(rows->file);
        }
        free(rows);
    }
}

const struct csv_columns *csv_rows_columns(const struct csv_rows *rows)
{
    return &rows->columns;
}

bool csv_rows_iso_time(const struct csv_rows *rows)
{
    return rows->iso_time;
}
