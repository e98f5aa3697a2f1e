/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reasons in other languages. A measure says in English why it has no number
 * (the JSON keeps that); here each such sentence stands once more as a pattern,
 * its numbers as {1}, {2}, ..., beside what it is in German. A test in
 * tests/cli holds that each reason of the measures has its pattern.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/voice.h"

struct translation {
    const char *english;
    const char *in[LANGUAGES];
};

static const struct translation reasons[] = {
    {"signal-to-noise {1} dB in a hand as still as a table",
     {[LANGUAGE_DE] = "Signal zu Rauschen {1} dB an einer Hand, so still wie "
                      "ein Tisch"}},
    {"not calibrated, error {1} mg: the best fit still leaves {2} mg; less "
     "than {3} mg is needed",
     {[LANGUAGE_DE] = "nicht kalibriert, Fehler {1} mg: Die beste Anpassung "
                      "lässt noch {2} mg; weniger als {3} mg ist nötig"}},
    {"not calibrated, error not known: the sensor was never still for 5 s",
     {[LANGUAGE_DE] = "nicht kalibriert, Fehler nicht bekannt: Der Sensor war "
                      "nie 5 s lang ruhig"}},
    {"not calibrated, error {1} mg: in {2} of {3} still moments gravity was "
     "off by more than half: is the accelerometer broken?",
     {[LANGUAGE_DE] = "nicht kalibriert, Fehler {1} mg: In {2} von {3} ruhigen "
                      "Momenten war die Schwerkraft um mehr als die Hälfte "
                      "falsch: Ist der Beschleunigungssensor defekt?"}},
    {"not calibrated, error {1} mg: a fit needs the sensor still on all six "
     "sides; {2} seen in {3} still moments",
     {[LANGUAGE_DE] = "nicht kalibriert, Fehler {1} mg: Eine Anpassung braucht "
                      "den Sensor ruhig auf allen sechs Seiten; {2} in {3} "
                      "ruhigen Momenten gesehen"}},
    {"not calibrated, error {1} mg: a fit needs the sensor still on all six "
     "sides; {2} seen in {3} still moment",
     {[LANGUAGE_DE] = "nicht kalibriert, Fehler {1} mg: Eine Anpassung braucht "
                      "den Sensor ruhig auf allen sechs Seiten; {2} in {3} "
                      "ruhigem Moment gesehen"}},
    {"which way is up needs an accelerometer",
     {[LANGUAGE_DE] = "wo oben ist, sagt nur ein Beschleunigungssensor"}},
    {"stillness and wear need {1} samples a second or more; this recording "
     "has {2}",
     {[LANGUAGE_DE] = "Ruhe und Tragen brauchen {1} Messwerte je Sekunde oder "
                      "mehr; diese Aufnahme hat {2}"}},
    {"sampled too slowly", {[LANGUAGE_DE] = "zu langsam gemessen"}},
    {"no accelerometer in this recording",
     {[LANGUAGE_DE] = "kein Beschleunigungssensor in dieser Aufnahme"}},
    {"the published rest-tremor method needs a gyroscope",
     {[LANGUAGE_DE] = "das veröffentlichte Verfahren braucht ein Gyroskop"}},
    {"the published rest-tremor method is valid from 64 Hz up; this recording "
     "has {1} Hz",
     {[LANGUAGE_DE] = "das veröffentlichte Verfahren gilt ab 64 Hz; diese "
                      "Aufnahme hat {1} Hz"}},
    {"no stretch of 3 s without a gap",
     {[LANGUAGE_DE] = "kein Abschnitt von 3 s ohne Lücke"}},
    {"no stretch of 4 s without a gap",
     {[LANGUAGE_DE] = "kein Abschnitt von 4 s ohne Lücke"}},
    {"the session was guided by programme '{1}', which is not built in: name "
     "its file with --programme",
     {[LANGUAGE_DE] = "die Sitzung war vom Programm „{1}“ geführt, das nicht "
                      "eingebaut ist: Nennen Sie seine Datei mit --programme"}},
    {"the session was guided by programme '{1}'; it is compared with '{2}'",
     {[LANGUAGE_DE] =
          "die Sitzung war vom Programm „{1}“ geführt; sie wird mit "
          "„{2}“ verglichen"}},
    {"week {1} is beyond the programme's {2}; the doses are those of its last",
     {[LANGUAGE_DE] = "Woche {1} liegt jenseits der {2} des Programms; die "
                      "Dosen sind die seiner letzten"}},
    {"exercises overlap in the recording's events; each was taken to end where "
     "the next begins",
     {[LANGUAGE_DE] = "Übungen überschneiden sich in der Aufnahme; jede endet, "
                      "wo die nächste beginnt"}},
    {"the session has an exercise '{1}' (side: {2}) that programme '{3}' does "
     "not have",
     {[LANGUAGE_DE] = "die Sitzung hat eine Übung „{1}“ (Seite: {2}), die das "
                      "Programm „{3}“ nicht hat"}},
    {"a band on {1} does not see {2}",
     {[LANGUAGE_DE] = "ein Band {1} sieht {2} nicht"}},
    {"where the band was is not known; say it with --placement",
     {[LANGUAGE_DE] = "wo das Band war, ist nicht bekannt; sagen Sie es mit "
                      "--placement"}},
    {"touches do not stand out from the hand's rest: signal-to-noise {1} dB, "
     "and 12 are needed",
     {[LANGUAGE_DE] = "Berührungen heben sich von der Ruhe der Hand nicht ab: "
                      "Signal zu Rauschen {1} dB, und 12 sind nötig"}},
    {"the arm kept the position that it had before: held or not done, that "
     "cannot be told",
     {[LANGUAGE_DE] =
          "der Arm blieb, wo er war: gehalten oder nicht getan, das "
          "ist nicht zu sagen"}},
    {"it is done without the sensor, and nobody entered it",
     {[LANGUAGE_DE] = "es wird ohne Sensor getan, und niemand hat es "
                      "eingetragen"}},
    {"the hand moved too little to be told from rest",
     {[LANGUAGE_DE] = "die Hand bewegte sich zu wenig, um es von Ruhe zu "
                      "unterscheiden"}},
    {"small movements are only told from others in a guided session",
     {[LANGUAGE_DE] = "kleine Bewegungen lassen sich nur in einer geführten "
                      "Sitzung von anderen unterscheiden"}},
    {"no such hold was seen; one in a position in which the arm rests, too, "
     "cannot be told from rest",
     {[LANGUAGE_DE] = "kein solches Halten wurde gesehen; eines in einer Lage, "
                      "in der der Arm auch ruht, ist von Ruhe nicht zu "
                      "unterscheiden"}},
    {"no repetitions were told from rest; the hand moved for {1} of {2} s",
     {[LANGUAGE_DE] = "keine Wiederholungen waren von Ruhe zu unterscheiden; "
                      "die Hand bewegte sich {1} von {2} s"}},
    {"{1} {2} at {3}:{4} could be {5}",
     {[LANGUAGE_DE] = "{1} {2} bei {3}:{4} können sein: {5}"}},
    {"a wrist shows such movements only sometimes, and none were seen",
     {[LANGUAGE_DE] = "ein Handgelenk zeigt solche Bewegungen nur manchmal, "
                      "und keine wurde gesehen"}},
    {"touch and release cannot be told from each other: signal-to-noise {1} dB",
     {[LANGUAGE_DE] = "Berühren und Loslassen sind nicht zu unterscheiden: "
                      "Signal zu Rauschen {1} dB"}},
    {"the band was not worn",
     {[LANGUAGE_DE] = "das Band wurde nicht getragen"}},
    {"samples are missing from most of it",
     {[LANGUAGE_DE] = "von dem meisten fehlen Messwerte"}},
    {"the arm was never at rest for 4 s",
     {[LANGUAGE_DE] = "der Arm war nie 4 s lang in Ruhe"}},
    {"taps need an accelerometer, and the recording has none",
     {[LANGUAGE_DE] = "Tippen braucht einen Beschleunigungssensor, und die "
                      "Aufnahme hat keinen"}},
    {"taps need 50 samples a second, this recording has {1}",
     {[LANGUAGE_DE] = "Tippen braucht 50 Messwerte je Sekunde, diese Aufnahme "
                      "hat {1}"}},
    {"no taps of {1} dB over noise and at most {2} a second; others need 100 "
     "samples a second, this recording has {3}",
     {[LANGUAGE_DE] = "kein Tippen von {1} dB über dem Rauschen und höchstens "
                      "{2} je Sekunde; anderes braucht 100 Messwerte je "
                      "Sekunde, diese Aufnahme hat {3}"}},
    {"signal-to-noise {1} dB", {[LANGUAGE_DE] = "Signal zu Rauschen {1} dB"}},
    {"tremor needs 20 samples a second or more; this recording has {1}",
     {[LANGUAGE_DE] = "Tremor braucht 20 Messwerte je Sekunde oder mehr; diese "
                      "Aufnahme hat {1}"}},
    {"steps need an accelerometer, and the recording has none",
     {[LANGUAGE_DE] = "Schritte brauchen einen Beschleunigungssensor, und die "
                      "Aufnahme hat keinen"}},
    {"sampled at {1} Hz, and steps need {2} Hz or more",
     {[LANGUAGE_DE] = "mit {1} Hz gemessen, und Schritte brauchen {2} Hz oder "
                      "mehr"}},
};

