/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/virtual/sensor.h"

#include <math.h>
#include <string.h>

#include "firmware/core/bytes.h"
#include "firmware/core/lsm6dsox_regs.h"
#include "firmware/core/wire.h"
#include "firmware/virtual/kinematics.h"

static const double TWO_PI = 2.0 * 3.14159265358979323846;
static const double TOP_RATE_HZ = 20000.0 / 3.0; /* output rate code 10 */
static const double TICK_HZ = 40000.0;           /* time stamp: 25 us */
static const double FINE_STEP = 0.0015;          /* of INTERNAL_FREQ_FINE */
static const double ACCEL_NOISE_G = 70e-6;       /* per root hertz, table 2 */
static const double GYRO_NOISE_DPS = 3.8e-3;     /* likewise */
static const double SELF_TEST_G[3] = {0.30, -0.35, 0.40};
static const double SELF_TEST_DPS[3] = {350.0, -300.0, 400.0};

enum {
    BOOT_NS = 10000000, /* after power-on, section 5.1 of AN5272 */
    RESET_NS = 50000,   /* software reset, section 5.7 of AN5272 */
    TOP_CODE = 10,
    FIFO_LAST_ADDRESS = 0x7E,
};

/* What the driver does not use (data sheet, section 8). */
enum {
    PIN_CTRL = 0x02,
    COUNTER_BDR1 = 0x0B,
    COUNTER_BDR2 = 0x0C,
    INT2_CTRL = 0x0E,
    CTRL4_C = 0x13,
    CTRL6_C = 0x15,
    CTRL7_G = 0x16,
    CTRL8_XL = 0x17,
    CTRL9_XL = 0x18,
    STATUS_REG = 0x1E,
    OUTX_L_G = 0x22,
    OUTX_L_A = 0x28,
    STOP_ON_WTM = 1 << 7,    /* FIFO_CTRL2 */
    INT1_ACCEL = 1 << 0,     /* INT1_CTRL */
    INT1_GYRO = 1 << 1,      /* likewise */
    INT1_FIFO_OVR = 1 << 4,  /* likewise */
    INT1_FIFO_FULL = 1 << 5, /* likewise */
    ACTIVE_LOW = 1 << 5,     /* CTRL3_C */
    NEW_ACCEL = 1 << 0,      /* STATUS_REG */
    NEW_GYRO = 1 << 1,
    NEW_TEMPERATURE = 1 << 2,
};

/* Registers that hold a value: reset value and bits that can be written. */
static const struct {
    uint8_t address;
    uint8_t reset;
    uint8_t writable;
} REGISTERS[] = {
    {PIN_CTRL, 0x3F, 0xC0},
    {LSM6DSOX_FIFO_CTRL1, 0x00, 0xFF},
    {LSM6DSOX_FIFO_CTRL2, 0x00, 0xD7},
    {LSM6DSOX_FIFO_CTRL3, 0x00, 0xFF},
    {LSM6DSOX_FIFO_CTRL4, 0x00, 0xF7},
    {COUNTER_BDR1, 0x00, 0xE7},
    {COUNTER_BDR2, 0x00, 0xFF},
    {LSM6DSOX_INT1_CTRL, 0x00, 0xFF},
    {INT2_CTRL, 0x00, 0x7F},
    {LSM6DSOX_WHO_AM_I, LSM6DSOX_ID, 0x00},
    {LSM6DSOX_CTRL1_XL, 0x00, 0xFE},
    {LSM6DSOX_CTRL2_G, 0x00, 0xFE},
    {LSM6DSOX_CTRL3_C, 0x04, 0xFD},
    {CTRL4_C, 0x00, 0x7E},
    {LSM6DSOX_CTRL5_C, 0x00, 0xEF},
    {CTRL6_C, 0x00, 0xFF},
    {CTRL7_G, 0x00, 0xF2},
    {CTRL8_XL, 0x00, 0xFF},
    {CTRL9_XL, 0xE0, 0xFE},
    {LSM6DSOX_CTRL10_C, 0x00, 0x20},
};

