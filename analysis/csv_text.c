/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/csv_text.h"

#include <math.h>
#include <string.h>

void csv_put_text(FILE *out, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"') {
            fputc('"', out);
        }
        fputc(*text, out);
    }
    fputc('"', out);
}

void csv_put_real(FILE *out, double value)
{
    if (isfinite(value)) {
        fprintf(out, "%.7g", value);
    }
}
