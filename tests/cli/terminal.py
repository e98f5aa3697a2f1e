# SPDX-License-Identifier: GPL-3.0-or-later
"""A program on a terminal of its own: types keys, and knows what is to be seen.

Only the control sequences that carpus sends are understood; any other is a
failure, so that nothing is drawn that was not meant.
"""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

SEQUENCE = re.compile(r"\x1b\[(\??)([0-9;]*)([A-Za-z])")


class Terminal:
    def __init__(self, arguments, columns=80, rows=24, **environment):
        self.raw = ""
        self.pending = b""
        self.rest = ""
        self.bells = 0
        self.second_page = False
        self.cursor_shown = True
        self.status = None
        self.clear(columns, rows)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            time.sleep(0.05)  # until the size is set
            os.execvpe(arguments[0], arguments, {**os.environ, **environment})
        self.resize(columns, rows)
        self.before = termios.tcgetattr(self.fd)

    def clear(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.cells = [[" "] * columns for _ in range(rows)]
        self.row = self.column = 0

    def resize(self, columns, rows):
        """The terminal empties its window, as some do; all must come anew."""
        self.clear(columns, rows)
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, size)

    # ---- out ----

    def put(self, character):
        if character == "\r":
            self.column = 0
        elif character == "\n":
            self.row += 1
            if self.row == self.rows:
                self.row -= 1
                self.cells = self.cells[1:] + [[" "] * self.columns]
        elif character == "\a":
            self.bells += 1
        else:
            if self.column == self.columns:
                assert not self.second_page, "a row is too long: " + self.text()
                self.put("\r")
                self.put("\n")
            self.cells[self.row][self.column] = character
            self.column += 1

    def obey(self, private, numbers, final):
        if private:
            on = final == "h"
            if numbers == "1049":
                self.second_page = on
                self.clear(self.columns, self.rows)
            elif numbers == "25":
                self.cursor_shown = on
            else:
                raise AssertionError(f"unknown mode {numbers}")
        elif final == "H":
            self.row, self.column = int(numbers or 1) - 1, 0
            assert self.row < self.rows, "below the last row"
        elif final == "K":
            for column in range(self.column, self.columns):
                self.cells[self.row][column] = " "
        elif final == "J":
            for row in range(self.row, self.rows):
                self.cells[row] = [" "] * self.columns
        else:
            raise AssertionError(f"unknown sequence {numbers}{final}")

    def take(self, data):
        self.pending += data
        try:
            text, self.pending = self.pending.decode(), b""
        except UnicodeDecodeError as error:
            text = self.pending[: error.start].decode()
            self.pending = self.pending[error.start:]
        self.raw += text
        text = self.rest + text
        at = 0
        while at < len(text):
            if text[at] == "\x1b":
                match = SEQUENCE.match(text, at)
                if match is None:
                    break  # the rest of it comes later
                self.obey(*match.groups())
                at = match.end()
            else:
                self.put(text[at])
                at += 1
        self.rest = text[at:]

    def look(self, seconds):
        """Takes what comes in that time; False at the program's end."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not select.select([self.fd], [], [], left)[0]:
                return True
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                return False
            if not data:
                return False
            self.take(data)
        return True

    def text(self):
        return "\n".join("".join(row).rstrip() for row in self.cells).rstrip()

    def wait_for(self, words, seconds=30):
        """Waits until `words` are to be seen (lines count as one)."""
        end = time.monotonic() + seconds
        while words not in " ".join(self.text().split()):
            alive = self.look(0.05)
            if time.monotonic() > end or not alive:
                raise AssertionError(f"no '{words}' in:\n{self.text()}")

    # ---- in ----

    KEYS = {"right": "\x1b[C", "left": "\x1b[D", "up": "\x1b[A",
            "down": "\x1b[B", "space": " ", "enter": "\r", "back": "\x7f",
            "ctrl-c": "\x03", "ctrl-z": "\x1a"}

    def press(self, *keys):
        for key in keys:
            os.write(self.fd, self.KEYS.get(key, key).encode())
            self.look(0.08)

    def send(self, number):
        os.kill(self.pid, number)

    def end(self, seconds=30):
        """Waits for the end; returns the exit status."""
        deadline = time.monotonic() + seconds
        while self.look(0.1):
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid == self.pid:
                self.status = os.waitstatus_to_exitcode(status)
                self.look(0.1)
                break
            if time.monotonic() > deadline:
                os.kill(self.pid, signal.SIGKILL)
                raise AssertionError("it does not end:\n" + self.text())
        if self.status is None:
            self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.status

    def is_restored(self):
        return (termios.tcgetattr(self.fd) == self.before
                and not self.second_page and self.cursor_shown)
