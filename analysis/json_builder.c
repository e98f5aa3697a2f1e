/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/json_builder.h"

#include <glib.h>
#include <math.h>

void json_put(struct json_builder *builder, json_t *object, const char *key,
              json_t *value)
{
    if (json_object_set_new(object, key, value) != 0) {
        builder->ok = false;
    }
}

void json_put_real(struct json_builder *builder, json_t *object,
                   const char *key, double value)
{
    json_put(builder, object, key,
             isfinite(value) ? json_real(value) : json_null());
}

void json_put_count(struct json_builder *builder, json_t *object,
                    const char *key, uint64_t value)
{
    json_put(builder, object, key, json_integer((json_int_t)value));
}

void json_put_text(struct json_builder *builder, json_t *object,
                   const char *key, const char *text)
{
    char *valid = g_utf8_make_valid(text, -1);
    json_put(builder, object, key, json_string(valid));
    g_free(valid);
}

void json_put_reason(struct json_builder *builder, json_t *object,
                     const char *reason)
{
    if (reason[0] != '\0') {
        json_put_text(builder, object, "reason", reason);
    }
}

void json_append(struct json_builder *builder, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0) {
        builder->ok = false;
    }
}
