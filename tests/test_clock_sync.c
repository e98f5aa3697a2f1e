/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two wristbands on one host, by a virtual clock: their crystals drift and
 * wander, the host is late, asymmetric, slewed, asleep; thousands of sessions,
 * each from its own seed. What the same instant is on both maps must be the
 * same to within a millisecond, the rate right to within 1 ppm, and no time may
 * go back.
 */
#include "recording_maker.h"

#include "acquire/clock_fit.h"
#include "figure.h"

enum {
    CASES = 300, /* of each class, of two wristbands each */
    BURST = 8,
    WANDERS = 5,
    LOOKS = 400, /* instants that are compared */
    BURSTS_MAX = 2400,
};

static const double every_s = 2;
static const double burst_part = 0.2; /* of that, which a burst may take */
static const double error_max_ms = 1;
static const double ppm_max = 1;

/* What befalls a session. */
struct trouble {
    const char *name;
    double wander_ppm;   /* each of five periods, from half a minute to hours */
    double warm_ppm;     /* by which a crystal changes on the wrist, at most */
    double jitter_us;    /* mean delay each way, exponential */
    double busy;         /* share of probes that 50 ms at most are lost in */
    double asymmetry_us; /* between the ways, at most */
    double slew_ppm;     /* of the host's clock, for minutes, at most */
    double utc_step_s;   /* of the host's UTC, to and fro, at most */
    int sleeps;          /* of the host, ten seconds to eight hours each */
    double sleep_error_s; /* by which its clock is wrong afterwards, at most */
    bool stands_still;    /* the host's clock, asleep: CLOCK_MONOTONIC */
};

/* Truth at each burst, [s] since it began: between two all is straight. */
struct session {
    double true_s[BURSTS_MAX];
    double host_s[BURSTS_MAX];
    bool after_sleep[BURSTS_MAX];
    size_t bursts;
};

struct band {
    double device_s[BURSTS_MAX];
    struct clock_probes probes;
    struct clock_map map;
};

static double uniform(uint32_t *seed, double from, double to)
{
    return from + (to - from) * made_random(seed);
}

static double exponential(uint32_t *seed, double mean)
{
    return -mean * log(1 - made_random(seed));
}

/* Standard normal, nearly: by twelve uniform ones. */
static double normal(uint32_t *seed)
{
    double sum = -6;
    for (int i = 0; i < 12; i++) {
        sum += made_random(seed);
    }
    return sum;
}

static void make_session(const struct trouble *trouble, uint32_t *seed,
                         struct session *out)
{
    double slew = 0;
    out->bursts = (size_t)uniform(seed, 150, 1200);
    for (size_t i = 1; i < out->bursts; i++) {
        double step = every_s;
        double error = 0;
        bool slept = trouble->sleeps > 0 &&
                     i % (out->bursts / (size_t)(trouble->sleeps + 1) + 1) == 0;
        if (slept) {
            step += pow(10, uniform(seed, 1, 4.45));
            error = uniform(seed, -1, 1) * trouble->sleep_error_s;
        }
        if (made_random(seed) < 0.02) {
            slew =
                slew != 0 ? 0 : uniform(seed, -1, 1) * trouble->slew_ppm * 1e-6;
        }
        double host = slept && trouble->stands_still ? every_s : step + error;
        out->true_s[i] = out->true_s[i - 1] + step;
        out->host_s[i] = out->host_s[i - 1] + host * (1 + slew);
        out->after_sleep[i] = slept;
    }
}

/* The device's time at each burst, of a crystal with a constant error, noise
 * of periods from half a minute to two hours, and a warming on the wrist. */
