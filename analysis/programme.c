/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/programme.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analysis/yaml_fields.h"

/* A programme is written by a person; what is longer is something else. */
enum { FILE_MAX = 1 << 20 };

enum { SYMPTOM_MOST = 10, MINUTES_MOST = 1440, REPETITIONS_MOST = 10000 };

const char *const movement_names[MOVEMENTS] = {
    "taps", "touches", "repetitions", "hold", "rhythm", "walk", "by-hand"};
const char *const site_names[SITES] = {"wrist", "ankle", "any", "none"};
const char *const sides_names[SIDES] = {"each", "both", "none"};
const char *const side_names[SIDE_COUNT] = {"none", "left", "right", "both"};
const char *const symptom_names[SYMPTOMS] = {"pain", "numbness", "none"};
const char *const dose_names[DOSE_PARTS] = {"sets", "repetitions", "hold_s",
                                            "minutes"};

/* ---- values ---- */

/* A map from language to line, or one line for all languages. A language that
 * is left out gets the text of the first one. */
static int take_languages(struct yaml_reader *reader, yaml_node_t *node,
                          const struct yaml_field *field, void *out)
{
    struct text *text = out;
    struct yaml_field lines[LANGUAGES];
    for (size_t i = 0; i < LANGUAGES; i++) {
        lines[i] = (struct yaml_field){.key = language_codes[i],
                                       .take = yaml_take_line,
                                       .offset = i * PROGRAMME_TEXT,
                                       .count = PROGRAMME_TEXT};
    }
    if (node->type == YAML_SCALAR_NODE) {
        lines[0].key = field->key;
        int err = yaml_take_line(reader, node, &lines[0], text->in[0]);
        for (size_t i = 1; i < LANGUAGES; i++) {
            memcpy(text->in[i], text->in[0], PROGRAMME_TEXT);
        }
        return err;
    }
    int err = yaml_take_fields(reader, node, lines, LANGUAGES, text);
    const char *first = NULL;
    for (size_t i = 0; err == 0 && i < LANGUAGES && first == NULL; i++) {
        first = text->in[i][0] != '\0' ? text->in[i] : NULL;
    }
    if (err == 0 && first == NULL) {
        return yaml_wrong(reader, node, "'%s' has no text", field->key);
    }
    for (size_t i = 0; err == 0 && i < LANGUAGES; i++) {
        if (text->in[i][0] == '\0') {
            memcpy(text->in[i], first, PROGRAMME_TEXT);
        }
    }
    return err;
}

/* "10" or "10..15". */
static int take_range(struct yaml_reader *reader, yaml_node_t *node,
                      const struct yaml_field *field, void *out)
{
    struct range *range = out;
    char low[32];
    const char *text = yaml_scalar(reader, node, field);
    if (text == NULL) {
        return reader->err;
    }
    const char *dots = strstr(text, "..");
    size_t length = dots != NULL ? (size_t)(dots - text) : strlen(text);
    if (length >= sizeof(low)) {
        return yaml_wrong(reader, node, "'%s' is no number", field->key);
    }
    memcpy(low, text, length);
    low[length] = '\0';
    int err = yaml_number(reader, node, field, low, &range->low);
    range->high = range->low;
    if (err == 0 && dots != NULL) {
        err = yaml_number(reader, node, field, dots + 2, &range->high);
    }
    if (err == 0 && range->high < range->low) {
        return yaml_wrong(reader, node, "'%s: %s': write the lower one first",
                          field->key, text);
    }
    return err;
}

static int take_whole_range(struct yaml_reader *reader, yaml_node_t *node,
                            const struct yaml_field *field, void *out)
{
    const struct range *range = out;
    int err = take_range(reader, node, field, out);
    if (err == 0 && (range->low != floor(range->low) ||
                     range->high != floor(range->high))) {
        return yaml_wrong(reader, node, "'%s' must be a whole number",
                          field->key);
    }
    return err;
}

/* ---- tables of keys ---- */

