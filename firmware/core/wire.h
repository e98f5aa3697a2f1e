/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What goes over USB: frames from the wristband (bulk IN) and vendor requests
 * to it (control endpoint). The one definition for firmware and host.
 *
 * A frame carries its own truth, so that a loss on any layer is known at its
 * exact sample. All integers are little-endian.
 *
 *   offset size name          unit, meaning
 *        0    2 sync          bytes 0xCA 0x52
 *        2    1 version       WIRE_VERSION
 *        3    1 type          enum wire_frame_type
 *        4    2 length        bytes, of the whole frame with header and CRC
 *        6    2 flags         enum wire_flag
 *        8    4 sequence      frames since start, wraps
 *       12    4 lost          samples lost just before the first one here
 *       16    8 index         of the first sample; lost samples count too
 *       24    8 device_ns     time of the first sample, device clock [ns]
 *       32    4 imu_ticks     sensor's own time of the first sample [25 us]
 *       36    2 temperature   raw, 256 LSB per degree, 0 is 25 C
 *       38    2 count         samples in this frame
 *       40  12n samples       n x (accelerometer x y z, gyroscope x y z) int16
 *    40+12n   4 crc           CRC-32C of all bytes before it
 *
 * `index` counts every sample the sensor took since start, those lost
 * included: index = previous index + previous count + lost. Where it jumps by
 * more than `lost`, whole frames went missing between the device and the host.
 * `flags` say why the `lost` samples were lost.
 *
 * The device clock is the controller's 64-bit microsecond counter given in
 * nanoseconds; it starts at reset and never steps. WIRE_REQUEST_TIME reads the
 * same clock, so that the host can map it to its own.
 *
 * A record of the log comes as the stream that it would have been, with
 * WIRE_LOST_LOG for what the flash did not keep.
 *
 * A stream ends (stop, or the motion of a virtual wristband is over) with one
 * WIRE_FRAME_END, which has no samples but may have `lost`.
 */
#ifndef FIRMWARE_CORE_WIRE_H
#define FIRMWARE_CORE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    WIRE_VERSION = 1,     /* of frames, requests; bcdDevice's high byte */
    WIRE_SYNC_0 = 0xCA,   /* first byte of a frame */
    WIRE_SYNC_1 = 0x52,   /* second byte */
    WIRE_HEADER = 40,     /* bytes before the samples */
    WIRE_CRC = 4,         /* bytes after them */
    WIRE_SAMPLE = 12,     /* bytes of one six-axis sample */
    WIRE_FRAME_MAX = 512, /* bytes; eight full-speed packets */
    WIRE_SAMPLES_MAX = (WIRE_FRAME_MAX - WIRE_HEADER - WIRE_CRC) / WIRE_SAMPLE,
    WIRE_VENDOR_ID = 0x1209,   /* pid.codes */
    WIRE_PRODUCT_ID = 0x0001,  /* private testing: never to be given away */
    WIRE_BULK_IN = 0x81,       /* the one endpoint beside control */
    WIRE_LOG_RATE_MOST = 416,  /* Hz that a log takes: flash.h says why */
    WIRE_MOTION_LEAST_MG = 16, /* less is noise */
};

enum wire_frame_type {
    WIRE_FRAME_SAMPLES = 1,
    WIRE_FRAME_END = 2,
    WIRE_FRAME_PATTERN = 3, /* answer to WIRE_REQUEST_PATTERN */
};

/* Flags of a frame. The LOST ones give the causes of `lost`. */
enum wire_flag {
    WIRE_LOST_FIFO = 1 << 0,  /* the sensor's FIFO overran */
    WIRE_LOST_BUS = 1 << 1,   /* bus error, or a word failed its tag check */
    WIRE_LOST_RING = 1 << 2,  /* host did not fetch, device ring was full */
    WIRE_CLIP_ACCEL = 1 << 3, /* a sample here is at the range's end */
    WIRE_CLIP_GYRO = 1 << 4,  /* likewise */
    WIRE_FIRST = 1 << 5,      /* first frame after start */
    WIRE_RESTARTED = 1 << 6,  /* sensor was set up anew before this frame */
    WIRE_LOST_LOG = 1 << 7,   /* the flash did not keep them */
    WIRE_CUT = 1 << 8,        /* of END: power went, no more is known */
    WIRE_LOST_MASK =
        WIRE_LOST_FIFO | WIRE_LOST_BUS | WIRE_LOST_RING | WIRE_LOST_LOG,
};

