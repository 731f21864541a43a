"""A report: lines as AT commands answer them, up to OK. What is no part of one is passed over."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

UNKNOWN = 99  # of a signal
_LONGEST = 1024  # bytes of a line that are kept, while its end is awaited


@dataclass(frozen=True)
class Socket:
    """A line of +WIPXSOCK, in its order. `sent` and `received` begin anew at 2**29."""

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
        return self.protocol, self.index


@dataclass(frozen=True)
class Entry:
    """Of the log. `lost`, whose text says how many entries are missing there, has no time."""

    time_ms: int | None
    kind: str
    text: str


@dataclass
class Report:
    """figures: of +WIPXHEALTH; losses: of +WIPXSTAT; signal: 0 to 31 or UNKNOWN; refusal: the
    number of a +CME ERROR, then there is nothing else; unreadable: lines that are malformed."""

    sockets: list[Socket] = field(default_factory=list)
    reset: str = ""
    figures: dict[str, int] = field(default_factory=dict)
    losses: dict[str, int] = field(default_factory=dict)
    session: bool = False
    signal: int = UNKNOWN
    log: list[Entry] = field(default_factory=list)
    refusal: int = 0
    unreadable: int = 0

    def figure(self, name):
        return self.figures.get(name, 0)


class Reader:
    """Bytes in, reports out. `lines` that belonged to a report so far."""

    def __init__(self):
        self.lines = 0
        self._rest = b""
        self._report = Report()

    def feed(self, data):
        """[Report] that ended in these bytes."""
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
        """An OK without figures ended something else, or a report whose beginning was missed."""
        report, self._report = self._report, Report()
        return report if report.refusal or "uptime_s" in report.figures else None


def read(data):
    """[Report] in the bytes that a modem has said."""
    return Reader().feed(data)


def _printable(line):
    """What a terminal may be given."""
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
    """It says nothing but that."""


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
