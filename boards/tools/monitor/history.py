"""What successive reports tell: bytes a second, losses that grow, the log."""

from collections import deque

SECONDS = 60  # of the modem's rates that are kept
SOCKET_SECONDS = 10
_COUNTED = 0x1FFFFFFF  # as in the firmware's flow.py: what was carried begins anew there
_FRESH_S = 10  # a loss has just grown
_LOG_MOST = 500


class Rate:
    """Bytes in each of the last seconds, the newest last, from a counter of bytes."""

    def __init__(self, seconds, count):
        self.seconds: deque[float] = deque(maxlen=seconds)
        self._most = seconds
        self._count = count

    def add(self, count, elapsed_s):
        """A report that comes late tells of several seconds: they share what was carried."""
        carried = count - self._count & _COUNTED
        if carried > _COUNTED // 2:  # less than before: somebody has reset it
            carried = count & _COUNTED
        self._count = count
        self.seconds.extend([carried / elapsed_s] * min(elapsed_s, self._most))


class Traffic:
    """Both rates of something that is so old."""

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
        """Bytes in each second, either way."""
        return [sum(pair) for pair in zip(self.sent.seconds, self.received.seconds, strict=True)]


class History:
    """report: the newest; modem: its Traffic; sockets: {place: Traffic}; log: [Entry]."""

    def __init__(self):
        self.report = None
        self.modem = Traffic(SECONDS)
        self.sockets = {}
        self.log = []
        self.unreadable = 0
        self._grown_s = {}  # the uptime at which a loss has grown

    def add(self, report):
        self.log = joined(self.log, report.log)[-_LOG_MOST:]
        self.unreadable += report.unreadable
        elapsed_s = report.figure("uptime_s") - self.modem.age_s
        if self.report is None or elapsed_s < 0:
            self._begin(report)
        else:
            self._go_on(report, elapsed_s)
        self.report = report

    def losses(self):
        """[(name, how many, has it just grown?)] of those that are not 0."""
        since_s = self.report.figure("uptime_s") - _FRESH_S
        return [
            (name, count, self._grown_s.get(name, since_s) > since_s)
            for name, count in self.report.losses.items()
            if count
        ]

    def traffic(self, place):
        """Of a socket; empty if it has come since the last sample."""
        return self.sockets.get(place) or Traffic(SOCKET_SECONDS)

    def _begin(self, report):
        """What was carried before nobody has seen, or another start of the modem has."""
        self._grown_s = {}
        self.modem = Traffic(SECONDS, *_carried(report))
        self.sockets = {
            socket.place: Traffic(SOCKET_SECONDS, socket.sent, socket.received, socket.age_s)
            for socket in report.sockets
        }

    def _go_on(self, report, elapsed_s):
        for name, count in report.losses.items():
            if count > self.report.losses.get(name, count):
                self._grown_s[name] = report.figure("uptime_s")
        if elapsed_s > 0:
            self._sample(report, elapsed_s)

    def _sample(self, report, elapsed_s):
        """Rates are by the modem's clock: a report may be late on its way."""
        self.modem.add(*_carried(report), elapsed_s)
        self.sockets = {socket.place: self._traffic_of(socket) for socket in report.sockets}
        for socket in report.sockets:
            traffic = self.sockets[socket.place]
            traffic.add(socket.sent, socket.received, socket.age_s, elapsed_s)

    def _traffic_of(self, socket):
        """One that is younger than what was at its place is another."""
        traffic = self.traffic(socket.place)
        return traffic if socket.age_s >= traffic.age_s else Traffic(SOCKET_SECONDS)


def _carried(report):
    """(sent, received, age in s) of the whole modem."""
    return report.figure("sent"), report.figure("received"), report.figure("uptime_s")


def joined(before, after):
    """The log with what is new: a modem that has started anew tells again what it has kept."""
    if any(entry.kind == "start" for entry in after):
        for n in range(min(len(before), len(after) - 1), 0, -1):
            if before[-n:] == after[:n]:
                return before + after[n:]
    return before + after
