/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/voice.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const audience_names[AUDIENCES] = {"therapist", "wearer"};

static const struct voice_words *const tables[LANGUAGES] = {
    [LANGUAGE_EN] = voice_en,
    [LANGUAGE_DE] = voice_de,
};

static const char decimal_points[LANGUAGES] = {
    [LANGUAGE_EN] = '.',
    [LANGUAGE_DE] = ',',
};

static const char DASH[] = "\u2013";

const char *voice_word(const struct voice *voice, enum voice_key key)
{
    const struct voice_words *words = &tables[voice->language][key];
    const char *own = words->to[voice->audience];
    return own != NULL ? own : words->to[AUDIENCE_THERAPIST];
}

/* The part that "{1}" and so on at `text` names, or -1. */
static int part_at(const char *text)
{
    bool is_part = text[0] == '{' && text[1] >= '1' &&
                   text[1] < '1' + VOICE_PARTS && text[2] == '}';
    return is_part ? text[1] - '1' : -1;
}

void voice_fill(const char *sentence, const struct voice_parts *parts,
                char out[VOICE_TEXT])
{
    size_t n = 0;
    for (const char *c = sentence; *c != '\0';) {
        int part = part_at(c);
        const char *from = part >= 0 ? parts->of[part] : c;
        size_t size = part < 0 ? 1 : from != NULL ? strlen(from) : 0;
        size = size < VOICE_TEXT - 1 - n ? size : VOICE_TEXT - 1 - n;
        if (size > 0) {
            memcpy(out + n, from, size);
        }
        n += size;
        c += part >= 0 ? 3 : 1;
    }
    out[n] = '\0';
}

void voice_say(const struct voice *voice, enum voice_key key,
               const struct voice_parts *parts, char out[VOICE_TEXT])
{
    voice_fill(voice_word(voice, key), parts, out);
}

static void append(char out[VOICE_TEXT], const char *text)
{
    size_t n = strlen(out);
    size_t size = strlen(text);
    size = size < VOICE_TEXT - 1 - n ? size : VOICE_TEXT - 1 - n;
    memcpy(out + n, text, size);
    out[n + size] = '\0';
}

void voice_join(char out[VOICE_TEXT], const char *between, const char *text)
{
    if (text[0] != '\0') {
        append(out, out[0] != '\0' ? between : "");
        append(out, text);
    }
}

enum voice_key voice_plural(enum voice_key one, size_t count)
{
    return count == 1 ? one : one + 1;
}

void voice_number(const struct voice *voice, int decimals, double value,
                  char out[VOICE_SHORT])
{
    if (!isfinite(value)) {
        snprintf(out, VOICE_SHORT, "%s", DASH);
        return;
    }
    snprintf(out, VOICE_SHORT, "%.*f", decimals, value);
    voice_localise(voice, out);
}

void voice_localise(const struct voice *voice, char *number)
{
    char *point = strchr(number, '.');
    if (point != NULL) {
        *point = decimal_points[voice->language];
    }
}

void voice_count(unsigned long long count, char out[VOICE_SHORT])
{
    snprintf(out, VOICE_SHORT, "%llu", count);
}

/* Says `big` and `small`, a number of which the second has two digits. */
static void say_two(const struct voice *voice, enum voice_key key, long number,
                    char out[VOICE_SHORT])
{
    char big[VOICE_SHORT];
    char small[VOICE_SHORT];
    char text[VOICE_TEXT];
    snprintf(big, sizeof(big), "%ld", number / 60);
    snprintf(small, sizeof(small), "%02ld", number % 60);
    voice_say(voice, key, &(struct voice_parts){{big, small}}, text);
    snprintf(out, VOICE_SHORT, "%.63s", text);
}

void voice_duration(const struct voice *voice, double seconds,
                    char out[VOICE_SHORT])
{
    if (!isfinite(seconds)) {
        snprintf(out, VOICE_SHORT, "%s", voice_word(voice, VOICE_UNKNOWN));
    } else if (seconds < 59.95) {
        char number[VOICE_SHORT];
        char text[VOICE_TEXT];
        int decimals = voice->audience == AUDIENCE_WEARER ? 0 : 1;
        voice_number(voice, decimals, seconds, number);
        voice_say(voice, VOICE_SECONDS, &(struct voice_parts){{number}}, text);
        snprintf(out, VOICE_SHORT, "%.63s", text);
    } else if (seconds < 3599.5) {
        say_two(voice, VOICE_MINUTES, lround(seconds), out);
    } else {
        say_two(voice, VOICE_HOURS, lround(seconds / 60), out);
    }
}

void voice_clock(double seconds, char out[VOICE_SHORT])
{
    long s = lround(seconds);
    if (s < 3600) {
        snprintf(out, VOICE_SHORT, "%ld:%02ld", s / 60, s % 60);
    } else {
        snprintf(out, VOICE_SHORT, "%ld:%02ld:%02ld", s / 3600, s / 60 % 60,
                 s % 60);
    }
}

/* Takes the digits up to `after`, and that. */
static bool take_number(const char **text, char after, unsigned long *out)
{
    char *end;
    *out = strtoul(*text, &end, 10);
    bool good = end != *text && *end == after;
    *text = good ? end + 1 : *text;
    return good;
}

/* Takes year, month and day; the time is left, if there is one. */
static bool take_day(const struct voice *voice, const char **iso,
                     char day[VOICE_SHORT], char year[VOICE_SHORT],
                     const char **month)
{
    unsigned long y;
    unsigned long m;
    char *end;
    if (!take_number(iso, '-', &y) || !take_number(iso, '-', &m) || m < 1 ||
        m > 12) {
        return false;
    }
    unsigned long d = strtoul(*iso, &end, 10);
    bool is_day = end != *iso && (*end == 'T' || *end == '\0');
    *iso = *end == 'T' ? end + 1 : end;
    voice_count(d, day);
    voice_count(y, year);
    *month = voice_word(voice, VOICE_JANUARY + (enum voice_key)(m - 1));
    return is_day;
}

void voice_date(const struct voice *voice, const char *iso,
                char out[VOICE_SHORT])
{
    char day[VOICE_SHORT];
    char year[VOICE_SHORT];
    char time[VOICE_SHORT];
    char text[VOICE_TEXT];
    const char *month;
    const char *rest = iso;
    bool is_date = take_day(voice, &rest, day, year, &month) && *rest != '\0';
    snprintf(time, sizeof(time), "%.5s", rest);
    if (is_date) {
        voice_say(voice, VOICE_DATE,
                  &(struct voice_parts){{day, month, year, time}}, text);
    }
    snprintf(out, VOICE_SHORT, "%.63s", is_date ? text : iso);
}

void voice_day(const struct voice *voice, const char *iso,
               char out[VOICE_SHORT])
{
    char day[VOICE_SHORT];
    char year[VOICE_SHORT];
    char text[VOICE_TEXT];
    const char *month;
    const char *rest = iso;
    bool is_day = take_day(voice, &rest, day, year, &month) && *rest == '\0';
    if (is_day) {
        voice_say(voice, VOICE_DAY, &(struct voice_parts){{day, month, year}},
                  text);
    }
    snprintf(out, VOICE_SHORT, "%.63s", is_day ? text : iso);
}
