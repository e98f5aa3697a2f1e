/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/session_apart.h"

#include "acquire/apart.h"

struct names {
    const char *journal;
    const char *path;
};

static int build(const void *context, void *result, struct error *error)
{
    const struct names *names = context;
    return session_build(names->journal, names->path, result, error);
}

int session_build_apart(const char *journal, const char *path,
                        bool (*cancelled)(void), struct session_summary *out,
                        struct error *error)
{
    const struct names names = {journal, path};
    const struct apart apart = {
        .path = path,
        .work = build,
        .context = &names,
        .result_size = sizeof(*out),
        .cancelled = cancelled,
    };
    return apart_run(&apart, out, error);
}
