/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/folder.h"

#include <errno.h>
#include <fts.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analysis/array.h"
#include "analysis/batch_table.h"

static bool is_recording(const char *name)
{
    static const char *const endings[] = {".h5", ".csv"};
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        size_t n = strlen(endings[i]);
        if (length > n && strcmp(name + length - n, endings[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* Where the walk goes, and what it finds. */
struct search {
    struct folder *folder;
    const char *in;
    bool out_exists;
    struct stat out_status;
};

static int add_file(const struct search *search, const char *path, int number,
                    struct error *error)
{
    struct folder *folder = search->folder;
    char *copy = strdup(path);
    struct folder_file *file =
        copy != NULL ? array_add(&folder->file, folder->count, sizeof(*file))
                     : NULL;
    if (file == NULL) {
        free(copy);
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    const char *name = copy + strlen(search->in);
    name += strspn(name, "/");
    *file = (struct folder_file){copy, name, number};
    folder->count++;
    return 0;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool is_out(const struct search *search, const FTSENT *entry)
{
    return search->out_exists &&
           entry->fts_statp->st_ino == search->out_status.st_ino &&
           entry->fts_statp->st_dev == search->out_status.st_dev;
}

static int take_entry(const struct search *search, FTS *walk, FTSENT *entry,
                      struct error *error)
{
    bool is_root = entry->fts_level == FTS_ROOTLEVEL;
    switch (entry->fts_info) {
    case FTS_D:
        if (!is_out(search, entry)) {
            return 0;
        }
        if (is_root) {
            return error_set(error, ERR_USAGE,
                             "the results cannot go into '%s' itself; give -o "
                             "another folder, which may be inside it",
                             search->in);
        }
        fts_set(walk, entry, FTS_SKIP);
        return 0;
    case FTS_F:
        return is_recording(entry->fts_name) && !batch_table_is(entry->fts_path)
                   ? add_file(search, entry->fts_path, 0, error)
                   : 0;
    case FTS_SLNONE:
        return is_recording(entry->fts_name)
                   ? add_file(search, entry->fts_path, ENOENT, error)
                   : 0;
    case FTS_DNR:
    case FTS_NS:
    case FTS_ERR:
        return is_root
                   ? error_from_errno(error, entry->fts_errno,
                                      "cannot read '%s'", search->in)
                   : add_file(search, entry->fts_path, entry->fts_errno, error);
    default:
        return 0;
    }
}

int folder_find(struct folder *folder, const char *in, const char *out,
                struct error *error)
{
    *folder = (struct folder){0};
    struct search search = {.folder = folder, .in = in};
    search.out_exists = out != NULL && stat(out, &search.out_status) == 0;

    char *const roots[] = {(char *)in, NULL};
    FTS *walk = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
    if (walk == NULL) {
        return error_from_errno(error, errno, "cannot read '%s'", in);
    }
    int err = 0;
    FTSENT *entry;
    while (err == 0 && (entry = fts_read(walk)) != NULL) {
        err = take_entry(&search, walk, entry, error);
    }
    fts_close(walk);
    if (err == 0 && folder->count == 0) {
        err = error_set(error, ERR_NO_INPUT,
                        "no recordings (.h5, .csv) in '%s'", in);
    }
    return err;
}

void folder_free(struct folder *folder)
{
    for (size_t i = 0; i < folder->count; i++) {
        free(folder->file[i].path);
    }
    free(folder->file);
    *folder = (struct folder){0};
}
