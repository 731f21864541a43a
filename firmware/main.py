"""The main program: one board, one modem, and a main loop that blocks only in `net.poll`."""

from wipmodem.compat import collect_often, collect_when_full

collect_often()

from board import Board
from wipmodem.clock import ticks_diff
from wipmodem.modem import RESTART, Modem, restarted


def run(here):
    """Run a modem, and after each restart a new modem, until `here.alive()` returns False.

    here: the Board on which the modem runs.
    """
    modem = Modem(here)
    collect_when_full()
    unread = serve(here, modem)
    while unread:
        modem = None
        unread = serve(here, restarted(here, unread))


def serve(here, modem):
    """Run the main loop for one modem, until the modem restarts or `here.alive()` returns False.

    After a restart, return the Span of host bytes that the modem has not handled, else None. The
    main loop is a separate function so that, after a restart, no stack frame refers to the old
    modem and the garbage collector can free the old modem. The poll gap is the length of the
    previous pass plus the time for which poll() slept longer than requested.
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
    """Create the board and run the modem on it.

    The board handles Ctrl-C on the console and unexpected exceptions.
    """
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
