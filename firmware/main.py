"""Starts the modem: one board, one modem, and a loop that blocks only in `net.poll`."""

from wipmodem.compat import collect_often, collect_when_full

collect_often()

from board import Board
from wipmodem.clock import ticks_diff
from wipmodem.modem import RESTART, Modem, restarted


def run(here):
    """Run the modem, and each modem after a restart, until `here.alive()` returns False.

    here: the Board.
    """
    modem = Modem(here)
    collect_when_full()
    unread = serve(here, modem)
    while unread:
        modem = None
        unread = serve(here, restarted(here, unread))


def serve(here, modem):
    """Serve one modem until it restarts, or until `here.alive()` returns False.

    Return the Span of the modem's unread host bytes after a restart, else None. The loop is a
    function of its own so that, after a restart, no stack frame refers to the old modem and the
    garbage collector can free it. The poll gap is the length of the previous pass plus the time
    for which poll() slept longer than requested.
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
    """Run the modem. The board handles Ctrl-C on the console and unexpected exceptions."""
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
