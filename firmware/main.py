"""Starts the modem: a board, a modem, and one loop that never blocks but in `net.poll`."""

from wipmodem import heap

heap.collect_often()

from board import Board
from wipmodem import ticks
from wipmodem.modem import Modem
from wipmodem.restart import renewed


def run(here):
    """Serve until the board is told to end."""
    modem = Modem(here)
    heap.collect_when_full()
    typed = serve(here, modem)
    while typed:
        modem = None
        typed = serve(here, renewed(here, typed))


def serve(here, modem):
    """Serve until the board is told to end: None. Or until the modem restarts: its unread bytes.

    In a frame of its own, so that none is left in which the collector finds the old modem. The
    ports are not seen during a pass, nor while poll sleeps longer than it was told to.
    """
    here.started(modem)
    wait_ms = busy_ms = 0
    done_ms = here.ticks_ms()
    while here.alive():
        here.net.poll(wait_ms)
        now_ms = here.ticks_ms()
        late_ms = max(ticks.diff(now_ms, done_ms) - wait_ms, 0)
        wait_ms = modem.service(now_ms, busy_ms + late_ms)
        if wait_ms < 0:
            return modem.host
        done_ms = here.ticks_ms()
        busy_ms = ticks.diff(done_ms, now_ms)
    return None


def start():
    """Serve, and leave what ends it to the board: Ctrl-C on the console, or our own mistake."""
    try:
        run(Board())
    except KeyboardInterrupt:
        Board.interrupted()
    except Exception as error:
        Board.crashed(error)


if __name__ == "__main__":
    if Board.held():
        print("wipmodem: held, reset the board to start it")
    else:
        start()
