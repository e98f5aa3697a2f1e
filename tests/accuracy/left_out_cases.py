# SPDX-License-Identifier: GPL-3.0-or-later
"""What left_out.py tries parameters on: for each measure its recordings, real
and scripted, and what each of them adds to which figure."""
from left_out_counts import exercising, tapping, walking
from left_out_spans import prescribed, trembling, wearing

MEASURES = {"walking": walking, "taps": tapping, "exercise": exercising,
            "tremor": trembling, "wear": wearing, "programme": prescribed}


def cases_of(measure, maker):
    """The cases of a measure; of all that measure motion, whose folds are then
    whole sets."""
    if measure != "all":
        return list(MEASURES[measure](maker))
    return [case._replace(fold=case.set) for name in MEASURES
            if name != "programme" for case in cases_of(name, maker)]