static uint8_t writable_bits(uint8_t address)
{
    for (size_t k = 0; k < sizeof(REGISTERS) / sizeof(REGISTERS[0]); k++) {
        if (REGISTERS[k].address == address) {
            return REGISTERS[k].writable;
        }
    }
    return 0;
}

/* As FIFO_CTRL1, 2 and 4 say. */
static void set_fifo(struct sensor *sensor)
{
    uint8_t control2 = sensor->reg[LSM6DSOX_FIFO_CTRL2];
    sensor->fifo.watermark =
        sensor->reg[LSM6DSOX_FIFO_CTRL1] | (unsigned)(control2 & 1) << 8;
    sensor->fifo.stop_at_mark = control2 & STOP_ON_WTM;
    fifo_set_mode(&sensor->fifo, sensor->reg[LSM6DSOX_FIFO_CTRL4] & 7);
    if (!fifo_is_on(&sensor->fifo)) {
        sensor->fifo_samples = 0;
    }
}

static void reset_registers(struct sensor *sensor)
{
    memset(sensor->reg, 0, sizeof(sensor->reg));
    for (size_t k = 0; k < sizeof(REGISTERS) / sizeof(REGISTERS[0]); k++) {
        sensor->reg[REGISTERS[k].address] = REGISTERS[k].reset;
    }
    int fine = (int)lround(sensor->config.rate_error / FINE_STEP);
    sensor->reg[LSM6DSOX_INTERNAL_FREQ_FINE] = (uint8_t)(int8_t)fine;
    sensor->slot_ns = INT64_MAX;
    set_fifo(sensor);
}

/* Output and batch rates are powers of two apart; code 0 is off. */
static unsigned accel_code(const struct sensor *sensor)
{
    return sensor->reg[LSM6DSOX_CTRL1_XL] >> 4;
}

static unsigned gyro_code(const struct sensor *sensor)
{
    return sensor->reg[LSM6DSOX_CTRL2_G] >> 4;
}

static unsigned slot_code(const struct sensor *sensor)
{
    unsigned accel = accel_code(sensor);
    unsigned gyro = gyro_code(sensor);
    unsigned code = accel > gyro ? accel : gyro;
    return code > TOP_CODE ? TOP_CODE : code;
}

static double code_hz(unsigned code, double rate_error)
{
    return ldexp(TOP_RATE_HZ, (int)code - TOP_CODE) * (1.0 + rate_error);
}

double sensor_rate_hz(const struct sensor *sensor)
{
    unsigned code = slot_code(sensor);
    return code ? code_hz(code, sensor->config.rate_error) : 0.0;
}

/* True if something of rate `code` has its turn in slot `slot`. */
static bool has_turn(unsigned code, unsigned top, uint64_t slot)
{
    return code != 0 && slot % ((uint64_t)1 << (top - code)) == 0;
}

static void next_slot(struct sensor *sensor)
{
    sensor->slot++;
    sensor->slot_ns =
        sensor->slot_zero_ns +
        (int64_t)llround((double)sensor->slot * sensor->slot_period_ns);
}

/* An output rate was written. What runs on keeps its slots; the filters have
 * to settle again. */
static void change_rate(struct sensor *sensor, double before_hz)
{
    double rate_hz = sensor_rate_hz(sensor);
    if (rate_hz != before_hz) {
        sensor->slot = 0;
        sensor->slot_zero_ns = sensor->now_ns;
        sensor->slot_period_ns = rate_hz > 0.0 ? 1e9 / rate_hz : 0.0;
        sensor->slot_ns = INT64_MAX;
        if (rate_hz > 0.0) {
            next_slot(sensor);
        }
    }
    sensor->settled_slot = sensor->slot + sensor->config.startup_samples;
}

