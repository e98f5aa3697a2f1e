"""Reasons that the measures give, against the patterns that voice_reason.c
has for them: prints those that lack one. reasons.py ANALYSIS_FOLDER"""
import pathlib
import re
import sys

folder = pathlib.Path(sys.argv[1])
STRING = r'"(?:[^"\\]|\\.)*"'
# A call that writes into what is called reason (or the text of explain()).
CALL = re.compile(r"snprintf\(\s*(?:[\w>.\-]*reason|text|why)\b[^;\"]*?"
                  rf"((?:{STRING}\s*)+)", re.S)
# One that is given to a function, and one that is a choice of several.
GIVEN = re.compile(rf"not_measured\(\w+,\s*((?:{STRING}\s*)+)", re.S)
# What a function of that name returns.
RETURNED = re.compile(r"^static const char \*\w*reason\(.*?^}", re.S | re.M)
COPY = re.compile(rf"strcpy\([\w>.\-]*reason,\s*((?:{STRING}\s*)+)", re.S)
CONSTANT = re.compile(rf"char why\[\] = ((?:{STRING}\s*)+)", re.S)


def joined(strings):
    """One text, of one thing where a plural hangs on it."""
    text = "".join(part[1:-1] for part in re.findall(STRING, strings))
    return re.sub(r"moment%s$", "moments", text)


def shape(text):
    """The sentence with each number or word put in as {}."""
    return re.sub(r"%[-+.\d*]*(?:ll|z|l)?[a-z]|\{\d\}", "{}", text)


source = (folder / "voice_reason.c").read_text()
known = {shape(joined(strings))
         for strings in re.findall(rf"^    \{{((?:{STRING}\s*)+),", source, re.M)}
missing = set()
checked = 0
for path in sorted(folder.glob("*.c")):
    if not re.match(r"adherence|arbitrate|calibration|exercise|quality|"
                    r"rest_|tap|tremor\.|walking|wear", path.name):
        continue
    text = path.read_text().replace('" PRIu32 "', "u")
    text = text.replace('" PRIu32\n', 'u"')
    for function in RETURNED.findall(text):
        text += "".join(f"strcpy(reason, {strings})" for strings
                        in re.findall(rf"((?:{STRING}\s*)+)", function))
    for pattern in (CALL, GIVEN, COPY, CONSTANT):
        for strings in pattern.findall(text):
            reason = shape(joined(strings))
            if reason in ("", "{}"):
                continue
            checked += 1
            if reason not in known and not any(
                    other.startswith(reason + " ") for other in known):
                missing.add(f"{path.name}: {reason}")
for line in sorted(missing):
    print(line)
sys.exit(1 if missing or checked < 15 else 0)
