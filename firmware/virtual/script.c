/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/virtual/script.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/virtual/activity.h"

enum {
    LINE_MAX_BYTES = 256,
    NAMES_MAX = 160, /* bytes of a list of names in a message */
};

static const double LONGEST_S = 1e7;   /* 115 days */
static const double LEAD_S = 1.2;      /* longest way from pose to pose */
static const double WORN_C = 31.0;     /* sensor on a wrist */
static const double ROOM_C = 22.0;     /* sensor on a table */
static const double WARMING_S = 300.0; /* time constant of that */
static const double LEAST_HZ = 1.0;    /* against rates that are none */

const char SCRIPT_DEFAULT[] = "rest 8 pose=lap\n"
                              "walk 40 cadence=112 swing=35\n"
                              "rest 4 pose=lap\n"
                              "tremor 20 frequency=5.2 amplitude=6 pose=lap\n"
                              "tremor 12 frequency=7 amplitude=3 pose=raised\n"
                              "taps 20 rate=3 size=40\n"
                              "curls 36 count=6 range=110 hold=3\n"
                              "wash 12\n"
                              "knock 2 size=3\n"
                              "table 20\n"
                              "rest 6 pose=lap\n";

struct script {
    struct plan plan;
    struct segment *segments;
    size_t segment_count;
    double end_s;
    /* where `at` is: the segment, and its events as far as they began */
    size_t segment;
    size_t begun;
};

/* What parsing is about: for messages, and for what goes on from line to
 * line. */
struct reader {
    struct script *script;
    uint64_t seed;
    size_t room;
    unsigned line;
    double celsius;
    char *why;
    size_t size;
};