static uint32_t time_stamp(const struct sensor *sensor, int64_t at_ns)
{
    if (!(sensor->reg[LSM6DSOX_CTRL10_C] & LSM6DSOX_TIMESTAMP_EN)) {
        return 0;
    }
    double hz = TICK_HZ * (1.0 + sensor->config.rate_error);
    double ticks = (double)(at_ns - sensor->stamp_zero_ns) * 1e-9 * hz;
    return (uint32_t)((uint64_t)ticks + sensor->config.first_ticks);
}

static void put_axes(struct sensor *sensor, unsigned kind,
                     const int16_t axes[3])
{
    uint8_t data[FIFO_DATA];
    for (int i = 0; i < 3; i++) {
        put_u16(data + 2 * i, (uint16_t)axes[i]);
    }
    fifo_put(&sensor->fifo, kind, data);
}

/* FIFO_CTRL4: every how many slots a time stamp or a temperature goes in. */
static uint64_t stamp_interval(const struct sensor *sensor)
{
    static const uint8_t SLOTS[] = {0, 1, 8, 32};
    return SLOTS[sensor->reg[LSM6DSOX_FIFO_CTRL4] >> 6];
}

static uint64_t temperature_interval(const struct sensor *sensor)
{
    static const uint8_t SHIFT[] = {0, 12, 9, 7}; /* 1.6, 12.5, 52 Hz */
    unsigned setting = sensor->reg[LSM6DSOX_FIFO_CTRL4] >> 4 & 3;
    int shift = (int)slot_code(sensor) - TOP_CODE + SHIFT[setting];
    if (setting == 0) {
        return 0;
    }
    return shift > 0 ? (uint64_t)1 << shift : 1;
}

static void batch_extras(struct sensor *sensor, bool stamps, int64_t at_ns)
{
    uint8_t data[FIFO_DATA] = {0};
    uint64_t every =
        stamps ? stamp_interval(sensor) : temperature_interval(sensor);
    if (every == 0 || (sensor->fifo.slots - 1) % every != 0) {
        return;
    }
    if (stamps) {
        put_u32(data, time_stamp(sensor, at_ns));
        fifo_put(&sensor->fifo, LSM6DSOX_TAG_TIMESTAMP, data);
    } else {
        put_u16(data, (uint16_t)sensor->temperature);
        fifo_put(&sensor->fifo, LSM6DSOX_TAG_TEMPERATURE, data);
    }
}

/* Puts what is due in this slot into the FIFO. */
static void batch(struct sensor *sensor)
{
    unsigned top = slot_code(sensor);
    uint8_t rates = sensor->reg[LSM6DSOX_FIFO_CTRL3];
    unsigned accel = rates & 0x0F;
    unsigned gyro = rates >> 4;
    accel = accel > accel_code(sensor) ? accel_code(sensor) : accel;
    gyro = gyro > gyro_code(sensor) ? gyro_code(sensor) : gyro;
    bool has_accel = has_turn(accel, top, sensor->slot);
    bool has_gyro = has_turn(gyro, top, sensor->slot);
    if (!fifo_is_on(&sensor->fifo) || (!has_accel && !has_gyro)) {
        return;
    }
    fifo_begin_slot(&sensor->fifo);
    batch_extras(sensor, true, sensor->slot_ns);
    if (has_gyro) {
        put_axes(sensor, LSM6DSOX_TAG_GYRO, sensor->sample + 3);
    }
    if (has_accel) {
        put_axes(sensor, LSM6DSOX_TAG_ACCEL, sensor->sample);
    }
    batch_extras(sensor, false, sensor->slot_ns);
    if (has_accel && has_gyro) {
        uint64_t number = sensor->fifo_samples++;
        if (sensor->config.on_sample) {
            sensor->config.on_sample(sensor->config.on_sample_ctx, number,
                                     sensor->sample);
        }
    }
}

/* Two independent numbers of unit variance (Box and Muller 1958). */
static void normal_pair(struct sensor *sensor, double out[2])
{
    double radius =
        sqrt(-2.0 * log(1.0 - hash_uniform(sensor->noise_seed, sensor->noise)));
    double angle = TWO_PI * hash_uniform(sensor->noise_seed, sensor->noise + 1);
    sensor->noise += 2;
    out[0] = radius * cos(angle);
    out[1] = radius * sin(angle);
}

