"""Starts the modem: a board, a modem, and one loop that never blocks but in `net.poll`."""

from wipmodem.compat import collect_often, collect_when_full

collect_often()

from board import Board
from wipmodem.clock import ticks_diff
from wipmodem.modem import RESTART, Modem, restarted


def run(here):
    """Serve until the board is told to end."""
    modem = Modem(here)
    collect_when_full()
    unread = serve(here, modem)
    while unread:
        modem = None
        unread = serve(here, restarted(here, unread))


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
        late_ms = max(ticks_diff(now_ms, done_ms) - wait_ms, 0)
        wait_ms = modem.service(now_ms, busy_ms + late_ms)
        if wait_ms == RESTART:
            return modem.input
        done_ms = here.ticks_ms()
        busy_ms = ticks_diff(done_ms, now_ms)
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
