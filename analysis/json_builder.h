/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * JSON objects put together without a look at each step: jansson reports a lack
 * of memory by NULL from any constructor, and takes a NULL value or object as
 * an error of the setter; a member that could not be made clears `ok`.
 * Values are handed over, also on error.
 */
#ifndef ANALYSIS_JSON_BUILDER_H
#define ANALYSIS_JSON_BUILDER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct json_builder {
    bool ok;
};

/* How numbers are written everywhere: ten digits. */
enum { JSON_DUMP = JSON_REAL_PRECISION(10) };

void json_put(struct json_builder *builder, json_t *object, const char *key,
              json_t *value);

/* null where `value` is not finite. */
void json_put_real(struct json_builder *builder, json_t *object,
                   const char *key, double value);
void json_put_count(struct json_builder *builder, json_t *object,
                    const char *key, uint64_t value);

/* Text from a file may not be UTF-8, which JSON has to be: what is not is
 * replaced. */
void json_put_text(struct json_builder *builder, json_t *object,
                   const char *key, const char *text);

/* The member "reason", if there is one. */
void json_put_reason(struct json_builder *builder, json_t *object,
                     const char *reason);
void json_append(struct json_builder *builder, json_t *array, json_t *value);

#endif