__attribute__((format(printf, 2, 3))) static int
complain(const struct reader *reader, const char *format, ...)
{
    char clause[2 * LINE_MAX_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(clause, sizeof(clause), format, arguments);
    va_end(arguments);
    snprintf(reader->why, reader->size, "line %u: %s", reader->line, clause);
    return -1;
}

static bool read_number(const char *word, double *out)
{
    char *end;
    *out = strtod(word, &end);
    return end != word && *end == '\0' && isfinite(*out);
}

static int read_pose(const struct reader *reader, const char *name,
                     struct segment *segment)
{
    segment->pose = pose_find(name);
    if (!segment->pose) {
        char names[NAMES_MAX];
        pose_names(names, sizeof(names));
        return complain(reader, "'%s' is no pose; there are %s", name, names);
    }
    return 0;
}

static int parameter_index(const struct activity *activity, const char *name)
{
    for (int k = 0; k < ACTIVITY_PARAMETERS; k++) {
        const char *known = activity->parameters[k].name;
        if (known && strcmp(known, name) == 0) {
            return k;
        }
    }
    return -1;
}

/* Reads "name=value". */
static int read_parameter(const struct reader *reader, char *word,
                          struct segment *segment)
{
    const struct activity *activity = segment->activity;
    char *value = strchr(word, '=');
    if (!value) {
        return complain(reader, "'%s' is not of the form name=value", word);
    }
    *value++ = '\0';
    if (strcmp(word, "pose") == 0) {
        return read_pose(reader, value, segment);
    }
    int k = parameter_index(activity, word);
    if (k < 0) {
        char names[NAMES_MAX];
        parameter_names(activity, names, sizeof(names));
        return complain(reader, "'%s' is no parameter of %s, which has %s",
                        word, activity->name, names);
    }
    const struct parameter *parameter = &activity->parameters[k];
    double number;
    if (!read_number(value, &number) || number < parameter->low ||
        number > parameter->high) {
        return complain(reader, "'%s' of %s must be from %g to %g, not '%s'",
                        word, activity->name, parameter->low, parameter->high,
                        value);
    }
    segment->value[k] = number;
    return 0;
}

static int read_length(const struct reader *reader, const char *word,
                       struct segment *segment)
{
    const struct activity *activity = segment->activity;
    if (!word) {
        return complain(reader, "'%s' lacks its duration in seconds",
                        activity->name);
    }
    if (!read_number(word, &segment->length_s) ||
        segment->length_s < activity->least_s ||
        segment->length_s > LONGEST_S) {
        return complain(reader,
                        "the duration of %s must be from %g to %g "
                        "seconds, not '%s'",
                        activity->name, activity->least_s, LONGEST_S, word);
    }
    return 0;
}

/* Reads the words of a line; `segment` has its defaults after the first. */
static int read_words(const struct reader *reader, char *line,
                      struct segment *segment)
{
    static const char SPACE[] = " \t\r\f\v";
    char *rest;
    const char *name = strtok_r(line, SPACE, &rest);
    segment->activity = name ? activity_find(name) : NULL;
    if (!name) {
        return 0;
    }
    if (!segment->activity) {
        char names[NAMES_MAX];
        activity_names(names, sizeof(names));
        return complain(reader, "'%s' is no activity; there are %s", name,
                        names);
    }
    segment->pose = pose_find(segment->activity->pose);
    for (int k = 0; k < ACTIVITY_PARAMETERS; k++) {
        segment->value[k] = segment->activity->parameters[k].fallback;
    }
    int err = read_length(reader, strtok_r(NULL, SPACE, &rest), segment);
    char *word = NULL;
    while (err == 0 && (word = strtok_r(NULL, SPACE, &rest)) != NULL) {
        err = read_parameter(reader, word, segment);
    }
    return err;
}

/* Where an unworn sensor comes to lie: flat, a little askew. */
static void choose_up(struct segment *segment)
{
    memcpy(segment->up, segment->pose->up, sizeof(segment->up));
    if (activity_is_unworn(segment->activity)) {
        segment->up[0] += 0.05 * hash_normal(segment->seed, 0);
        segment->up[1] += 0.05 * hash_normal(segment->seed, 1);
    }
    vector_normalise(segment->up);
}

/* The shortest way from the attitude before to this one, as one turn in the
 * sensor's axes. */
static void choose_way(struct segment *segment, const struct segment *before)
{
    static const double ANY[3] = {0.0, 0.0, 1.0};
    static const double SAME = 1e-9;
    const double *from = before ? before->up : segment->up;
    memcpy(segment->from_up, from, sizeof(segment->from_up));
    vector_cross(segment->up, from, segment->axis);
    double sine = sqrt(vector_dot(segment->axis, segment->axis));
    segment->angle = atan2(sine, vector_dot(from, segment->up));
    if (sine < SAME) {
        vector_cross(from, ANY, segment->axis);
        segment->axis[0] += SAME;
    }
    vector_normalise(segment->axis);
    if (segment->angle > SAME) {
        segment->lead_s = fmin(LEAD_S, 0.25 * segment->length_s);
    }
}

static double celsius_at(const struct segment *segment, double t_s)
{
    double end = activity_is_unworn(segment->activity) ? ROOM_C : WORN_C;
    return end + (segment->start_c - end) * exp(-t_s / WARMING_S);
}

static int keep_segment(struct reader *reader, const struct segment *segment)
{
    struct script *script = reader->script;
    if (script->segment_count == reader->room) {
        size_t room = reader->room ? 2 * reader->room : 16;
        struct segment *segments =
            realloc(script->segments, room * sizeof(*segments));
        if (!segments) {
            return complain(reader, "not enough memory");
        }
        script->segments = segments;
        reader->room = room;
    }
    script->segments[script->segment_count++] = *segment;
    return 0;
}

/* Puts a segment after those there are and plans it. */
static int add_segment(struct reader *reader, struct segment *segment)
{
    struct script *script = reader->script;
    struct plan *plan = &script->plan;
    size_t count = script->segment_count;
    segment->start_s = script->end_s;
    segment->seed = hash_index(reader->seed, count);
    segment->start_c = reader->celsius;
    segment->first_event = plan->event_count;
    choose_up(segment);
    choose_way(segment, count ? &script->segments[count - 1] : NULL);
    char why[LINE_MAX_BYTES] = "not enough memory";
    if (segment->activity->plan(segment, plan, why, sizeof(why)) < 0) {
        return complain(reader, "%s", why);
    }
    segment->event_count = plan->event_count - segment->first_event;
    script->end_s += segment->length_s;
    reader->celsius = celsius_at(segment, segment->length_s);
    return keep_segment(reader, segment);
}

static int read_line(struct reader *reader, const char *text, size_t length)
{
    char line[LINE_MAX_BYTES];
    const char *comment = memchr(text, '#', length);
    if (comment) {
        length = (size_t)(comment - text);
    }
    if (length >= sizeof(line)) {
        return complain(reader, "longer than %d characters",
                        LINE_MAX_BYTES - 1);
    }
    memcpy(line, text, length);
    line[length] = '\0';
    struct segment segment = {.lead_s = 0.0};
    int err = read_words(reader, line, &segment);
    if (err < 0 || !segment.activity) {
        return err;
    }
    return add_segment(reader, &segment);
}

static int read_text(struct reader *reader, const char *text)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        reader->line++;
        int err = read_line(reader, text, length);
        if (err < 0) {
            return err;
        }
        text += length + (text[length] == '\n');
    }
    if (reader->script->segment_count == 0) {
        snprintf(reader->why, reader->size, "there is no activity in it");
        return -1;
    }
    return 0;
}

