/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Settings of the virtual wristband as a person writes them:
 * "seed=7,speed=max,rate_error=0.02,fault=nack@10:3;stall@20:2".
 *
 *   serial=TEXT        its serial number (VIRTUAL0001)
 *   seed=N             of noise and jitter (1)
 *   speed=N | max      times real time (1); max: as fast as it is read
 *   rate_error=X       of the sensor's oscillator, -0.1 .. 0.1 (0)
 *   clock_ppm=X        of the controller's clock, -1000 .. 1000 (0)
 *   noise=on | off     off: quantisation and clipping only (on)
 *   startup=N          wrong samples that the sensor emits first (0)
 *   asymmetry_us=X     the answer to a clock probe travels so much longer than
 *                      the question (0): host times are X / 2 early
 *   samples=FILE       writes there every sample that the sensor put into its
 *                      FIFO, arrived or not, at its place in the stream: six
 *                      int16, little-endian, each; zeros while it was set up
 *   flash=FILE         what the band keeps in its flash, made if it is not
 *                      there: it outlasts the program, as it would a reset
 *                      (1 MiB that is forgotten)
 *   image=FILE         the firmware that the band says it runs: what this UF2
 *                      file holds, if it is there (0.1.0, and no image)
 *   offline=SECONDS    before the host comes, the band has been on for so long
 *   press=SECONDS;...  the button is pressed then, counted from power-on
 *   fault=KIND@SECONDS[:AMOUNT]   stall nack stuck tag drop reset deaf; see
 *                      wristband.h; several: after ';', or another fault=
 *
 * Ownership: caller's storage, nothing allocated.
 */
#ifndef ACQUIRE_SIMULATE_H
#define ACQUIRE_SIMULATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "acquire/error.h"
#include "firmware/virtual/wristband.h"

enum { SIMULATE_FAULTS_MAX = 64 };

struct simulate {
    char serial[21]; /* "": the usual one */
    uint64_t seed;
    double speed; /* times real time; INFINITY: max */
    double rate_error;
    double clock_ppm;
    bool no_noise;
    unsigned startup;
    double asymmetry_us;
    char samples[4096]; /* "": none */
    char flash[4096];   /* likewise */
    char image[4096];   /* likewise */
    double offline_s;
    double presses[WRISTBAND_PRESSES];
    size_t press_count;
    struct wristband_fault faults[SIMULATE_FAULTS_MAX];
    size_t fault_count;
};

/* Reads `text` (NULL is ""). Returns 0 or ERR_USAGE with a sentence. */
int simulate_parse(const char *text, struct simulate *out, struct error *error);

#endif
