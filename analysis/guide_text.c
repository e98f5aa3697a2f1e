/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/guide_text.h"

const char *const guide_texts[LANGUAGES][GUIDE_TEXTS] = {
    [LANGUAGE_EN] =
        {
            [GUIDE_TEXT_TITLE] = "%s, week %u",
            [GUIDE_TEXT_PLACE] = "Exercise %zu of %zu",
            [GUIDE_TEXT_SET] = "set %u of %u",
            [GUIDE_TEXT_FIRST] = "First: %s",
            [GUIDE_TEXT_NEXT] = "Next: %s",
            [GUIDE_TEXT_READY] = "Get ready.",
            [GUIDE_TEXT_GOES_ON] = "It goes on in %d s.",
            [GUIDE_TEXT_TIME] = "Time %s",
            [GUIDE_TEXT_PAUSE] = "Pause. Take your time; nothing is counted.",
            [GUIDE_TEXT_TIMES] = "%s times",
            [GUIDE_TEXT_HOLD_S] = "hold %s s",
            [GUIDE_TEXT_SECONDS] = "%s s",
            [GUIDE_TEXT_MINUTES] = "%s min",
            [GUIDE_TEXT_TO] = "%g to %g",
            [GUIDE_TEXT_OF] = "of %s",
            [GUIDE_TEXT_HELD] = "held %.0f s",
            [GUIDE_TEXT_CADENCE] = "%.0f steps a minute",
            [GUIDE_TEXT_STILL_HOLD] = "Hold for %.0f s more.",
            [GUIDE_TEXT_LET_GO] = "Let go. Again in %.0f s.",
            [GUIDE_TEXT_ENOUGH] = "Done: that is enough.",
            [GUIDE_TEXT_ENOUGH_MORE] =
                "Done: that is enough. Up to %s if it feels good.",
            [GUIDE_TEXT_BY_BAND] = "The band counts.",
            [GUIDE_TEXT_BY_BAND_LATER] =
                "The band counts; it needs a few movements before it begins.",
            [GUIDE_TEXT_BY_CLOCK] =
                "The band cannot tell here: the clock counts.",
            [GUIDE_TEXT_BY_CLOCK_YET] =
                "The band cannot tell yet: the clock counts so far.",
            [GUIDE_TEXT_BY_BELL] =
                ("The band cannot tell here: follow the bell. "
                 "Afterwards you say how many you did."),
            [GUIDE_TEXT_BY_WORD] =
                ("The band cannot tell here: count yourself. "
                 "Afterwards you say how many you did."),
            [GUIDE_TEXT_DONE] = "Done: %s",
            [GUIDE_TEXT_SKIPPED] = "Skipped: %s",
            [GUIDE_TEXT_PART] = "Ended: %s",
            [GUIDE_TEXT_BY_YOUR_WORD] = "as you said",
            [GUIDE_TEXT_BY_THE_CLOCK] = "by the clock",
            [GUIDE_TEXT_ASK_PAIN] =
                "Before we begin: how strong is your pain now?",
            [GUIDE_TEXT_ASK_NUMBNESS] =
                "Before we begin: how numb are your hands or feet now?",
            [GUIDE_TEXT_ASK_PAIN_AFTER] =
                "That was all. How strong is your pain now?",
            [GUIDE_TEXT_ASK_NUMBNESS_AFTER] =
                "How numb are your hands or feet now?",
            [GUIDE_TEXT_SCALE] =
                "0 is none at all, 10 the worst you can imagine.",
            [GUIDE_TEXT_ASK_WORD] = "How many did you do? %s",
            [GUIDE_TEXT_NOTHING_SEEN] =
                "The band saw none of them, so your word counts.",
            [GUIDE_TEXT_ASK_HAND] =
                "How many minutes of this did you do today? %s",
            [GUIDE_TEXT_NONE_IS_ZERO] = "0 if none.",
            [GUIDE_TEXT_ASK_NOTES] =
                ("Is there anything to note? Write a line, or "
                 "leave it empty."),
            [GUIDE_TEXT_KEYS_ASK] = "← less · → more · space: that is it",
            [GUIDE_TEXT_KEYS_WAIT] = "space: start · → skip",
            [GUIDE_TEXT_KEYS_COUNTDOWN] =
                "space: start now · → skip · ← the one before · ↓ pause",
            [GUIDE_TEXT_KEYS_EXERCISE] =
                "space: finished · → skip · ← again · ↓ pause",
            [GUIDE_TEXT_KEYS_REST] =
                "space: go on · → skip the next · ← again · ↓ pause",
            [GUIDE_TEXT_KEYS_PAUSE] = "space or ↓ go on · → skip · ← again",
            [GUIDE_TEXT_KEYS_NOTES] = "Enter: finish",
            [GUIDE_TEXT_KEYS_STOP] = "q: end here, all is kept",
            [GUIDE_TEXT_SUMMARY] = "Done in this session:",
            [GUIDE_TEXT_SUMMARY_NOTHING] =
                "No exercise was done in this session.",
            [GUIDE_TEXT_SUMMARY_REST] = "Not done: %zu of the exercises.",
            [GUIDE_TEXT_SUMMARY_SYMPTOM] = "%s, 0 to 10: %s before, %s after",
            [GUIDE_TEXT_PAIN] = "Pain",
            [GUIDE_TEXT_NUMBNESS] = "Numbness",
            [GUIDE_TEXT_LEFT_HAND] = "left hand",
            [GUIDE_TEXT_RIGHT_HAND] = "right hand",
            [GUIDE_TEXT_BOTH_HANDS] = "both hands",
            [GUIDE_TEXT_LEFT_LEG] = "left leg",
            [GUIDE_TEXT_RIGHT_LEG] = "right leg",
            [GUIDE_TEXT_BOTH_LEGS] = "both legs",
            [GUIDE_TEXT_LEFT] = "left",
            [GUIDE_TEXT_RIGHT] = "right",
            [GUIDE_TEXT_BOTH] = "both sides",
        },
    [LANGUAGE_DE] =
        {
            [GUIDE_TEXT_TITLE] = "%s, Woche %u",
            [GUIDE_TEXT_PLACE] = "Übung %zu von %zu",
            [GUIDE_TEXT_SET] = "Satz %u von %u",
            [GUIDE_TEXT_FIRST] = "Zuerst: %s",
            [GUIDE_TEXT_NEXT] = "Als Nächstes: %s",
            [GUIDE_TEXT_READY] = "Machen Sie sich bereit.",
            [GUIDE_TEXT_GOES_ON] = "Es geht weiter in %d s.",
            [GUIDE_TEXT_TIME] = "Zeit %s",
            [GUIDE_TEXT_PAUSE] =
                "Pause. Lassen Sie sich Zeit; nichts wird gezählt.",
            [GUIDE_TEXT_TIMES] = "%s Mal",
            [GUIDE_TEXT_HOLD_S] = "%s s halten",
            [GUIDE_TEXT_SECONDS] = "%s s",
            [GUIDE_TEXT_MINUTES] = "%s min",
            [GUIDE_TEXT_TO] = "%g bis %g",
            [GUIDE_TEXT_OF] = "von %s",
            [GUIDE_TEXT_HELD] = "%.0f s gehalten",
            [GUIDE_TEXT_CADENCE] = "%.0f Schritte in der Minute",
            [GUIDE_TEXT_STILL_HOLD] = "Noch %.0f s halten.",
            [GUIDE_TEXT_LET_GO] = "Loslassen. Wieder in %.0f s.",
            [GUIDE_TEXT_ENOUGH] = "Geschafft: das genügt.",
            [GUIDE_TEXT_ENOUGH_MORE] =
                "Geschafft: das genügt. Bis %s, wenn es guttut.",
            [GUIDE_TEXT_BY_BAND] = "Das Band zählt mit.",
            [GUIDE_TEXT_BY_BAND_LATER] =
                ("Das Band zählt mit; es braucht einige "
                 "Bewegungen, bis es beginnt."),
            [GUIDE_TEXT_BY_CLOCK] =
                "Das Band erkennt das hier nicht: die Uhr zählt.",
            [GUIDE_TEXT_BY_CLOCK_YET] =
                "Das Band erkennt das noch nicht: so weit zählt die Uhr.",
            [GUIDE_TEXT_BY_BELL] =
                ("Das Band erkennt das hier nicht: folgen Sie dem Ton. Danach "
                 "sagen Sie, wie oft Sie es getan haben."),
            [GUIDE_TEXT_BY_WORD] =
                ("Das Band erkennt das hier nicht: zählen Sie selbst. Danach "
                 "sagen Sie, wie oft Sie es getan haben."),
            [GUIDE_TEXT_DONE] = "Geschafft: %s",
            [GUIDE_TEXT_SKIPPED] = "Ausgelassen: %s",
            [GUIDE_TEXT_PART] = "Beendet: %s",
            [GUIDE_TEXT_BY_YOUR_WORD] = "wie Sie sagen",
            [GUIDE_TEXT_BY_THE_CLOCK] = "nach der Uhr",
            [GUIDE_TEXT_ASK_PAIN] =
                "Bevor es losgeht: Wie stark sind Ihre Schmerzen jetzt?",
            [GUIDE_TEXT_ASK_NUMBNESS] =
                "Bevor es losgeht: Wie taub sind Ihre Hände oder Füße jetzt?",
            [GUIDE_TEXT_ASK_PAIN_AFTER] =
                "Das war alles. Wie stark sind Ihre Schmerzen jetzt?",
            [GUIDE_TEXT_ASK_NUMBNESS_AFTER] =
                "Wie taub sind Ihre Hände oder Füße jetzt?",
            [GUIDE_TEXT_SCALE] = ("0 ist gar nicht, 10 das Schlimmste, was Sie "
                                  "sich denken können."),
            [GUIDE_TEXT_ASK_WORD] = "Wie oft haben Sie es getan? %s",
            [GUIDE_TEXT_NOTHING_SEEN] =
                "Das Band hat nichts davon erkannt, daher zählt Ihr Wort.",
            [GUIDE_TEXT_ASK_HAND] =
                "Wie viele Minuten haben Sie das heute getan? %s",
            [GUIDE_TEXT_NONE_IS_ZERO] = "0, wenn gar nicht.",
            [GUIDE_TEXT_ASK_NOTES] =
                ("Möchten Sie etwas anmerken? Schreiben Sie "
                 "eine Zeile, oder lassen Sie sie leer."),
            [GUIDE_TEXT_KEYS_ASK] = "← weniger · → mehr · Leertaste: so ist es",
            [GUIDE_TEXT_KEYS_WAIT] = "Leertaste: Start · → auslassen",
            [GUIDE_TEXT_KEYS_COUNTDOWN] =
                "Leertaste: jetzt · → auslassen · ← die davor · ↓ Pause",
            [GUIDE_TEXT_KEYS_EXERCISE] =
                "Leertaste: fertig · → auslassen · ← noch einmal · ↓ Pause",
            [GUIDE_TEXT_KEYS_REST] =
                ("Leertaste: weiter · → nächste auslassen · "
                 "← noch einmal · ↓ Pause"),
            [GUIDE_TEXT_KEYS_PAUSE] =
                "Leertaste oder ↓ weiter · → auslassen · ← noch einmal",
            [GUIDE_TEXT_KEYS_NOTES] = "Eingabetaste: fertig",
            [GUIDE_TEXT_KEYS_STOP] = "q: hier enden, alles bleibt erhalten",
            [GUIDE_TEXT_SUMMARY] = "In dieser Sitzung getan:",
            [GUIDE_TEXT_SUMMARY_NOTHING] =
                "In dieser Sitzung wurde keine Übung getan.",
            [GUIDE_TEXT_SUMMARY_REST] = "Nicht getan: %zu der Übungen.",
            [GUIDE_TEXT_SUMMARY_SYMPTOM] =
                "%s, 0 bis 10: %s vorher, %s nachher",
            [GUIDE_TEXT_PAIN] = "Schmerz",
            [GUIDE_TEXT_NUMBNESS] = "Taubheit",
            [GUIDE_TEXT_LEFT_HAND] = "linke Hand",
            [GUIDE_TEXT_RIGHT_HAND] = "rechte Hand",
            [GUIDE_TEXT_BOTH_HANDS] = "beide Hände",
            [GUIDE_TEXT_LEFT_LEG] = "linkes Bein",
            [GUIDE_TEXT_RIGHT_LEG] = "rechtes Bein",
            [GUIDE_TEXT_BOTH_LEGS] = "beide Beine",
            [GUIDE_TEXT_LEFT] = "links",
            [GUIDE_TEXT_RIGHT] = "rechts",
            [GUIDE_TEXT_BOTH] = "beide Seiten",
        },
};