struct wire_frame {
    uint8_t type;
    uint16_t flags;
    uint32_t sequence;
    uint32_t lost;       /* [samples] */
    uint64_t index;      /* [samples] */
    uint64_t device_ns;  /* [ns] */
    uint32_t imu_ticks;  /* [25 us nominal] */
    int16_t temperature; /* [1/256 C from 25 C] */
    uint16_t count;      /* 0 .. WIRE_SAMPLES_MAX */
    int16_t samples[WIRE_SAMPLES_MAX][6];
};

/* Writes `frame` with its CRC to `out` (WIRE_FRAME_MAX bytes at least).
 * Returns the bytes written, 0 if count is out of range. */
size_t wire_put_frame(uint8_t *out, const struct wire_frame *frame);

/* Reads a frame from the `size` bytes at `in`. Returns its length in bytes;
 * 0 if the bytes are the beginning of a frame that needs more; -1 if they are
 * not a frame (sync, version, type, length or CRC wrong). */
int wire_get_frame(struct wire_frame *frame, const uint8_t *in, size_t size);

/* As wire_get_frame, with another implementation of crc32c: a computer may have
 * an instruction where the controller has a small table. */
int wire_get_frame_by(uint32_t (*crc)(uint32_t crc, const void *data,
                                      size_t size),
                      struct wire_frame *frame, const uint8_t *in, size_t size);

/* Vendor requests, recipient device. IN ones answer with the struct of their
 * name, OUT ones send it; `value` is wValue. Anything else stalls. START drops
 * frames that an earlier stream left unread. STOP when nothing runs does
 * nothing; it ends a self-test, a pattern, the sending of a record, but not the
 * making of one.
 *
 * The band has one thing to do at a time: those marked * stall while it
 * streams, tests, logs or sends a record. Those marked f are of boards with
 * flash and stall on others. What is to be written to flash is noted and done
 * soon after; wire_log's `busy` says until when, `failed` whether it went
 * well. */
enum wire_request {
    WIRE_REQUEST_INFO = 0x01,       /* IN  wire_info */
    WIRE_REQUEST_STATUS = 0x02,     /* IN  wire_status */
    WIRE_REQUEST_TIME = 0x03,       /* IN  u64 device clock [ns] */
    WIRE_REQUEST_GET_CONFIG = 0x04, /* IN  wire_config */
    WIRE_REQUEST_SET_CONFIG = 0x05, /* OUT wire_config * */
    WIRE_REQUEST_START = 0x06,      /* OUT none * */
    WIRE_REQUEST_STOP = 0x07,       /* OUT none; frames up to END follow */
    WIRE_REQUEST_IDENTIFY = 0x08,   /* OUT none; value: blink for n seconds */
    WIRE_REQUEST_SELFTEST = 0x09,   /* OUT none * */
    WIRE_REQUEST_RESULTS = 0x0A,    /* IN  wire_selftest */

    WIRE_REQUEST_SET_UTC = 0x0B, /* OUT u64 UTC now [ns] since 1970: records
                                  * that begin later carry it */
    WIRE_REQUEST_IMAGE = 0x0C,   /* IN  wire_image: of the firmware */
    WIRE_REQUEST_UPDATE = 0x0D,  /* OUT none *; value WIRE_UPDATE_KEY: goes to
                                  * the boot loader 50 ms later */
    WIRE_REQUEST_PATTERN = 0x0E, /* OUT none *; value n > 0: n PATTERN frames
                                  * and END follow, see wire_pattern */
    WIRE_REQUEST_SAVE = 0x0F,    /* OUT none f; keeps the config over a reset */
    WIRE_REQUEST_GET_CALIBRATION = 0x10, /* IN  wire_calibration */
    WIRE_REQUEST_SET_CALIBRATION = 0x11, /* OUT wire_calibration f; kept */
    WIRE_REQUEST_GET_LOGGING = 0x12,     /* IN  wire_logging f */
    WIRE_REQUEST_SET_LOGGING = 0x13,     /* OUT wire_logging f; kept */
    WIRE_REQUEST_LOG = 0x14,             /* IN  wire_log f */
    WIRE_REQUEST_LOG_BEGIN = 0x15,       /* OUT none f * */
    WIRE_REQUEST_LOG_END = 0x16,   /* OUT none f; nothing if it does not log */
    WIRE_REQUEST_LOG_LOOK = 0x17,  /* OUT u32 f *, but while logging: looks a
                                    * record up */
    WIRE_REQUEST_RECORD = 0x18,    /* IN  wire_record f: that was looked up */
    WIRE_REQUEST_LOG_READ = 0x19,  /* OUT wire_log_read f *; frames follow */
    WIRE_REQUEST_LOG_ERASE = 0x1A, /* OUT u32 f *: all, if it is the newest */
    WIRE_REQUEST_RECORD_CALIBRATION = 0x1B, /* IN  wire_calibration f: that the
                                             * record was made with */
};

