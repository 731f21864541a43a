"""Watches what a modem says, from inside: each line, echo and data byte, and what it is part of.

Raises Broken at the moment when a rule is broken: one final result to each command line, the last
thing said of it, or data mode; nothing unsolicited from the A of a command to its result; in
command mode nothing but lines of known form, so no byte of a peer's; in data mode only data.
Runs on both interpreters.
"""

from wipmodem.settings import ECHO, QUIET, S3, S4, VERBOSE

# Results and unsolicited lines, # for a number: of a peer's there is nothing but numbers.
_RESULTS = (
    b"OK",
    b"ERROR",
    b"CONNECT",
    b"CONNECT #",
    b"NO CARRIER",
    b"NO DIALTONE",
    b"BUSY",
    b"NO ANSWER",
    b"+CME ERROR: #",
)
_UNASKED = (
    b"RING",
    b"+WIPREADY: #,#",
    b"+WIPERROR: #,#,#",
    b"+WIPACCEPT: #,#",
    b"+WIPPEERCLOSE: #,#",
    b'+WIPDATA: #,#,#,"#.#.#.#",#',
    b"+WIPDATA: #,#,#",
    b"+WIPBR: #,#",
    b"+WIPXLOST: #",
    b"+WIPXTIME: #.#",
    b"+WIPXOVERRUN: #",
    b'+WIPXCLOSED: #,#,"idle"',
    b'+WIPXREFUSED: #,"#.#.#.#",#,"accept_range_full"',
    b'+WIPXREFUSED: #,"#.#.#.#",#,"accept_no_socket"',
    b'+WIPXREFUSED: #,"#.#.#.#",#,"accept_filtered"',
    b'+WIPXREFUSED: #,"#.#.#.#",#,"accept_peer_limit"',
    b"+CREG: #",
    b"+WIND: #",
    b"+WIPPING: #,#,#",
)
# ATV0's.
_NUMBERS = (b"0", b"1", b"3", b"4", b"6", b"7", b"8", b"10", b"11", b"13", b"14", b"15", b"16")
_RING = b"2"


def form(text):
    """The text with # for each number in it."""
    came = bytearray()
    for char in text:
        if not 0x30 <= char <= 0x39:
            came.append(char)
        elif not came.endswith(b"#"):
            came.append(0x23)
    return bytes(came)


class Broken(Exception):
    """A rule does not hold; what was said shows it."""


class Watch:
    """`said` is all that the host has been given, or will be."""

    def __init__(self, session):
        self._session = session
        self._serial = session.serial
        self._write = self._serial.write
        self._serial.write = self._writing
        session.on_restart = self._restarted
        self.said = bytearray()
        self.asked_for = bytearray()  # ... but for what is unsolicited, which may come at any time
        self.lines = 0  # command lines that were complete
        self.finals = 0  # ... and have had their result
        self.dropped = 0  # ... or went with DTR
        self.left = 0  # times that data mode has ended
        self.told = 0  # ... and the host was told
        self._part = ""  # of what the bytes put now are a part
        self._answers = False  # a command line is under way
        self._ends = False  # ... and its result is being said
        self._results = 0  # ... so many of them
        self._hook(session.modem)

    def open_lines(self):
        """Command lines that still have no result."""
        return self.lines - self.finals - self.dropped

    def _restarted(self):
        """All lines of the last modem have had their result."""
        self._hook(self._session.modem)

    def _hook(self, modem):
        self._modem = modem
        writer = modem.context.writer
        self._put = modem.context.writer.out.write
        self._finish = modem._finish
        self._begin = modem.context.command.begin
        self._reset = modem.context.command.line.reset
        self._leave = modem._leave
        modem.context.writer.out.write = self._putting
        modem._finish = self._finishing
        modem.context.command.begin = self._beginning
        modem.context.command.line.reset = self._resetting
        modem._leave = self._leaving
        for part, name in (("echo", "echo"), ("line", "end"), ("number", "_numeric")):
            setattr(writer, name, self._named(part, getattr(writer, name)))

    def _named(self, part, call):
        def named(*operands):
            self._part = part
            call(*operands)
            self._part = ""

        return named

    # What the modem does

    def _beginning(self):
        if self._answers:
            raise Broken("a line begins before the last one has ended")
        self.lines += 1
        self._answers = True
        self._begin()

    def _finishing(self, outcome):
        self._ends = True
        self._results = 0
        self._finish(outcome)
        self._ends = self._answers = False
        quiet = self._modem.context.settings[QUIET]
        if self._results != (0 if quiet else 1):
            raise Broken("%d results of one line" % self._results)
        self.finals += 1

    def _resetting(self):
        if self._answers and not self._ends:
            self.dropped += 1
            self._answers = False
        self._reset()

    def _leaving(self, result):
        self._leave(result)
        self.left += 1
        if self._modem.context.settings[QUIET]:
            self.told += 1

    def _writing(self, buf, off, n):
        taken = self._write(buf, off, n)
        if buf is not self._modem.context.writer.out.buf:
            self._keep("data", bytes(memoryview(buf)[off : off + taken]))
        return taken

    def _putting(self, buf, off, n):
        taken = self._put(buf, off, n)
        if self._part and taken != n:
            raise Broken("%s cut: %r" % (self._part, bytes(memoryview(buf)[off : off + n])))
        self._keep(self._part or "data", bytes(memoryview(buf)[off : off + taken]))
        return taken

    # What is said. A check gives True for what is unsolicited

    def _keep(self, part, data):
        self.said += data
        if not getattr(self, "_check_" + part)(data):
            self.asked_for += data

    def _check_data(self, data):
        if data and not self._modem.context.online.channel:
            raise Broken("data in command mode: %r" % data)

    def _check_echo(self, data):
        if self._modem.context.online.channel or not self._modem.context.settings[ECHO]:
            raise Broken("echo: %r" % data)

    def _check_number(self, data):
        end = bytes((self._modem.context.settings[S3],))
        if not data.endswith(end) or not self._is_number(data[:-1]):
            raise Broken("number: %r" % data)
        return self._heard_result(data, data[:-1] in (_RING, b"3"))

    def _is_number(self, digits):
        return digits in _NUMBERS or (digits == _RING and not self._answers)

    def _check_line(self, data):
        settings = self._modem.context.settings
        frame = bytes((settings[S3], settings[S4]))
        head = frame if settings[VERBOSE] else b""
        text = data[len(head) : len(data) - 2]
        if data != head + text + frame or any(not 32 <= char < 127 for char in text):
            raise Broken("no line: %r" % data)
        if self._modem.context.online.channel and not self._ends:
            if text != b"SHUTDOWN":
                raise Broken("a line in data mode: %r" % data)
        elif form(text) in _RESULTS:
            return self._heard_result(data, text == b"NO CARRIER")
        elif not self._answers:
            return self._heard_urc(data, text)
        return False

    def _heard_urc(self, data, text):
        if form(text) not in _UNASKED:
            raise Broken("unsolicited: %r" % data)
        if self._modem.context.command.line.busy():
            raise Broken("within a command: %r" % data)
        return True

    def _heard_result(self, data, may_be_unasked):
        """Of a line, or of data mode that has just ended, or of a call that nobody waits for."""
        if self._ends:
            self._results += 1
        elif self._answers:
            raise Broken("a result amid an answer: %r" % data)
        elif self._modem.context.command.line.busy():
            raise Broken("within a command: %r" % data)
        elif self.left > self.told:
            self.told += 1
        elif not may_be_unasked:
            raise Broken("a result of nothing: %r" % data)
        else:
            return True
        return False
