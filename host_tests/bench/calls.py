"""Count the Python calls that the firmware makes for common work, and the files they are in.

    python -m host_tests.bench.calls

The ports are the tests' fakes, so the figures are the same on every machine. One call takes about
10 us on a chip.
"""

import sys
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(_ROOT / name) for name in ("firmware", "boards/host", "host_tests")]

from session import Session
from transcript_player import Player

_FIRMWARE = str(_ROOT / "firmware" / "wipmodem")
_SERVER = ("> AT+WIPCREATE=3,1,80,1,4", "< OK")
_ACCEPTED = ("@ peer 3,1 192.0.2.9:4000", "< +WIPACCEPT: 1,1")


class Count:
    """A counter of the firmware's function calls in a `with` block.

    calls: number of calls; files: paths of the files with the called functions.
    """

    def __init__(self):
        self.calls = 0
        self.files = set()

    def __enter__(self):
        sys.settrace(self._trace)
        return self

    def __exit__(self, *_):
        sys.settrace(None)

    def _trace(self, frame, event, _):
        if event == "call" and frame.f_code.co_filename.startswith(_FIRMWARE):
            self.calls += 1
            self.files.add(frame.f_code.co_filename)


def idle():
    """Return the Count of one pass of the loop in which nothing happens."""
    session = Session().online()
    session.wait(100)
    with Count() as count:
        session.modem.service(session.now_ms)
    return count


def accept():
    """Return the Count of the pass in which a connection in the backlog leads to +WIPACCEPT."""
    return _counted(_played(*_SERVER), "peer 3,1 192.0.2.9:4000")


def peer_bytes():
    """Return the Count of the pass that moves 100 bytes from a peer to an online host."""
    player = _played(*_SERVER, *_ACCEPTED, "> AT+WIPDATA=2,1,2", "< CONNECT")
    return _counted(player, f'sends 2,1 "{"x" * 100}"')


def create_by_name():
    """Return the Count of the passes from AT+WIPCREATE with a host name to +WIPREADY."""
    player = _played()
    session = player._session
    with Count() as count:
        session.send(b'AT+WIPCREATE=2,1,"peer.example",80\r')
        player._happens("dns", "192.0.2.9 peer.example")
        session.settle()
        player._meet_peers()
        player._happens("connects", "2,1")
        session.settle()
    assert session.take().endswith(b"+WIPREADY: 2,1\r\n")
    return count


def _played(*lines):
    """Return a player that has played the given lines of a transcript."""
    player = Player(Session(), "whole", "ready")
    player.play(lines)
    return player


def _counted(player, event):
    name, words = event.split(" ", 1)
    session = player._session
    player._happens(name, words)
    session.net.poll(0)
    with Count() as count:
        session.modem.service(session.now_ms)
    return count


def main():
    for work in (idle, accept, peer_bytes, create_by_name):
        count = work()
        print(f"{work.__name__:15} {count.calls:4} calls in {len(count.files):2} files")


if __name__ == "__main__":
    main()
