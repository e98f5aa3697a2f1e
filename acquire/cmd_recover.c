/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "acquire/command.h"
#include "acquire/interrupt.h"
#include "acquire/journal.h"
#include "acquire/record_text.h"
#include "acquire/session_apart.h"

enum { PATH_SIZE = 4096 };

struct options {
    const char *journal;
    const char *output; /* NULL: beside the journal */
    bool remove;
    bool quiet;
    bool json;
};

enum option_key { KEY_REMOVE = 256, KEY_JSON };

static const struct argp_option option_table[] = {
    {"output", 'o', "FILE", 0,
     "Recording to write (the journal's name without .journal)", 0},
    {"remove", KEY_REMOVE, NULL, 0,
     "Remove the journal once the recording is verified", 0},
    {"quiet", 'q', NULL, 0, "No summary", 0},
    {"json", KEY_JSON, NULL, 0, "Summary as JSON on standard output", 0},
    {0},
};

static const char doc[] =
    "Make a recording from the journal that a cut-off one left behind.\v"
    "All that was written comes back: after a crash up to the last moment, "
    "after a power cut up to a second before it. Where the journal is damaged, "
    "the recording has a gap. The journal is never changed, and kept unless "
    "--remove is given.\n\n"
    "Exit status: 0 all is well; 65 no journal, or no samples in it; 73 the "
    "recording exists; 75 the journal is still being written; 81 the recording "
    "is there, but samples are missing from it.";

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'o':
        options->output = text;
        return 0;
    case 'q':
        options->quiet = true;
        return 0;
    case KEY_REMOVE:
        options->remove = true;
        return 0;
    case KEY_JSON:
        options->json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (options->journal != NULL) {
            return ARGP_ERR_UNKNOWN;
        }
        options->journal = text;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "give the journal to recover from");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void tell(const struct options *options,
                 const struct session_summary *summary, const char *path)
{
    char line[PATH_SIZE + RECORD_TEXT_SUMMARY];
    record_text_summary(summary, path, line, sizeof(line));
    fprintf(stderr, "%s\n", line);
    if (summary->damaged_bytes > 0) {
        fprintf(stderr,
                "%" PRIu64 " bytes of the journal are damaged or repeated, "
                "and were not read\n",
                summary->damaged_bytes);
    }
    if (!options->remove) {
        fprintf(stderr, "The journal '%s' is kept; remove it when you like\n",
                options->journal);
    }
}

/* What is not in the recording may still be got out of the journal. */
static int remove_journal(const struct options *options,
                          const struct session_summary *summary,
                          struct error *error)
{
    if (session_took_all(summary)) {
        return journal_file_remove(options->journal, error);
    }
    if (options->quiet) {
        return 0;
    }
    fprintf(stderr,
            "The journal '%s' is kept in spite of --remove: not all of it "
            "could be read into the recording\n",
            options->journal);
    return 0;
}

/* Missing samples come before a journal that is still there. */
static int finish(const struct options *options,
                  const struct session_summary *summary, const char *path,
                  struct error *error)
{
    struct error removal = {0};
    int err = 0;
    if (!options->quiet) {
        tell(options, summary, path);
    }
    if (options->json) {
        err = record_text_json(summary, path, error);
    }
    if (err == 0 && options->remove) {
        err = remove_journal(options, summary, &removal);
    }
    int lost = record_text_lost(summary, path, error);
    if (removal.code == 0) {
        return err < 0 ? err : lost;
    }
    if (lost < 0) {
        fprintf(stderr, "%s; the recording is there\n", removal.text);
        return lost;
    }
    return error_set(error, removal.code, "%s; the recording '%s' is there",
                     removal.text, path);
}

static int run(int argc, char **argv, struct error *error)
{
    static const struct argp argp = {option_table, parse_option, "JOURNAL", doc,
                                     NULL,         NULL,         NULL};
    struct options options = {0};
    struct session_summary summary;
    char beside[PATH_SIZE];
    int err = command_parse(&argp, argc, argv, &options, error);
    if (err < 0) {
        return err;
    }
    if (options.output == NULL &&
        !journal_recording_name(options.journal, beside, sizeof(beside))) {
        return error_set(error, ERR_USAGE,
                         "'%s' is not named NAME.h5.journal; say with -o what "
                         "the recording is to be called",
                         options.journal);
    }
    const char *path = options.output != NULL ? options.output : beside;
    interrupt_catch();
    err = session_build_apart(options.journal, path, interrupt_once, &summary,
                              error);
    return err < 0 ? err : finish(&options, &summary, path, error);
}

const struct command recover_command = {
    "recover", "make a recording from a journal that was left", run};
