"""Many modems in one process and one loop: serve.py --count N runs this instead of main.py.

fleet.py --dte FD FD ... --lines FD FD ... [the other options of board.py]
In the path of --profile, %d is replaced by the number of the modem. Runs on both interpreters.
"""

import sys

from wipmodem.compat import collect_often, collect_when_full

collect_often()

from board import options
from member import Member
from system import Poller, ticks_ms
from wipmodem.clock import ticks_diff
from wipmodem.modem import Modem, restarted
from wipmodem.online.escape import STALL_MS

collect_when_full()

# The loop services an idle modem once a second. Waits of _LONG_MS and more are rounded down to a
# multiple of _GRID_MS, so that many modems share one wake-up. Servicing a modem too early does no
# harm.
_LONG_MS = 1000
_GRID_MS = 250
_NEVER = 1 << 60  # a time in ms that never comes, as a small int of 64-bit MicroPython


class Fleet:
    """The loop: it services a modem when one of its handles is ready or its wait has ended.

    `_due` holds, for each modem, the time of its next service in ms since the start. These times
    do not wrap. `_earliest` is a lower bound of the times in `_due`, so that the loop computes
    min() only after that time.
    """

    def __init__(self, boards, poller, owners):
        """Create the modems.

        boards: a list of Member; poller: the Poller that all modems share;
        owners: dict from a poll key to the number of its modem, kept up to date by the boards.
        """
        count = len(boards)
        self._boards = boards
        self._nets = [board.net for board in boards]
        self._modems: list = [Modem(board) for board in boards]
        self._poller = poller
        self._owners = owners
        self._due = [0] * count
        self._earliest = 0
        # Numbers of the modems to service in this pass: _queue[0 .. _queue_n-1], each once.
        self._queue = [0] * count
        self._queue_n = 0
        self._is_queued = bytearray(count)
        # Numbers of the modems that need another pass at once: _again[0 .. _again_n-1].
        self._again = [0] * count
        self._again_n = 0
        self._alive = True
        self._ticks = ticks_ms()
        self._now = 0  # time of the last reading of the clock, in ms since the start
        self._polled = 0  # time at which the last poll ended, in ms since the start
        # Poll gap in ms: the time between the last two polls, minus the timeout that poll was
        # given.
        self._gap_ms = 0

    def run(self):
        """Run until the launcher has closed the control lines of a modem."""
        for number, modem in enumerate(self._modems):
            self._boards[number].started(modem)
        while self._alive:
            self._poll()
            self._enqueue_due()
            for i in range(self._queue_n):
                self._service(self._queue[i])
            self._queue_n = 0

    def _poll(self):
        self._read_clock()
        self._gap_ms = self._now - self._polled
        wait_ms = 0 if self._again_n else max(self._earliest - self._now, 0)
        for event in self._poller.ipoll(wait_ms):
            number = self._owners[event[0]]
            self._nets[number].note(event)
            self._enqueue(number)
        asleep = self._now
        self._read_clock()
        self._polled = self._now
        self._add_oversleep(self._now - asleep - wait_ms)
        for i in range(self._again_n):
            self._enqueue(self._again[i])
        self._again_n = 0

    def _add_oversleep(self, late_ms):
        """Count the time that poll slept beyond its timeout as poll gap.

        After a long stall the loop services all modems. Bytes that a host sent before the stall
        may not have arrived yet, so no modem may take the stall for a pause in the host's bytes.
        """
        if late_ms > 0:
            self._gap_ms += late_ms
        if late_ms > STALL_MS:
            for number in range(len(self._modems)):
                self._enqueue(number)

    def _enqueue_due(self):
        due = self._due
        while self._earliest <= self._now:
            self._earliest = min(due)
            if self._earliest <= self._now:
                self._enqueue(due.index(self._earliest))

    def _enqueue(self, number):
        if not self._is_queued[number]:
            self._is_queued[number] = 1
            self._due[number] = _NEVER
            self._queue[self._queue_n] = number
            self._queue_n += 1

    def _service(self, number):
        self._read_clock()
        gap_ms = self._gap_ms + self._now - self._polled
        wait_ms = self._modems[number].service(self._ticks, gap_ms)
        if wait_ms < 0:
            wait_ms = self._restart(number)
        self._is_queued[number] = 0
        if wait_ms:
            due = self._now + wait_ms
            if wait_ms >= _LONG_MS:
                due -= due % _GRID_MS
            self._due[number] = due
            self._earliest = min(self._earliest, due)
        else:
            self._again[self._again_n] = number
            self._again_n += 1
        if not self._boards[number].alive():
            self._alive = False

    def _restart(self, number):
        """Restart one modem. Return 0, the ms until its next service."""
        unread = self._modems[number].input
        self._modems[number] = None
        self._modems[number] = restarted(self._boards[number], unread)
        self._boards[number].started(self._modems[number])
        return 0

    def _read_clock(self):
        now = ticks_ms()
        self._now += ticks_diff(now, self._ticks)
        self._ticks = now


def words_of(argv, name):
    """Return the words that follow the option `name` in a command line, as a list.

    The descriptor of each modem is a separate word, because MicroPython limits a word to 255
    bytes.
    """
    words = []
    for word in argv[argv.index(name) + 1 :]:
        if word.startswith("--"):
            break
        words.append(word)
    return words


def build(argv):
    """Create a Fleet from `argv`, the words of a command line."""
    given = options(argv)
    poller = Poller()
    owners = {}
    boards = []
    lines = words_of(argv, "--lines")
    for number, dte in enumerate(words_of(argv, "--dte")):
        own = dict(given, dte=dte, lines=lines[number])
        if "profile" in given:
            own["profile"] = given["profile"].replace("%d", str(number + 1))
        boards.append(Member(own, poller, owners, number))
    return Fleet(boards, poller, owners)


if __name__ == "__main__":
    build(sys.argv[1:]).run()
