# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the reports in FOLDER/reports: check.py FOLDER. Each rule holds or
fails for a file; what fails is named. Pictures go to FOLDER/pictures."""
import collections
import html.parser
import pathlib
import re
import subprocess
import sys
import unicodedata
import xml.etree.ElementTree

from chromium import Chromium

MOST_BYTES = 1_000_000
MOST_SECONDS = 1.0
LOOKS = [  # width, media, scheme
    (360, "screen", "light"), (360, "screen", "dark"),
    (1280, "screen", "light"), (1280, "screen", "dark"),
    (700, "print", "light"), (700, "print", "dark"),
]
PICTURES = [(360, "screen", "light"), (1280, "screen", "dark"),
            (1280, "screen", "light"), (700, "print", "light")]
FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"

# In the page: what is wrong with how it is laid out, as a list of texts.
LAYOUT = """(() => {
  const wrong = [];
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width)
    wrong.push(`page of ${document.documentElement.scrollWidth} in ${width}`);
  for (const e of document.querySelectorAll('body *')) {
    const hidden = e.closest('thead') &&
      getComputedStyle(e.closest('thead')).position === 'absolute';
    const box = e.getBoundingClientRect();
    if (!hidden && box.width > 0 && (box.right > width + 1 || box.left < -1))
      wrong.push(`${e.tagName} from ${box.left} to ${box.right}`);
    if (e.scrollWidth > e.clientWidth + 1 && !hidden &&
        getComputedStyle(e).display !== 'inline' && e.clientWidth > 0)
      wrong.push(`${e.tagName} holds ${e.scrollWidth} in ${e.clientWidth}`);
  }
  return wrong;
})()"""

# In the page: texts whose contrast is below WCAG 2.1 AA (1.4.3), and how many
# were looked at.
CONTRAST = """(() => {
  const parse = c => {
    const n = c.match(/[\\d.]+/g).map(Number);
    return n.length > 3 ? n : [...n, 1];
  };
  const light = c => {
    const [r, g, b] = c.map(v => v / 255).map(
      v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = e => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c[3] === 1) return c.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const wrong = [];
  let count = 0;
  for (let n; (n = walker.nextNode());) {
    if (!n.data.trim()) continue;
    const style = getComputedStyle(n.parentElement);
    const a = light(parse(style.color).slice(0, 3));
    const b = light(behind(n.parentElement));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    count++;
    if (ratio < (large ? 3 : 4.5))
      wrong.push(`${ratio.toFixed(2)}: ${n.data.trim().slice(0, 40)}`);
  }
  return [count, wrong];
})()"""

# English that a German report must not have (names of people and programmes
# apart: those come from the recording).
ENGLISH = set("""the and with were not found steps walking taps tremor's
session report recorded worn wrist left right part full done prescribed
measured quality samples lost range hold confidence kind rest frequency
marked set page exercise exercises repetition repetitions at of is are""".split())


class Text(html.parser.HTMLParser):
    """The words that a reader sees, and the attributes that can lead away."""

    def __init__(self):
        super().__init__()
        self.words = []
        self.links = []
        self.levels = []
        self.skip = 0

    def handle_starttag(self, tag, attributes):
        self.skip += tag in ("style", "title")
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        self.links += [value for name, value in attributes
                       if name in ("src", "srcset", "href", "action", "data")]

    def handle_endtag(self, tag):
        self.skip -= tag in ("style", "title")

    def handle_data(self, data):
        if not self.skip:
            self.words.append(data)


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


def glyphs():
    """The characters that the font has."""
    ranges = run("fc-query", "--format", "%{charset}", FONT).stdout.split()
    have = set()
    for one in ranges:
        first, _, last = one.partition("-")
        have.update(range(int(first, 16), int(last or first, 16) + 1))
    return have


class Check:
    def __init__(self, folder):
        self.reports = folder / "reports"
        self.pictures = folder / "pictures"
        self.pictures.mkdir()
        self.have = glyphs()
        self.passed = collections.Counter()
        self.failed = collections.Counter()

    def rule(self, name, path, wrong):
        """The rule holds for the file if there is nothing in `wrong`."""
        if wrong:
            self.failed[name] += 1
            print(f"[  FAILED  ] {name}: {path.name}: {str(wrong)[:400]}")
        else:
            self.passed[name] += 1

    # ---- HTML ----

    def source(self, path):
        page = path.read_text()
        text = Text()
        text.feed(page)
        self.rule("under 1 MB", path, len(page.encode()) >= MOST_BYTES and
                  len(page))
        self.rule("nothing from elsewhere", path,
                  [link[:60] for link in text.links
                   if not link.startswith("data:image/svg+xml;base64,")] +
                  re.findall(r"@import|url\(|https?:", page))
        self.rule("headings in order", path,
                  [pair for pair in zip([0] + text.levels, text.levels)
                   if pair[1] > pair[0] + 1] +
                  ([] if text.levels.count(1) == 1 else ["h1"]))
        # Missing glyphs: the first font of the style has them all.
        self.rule("no missing glyph", path,
                  sorted({c for c in "".join(text.words)
                          if ord(c) not in self.have and c != "\n"}))
        tidy = run("tidy", "-quiet", "-errors", "-utf8", str(path))
        self.rule("valid HTML", path, tidy.stderr)
        try:
            xml.etree.ElementTree.fromstring(page.split("\n", 1)[1])
            self.rule("well-formed", path, None)
        except xml.etree.ElementTree.ParseError as error:
            self.rule("well-formed", path, error)
        if "-de." in path.name:
            own = page.split("<main>", 1)[-1]
            found = Text()
            found.feed(own)
            words = set(re.findall(r"\w+", " ".join(found.words).lower()))
            # The notes and labels of the recordings are English.
            said = self.recorded(path)
            self.rule("German throughout", path, sorted(words & ENGLISH - said))
        return text

    @staticmethod
    def recorded(path):
        """Words that the recording itself, or a source, has."""
        known = "timed up and go sit stand walk turn biceps curls with hold "\
            "finger taps on a phone parkinson disease arm mostly at rest note "\
            "markup more slept badly hands cold session"
        sources = pathlib.Path(__file__).parents[2] / "analysis/programmes"
        for programme in sources.glob("*.yaml"):
            known += " ".join(re.findall(r"source: (.*)",
                                         programme.read_text()))
        return set(re.findall(r"\w+", known.lower()))

    def looks(self, browser, path):
        for width, media, scheme in LOOKS:
            browser.look(width, media, scheme)
            requests = browser.open(path)
            self.rule("no network access", path,
                      [url[:60] for url in requests
                       if not url.startswith(("file://", "data:"))])
            what = f"{width} {media} {scheme}"
            wrong = browser.ask(LAYOUT)
            self.rule("no overflow", path, [what, wrong] if wrong else None)
            count, low = browser.ask(CONTRAST)
            self.rule("contrast AA", path,
                      [what, low] if low or count < 5 else None)
            ground = browser.ask("getComputedStyle(document.body)"
                                 ".backgroundColor")
            dark = media == "screen" and scheme == "dark"
            self.rule("dark where asked, white on paper", path,
                      None if (ground != "rgb(255, 255, 255)") == dark
                      else [what, ground])
            if (width, media, scheme) in PICTURES:
                browser.whole_picture(
                    self.pictures / f"{path.stem}-{width}-{media}-{scheme}.png")

    def accessible(self, browser, path):
        """Narrow, where tables are laid out as lists: they are tables still."""
        browser.look(360)
        browser.open(path)
        nodes = browser.accessible()
        roles = collections.Counter(role for role, _ in nodes)
        wrong = [role for role in ("banner", "main", "contentinfo")
                 if roles[role] != 1]
        wrong += [node for node in nodes
                  if node[0] in ("image", "region", "heading") and not node[1]]
        tables = browser.ask("document.querySelectorAll('table').length")
        rows = browser.ask("document.querySelectorAll('tbody tr').length")
        if tables != roles["table"] or rows > roles["row"]:
            wrong.append(f"{tables} tables, {roles}")
        self.rule("told to a screen reader", path, wrong)

    # ---- PDF ----

    def pdf(self, path, words):
        info = run("pdfinfo", str(path)).stdout
        paper = "612 x 792" if path.name.startswith("two") else "595.28 x 841.89"
        self.rule("tagged, titled, of its paper", path,
                  [] if re.search(r"Tagged: +yes", info) and
                  re.search(r"Title: +\w", info) and paper in info else info)
        code = b"de" if "-de." in path.name else b"en"
        self.rule("language in the PDF", path,
                  b"/Lang (" + code + b")" not in path.read_bytes())
        fonts = run("pdffonts", str(path)).stdout.splitlines()[2:]
        self.rule("fonts embedded, text is text", path,
                  [line for line in fonts if "DejaVu" not in line or
                   not re.search(r"yes +yes +yes +\d+ +\d+$", line)] or
                  (None if fonts else "no fonts"))
        text = run("pdftotext", "-layout", str(path), "-").stdout
        # "fi" may be one glyph; a line may break within what has no space.
        text = unicodedata.normalize("NFKC", text)
        self.rule("no missing glyph", path, "\ufffd" in text)
        text = self.apart(text)
        together = re.sub(r"\s", "", text)
        have = collections.Counter(text.split())
        want = collections.Counter(
            self.apart(unicodedata.normalize("NFKC", " ".join(words))).split())
        missing = [word for word, count in want.items()
                   if have[word] < count and not self.broken(word, together)]
        self.rule("the same words as the HTML", path, missing)
        # What a screen reader is told, by the tags.
        told = run("pdfinfo", "-struct-text", str(path)).stdout
        told = "".join(re.findall(r'^ *"(.*)"$', told, re.M | re.S))
        told = re.sub(r'"?\n[^"]*\n? *"', " ", told)
        have = collections.Counter(
            self.apart(unicodedata.normalize("NFKC", told)).split())
        self.rule("the same words by the PDF's tags", path,
                  [word for word, count in want.items()
                   if len(word) > 1 and have[word] < count])
        boxes = run("pdftotext", "-bbox", str(path), "-").stdout
        width, height = map(float, paper.split(" x "))
        self.rule("nothing beyond the paper", path,
                  [line for line in re.findall(r"<word .*", boxes)
                   if self.is_outside(line, width, height)])
        run("pdftoppm", "-r", "80", "-png", str(path),
            str(self.pictures / (path.stem + "-pdf")))

    @staticmethod
    def broken(word, together):
        """Long words and those with a hyphen may stand on two lines."""
        return (len(word) > 12 or not word.isalnum()) and word in together

    @staticmethod
    def apart(text):
        """A badge's symbol stands by its word without a space's width."""
        return re.sub("([\u2713\u25d0\u25cb+])", r" \1 ", text)

    @staticmethod
    def is_outside(line, width, height):
        x0, y0, x1, y1 = map(float, re.findall(r'M[ai][nx]="([-\d.]+)"', line)
                             or re.findall(r'M(?:in|ax)="([-\d.]+)"', line))
        return x0 < 20 or y0 < 20 or x1 > width - 15 or y1 > height - 15

    def speed(self, path):
        seconds = float(path.read_text())
        self.rule("under 1 s", path, seconds >= MOST_SECONDS and seconds)
        return seconds


def main():
    folder = pathlib.Path(sys.argv[1])
    check = Check(folder)
    words = {}
    browser = Chromium()
    try:
        for path in sorted(check.reports.glob("*.html")):
            words[path.stem] = check.source(path).words
            check.looks(browser, path)
            check.accessible(browser, path)
    finally:
        browser.close()
    for path in sorted(check.reports.glob("*.pdf")):
        check.pdf(path, words[path.stem])
    seconds = check.speed(folder / "seconds.txt")

    lines = [f"reports: {name} | {count} | "
             f"{check.failed[name]} failed" for name, count
             in sorted((check.passed + check.failed).items())]
    lines.append(f"reports: slowest of an hour's session | 8 | {seconds} s")
    (folder.parent / "figures" / "browser.txt").write_text(
        "".join(line + "\n" for line in lines))
    for line in lines:
        print(line)
    print(f"pictures: {check.pictures}")
    print(f"{check.passed.total()} passed, {check.failed.total()} failed")
    return 1 if check.failed or not check.passed else 0


if __name__ == "__main__":
    sys.exit(main())
