/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/core/pack.h"

#include <string.h>

#include "firmware/core/bytes.h"

enum {
    AXES = 6,
    VALUE_BITS = 16,
    PARAMETER_MOST = 15,
    BEGIN_WEIGHT = 4, /* how much a parameter from the header counts */
    /* Then the mean begins to forget. With 8, 16, 32, 64 the walking, tremor,
     * exercise and timed-walk sets
     * take 5.51 5.51 5.59 5.66, 4.87 4.89 4.91 4.94,
     * 6.29 6.35 6.41 6.51, 6.15 6.25 6.36 6.41 bytes a sample: each set alone
     * would have chosen the same. */
    WEIGHT_MOST = 8,
    FADE = 4,       /* `off` forgets 1/16 each time */
    MEAN_SHIFT = 4, /* the slow mean, likewise */
};

/* Smallest k with weight << k >= sum, T.87 A.5.1. */
static uint32_t parameter(const struct pack_axis *axis)
{
    uint32_t k = 0;

    while (k < PARAMETER_MOST && axis->weight << k < axis->sum) {
        k++;
    }
    return k;
}

static int32_t to_int16(int32_t x)
{
    if (x > INT16_MAX) {
        return INT16_MAX;
    }
    return x < INT16_MIN ? INT16_MIN : x;
}

static void predict(const struct pack_axis *axis, int32_t out[PACK_PREDICTORS])
{
    const int32_t *past = axis->past;

    out[0] = axis->mean >> MEAN_SHIFT;
    out[1] = past[0];
    out[2] = to_int16(2 * past[0] - past[1]);
    out[3] = to_int16(3 * past[0] - 3 * past[1] + past[2]);
}

static uint32_t best_of(const struct pack_axis *axis)
{
    uint32_t best = 0;

    for (uint32_t i = 1; i < PACK_PREDICTORS; i++) {
        if (axis->off[i] < axis->off[best]) {
            best = i;
        }
    }
    return best;
}

static uint32_t distance(int32_t a, int32_t b)
{
    return (uint32_t)(a < b ? b - a : a - b);
}

/* What both sides learn from a value: how far off each predictor was, and the
 * value itself. `coded` is what was written for it. */
static void learn(struct pack_axis *axis,
                  const int32_t predicted[PACK_PREDICTORS], int32_t value,
                  uint32_t coded)
{
    for (size_t i = 0; i < PACK_PREDICTORS; i++) {
        axis->off[i] -= axis->off[i] >> FADE;
        axis->off[i] += distance(predicted[i], value);
    }
    axis->past[2] = axis->past[1];
    axis->past[1] = axis->past[0];
    axis->past[0] = value;
    axis->mean += value - (axis->mean >> MEAN_SHIFT);
    axis->sum += (coded + 1) / 2;
    axis->weight++;
    if (axis->weight > WEIGHT_MOST) {
        axis->sum /= 2;
        axis->weight /= 2;
    }
}

/* A first value, before which there is nothing. */
static void begin_axis(struct pack_axis *axis, uint32_t k, int32_t value)
{
    memset(axis, 0, sizeof *axis);
    axis->past[0] = axis->past[1] = axis->past[2] = value;
    axis->mean = value * (1 << MEAN_SHIFT);
    axis->weight = BEGIN_WEIGHT;
    axis->sum = BEGIN_WEIGHT << k;
}

/* Signed to unsigned, small to small: 0 -1 1 -2 2 are 0 1 2 3 4. Differences
 * are taken modulo 2^16, so that 16 bits are always enough. */
static uint32_t fold(int32_t difference)
{
    int32_t wrapped = (int16_t)(uint16_t)difference;

    return (uint32_t)(wrapped < 0 ? -2 * wrapped - 1 : 2 * wrapped);
}

static int32_t unfold(uint32_t code)
{
    int32_t half = (int32_t)(code / 2);

    return (code & 1) != 0 ? -half - 1 : half;
}

/* ---- packing ---- */

static void put_bits(struct pack *pack, uint32_t value, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++, pack->bits++) {
        if ((value >> i & 1) != 0) {
            uint8_t *byte = &pack->bytes[pack->bits / 8];
            *byte = (uint8_t)(*byte | 1U << pack->bits % 8);
        }
    }
}

static void put_code(struct pack *pack, uint32_t code, uint32_t k)
{
    uint32_t quotient = code >> k;

    if (quotient >= PACK_ESCAPE) {
        put_bits(pack, UINT32_MAX, PACK_ESCAPE);
        put_bits(pack, code, VALUE_BITS);
        return;
    }
    put_bits(pack, UINT32_MAX, quotient);
    pack->bits++; /* a zero */
    put_bits(pack, code, k);
}

