/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/guided_session.h"

#include <stdlib.h>
#include <string.h>

#include "acquire/clocks.h"
#include "analysis/adherence_measure.h"
#include "analysis/guide.h"
#include "analysis/guide_view.h"
#include "analysis/live.h"

enum { SENSORS = RECORDING_SENSORS_MAX };

static const int64_t COUNT_EVERY_NS = 1000000000;
/* Counting takes a tenth of the time at most, so that keys do not wait. */
static const int64_t COUNT_COST = 10;

struct guided_session {
    struct programme *programme;
    enum language language;
    struct guide_plan plan;
    struct guide *guide;
    bool started;
    size_t sensor_count;
    const struct recording_info *info[SENSORS];
    struct live *live[SENSORS];

    /* The exercise that is counted now. */
    bool counts;
    const struct guide_item *item;
    int64_t start_ns;       /* its beginning, by which attempts differ */
    struct windows windows; /* of it, without pauses */
    bool open;              /* the last one goes on */
    int64_t counted_ns;     /* session's clock */
    int64_t count_again_ns; /* this computer's */
};

/* ---- what the sensors can tell ---- */

static bool sees(const void *self, const struct programme_exercise *exercise,
                 enum side side, size_t *sensor)
{
    const struct guided_session *s = self;
    struct adherence_item item;
    char why[sizeof(item.reason)];
    adherence_item_init(&item, exercise, side, 1);
    for (size_t i = 0; i < s->sensor_count; i++) {
        if (adherence_can_measure(&item, s->info[i]->placement, why,
                                  sizeof(why))) {
            *sensor = i;
            return true;
        }
    }
    return false;
}

/* ---- beginning and end ---- */

static void close_session(void *self)
{
    struct guided_session *s = self;
    for (size_t i = 0; i < s->sensor_count; i++) {
        live_free(s->live[i]);
    }
    windows_free(&s->windows);
    guide_free(s->guide);
    guide_plan_free(&s->plan);
    programme_free(s->programme);
    free(s);
}

static int find_language(const char *code, enum language *out,
                         struct error *error)
{
    *out = LANGUAGE_EN;
    for (int i = 0; code != NULL && i < LANGUAGES; i++) {
        if (strcmp(code, language_codes[i]) == 0) {
            *out = (enum language)i;
            return 0;
        }
    }
    return code == NULL ? 0
                        : error_set(error, ERR_USAGE,
                                    "--lang: '%s' is not spoken here; write "
                                    "en or de",
                                    code);
}

static int check_week(const struct programme *programme, uint32_t week,
                      struct error *error)
{
    return week <= programme->weeks
               ? 0
               : error_set(error, ERR_USAGE,
                           "--week: programme '%s' has %u weeks", programme->id,
                           programme->weeks);
}

static int make_guide(struct guided_session *s, uint32_t week)
{
    struct guide_senses senses = {sees, s};
    int err = guide_plan_make(s->programme, week, senses, &s->plan);
    for (size_t i = 0; i < s->sensor_count && err == 0; i++) {
        err = live_new(s->info[i], &s->live[i]);
    }
    if (err == 0) {
        s->guide = guide_new(s->programme, week, &s->plan);
        err = s->guide == NULL ? ERR_NO_MEMORY : 0;
    }
    return err;
}

