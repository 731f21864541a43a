"""Many modems in one process and one loop, in the place of firmware/main.py: serve.py --count N.

fleet.py --dte FD FD ... --lines FD FD ... [the other options of board.py]
In the name of a profile %d is the number of the modem. Runs on both interpreters.
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

# An idle modem is served once a second. All of them in one moment: the loop wakes up seldom. Too
# early does no harm, so long waits end on a grid of so many ms.
_LONG_MS = 1000
_GRID_MS = 250
_NEVER = 1 << 60  # ms; a small int of 64-bit MicroPython's


class Fleet:
    """A modem is served when one of its handles is ready, or its own wait has run out.

    `_due` has the time of each, in ms since the start: it does not wrap, so min() finds the first.
    `_bound` is that or earlier, which saves looking: min() is asked when it has passed.
    """

    def __init__(self, boards, poller, owners):
        count = len(boards)
        self._boards = boards
        self._nets = [board.net for board in boards]
        self._modems: list = [Modem(board) for board in boards]
        self._poller = poller
        self._owners = owners
        self._due = [0] * count
        self._bound = 0
        # Whose turn it is: _turns[0 .. _count-1], each once.
        self._turns = [0] * count
        self._count = 0
        self._queued = bytearray(count)
        # Those that had more to do than a pass.
        self._again = [0] * count
        self._busy = 0
        self._alive = True
        self._ticks = ticks_ms()
        self._now = 0  # ms since the start, as of the last look at the clock
        self._polled = 0  # when the last poll ended
        # How long nobody had seen the ports before that: since the poll before, less its sleep.
        self._unseen_ms = 0

    def run(self):
        """Until the launcher has closed the lines of one."""
        for number, modem in enumerate(self._modems):
            self._boards[number].started(modem)
        while self._alive:
            self._poll()
            self._take_due()
            for i in range(self._count):
                self._serve(self._turns[i])
            self._count = 0

    def _poll(self):
        self._look_at_clock()
        self._unseen_ms = self._now - self._polled
        wait_ms = 0 if self._busy else max(self._bound - self._now, 0)
        for event in self._poller.ipoll(wait_ms):
            number = self._owners[event[0]]
            self._nets[number].note(event)
            self._queue(number)
        asleep = self._now
        self._look_at_clock()
        self._polled = self._now
        self._note_late(self._now - asleep - wait_ms)
        for i in range(self._busy):
            self._queue(self._again[i])
        self._busy = 0

    def _note_late(self, late_ms):
        """Poll has slept so much longer than it was told to. A stall is every modem's: what was
        sent to one of them may still be on its way, held up as the fleet was."""
        if late_ms > 0:
            self._unseen_ms += late_ms
        if late_ms > STALL_MS:
            for number in range(len(self._modems)):
                self._queue(number)

    def _take_due(self):
        due = self._due
        while self._bound <= self._now:
            self._bound = min(due)
            if self._bound <= self._now:
                self._queue(due.index(self._bound))

    def _queue(self, number):
        if not self._queued[number]:
            self._queued[number] = 1
            self._due[number] = _NEVER
            self._turns[self._count] = number
            self._count += 1

    def _serve(self, number):
        self._look_at_clock()
        unseen_ms = self._unseen_ms + self._now - self._polled
        wait_ms = self._modems[number].service(self._ticks, unseen_ms)
        if wait_ms < 0:
            wait_ms = self._restart(number)
        self._queued[number] = 0
        if wait_ms:
            due = self._now + wait_ms
            if wait_ms >= _LONG_MS:
                due -= due % _GRID_MS
            self._due[number] = due
            self._bound = min(self._bound, due)
        else:
            self._again[self._busy] = number
            self._busy += 1
        if not self._boards[number].alive():
            self._alive = False

    def _restart(self, number):
        """One modem restarts; the others do not notice. It is to be served at once."""
        typed = self._modems[number].host
        self._modems[number] = None
        self._modems[number] = restarted(self._boards[number], typed)
        self._boards[number].started(self._modems[number])
        return 0

    def _look_at_clock(self):
        now = ticks_ms()
        self._now += ticks_diff(now, self._ticks)
        self._ticks = now


def words_of(argv, name):
    """Those behind an option. A word for each, as MicroPython's words have 255 bytes at most."""
    words = []
    for word in argv[argv.index(name) + 1 :]:
        if word.startswith("--"):
            break
        words.append(word)
    return words


def build(argv):
    """A fleet as the command line says."""
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
