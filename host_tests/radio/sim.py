"""The simulated radio for a person or a program: on a pty or an open descriptor, in wall time.

    python host_tests/radio/sim.py --pty /tmp/radio

Behind #777 and *99# there is PPP and no network: packets end here. Every other number is an echo,
and so is who calls when it rings. Lines on standard input steer it, and
lines of whoever connects to `--control`. A byte on `--lines` is the state of the control lines:
bit 0 of ours is DCD, bit 0 of the host's DTR.
"""

import argparse
import contextlib
import os
import select
import signal
import socket
import sys
import time
import tty
from collections import deque
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)

from radio.modem import OUTCOMES, RadioModem
from radio.radio import Radio

_WAIT_S = 1
_SHORT_S = 0.1  # until the next try, when no descriptor was left for a guest
_READ_MOST = 4096


class Unusable(Exception):
    """A command that cannot be; its text is for the person."""


def now_ms():
    return time.monotonic_ns() // 1_000_000


# What the person may say; each gets the modem and the words after its own.


_RSSI = (*range(32), 99)  # of +CSQ
_FER = (*range(8), 99)
_STAT = range(6)  # of +CREG, 3GPP TS 27.007
_LONGEST_MS = 600_000


def _number(word, allowed):
    """Return the number; None if the word is none, or the number is not allowed."""
    number = int(word) if word.isdecimal() else None
    return number if number in allowed else None


def _signal(modem, words):
    numbers = [_number(*pair) for pair in zip(words, (_RSSI, _FER), strict=False)]
    if not 1 <= len(words) <= 2 or None in numbers:
        raise Unusable("signal needs 0-31 or 99, and may have 0-7 or 99 behind it: signal 12 0")
    modem.signal = (numbers[0], (numbers + [0])[1])


def _register(modem, words):
    modem.registered = _only_number(words, _STAT, "creg needs a number of 0-5: creg 2")


def _only_number(words, allowed, problem):
    number = _number(words[0], allowed) if len(words) == 1 else None
    if number is None:
        raise Unusable(problem)
    return number


def _fail(modem, words):
    unknown = [word for word in words if word not in OUTCOMES]
    if unknown or not words:
        raise Unusable(f"fail needs some of: {' '.join(OUTCOMES)}")
    modem.plan = deque([*words, "connect"])


def _always(modem, words):
    if len(words) != 1 or words[0] not in OUTCOMES:
        raise Unusable(f"always needs one of: {' '.join(OUTCOMES)}")
    modem.plan = deque(words)


def _delay(modem, words):
    problem = f"delay needs a number of ms, {_LONGEST_MS} at most: delay 5000"
    modem.dial_ms = _only_number(words, range(_LONGEST_MS + 1), problem)


def _noise(modem, words):
    modem.say(" ".join(words).encode())


def _alone(name, act):
    """A command that takes no words."""

    def check(modem, words):
        if words:
            raise Unusable(f"{name} takes nothing behind it")
        act(modem)

    return check


def _set_dead(dead):
    def act(modem):
        modem.dead = dead

    return act


# By name: the function, and the text of help.
_COMMANDS = {
    "signal": (_signal, "N [FER]   what AT+CSQ answers"),
    "creg": (_register, "N   the registration that AT+CREG? answers"),
    "drop": (_alone("drop", RadioModem.drop_carrier), "  the call ends"),
    "ring": (
        _alone("ring", lambda modem: modem.ring(now_ms())),
        "  somebody calls: RING until ATA or ATH",
    ),
    "dead": (_alone("dead", _set_dead(True)), "  it answers nothing"),
    "alive": (_alone("alive", _set_dead(False)), "  it answers again"),
    "power": (_alone("power", lambda modem: modem.press_power(now_ms())), "  it starts anew"),
    "fail": (_fail, "OUTCOME...   of the next calls; those after them connect"),
    "always": (_always, "OUTCOME   of every call from now on"),
    "delay": (_delay, "MS   until a call is through, or has failed"),
    "noise": (_noise, "TEXT   unsolicited"),
}


def steer(modem, line):
    """Does what a line says: the text for the person."""
    name, *words = line.split() or [""]
    if name == "help":
        uses = (f"{name} {text}".split("   ") for name, (_, text) in _COMMANDS.items())
        return "".join(f"{use:16} {what}\n" for use, what in uses)
    if name not in _COMMANDS:
        return f"{name}: no such command; help lists them\n" if name else ""
    try:
        _COMMANDS[name][0](modem, words)
    except Unusable as problem:
        return f"{problem}\n"
    return ""


