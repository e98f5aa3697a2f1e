/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "acquire/keys.h"

#include <string.h>

enum { ESCAPE = 0x1b, DELETE = 0x7f, BACKSPACE = 0x08 };

/* Bytes of the character that begins with `first`; 0: none does. */
static size_t text_length(unsigned char first)
{
    if (first < 0x80) {
        return 1;
    }
    return first >= 0xf8   ? 0
           : first >= 0xf0 ? 4
           : first >= 0xe0 ? 3
           : first >= 0xc2 ? 2
                           : 0;
}

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

static enum key_kind arrow(char last)
{
    switch (last) {
    case 'A':
        return KEY_UP;
    case 'B':
        return KEY_DOWN;
    case 'C':
        return KEY_RIGHT;
    case 'D':
        return KEY_LEFT;
    default:
        return KEY_OTHER;
    }
}

/* ESC [ parameters final, or ESC O final (ECMA-48, 5.4; xterm's keys). */
static bool take_sequence(const struct keys *keys, struct key *out)
{
    char last = keys->bytes[keys->count - 1];
    if (keys->count == 2) {
        out->kind = KEY_OTHER;
        return last != '[' && last != 'O';
    }
    /* With parameters it is an arrow with Shift, Alt or Ctrl. */
    out->kind = keys->count == 3 ? arrow(last) : KEY_OTHER;
    return (last >= '@' && last <= '~') || keys->count == sizeof(keys->bytes);
}

static bool take_text(const struct keys *keys, struct key *out)
{
    size_t length = text_length((unsigned char)keys->bytes[0]);
    char last = keys->bytes[keys->count - 1];
    if (length == 0 || (keys->count > 1 && !is_continuation(last))) {
        return true; /* no text at all */
    }
    if (keys->count < length) {
        return false;
    }
    out->kind = KEY_TEXT;
    memcpy(out->text, keys->bytes, length);
    return true;
}

static bool take_control(char byte, struct key *out)
{
    if (byte == '\r' || byte == '\n') {
        out->kind = KEY_ENTER;
    } else if (byte == DELETE || byte == BACKSPACE) {
        out->kind = KEY_BACKSPACE;
    }
    return (unsigned char)byte < ' ' || byte == DELETE;
}

bool keys_take(struct keys *keys, char byte, struct key *out)
{
    bool whole;
    *out = (struct key){.kind = KEY_OTHER};
    keys->bytes[keys->count++] = byte;
    if (keys->bytes[0] == ESCAPE) {
        whole = keys->count > 1 && take_sequence(keys, out);
    } else if (keys->count == 1 && take_control(byte, out)) {
        whole = true;
    } else {
        whole = take_text(keys, out);
    }
    if (whole) {
        keys_forget(keys);
    }
    return whole;
}

void keys_forget(struct keys *keys)
{
    keys->count = 0;
}