static void make_crystal(const struct trouble *trouble,
                         const struct session *session, uint32_t *seed,
                         double *device_s)
{
    double ppm = uniform(seed, -200, 200);
    double warm_ppm = uniform(seed, -1, 1) * trouble->warm_ppm;
    double warm_s = uniform(seed, 200, 1000);
    double noise[WANDERS] = {0};
    device_s[0] = uniform(seed, 0, 200000);
    for (size_t i = 1; i < session->bursts; i++) {
        double step = session->true_s[i] - session->true_s[i - 1];
        double rate = ppm + warm_ppm * exp(-session->true_s[i] / warm_s);
        for (int k = 0; k < WANDERS; k++) {
            double stays = exp(-step / (30 * pow(4, k)));
            noise[k] = stays * noise[k] + sqrt(1 - stays * stays) *
                                              trouble->wander_ppm *
                                              normal(seed);
            rate += noise[k];
        }
        device_s[i] = device_s[i - 1] + step * (1 + rate * 1e-6);
    }
}

static void probe(const struct trouble *trouble, const struct session *session,
                  struct band *band, uint32_t *seed)
{
    double asymmetry = uniform(seed, -1, 1) * trouble->asymmetry_us * 1e-6;
    double there = uniform(seed, 1e-4, 3e-4) + fmax(asymmetry, 0);
    double back = uniform(seed, 1e-4, 3e-4) + fmax(-asymmetry, 0);
    double utc_s = 0;
    for (size_t i = 0; i < session->bursts; i++) {
        if (made_random(seed) < 0.05) {
            utc_s = uniform(seed, -1, 1) * trouble->utc_step_s;
        }
        double at = 0;
        for (int k = 0; k < BURST; k++) {
            double out = there + exponential(seed, trouble->jitter_us * 1e-6);
            double in = back + exponential(seed, trouble->jitter_us * 1e-6);
            if (made_random(seed) < trouble->busy) {
                *(made_random(seed) < 0.5 ? &out : &in) +=
                    uniform(seed, 0, 0.05);
            }
            double middle = session->host_s[i] + at + (out + in) / 2;
            const struct recording_clock made = {
                .device_ns =
                    1000 * (int64_t)floor((band->device_s[i] + at + out) * 1e6),
                .host_monotonic_ns = llround(middle * 1e9),
                .host_utc_ns = llround((middle + utc_s) * 1e9),
                .round_trip_ns = llround((out + in) * 1e9),
            };
            assert_int_equal(clock_probes_add(&band->probes, &made, NULL), 0);
            at += out + in;
        }
    }
}

/* ---- what came of it ---- */

struct worst {
    double alone_ms; /* a map from the truth */
    double pair_ms;  /* one from the other */
    double ppm;
};

/* Host time [s] that a map gives to where `part` of the way from burst i to
 * the next has passed. */
static double mapped(const struct band *band, size_t i, double part)
{
    double device_s =
        band->device_s[i] + part * (band->device_s[i + 1] - band->device_s[i]);
    double device = device_s * 1e9 - (double)band->map.device_ns;
    return ((double)band->map.host_ns + clock_map_host(&band->map, device)) *
           1e-9;
}

/* By how much a clock has jumped is known from the first burst after it on. */
static void look_at_times(const struct session *session,
                          const struct band *bands, uint32_t *seed,
                          struct worst *worst)
{
    double before[2] = {-INFINITY, -INFINITY};
    size_t last = 0;
    for (size_t k = 0; k < LOOKS; k++) {
        size_t i = k * (session->bursts - 1) / LOOKS;
        double from = session->after_sleep[i] ? burst_part : 0;
        double part = i > last || k == 0 ? uniform(seed, from, 1) : 1;
        double host = session->host_s[i] +
                      part * (session->host_s[i + 1] - session->host_s[i]);
        double is[2] = {mapped(&bands[0], i, part), mapped(&bands[1], i, part)};
        for (int b = 0; b < 2; b++) {
            assert_true(is[b] >= before[b]);
            before[b] = is[b];
        }
        last = i;
        if (!session->after_sleep[i + 1]) {
            for (int b = 0; b < 2; b++) {
                worst->alone_ms =
                    fmax(worst->alone_ms, fabs(is[b] - host) * 1e3);
            }
            worst->pair_ms = fmax(worst->pair_ms, fabs(is[0] - is[1]) * 1e3);
        }
    }
}