#define DOSE_FIELDS(type)                                                      \
    {.key = "sets",                                                            \
     .take = take_whole_range,                                                 \
     .offset = offsetof(type, dose.part[DOSE_SETS]),                           \
     .least = 1,                                                               \
     .most = 100},                                                             \
        {.key = "repetitions",                                                 \
         .take = take_whole_range,                                             \
         .offset = offsetof(type, dose.part[DOSE_REPETITIONS]),                \
         .least = 1,                                                           \
         .most = REPETITIONS_MOST},                                            \
        {.key = "hold_s",                                                      \
         .take = take_range,                                                   \
         .offset = offsetof(type, dose.part[DOSE_HOLD_S]),                     \
         .least = 0.5,                                                         \
         .most = 600},                                                         \
    {                                                                          \
        .key = "minutes", .take = take_range,                                  \
        .offset = offsetof(type, dose.part[DOSE_MINUTES]), .least = 0.1,       \
        .most = MINUTES_MOST                                                   \
    }

enum { DOSE_KEYS = 4 };

static const struct range NOT_ASKED = {NAN, NAN};

static void clear_dose(struct dose *dose)
{
    for (size_t i = 0; i < DOSE_PARTS; i++) {
        dose->part[i] = NOT_ASKED;
    }
}

static int take_step(struct yaml_reader *reader, yaml_node_t *node,
                     const struct yaml_field *field, void *out)
{
    static const struct yaml_field keys[] = {
        {.key = "week",
         .needed = true,
         .take = yaml_take_whole,
         .offset = offsetof(struct dose_step, week),
         .least = 2,
         .most = PROGRAMME_WEEKS_MAX},
        DOSE_FIELDS(struct dose_step),
    };
    struct programme_exercise *exercise = out;
    struct dose_step *step = &exercise->step[exercise->step_count];
    (void)field;
    if (exercise->step_count == PROGRAMME_STEPS) {
        return yaml_wrong(reader, node, "more than %d steps", PROGRAMME_STEPS);
    }
    clear_dose(&step->dose);
    int err = yaml_take_fields(reader, node, keys, 1 + DOSE_KEYS, step);
    if (err < 0) {
        return err;
    }
    if (exercise->step_count > 0 && step->week <= step[-1].week) {
        return yaml_wrong(reader, node,
                          "week %u comes after week %u; write the earlier one "
                          "first",
                          step->week, step[-1].week);
    }
    exercise->step_count++;
    return 0;
}

static int take_steps(struct yaml_reader *reader, yaml_node_t *node,
                      const struct yaml_field *field, void *out)
{
    return yaml_take_list(reader, node, field, "- {week: 3, ...}", take_step,
                          out);
}

#define ID_FIELD(type)                                                         \
    {                                                                          \
        .key = "id", .needed = true, .take = yaml_take_id,                     \
        .offset = offsetof(type, id), .count = PROGRAMME_ID                    \
    }

