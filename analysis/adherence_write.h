/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Adherence as JSON, for the summary's key "programme", and its items as CSV.
 * The keys and columns are an interface that others rely on (DESIGN.md,
 * "Summary"); what is not known is null, or an empty field.
 */
#ifndef ANALYSIS_ADHERENCE_WRITE_H
#define ANALYSIS_ADHERENCE_WRITE_H

#include <stdio.h>

#include "acquire/error.h"
#include "analysis/adherence.h"
#include "analysis/json_builder.h"

/* All but the items; null where there is no programme. */
json_t *adherence_json(struct json_builder *builder,
                       const struct adherence *adherence);

/* A struct adherence_item. */
json_t *adherence_item_json(struct json_builder *builder, const void *item);

/* Writes a header and a row an item. */
int adherence_items_write(const struct adherence *adherence, FILE *out,
                          struct error *error);

#endif
