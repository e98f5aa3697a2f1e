/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UF2 files: firmware as somebody hands it over. */
#include "tests/fuzz/fuzz.h"

#include "acquire/uf2.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct uf2 uf2;
    struct error error = {0};
    if (uf2_read(fuzz_file(data, size), &uf2, &error) < 0) {
        FUZZ_RULE(error.text[0] != '\0');
        return 0;
    }
    FUZZ_RULE(uf2.file_size == size && memcmp(uf2.file, data, size) == 0);
    uf2_free(&uf2);
    return 0;
}