static int16_t quantise(double value, double lsb)
{
    double raw = nearbyint(value / lsb);
    return (int16_t)fmax(INT16_MIN, fmin(INT16_MAX, raw));
}

static double accel_lsb_g(const struct sensor *sensor)
{
    static const uint16_t RANGES_G[] = {2, 16, 4, 8};
    unsigned code = sensor->reg[LSM6DSOX_CTRL1_XL] >> 2 & 3;
    return wire_accel_ug_per_lsb(RANGES_G[code]) * 1e-6;
}

static double gyro_lsb_dps(const struct sensor *sensor)
{
    static const uint16_t RANGES_DPS[] = {250, 500, 1000, 2000};
    unsigned code = sensor->reg[LSM6DSOX_CTRL2_G] >> 2 & 3;
    return wire_gyro_udps_per_lsb(RANGES_DPS[code]) * 1e-6;
}

/* CTRL5_C: 1 for positive, -1 for negative self-test, 0 for none. */
static double self_test_sign(unsigned bits, unsigned negative)
{
    if (bits == 1) {
        return 1.0;
    }
    return bits == negative ? -1.0 : 0.0;
}

static void add_self_test(const struct sensor *sensor,
                          struct motion_point *point)
{
    uint8_t bits = sensor->reg[LSM6DSOX_CTRL5_C];
    double accel = self_test_sign(bits & 3, 2);
    double gyro = self_test_sign(bits >> 2 & 3, 3);
    for (int i = 0; i < 3; i++) {
        point->accel_g[i] += accel * SELF_TEST_G[i];
        point->gyro_dps[i] += gyro * SELF_TEST_DPS[i];
    }
}

static void add_noise(struct sensor *sensor, double rate_hz,
                      struct motion_point *point)
{
    double band = sqrt(0.5 * rate_hz);
    for (int i = 0; i < 3; i++) {
        double pair[2];
        normal_pair(sensor, pair);
        point->accel_g[i] += ACCEL_NOISE_G * band * pair[0];
        point->gyro_dps[i] += GYRO_NOISE_DPS * band * pair[1];
    }
}

static void see_motion(struct sensor *sensor, double rate_hz,
                       struct motion_point *point)
{
    struct motion_source *motion = sensor->config.motion;
    double t_s = 0.0;
    if (sensor->slot_ns > sensor->motion_start_ns) {
        t_s = (double)(sensor->slot_ns - sensor->motion_start_ns) * 1e-9;
    }
    if (sensor->motion_failed ||
        motion->at(motion->ctx, t_s, rate_hz, point) < 0) {
        sensor->motion_failed = true;
        *point = (struct motion_point){.accel_g = {0.0, 0.0, 1.0}};
    }
}

/* What the filters give while they settle. */
static void take_unsettled(struct sensor *sensor)
{
    static const int16_t WRONG[] = {0x7FFD,  0x7FFE,  0x7FFF,
                                    -0x7FFE, -0x7FFD, -0x7FFF};
    memcpy(sensor->sample, WRONG, sizeof(WRONG));
}

static void take_sample(struct sensor *sensor)
{
    double rate_hz = sensor_rate_hz(sensor);
    struct motion_point point;
    see_motion(sensor, rate_hz, &point);
    add_self_test(sensor, &point);
    if (!sensor->config.no_noise) {
        add_noise(sensor, rate_hz, &point);
    }
    unsigned top = slot_code(sensor);
    bool accel = has_turn(accel_code(sensor), top, sensor->slot);
    bool gyro = has_turn(gyro_code(sensor), top, sensor->slot);
    for (int i = 0; i < 3; i++) {
        if (accel) {
            sensor->sample[i] = quantise(point.accel_g[i], accel_lsb_g(sensor));
        }
        if (gyro) {
            sensor->sample[3 + i] =
                quantise(point.gyro_dps[i], gyro_lsb_dps(sensor));
        }
    }
    sensor->temperature = quantise(point.temperature_c - 25.0, 1.0 / 256.0);
    if (sensor->slot < sensor->settled_slot) {
        take_unsettled(sensor);
    }
    sensor->reg[STATUS_REG] |=
        (uint8_t)(NEW_TEMPERATURE | (accel ? NEW_ACCEL : 0) |
                  (gyro ? NEW_GYRO : 0));
}