static int open_session(const struct record_guide_request *request,
                        const struct recording_info *const *sensors,
                        size_t count, void **self, struct error *error)
{
    struct guided_session *s = calloc(1, sizeof(*s));
    uint32_t week = request->week > 0 ? request->week : 1;
    if (s == NULL) {
        return error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    s->sensor_count = count;
    for (size_t i = 0; i < count; i++) {
        s->info[i] = sensors[i];
    }
    int err = find_language(request->language, &s->language, error);
    if (err == 0) {
        err = programme_read(request->programme, &s->programme, error);
    }
    if (err == 0) {
        err = check_week(s->programme, week, error);
    }
    if (err == 0 && make_guide(s, week) < 0) {
        err = error_set(error, ERR_NO_MEMORY, "out of memory");
    }
    if (err < 0) {
        close_session(s);
        return err;
    }
    *self = s;
    return 0;
}

/* ---- counting ---- */

static void end_counting(struct guided_session *s)
{
    if (s->counts) {
        live_end(s->live[s->item->sensor]);
        windows_free(&s->windows);
    }
    s->counts = false;
}

static void begin_counting(struct guided_session *s, int64_t now_ns)
{
    s->counts = true;
    s->open = false;
    s->item = guide_item(s->guide);
    s->start_ns = s->guide->start_ns;
    s->counted_ns = now_ns;
    live_begin(s->live[s->item->sensor]);
}

/* Follows what the guide leads through: an exercise that a sensor tells of
 * begins, pauses, or is over. */
static void follow_guide(struct guided_session *s, int64_t now_ns)
{
    const struct guide *g = s->guide;
    const struct guide_item *item = guide_item(g);
    bool done = g->state == GUIDE_EXERCISE ||
                (g->state == GUIDE_PAUSE && g->paused == GUIDE_EXERCISE);
    bool other = s->item != item || s->start_ns != g->start_ns;
    if (s->counts && (!done || other)) {
        end_counting(s);
    }
    if (done && !s->counts && item->measured) {
        begin_counting(s, now_ns);
    }
    if (s->counts && g->state == GUIDE_EXERCISE) {
        const struct live *live = s->live[item->sensor];
        double end_s = live_s(live, now_ns);
        if (!s->open) {
            /* After a pause from now on, else from the beginning. */
            bool first = s->windows.count == 0;
            double start_s = first ? live_s(live, s->start_ns) : end_s;
            s->open = windows_add(&s->windows, (struct span){start_s, end_s},
                                  item->set) == 0;
        }
        if (s->open) {
            s->windows.window[s->windows.count - 1].span.end_s = end_s;
        }
    } else {
        s->open = false;
    }
}

static void tell_guide(struct guided_session *s,
                       const struct adherence_item *item, int64_t now_ns)
{
    const struct guide_count count = {
        .amount = item->done.part[s->item->goal.part],
        .hold_s = item->done.part[DOSE_HOLD_S],
        .cadence_spm = item->done.cadence_spm,
    };
    guide_counted(s->guide, &count, now_ns);
}

static void count(struct guided_session *s, int64_t now_ns)
{
    struct adherence_item item;
    int64_t begin_ns = monotonic_ns();
    adherence_item_init(&item, s->item->exercise, s->item->side,
                        s->guide->week);
    if (live_measure(s->live[s->item->sensor], &s->windows, &item) == 0) {
        tell_guide(s, &item, now_ns);
    }
    s->counted_ns = now_ns;
    int64_t end_ns = monotonic_ns();
    s->count_again_ns = end_ns + COUNT_COST * (end_ns - begin_ns);
}

static bool count_is_due(const struct guided_session *s, int64_t now_ns)
{
    return s->open && now_ns - s->counted_ns >= COUNT_EVERY_NS &&
           monotonic_ns() >= s->count_again_ns;
}

static void take_motion(void *self, const struct record_motion *motion)
{
    struct guided_session *s = self;
    /* Short of memory, the count stands still; the recording goes on. */
    (void)live_push(s->live[motion->sensor], motion);
}

/* ---- what the recorder calls ---- */

static void start_if_new(struct guided_session *s, int64_t now_ns)
{
    if (!s->started) {
        s->started = true;
        guide_start(s->guide, now_ns);
    }
}

static void take_key(void *self, const struct key *key, int64_t now_ns)
{
    struct guided_session *s = self;
    start_if_new(s, now_ns);
    follow_guide(s, now_ns);
    if (s->open) {
        count(s, now_ns); /* the key may end the exercise */
    }
    guide_key(s->guide, key, now_ns);
}

static void tick(void *self, int64_t now_ns)
{
    struct guided_session *s = self;
    start_if_new(s, now_ns);
    follow_guide(s, now_ns);
    if (count_is_due(s, now_ns)) {
        count(s, now_ns);
    }
    guide_tick(s->guide, now_ns);
}

static void stop(void *self, int64_t now_ns)
{
    struct guided_session *s = self;
    guide_stop(s->guide, now_ns);
}

static bool next_event(void *self, struct journal_event *out)
{
    struct guided_session *s = self;
    struct guide_event event;
    if (!guide_next_event(s->guide, &event)) {
        return false;
    }
    *out = (struct journal_event){.start_ns = event.start_ns,
                                  .end_ns = event.end_ns,
                                  .source = PROGRAMME_EVENT_SOURCE};
    programme_event_label(&event.what, out->label);
    return true;
}

static bool bell(void *self)
{
    return guide_take_bell(((struct guided_session *)self)->guide);
}

static bool is_done(const void *self)
{
    return ((const struct guided_session *)self)->guide->state == GUIDE_DONE;
}

static void view(const void *self, int64_t now_ns, struct screen *out)
{
    const struct guided_session *s = self;
    guide_view(s->guide, s->language, now_ns, out);
}

static const char *notes(const void *self)
{
    return ((const struct guided_session *)self)->guide->notes;
}

static void sum_up(const void *self,
                   void (*hear)(void *listener, const char *line),
                   void *listener)
{
    const struct guided_session *s = self;
    guide_sum_up(s->guide, s->language,
                 (struct guide_listener){hear, listener});
}

const struct record_guide guided_session = {
    .open = open_session,
    .motion = take_motion,
    .key = take_key,
    .tick = tick,
    .stop = stop,
    .event = next_event,
    .bell = bell,
    .done = is_done,
    .view = view,
    .notes = notes,
    .sum_up = sum_up,
    .close = close_session,
};
