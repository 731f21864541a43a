"""A radio that answers what a transcript says, and is otherwise the simulated one."""

import threading

from radio.modem import DIALLING, IDLE, ONLINE, RadioModem

# What the modem itself says to its radio (boards/pico/board.py).
_ITS_OWN = ("", "E0V1", "&C1&D2", "D#777", "H")
_SET_UP = "&C1&D2"
_ENDS = {3: "NO CARRIER", 4: "ERROR", 6: "NO DIALTONE", 7: "BUSY", 8: "NO ANSWER"}


class FarHost:
    """The far end of a host's data call."""

    def __init__(self):
        self.came = bytearray()

    def feed(self, data, now_ms):
        self.came += data
        return b""


class AskedRadio(RadioModem):
    """`asked`: the last line that was passed on, `called`: that of a call. Both await the test."""

    def __init__(self, link=None, far_end=None, **words):
        self.far_host = FarHost()
        self.ready = threading.Event()  # woken and set up
        self.asked = self.called = ""
        self.waits = False  # for the answer to what was asked
        super().__init__(link, self.far_host, **words)

    def press_power(self, now_ms):
        self.ready.clear()
        self.far_host.came.clear()
        self.asked = self.called = ""
        self.waits = False
        super().press_power(now_ms)

    def set_dtr(self, on):
        if not on:
            self.ready.clear()
        super().set_dtr(on)

    def _run(self, line, now_ms):
        if line in _ITS_OWN:
            super()._run(line, now_ms)
            if line == _SET_UP:
                self.ready.set()
        elif line == "A" or line[0] == "D" and line[-1] != ";":
            self.called = line
            self._peer = self.far_host
            self._to(DIALLING)
        else:
            self.asked = line
            self.waits = True

    def answers(self, lines, result="OK"):
        self.waits = False
        for line in lines:
            self._framed(line)
        self._result(result)

    def connects(self, speed):
        """The call that waits."""
        self._to(ONLINE)
        self._framed(f"CONNECT {speed}" if speed else "CONNECT")

    def loses_carrier(self):
        """Without a word: the transcript has those."""
        self._to(IDLE)

    def ends(self, code):
        self._end_call(_ENDS[code])

    def says(self, words):
        """Unasked."""
        self._framed(words)