void sensor_init(struct sensor *sensor, const struct sensor_config *config,
                 int64_t now_ns)
{
    memset(sensor, 0, sizeof(*sensor));
    sensor->config = *config;
    sensor->noise_seed = hash_index(config->seed, 0);
    sensor->fifo.seed = hash_index(config->seed, 1);
    sensor->now_ns = now_ns;
    sensor->motion_start_ns = INT64_MAX;
    sensor_power_cycle(sensor);
    sensor->ready_ns = now_ns;
}

void sensor_start_motion(struct sensor *sensor, int64_t now_ns)
{
    sensor->motion_start_ns = now_ns;
}

int64_t sensor_next_ns(const struct sensor *sensor)
{
    return sensor->slot_ns;
}

void sensor_advance(struct sensor *sensor, int64_t now_ns)
{
    while (sensor->slot_ns <= now_ns) {
        sensor->now_ns = sensor->slot_ns;
        take_sample(sensor);
        batch(sensor);
        next_slot(sensor);
    }
    sensor->now_ns = now_ns;
}

bool sensor_int1(const struct sensor *sensor)
{
    uint8_t enabled = sensor->reg[LSM6DSOX_INT1_CTRL];
    unsigned fifo = fifo_status(&sensor->fifo) >> 8;
    uint8_t ready = sensor->reg[STATUS_REG];
    bool level = (enabled & INT1_ACCEL && ready & NEW_ACCEL) ||
                 (enabled & INT1_GYRO && ready & NEW_GYRO) ||
                 (enabled & LSM6DSOX_INT1_FIFO_TH && fifo & LSM6DSOX_WTM) ||
                 (enabled & INT1_FIFO_OVR && fifo & LSM6DSOX_OVR) ||
                 (enabled & INT1_FIFO_FULL && fifo & LSM6DSOX_FIFO_FULL);
    bool active_low = sensor->reg[LSM6DSOX_CTRL3_C] & ACTIVE_LOW;
    return level != active_low;
}

/* A byte of the axes; reading them makes them no longer new. */
static uint8_t read_output(struct sensor *sensor, uint8_t address)
{
    uint8_t *ready = &sensor->reg[STATUS_REG];
    bool accel = address >= OUTX_L_A;
    unsigned at = (unsigned)address - (accel ? OUTX_L_A : OUTX_L_G);
    *ready &= (uint8_t) ~(accel ? NEW_ACCEL : NEW_GYRO);
    uint16_t value = (uint16_t)sensor->sample[at / 2 + (accel ? 0 : 3)];
    return (uint8_t)(at % 2 ? value >> 8 : value);
}

static uint8_t read_register(struct sensor *sensor, uint8_t address)
{
    if (address >= LSM6DSOX_FIFO_DATA_OUT_TAG && address <= FIFO_LAST_ADDRESS) {
        return fifo_read(&sensor->fifo,
                         (unsigned)address - LSM6DSOX_FIFO_DATA_OUT_TAG);
    }
    if (address >= OUTX_L_G && address < OUTX_L_A + 6) {
        return read_output(sensor, address);
    }
    if (address >= LSM6DSOX_TIMESTAMP0 && address < LSM6DSOX_TIMESTAMP0 + 4) {
        uint32_t ticks = time_stamp(sensor, sensor->now_ns);
        return (uint8_t)(ticks >> 8 * (address - LSM6DSOX_TIMESTAMP0));
    }
    uint8_t value = sensor->reg[address];
    switch (address) {
    case LSM6DSOX_FIFO_STATUS1:
        return (uint8_t)fifo_status(&sensor->fifo);
    case LSM6DSOX_FIFO_STATUS2:
        value = (uint8_t)(fifo_status(&sensor->fifo) >> 8);
        fifo_unlatch(&sensor->fifo);
        return value;
    case LSM6DSOX_OUT_TEMP_L:
        return (uint8_t)sensor->temperature;
    case LSM6DSOX_OUT_TEMP_L + 1:
        sensor->reg[STATUS_REG] &= (uint8_t)~NEW_TEMPERATURE;
        return (uint8_t)((uint16_t)sensor->temperature >> 8);
    case LSM6DSOX_CTRL3_C:
        return value | (sensor->now_ns < sensor->reset_ns);
    default:
        return value;
    }
}

