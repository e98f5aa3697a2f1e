/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/csv_value.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Powers of ten that a double holds exactly; with a mantissa below 2^53 one
 * multiplication or division rounds correctly (Clinger 1990). */
static const double powers[] = {
    1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
};
enum { POWER_MAX = 22 };
static const uint64_t mantissa_max = 1ULL << 53;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The odd cases: many digits, an exponent. strtod wants a point, a NUL, and
 * would take hexadecimal, nan and inf as well. */
static bool slow_number(const char *text, size_t n, char decimal, double *out)
{
    char copy[128];
    if (n == 0 || n >= sizeof(copy)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        char c = text[i];
        if (!is_digit(c) && c != decimal && memchr("+-eE", c, 4) == NULL) {
            return false;
        }
        copy[i] = c;
        if (c == decimal) {
            copy[i] = '.';
        }
    }
    copy[n] = '\0';
    char *end;
    *out = strtod(copy, &end);
    return end == copy + n && isfinite(*out);
}

bool csv_number(const char *text, size_t n, char decimal, double *out)
{
    const char *p = text;
    const char *end = text + n;
    bool negative = p < end && *p == '-';
    p += negative;

    uint64_t mantissa = 0;
    size_t digits = 0;
    size_t places = 0;
    bool point = false;
    for (; p < end && mantissa < mantissa_max / 10; p++) {
        if (is_digit(*p)) {
            mantissa = mantissa * 10 + (uint64_t)(*p - '0');
            digits++;
            places += point;
        } else if (*p == decimal && !point) {
            point = true;
        } else {
            break;
        }
    }
    if (p != end || digits == 0 || places > POWER_MAX) {
        return slow_number(text, n, decimal, out);
    }
    double value = (double)mantissa / powers[places];
    *out = negative ? -value : value;
    return true;
}

/* Days from 1970-01-01 in the Gregorian calendar (Fliegel & Van Flandern 1968,
 * counted from March so that the leap day is the last). */
static int64_t days_of(int year, int month, int day)
{
    int64_t y = month > 2 ? year : year - 1;
    int64_t m = month > 2 ? month - 3 : month + 9;
    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 -
           719468;
}

/* Offset from UTC at the end of a time: "", "Z", "+01:00", "+0100". */
static bool offset_of(const char *text, int *minutes)
{
    int hours = 0;
    int rest = 0;
    int used = 0;
    *minutes = 0;
    if (*text == '\0' || strcmp(text, "Z") == 0 || strcmp(text, "z") == 0) {
        return true;
    }
    if ((sscanf(text + 1, "%2d:%2d%n", &hours, &rest, &used) != 2 &&
         sscanf(text + 1, "%2d%2d%n", &hours, &rest, &used) != 2) ||
        text[1 + used] != '\0' || (*text != '+' && *text != '-')) {
        return false;
    }
    *minutes = (hours * 60 + rest) * (*text == '-' ? -1 : 1);
    return true;
}

bool csv_time(const char *text, size_t n, double *out)
{
    char copy[48];
    int year;
    int month;
    int day;
    int hour;
    int minute;
    int used = 0;
    if (n >= sizeof(copy)) {
        return false;
    }
    memcpy(copy, text, n);
    copy[n] = '\0';
    if (sscanf(copy, "%4d-%2d-%2d%*1[T ]%2d:%2d%n", &year, &month, &day, &hour,
               &minute, &used) != 5 ||
        used == 0 || month < 1 || month > 12 || day < 1 || day > 31 ||
        hour < 0 || hour > 24 || minute < 0 || minute > 59) {
        return false;
    }

    double seconds = 0;
    const char *rest = copy + used;
    if (*rest == ':') {
        size_t length = strspn(rest + 1, "0123456789.,");
        char decimal = memchr(rest + 1, ',', length) != NULL ? ',' : '.';
        if (!csv_number(rest + 1, length, decimal, &seconds) || seconds > 61) {
            return false;
        }
        rest += 1 + length;
    }
    int offset;
    if (!offset_of(rest, &offset)) {
        return false;
    }
    *out = (double)days_of(year, month, day) * 86400 + hour * 3600.0 +
           (minute - offset) * 60.0 + seconds;
    return true;
}
