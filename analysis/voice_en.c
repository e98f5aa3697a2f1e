/* SPDX-License-Identifier: GPL-3.0-or-later */
/* English: to the therapist, and to the wearer where that differs. */
#include "analysis/voice.h"

const struct voice_words voice_en[VOICE_KEYS] = {
    [VOICE_TITLE] = {{"Session report", "Your session"}},
    [VOICE_PAGE] = {{"Page {1} of {2}"}},
    [VOICE_PARTICIPANT] = {{"Participant"}},
    [VOICE_NO_CODE] = {{"no code given"}},
    [VOICE_RECORDED] = {{"Recorded"}},
    [VOICE_LENGTH] = {{"Length"}},
    [VOICE_WORN_ON] = {{"Worn on"}},
    [VOICE_SESSION] = {{"Session"}},
    [VOICE_SENSOR] = {{"Sensor"}},
    [VOICE_NO_GYROSCOPE] = {{"no gyroscope"}},
    [VOICE_FILE] = {{"File"}},
    [VOICE_NOTES] = {{"Notes"}},
    [VOICE_GLANCE] = {{"At a glance"}},
    [VOICE_PLACE_OTHER] = {{"not said"}},
    [VOICE_PLACE_LEFT_WRIST] = {{"the left wrist"}},
    [VOICE_PLACE_RIGHT_WRIST] = {{"the right wrist"}},
    [VOICE_PLACE_LEFT_ANKLE] = {{"the left ankle"}},
    [VOICE_PLACE_RIGHT_ANKLE] = {{"the right ankle"}},

    [VOICE_DATE] = {{"{1} {2} {3}, {4} UTC"}},
    [VOICE_DAY] = {{"{1} {2} {3}"}},
    [VOICE_JANUARY] = {{"January"}},
    [VOICE_FEBRUARY] = {{"February"}},
    [VOICE_MARCH] = {{"March"}},
    [VOICE_APRIL] = {{"April"}},
    [VOICE_MAY] = {{"May"}},
    [VOICE_JUNE] = {{"June"}},
    [VOICE_JULY] = {{"July"}},
    [VOICE_AUGUST] = {{"August"}},
    [VOICE_SEPTEMBER] = {{"September"}},
    [VOICE_OCTOBER] = {{"October"}},
    [VOICE_NOVEMBER] = {{"November"}},
    [VOICE_DECEMBER] = {{"December"}},
    [VOICE_UNKNOWN] = {{"unknown"}},
    [VOICE_SECONDS] = {{"{1} s", "{1} seconds"}},
    [VOICE_MINUTES] = {{"{1} min {2} s"}},
    [VOICE_HOURS] = {{"{1} h {2} min"}},

    [VOICE_DONE] = {{"Done against prescribed", "What you did"}},
    [VOICE_DONE_OF] = {{"Programme \u201c{1}\u201d, week {2}."}},
    [VOICE_GUIDED] = {{"The session was guided: each exercise is known by its "
                       "place in the recording.",
                       "The session led you through your exercises."}},
    [VOICE_UNGUIDED] = {{"The session was not guided: what was found was "
                         "matched to the programme. Confidence says how "
                         "clearly.",
                         "We looked for your exercises in what the band "
                         "recorded. It can be mistaken."}},
    [VOICE_BUT] = {{"But: {1}."}},
    [VOICE_FULL] = {{"full", "done"}},
    [VOICE_PART] = {{"part", "partly"}},
    [VOICE_NOT_DONE] = {{"not done", "not today"}},
    [VOICE_NOT_MEASURABLE] = {{"not measurable", "band cannot tell"}},
    [VOICE_EXERCISE_HEAD] = {{"Exercise"}},
    [VOICE_PRESCRIBED] = {{"Prescribed", "Your plan"}},
    [VOICE_LEFT] = {{"Left"}},
    [VOICE_RIGHT] = {{"Right"}},
    [VOICE_BOTH_SIDES] = {{"both"}},
    [VOICE_NO_SIDE] = {{"\u2013"}},
    [VOICE_DOSE_SETS] = {{"{1} sets of {2}"}},
    [VOICE_DOSE_TIMES_ONE] = {{"once"}},
    [VOICE_DOSE_TIMES_MANY] = {{"{1} times"}},
    [VOICE_DOSE_HOLD_ONE] = {{"held {1} s", "held {1} second"}},
    [VOICE_DOSE_HOLD_MANY] = {{"held {1} s", "held {1} seconds"}},
    [VOICE_DOSE_MINUTES_ONE] = {{"{1} min", "{1} minute"}},
    [VOICE_DOSE_MINUTES_MANY] = {{"{1} min", "{1} minutes"}},
    [VOICE_SKIPPED] = {{"skipped", "left out"}},
    [VOICE_TOO_FAST] = {{"too fast", "try it slower"}},
    [VOICE_TOO_SMALL] = {{"too small", "try to go further"}},
    [VOICE_HOLDS_SHORT] = {{"holds too short", "try to hold longer"}},
    [VOICE_UNEVEN] = {{"uneven", "try it more evenly"}},
    [VOICE_TOO_SLOW] = {{"too slow", "try it a little faster"}},
    [VOICE_BY_SENSOR] = {{"sensor"}},
    [VOICE_BY_CLOCK] = {{"clock"}},
    [VOICE_BY_WORD] = {{"wearer's word", "as you said"}},
    [VOICE_BY_HAND] = {{"entered by hand"}},
    [VOICE_BY_NOTHING] = {{"\u2013"}},
    [VOICE_CARE] = {{"Caution", "Take care"}},
    [VOICE_QUALITY_OF_EXERCISES] = {{"Quality of each exercise"}},
    [VOICE_QUALITY_EXPLAINED] =
        {{"Range, hold and tempo are medians. Tempo is the time of moving "
          "there and back, without the hold. A dash: not measured, or not a "
          "part of this exercise."}},
    [VOICE_SIDE] = {{"Side"}},
    [VOICE_SETS] = {{"Sets"}},
    [VOICE_MINUTES_HEAD] = {{"Minutes"}},
    [VOICE_STATE] = {{"State", "What you did"}},
    [VOICE_WITH_LEFT] = {{"{1}, left"}},
    [VOICE_WITH_RIGHT] = {{"{1}, right"}},
    [VOICE_KNOWN_BY] = {{"Known by"}},
    [VOICE_SOURCES] = {{"Sources of the doses"}},
    [VOICE_SYMPTOMS] = {{"Symptoms, 0 to 10", "How you felt, 0 to 10"}},
    [VOICE_PAIN] = {{"Pain"}},
    [VOICE_NUMBNESS] = {{"Numbness"}},
    [VOICE_BEFORE_AFTER] = {{"{1} before, {2} after"}},
    [VOICE_BEFORE_ONLY] = {{"{1} before; after it was not asked"}},
    [VOICE_AFTER_ONLY] = {{"{1} after; before it was not asked"}},

    [VOICE_DATA] = {{"Data", "Recording"}},
    [VOICE_DATA_MISSING] = {{"{1} of {2} samples are missing",
                             "a part is missing ({1} of {2} readings)"}},
    [VOICE_DATA_INTERRUPTED_ONE] = {{"interrupted {1} time"}},
    [VOICE_DATA_INTERRUPTED_MANY] = {{"interrupted {1} times"}},
    [VOICE_DATA_COMPLETE] = {{"complete, no sample lost",
                              "everything was recorded"}},
    [VOICE_DATA_CLIPPED] = {{"; {1} were beyond the sensor's range",
                             "; {1} movements were too strong for the "
                             "sensor"}},
    [VOICE_DATA_WORN] = {{"; the band was worn for {1} of {2}",
                          "; you wore the band for {1} of {2}"}},
    [VOICE_DATA_WEAR_UNKNOWN] =
        {{"; the band was surely worn for {1} of {2}; some of the rest may be "
          "a bag or a vehicle",
          "; you wore the band for {1} of {2}, perhaps longer"}},
    [VOICE_LINE_NOT_MEASURED] = {{"not measured; {1}",
                                  "could not be measured this time"}},
    [VOICE_WALKING] = {{"Walking"}},
    [VOICE_WALKING_NONE] = {{"none was found"}},
    [VOICE_WALKING_STEPS] = {{"{1} steps in {2}"}},
    [VOICE_WALKING_STEPS_CADENCE] = {{"{1} steps in {2}, median cadence {3} "
                                      "a minute",
                                      "{1} steps in {2}"}},
    [VOICE_TAPS] = {{"Finger taps"}},
    [VOICE_TAPS_NONE] = {{"none were found"}},
    [VOICE_TAPS_LINE] = {{"{1} in {2} series; the longest has {3}, {4} a "
                          "second",
                          "{1} taps, up to {3} in a row"}},
    [VOICE_EXERCISE] = {{"Exercise", "Movements"}},
    [VOICE_EXERCISE_NONE] = {{"no repeated movement was found"}},
    [VOICE_EXERCISE_LINE_ONE] = {{"{1} repetitions in {2} set",
                                  "you repeated a movement {1} times"}},
    [VOICE_EXERCISE_LINE_MANY] = {{"{1} repetitions in {2} sets",
                                   "you repeated a movement {1} times"}},
    [VOICE_TREMOR] = {{"Tremor", "Trembling"}},
    [VOICE_TREMOR_NONE] = {{"none was found"}},
    [VOICE_TREMOR_LINE] = {{"found for {1} of the {2} looked at, at {3} Hz on "
                            "average",
                            "{1} of {2}"}},

    [VOICE_OVERVIEW] = {{"The session from beginning to end"}},
    [VOICE_OVERVIEW_ALT] =
        {{"Coloured bars show when each thing was found. Below them the "
          "acceleration with gravity: 1 g is stillness, more is movement.",
          "Coloured bars show when you did what. The curve below is high where "
          "you moved much."}},
    [VOICE_OVERVIEW_TURNING_ALT] =
        {{"Coloured bars show when each thing was found. Below them how fast "
          "the band turned: 0 is stillness.",
          "Coloured bars show when you did what. The curve below is high where "
          "you moved much."}},
    [VOICE_STRIP_PROGRAMME] = {{"programme", "plan"}},
    [VOICE_STRIP_WALKING] = {{"walking"}},
    [VOICE_STRIP_TAPS] = {{"taps"}},
    [VOICE_STRIP_EXERCISE] = {{"exercise"}},
    [VOICE_STRIP_TREMOR] = {{"tremor", "trembling"}},
    [VOICE_STRIP_NONWEAR] = {{"not worn"}},
    [VOICE_STRIP_MARKED] = {{"marked"}},
    [VOICE_AXIS_TIME] = {{"time in the session"}},
    [VOICE_AXIS_ACCELERATION] = {{"acceleration with gravity (g)", "movement"}},
    [VOICE_AXIS_TURNING] = {{"turning (\u00b0/s)", "movement"}},

    [VOICE_WALKING_NO_MODERATE] =
        {{"No time at 100 steps a minute or more (moderate).",
          "You walked at an easy pace."}},
    [VOICE_WALKING_MODERATE] =
        {{"{1} at 100 steps a minute or more (moderate), {2} of it at 130 or "
          "more (vigorous).",
          "You walked briskly for {1}."}},
    [VOICE_NONE_OF_IT] = {{"none"}},
    [VOICE_CADENCE_ALT] =
        {{"Cadence, a dot for each second of walking. From 100 steps a minute "
          "walking is moderate, from 130 vigorous.",
          "How fast you walked. Dots above the line of 100 are brisk "
          "walking."}},
    [VOICE_AXIS_CADENCE] = {{"steps a minute"}},
    [VOICE_LEVEL_MODERATE] = {{"moderate, 100", "brisk"}},
    [VOICE_LEVEL_VIGOROUS] = {{"vigorous, 130", "very brisk"}},
    [VOICE_FROM_TO] = {{"From \u2013 to"}},
    [VOICE_STEPS] = {{"Steps"}},
    [VOICE_CADENCE] = {{"Cadence (steps/min)"}},
    [VOICE_SPREAD] = {{"Spread"}},
    [VOICE_ARM_SWING] = {{"Arm swing (\u00b0)"}},
    [VOICE_CONFIDENCE] = {{"Confidence"}},
    [VOICE_FIRST_ROWS] = {{"The first {1} of {2} are shown; all are in the "
                           "JSON."}},

    [VOICE_TAPS_EXPLAINED] =
        {{"Variation is the spread of the time between taps; the last third of "
          "the taps is compared in strength with the first.",
          "The more even the dots, the more even your taps."}},
    [VOICE_TAPS_ALT] =
        {{"Time between each tap and the one before it, in the order of the "
          "taps; above them when each series began. Even tapping is a level "
          "row of dots; a halt stands out above it.",
          "Each dot is a tap. A dot that stands higher came after a longer "
          "wait."}},
    [VOICE_AXIS_INTERVAL] = {{"time since the tap before (s)",
                              "seconds since the tap before"}},
    [VOICE_AXIS_TAP] = {{"tap"}},
    [VOICE_TAPS_HEAD] = {{"Taps"}},
    [VOICE_RATE] = {{"Rate (1/s)"}},
    [VOICE_VARIATION] = {{"Variation (%)"}},
    [VOICE_LAST_THIRD] = {{"Last third"}},
    [VOICE_HESITATIONS] = {{"Hesitations"}},
    [VOICE_HALTS] = {{"Halts"}},
    [VOICE_WEAKER] = {{"{1} % weaker"}},
    [VOICE_STRONGER] = {{"{1} % stronger"}},
    [VOICE_SAME] = {{"the same"}},

    [VOICE_EXERCISE_EXPLAINED] =
        {{"Sets of a slow movement made again and again, each found by the "
          "movement itself. Values are medians of a set; tempo is the time of "
          "moving there and back, without the hold.",
          "Movements that you made slowly, again and again."}},
    [VOICE_RANGE_ALT] =
        {{"How far each repetition went, a bar each, in the order in which "
          "they were made. Above them the sets.",
          "Each bar is one movement: the higher, the further you went."}},
    [VOICE_RANGE_MEAN_ALT] =
        {{"How far the repetitions went; there are many, so that each bar is "
          "the mean of {1}. Above them the sets.",
          "The higher a bar, the further you went. Each stands for {1} "
          "movements."}},
    [VOICE_HOLD_ALT] = {{"How long each repetition was held, in the same "
                         "order.",
                         "How long you held each movement."}},
    [VOICE_ASKED_ALT] = {{"{1} A line across is what the programme asks for.",
                          "{1} The line across is your plan."}},
    [VOICE_AXIS_RANGE] = {{"range (degrees)", "how far (degrees)"}},
    [VOICE_AXIS_HOLD] = {{"hold (s)", "held (seconds)"}},
    [VOICE_AXIS_REPETITION] = {{"repetition", "movement"}},
    [VOICE_MOVEMENT] = {{"Movement"}},
    [VOICE_REPETITION] = {{"repetition", "movement"}},
    [VOICE_REPETITIONS] = {{"Repetitions"}},
    [VOICE_RANGE] = {{"Range (\u00b0)"}},
    [VOICE_HOLD] = {{"Hold (s)"}},
    [VOICE_TEMPO] = {{"Tempo (s)"}},

    [VOICE_TREMOR_EXPLAINED] =
        {{"Angle and path are peak to peak; path is that of a point {1} mm "
          "from the joint that turns.",
          "Trembling comes and goes in everyone; your therapist can tell you "
          "more."}},
    [VOICE_TREMOR_BANDS] =
        {{"Tremor is commonly described by the bands below 4, 4 to 8, 8 to 12 "
          "and above 12 Hz (Bhatia and others, Movement Disorders 2018)."}},
    [VOICE_SPECTRUM_TREMOR_ALT] =
        {{"Mean spectrum while there was tremor: a narrow peak is its "
          "frequency. Where tremor is looked for is shaded."}},
    [VOICE_SPECTRUM_ALT] = {{"Mean spectrum of the session; where tremor is "
                             "looked for is shaded."}},
    [VOICE_AXIS_FREQUENCY] = {{"frequency (Hz)"}},
    [VOICE_AXIS_POWER_TURNING] = {{"power of turning ((\u00b0/s)\u00b2/Hz)"}},
    [VOICE_AXIS_POWER_ACCELERATION] = {{"power of acceleration "
                                        "(g\u00b2/Hz)"}},
    [VOICE_AMPLITUDE_ALT] = {{"How strong tremor was over the session; no bar "
                              "where none was found.",
                              "When your hand trembled, and how strongly."}},
    [VOICE_AXIS_AMPLITUDE_DEG] = {{"angle, peak to peak (\u00b0)",
                                   "strength of trembling (\u00b0)"}},
    [VOICE_AXIS_AMPLITUDE_MG] = {{"acceleration, rms (mg)",
                                  "strength of trembling (mg)"}},
    [VOICE_LENGTH_S] = {{"Length (s)"}},
    [VOICE_KIND] = {{"Kind"}},
    [VOICE_KIND_REST] = {{"rest"}},
    [VOICE_KIND_POSTURAL] = {{"postural"}},
    [VOICE_KIND_KINETIC] = {{"kinetic"}},
    [VOICE_FREQUENCY] = {{"Frequency (Hz)"}},
    [VOICE_RMS] = {{"rms (\u00b0/s)"}},
    [VOICE_ANGLE] = {{"Angle (\u00b0)"}},
    [VOICE_PATH] = {{"Path (mm)"}},
    [VOICE_LONGEST_ROWS] = {{"The {1} longest are shown; {2} more, {3} in all, "
                             "are in the JSON."}},
    [VOICE_DETECTOR_NOT_USED] = {{"Published rest-tremor detector: not used, "
                                  "{1}."}},
    [VOICE_DETECTOR_NO_REST] = {{"Published rest-tremor detector: the arm was "
                                 "in no 4-s window at rest."}},
    [VOICE_DETECTOR] = {{"Published rest-tremor detector (ParaDigMa, "
                         "Timmermans 2025): tremor in {1} % of {2} "
                         "four-second windows at rest."}},

    [VOICE_EVENTS] = {{"Marked while recording"}},
    [VOICE_WHAT] = {{"What"}},
    [VOICE_SET_BY] = {{"Set by"}},
    [VOICE_SET_BY_KEY] = {{"key"}},
    [VOICE_SET_BY_PRESET] = {{"list of marks"}},
    [VOICE_SET_BY_IMPORT] = {{"imported file"}},
    [VOICE_SET_BY_CLOCK] = {{"clock"}},
    [VOICE_QUALITY] = {{"Quality of the data"}},
    [VOICE_REASON_OF] = {{"{1}: {2}."}},
    [VOICE_OR] = {{" or "}},
    [VOICE_REASON] = {{"Not measured: {1}."}},
    [VOICE_SAMPLES] = {{"Samples"}},
    [VOICE_SAMPLES_VALUE] = {{"{1} at {2} Hz"}},
    [VOICE_LOST] = {{"Lost"}},
    [VOICE_LOST_ONE] = {{"{1} samples in {2} gap"}},
    [VOICE_LOST_MANY] = {{"{1} samples in {2} gaps"}},
    [VOICE_CLIPPED] = {{"Beyond the range"}},
    [VOICE_CLIPPED_VALUE] = {{"{1} samples"}},
    [VOICE_WORN] = {{"Worn"}},
    [VOICE_GRAVITY] = {{"Gravity error"}},
    [VOICE_GRAVITY_VALUE] = {{"{1} mg at rest (0 is perfect)"}},
    [VOICE_CALIBRATION] = {{"Calibration"}},
    [VOICE_CALIBRATION_VALUE] = {{"a fit leaves {1} mg; it is not applied"}},
    [VOICE_GYROSCOPE] = {{"Gyroscope at rest"}},
    [VOICE_GYROSCOPE_VALUE] = {{"{1}, {2}, {3} \u00b0/s"}},
    [VOICE_CLOCK] = {{"Clock"}},
    [VOICE_CLOCK_VALUE] = {{"{1} ppm against the computer, {2} probes"}},
    [VOICE_LIMITS] = {{"What this can and cannot tell"}},
    [VOICE_LIMITS_TEXT] =
        {{"carpus is not a medical device and makes no diagnosis. It sees how "
          "the wrist moves, not the fingers: taps are found by the small "
          "shocks they send to the wrist. Confidence runs from 0 to 1.",
          "carpus is not a medical device and makes no diagnosis. It feels how "
          "your wrist moves, not your fingers, and can be mistaken. Ask your "
          "therapist about what you see here."}},
    [VOICE_LIMITS_CADENCE] = {{"Moderate and vigorous walking, 100 and 130 "
                               "steps a minute, are from CADENCE-Adults "
                               "(Tudor-Locke and others, 2019 to 2021)."}},
    [VOICE_MADE_BY] = {{"Made by carpus {1} from recording {2}."}},

    [VOICE_HISTORY_TITLE] = {{"History of exercises and measures",
                              "Your weeks"}},
    [VOICE_HISTORY_PROGRAMME] = {{"Programme", "Your programme"}},
    [VOICE_HISTORY_PERIOD] = {{"Period"}},
    [VOICE_HISTORY_PERIOD_VALUE] = {{"{1} to {2}, sessions: {3}"}},
    [VOICE_HISTORY_LAST_WEEK] = {{"Week {1}: {2} of {4} prescribed exercise "
                                  "days done in full, {3} in part.",
                                  "In week {1} you practised on {5} days: {2} "
                                  "of {4} exercises in full, {3} in part."}},
    [VOICE_HISTORY_OTHERS] = {{"Sessions guided by another programme, whose "
                               "exercises are not counted here: {1}."}},
    [VOICE_HISTORY_EARLIER] =
        {{"Only the last weeks are shown; all are in the JSON and the CSV.",
          "Only the last weeks are shown."}},
    [VOICE_HISTORY_OF] = {{"What"}},
    [VOICE_HISTORY_THIS_WEEK] =
        {{"Week {1} so far: {2} of the week's {4} prescribed exercise days "
          "done in full, {3} in part.",
          "In week {1} you have practised on {5} days so far: {2} of the "
          "week's {4} exercises in full, {3} in part."}},
    [VOICE_HISTORY_FROM_TO] = {{"{1}: {2}, from {3} to {4}."}},
    [VOICE_HISTORY_NOTHING] =
        {{"No measure has changed by more than means something.",
          "Your measurements are about the same as at the beginning."}},
    [VOICE_HISTORY_EXERCISES] = {{"Exercises by week",
                                  "Your exercises, week by week"}},
    [VOICE_HISTORY_EXERCISES_EXPLAINED] =
        {{"Days on which an exercise was done in full (and in part, +) against "
          "the days a week prescribed.",
          "On how many days you did each exercise, and on how many your plan "
          "has it."}},
    [VOICE_HISTORY_DOSE_ALT] = {{"Exercise days done each week, of those "
                                 "prescribed: dark in full, light in part"}},
    [VOICE_HISTORY_AXIS_WEEK] = {{"Week"}},
    [VOICE_HISTORY_AXIS_DONE] = {{"Done (%)"}},
    [VOICE_HISTORY_DAYS_ASKED] = {{"Days a week", "Days in your plan"}},
    [VOICE_HISTORY_WEEK] = {{"Week {1}"}},
    [VOICE_HISTORY_DAYS_AND_PART] = {{"{1} + {2}"}},
    [VOICE_HISTORY_UNSEEN] = {{"No session could measure: {1}.",
                               "The band could not tell: {1}."}},
    [VOICE_HISTORY_UNSEEN_LEFT] =
        {{"No session could measure on the left: {1}.",
          "On the left the band could not tell: {1}."}},
    [VOICE_HISTORY_UNSEEN_RIGHT] =
        {{"No session could measure on the right: {1}.",
          "On the right the band could not tell: {1}."}},
    [VOICE_HISTORY_UNSEEN_BOTH] =
        {{"No session could measure with both sides: {1}.",
          "With both sides the band could not tell: {1}."}},
    [VOICE_HISTORY_WEEKS] = {{"Weeks", "Your weeks, and how you felt"}},
    [VOICE_HISTORY_FROM] = {{"From"}},
    [VOICE_HISTORY_DAYS] = {{"Days"}},
    [VOICE_HISTORY_WALKING] = {{"Walking (min)"}},
    [VOICE_HISTORY_SERIES_ALT] = {{"{1}, a dot a day; the line is the trend"}},
    [VOICE_HISTORY_CHANGES] = {{"What changed"}},
    [VOICE_HISTORY_CHANGES_EXPLAINED] =
        {{"The slope is the median of the slopes between all pairs of days, "
          "with its 95 % interval (Theil-Sen). A trend counts as a change "
          "where it exceeds the smallest change that means something: for pain "
          "two points (Farrar et al. 2001, Pain 94:149), for tremor one grade "
          "of a rating scale (Elble et al. 2006, Brain 129:2660), else the "
          "measure\u2019s own scatter between days (repeatability: Bland and "
          "Altman 1996, BMJ 313:744).",
          "We compare your days from the first to the last, and speak of a "
          "change only where it is greater than the ups and downs from day to "
          "day."}},
    [VOICE_HISTORY_MEASURE] = {{"Measure"}},
    [VOICE_HISTORY_JUDGEMENT] = {{"Change"}},
    [VOICE_HISTORY_LEVEL] = {{"Now"}},
    [VOICE_HISTORY_SLOPE] = {{"A week"}},
    [VOICE_HISTORY_BETWEEN] = {{"95 % interval"}},
    [VOICE_HISTORY_INTERVAL] = {{"{1} to {2}"}},
    [VOICE_HISTORY_SMALLEST] = {{"Smallest that counts"}},
    [VOICE_HISTORY_CARE] = {{"What to take care of"}},
    [VOICE_HISTORY_WHEN] = {{"When"}},
    [VOICE_HISTORY_CAUTION] = {{"Caution"}},
    [VOICE_HISTORY_VALUE] = {{"Value"}},
    [VOICE_HISTORY_LIMIT] = {{"Limit"}},
    [VOICE_HISTORY_WEEK_OF] = {{"week of {1}"}},
    [VOICE_HISTORY_DAY_OF] = {{"{1}"}},
    [VOICE_HISTORY_LIMITS] =
        {{"This history says what was recorded and how it changed, not why. It "
          "makes no diagnosis and promises no healing; carpus is not a medical "
          "device. Days without a recording are not known."}},
    [VOICE_HISTORY_MADE_BY] = {{"Made by carpus {1}."}},
    [VOICE_HISTORY_LEFT] = {{"left"}},
    [VOICE_HISTORY_RIGHT] = {{"right"}},
    [VOICE_HISTORY_TOO_FEW] = {{"too few days", "not enough days yet"}},
    [VOICE_HISTORY_NO_TREND] = {{"no trend", "about the same"}},
    [VOICE_HISTORY_SMALL] = {{"small", "a little different"}},
    [VOICE_HISTORY_BETTER] = {{"better"}},
    [VOICE_HISTORY_WORSE] = {{"worse", "less good"}},
    [VOICE_HISTORY_CHANGED] = {{"changed"}},
    [VOICE_HISTORY_TAP_RATE] = {{"Tap rate (1/s)",
                                 "How fast you tap (taps a second)"}},
    [VOICE_HISTORY_TAP_VARIATION] = {{"Variation of tap intervals",
                                      "How unevenly you tap"}},
    [VOICE_HISTORY_TAP_DECREMENT] = {{"Decrement of taps",
                                      "How much your taps fade"}},
    [VOICE_HISTORY_TREMOR_REST] = {{"Rest tremor (rms, \u00b0/s)",
                                    "Trembling at rest (\u00b0/s)"}},
    [VOICE_HISTORY_TREMOR_POSTURAL] = {{"Postural tremor (rms, \u00b0/s)",
                                        "Trembling while holding (\u00b0/s)"}},
    [VOICE_HISTORY_TREMOR_SHARE] = {{"Tremor (% of time)",
                                     "Trembling (% of time)"}},
    [VOICE_HISTORY_CADENCE] = {{"Cadence (steps/min)", "Steps a minute"}},
    [VOICE_HISTORY_WALK_MINUTES] = {{"Walking (min a day)",
                                     "Minutes of walking a day"}},
    [VOICE_HISTORY_STEPS] = {{"Steps a day"}},
    [VOICE_HISTORY_RANGE] = {{"Range of motion (\u00b0)",
                              "How far you move (\u00b0)"}},
    [VOICE_HISTORY_TEMPO] = {{"Tempo (s there and back)",
                              "Seconds there and back"}},
    [VOICE_HISTORY_HOLD] = {{"Hold (s)", "Seconds held"}},
    [VOICE_HISTORY_PAIN_BEFORE] = {{"Pain before (0\u201310)"}},
    [VOICE_HISTORY_PAIN_AFTER] = {{"Pain after (0\u201310)"}},
    [VOICE_HISTORY_NUMBNESS_BEFORE] = {{"Numbness before (0\u201310)"}},
    [VOICE_HISTORY_NUMBNESS_AFTER] = {{"Numbness after (0\u201310)"}},
};
