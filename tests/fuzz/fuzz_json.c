/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Summaries that batch reads back, which somebody may have changed. */
#include "tests/fuzz/fuzz.h"

#include "analysis/batch_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *summary = json_loadb((const char *)data, size, 0, NULL);
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    FUZZ_RULE(out != NULL);
    batch_table_row(out, "a,b.h5", "a \"problem\"", summary);
    fclose(out);
    /* One row, however the summary looks. */
    bool quoted = false;
    for (size_t i = 0; i + 1 < length; i++) {
        quoted ^= text[i] == '"';
        FUZZ_RULE(text[i] != '\n' || quoted);
    }
    FUZZ_RULE(length > 0 && text[length - 1] == '\n' && !quoted);
    free(text);
    json_decref(summary);
    return 0;
}