class Person:
    """Somebody who steers: lines come in, answers go out."""

    def __init__(self, modem, answer_fd):
        self._modem = modem
        self._answer_fd = answer_fd
        self._typed = b""

    def take(self, data):
        *lines, self._typed = (self._typed + data).split(b"\n")
        for line in lines:
            text = steer(self._modem, line.decode("utf-8", "replace"))
            # It need not wait for the answer.
            with contextlib.suppress(OSError):
                os.write(self._answer_fd, text.encode())


class Simulation:
    """The radio between a line, its control lines, and those who steer it."""

    def __init__(self, radio, line_fd, lines_fd=None, control=None):
        self.radio = radio
        self._line_fd = line_fd
        self._lines_fd = lines_fd
        self._control = control
        # For each descriptor what takes its bytes.
        stdin = sys.stdin.fileno()
        self._takers = {line_fd: self._from_line, stdin: self._person(sys.stdout.fileno())}
        self._guests = {}
        self._short = False
        if lines_fd is not None:
            self._takers[lines_fd] = self._from_lines
        radio.on_dcd = self._on_dcd

    def run(self):
        """Until the line ends. Standard input may end before: nobody steers it there then."""
        while self._line_fd in self._takers:
            wait_ms = self.radio.wait_ms(now_ms())
            # A signal that comes just before the wait does not end it.
            most_s = _SHORT_S if self._short else _WAIT_S
            wait_s = most_s if wait_ms is None else min(wait_ms / 1000, most_s)
            watched = self._watched()
            self._short = False
            for fd in select.select(watched, [], [], wait_s)[0]:
                self._serve(fd)
            self._send(self.radio.poll(now_ms()))

    def _watched(self):
        guests = [self._control] if self._control and not self._short else []
        return [*self._takers, *guests]

    def _serve(self, fd):
        if fd is self._control:
            try:
                guest, _ = fd.accept()
            except OSError:  # gone again, or no descriptor: then it waits
                self._short = True
                return
            self._guests[guest.fileno()] = guest
            self._takers[guest.fileno()] = self._person(guest.fileno())
        elif data := _read(fd):
            self._takers[fd](data)
        else:
            del self._takers[fd]
            if fd in self._guests:
                self._guests.pop(fd).close()

    def _person(self, answer_fd):
        return Person(self.radio.modem, answer_fd).take

    def _from_line(self, data):
        self._send(self.radio.feed(data, now_ms()))

    def _from_lines(self, data):
        for lines in data:
            self.radio.modem.set_dtr(bool(lines & 1))

    def _on_dcd(self, on):
        print("carrier" if on else "no carrier", flush=True)
        if self._lines_fd is not None:
            self._write(self._lines_fd, bytes([on]))

    def _send(self, data):
        while data:
            data = data[self._write(self._line_fd, data) :]

    def _write(self, fd, data):
        """How much is done with; a line whose other end has gone takes all, and is found out."""
        try:
            return os.write(fd, data)
        except BrokenPipeError:
            return len(data)


def _read(fd):
    try:
        return os.read(fd, _READ_MOST)
    except OSError:  # the other end of the line has gone
        return b""


@contextlib.contextmanager
def pty(link):
    """A pty whose name is `link`."""
    near, far = os.openpty()
    tty.setraw(far)
    Path(link).unlink(missing_ok=True)
    os.symlink(os.ttyname(far), link)
    try:
        yield near
    finally:
        Path(link).unlink(missing_ok=True)
        os.close(far)
        os.close(near)


def main():
    parser = argparse.ArgumentParser(description="A simulated CDMA data radio.")
    line = parser.add_mutually_exclusive_group(required=True)
    line.add_argument("--pty", metavar="LINK", help="make a pty and this link to it")
    line.add_argument("--fd", type=int, metavar="N", help="use this open descriptor")
    parser.add_argument("--lines", type=int, metavar="N", help="this one has the control lines")
    parser.add_argument("--control", type=int, metavar="N", help="a listening socket for steering")
    parser.add_argument("--boot-ms", type=int, default=0, help="until it signs on (0: it is on)")
    parser.add_argument("--dial-ms", type=int, default=1500, help="until a call is through")
    given = parser.parse_args()
    # Also where whoever started it has Ctrl-C ignored, as shells do with what runs behind them.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    radio = Radio(echo=True, boot_ms=given.boot_ms, dial_ms=given.dial_ms, now_ms=now_ms())
    radio.modem.clock = lambda: time.strftime('"%y/%m/%d,%H:%M:%S"', time.gmtime())
    control = socket.socket(fileno=given.control) if given.control is not None else None
    with pty(given.pty) if given.pty else contextlib.nullcontext(given.fd) as line_fd:
        if not control:
            place = given.pty or line_fd
            print(f"The radio is on {place}; help lists what can be said.", flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            Simulation(radio, line_fd, given.lines, control).run()


if __name__ == "__main__":
    main()