static const struct yaml_field exercise_keys[] = {
    ID_FIELD(struct programme_exercise),
    {.key = "name",
     .needed = true,
     .take = take_languages,
     .offset = offsetof(struct programme_exercise, name)},
    {.key = "instruction",
     .needed = true,
     .take = take_languages,
     .offset = offsetof(struct programme_exercise, instruction)},
    {.key = "source",
     .take = yaml_take_line,
     .offset = offsetof(struct programme_exercise, source),
     .count = PROGRAMME_TEXT},
    {.key = "movement",
     .needed = true,
     .take = yaml_take_choice,
     .offset = offsetof(struct programme_exercise, movement),
     .words = movement_names,
     .count = MOVEMENTS},
    {.key = "placement",
     .needed = true,
     .take = yaml_take_choice,
     .offset = offsetof(struct programme_exercise, site),
     .words = site_names,
     .count = SITES},
    {.key = "side",
     .needed = true,
     .take = yaml_take_choice,
     .offset = offsetof(struct programme_exercise, sides),
     .words = sides_names,
     .count = SIDES},
    {.key = "days_a_week",
     .needed = true,
     .take = take_whole_range,
     .offset = offsetof(struct programme_exercise, days_a_week),
     .least = 0,
     .most = 7},
    {.key = "period_s",
     .take = take_range,
     .offset = offsetof(struct programme_exercise, period_s),
     .least = 0.05,
     .most = 120},
    {.key = "range_deg",
     .take = yaml_take_number,
     .offset = offsetof(struct programme_exercise, range_deg),
     .least = 1,
     .most = 360},
    {.key = "range_most_deg",
     .take = yaml_take_number,
     .offset = offsetof(struct programme_exercise, range_most_deg),
     .least = 1,
     .most = 360},
    {.key = "tempo_s",
     .take = yaml_take_number,
     .offset = offsetof(struct programme_exercise, tempo_s),
     .least = 0.1,
     .most = 60},
    {.key = "cadence_spm",
     .take = yaml_take_number,
     .offset = offsetof(struct programme_exercise, cadence_spm),
     .least = 20,
     .most = 240},
    {.key = "limits",
     .take = take_languages,
     .offset = offsetof(struct programme_exercise, limits)},
    {.key = "progression", .take = take_steps},
    DOSE_FIELDS(struct programme_exercise),
};

