"""A meter: brings one reading to a server through an AT socket modem.

    python meter.py PORT SERVER SERVERPORT READING [TRIES]

PORT is what pyserial takes: /dev/ttyUSB0, rfc2217://..., socket://... The server closes the
connection once it has the reading. Each try is one line on stdout: acknowledged, refused, lost,
late or no network. The exit status is 0 if the last one is "acknowledged".
"""

import re
import sys
import time

import serial

_ANSWER_S = 5  # of the modem, to a command
_CONNECT_S = 5
_ACKNOWLEDGE_S = 5
_NETWORK_S = 60
_GUARD_S = 1.1  # before +++, and a second behind it
_OUTCOMES = {"+WIPPEERCLOSE: 2,1": "acknowledged", "+WIPERROR: 2,1,": "lost"}


class Surprise(Exception):
    """The modem says something else than it should, or nothing."""


class Modem:
    """Commands and lines. What comes unasked waits in `news` until somebody wants it."""

    def __init__(self, port):
        self._port = port
        self._line = b""  # as far as it has come
        self._news = []

    def ask(self, command):
        """OK, or Surprise."""
        self._port.write(command.encode() + b"\r")
        result = self._find(_ANSWER_S, r"OK|ERROR|\+CM. ERROR.*|CONNECT.*")
        if result not in ("OK", "CONNECT"):
            raise Surprise(f"{command}: {result or 'no answer'}")

    def wait(self, limit_s, *beginnings):
        """The next unasked line that begins so, or ""."""
        pattern = "|".join(re.escape(each) + ".*" for each in beginnings)
        for line in self._news:
            if re.fullmatch(pattern, line):
                self._news.remove(line)
                return line
        return self._find(limit_s, pattern)

    def send(self, data):
        """Into the connection that AT+WIPDATA opened, which is left again."""
        self._port.write(data)
        time.sleep(_GUARD_S)
        self._port.write(b"+++")
        if not self._find(_ANSWER_S, "OK"):
            raise Surprise("no way out of data mode")

    def _find(self, limit_s, pattern):
        """The next line like this, or "". Others are news."""
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            line = self._read_line()
            if re.fullmatch(pattern, line):
                return line
            if line.startswith("+WIP"):
                self._news.append(line)
        return ""

    def _read_line(self):
        """A whole line, or ""."""
        self._line += self._port.readline()
        if not self._line.endswith(b"\n"):
            return ""
        line, self._line = self._line, b""
        return line.decode("ascii", "replace").strip()


class Meter:
    def __init__(self, modem, address, port):
        self._modem = modem
        self._up = False
        self._connect = f'AT+WIPCREATE=2,1,"{address}",{port}'

    def begin(self):
        """Stack and bearer. A bearer that does not come is the next try's matter."""
        for command in ("ATE0", "AT+WIPCFG=1", "AT+WIPBR=4,6"):
            self._modem.ask(command)

    def bring(self, reading):
        """One try: its outcome."""
        modem = self._modem
        if not self._has_network():
            return "no network"
        modem.ask(self._connect)
        came = modem.wait(_CONNECT_S, "+WIPREADY: 2,1", "+WIPERROR: 2,1,")
        if came.startswith("+WIPREADY"):
            modem.ask("AT+WIPDATA=2,1,2")
            modem.send(reading.encode() + b"\n")
            came = modem.wait(_ACKNOWLEDGE_S, *_OUTCOMES)
            outcome = _outcome(came)
        else:
            outcome = "refused" if came else "late"
        modem.ask("AT+WIPCLOSE=2,1")
        return outcome

    def _has_network(self):
        """As the last +WIPBR said. One that was lost comes back by itself."""
        while news := self._modem.wait(0 if self._up else _NETWORK_S, "+WIPBR: 6,"):
            self._up = news == "+WIPBR: 6,1"
        return self._up


def _outcome(line):
    for beginning, outcome in _OUTCOMES.items():
        if line.startswith(beginning):
            return outcome
    return "late"


def main(url, address, port, reading, tries="1"):
    with serial.serial_for_url(url, baudrate=115200, timeout=0.2) as line:
        meter = Meter(Modem(line), address, port)
        meter.begin()
        outcome = ""
        for _ in range(int(tries)):
            outcome = meter.bring(reading)
            print(outcome, flush=True)
            if outcome == "acknowledged":
                return 0
    return 1


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except Surprise as surprise:
        sys.exit(f"meter: {surprise}")
