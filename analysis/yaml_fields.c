/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/yaml_fields.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the text ---- */

static int cannot_parse(struct yaml_reader *reader, const yaml_parser_t *parser)
{
    if (parser->error == YAML_MEMORY_ERROR) {
        return error_set(reader->error, ERR_NO_MEMORY, "out of memory");
    }
    if (parser->error == YAML_READER_ERROR) {
        return error_set(reader->error, ERR_DATA,
                         "%s: byte %zu: %s; a programme is UTF-8 text",
                         reader->name, parser->problem_offset, parser->problem);
    }
    return error_set(reader->error, ERR_DATA, "%s:%zu:%zu: no YAML: %s%s%s",
                     reader->name, parser->problem_mark.line + 1,
                     parser->problem_mark.column + 1, parser->problem,
                     parser->context != NULL ? ", " : "",
                     parser->context != NULL ? parser->context : "");
}

/* What comes after the first document is another one, or the end. */
static int nothing_follows(struct yaml_reader *reader, yaml_parser_t *parser)
{
    yaml_document_t next;
    if (!yaml_parser_load(parser, &next)) {
        return cannot_parse(reader, parser);
    }
    yaml_node_t *root = yaml_document_get_root_node(&next);
    int err = root == NULL ? 0
                           : yaml_wrong(reader, root,
                                        "a second document begins here; "
                                        "one programme a file");
    yaml_document_delete(&next);
    return err;
}

int yaml_reader_open(struct yaml_reader *reader, const char *name,
                     const char *text, size_t size, struct error *error)
{
    yaml_parser_t parser;
    *reader = (struct yaml_reader){.name = name, .error = error};
    if (!yaml_parser_initialize(&parser)) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
    int err = 0;
    if (!yaml_parser_load(&parser, &reader->document)) {
        err = cannot_parse(reader, &parser);
    } else {
        if (yaml_document_get_root_node(&reader->document) == NULL) {
            err =
                error_set(error, ERR_DATA, "%s: there is nothing in it", name);
        }
        if (err == 0) {
            err = nothing_follows(reader, &parser);
        }
        if (err < 0) {
            yaml_document_delete(&reader->document);
        }
    }
    yaml_parser_delete(&parser);
    return err;
}

void yaml_reader_close(struct yaml_reader *reader)
{
    yaml_document_delete(&reader->document);
}

int yaml_wrong(struct yaml_reader *reader, const yaml_node_t *node,
               const char *format, ...)
{
    char text[320];
    va_list arguments;
    if (reader->err < 0) {
        return reader->err;
    }
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    reader->err =
        error_set(reader->error, ERR_DATA, "%s:%zu:%zu: %s", reader->name,
                  node != NULL ? node->start_mark.line + 1 : 1,
                  node != NULL ? node->start_mark.column + 1 : 1, text);
    return reader->err;
}

/* ---- mappings ---- */

static const struct yaml_field *find_field(const struct yaml_field *fields,
                                           size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(fields[i].key, key) == 0) {
            return &fields[i];
        }
    }
    return NULL;
}

static int unknown_key(struct yaml_reader *reader, const yaml_node_t *node,
                       const struct yaml_field *fields, size_t count)
{
    char known[240] = "";
    size_t used = 0;
    for (size_t i = 0; i < count && used < sizeof(known); i++) {
        used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s",
                                 i > 0 ? ", " : "", fields[i].key);
    }
    return yaml_wrong(reader, node, "'%.40s' is no key here; these are: %s",
                      (const char *)node->data.scalar.value, known);
}

static int take_pair(struct yaml_reader *reader, const yaml_node_pair_t *pair,
                     const struct yaml_field *fields, size_t count,
                     uint64_t *seen, void *out)
{
    yaml_node_t *key = yaml_document_get_node(&reader->document, pair->key);
    yaml_node_t *value = yaml_document_get_node(&reader->document, pair->value);
    if (key->type != YAML_SCALAR_NODE) {
        return yaml_wrong(reader, key, "a key must be one word");
    }
    const struct yaml_field *field =
        find_field(fields, count, (const char *)key->data.scalar.value);
    if (field == NULL) {
        return unknown_key(reader, key, fields, count);
    }
    uint64_t bit = UINT64_C(1) << (field - fields);
    if ((*seen & bit) != 0) {
        return yaml_wrong(reader, key, "'%s' is here twice", field->key);
    }
    *seen |= bit;
    return field->take(reader, value, field, (char *)out + field->offset);
}