/* Where the next byte of a transfer goes. */
static uint8_t next_address(const struct sensor *sensor, uint8_t address)
{
    if (address == FIFO_LAST_ADDRESS) {
        return LSM6DSOX_FIFO_DATA_OUT_TAG;
    }
    if (!(sensor->reg[LSM6DSOX_CTRL3_C] & LSM6DSOX_IF_INC)) {
        return address;
    }
    return (uint8_t)((address + 1) % SENSOR_REGISTERS);
}

bool sensor_read(struct sensor *sensor, uint8_t address, uint8_t *data,
                 size_t size)
{
    if (sensor->now_ns < sensor->ready_ns) {
        return false;
    }
    address %= SENSOR_REGISTERS;
    for (size_t k = 0; k < size; k++) {
        data[k] = read_register(sensor, address);
        address = next_address(sensor, address);
    }
    return true;
}

static void write_control3(struct sensor *sensor, uint8_t value)
{
    if (value & LSM6DSOX_SW_RESET) {
        reset_registers(sensor);
        sensor->reset_ns = sensor->now_ns + RESET_NS;
    } else if (value & LSM6DSOX_BOOT) {
        sensor->reg[LSM6DSOX_CTRL3_C] &= (uint8_t)~LSM6DSOX_BOOT;
        sensor->ready_ns = sensor->now_ns + BOOT_NS;
    }
}

static void write_register(struct sensor *sensor, uint8_t address,
                           uint8_t value)
{
    double before_hz = sensor_rate_hz(sensor);
    uint8_t old = sensor->reg[address];
    uint8_t bits = writable_bits(address);
    sensor->reg[address] = (uint8_t)((old & ~bits) | (value & bits));
    switch (address) {
    case LSM6DSOX_CTRL1_XL:
    case LSM6DSOX_CTRL2_G:
        if ((old ^ value) >> 4) {
            change_rate(sensor, before_hz);
        }
        break;
    case LSM6DSOX_CTRL3_C:
        write_control3(sensor, value);
        break;
    case LSM6DSOX_CTRL10_C:
        if (value & ~old & LSM6DSOX_TIMESTAMP_EN) {
            sensor->stamp_zero_ns = sensor->now_ns;
        }
        break;
    case LSM6DSOX_FIFO_CTRL1:
    case LSM6DSOX_FIFO_CTRL2:
    case LSM6DSOX_FIFO_CTRL4:
        set_fifo(sensor);
        break;
    case LSM6DSOX_TIMESTAMP2:
        if (value == LSM6DSOX_TIMESTAMP_RESET) {
            sensor->stamp_zero_ns = sensor->now_ns;
        }
        break;
    default:
        break;
    }
}

bool sensor_write(struct sensor *sensor, uint8_t address, const uint8_t *data,
                  size_t size)
{
    if (sensor->now_ns < sensor->ready_ns) {
        return false;
    }
    address %= SENSOR_REGISTERS;
    for (size_t k = 0; k < size; k++) {
        write_register(sensor, address, data[k]);
        address = next_address(sensor, address);
    }
    return true;
}

void sensor_power_cycle(struct sensor *sensor)
{
    reset_registers(sensor);
    sensor->ready_ns = sensor->now_ns + BOOT_NS;
    sensor->reset_ns = 0;
}
