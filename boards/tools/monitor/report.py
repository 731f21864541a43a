"""Parser of reports. A report consists of lines in the format of AT responses, up to OK.

The parser ignores all other lines.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

UNKNOWN = 99  # signal value if the modem does not know the signal
_LONGEST = 1024  # maximum bytes kept of a line whose end has not arrived yet


@dataclass(frozen=True)
class Socket:
    """The fields of a +WIPXSOCK line, in order. `sent` and `received` wrap at 2**29."""

    protocol: int
    index: int
    role: str
    state: str
    local_address: str
    local_port: int
    peer_address: str
    peer_port: int
    server: int
    first: int
    last: int
    readable: int
    unsent: int
    room: int
    sent: int
    received: int
    age_s: int
    error: int

    @property
    def place(self):
        """The pair (protocol, index) that identifies the socket."""
        return self.protocol, self.index


@dataclass(frozen=True)
class Entry:
    """An entry of the log."""

    time_ms: int | None  # time in ms since the start; None for the kind `lost`
    kind: str  # a kind of entry from +WIPXLOG, or `lost`
    text: str  # text of the entry; for the kind `lost` the number of missing entries


@dataclass
class Report:
    """All values of one report."""

    sockets: list[Socket] = field(default_factory=list)
    reset: str = ""  # cause of the modem's last start
    figures: dict[str, int] = field(default_factory=dict)  # numbers from +WIPXHEALTH, by name
    losses: dict[str, int] = field(default_factory=dict)  # loss counters from +WIPXSTAT, by name
    session: bool = False  # True if the session is up
    signal: int = UNKNOWN  # signal value of +CSQ: 0 to 31, or UNKNOWN
    log: list[Entry] = field(default_factory=list)
    # error number of a +CME ERROR in place of the report; 0 if there was none
    refusal: int = 0
    unreadable: int = 0  # number of malformed lines in this report

    def figure(self, name):
        """Return a figure of +WIPXHEALTH, or 0 if the report does not contain the figure."""
        return self.figures.get(name, 0)


class Reader:
    """A parser that gets bytes and returns reports."""

    def __init__(self):
        self.lines = 0  # number of report lines received so far
        self._rest = b""  # received bytes of a line whose end has not arrived yet
        self._report = Report()  # the report whose lines are being received

    def feed(self, data):
        """Parse received bytes. Return the list of Reports that end in these bytes."""
        *lines, rest = (self._rest + data).split(b"\n")
        self._rest = rest[-_LONGEST:]
        return [report for line in lines if (report := self._take(_printable(line)))]

    def _take(self, line):
        name, _, text = line.partition(":")
        take = _LINES.get(name)
        if take is None:
            return None
        self.lines += 1
        try:
            take(self._report, text.strip())
        except ValueError:
            self._report.unreadable += 1
        return self._end() if name in _ENDS else None

    def _end(self):
        """Return the finished report, or None if the OK does not end a complete report."""
        report, self._report = self._report, Report()
        return report if report.refusal or "uptime_s" in report.figures else None


def read(data):
    """Return the list of Reports in bytes that a modem has sent."""
    return Reader().feed(data)


def _printable(line):
    """Return a line as text that a terminal can show without side effects."""
    text = line.decode("ascii", "replace").strip()
    return "".join(char if " " <= char <= "~" else "." for char in text)


def _number(text):
    if not text.strip().isdecimal():
        raise ValueError(text)
    return int(text)


def _word(text):
    return text.strip('"')


_FIELDS: list[Callable[[str], Any]] = [
    _number if of.type is int else _word for of in fields(Socket)
]


def _socket(report, text):
    values = zip(_FIELDS, text.split(","), strict=True)
    report.sockets.append(Socket(*(read_field(value) for read_field, value in values)))


def _health(report, text):
    name, value = text.split(",", 1)
    if name == "reset":
        report.reset = _word(value)
    else:
        report.figures[name] = _number(value)


def _loss(report, text):
    name, value = text.split(",", 1)
    report.losses[name] = _number(value)


def _bearer(report, text):
    _, up = text.split(",")
    report.session = _number(up) == 1


def _signal(report, text):
    signal, _ = text.split(",")
    report.signal = _number(signal)


def _log_lost(report, text):
    report.log.append(Entry(None, "lost", str(_number(text))))


def _log(report, text):
    time, kind, words = text.split(",", 2)
    seconds, ms = time.split(".")
    report.log.append(Entry(_number(seconds) * 1000 + _number(ms), kind, words))


def _refused(report, text):
    report.refusal = _number(text)


def _ok(_report, _text):
    """Ignore the line: OK has no value."""


_LINES = {
    "+WIPXSOCK": _socket,
    "+WIPXHEALTH": _health,
    "+WIPXSTAT": _loss,
    "+WIPBR": _bearer,
    "+CSQ": _signal,
    "+WIPXLOST": _log_lost,
    "+WIPXLOG": _log,
    "+CME ERROR": _refused,
    "OK": _ok,
}
_ENDS = ("+CME ERROR", "OK")
