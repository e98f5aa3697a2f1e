/* SPDX-License-Identifier: GPL-3.0-or-later */
/* German: to the therapist, and to the wearer where that differs. */
#include "analysis/voice.h"

const struct voice_words voice_de[VOICE_KEYS] = {
    [VOICE_TITLE] = {{"Bericht der Sitzung", "Ihre Übungen"}},
    [VOICE_PAGE] = {{"Seite {1} von {2}"}},
    [VOICE_PARTICIPANT] = {{"Person"}},
    [VOICE_NO_CODE] = {{"ohne Kennung"}},
    [VOICE_RECORDED] = {{"Aufgenommen"}},
    [VOICE_LENGTH] = {{"Dauer"}},
    [VOICE_WORN_ON] = {{"Getragen"}},
    [VOICE_SESSION] = {{"Sitzung"}},
    [VOICE_SENSOR] = {{"Sensor"}},
    [VOICE_NO_GYROSCOPE] = {{"ohne Gyroskop"}},
    [VOICE_FILE] = {{"Datei"}},
    [VOICE_NOTES] = {{"Notizen"}},
    [VOICE_GLANCE] = {{"Auf einen Blick"}},
    [VOICE_PLACE_OTHER] = {{"nicht angegeben"}},
    [VOICE_PLACE_LEFT_WRIST] = {{"am linken Handgelenk"}},
    [VOICE_PLACE_RIGHT_WRIST] = {{"am rechten Handgelenk"}},
    [VOICE_PLACE_LEFT_ANKLE] = {{"am linken Knöchel"}},
    [VOICE_PLACE_RIGHT_ANKLE] = {{"am rechten Knöchel"}},

    [VOICE_DATE] = {{"{1}. {2} {3}, {4} UTC"}},
    [VOICE_DAY] = {{"{1}. {2} {3}"}},
    [VOICE_JANUARY] = {{"Januar"}},
    [VOICE_FEBRUARY] = {{"Februar"}},
    [VOICE_MARCH] = {{"März"}},
    [VOICE_APRIL] = {{"April"}},
    [VOICE_MAY] = {{"Mai"}},
    [VOICE_JUNE] = {{"Juni"}},
    [VOICE_JULY] = {{"Juli"}},
    [VOICE_AUGUST] = {{"August"}},
    [VOICE_SEPTEMBER] = {{"September"}},
    [VOICE_OCTOBER] = {{"Oktober"}},
    [VOICE_NOVEMBER] = {{"November"}},
    [VOICE_DECEMBER] = {{"Dezember"}},
    [VOICE_UNKNOWN] = {{"nicht bekannt"}},
    [VOICE_SECONDS] = {{"{1} s", "{1} Sekunden"}},
    [VOICE_MINUTES] = {{"{1} min {2} s"}},
    [VOICE_HOURS] = {{"{1} h {2} min"}},

    [VOICE_DONE] = {{"Getan und verordnet", "Was Sie getan haben"}},
    [VOICE_DONE_OF] = {{"Programm „{1}“, Woche {2}."}},
    [VOICE_GUIDED] = {{"Die Sitzung war geführt: Von jeder Übung ist bekannt, "
                       "wo sie in der Aufnahme steht.",
                       "Sie wurden durch Ihre Übungen geführt."}},
    [VOICE_UNGUIDED] = {{"Die Sitzung war nicht geführt: Was gefunden wurde, "
                         "wurde dem Programm zugeordnet. Die Sicherheit sagt, "
                         "wie eindeutig.",
                         "Wir haben Ihre Übungen in der Aufnahme gesucht. Das "
                         "Band kann sich irren."}},
    [VOICE_BUT] = {{"Aber: {1}."}},
    [VOICE_FULL] = {{"ganz", "geschafft"}},
    [VOICE_PART] = {{"teilweise", "zum Teil"}},
    [VOICE_NOT_DONE] = {{"nicht getan", "heute nicht"}},
    [VOICE_NOT_MEASURABLE] = {{"nicht messbar", "kann das Band nicht sehen"}},
    [VOICE_EXERCISE_HEAD] = {{"Übung"}},
    [VOICE_PRESCRIBED] = {{"Verordnet", "Ihr Plan"}},
    [VOICE_LEFT] = {{"Links"}},
    [VOICE_RIGHT] = {{"Rechts"}},
    [VOICE_BOTH_SIDES] = {{"beide"}},
    [VOICE_NO_SIDE] = {{"–"}},
    [VOICE_DOSE_SETS] = {{"{1} Sätze, je {2}"}},
    [VOICE_DOSE_TIMES_ONE] = {{"einmal"}},
    [VOICE_DOSE_TIMES_MANY] = {{"{1}-mal"}},
    [VOICE_DOSE_HOLD_ONE] = {{"{1} s gehalten", "{1} Sekunde gehalten"}},
    [VOICE_DOSE_HOLD_MANY] = {{"{1} s gehalten", "{1} Sekunden gehalten"}},
    [VOICE_DOSE_MINUTES_ONE] = {{"{1} min", "{1} Minute"}},
    [VOICE_DOSE_MINUTES_MANY] = {{"{1} min", "{1} Minuten"}},
    [VOICE_SKIPPED] = {{"übersprungen", "ausgelassen"}},
    [VOICE_TOO_FAST] = {{"zu schnell", "gern langsamer"}},
    [VOICE_TOO_SMALL] = {{"zu klein", "gern etwas weiter"}},
    [VOICE_HOLDS_SHORT] = {{"zu kurz gehalten", "gern länger halten"}},
    [VOICE_UNEVEN] = {{"ungleichmäßig", "gern gleichmäßiger"}},
    [VOICE_TOO_SLOW] = {{"zu langsam", "gern etwas schneller"}},
    [VOICE_BY_SENSOR] = {{"Sensor"}},
    [VOICE_BY_CLOCK] = {{"Uhr"}},
    [VOICE_BY_WORD] = {{"Angabe der Person", "wie Sie sagten"}},
    [VOICE_BY_HAND] = {{"von Hand eingetragen"}},
    [VOICE_BY_NOTHING] = {{"–"}},
    [VOICE_CARE] = {{"Vorsicht", "Achtung"}},
    [VOICE_QUALITY_OF_EXERCISES] = {{"Güte jeder Übung"}},
    [VOICE_QUALITY_EXPLAINED] =
        {{"Umfang, Halten und Tempo sind Mediane. Tempo ist die Zeit für hin "
          "und zurück, ohne das Halten. Ein Strich: nicht gemessen oder kein "
          "Teil dieser Übung."}},
    [VOICE_SIDE] = {{"Seite"}},
    [VOICE_SETS] = {{"Sätze"}},
    [VOICE_MINUTES_HEAD] = {{"Minuten"}},
    [VOICE_STATE] = {{"Stand", "Was Sie taten"}},
    [VOICE_WITH_LEFT] = {{"{1}, links"}},
    [VOICE_WITH_RIGHT] = {{"{1}, rechts"}},
    [VOICE_KNOWN_BY] = {{"Bekannt durch"}},
    [VOICE_SOURCES] = {{"Quellen der Dosen"}},
    [VOICE_SYMPTOMS] = {{"Beschwerden, 0 bis 10",
                         "Wie es Ihnen ging, 0 bis 10"}},
    [VOICE_PAIN] = {{"Schmerz"}},
    [VOICE_NUMBNESS] = {{"Taubheit"}},
    [VOICE_BEFORE_AFTER] = {{"{1} vorher, {2} nachher"}},
    [VOICE_BEFORE_ONLY] = {{"{1} vorher; nachher nicht gefragt"}},
    [VOICE_AFTER_ONLY] = {{"{1} nachher; vorher nicht gefragt"}},

    [VOICE_DATA] = {{"Daten", "Aufnahme"}},
    [VOICE_DATA_MISSING] = {{"{1} von {2} Messwerten fehlen",
                             "ein Teil fehlt ({1} von {2} Messwerten)"}},
    [VOICE_DATA_INTERRUPTED_ONE] = {{"{1}-mal unterbrochen"}},
    [VOICE_DATA_INTERRUPTED_MANY] = {{"{1}-mal unterbrochen"}},
    [VOICE_DATA_COMPLETE] = {{"vollständig, kein Messwert fehlt",
                              "alles wurde aufgenommen"}},
    [VOICE_DATA_CLIPPED] = {{"; {1} lagen außerhalb des Messbereichs",
                             "; {1} Bewegungen waren zu stark für den "
                             "Sensor"}},
    [VOICE_DATA_WORN] = {{"; das Band wurde {1} von {2} getragen",
                          "; Sie trugen das Band {1} von {2}"}},
    [VOICE_DATA_WEAR_UNKNOWN] =
        {{"; das Band wurde sicher {1} von {2} getragen; ein Teil der übrigen "
          "Zeit kann eine Tasche oder ein Fahrzeug sein",
          "; Sie trugen das Band {1} von {2}, vielleicht länger"}},
    [VOICE_LINE_NOT_MEASURED] = {{"nicht gemessen; {1}",
                                  "ließ sich diesmal nicht messen"}},
    [VOICE_WALKING] = {{"Gehen"}},
    [VOICE_WALKING_NONE] = {{"keines gefunden"}},
    [VOICE_WALKING_STEPS] = {{"{1} Schritte in {2}"}},
    [VOICE_WALKING_STEPS_CADENCE] =
        {{"{1} Schritte in {2}, mittlere Kadenz {3} "
          "je Minute (Median)",
          "{1} Schritte in {2}"}},
    [VOICE_TAPS] = {{"Fingertippen"}},
    [VOICE_TAPS_NONE] = {{"keines gefunden"}},
    [VOICE_TAPS_LINE] = {{"{1} in {2} Serien; die längste hat {3}, {4} je "
                          "Sekunde",
                          "{1}-mal getippt, bis zu {3}-mal nacheinander"}},
    [VOICE_EXERCISE] = {{"Übungen", "Bewegungen"}},
    [VOICE_EXERCISE_NONE] = {{"keine wiederholte Bewegung gefunden"}},
    [VOICE_EXERCISE_LINE_ONE] = {{"{1} Wiederholungen in {2} Satz",
                                  "eine Bewegung {1}-mal wiederholt"}},
    [VOICE_EXERCISE_LINE_MANY] = {{"{1} Wiederholungen in {2} Sätzen",
                                   "eine Bewegung {1}-mal wiederholt"}},
    [VOICE_TREMOR] = {{"Tremor", "Zittern"}},
    [VOICE_TREMOR_NONE] = {{"keiner gefunden", "keines gefunden"}},
    [VOICE_TREMOR_LINE] = {{"{1} von {2}, die betrachtet wurden, im Mittel mit "
                            "{3} Hz",
                            "{1} von {2}"}},

    [VOICE_OVERVIEW] = {{"Die Sitzung von Anfang bis Ende"}},
    [VOICE_OVERVIEW_ALT] =
        {{"Farbige Balken zeigen, wann was gefunden wurde. Darunter die "
          "Beschleunigung mit Schwerkraft: 1 g ist Ruhe, mehr ist Bewegung.",
          "Farbige Balken zeigen, wann Sie was getan haben. Die Kurve darunter "
          "ist hoch, wo Sie sich viel bewegt haben."}},
    [VOICE_OVERVIEW_TURNING_ALT] =
        {{"Farbige Balken zeigen, wann was gefunden wurde. Darunter, wie "
          "schnell sich das Band drehte: 0 ist Ruhe.",
          "Farbige Balken zeigen, wann Sie was getan haben. Die Kurve darunter "
          "ist hoch, wo Sie sich viel bewegt haben."}},
    [VOICE_STRIP_PROGRAMME] = {{"Programm", "Plan"}},
    [VOICE_STRIP_WALKING] = {{"Gehen"}},
    [VOICE_STRIP_TAPS] = {{"Tippen"}},
    [VOICE_STRIP_EXERCISE] = {{"Übungen"}},
    [VOICE_STRIP_TREMOR] = {{"Tremor", "Zittern"}},
    [VOICE_STRIP_NONWEAR] = {{"abgelegt"}},
    [VOICE_STRIP_MARKED] = {{"markiert"}},
    [VOICE_AXIS_TIME] = {{"Zeit in der Sitzung"}},
    [VOICE_AXIS_ACCELERATION] = {{"Beschleunigung mit Schwerkraft (g)",
                                  "Bewegung"}},
    [VOICE_AXIS_TURNING] = {{"Drehung (°/s)", "Bewegung"}},

    [VOICE_WALKING_NO_MODERATE] =
        {{"Keine Zeit mit 100 Schritten je Minute oder mehr (mäßig).",
          "Sie sind gemütlich gegangen."}},
    [VOICE_WALKING_MODERATE] =
        {{"{1} mit 100 Schritten je Minute oder mehr (mäßig), davon {2} mit "
          "130 oder mehr (kräftig).",
          "Sie sind {1} zügig gegangen."}},
    [VOICE_NONE_OF_IT] = {{"nichts"}},
    [VOICE_CADENCE_ALT] =
        {{"Kadenz, ein Punkt für jede Sekunde des Gehens. Ab 100 Schritten je "
          "Minute ist das Gehen mäßig, ab 130 kräftig.",
          "Wie schnell Sie gegangen sind. Punkte über der Linie bei 100 sind "
          "zügiges Gehen."}},
    [VOICE_AXIS_CADENCE] = {{"Schritte je Minute"}},
    [VOICE_LEVEL_MODERATE] = {{"mäßig, 100", "zügig"}},
    [VOICE_LEVEL_VIGOROUS] = {{"kräftig, 130", "sehr zügig"}},
    [VOICE_FROM_TO] = {{"Von – bis"}},
    [VOICE_STEPS] = {{"Schritte"}},
    [VOICE_CADENCE] = {{"Kadenz (Schritte/min)"}},
    [VOICE_SPREAD] = {{"Streuung"}},
    [VOICE_ARM_SWING] = {{"Armschwung (°)"}},
    [VOICE_CONFIDENCE] = {{"Sicherheit"}},
    [VOICE_FIRST_ROWS] = {{"Die ersten {1} von {2} sind gezeigt; alle stehen "
                           "im JSON."}},

    [VOICE_TAPS_EXPLAINED] =
        {{"Schwankung ist die Streuung der Zeit zwischen den Tippern; das "
          "letzte Drittel wird in der Stärke mit dem ersten verglichen.",
          "Je gleichmäßiger die Punkte, desto gleichmäßiger haben Sie "
          "getippt."}},
    [VOICE_TAPS_ALT] =
        {{"Zeit zwischen jedem Tippen und dem davor, in ihrer Reihenfolge; "
          "darüber, wann jede Serie begann. Gleichmäßiges Tippen ist eine "
          "ebene Reihe von Punkten; ein Halt ragt heraus.",
          "Jeder Punkt ist ein Tippen. Ein höherer Punkt kam nach längerem "
          "Warten."}},
    [VOICE_AXIS_INTERVAL] = {{"Zeit seit dem Tippen davor (s)",
                              "Sekunden seit dem Tippen davor"}},
    [VOICE_AXIS_TAP] = {{"Tippen"}},
    [VOICE_TAPS_HEAD] = {{"Tipper"}},
    [VOICE_RATE] = {{"Rate (1/s)"}},
    [VOICE_VARIATION] = {{"Schwankung (%)"}},
    [VOICE_LAST_THIRD] = {{"Letztes Drittel"}},
    [VOICE_HESITATIONS] = {{"Zögern"}},
    [VOICE_HALTS] = {{"Halte"}},
    [VOICE_WEAKER] = {{"{1} % schwächer"}},
    [VOICE_STRONGER] = {{"{1} % stärker"}},
    [VOICE_SAME] = {{"gleich"}},

    [VOICE_EXERCISE_EXPLAINED] =
        {{"Sätze einer langsamen, wiederholten Bewegung, jede an der Bewegung "
          "selbst erkannt. Werte sind Mediane eines Satzes; Tempo ist die Zeit "
          "für hin und zurück, ohne das Halten.",
          "Bewegungen, die Sie langsam mehrmals gemacht haben."}},
    [VOICE_RANGE_ALT] =
        {{"Wie weit jede Wiederholung ging, je ein Balken, in der Reihenfolge "
          "der Ausführung. Darüber die Sätze.",
          "Jeder Balken ist eine Bewegung: je höher, desto weiter."}},
    [VOICE_RANGE_MEAN_ALT] =
        {{"Wie weit die Wiederholungen gingen; es sind viele, daher ist jeder "
          "Balken das Mittel von {1}. Darüber die Sätze.",
          "Je höher ein Balken, desto weiter ging die Bewegung. Jeder steht "
          "für {1} Bewegungen."}},
    [VOICE_HOLD_ALT] = {{"Wie lange jede Wiederholung gehalten wurde, in "
                         "derselben Reihenfolge.",
                         "Wie lange Sie jede Bewegung gehalten haben."}},
    [VOICE_ASKED_ALT] = {{"{1} Ein Strich quer ist, was das Programm verlangt.",
                          "{1} Der Strich quer ist Ihr Plan."}},
    [VOICE_AXIS_RANGE] = {{"Umfang (Grad)", "wie weit (Grad)"}},
    [VOICE_AXIS_HOLD] = {{"Halten (s)", "gehalten (Sekunden)"}},
    [VOICE_AXIS_REPETITION] = {{"Wiederholung", "Bewegung"}},
    [VOICE_MOVEMENT] = {{"Bewegung"}},
    [VOICE_REPETITION] = {{"Wiederholung", "Bewegung"}},
    [VOICE_REPETITIONS] = {{"Wdh."}},
    [VOICE_RANGE] = {{"Umfang (°)"}},
    [VOICE_HOLD] = {{"Halten (s)"}},
    [VOICE_TEMPO] = {{"Tempo (s)"}},

    [VOICE_TREMOR_EXPLAINED] =
        {{"Winkel und Weg sind von Spitze zu Spitze; der Weg gilt für einen "
          "Punkt {1} mm vom drehenden Gelenk.",
          "Zittern kommt und geht bei jedem Menschen; mehr dazu kann Ihnen "
          "Ihre Therapeutin oder Ihr Therapeut sagen."}},
    [VOICE_TREMOR_BANDS] =
        {{"Tremor wird üblicherweise nach den Bereichen unter 4, 4 bis 8, 8 "
          "bis 12 und über 12 Hz beschrieben (Bhatia und andere, Movement "
          "Disorders 2018)."}},
    [VOICE_SPECTRUM_TREMOR_ALT] =
        {{"Mittleres Spektrum während des Tremors: Eine schmale Spitze ist "
          "seine Frequenz. Schattiert ist, wo Tremor gesucht wird."}},
    [VOICE_SPECTRUM_ALT] = {{"Mittleres Spektrum der Sitzung; schattiert ist, "
                             "wo Tremor gesucht wird."}},
    [VOICE_AXIS_FREQUENCY] = {{"Frequenz (Hz)"}},
    [VOICE_AXIS_POWER_TURNING] = {{"Leistung der Drehung ((°/s)²/Hz)"}},
    [VOICE_AXIS_POWER_ACCELERATION] = {{"Leistung der Beschleunigung "
                                        "(g²/Hz)"}},
    [VOICE_AMPLITUDE_ALT] = {{"Wie stark der Tremor im Verlauf der Sitzung "
                              "war; kein Balken, wo keiner gefunden wurde.",
                              "Wann Ihre Hand zitterte und wie stark."}},
    [VOICE_AXIS_AMPLITUDE_DEG] = {{"Winkel, Spitze zu Spitze (°)",
                                   "Stärke des Zitterns (°)"}},
    [VOICE_AXIS_AMPLITUDE_MG] = {{"Beschleunigung, Effektivwert (mg)",
                                  "Stärke des Zitterns (mg)"}},
    [VOICE_LENGTH_S] = {{"Dauer (s)"}},
    [VOICE_KIND] = {{"Art"}},
    [VOICE_KIND_REST] = {{"Ruhe"}},
    [VOICE_KIND_POSTURAL] = {{"Haltung"}},
    [VOICE_KIND_KINETIC] = {{"Bewegung"}},
    [VOICE_FREQUENCY] = {{"Frequenz (Hz)"}},
    [VOICE_RMS] = {{"Effektivwert (°/s)"}},
    [VOICE_ANGLE] = {{"Winkel (°)"}},
    [VOICE_PATH] = {{"Weg (mm)"}},
    [VOICE_LONGEST_ROWS] = {{"Die {1} längsten sind gezeigt; {2} weitere, "
                             "zusammen {3}, stehen im JSON."}},
    [VOICE_DETECTOR_NOT_USED] = {{"Veröffentlichtes Verfahren für Ruhetremor: "
                                  "nicht benutzt, {1}."}},
    [VOICE_DETECTOR_NO_REST] = {{"Veröffentlichtes Verfahren für Ruhetremor: "
                                 "Der Arm war in keinem Fenster von 4 s in "
                                 "Ruhe."}},
    [VOICE_DETECTOR] = {{"Veröffentlichtes Verfahren für Ruhetremor "
                         "(ParaDigMa, Timmermans 2025): Tremor in {1} % von "
                         "{2} Fenstern von vier Sekunden in Ruhe."}},

    [VOICE_EVENTS] = {{"Während der Aufnahme markiert"}},
    [VOICE_WHAT] = {{"Was"}},
    [VOICE_SET_BY] = {{"Gesetzt durch"}},
    [VOICE_SET_BY_KEY] = {{"Taste"}},
    [VOICE_SET_BY_PRESET] = {{"Liste von Marken"}},
    [VOICE_SET_BY_IMPORT] = {{"eingelesene Datei"}},
    [VOICE_SET_BY_CLOCK] = {{"Uhr"}},
    [VOICE_QUALITY] = {{"Güte der Daten"}},
    [VOICE_REASON_OF] = {{"{1}: {2}."}},
    [VOICE_OR] = {{" oder "}},
    [VOICE_REASON] = {{"Nicht gemessen: {1}."}},
    [VOICE_SAMPLES] = {{"Messwerte"}},
    [VOICE_SAMPLES_VALUE] = {{"{1} mit {2} Hz"}},
    [VOICE_LOST] = {{"Verloren"}},
    [VOICE_LOST_ONE] = {{"{1} Messwerte in {2} Lücke"}},
    [VOICE_LOST_MANY] = {{"{1} Messwerte in {2} Lücken"}},
    [VOICE_CLIPPED] = {{"Außerhalb des Bereichs"}},
    [VOICE_CLIPPED_VALUE] = {{"{1} Messwerte"}},
    [VOICE_WORN] = {{"Tragezeit"}},
    [VOICE_GRAVITY] = {{"Fehler der Schwerkraft"}},
    [VOICE_GRAVITY_VALUE] = {{"{1} mg in Ruhe (0 ist vollkommen)"}},
    [VOICE_CALIBRATION] = {{"Kalibrierung"}},
    [VOICE_CALIBRATION_VALUE] = {{"eine Anpassung lässt {1} mg; sie ist nicht "
                                  "angewendet"}},
    [VOICE_GYROSCOPE] = {{"Gyroskop in Ruhe"}},
    [VOICE_GYROSCOPE_VALUE] = {{"{1}; {2}; {3} °/s"}},
    [VOICE_CLOCK] = {{"Uhr"}},
    [VOICE_CLOCK_VALUE] = {{"{1} ppm gegen den Rechner, {2} Vergleiche"}},
    [VOICE_LIMITS] = {{"Was dies sagen kann und was nicht"}},
    [VOICE_LIMITS_TEXT] =
        {{"carpus ist kein Medizinprodukt und stellt keine Diagnose. Es sieht, "
          "wie sich das Handgelenk bewegt, nicht die Finger: Tippen wird an "
          "den kleinen Stößen erkannt, die am Handgelenk ankommen. Die "
          "Sicherheit reicht von 0 bis 1.",
          "carpus ist kein Medizinprodukt und stellt keine Diagnose. Es spürt, "
          "wie sich Ihr Handgelenk bewegt, nicht Ihre Finger, und kann sich "
          "irren. Sprechen Sie mit Ihrer Therapeutin oder Ihrem Therapeuten "
          "über das, was Sie hier sehen."}},
    [VOICE_LIMITS_CADENCE] = {{"Mäßiges und kräftiges Gehen, 100 und 130 "
                               "Schritte je Minute, nach CADENCE-Adults "
                               "(Tudor-Locke und andere, 2019 bis 2021)."}},
    [VOICE_MADE_BY] = {{"Erstellt von carpus {1} aus der Aufnahme {2}."}},

    [VOICE_HISTORY_TITLE] = {{"Verlauf von Übungen und Messwerten",
                              "Ihre Wochen"}},
    [VOICE_HISTORY_PROGRAMME] = {{"Programm", "Ihr Programm"}},
    [VOICE_HISTORY_PERIOD] = {{"Zeitraum"}},
    [VOICE_HISTORY_PERIOD_VALUE] = {{"{1} bis {2}, Sitzungen: {3}"}},
    [VOICE_HISTORY_LAST_WEEK] = {{"Woche {1}: {2} von {4} verordneten "
                                  "Übungstagen ganz getan, {3} zum Teil.",
                                  "In Woche {1} haben Sie an {5} Tagen geübt: "
                                  "{2} von {4} Übungen ganz, {3} zum Teil."}},
    [VOICE_HISTORY_OTHERS] = {{"Sitzungen nach einem anderen Programm, deren "
                               "Übungen hier nicht gezählt sind: {1}."}},
    [VOICE_HISTORY_EARLIER] =
        {{"Nur die letzten Wochen sind gezeigt; alle stehen in JSON und CSV.",
          "Nur die letzten Wochen sind gezeigt."}},
    [VOICE_HISTORY_OF] = {{"Was"}},
    [VOICE_HISTORY_THIS_WEEK] =
        {{"Woche {1} bisher: {2} von {4} verordneten Übungstagen der Woche "
          "ganz getan, {3} zum Teil.",
          "In Woche {1} haben Sie bisher an {5} Tagen geübt: {2} von {4} "
          "Übungen der Woche ganz, {3} zum Teil."}},
    [VOICE_HISTORY_FROM_TO] = {{"{1}: {2}, von {3} auf {4}."}},
    [VOICE_HISTORY_NOTHING] =
        {{"Kein Messwert hat sich um mehr geändert, als etwas bedeutet.",
          "Ihre Messwerte sind etwa so wie am Anfang."}},
    [VOICE_HISTORY_EXERCISES] = {{"Übungen nach Wochen",
                                  "Ihre Übungen, Woche für Woche"}},
    [VOICE_HISTORY_EXERCISES_EXPLAINED] =
        {{"Tage, an denen eine Übung ganz (und zum Teil, +) getan wurde, neben "
          "den verordneten Tagen der Woche.",
          "An wie vielen Tagen Sie jede Übung gemacht haben und an wie vielen "
          "Ihr Plan sie vorsieht."}},
    [VOICE_HISTORY_DOSE_ALT] = {{"Übungstage jeder Woche, von den verordneten: "
                                 "dunkel ganz getan, hell zum Teil"}},
    [VOICE_HISTORY_AXIS_WEEK] = {{"Woche"}},
    [VOICE_HISTORY_AXIS_DONE] = {{"Getan (%)"}},
    [VOICE_HISTORY_DAYS_ASKED] = {{"Tage je Woche", "Tage im Plan"}},
    [VOICE_HISTORY_WEEK] = {{"Woche {1}"}},
    [VOICE_HISTORY_DAYS_AND_PART] = {{"{1} + {2}"}},
    [VOICE_HISTORY_UNSEEN] = {{"In keiner Sitzung messbar: {1}.",
                               "Das Band konnte nicht erkennen: {1}."}},
    [VOICE_HISTORY_UNSEEN_LEFT] =
        {{"Links in keiner Sitzung messbar: {1}.",
          "Links konnte das Band nicht erkennen: {1}."}},
    [VOICE_HISTORY_UNSEEN_RIGHT] =
        {{"Rechts in keiner Sitzung messbar: {1}.",
          "Rechts konnte das Band nicht erkennen: {1}."}},
    [VOICE_HISTORY_UNSEEN_BOTH] =
        {{"Mit beiden Seiten in keiner Sitzung messbar: {1}.",
          "Mit beiden Seiten konnte das Band nicht erkennen: {1}."}},
    [VOICE_HISTORY_WEEKS] = {{"Wochen", "Ihre Wochen und wie es Ihnen ging"}},
    [VOICE_HISTORY_FROM] = {{"Ab"}},
    [VOICE_HISTORY_DAYS] = {{"Tage"}},
    [VOICE_HISTORY_WALKING] = {{"Gehen (min)"}},
    [VOICE_HISTORY_SERIES_ALT] =
        {{"{1}, ein Punkt je Tag; die Linie ist der Trend"}},
    [VOICE_HISTORY_CHANGES] = {{"Was sich geändert hat"}},
    [VOICE_HISTORY_CHANGES_EXPLAINED] =
        {{"Die Steigung ist der Median der Steigungen zwischen allen Paaren "
          "von Tagen, mit ihrem 95-%-Intervall (Theil-Sen). Als Änderung gilt "
          "ein Trend, der größer ist als die kleinste Änderung, die etwas "
          "bedeutet: bei Schmerz zwei Punkte (Farrar et al. 2001, Pain "
          "94:149), bei Tremor eine Stufe einer Bewertungsskala (Elble et al. "
          "2006, Brain 129:2660), sonst die eigene Streuung zwischen den Tagen "
          "(Wiederholbarkeit: Bland und Altman 1996, BMJ 313:744).",
          "Wir vergleichen Ihre Tage vom ersten bis zum letzten und sprechen "
          "nur dann von einer Änderung, wenn sie größer ist als das Auf und Ab "
          "von Tag zu Tag."}},
    [VOICE_HISTORY_MEASURE] = {{"Messwert"}},
    [VOICE_HISTORY_JUDGEMENT] = {{"Änderung"}},
    [VOICE_HISTORY_LEVEL] = {{"Jetzt"}},
    [VOICE_HISTORY_SLOPE] = {{"Je Woche"}},
    [VOICE_HISTORY_BETWEEN] = {{"95-%-Intervall"}},
    [VOICE_HISTORY_INTERVAL] = {{"{1} bis {2}"}},
    [VOICE_HISTORY_SMALLEST] = {{"Kleinste, die zählt"}},
    [VOICE_HISTORY_CARE] = {{"Worauf zu achten ist"}},
    [VOICE_HISTORY_WHEN] = {{"Wann"}},
    [VOICE_HISTORY_CAUTION] = {{"Hinweis"}},
    [VOICE_HISTORY_VALUE] = {{"Wert"}},
    [VOICE_HISTORY_LIMIT] = {{"Grenze"}},
    [VOICE_HISTORY_WEEK_OF] = {{"Woche ab {1}"}},
    [VOICE_HISTORY_DAY_OF] = {{"{1}"}},
    [VOICE_HISTORY_LIMITS] =
        {{"Dieser Verlauf sagt, was aufgezeichnet wurde und wie es sich "
          "geändert hat, nicht warum. Er stellt keine Diagnose und verspricht "
          "keine Heilung; carpus ist kein Medizinprodukt. Von Tagen ohne "
          "Aufzeichnung ist nichts bekannt."}},
    [VOICE_HISTORY_MADE_BY] = {{"Erstellt mit carpus {1}."}},
    [VOICE_HISTORY_LEFT] = {{"links"}},
    [VOICE_HISTORY_RIGHT] = {{"rechts"}},
    [VOICE_HISTORY_TOO_FEW] = {{"zu wenige Tage", "noch zu wenige Tage"}},
    [VOICE_HISTORY_NO_TREND] = {{"kein Trend", "etwa gleich"}},
    [VOICE_HISTORY_SMALL] = {{"klein", "ein wenig anders"}},
    [VOICE_HISTORY_BETTER] = {{"besser"}},
    [VOICE_HISTORY_WORSE] = {{"schlechter", "weniger gut"}},
    [VOICE_HISTORY_CHANGED] = {{"anders"}},
    [VOICE_HISTORY_TAP_RATE] = {{"Tipprate (1/s)",
                                 "Wie schnell Sie tippen (je Sekunde)"}},
    [VOICE_HISTORY_TAP_VARIATION] = {{"Schwankung der Tippabstände",
                                      "Wie ungleichmäßig Sie tippen"}},
    [VOICE_HISTORY_TAP_DECREMENT] = {{"Abnahme der Tippstärke",
                                      "Wie sehr Ihr Tippen nachlässt"}},
    [VOICE_HISTORY_TREMOR_REST] = {{"Ruhetremor (rms, \u00b0/s)",
                                    "Zittern in Ruhe (\u00b0/s)"}},
    [VOICE_HISTORY_TREMOR_POSTURAL] = {{"Haltetremor (rms, \u00b0/s)",
                                        "Zittern beim Halten (\u00b0/s)"}},
    [VOICE_HISTORY_TREMOR_SHARE] = {{"Tremor (% der Zeit)",
                                     "Zittern (% der Zeit)"}},
    [VOICE_HISTORY_CADENCE] = {{"Kadenz (Schritte/min)",
                                "Schritte in der Minute"}},
    [VOICE_HISTORY_WALK_MINUTES] = {{"Gehen (min am Tag)",
                                     "Minuten Gehen am Tag"}},
    [VOICE_HISTORY_STEPS] = {{"Schritte am Tag"}},
    [VOICE_HISTORY_RANGE] = {{"Bewegungsumfang (\u00b0)",
                              "Wie weit Sie sich bewegen (\u00b0)"}},
    [VOICE_HISTORY_TEMPO] = {{"Tempo (s hin und zurück)",
                              "Sekunden hin und zurück"}},
    [VOICE_HISTORY_HOLD] = {{"Halten (s)", "Sekunden gehalten"}},
    [VOICE_HISTORY_PAIN_BEFORE] = {{"Schmerz vorher (0\u201310)"}},
    [VOICE_HISTORY_PAIN_AFTER] = {{"Schmerz nachher (0\u201310)"}},
    [VOICE_HISTORY_NUMBNESS_BEFORE] = {{"Taubheit vorher (0\u201310)"}},
    [VOICE_HISTORY_NUMBNESS_AFTER] = {{"Taubheit nachher (0\u201310)"}},
};
