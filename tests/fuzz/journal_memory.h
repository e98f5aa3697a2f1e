/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A journal's file in memory: journal_memory.c is linked in place of
 * acquire/journal_file.c. There is one file, whatever its name.
 */
#ifndef TESTS_FUZZ_JOURNAL_MEMORY_H
#define TESTS_FUZZ_JOURNAL_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/* Puts `size` bytes into it. */
void journal_memory_set(const void *data, size_t size);

#endif