enum { WIRE_UPDATE_KEY = 0xB007 };

/* Setup packet as it stands in USB 2.0 section 9.3, decoded. */
struct wire_setup {
    bool in;         /* device to host */
    uint8_t request; /* enum wire_request */
    uint16_t value;
    uint16_t index;
    uint16_t length; /* bytes wanted (in) or sent (out) */
};

enum {
    WIRE_INFO_SIZE = 64,
    WIRE_CONFIG_SIZE = 8,
    WIRE_STATUS_SIZE = 64,
    WIRE_TIME_SIZE = 8,
    WIRE_SELFTEST_SIZE = 64,
    WIRE_TESTS_MAX = 12,
    WIRE_UTC_SIZE = 8,
    WIRE_IMAGE_SIZE = 8,
    WIRE_CALIBRATION_SIZE = 40,
    WIRE_LOGGING_SIZE = 16,
    WIRE_LOG_SIZE = 32,
    WIRE_RECORD_SIZE = 64,
    WIRE_LOG_READ_SIZE = 8,
    WIRE_NUMBER_SIZE = 4,
};

/* offset: 0 protocol u16, 2 firmware u8 x 3, 5 reserved, 6 reserved u16,
 * 8 ring_bytes u32, 12 serial char[20], 32 model char[32] */
struct wire_info {
    uint16_t protocol;   /* WIRE_VERSION */
    uint8_t firmware[3]; /* major, minor, patch */
    uint32_t ring_bytes;
    char serial[21]; /* NUL-terminated here, padded with 0 on the wire */
    char model[33];  /* likewise */
};

/* offset: 0 rate_hz u16, 2 accel_g u16, 4 gyro_dps u16, 6 reserved u16 */
struct wire_config {
    uint16_t rate_hz;  /* output data rate: 26 52 104 208 416 833 1667 */
    uint16_t accel_g;  /* range: 2 4 8 16 */
    uint16_t gyro_dps; /* range: 250 500 1000 2000 */
};

enum wire_state {
    WIRE_STOPPED = 0,
    WIRE_STREAMING = 1,
    WIRE_TESTING = 2,
    WIRE_FAILED = 3, /* the sensor does not answer */
    WIRE_LOGGING = 4,
};

/* offset: 0 state u8, 1 on_usb_power u8, 2 supply_mv u16, 4 uptime_s u32,
 * 8 samples u64, 16 lost_fifo u32, 20 lost_bus u32, 24 lost_ring u32,
 * 28 bus_errors u32, 32 tag_errors u32, 36 restarts u32, 40 ring_used u32,
 * 44 ring_peak u32, 48 freq_fine i8, 49 reserved */
struct wire_status {
    uint8_t state; /* enum wire_state */
    bool on_usb_power;
    uint16_t supply_mv; /* 0: not measured by this board */
    uint32_t uptime_s;
    uint64_t samples;   /* sent to the ring since start */
    uint32_t lost_fifo; /* [samples] since start, likewise the next two */
    uint32_t lost_bus;
    uint32_t lost_ring;
    uint32_t bus_errors; /* transfers that failed, since reset */
    uint32_t tag_errors; /* FIFO words with wrong parity or counter */
    uint32_t restarts;   /* times the sensor was set up anew */
    uint32_t ring_used;  /* [bytes] */
    uint32_t ring_peak;  /* [bytes] most so far */
    int8_t freq_fine;    /* LSM6DSOX INTERNAL_FREQ_FINE, 0.15 % a step */
};