int yaml_take_fields(struct yaml_reader *reader, yaml_node_t *node,
                     const struct yaml_field *fields, size_t count, void *out)
{
    uint64_t seen = 0;
    if (node->type != YAML_MAPPING_NODE) {
        return yaml_wrong(reader, node, "here must be keys, such as '%s: ...'",
                          fields[0].key);
    }
    const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
    for (; pair < node->data.mapping.pairs.top; pair++) {
        int err = take_pair(reader, pair, fields, count, &seen, out);
        if (err < 0) {
            return err;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (fields[i].needed && (seen & (UINT64_C(1) << i)) == 0) {
            return yaml_wrong(reader, node, "'%s: ...' is missing here",
                              fields[i].key);
        }
    }
    return 0;
}

/* ---- lists ---- */

int yaml_wrong_list(struct yaml_reader *reader, const yaml_node_t *node,
                    const struct yaml_field *field, const char *example)
{
    return yaml_wrong(reader, node, "'%s' must be a list, '%s'", field->key,
                      example);
}

int yaml_take_list(struct yaml_reader *reader, yaml_node_t *node,
                   const struct yaml_field *field, const char *example,
                   yaml_take_fn *one, void *out)
{
    if (node->type != YAML_SEQUENCE_NODE) {
        return yaml_wrong_list(reader, node, field, example);
    }
    int err = 0;
    yaml_node_item_t *item = node->data.sequence.items.start;
    for (; err == 0 && item < node->data.sequence.items.top; item++) {
        err = one(reader, yaml_document_get_node(&reader->document, *item),
                  field, out);
    }
    return err;
}

/* ---- values ---- */

const char *yaml_scalar(struct yaml_reader *reader, const yaml_node_t *node,
                        const struct yaml_field *field)
{
    if (node->type != YAML_SCALAR_NODE) {
        (void)yaml_wrong(reader, node, "'%s' must have one value", field->key);
        return NULL;
    }
    const char *text = (const char *)node->data.scalar.value;
    if (strlen(text) != node->data.scalar.length || text[0] == '\0') {
        (void)yaml_wrong(reader, node, "'%s' is empty", field->key);
        return NULL;
    }
    return text;
}

/* One line that fits, of letters that can be shown. */
static int take_text(struct yaml_reader *reader, const yaml_node_t *node,
                     const struct yaml_field *field, const char *text,
                     char *out)
{
    size_t length = strlen(text);
    if (length >= field->count) {
        return yaml_wrong(reader, node, "'%s' is longer than %zu bytes",
                          field->key, field->count - 1);
    }
    for (size_t i = 0; i < length; i++) {
        if (iscntrl((unsigned char)text[i])) {
            return yaml_wrong(reader, node, "'%s' must be one line of text",
                              field->key);
        }
    }
    memcpy(out, text, length + 1);
    return 0;
}

int yaml_take_line(struct yaml_reader *reader, yaml_node_t *node,
                   const struct yaml_field *field, void *out)
{
    const char *text = yaml_scalar(reader, node, field);
    return text == NULL ? reader->err
                        : take_text(reader, node, field, text, out);
}

int yaml_take_id(struct yaml_reader *reader, yaml_node_t *node,
                 const struct yaml_field *field, void *out)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    const char *text = yaml_scalar(reader, node, field);
    if (text == NULL) {
        return reader->err;
    }
    if (text[strspn(text, letters)] != '\0') {
        return yaml_wrong(reader, node,
                          "'%s: %.40s': write a to z, 0 to 9 and - only",
                          field->key, text);
    }
    return take_text(reader, node, field, text, out);
}

int yaml_take_choice(struct yaml_reader *reader, yaml_node_t *node,
                     const struct yaml_field *field, void *out)
{
    const char *text = yaml_scalar(reader, node, field);
    char known[160] = "";
    size_t used = 0;
    if (text == NULL) {
        return reader->err;
    }
    for (size_t i = 0; i < field->count; i++) {
        if (strcmp(field->words[i], text) == 0) {
            *(int *)out = (int)i;
            return 0;
        }
        used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s",
                                 i > 0 ? ", " : "", field->words[i]);
    }
    return yaml_wrong(reader, node, "'%s: %.40s' must be one of %s", field->key,
                      text, known);
}

int yaml_number(struct yaml_reader *reader, const yaml_node_t *node,
                const struct yaml_field *field, const char *text, double *out)
{
    char *end;
    *out = strtod(text, &end);
    if (end == text || *end != '\0' ||
        !(*out >= field->least && *out <= field->most)) {
        return yaml_wrong(reader, node,
                          "'%s': '%.40s' is no number from %g to %g",
                          field->key, text, field->least, field->most);
    }
    return 0;
}

int yaml_take_number(struct yaml_reader *reader, yaml_node_t *node,
                     const struct yaml_field *field, void *out)
{
    const char *text = yaml_scalar(reader, node, field);
    return text == NULL ? reader->err
                        : yaml_number(reader, node, field, text, out);
}

int yaml_take_whole(struct yaml_reader *reader, yaml_node_t *node,
                    const struct yaml_field *field, void *out)
{
    double value = 0;
    int err = yaml_take_number(reader, node, field, &value);
    if (err < 0) {
        return err;
    }
    if (value != floor(value)) {
        return yaml_wrong(reader, node, "'%s' must be a whole number",
                          field->key);
    }
    *(uint32_t *)out = (uint32_t)value;
    return 0;
}
