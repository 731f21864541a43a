"""The PC's modem, run by serve.py in the place of main.py, that can be asked how it is.

A datagram from the port LOAD_LOOK is answered by "HEAP PASSES HELD UNSENT CLOCK": what is in use
of the heap (bytes; on CPython blocks), passes of the loop so far, host bytes that were read and
cannot be passed on, bytes that wait for peers, the loop's clock in ms. At `collect` that is done
first. Both interpreters.

The clock stands while the machine has no time for a pass: what takes longer than the modem allows
would make an escape data (`dte_stalls`), and here other things are to be shown.
"""

from wipmodem.compat import collect_often

collect_often()

import gc
import os
import socket
import sys

import main
from board import Board
from system import Poller, ticks_ms
from wipmodem.clock import ticks_back, ticks_diff
from wipmodem.contract import IN
from wipmodem.modem import Modem

_WORD = 16
_PASS_MS = 50  # the longest that a pass takes by the loop's clock


def in_use():
    return gc.mem_alloc() if hasattr(gc, "mem_alloc") else sys.getallocatedblocks()


class Watched(Board):
    def __init__(self):
        super().__init__()
        self.modem = None
        self._passes = 0
        self._began_ms = self._stood_ms = 0
        self._in_pass = False
        self._asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        place = socket.getaddrinfo("127.0.0.1", int(os.getenv("LOAD_LOOK") or 0))[0][-1]
        self._asked.connect(place)
        self._asked.send(b"here")
        self._looks = Poller()
        self._looks.register(self._asked, IN)
        # Of the loop's poller too, so that it wakes.
        self._poller.register(self._asked, IN)

    def with_modem(self):
        """In the place of Modem(board)."""
        self.modem = Modem(self)
        return self.modem

    def alive(self):
        self._passes += 1
        for _ in self._looks.ipoll(0):
            if self._asked.recv(_WORD) == b"collect":
                gc.collect()
            held = self.modem.input.remaining()
            unsent = sum(sock.unsent() for sock in self.modem.context.table.all)
            said = in_use(), self._passes, held, unsent, self._began_ms
            self._asked.send(b"%d %d %d %d %d" % said)
        return super().alive()

    def ticks_ms(self):
        """Asked before and behind each pass."""
        now_ms = ticks_back(ticks_ms(), self._stood_ms)
        if self._in_pass:
            stood_ms = max(ticks_diff(now_ms, self._began_ms) - _PASS_MS, 0)
            self._stood_ms += stood_ms
            now_ms = ticks_back(now_ms, stood_ms)
        self._in_pass = not self._in_pass
        self._began_ms = now_ms
        return now_ms


main.Modem = Watched.with_modem
main.run(Watched())
