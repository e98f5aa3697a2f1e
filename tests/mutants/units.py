# SPDX-License-Identifier: GPL-3.0-or-later
"""What coverage.py and mutants.py share: the list of files, running a unit
test where it does no harm, figures."""
import os
import resource
import signal
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent

# A fault can fill memory and disk, and a test that fails leaves its files: it
# gets a /tmp of its own, where the system lets it.
PRIVATE = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c",
           'mount -t tmpfs -o size=1G tmpfs /tmp && exec "$0"']


def _may_unshare():
    try:
        return subprocess.run(PRIVATE + ["true"], check=False,
                              stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


MAY_UNSHARE = _may_unshare()


def read_units():
    """{file: [test, ...]} in the order of units.txt."""
    rows = (HERE / "units.txt").read_text().splitlines()
    fields = [row.split() for row in rows if row and row[0] != "#"]
    return {row[0]: row[1:] for row in fields}


def _limit():
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run_test(program, folder, seconds):
    """True if it passes in time. It runs in `folder`, which has the tests'
    data: what it writes there is not taken for a figure of `make test`."""
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / "tests"
    if not link.exists():
        link.symlink_to(TOP / "tests")
    # The first failure ends cmocka's run; TEST_SHORT: figure.h.
    environment = dict(os.environ, CMOCKA_TEST_ABORT="1", TEST_SHORT="1")
    command = PRIVATE + [str(program)] if MAY_UNSHARE else [str(program)]
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          env=environment, start_new_session=True,
                          preexec_fn=_limit) as test:
        try:
            return test.wait(seconds) == 0
        except subprocess.TimeoutExpired:
            return False
        finally:
            try:
                os.killpg(test.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


def figure(build, name, what, points, result):
    """As tests/figure.h does it."""
    row = f"{what} | {points} | {result}"
    print(row, flush=True)
    folder = build / "figures"
    folder.mkdir(exist_ok=True)
    with open(folder / f"{name}.txt", "a", encoding="utf-8") as stream:
        stream.write(row + "\n")