/* Of the time that the host was awake. */
static void look_at_rate(const struct session *session, const struct band *band,
                         struct worst *worst)
{
    double device = 0;
    double host = 0;
    for (size_t i = 1; i < session->bursts; i++) {
        if (!session->after_sleep[i]) {
            device += band->device_s[i] - band->device_s[i - 1];
            host += session->host_s[i] - session->host_s[i - 1];
        }
    }
    double ppm = (device / host - 1) * 1e6;
    worst->ppm = fmax(worst->ppm, fabs(band->map.fit.ppm - ppm));
    assert_int_equal(band->map.fit.probes, BURST * session->bursts);
    assert_in_range(band->map.fit.used, session->bursts * 9 / 10,
                    session->bursts);
}

static void run_case(const struct trouble *trouble, uint32_t seed,
                     struct worst *worst)
{
    static struct session session;
    static struct band bands[2];
    memset(&session, 0, sizeof(session));
    make_session(trouble, &seed, &session);
    for (int b = 0; b < 2; b++) {
        memset(&bands[b], 0, sizeof(bands[b]));
        make_crystal(trouble, &session, &seed, bands[b].device_s);
        probe(trouble, &session, &bands[b], &seed);
        assert_int_equal(clock_map_init(&bands[b].map, &bands[b].probes, NULL),
                         0);
        look_at_rate(&session, &bands[b], worst);
    }
    look_at_times(&session, bands, &seed, worst);
    for (int b = 0; b < 2; b++) {
        clock_map_deinit(&bands[b].map);
        clock_probes_deinit(&bands[b].probes);
    }
}

static const struct trouble troubles[] = {
    {.name = "drift of 200 ppm", .jitter_us = 100},
    {.name = "1/f wander, warming by 20 ppm",
     .wander_ppm = 1,
     .warm_ppm = 20,
     .jitter_us = 100},
    {.name = "jitter of 1 ms, busy host",
     .wander_ppm = 0.3,
     .jitter_us = 500,
     .busy = 0.1},
    {.name = "asymmetry of 0.6 ms", .jitter_us = 100, .asymmetry_us = 600},
    {.name = "host's clock slewed by 500 ppm",
     .jitter_us = 100,
     .slew_ppm = 500},
    {.name = "UTC stepped, back as well", .jitter_us = 100, .utc_step_s = 1e5},
    {.name = "host asleep",
     .wander_ppm = 1,
     .warm_ppm = 20,
     .jitter_us = 100,
     .sleeps = 3},
    {.name = "host asleep, its clock wrong by 1 s after it",
     .wander_ppm = 1,
     .jitter_us = 100,
     .sleeps = 3,
     .sleep_error_s = 1},
    {.name = "host asleep, its clock stands still",
     .jitter_us = 100,
     .sleeps = 3,
     .stands_still = true},
    {.name = "all of it",
     .wander_ppm = 1,
     .warm_ppm = 20,
     .jitter_us = 200,
     .busy = 0.05,
     .asymmetry_us = 300,
     .slew_ppm = 100,
     .utc_step_s = 1e5,
     .sleeps = 2,
     .sleep_error_s = 1},
};

static void two_wristbands_align_within_a_millisecond(void **state)
{
    (void)state;
    struct worst all = {0, 0, 0};
    for (size_t k = 0; k < sizeof(troubles) / sizeof(troubles[0]); k++) {
        struct worst worst = {0, 0, 0};
        for (uint32_t i = 0; i < CASES; i++) {
            run_case(&troubles[k], (uint32_t)k * 1000003U + i, &worst);
        }
        char what[96];
        snprintf(what, sizeof(what), "clock: %s", troubles[k].name);
        figure("clock", what, CASES,
               "%.2f ms between two, %.2f ms from the truth, %.2f ppm, at "
               "worst; never back",
               worst.pair_ms, worst.alone_ms, worst.ppm);
        all.alone_ms = fmax(all.alone_ms, worst.alone_ms);
        all.pair_ms = fmax(all.pair_ms, worst.pair_ms);
        all.ppm = fmax(all.ppm, worst.ppm);
    }
    assert_true(all.alone_ms < error_max_ms);
    assert_true(all.pair_ms < error_max_ms);
    assert_true(all.ppm < ppm_max);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_wristbands_align_within_a_millisecond),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
