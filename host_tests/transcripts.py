"""Runs transcripts: sessions with the modem as plain text, byte for byte, on both interpreters.

    # words             the first says what the transcript proves
    # rules: R1 D7      the rules that it shows
    # ways: whole split the only ways that it runs in, and why
    # chip: no, because it has a radio: why the chip does not play it (chip/playable.py)
    # example: ATE0     from here on, to the end or `# example end`, printed in firmware/MANUAL.md
    = ready             how it begins: ready (echo off, session up; the default), idle (echo off),
                        fresh (power on)
    = radio             the bearer has a radio that commands are passed on to
    = wipsoft           the board's dialect is that
    = out 200           a size of the modem's
    = kept {b"a": b"b"} what the store holds when the power comes on
    = flow False        RTS and CTS are not wired
    > AT+WIPCLOSE=2,1   the host sends a line and CR
    < OK                the modem says CR LF OK CR LF
    >> "a\x03"          the host sends these bytes
    << "\r\nOK\r\n"     the modem says these bytes
    ~ 1000              the clock moves on by so many ms
    @ peer 3,1 ...      the network does something: see transcript_events.py

At each step the modem must have said all that is expected, and nothing else. Bytes are an
expression whose first b may be left out: `"x" * 3000 + b"y"`, `bytes(range(256))`.

Every file runs in all WAYS: whole; split, a byte at a time; trailing, LF and NUL behind each line;
narrow, ports that take and give a byte a call. Usage: transcripts.py [-w WAY] FILE...
"""

import gc
import sys

from fake_radio import FakeRadio
from session import Session
from transcript_events import Events, Mismatch, to_bytes
from wipmodem import VERSION
from wipmodem.contract import WIPSOFT

WAYS = ("whole", "split", "trailing", "narrow")


class Transcript:
    def __init__(self, path):
        self.path = path
        with open(path) as file:
            self.lines = [line.rstrip("\n") for line in file]

    def ways(self):
        for line in self.lines:
            if line.startswith("# ways: "):
                return tuple(way for way in WAYS if way in line.split())
        return WAYS

    def run(self, way):
        given = {}
        begin = "ready"
        for line in self.lines:
            if line.startswith("= "):
                name, _, value = line[2:].partition(" ")
                if value:
                    given[name] = eval(value)  # noqa: S307
                elif name in _BOARDS:
                    key, make = _BOARDS[name]
                    given[key] = make()
                else:
                    begin = name
        Player(Session(**given), way, begin).play(self.lines)


# Lines that say of what kind the board is.
_BOARDS = {
    "radio": ("radio", FakeRadio),
    "wipsoft": ("dialect", lambda: WIPSOFT),
}


_TO_DATA_MODE = ("AT+WIPDATA=", "ATD5", "ATO", "ATA")


class Player(Events):
    def __init__(self, session, way, begin):
        self._session = session
        self._way = way
        self._expected = b""
        self._peers = {}  # the last known fake socket of each "protocol,index"
        if begin == "ready":
            session.online()
        elif begin == "idle":
            session.ask(b"ATE0")
        if way == "narrow":
            session.serial.bite = 1
            session.net.write_bite = 1

    def play(self, lines):
        for number, line in enumerate(lines):
            sign, _, rest = line.partition(" ")
            try:
                step = _STEPS.get(sign)
                if step:
                    step(self, rest)
                elif sign not in ("", "#", "="):
                    raise Mismatch("not a step: " + line)
            except Mismatch as error:
                raise Mismatch("line %d: %s" % (number + 1, error.args[0])) from None
        try:
            self._check()
        except Mismatch as error:
            raise Mismatch("at the end: " + error.args[0]) from None

    # Steps

    def _host_line(self, words):
        """Trailing: LF and NUL behind the CR, which H1 wants ignored; in data mode NUL is data."""
        tail = b"\n" if any(words.startswith(each) for each in _TO_DATA_MODE) else b"\n\0\n"
        self._send(words.encode() + b"\r" + (tail if self._way == "trailing" else b""))

    def _host_bytes(self, words):
        self._send(to_bytes(words))

    def _modem_line(self, words):
        """$VERSION stands for the version of the firmware."""
        self._expected += b"\r\n" + words.replace("$VERSION", VERSION.decode()).encode() + b"\r\n"

    def _modem_bytes(self, words):
        self._expected += to_bytes(words)

    def _clock(self, words):
        self._check()
        self._session.wait(int(words))

    def _event(self, words):
        self._check()
        name, _, rest = words.partition(" ")
        getattr(self, name)(rest)
        self._session.settle()

    def _send(self, data):
        self._check()
        if self._way != "split":
            self._session.send(data)
            return
        for i in range(len(data)):
            self._session.send(data[i : i + 1])

    def _check(self):
        said = self._session.take()
        if said != self._expected:
            raise Mismatch("expected %r, the modem said %r" % (self._expected, said))
        self._expected = b""
        for sock in self._session.modem.table.all:
            if sock.handle >= 0:
                who = "%d,%d" % (sock.protocol, sock.index)
                self._peers[who] = self._session.net.socket(sock.handle)


_STEPS = {
    ">": Player._host_line,
    ">>": Player._host_bytes,
    "<": Player._modem_line,
    "<<": Player._modem_bytes,
    "~": Player._clock,
    "@": Player._event,
}


def main(arguments):
    """Prints a line a file and way, and `N passed, N failed`; returns the exit status."""
    ways = WAYS
    if arguments[0] == "-w":
        ways = (arguments[1],)
        arguments = arguments[2:]
    failed = passed = 0
    for path in arguments:
        transcript = Transcript(path)
        for way in transcript.ways():
            if way not in ways:
                continue
            gc.collect()  # the last session's buffers: two sets are more than a board's heap holds
            try:
                transcript.run(way)
                passed += 1
                print("ok %s %s" % (way, path))
            except Exception as error:  # noqa: BLE001 (whatever it is, it is that file's failure)
                failed += 1
                print("FAIL %s %s: %s %s" % (way, path, type(error).__name__, error))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
