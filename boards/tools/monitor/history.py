"""Data from successive reports: byte rates, growing counters, and the log."""

from collections import deque

SECONDS = 60  # length in s of the history of the modem's rates
SOCKET_SECONDS = 10  # length in s of the history of a socket's rates
_COUNTER_MASK = 0x1FFFFFFF  # byte counters of the firmware wrap at 2**29
_FRESH_S = 10  # time in s during which the view marks a counter that has grown
_MAX_LOG = 500  # maximum number of entries in the log


class Rate:
    """Bytes in each of the last seconds, the newest last, from successive values of a counter.

    seconds: length of the history; count: first value of the counter.
    """

    def __init__(self, seconds, count):
        self.seconds: deque[float] = deque(maxlen=seconds)
        self._length = seconds
        self._count = count

    def add(self, count, elapsed_s):
        """Add a value of the counter.

        If several seconds have passed, each second gets an equal share of the bytes.
        """
        n = count - self._count & _COUNTER_MASK
        # A smaller value than the previous one means that the counter has been reset.
        if n > _COUNTER_MASK // 2:
            n = count & _COUNTER_MASK
        self._count = count
        self.seconds.extend([n / elapsed_s] * min(elapsed_s, self._length))


class Traffic:
    """Rates of both directions, for the modem or for a socket.

    age_s: age of the modem or socket in seconds.
    """

    def __init__(self, seconds, sent=0, received=0, age_s=0):
        self.age_s = age_s
        self.sent = Rate(seconds, sent)
        self.received = Rate(seconds, received)

    def add(self, sent, received, age_s, elapsed_s):
        self.age_s = age_s
        self.sent.add(sent, elapsed_s)
        self.received.add(received, elapsed_s)

    @property
    def both(self):
        """Bytes in each second, as the sum of both directions."""
        return [sum(pair) for pair in zip(self.sent.seconds, self.received.seconds, strict=True)]


class History:
    """All data of the view, collected from the reports of a modem."""

    def __init__(self):
        self.report = None  # the newest report
        self.modem = Traffic(SECONDS)
        self.sockets = {}  # {(protocol, index): Traffic}
        self.log = []  # entries of the log as a list of Entry, the oldest first
        self.unreadable = 0  # number of malformed lines so far
        self._grown_s = {}  # {name of a counter: uptime in s at which the counter last grew}

    def add(self, report):
        """Add the next report."""
        self.log = merge_logs(self.log, report.log)[-_MAX_LOG:]
        self.unreadable += report.unreadable
        elapsed_s = report.figure("uptime_s") - self.modem.age_s
        if self.report is None or elapsed_s < 0:
            self._restart(report)
        else:
            self._continue(report, elapsed_s)
        self.report = report

    def losses(self):
        """Return (name, count, True if it has just grown) for each loss counter that is not 0."""
        since_s = self.report.figure("uptime_s") - _FRESH_S
        return [
            (name, count, self._grown_s.get(name, since_s) > since_s)
            for name, count in self.report.losses.items()
            if count
        ]

    def traffic(self, place):
        """Return the Traffic of the socket (protocol, index); empty for a new socket."""
        return self.sockets.get(place) or Traffic(SOCKET_SECONDS)

    def _restart(self, report):
        """Start new rates.

        Called for the first report and for the first one after a modem restart.
        """
        self._grown_s = {}
        self.modem = Traffic(SECONDS, *_totals(report))
        self.sockets = {
            socket.place: Traffic(SOCKET_SECONDS, socket.sent, socket.received, socket.age_s)
            for socket in report.sockets
        }

    def _continue(self, report, elapsed_s):
        for name, count in report.losses.items():
            if count > self.report.losses.get(name, count):
                self._grown_s[name] = report.figure("uptime_s")
        if elapsed_s > 0:
            self._sample(report, elapsed_s)

    def _sample(self, report, elapsed_s):
        """Add a sample to all rates. Time comes from the modem, because reports may be delayed."""
        self.modem.add(*_totals(report), elapsed_s)
        self.sockets = {socket.place: self._traffic_of(socket) for socket in report.sockets}
        for socket in report.sockets:
            traffic = self.sockets[socket.place]
            traffic.add(socket.sent, socket.received, socket.age_s, elapsed_s)

    def _traffic_of(self, socket):
        """Return the Traffic of a socket. A socket whose age has decreased is a new socket."""
        traffic = self.traffic(socket.place)
        return traffic if socket.age_s >= traffic.age_s else Traffic(SOCKET_SECONDS)


def _totals(report):
    """Return (bytes sent, bytes received, uptime in s) of the modem."""
    return report.figure("sent"), report.figure("received"), report.figure("uptime_s")


def merge_logs(before, after):
    """Return the log `before` with the new entries of `after`.

    After a restart a modem reports again the entries that it has kept.
    """
    if any(entry.kind == "start" for entry in after):
        for n in range(min(len(before), len(after) - 1), 0, -1):
            if before[-n:] == after[:n]:
                return before + after[n:]
    return before + after