static const struct yaml_field caution_keys[] = {
    ID_FIELD(struct caution),
    {.key = "text",
     .needed = true,
     .take = take_languages,
     .offset = offsetof(struct caution, text)},
    {.key = "symptom",
     .take = yaml_take_choice,
     .offset = offsetof(struct caution, symptom),
     .words = symptom_names,
     .count = SYMPTOMS},
    {.key = "at_least",
     .take = yaml_take_number,
     .offset = offsetof(struct caution, at_least),
     .least = 0,
     .most = SYMPTOM_MOST},
    {.key = "walk_minutes",
     .take = yaml_take_number,
     .offset = offsetof(struct caution, walk_minutes),
     .least = 1,
     .most = MINUTES_MOST},
    {.key = "rise_percent",
     .take = yaml_take_number,
     .offset = offsetof(struct caution, rise_percent),
     .least = 1,
     .most = 1000},
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* ---- what goes together ---- */

/* What each movement must be dosed by: any one of these. */
static const struct {
    enum dose_part any[2];
    const char *words;
} needed_dose[MOVEMENTS] = {
    [MOVEMENT_TAPS] = {{DOSE_REPETITIONS, DOSE_MINUTES},
                       "'repetitions' or 'minutes'"},
    [MOVEMENT_TOUCHES] = {{DOSE_REPETITIONS, DOSE_REPETITIONS},
                          "'repetitions'"},
    [MOVEMENT_REPETITIONS] = {{DOSE_REPETITIONS, DOSE_MINUTES},
                              "'repetitions' or 'minutes'"},
    [MOVEMENT_HOLD] = {{DOSE_HOLD_S, DOSE_HOLD_S}, "'hold_s'"},
    [MOVEMENT_RHYTHM] = {{DOSE_MINUTES, DOSE_MINUTES}, "'minutes'"},
    [MOVEMENT_WALK] = {{DOSE_MINUTES, DOSE_MINUTES}, "'minutes'"},
    [MOVEMENT_BY_HAND] = {{DOSE_MINUTES, DOSE_REPETITIONS},
                          "'minutes' or 'repetitions'"},
};

static int check_exercise(struct yaml_reader *reader, const yaml_node_t *node,
                          const struct programme_exercise *exercise)
{
    const struct range *dose = exercise->dose.part;
    const enum dose_part *any = needed_dose[exercise->movement].any;
    if (isnan(dose[any[0]].low) && isnan(dose[any[1]].low)) {
        return yaml_wrong(reader, node, "'movement: %s' needs %s",
                          movement_names[exercise->movement],
                          needed_dose[exercise->movement].words);
    }
    bool by_hand = exercise->movement == MOVEMENT_BY_HAND;
    if (by_hand != (exercise->site == SITE_NONE)) {
        return yaml_wrong(reader, node,
                          "'movement: by-hand' and 'placement: none' go "
                          "together: what no sensor sees is entered by hand");
    }
    return 0;
}

static int take_exercise(struct yaml_reader *reader, yaml_node_t *node,
                         const struct yaml_field *field, void *out)
{
    struct programme *programme = out;
    (void)field;
    if (programme->exercise_count == PROGRAMME_EXERCISES) {
        return yaml_wrong(reader, node, "more than %d exercises",
                          PROGRAMME_EXERCISES);
    }
    struct programme_exercise *exercise =
        &programme->exercise[programme->exercise_count];
    clear_dose(&exercise->dose);
    exercise->dose.part[DOSE_SETS] = (struct range){1, 1};
    exercise->period_s = NOT_ASKED;
    exercise->range_deg = exercise->range_most_deg = NAN;
    exercise->tempo_s = exercise->cadence_spm = NAN;
    int err = yaml_take_fields(reader, node, exercise_keys,
                               COUNT_OF(exercise_keys), exercise);
    if (err == 0) {
        err = check_exercise(reader, node, exercise);
    }
    if (err == 0 && programme_find(programme, exercise->id) != NULL) {
        err = yaml_wrong(reader, node, "a second exercise '%s'", exercise->id);
    }
    if (err == 0) {
        programme->exercise_count++;
    }
    return err;
}

static int take_exercises(struct yaml_reader *reader, yaml_node_t *node,
                          const struct yaml_field *field, void *out)
{
    static const char example[] = "- id: ...";
    const struct programme *programme = out;
    int err = yaml_take_list(reader, node, field, example, take_exercise, out);
    return err < 0 || programme->exercise_count > 0
               ? err
               : yaml_wrong_list(reader, node, field, example);
}

static int take_caution(struct yaml_reader *reader, yaml_node_t *node,
                        const struct yaml_field *field, void *out)
{
    struct programme *programme = out;
    (void)field;
    if (programme->caution_count == PROGRAMME_CAUTIONS) {
        return yaml_wrong(reader, node, "more than %d cautions",
                          PROGRAMME_CAUTIONS);
    }
    struct caution *caution = &programme->caution[programme->caution_count++];
    caution->symptom = SYMPTOM_NONE;
    caution->at_least = caution->walk_minutes = caution->rise_percent = NAN;
    int err = yaml_take_fields(reader, node, caution_keys,
                               COUNT_OF(caution_keys), caution);
    if (err == 0 &&
        (caution->symptom != SYMPTOM_NONE) == isnan(caution->at_least)) {
        return yaml_wrong(reader, node, "'symptom' and 'at_least' go together");
    }
    return err;
}

static int take_cautions(struct yaml_reader *reader, yaml_node_t *node,
                         const struct yaml_field *field, void *out)
{
    return yaml_take_list(reader, node, field, "- id: ...", take_caution, out);
}

static const struct yaml_field programme_keys[] = {
    {.key = "programme",
     .needed = true,
     .take = yaml_take_id,
     .offset = offsetof(struct programme, id),
     .count = PROGRAMME_ID},
    {.key = "title",
     .needed = true,
     .take = take_languages,
     .offset = offsetof(struct programme, title)},
    {.key = "about",
     .take = take_languages,
     .offset = offsetof(struct programme, about)},
    {.key = "weeks",
     .needed = true,
     .take = yaml_take_whole,
     .offset = offsetof(struct programme, weeks),
     .least = 1,
     .most = PROGRAMME_WEEKS_MAX},
    {.key = "cautions", .take = take_cautions},
    {.key = "exercises", .needed = true, .take = take_exercises},
};

/* ---- reading ---- */

int programme_parse(const char *name, const char *text, size_t size,
                    struct programme **out, struct error *error)
{
    struct yaml_reader reader;
    int err = yaml_reader_open(&reader, name, text, size, error);
    if (err < 0) {
        return err;
    }
    struct programme *programme = calloc(1, sizeof(*programme));
    err = programme == NULL
              ? error_set(error, ERR_NO_MEMORY, "out of memory")
              : yaml_take_fields(
                    &reader, yaml_document_get_root_node(&reader.document),
                    programme_keys, COUNT_OF(programme_keys), programme);
    yaml_reader_close(&reader);
    if (err < 0) {
        free(programme);
        return err;
    }
    *out = programme;
    return 0;
}

/* A recording knows its programme by name alone. */
static bool takes_name(const struct programme *programme, const char *text,
                       size_t size)
{
    const struct programme_builtin *builtin = programme_builtin(programme->id);
    return builtin != NULL &&
           (size != builtin->size || memcmp(text, builtin->text, size) != 0);
}

static int read_open(const char *path, FILE *file, struct programme **out,
                     struct error *error)
{
    struct stat status;
    if (fstat(fileno(file), &status) != 0) {
        return error_from_errno(error, errno, "cannot read '%s'", path);
    }
    if (!S_ISREG(status.st_mode)) {
        return error_set(error, ERR_NO_INPUT, "'%s' is no file", path);
    }
    if (status.st_size == 0 || status.st_size > FILE_MAX) {
        return error_set(error, ERR_DATA,
                         status.st_size == 0
                             ? "'%s' is empty"
                             : "'%s' is too long for a programme",
                         path);
    }
    size_t size = (size_t)status.st_size;
    char *text = malloc(size);
    if (text == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    int err = fread(text, 1, size, file) == size
                  ? programme_parse(path, text, size, out, error)
                  : error_from_errno(error, errno, "cannot read '%s'", path);
    if (err == 0 && takes_name(*out, text, size)) {
        err = error_set(error, ERR_DATA,
                        "'%s' is changed but has the name of the built-in "
                        "programme '%s', for which recordings would take it; "
                        "give it a name of its own in its line 'programme:'",
                        path, (*out)->id);
        programme_free(*out);
        *out = NULL;
    }
    free(text);
    return err;
}

int programme_read(const char *name, struct programme **out,
                   struct error *error)
{
    const struct programme_builtin *builtin = programme_builtin(name);
    if (builtin != NULL) {
        return programme_parse(name, (const char *)builtin->text, builtin->size,
                               out, error);
    }
    FILE *file = fopen(name, "r");
    if (file == NULL) {
        return error_from_errno(error, errno,
                                "cannot open programme '%s' (none of that name "
                                "is built in: `carpus programme list`)",
                                name);
    }
    int err = read_open(name, file, out, error);
    fclose(file);
    return err;
}

void programme_free(struct programme *programme)
{
    free(programme);
}

struct dose programme_dose(const struct programme_exercise *exercise,
                           uint32_t week)
{
    struct dose dose = exercise->dose;
    for (size_t i = 0; i < exercise->step_count; i++) {
        const struct dose_step *step = &exercise->step[i];
        for (size_t part = 0; step->week <= week && part < DOSE_PARTS; part++) {
            if (!isnan(step->dose.part[part].low)) {
                dose.part[part] = step->dose.part[part];
            }
        }
    }
    return dose;
}

size_t programme_tasks(const struct programme_exercise *exercise,
                       enum side out[PROGRAMME_TASKS_MAX])
{
    static const struct {
        size_t count;
        enum side side[PROGRAMME_TASKS_MAX];
    } of[SIDES] = {
        [SIDES_EACH] = {2, {SIDE_LEFT, SIDE_RIGHT}},
        [SIDES_BOTH] = {1, {SIDE_BOTH}},
        [SIDES_NONE] = {1, {SIDE_NONE}},
    };
    size_t count = of[exercise->sides].count;
    for (size_t i = 0; i < count; i++) {
        out[i] = of[exercise->sides].side[i];
    }
    return count;
}

const struct programme_exercise *
programme_find(const struct programme *programme, const char *id)
{
    for (size_t i = 0; i < programme->exercise_count; i++) {
        if (strcmp(programme->exercise[i].id, id) == 0) {
            return &programme->exercise[i];
        }
    }
    return NULL;
}