enum wire_verdict {
    WIRE_TEST_NOT_RUN = 0,
    WIRE_TEST_PASSED = 1,
    WIRE_TEST_FAILED = 2,
    WIRE_TEST_NOT_POSSIBLE = 3,
};

/* Numbers of the self-test's steps; they never change their meaning. */
enum wire_test {
    WIRE_TEST_WHO_AM_I = 1,    /* value: the register */
    WIRE_TEST_RATE = 2,        /* value: ppm from nominal, MCU clock */
    WIRE_TEST_ACCEL_NOISE = 3, /* value: rms [ug] */
    WIRE_TEST_GYRO_NOISE = 4,  /* value: rms [mdeg/s] */
    WIRE_TEST_GRAVITY = 5,     /* value: |a| [mg], 950 .. 1050 passes */
    WIRE_TEST_ACCEL_SELF = 6,  /* value: least of the axes [mg], 50 .. 1700 */
    WIRE_TEST_GYRO_SELF = 7,   /* value: least of the axes [dps], 150 .. 700 */
    WIRE_TEST_FIFO_TAGS = 8,   /* value: words with a wrong tag */
    WIRE_TEST_FLASH = 9,       /* value: bytes wrong, -1 it does nothing */
    WIRE_TEST_USB = 10,        /* value: pattern bytes wrong; by the host */
};

/* offset: 0 count u8, 1 done u8, 2 reserved u16, then `count` times
 * 5 bytes: number u8 with the verdict in its two top bits, value i32 */
struct wire_selftest {
    bool done;
    uint8_t count;
    struct {
        uint8_t number;  /* enum wire_test, 1 .. 63 */
        uint8_t verdict; /* enum wire_verdict */
        int32_t value;   /* unit: see enum wire_test */
    } test[WIRE_TESTS_MAX];
};

/* offset: 0 bytes u32, 4 crc u32. Zeros where there is no image. */
struct wire_image {
    uint32_t bytes; /* of the image, from the flash's first on */
    uint32_t crc;   /* CRC-32C of them */
};

/* How the accelerometer measures: true = (raw - offset) * gain, an axis each,
 * from six positions at rest. The band keeps it; it is applied by nobody:
 * samples stay as they are, and the recording says it.
 *
 * offset: 0 utc_s u64, 8 offset_ug i32 x 3, 20 gain_ppm i32 x 3,
 * 32 residual_ug u32, 36 reserved u32 */
struct wire_calibration {
    uint64_t utc_s;       /* when, since 1970; 0: never */
    int32_t offset_ug[3]; /* [ug] */
    int32_t gain_ppm[3];  /* from 1 [ppm] */
    uint32_t residual_ug; /* rms of | |a| - 1 g | in the six, corrected */
};

enum wire_logging_flag {
    WIRE_BY_BUTTON = 1 << 0, /* a press begins, the next one ends a record */
    WIRE_BY_MOTION = 1 << 1, /* motion begins one while no host is there */
    WIRE_LOGGING_MASK = WIRE_BY_BUTTON | WIRE_BY_MOTION,
};

/* How a record begins and ends by itself.
 * offset: 0 config, 8 flags u16, 10 motion_mg u16, 12 still_s u16,
 * 14 reserved u16 */
struct wire_logging {
    struct wire_config config; /* of records, WIRE_LOG_RATE_MOST at most */
    uint16_t flags;            /* enum wire_logging_flag, 0: not by itself */
    uint16_t motion_mg;        /* change of acceleration that is motion */
    uint16_t still_s; /* without motion that ends a record that motion began */
};

/* offset: 0 oldest u32, 4 newest u32, 8 used u32, 12 blocks u32,
 * 16 block_bytes u16, 18 state u8, 19 reserved, 20 stored u32, 24 erases u32,
 * 28 busy u8, 29 failed u8, 30 reserved u16. `state`: logging, watching, full
 * from the lowest bit on */
struct wire_log {
    uint32_t oldest; /* record; newest + 1: there is none */
    uint32_t newest; /* 0: none since the flash was new */
    uint32_t used;   /* blocks that are live */
    uint32_t blocks; /* there are */
    uint16_t block_bytes;
    bool logging;    /* in `state` */
    bool watching;   /* likewise: for motion */
    bool full;       /* likewise: no record can begin */
    uint32_t stored; /* samples of this record that no power cut takes */
    uint32_t erases; /* of sectors, since reset */
    bool busy;       /* an OUT request is still being carried out */
    bool failed;     /* the last one that writes flash or looks into it did
                      * not come to its end */
};

