/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Slow disks. While a wristband is recorded at 1667 Hz in real time, one
 * fdatasync of its journal takes 1, 5, 10 and 30 s. Up to 10 s nothing may be
 * lost; beyond what the queue holds there is one gap, of exactly the samples
 * that are missing, whose cause is the host. All at once, for they only wait;
 * the last has a device four times as fast, so that its queue does overflow.
 *
 *   crash_slow_disk CARPUS
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "acquire/clocks.h"
#include "acquire/recording.h"
#include "tests/crash/harness.h"
#include "tests/crash/supervise.h"

enum { SECOND_SYNC = 2, SAMPLES_LOST = 81 };

static const struct disk {
    int stall_s;
    const char *speed; /* of the device, times real time */
    const char *length;
    bool may_lose;
} disks[] = {
    {1, "1", "5s", false},  {5, "1", "9s", false},   {10, "1", "14s", false},
    {30, "1", "34s", true}, {30, "4", "140s", true},
};

enum { DISKS = sizeof(disks) / sizeof(disks[0]) };

struct stall {
    int seconds;
    int syncs; /* of the journal, so far */
};

/* The second: the first is there before the device sends. */
static int stall(void *context, const struct call *call)
{
    struct stall *stall = context;
    if (strcmp(call->path, "s.h5.journal") == 0 &&
        ++stall->syncs == SECOND_SYNC) {
        sleep_ns(stall->seconds * INT64_C(1000000000));
    }
    return ANSWER_GO_ON;
}

/* No gap, or one by the host that explains every missing sample: rows after
 * it equal the undisturbed recording's at its end. */
static bool judge(const struct disk *disk, int status, const char *path,
                  const struct kept *kept, char *why)
{
    struct recording *recording;
    size_t gaps = 0;
    uint64_t lost = 0;
    uint32_t cause = 0;
    if (!kept_holds(kept, path, 0, why)) {
        return false;
    }
    if (recording_open(path, NULL, &recording, NULL) < 0) {
        return false;
    }
    const struct recording_gap *gap = recording_gaps(recording, &gaps);
    if (gaps > 0) {
        lost = gap[0].lost_samples;
        cause = gap[0].cause;
    }
    uint64_t rows = recording_rows(recording);
    recording_close(recording);
    printf("stall of %d s at %s x 1667 Hz: %llu rows, %zu gaps, %llu lost\n",
           disk->stall_s, disk->speed, (unsigned long long)rows, gaps,
           (unsigned long long)lost);
    snprintf(why, 160, "status %d, %zu gaps, cause %u", status, gaps, cause);
    return gaps == 0 ? status == 0
                     : disk->may_lose && status == SAMPLES_LOST && gaps == 1 &&
                           cause == GAP_HOST;
}

static void try_disk(struct harness *harness, size_t number,
                     const struct kept *kept)
{
    const struct disk *disk = &disks[number];
    char folder[96];
    char path[128];
    char simulate[64];
    char length[16];
    char why[160] = "";
    snprintf(folder, sizeof(folder), "%s/%zu", harness->folder, number);
    snprintf(path, sizeof(path), "%s/s.h5", folder);
    snprintf(simulate, sizeof(simulate), "seed=4,speed=%s", disk->speed);
    snprintf(length, sizeof(length), "%s", disk->length);
    char *argv[] = {harness->carpus,
                    (char[]){"record"},
                    (char[]){"-q"},
                    (char[]){"-d"},
                    (char[]){"virtual"},
                    (char[]){"--simulate"},
                    simulate,
                    (char[]){"--rate"},
                    (char[]){"1667"},
                    (char[]){"--for"},
                    length,
                    (char[]){"-o"},
                    (char[]){"s.h5"},
                    NULL};
    struct stall context = {.seconds = disk->stall_s};
    struct supervise run = {.argv = argv,
                            .folder = folder,
                            .kinds = 1U << CALL_SYNC,
                            .timeout_s = 300,
                            .hook = stall,
                            .context = &context};
    bool good = mkdir(folder, 0777) == 0;
    int status = good ? supervise_run(&run) : -1;
    good = good && judge(disk, status, path, kept, why);
    harness_point(harness, good, "stall of %d s at %s x 1667 Hz: %s",
                  disk->stall_s, disk->speed, why);
}

int main(int argc, char **argv)
{
    struct harness harness;
    struct kept kept;
    char path[128];
    struct harness *counts =
        mmap(NULL, DISKS * sizeof(*counts), PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (counts == MAP_FAILED ||
        !harness_begin(&harness, argc > 1 ? argv[1] : NULL)) {
        return 2;
    }
    snprintf(path, sizeof(path), "%s/reference.h5", harness.folder);
    if (harness_run(&harness, "record -q -d virtual --simulate "
                              "seed=4,speed=max --rate 1667 --for 145s "
                              "-o reference.h5") != 0 ||
        !kept_load(&kept, path, NULL)) {
        munmap(counts, DISKS * sizeof(*counts));
        return 1;
    }
    fflush(stdout);
    for (size_t i = 0; i < DISKS; i++) {
        if (fork() == 0) {
            counts[i] = harness;
            try_disk(&counts[i], i, &kept);
            fflush(stdout);
            _exit(0);
        }
    }
    while (wait(NULL) > 0) {
    }
    for (size_t i = 0; i < DISKS; i++) {
        harness.points += counts[i].points;
        harness.failed += counts[i].failed;
    }
    kept_free(&kept);
    harness_result(
        &harness, "slow disk, 1, 5, 10 and 30 s",
        "no loss to 10 s, then one gap at its place, with its cause");
    return harness_end(&harness);
}
