/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "firmware/core/settings.h"

/* Two of them must fit the memory of a Cortex-M0, where this runs as well. */
#define FAKE_FLASH_SECTORS FLASH_SECTORS_MIN
#include "tests/fake_flash.h"

static struct fake_flash fake;

static const struct settings first = {
    .config = {.rate_hz = 104, .accel_g = 8, .gyro_dps = 2000},
    .logging = {.config = {.rate_hz = 52, .accel_g = 4, .gyro_dps = 500},
                .motion_mg = 50,
                .still_s = 60},
};

/* Settings that tell which they are. */
static struct settings numbered(uint32_t number)
{
    struct settings settings = first;
    settings.calibration.utc_s = number;
    settings.calibration.offset_ug[1] = -(int32_t)number;
    settings.logging.flags = (uint16_t)(number % 4);
    return settings;
}

static void nothing_saved_changes_nothing(void **state)
{
    (void)state;
    struct settings settings = numbered(9);
    fake_flash_init(&fake);
    settings_load(&settings, &fake.flash);
    assert_int_equal(settings.calibration.utc_s, 9);
    assert_int_equal(settings.number, 0);
}

static void last_saved_is_loaded(void **state)
{
    (void)state;
    fake_flash_init(&fake);
    for (uint32_t number = 1; number < 100; number++) {
        struct settings settings = numbered(number);
        assert_int_equal(settings_save(&settings, &fake.flash), 0);
        struct settings loaded = first;
        settings_load(&loaded, &fake.flash);
        assert_int_equal(loaded.number, number);
        assert_int_equal(loaded.calibration.utc_s, number);
        assert_int_equal(loaded.calibration.offset_ug[1], -(int32_t)number);
        assert_int_equal(loaded.logging.flags, number % 4);
        assert_int_equal(loaded.logging.config.rate_hz, 52);
    }
    /* Each erase is good for a sector of pages. */
    assert_in_range(fake.erases[FLASH_SETTINGS], 3, 4);
    assert_in_range(fake.erases[FLASH_SETTINGS + 1], 3, 4);
    assert_int_equal(fake.erases[FLASH_SCRATCH], 0);
}

static uint32_t saved; /* by the time of the cut */
static uint32_t cuts;

static void cut_here(void *ctx, uint32_t address, const uint8_t *in)
{
    static struct fake_flash torn;
    (void)ctx;
    fake_flash_copy(&torn, &fake);
    torn.seed = ++cuts;
    fake_flash_tear(&torn, address, in);
    struct settings loaded = first;
    settings_load(&loaded, &torn.flash);
    assert_in_range(loaded.calibration.utc_s, saved, saved + 1);
    struct settings next = numbered(saved + 2);
    assert_int_equal(settings_save(&next, &torn.flash), 0);
    settings_load(&loaded, &torn.flash);
    assert_int_equal(loaded.calibration.utc_s, saved + 2);
}

static void power_cut_leaves_the_old_or_the_new(void **state)
{
    (void)state;
    fake_flash_init(&fake);
    fake.before = cut_here;
    for (saved = 0; saved < 200; saved++) {
        struct settings settings = numbered(saved + 1);
        assert_int_equal(settings_save(&settings, &fake.flash), 0);
    }
    assert_true(cuts > 200);
}

static void page_that_fails_is_saved_behind_it(void **state)
{
    (void)state;
    fake_flash_init(&fake);
    for (uint32_t number = 1; number < 60; number++) {
        struct settings settings = numbered(number);
        fake.bad_pages = 1;
        assert_int_equal(settings_save(&settings, &fake.flash), 0);
        fake.bad_pages = 0;
        struct settings loaded = first;
        settings_load(&loaded, &fake.flash);
        assert_int_equal(loaded.calibration.utc_s, number);
    }
}

static void flash_that_fails_is_said_to_and_costs_nothing(void **state)
{
    (void)state;
    fake_flash_init(&fake);
    struct settings settings = numbered(1);
    assert_int_equal(settings_save(&settings, &fake.flash), 0);
    fake.bad_pages = 1000;
    for (uint32_t number = 2; number < 60; number++) {
        settings = numbered(number);
        assert_int_equal(settings_save(&settings, &fake.flash), -1);
    }
    struct settings loaded = first;
    settings_load(&loaded, &fake.flash);
    assert_int_equal(loaded.calibration.utc_s, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_saved_changes_nothing),
        cmocka_unit_test(last_saved_is_loaded),
        cmocka_unit_test(power_cut_leaves_the_old_or_the_new),
        cmocka_unit_test(page_that_fails_is_saved_behind_it),
        cmocka_unit_test(flash_that_fails_is_said_to_and_costs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