enum wire_cause {
    WIRE_CAUSE_HOST = 1,
    WIRE_CAUSE_BUTTON = 2,
    WIRE_CAUSE_MOTION = 3, /* or its absence */
    WIRE_CAUSE_FULL = 4,   /* of an end: no room */
    WIRE_CAUSE_FLASH = 5,  /* of an end: the flash fails */
    WIRE_CAUSE_CUT = 6,    /* of an end: power went */
};

/* offset: 0 number u32, 4 samples u32, 8 blocks u32, 12 reserved, 16 config,
 * 24 begin_ns u64, 32 end_ns u64, 40 clock_ns u64, 48 utc_ns u64,
 * 56 began u8, 57 ended u8, 58 same_clock u8, 59 firmware u8 x 3, 62 reserved
 * u16 */
struct wire_record {
    uint32_t number;  /* 0: there is no such record, or not looked up yet */
    uint32_t samples; /* from its first to its last, lost ones included */
    uint32_t blocks;
    struct wire_config config;
    uint64_t begin_ns; /* device clock, as the next two */
    uint64_t end_ns;
    uint64_t clock_ns; /* a pair of clocks: what the host said last ... */
    uint64_t utc_ns;   /* ... before it began; 0: nothing since reset */
    uint8_t began;     /* enum wire_cause */
    uint8_t ended;     /* likewise, 0: it goes on */
    bool same_clock;   /* device clock has run on since, without a reset */
    uint8_t firmware[3];
};

/* offset: 0 number u32, 4 index u32 */
struct wire_log_read {
    uint32_t number; /* record */
    uint32_t index;  /* first sample wanted: where a read was broken off */
};

/* Fills in PATTERN frame `sequence` of a pattern: WIRE_SAMPLES_MAX samples
 * whose bytes count on, 0 .. 250, from frame to frame. */
void wire_pattern(struct wire_frame *frame, uint32_t sequence);

/* WIRE_CLIP_... of a sample: the sensor saturates at the end of int16. */
uint16_t wire_clip_flags(const int16_t axes[6]);

/* Each put writes the size named above; each get reads as many and returns
 * false where a value is not one that the format allows. */
void wire_put_info(uint8_t *out, const struct wire_info *info);
bool wire_get_info(struct wire_info *info, const uint8_t *in);
void wire_put_config(uint8_t *out, const struct wire_config *config);
bool wire_get_config(struct wire_config *config, const uint8_t *in);
void wire_put_status(uint8_t *out, const struct wire_status *status);
bool wire_get_status(struct wire_status *status, const uint8_t *in);
void wire_put_selftest(uint8_t *out, const struct wire_selftest *results);
bool wire_get_selftest(struct wire_selftest *results, const uint8_t *in);
void wire_put_image(uint8_t *out, const struct wire_image *image);
bool wire_get_image(struct wire_image *image, const uint8_t *in);
void wire_put_calibration(uint8_t *out,
                          const struct wire_calibration *calibration);
bool wire_get_calibration(struct wire_calibration *calibration,
                          const uint8_t *in);
void wire_put_logging(uint8_t *out, const struct wire_logging *logging);
bool wire_get_logging(struct wire_logging *logging, const uint8_t *in);
void wire_put_log(uint8_t *out, const struct wire_log *log);
bool wire_get_log(struct wire_log *log, const uint8_t *in);
void wire_put_record(uint8_t *out, const struct wire_record *record);
bool wire_get_record(struct wire_record *record, const uint8_t *in);
void wire_put_log_read(uint8_t *out, const struct wire_log_read *read);
bool wire_get_log_read(struct wire_log_read *read, const uint8_t *in);

/* Physical value of one LSB at a range, exact decimal values of the data
 * sheet's table (LSM6DSOX: 0.061 mg .. 0.488 mg, 8.75 .. 70 mdps). 0 if there
 * is no such range. Results in [ug] and [udps]. */
uint32_t wire_accel_ug_per_lsb(uint16_t accel_g);
uint32_t wire_gyro_udps_per_lsb(uint16_t gyro_dps);

#endif
