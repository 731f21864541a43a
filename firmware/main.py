"""Starts the modem: a board, a modem, and one loop that never blocks but in `net.poll`."""

import board
from wipmodem import ticks
from wipmodem.modem import Modem


def run(here):
    """Serve until the board is told to end."""
    modem = Modem(here.serial, here.net, here.bearer, here.entropy, here.sizes, here.name)
    wait_ms = busy_ms = 0
    while here.alive():
        here.net.poll(wait_ms)
        now_ms = here.ticks_ms()
        wait_ms = modem.service(now_ms, busy_ms)
        busy_ms = ticks.diff(here.ticks_ms(), now_ms)


if __name__ == "__main__":
    run(board.Board())
