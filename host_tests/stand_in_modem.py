"""A program in the modem's place, so that the launcher can be tested by itself.

It echoes every byte of the DTE and shows DTR as DCD. Environment variables change its ways, for
the tests that need a modem with a fault:

    STAND_IN_TELL=1     write every change of the lines to stderr, with the bytes read before it
    STAND_IN_CHUNK=N    read at most N bytes at a time
    STAND_IN_GREET=TEXT write TEXT to the DTE before all else
    STAND_IN_EXIT=N     end with status N when DTR comes on
    STAND_IN_DEAF=1     read nothing of the DTE
    STAND_IN_STUBBORN=1 go on when the lines are closed
    STAND_IN_MUTE=1     never say that it is up
"""

import os
import select
import signal
import sys

DTR = 1
HOST_LINES = 7
DCD, DSR, TAKEN = 1, 2, 8


class StandIn:
    def __init__(self, dte, lines):
        self._dte = dte
        self._lines = lines
        self._chunk = int(os.environ.get("STAND_IN_CHUNK", "4096"))
        self._echo = b""
        self._count = 0
        self._state = 0  # of the host's lines
        self._next = []  # states that are taken once the bytes before them are read
        self._poll = select.poll()
        self._poll.register(lines, select.POLLIN)

    def run(self):
        """Until the launcher closes the lines."""
        while True:
            self._watch_dte()
            ready = dict(self._poll.poll())
            if ready.get(self._lines) and not self._on_lines():
                return
            if self._next and (self._is_deaf() or not self._unread()):
                self._take_change(self._next.pop())
            events = ready.get(self._dte, 0)
            if events & select.POLLOUT:
                self._echo = self._echo[os.write(self._dte, self._echo) :]
            elif events & select.POLLIN:
                self._echo = os.read(self._dte, self._chunk)
                self._count += len(self._echo)

    def _watch_dte(self):
        """Like the launcher: read no more until the echo has been taken."""
        if not self._is_deaf():
            self._poll.register(self._dte, select.POLLOUT if self._echo else select.POLLIN)

    def _on_lines(self):
        changes = os.read(self._lines, 64)
        self._next += [state for state in changes if state & HOST_LINES == state != self._state]
        return bool(changes)

    def _take_change(self, state):
        self._state = state
        if os.environ.get("STAND_IN_TELL"):
            print(f"lines {state} after {self._count} bytes", file=sys.stderr, flush=True)
        if state & DTR and os.environ.get("STAND_IN_EXIT"):
            sys.exit(int(os.environ["STAND_IN_EXIT"]))
        lines = DSR | (DCD if state & DTR else 0)
        os.write(self._lines, bytes((lines, lines | TAKEN)))

    def _unread(self):
        """Whether bytes of the DTE wait."""
        return bool(select.select([self._dte], [], [], 0)[0])

    def _is_deaf(self):
        return bool(os.environ.get("STAND_IN_DEAF"))


def main():
    # --dte FD --lines FD, always in this order.
    dte, lines, others = int(sys.argv[2]), int(sys.argv[4]), sys.argv[5:]
    while others[:1] in (["--pty-events"], ["--console"]):  # not used here
        del others[:2]
    if others and os.environ.get("STAND_IN_TELL"):
        print(f"arguments {others}", file=sys.stderr, flush=True)
    os.write(dte, os.environ.get("STAND_IN_GREET", "").encode())
    if not os.environ.get("STAND_IN_MUTE"):
        os.write(lines, bytes((DSR,)))
    StandIn(dte, lines).run()
    if os.environ.get("STAND_IN_STUBBORN"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("stubborn", file=sys.stderr, flush=True)
        signal.pause()


if __name__ == "__main__":
    main()
