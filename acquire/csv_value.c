/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/csv_value.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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
        bool sign = c == '+' || c == '-' || c == 'e' || c == 'E';
        if (!is_digit(c) && c != decimal && !sign) {
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

bool csv_absent(const char *text, size_t n)
{
    static const char *const words[] = {"",   "nan", "-nan", "-nan(ind)",
                                        "na", "n/a", "null"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strlen(words[i]) == n && strncasecmp(text, words[i], n) == 0) {
            return true;
        }
    }
    return false;
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

/* Takes `count` digits and, unless `then` is 0, that character behind them. */
static bool take(const char **p, int count, char then, int *out)
{
    *out = 0;
    for (int i = 0; i < count; i++) {
        if (!is_digit(**p)) {
            return false;
        }
        *out = *out * 10 + (**p - '0');
        (*p)++;
    }
    if (then != '\0' && **p != then) {
        return false;
    }
    *p += then != '\0';
    return true;
}

/* Offset from UTC at the end of a time: "", "Z", "+01:00", "+0100". */
static bool offset_of(const char *p, int *minutes)
{
    int hours;
    int rest;
    *minutes = 0;
    if (*p == '\0' || strcmp(p, "Z") == 0 || strcmp(p, "z") == 0) {
        return true;
    }
    int sign = *p == '-' ? -1 : *p == '+' ? 1 : 0;
    p++;
    if (sign == 0 || !take(&p, 2, 0, &hours)) {
        return false;
    }
    p += *p == ':';
    if (!take(&p, 2, 0, &rest) || *p != '\0') {
        return false;
    }
    *minutes = sign * (hours * 60 + rest);
    return true;
}

/* Seconds of the minute, with a fraction after a point or a comma. */
static bool seconds_of(const char **p, double *out)
{
    *out = 0;
    if (**p != ':') {
        return true;
    }
    const char *text = *p + 1;
    size_t n = strspn(text, "0123456789.,");
    char decimal = memchr(text, ',', n) != NULL ? ',' : '.';
    *p = text + n;
    return csv_number(text, n, decimal, out) && *out < 61; /* leap second */
}

bool csv_time(const char *text, size_t n, double *out)
{
    char copy[48];
    if (n >= sizeof(copy)) {
        return false;
    }
    memcpy(copy, text, n);
    copy[n] = '\0';

    const char *p = copy;
    int year;
    int month;
    int day;
    int hour;
    int minute;
    int offset;
    double seconds;
    if (!take(&p, 4, '-', &year) || !take(&p, 2, '-', &month) ||
        !take(&p, 2, strchr(p, 'T') != NULL ? 'T' : ' ', &day) ||
        !take(&p, 2, ':', &hour) || !take(&p, 2, 0, &minute) ||
        !seconds_of(&p, &seconds) || !offset_of(p, &offset)) {
        return false;
    }
    if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 ||
        minute > 59) {
        return false;
    }
    *out = (double)days_of(year, month, day) * 86400 + hour * 3600.0 +
           (minute - offset) * 60.0 + seconds;
    return true;
}
