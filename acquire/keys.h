/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keys: the bytes that a terminal sends as the keys that were pressed. An arrow
 * is three bytes or more, a letter of another alphabet two to four; they may
 * come apart.
 *
 * Ownership: caller's storage, zeroed before the first byte.
 */
#ifndef ACQUIRE_KEYS_H
#define ACQUIRE_KEYS_H

#include <stdbool.h>
#include <stddef.h>

enum key_kind {
    KEY_TEXT, /* a letter, a digit, space: what `text` holds */
    KEY_ENTER,
    KEY_BACKSPACE,
    KEY_LEFT,
    KEY_RIGHT,
    KEY_UP,
    KEY_DOWN,
    KEY_OTHER, /* any other: of no meaning here */
};

struct key {
    enum key_kind kind;
    char text[5]; /* UTF-8; "" where it is no KEY_TEXT */
};

struct keys {
    char bytes[16]; /* of a key that is not whole */
    size_t count;
};

/* Takes the next byte. Returns true where a key is whole; it is then in `out`.
 */
bool keys_take(struct keys *keys, char byte, struct key *out);

/* Nothing came for a while: what is not whole by now was the Escape key, or
 * noise. */
void keys_forget(struct keys *keys);

#endif