/* Parts that are words. */
static const struct translation words[] = {
    {"taps", {[LANGUAGE_DE] = "Tippen"}},
    {"touches", {[LANGUAGE_DE] = "Berührungen"}},
    {"repetitions", {[LANGUAGE_DE] = "Wiederholungen"}},
    {"hold", {[LANGUAGE_DE] = "Halten"}},
    {"rhythm", {[LANGUAGE_DE] = "Rhythmus"}},
    {"steps", {[LANGUAGE_DE] = "Schritte"}},
    {"walk", {[LANGUAGE_DE] = "Gehen"}},
    {"by-hand", {[LANGUAGE_DE] = "von Hand"}},
    {"left", {[LANGUAGE_DE] = "links"}},
    {"right", {[LANGUAGE_DE] = "rechts"}},
    {"both", {[LANGUAGE_DE] = "beide"}},
    {"none", {[LANGUAGE_DE] = "keine"}},
    {"the left wrist", {[LANGUAGE_DE] = "am linken Handgelenk"}},
    {"the right wrist", {[LANGUAGE_DE] = "am rechten Handgelenk"}},
    {"the left ankle", {[LANGUAGE_DE] = "am linken Knöchel"}},
    {"the right ankle", {[LANGUAGE_DE] = "am rechten Knöchel"}},
    {"the hands", {[LANGUAGE_DE] = "die Hände"}},
    {"the left hand", {[LANGUAGE_DE] = "die linke Hand"}},
    {"the right hand", {[LANGUAGE_DE] = "die rechte Hand"}},
    {"the legs", {[LANGUAGE_DE] = "die Beine"}},
    {"the left leg", {[LANGUAGE_DE] = "das linke Bein"}},
    {"the right leg", {[LANGUAGE_DE] = "das rechte Bein"}},
};

