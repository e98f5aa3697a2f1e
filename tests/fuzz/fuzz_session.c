/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Recovery: whatever is in a journal, either a recording comes out that
 * `carpus verify` can read, and finds good unless the device itself told odd
 * things; or a sentence.
 */
#include "tests/fuzz/journal_script.h"

#include "acquire/hdf5_reader.h"
#include "acquire/session.h"
#include "acquire/verify.h"

/* The linker's --wrap gives these names: NOLINTBEGIN(cert-dcl51-cpp). The
 * recording is this process's own, and another one to read each would take most
 * of the time. */
int __real_hdf5_reader_open(const char *path, const struct hdf5_limits *limits,
                            size_t sensor, struct hdf5_reader **out,
                            const struct hdf5_contents **contents,
                            struct error *error);

int __wrap_hdf5_reader_open(const char *path, const struct hdf5_limits *limits,
                            size_t sensor, struct hdf5_reader **out,
                            const struct hdf5_contents **contents,
                            struct error *error)
{
    (void)limits;
    return __real_hdf5_reader_open(path, &hdf5_limits_own, sensor, out,
                                   contents, error);
}
/* NOLINTEND(cert-dcl51-cpp) */

static void fault(void *self, const char *text)
{
    if (!((const struct journal_script *)self)->odd) {
        fprintf(stderr, "verify: %s\n", text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct journal_script script; /* large: not for the stack */
    struct session_summary summary;
    struct error error = {0};
    char out[64];
    script_journal(&script, data, size);
    const char *path = fuzz_file(script.bytes, script.size);
    snprintf(out, sizeof(out), "/dev/shm/carpus-fuzz-%d.h5", (int)getpid());
    unlink(out);
    int err = session_build(path, out, &summary, &error);
    if (err < 0) {
        FUZZ_RULE(error.text[0] != '\0' && access(out, F_OK) != 0);
        return 0;
    }
    size_t sensor = 0;
    for (size_t i = 0; i < summary.sensor_count; i++) {
        if (summary.sensors[i].written) {
            struct verify_report report;
            struct verify_listener listener = {fault, &script};
            err = verify_file(out, sensor++, listener, &report, &error);
            if (err < 0) {
                fprintf(stderr, "verify: %s\n", error.text);
            }
            FUZZ_RULE(err == 0 && (report.faults == 0 || script.odd));
        }
    }
    FUZZ_RULE(sensor > 0);
    unlink(out);
    return 0;
}
