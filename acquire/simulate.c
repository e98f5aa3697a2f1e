/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/simulate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUE_MAX = 4096 };

/* A number from `least` to `most` that is all of `text`. */
static bool number(const char *text, double least, double most, double *out)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= least && value <= most)) {
        return false;
    }
    *out = value;
    return true;
}

/* As a real one's: it names a group of the recording. */
static bool set_serial(struct simulate *s, const char *value)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz0123456789-_";
    int n = snprintf(s->serial, sizeof(s->serial), "%s", value);
    return n > 0 && (size_t)n < sizeof(s->serial) &&
           strspn(value, allowed) == strlen(value);
}

static bool set_seed(struct simulate *s, const char *value)
{
    char *end;
    s->seed = strtoull(value, &end, 10);
    return value[0] >= '0' && value[0] <= '9' && *end == '\0';
}

static bool set_speed(struct simulate *s, const char *value)
{
    if (strcmp(value, "max") == 0) {
        s->speed = INFINITY;
        return true;
    }
    return number(value, 0.01, 10000, &s->speed);
}

static bool set_rate_error(struct simulate *s, const char *value)
{
    return number(value, -0.1, 0.1, &s->rate_error);
}

static bool set_clock_ppm(struct simulate *s, const char *value)
{
    return number(value, -1000, 1000, &s->clock_ppm);
}

static bool set_noise(struct simulate *s, const char *value)
{
    s->no_noise = strcmp(value, "off") == 0;
    return s->no_noise || strcmp(value, "on") == 0;
}

static bool set_startup(struct simulate *s, const char *value)
{
    double samples;
    if (!number(value, 0, 1000, &samples) || samples != floor(samples)) {
        return false;
    }
    s->startup = (unsigned)samples;
    return true;
}

static bool set_asymmetry(struct simulate *s, const char *value)
{
    return number(value, -100000, 100000, &s->asymmetry_us);
}

static bool set_samples(struct simulate *s, const char *value)
{
    int n = snprintf(s->samples, sizeof(s->samples), "%s", value);
    return n > 0 && (size_t)n < sizeof(s->samples);
}

static bool set_flash(struct simulate *s, const char *value)
{
    int n = snprintf(s->flash, sizeof(s->flash), "%s", value);
    return n > 0 && (size_t)n < sizeof(s->flash);
}

static bool set_image(struct simulate *s, const char *value)
{
    int n = snprintf(s->image, sizeof(s->image), "%s", value);
    return n > 0 && (size_t)n < sizeof(s->image);
}

static bool set_offline(struct simulate *s, const char *value)
{
    return number(value, 0, 1e6, &s->offline_s);
}

/* Rising times, separated by semicolons. */
static bool set_presses(struct simulate *s, const char *value)
{
    char list[VALUE_MAX];
    char *rest;
    double last_s = -1;
    snprintf(list, sizeof(list), "%s", value);
    char *one = strtok_r(list, ";", &rest);
    for (; one != NULL; one = strtok_r(NULL, ";", &rest)) {
        double *press_s = &s->presses[s->press_count];
        if (s->press_count == WRISTBAND_PRESSES ||
            !number(one, 0, 1e6, press_s) || *press_s < last_s + 1) {
            return false;
        }
        last_s = *press_s;
        s->press_count++;
    }
    return s->press_count > 0;
}

static const char *const fault_names[FAULT_KINDS] = {
    [FAULT_STALL] = "stall", [FAULT_NACK] = "nack", [FAULT_STUCK] = "stuck",
    [FAULT_TAG] = "tag",     [FAULT_DROP] = "drop", [FAULT_RESET] = "reset",
    [FAULT_DEAF] = "deaf",
};