enum { PART = 160 };

struct match {
    char part[VOICE_PARTS][PART];
    size_t count;
};

/* Where in `text` the `literal` of `size` bytes stands: its end for none, NULL
 * where it is not. */
static const char *literal_in(const char *text, const char *literal,
                              size_t size)
{
    if (size == 0) {
        return text + strlen(text);
    }
    for (; *text != '\0'; text++) {
        if (strncmp(text, literal, size) == 0) {
            return text;
        }
    }
    return NULL;
}

/* Takes `text` apart by `pattern`; false if it is another sentence. */
static bool take_apart(const char *text, const char *pattern,
                       struct match *match)
{
    match->count = 0;
    size_t size = strcspn(pattern, "{");
    if (strncmp(text, pattern, size) != 0) {
        return false;
    }
    text += size;
    pattern += size;
    while (*pattern == '{' && match->count < VOICE_PARTS) {
        pattern += 3; /* {n}, in their order */
        size = strcspn(pattern, "{");
        const char *end = literal_in(text, pattern, size);
        if (end == NULL || end - text >= PART) {
            return false;
        }
        snprintf(match->part[match->count++], PART, "%.*s", (int)(end - text),
                 text);
        text = end + size;
        pattern += size;
    }
    return *text == '\0' && *pattern == '\0';
}

/* Numbers came with a point, words in English. */
static void translate_part(const struct voice *voice, char part[PART])
{
    char *end;
    strtod(part, &end);
    if (end != part && *end == '\0') {
        voice_localise(voice, part);
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(part, words[i].english) == 0) {
            snprintf(part, PART, "%s", words[i].in[voice->language]);
            return;
        }
    }
}

void voice_reason(const struct voice *voice, const char *reason,
                  char out[VOICE_TEXT])
{
    struct match match;
    snprintf(out, VOICE_TEXT, "%s", reason);
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        const char *other = reasons[i].in[voice->language];
        if (other != NULL && take_apart(reason, reasons[i].english, &match)) {
            struct voice_parts parts = {{NULL}};
            for (size_t k = 0; k < match.count; k++) {
                translate_part(voice, match.part[k]);
                parts.of[k] = match.part[k];
            }
            voice_fill(other, &parts, out);
            return;
        }
    }
}