static uint32_t code_bits(uint32_t code, uint32_t k)
{
    uint32_t quotient = code >> k;

    return quotient >= PACK_ESCAPE ? PACK_ESCAPE + VALUE_BITS
                                   : quotient + 1 + k;
}

void pack_init(struct pack *pack)
{
    memset(pack, 0, sizeof *pack);
    for (int i = 0; i < AXES; i++) {
        begin_axis(&pack->axis[i], PARAMETER_MOST / 2, 0);
    }
}

void pack_begin(struct pack *pack, uint8_t *bytes, size_t size)
{
    memset(bytes, 0, size);
    pack->bytes = bytes;
    pack->bits = 0;
    pack->size = (uint32_t)size * 8;
    pack->count = 0;
    for (int i = 0; i < AXES; i++) {
        put_bits(pack, parameter(&pack->axis[i]), 4);
    }
}

static void add_first(struct pack *pack, const int16_t sample[6])
{
    for (int i = 0; i < AXES; i++) {
        struct pack_axis *axis = &pack->axis[i];
        begin_axis(axis, parameter(axis), sample[i]);
        put_bits(pack, (uint16_t)sample[i], VALUE_BITS);
    }
}

bool pack_add(struct pack *pack, const int16_t sample[6])
{
    int32_t predicted[AXES][PACK_PREDICTORS];
    uint32_t codes[AXES];
    uint32_t parameters[AXES];
    uint32_t bits = 0;

    if (pack->count == 0) {
        add_first(pack, sample);
        pack->count = 1;
        return true;
    }
    for (int i = 0; i < AXES; i++) {
        struct pack_axis *axis = &pack->axis[i];
        predict(axis, predicted[i]);
        codes[i] = fold(sample[i] - predicted[i][best_of(axis)]);
        parameters[i] = parameter(axis);
        bits += code_bits(codes[i], parameters[i]);
    }
    if (pack->bits + bits > pack->size) {
        return false;
    }
    for (int i = 0; i < AXES; i++) {
        put_code(pack, codes[i], parameters[i]);
        learn(&pack->axis[i], predicted[i], sample[i], codes[i]);
    }
    pack->count++;
    return true;
}

size_t pack_bytes(const struct pack *pack)
{
    return (pack->bits + 7) / 8;
}

/* ---- unpacking ---- */

/* Bits behind the end read as 0; unpack_next finds out. */
static uint32_t get_bits(struct unpack *unpack, uint32_t count)
{
    uint32_t value = 0;

    for (uint32_t i = 0; i < count; i++, unpack->bits++) {
        uint32_t at = unpack->bits;
        if (at < unpack->size && (unpack->bytes[at / 8] >> at % 8 & 1) != 0) {
            value |= UINT32_C(1) << i;
        }
    }
    return value;
}

static uint32_t get_code(struct unpack *unpack, uint32_t k)
{
    uint32_t quotient = 0;

    while (quotient < PACK_ESCAPE && get_bits(unpack, 1) == 1) {
        quotient++;
    }
    if (quotient == PACK_ESCAPE) {
        return get_bits(unpack, VALUE_BITS);
    }
    return quotient << k | get_bits(unpack, k);
}

void unpack_begin(struct unpack *unpack, const uint8_t *bytes, size_t size)
{
    memset(unpack, 0, sizeof *unpack);
    unpack->bytes = bytes;
    unpack->size = (uint32_t)size * 8;
    for (int i = 0; i < AXES; i++) {
        begin_axis(&unpack->axis[i], get_bits(unpack, 4), 0);
    }
}

static void get_first(struct unpack *unpack, int16_t sample[6])
{
    for (int i = 0; i < AXES; i++) {
        struct pack_axis *axis = &unpack->axis[i];
        sample[i] = (int16_t)(uint16_t)get_bits(unpack, VALUE_BITS);
        begin_axis(axis, parameter(axis), sample[i]);
    }
}

static int16_t get_value(struct unpack *unpack, struct pack_axis *axis)
{
    int32_t predicted[PACK_PREDICTORS];

    predict(axis, predicted);
    uint32_t code = get_code(unpack, parameter(axis));
    int32_t sum = predicted[best_of(axis)] + unfold(code);
    int16_t value = (int16_t)(uint16_t)sum;
    learn(axis, predicted, value, code);
    return value;
}

bool unpack_next(struct unpack *unpack, int16_t sample[6])
{
    if (unpack->count == 0) {
        get_first(unpack, sample);
    } else {
        for (int i = 0; i < AXES; i++) {
            sample[i] = get_value(unpack, &unpack->axis[i]);
        }
    }
    unpack->count++;
    return unpack->bits <= unpack->size;
}
