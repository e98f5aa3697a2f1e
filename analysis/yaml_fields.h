/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A YAML mapping read into a struct by a table of its fields, with the line
 * and column of whatever is wrong. libyaml reads the text; here is what it
 * means.
 *
 * Threads: any, a reader at a time. Errors: the first one sticks; it is
 * "NAME:LINE:COLUMN: what is wrong, and what to write".
 */
#ifndef ANALYSIS_YAML_FIELDS_H
#define ANALYSIS_YAML_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

#include "acquire/error.h"

struct yaml_reader {
    const char *name; /* of the file, for messages */
    yaml_document_t document;
    struct error *error;
    int err; /* 0, or the code of the first mistake */
};

struct yaml_field;

/* Reads `node` into `out`; returns 0 or the error that it noted. */
typedef int yaml_take_fn(struct yaml_reader *reader, yaml_node_t *node,
                         const struct yaml_field *field, void *out);

struct yaml_field {
    const char *key;
    bool needed;
    yaml_take_fn *take;
    size_t offset; /* of what it fills in, in the struct */
    double least;  /* of numbers */
    double most;
    const char *const *words; /* of a choice: its value is the index */
    size_t count;             /* of words, or bytes of a text */
};

/* Parses `text`, one document. On error there is nothing to close. */
int yaml_reader_open(struct yaml_reader *reader, const char *name,
                     const char *text, size_t size, struct error *error);
void yaml_reader_close(struct yaml_reader *reader);

/* Notes what is wrong at `node` (NULL: at the beginning). */
int yaml_wrong(struct yaml_reader *reader, const yaml_node_t *node,
               const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Reads the mapping `node` by `fields`: each key once, no others, none
 * missing that is needed. */
int yaml_take_fields(struct yaml_reader *reader, yaml_node_t *node,
                     const struct yaml_field *fields, size_t count, void *out);

/* Reads each item of the list `node` by `one`, which gets `field` and `out`;
 * `example` is how an item begins, for the message where it is no list. */
int yaml_take_list(struct yaml_reader *reader, yaml_node_t *node,
                   const struct yaml_field *field, const char *example,
                   yaml_take_fn *one, void *out);

/* Notes that `node` is not the list that `field` must be. */
int yaml_wrong_list(struct yaml_reader *reader, const yaml_node_t *node,
                    const struct yaml_field *field, const char *example);

/* Takers for fields: a name [a-z0-9-] (room of `count` bytes), one line of
 * text (likewise), a choice of words (int), a number (double), a whole number
 * (uint32_t). */
yaml_take_fn yaml_take_id;
yaml_take_fn yaml_take_line;
yaml_take_fn yaml_take_choice;
yaml_take_fn yaml_take_number;
yaml_take_fn yaml_take_whole;

/* The text of a scalar; NULL, with the error noted, if it is none. */
const char *yaml_scalar(struct yaml_reader *reader, const yaml_node_t *node,
                        const struct yaml_field *field);

/* A number in [field->least, field->most] of `text`, a part of `node`. */
int yaml_number(struct yaml_reader *reader, const yaml_node_t *node,
                const struct yaml_field *field, const char *text, double *out);

#endif
