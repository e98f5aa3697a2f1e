/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hdf5_child N: reads N damaged recordings as the program does, in a process of
 * its own each, and counts how they end. No rule but these: this process lives,
 * each failure has a code of the table and a sentence that names the file, and
 * none is a mistake of ours. Ctrl-C ends it after the file at hand.
 */
#include "tests/fuzz/hdf5_mutation.h"

#include <signal.h>

#include "acquire/recording.h"

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
    (void)signal;
    stopped = 1;
}

static uint64_t random_number(void)
{
    static uint64_t state = 88172645463325252ULL; /* xorshift64 */
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

struct counts {
    uint64_t read;
    uint64_t refused;
    uint64_t crashed;
    uint64_t hung;
    uint64_t wrong; /* broke a rule */
};

static int read_all(const char *path, struct error *error)
{
    struct recording *recording;
    struct recording_chunk chunk;
    int err = recording_open(path, NULL, &recording, error);
    if (err < 0) {
        return err;
    }
    do {
        err = recording_read(recording, &chunk, error);
    } while (err == 0 && chunk.count > 0);
    recording_close(recording);
    return err;
}

static void count(struct counts *counts, const char *path, uint64_t n, int err,
                  const struct error *error)
{
    counts->read += err == 0;
    counts->refused += err < 0;
    counts->crashed += err < 0 && strstr(error->text, "crashed") != NULL;
    counts->hung += err < 0 && (strstr(error->text, "processor") != NULL ||
                                strstr(error->text, "took more") != NULL);
    if (err < 0 && (error_exit_status(err) < 64 || err == ERR_INTERNAL ||
                    strstr(error->text, path) == NULL)) {
        counts->wrong++;
        printf("file %llu: %d, %s\n", (unsigned long long)n, err, error->text);
    }
}

int main(int argc, char **argv)
{
    static struct mutation_base base;
    static uint8_t bytes[MUTATION_BYTES];
    uint64_t total = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000;
    struct counts counts = {0};
    uint64_t n = 0;
    mutation_load(&base, "tests/data/format-1.h5");
    signal(SIGINT, stop);
    for (; n < total && stopped == 0; n++) {
        uint8_t script[40];
        for (size_t i = 0; i < sizeof(script); i++) {
            script[i] = (uint8_t)random_number();
        }
        struct fuzz fuzz = {script, 4 + random_number() % 10};
        const char *path = fuzz_file(bytes, mutate(&base, &fuzz, bytes));
        struct error error = {0};
        int err = read_all(path, &error);
        count(&counts, path, n, err, &error);
    }
    printf(
        "damaged HDF5 files, each read in a child | %llu | %llu read, %llu "
        "refused, of these %llu crashed and %llu hung HDF5; %llu uncontained\n",
        (unsigned long long)n, (unsigned long long)counts.read,
        (unsigned long long)counts.refused, (unsigned long long)counts.crashed,
        (unsigned long long)counts.hung, (unsigned long long)counts.wrong);
    return counts.wrong > 0;
}
