/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The programmes that are compiled in: one array and one line of the table
 * each. The Makefile turns NAME.yaml into the numbers of its bytes, NAME.inc.
 */
#include <string.h>

#include "analysis/programme.h"

static const unsigned char hand_neuropathy[] = {
#include "programmes/hand-neuropathy.inc"
};

const struct programme_builtin programme_builtins[] = {
    {"hand-neuropathy", hand_neuropathy, sizeof(hand_neuropathy)},
};

const size_t programme_builtin_count =
    sizeof(programme_builtins) / sizeof(programme_builtins[0]);

const struct programme_builtin *programme_builtin(const char *name)
{
    for (size_t i = 0; i < programme_builtin_count; i++) {
        if (strcmp(programme_builtins[i].name, name) == 0) {
            return &programme_builtins[i];
        }
    }
    return NULL;
}