static int by_start(const void *left, const void *right)
{
    const struct script_truth *a = left;
    const struct script_truth *b = right;
    if (a->start_s != b->start_s) {
        return a->start_s < b->start_s ? -1 : 1;
    }
    return strcmp(a->kind, b->kind);
}

int script_parse(const char *text, uint64_t seed, struct script **out,
                 char *why, size_t size)
{
    *out = NULL;
    struct script *script = calloc(1, sizeof(*script));
    if (!script) {
        snprintf(why, size, "not enough memory");
        return -1;
    }
    struct reader reader = {.script = script,
                            .seed = seed,
                            .celsius = WORN_C,
                            .why = why,
                            .size = size};
    if (read_text(&reader, text) < 0) {
        script_free(script);
        return -1;
    }
    if (script->plan.truth_count > 0) {
        qsort(script->plan.truths, script->plan.truth_count,
              sizeof(struct script_truth), by_start);
    }
    *out = script;
    return 0;
}

void script_free(struct script *script)
{
    if (!script) {
        return;
    }
    free(script->plan.events);
    free(script->plan.truths);
    free(script->segments);
    free(script);
}

const struct script_truth *script_truths(const struct script *script,
                                         size_t *count)
{
    *count = script->plan.truth_count;
    return script->plan.truths;
}

static const struct segment *seek_segment(struct script *script, double t_s)
{
    size_t k = script->segment;
    while (k > 0 && t_s < script->segments[k].start_s) {
        k--;
    }
    while (k + 1 < script->segment_count &&
           t_s >= script->segments[k + 1].start_s) {
        k++;
    }
    if (k != script->segment) {
        script->segment = k;
        script->begun = 0;
    }
    return &script->segments[k];
}

static struct acting seek_events(struct script *script,
                                 const struct segment *segment, double t_s)
{
    const struct event *events = script->plan.events + segment->first_event;
    size_t begun = script->begun;
    while (begun > 0 && events[begun - 1].at_s > t_s) {
        begun--;
    }
    while (begun < segment->event_count && events[begun].at_s <= t_s) {
        begun++;
    }
    script->begun = begun;
    size_t first = begun > 0 ? begun - 1 : 0;
    double since_s = t_s - segment->activity->memory_s;
    while (first > 0 && events[first - 1].at_s > since_s) {
        first--;
    }
    return (struct acting){.events = events + first, .count = begun - first};
}

static int script_at(void *ctx, double t_s, double rate_hz,
                     struct motion_point *out)
{
    struct script *script = ctx;
    double last_s = fmin(t_s, script->end_s);
    const struct segment *segment = seek_segment(script, last_s);
    double local_s = last_s - segment->start_s;
    struct acting acting = {.count = 0};
    if (segment->event_count > 0) {
        acting = seek_events(script, segment, local_s);
    }
    acting.cutoff_hz = 0.5 * fmax(rate_hz, LEAST_HZ);
    struct body body;
    if (local_s < segment->lead_s) {
        struct jet way = jet_rise(local_s, 0.0, segment->lead_s);
        body_init(&body, segment->from_up);
        body_turn(&body, segment->axis, jet_scale(way, segment->angle));
    } else {
        body_init(&body, segment->up);
    }
    body.lever_m = segment->activity->lever_m;
    segment->activity->move(segment, local_s, &acting, &body);
    body_feel(&body, out);
    out->temperature_c = celsius_at(segment, local_s);
    return 0;
}

static void script_release(void *ctx)
{
    script_free(ctx);
}

struct motion_source script_motion(struct script *script)
{
    return (struct motion_source){.ctx = script,
                                  .duration_s = script->end_s,
                                  .at = script_at,
                                  .release = script_release};
}
