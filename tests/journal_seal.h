/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * CRCs of a journal whose bytes were changed, made right again: written from
 * the tables of acquire/journal.h, not by its code.
 */
#ifndef TESTS_JOURNAL_SEAL_H
#define TESTS_JOURNAL_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "firmware/core/bytes.h"
#include "firmware/core/crc32c.h"

static inline void journal_seal_head(uint8_t *head)
{
    put_u32(head + 12, crc32c(0, head, 12));
}

/* `head`: of the file; `size`: of the record's payload. */
static inline void journal_seal_record(const uint8_t *head, uint8_t *record,
                                       size_t size)
{
    uint32_t id = get_u16(head + 10);
    uint32_t crc = crc32c(crc32c(0, record, 16), record + 20, size);
    put_u32(record + 16, crc ^ id << 16 ^ id);
}

#endif
