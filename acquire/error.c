/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct row {
    int code;
    int status; /* sysexits.h below 80 */
    const char *name;
};

static const struct row table[] = {
    {ERR_INTERNAL, 70, "internal error"},
    {ERR_USAGE, 64, "wrong usage"},
    {ERR_DATA, 65, "wrong data"},
    {ERR_NO_INPUT, 66, "no input"},
    {ERR_NO_DEVICE, 69, "no device"},
    {ERR_NO_MEMORY, 71, "out of memory"},
    {ERR_EXISTS, 73, "output exists"},
    {ERR_CREATE, 73, "cannot create output"},
    {ERR_IO, 74, "read or write failed"},
    {ERR_BUSY, 75, "device in use"},
    {ERR_PROTOCOL, 76, "version not known"},
    {ERR_PERMISSION, 77, "no permission"},
    {ERR_FULL, 80, "disk full"},
    {ERR_LOST, 81, "samples lost"},
    {ERR_STOPPED, 82, "stopped before the end"},
    {ERR_SOME_FAILED, 83, "some files failed"},
    {ERR_DEVICE_LOST, 84, "device lost"},
    {ERR_VERIFY, 85, "verification failed"},
    {ERR_DAMAGED, 65, "damaged data"},
    {ERR_UNFIT, 86, "not ready to record"},
};

static const struct row *find_row(int code)
{
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if (table[i].code == code) {
            return &table[i];
        }
    }
    return &table[0];
}

int error_set(struct error *error, int code, const char *format, ...)
{
    if (error != NULL) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(error->text, sizeof(error->text), format, arguments);
        va_end(arguments);
        error->code = code;
    }
    return code;
}

/* What each errno means to a person, and what to do about it. */
static const struct {
    int number;
    int code;
    const char *advice;
} errnos[] = {
    {ENOENT, ERR_NO_INPUT, "; check the name"},
    {EISDIR, ERR_NO_INPUT, "; give a file"},
    {ENOTDIR, ERR_NO_INPUT, "; check the name"},
    {EACCES, ERR_PERMISSION, ""},
    {EPERM, ERR_PERMISSION, ""},
    {EEXIST, ERR_EXISTS, "; choose another name or move it away"},
    {EROFS, ERR_CREATE, "; choose another folder"},
    {ENOSPC, ERR_FULL, "; free some space"},
    {EDQUOT, ERR_FULL, "; free some space"},
    {EFBIG, ERR_FULL, "; the limit is the file system's or `ulimit -f`"},
    {ENAMETOOLONG, ERR_CREATE, "; choose a shorter name"},
    {ENOMEM, ERR_NO_MEMORY, ""},
    {EBUSY, ERR_BUSY, ""},
};

int error_from_errno(struct error *error, int number, const char *what, ...)
{
    char clause[360];
    va_list arguments;
    va_start(arguments, what);
    vsnprintf(clause, sizeof(clause), what, arguments);
    va_end(arguments);

    for (size_t i = 0; i < sizeof(errnos) / sizeof(errnos[0]); i++) {
        if (errnos[i].number == number) {
            return error_set(error, errnos[i].code, "%s: %s%s", clause,
                             strerror(number), errnos[i].advice);
        }
    }
    return error_set(error, ERR_IO, "%s: %s", clause, strerror(number));
}

int error_exit_status(int code)
{
    return code >= 0 ? 0 : find_row(code)->status;
}

/* Codes of one status follow one another, as in 65. */
void error_statuses(char *out, size_t size)
{
    enum { LEAST = 64, MOST = 99 };
    size_t used = 0;
    out[0] = '\0';
    for (int status = LEAST; status <= MOST; status++) {
        const char *joint = used > 0 ? "; " : "";
        for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
            if (table[i].status != status || used >= size) {
                continue;
            }
            int n = *joint == ',' ? snprintf(out + used, size - used, ", %s",
                                             table[i].name)
                                  : snprintf(out + used, size - used, "%s%d %s",
                                             joint, status, table[i].name);
            used += n > 0 ? (size_t)n : 0;
            joint = ",";
        }
    }
}

const char *error_name(int code)
{
    return code >= 0 ? "ok" : find_row(code)->name;
}
