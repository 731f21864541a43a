"""The hosts of examples/ recover data mode when they, or the line, are delayed or disturbed.

Real processes and a real modem. The pty between them stops a host, loses bytes or adds some at an
escape.
"""

import contextlib
import os
import pty
import select
import signal
import threading
import tty
from functools import partial
from pathlib import Path

import pytest

from e2e import LOOPBACK, Modem, at_once, port_of, receive_all
from example_hosts import PATIENCE_S, Cat, PatientPeers, command
from interpreters import COMMANDS
from serving import wait_until

_OK = b"\r\nOK\r\n"
_ESCAPE = b"+++"
_BLOCK = 4096


class Tap:
    """A line to a modem's pty. `at_escape`: a function for each of the host's next escapes.

    Each gets the process id of the host, and returns the bytes that reach the modem instead of the
    plusses. `drop_ok`: the first OK after them is lost. `left`: an OK has reached the host.
    """

    def __init__(self, modem, at_escape, drop_ok):
        self.left = threading.Event()
        self._at_escape = list(at_escape)
        self._drop_ok = drop_ok
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.path = os.ttyname(self._slave)
        self._modem = os.open(modem, os.O_RDWR | os.O_NOCTTY)
        self._end, self._wake = os.pipe()
        self._host = 0
        self._thread = threading.Thread(target=self._run)

    def begin(self, host):
        """The process id of the host, which has been started."""
        self._host = host
        self._thread.start()

    def close(self):
        os.close(self._wake)
        self._thread.join()
        for fd in (self._master, self._slave, self._modem, self._end):
            os.close(fd)

    def _run(self):
        sources = [self._master, self._modem, self._end]
        while self._end not in (ready := select.select(sources, [], [])[0]):
            if self._master in ready:
                os.write(self._modem, self._from_host(os.read(self._master, _BLOCK)))
            if self._modem in ready:
                os.write(self._master, self._from_modem(os.read(self._modem, _BLOCK)))

    def _from_host(self, data):
        if data == _ESCAPE and self._at_escape:
            return self._at_escape.pop(0)(self._host)
        return data

    def _from_modem(self, data):
        if self._at_escape or data != _OK or self.left.is_set():
            return data
        if self._drop_ok:
            self._drop_ok = False
            return b""
        self.left.set()
        return data


def passes(_host):
    return _ESCAPE


def stops(host):
    """The host is stopped before the modem has the plusses."""
    os.kill(host, signal.SIGSTOP)
    wait_until(lambda: Path(f"/proc/{host}/stat").read_text().rpartition(") ")[2][0] == "T")
    return _ESCAPE


def disturbed(_host):
    """Another byte comes right after them, as from a noisy line."""
    return _ESCAPE + b"x"


def lost(_host):
    return b""


# What the escapes of start() and of the first visit meet, whether the OK is lost, what the peer
# gets, how many bytes of the escapes it may have got.
_FAULTS = {
    "host_stopped": ((passes, stops), False, b"hello", 0),
    "plusses_disturbed": ((passes, disturbed), False, b"hello+++x", 3),
    "plusses_lost": ((passes, lost), False, b"hello", 3),
    "ok_lost": ((passes, passes), True, b"hello", 6),
    "start_disturbed": ((disturbed, passes), False, b"hello", 0),
}


def play(program, interpreter, fault, folder):
    """wipcat with one connection: what it was given reaches the peer, and the other way round."""
    at_escape, drop_ok, expected, strays = _FAULTS[fault]
    folder.mkdir()
    with Modem(interpreter, folder) as modem, PatientPeers() as peers:
        listener = peers.listen()
        modem.line.close()
        with contextlib.closing(Tap(str(folder / "modem"), at_escape, drop_ok)) as tap:
            cat = Cat(program, tap.path, "tcp", LOOPBACK, port_of(listener), said=b"hello")
            tap.begin(cat.pid())
            peer = peers.accept(listener)
            receive_all(peer.recv, expected)
            assert tap.left.wait(PATIENCE_S)
            os.kill(cat.pid(), signal.SIGCONT)
            peer.sendall(b"goodbye")
            peer.close()
            status, out, told = cat.outcome()
        assert (status, out) == (0, b"goodbye")
        may = f"wipcat: {strays} bytes of failed escapes may have reached the peer"
        assert (told == may) == bool(strays)
        modem.next_host()
        modem.nothing_more()


@pytest.mark.parametrize("language", ["python", "c"])
def test_a_delayed_or_failed_escape_is_recovered(language, tmp_path):
    """On both interpreters. All at the same time, as most of it is silence."""
    program = command(language, tmp_path)
    at_once(
        *(
            partial(play, program, interpreter, fault, tmp_path / f"{fault}-{interpreter}")
            for fault in _FAULTS
            for interpreter in COMMANDS
        )
    )
