"""The whole modem on the PC's board, as main.py runs it, and what its passes allocate.

Takes the board's arguments; prints `passes N, second half allocated M` when its lines close.
"""

import micropython

from wipmodem.compat import collect_often, collect_when_full

collect_often()

import board
from wipmodem.clock import ticks_diff
from wipmodem.modem import Modem

_MOST = 4000


def main():
    here = board.Board()
    modem = Modem(here)
    collect_when_full()
    totals = [0] * _MOST
    wait_ms = busy_ms = n = 0
    while here.alive() and n < _MOST:
        here.net.poll(wait_ms)
        now_ms = here.ticks_ms()
        wait_ms = modem.service(now_ms, busy_ms)
        busy_ms = ticks_diff(here.ticks_ms(), now_ms)
        totals[n] = micropython.mem_total()
        n += 1
    print("passes %d, second half allocated %d" % (n, totals[n - 2] - totals[n // 2]))


main()