/* KIND@SECONDS[:AMOUNT] in `text`, which is cut up. */
static bool parse_fault(char *text, struct wristband_fault *out)
{
    char *at = strchr(text, '@');
    if (at == NULL) {
        return false;
    }
    *at = '\0';
    int kind = 0;
    while (kind < FAULT_KINDS && strcmp(text, fault_names[kind]) != 0) {
        kind++;
    }
    char *colon = strchr(at + 1, ':');
    if (colon != NULL) {
        *colon = '\0';
    }
    *out = (struct wristband_fault){.kind = (enum wristband_fault_kind)kind,
                                    .amount = 1};
    return kind < FAULT_KINDS && number(at + 1, 0, 1e9, &out->at_s) &&
           (colon == NULL || number(colon + 1, 0, 1e6, &out->amount));
}

static bool add_faults(struct simulate *s, const char *value)
{
    char list[VALUE_MAX];
    char *rest;
    snprintf(list, sizeof(list), "%s", value);
    char *one = strtok_r(list, ";", &rest);
    if (one == NULL) {
        return false;
    }
    for (; one != NULL; one = strtok_r(NULL, ";", &rest)) {
        if (s->fault_count == SIMULATE_FAULTS_MAX ||
            !parse_fault(one, &s->faults[s->fault_count])) {
            return false;
        }
        s->fault_count++;
    }
    return true;
}

static const struct {
    const char *key;
    bool (*set)(struct simulate *simulate, const char *value);
    const char *takes;
} settings[] = {
    {"serial", set_serial, "1 to 20 letters, digits, - and _"},
    {"seed", set_seed, "a whole number"},
    {"speed", set_speed, "a number from 0.01 to 10000, or max"},
    {"rate_error", set_rate_error, "a number from -0.1 to 0.1"},
    {"clock_ppm", set_clock_ppm, "a number from -1000 to 1000"},
    {"noise", set_noise, "on or off"},
    {"startup", set_startup, "a whole number from 0 to 1000"},
    {"asymmetry_us", set_asymmetry, "a number from -100000 to 100000"},
    {"samples", set_samples, "a file"},
    {"flash", set_flash, "a file"},
    {"image", set_image, "a file"},
    {"offline", set_offline, "seconds, 1000000 at most"},
    {"press", set_presses,
     "SECONDS;SECONDS;... of at most 16 presses, a second apart at least"},
    {"fault", add_faults,
     "KIND@SECONDS:AMOUNT;... of at most 64 faults, KIND being stall, nack, "
     "stuck, tag, drop, reset or deaf"},
};

enum { SETTINGS = sizeof(settings) / sizeof(settings[0]) };

static int set_one(struct simulate *out, char *item, struct error *error)
{
    char *value = strchr(item, '=');
    if (value == NULL) {
        return error_set(error, ERR_USAGE,
                         "--simulate: '%.80s' is not KEY=VALUE", item);
    }
    *value = '\0';
    value++;
    for (size_t i = 0; i < SETTINGS; i++) {
        if (strcmp(item, settings[i].key) != 0) {
            continue;
        }
        if (!settings[i].set(out, value)) {
            return error_set(error, ERR_USAGE, "--simulate: %s takes %s", item,
                             settings[i].takes);
        }
        return 0;
    }
    return error_set(
        error, ERR_USAGE,
        "--simulate: no setting '%.80s'; there are serial, seed, "
        "speed, rate_error, clock_ppm, noise, startup, asymmetry_us, "
        "samples, flash, image, offline, press and fault",
        item);
}

int simulate_parse(const char *text, struct simulate *out, struct error *error)
{
    *out = (struct simulate){.seed = 1, .speed = 1};
    char copy[VALUE_MAX];
    char *rest;
    int n = snprintf(copy, sizeof(copy), "%s", text != NULL ? text : "");
    if (n < 0 || (size_t)n >= sizeof(copy)) {
        return error_set(error, ERR_USAGE, "--simulate: is too long");
    }
    for (char *item = strtok_r(copy, ",", &rest); item != NULL;
         item = strtok_r(NULL, ",", &rest)) {
        int err = set_one(out, item, error);
        if (err < 0) {
            return err;
        }
    }
    return 0;
}
