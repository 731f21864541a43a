"""Hosts and peers that do not do their part: who never reads, who never stops. What was accepted
arrives in the end, what was lost is counted, and the modem waits without turning in circles.
"""

import os
import re
import select
import time

from e2e import free_port
from launcher.steer import send
from load.rig import LoadedModem, Visit, takes_more
from load.streams import Stream
from serving import PATIENCE_S

_BLOCK = 1 << 14
_PIECE = 512  # the modem's own block
_WINDOW = 4096
_HOLD_MS = 10  # how often a modem that is held up looks again
_LOOKS = 20
_BLOCKS = 200  # more than a pty holds: the modem reads one a pass
_URC = re.compile(rb"\r\n(\+(?:WIP[A-Z]+|CREG): [0-9,]+)\r\n")


# ------------------------------------------------------------------------------- host never reads


def deaf_host(modem, peers, lines, tell=lambda done: None):
    """It types on and on without reading an answer; peers connect, send and go meanwhile.

    The modem stops taking commands and lets the line hold back. When the host reads, there is an
    answer for each line, in order, and no unsolicited line is missing.
    """
    port = free_port()
    modem.ask(f"AT+WIPCREATE=3,1,{port},1,7", "OK")
    dialogue = Dialogue(modem.line.fileno(), lines)
    dialogue.type_until_stopped()
    rest(modem)
    heap = modem.heap()
    callers = [peers.call(port) for _ in range(7)]
    for caller in callers:
        caller.sendall(b"bytes")
    callers[2].close()
    rest(modem)
    assert modem.heap() - heap < _WINDOW, "it grows"
    dialogue.type_and_read(tell)
    said = sorted(dialogue.unsolicited)
    assert said == sorted(
        [b"+WIPACCEPT: 1,%d" % index for index in range(1, 8)]
        + [b"+WIPDATA: 2,%d,5" % index for index in range(1, 8)]
        + [b"+WIPPEERCLOSE: 2,3"]
    )
    assert modem.counters() == {}
    return {"lines": lines, "unsolicited": len(said)}


def deaf_host_with_radio(interpreter, folder, reports=40):
    """The radio's registration changes often meanwhile: when the host reads, it hears the last."""
    control = folder / "radio"
    with LoadedModem(interpreter, folder, "--radio", f"sim:{control}") as modem:
        modem.echo_off()
        modem.ask("AT+CREG=1", "+CREG: 1,1", "OK")
        dialogue = Dialogue(modem.line.fileno(), 1 << 14)
        dialogue.type_until_stopped()
        for report in range(reports):
            send(str(control), f"creg {status(report)}")
            wait_until_rung(modem)
        dialogue.type_and_read()
        assert dialogue.unsolicited == [b"+CREG: %d" % status(reports - 1)]
        assert "urc_lost" not in modem.counters()
        return {"reports": reports}


class Dialogue:
    """Command lines, each with another answer, and what the modem has to say to all of them."""

    def __init__(self, fd, lines):
        self._fd = fd
        self._left = memoryview(b"".join(b"ATS7=%d;S7?\r" % value(i) for i in range(lines)))
        self._lines = lines
        self.unsolicited = []

    def type_until_stopped(self):
        while self._left and takes_more(self._fd):
            self._type()
        assert self._left, "nothing has stopped the host"

    def type_and_read(self, tell=lambda done: None):
        """All the rest, while reading; then compares. Tells how many lines were answered."""
        said = bytearray()
        expected = b"".join(b"\r\n%03d\r\n\r\nOK\r\n" % value(i) for i in range(self._lines))
        while self._left or len(said) < len(expected) + sum(map(_framed, self.unsolicited)):
            out = [self._fd] if self._left else []
            readable, writable, _ = select.select([self._fd], out, [], PATIENCE_S)
            assert readable or writable, f"{len(said)} bytes came of {len(expected)}"
            if readable:
                said += os.read(self._fd, _BLOCK)
                tell(len(said) * self._lines // len(expected))
                if len(said) >= len(expected):
                    self.unsolicited = _URC.findall(said)
            if writable:
                self._type()
        assert _URC.sub(b"", said) == expected

    def _type(self):
        self._left = self._left[os.write(self._fd, self._left[:_BLOCK]) :]


def value(i):
    return 1 + i % 200


def status(i):
    """Of the i-th report, another one than before; at first it is 1."""
    return (i + 1) % 5 + 1


def _framed(line):
    return len(line) + 4


def deaf_host_in_data_mode(modem, peers):
    """The peer is stopped; when the host reads again, all of it comes."""
    sent, came = Stream("down"), Stream("down")
    modem.quick_escape()
    peer = modem.client(1, peers)
    stay = Visit(modem, 2, 1, 2, came.check)
    peer.setblocking(False)
    left = send_until_stopped(peer, sent)
    rest(modem)
    stay.exchange(b"", lambda: came.at == sent.at - len(left))
    stay.leave()
    assert modem.counters() == {}
    return {"bytes": came.at}


# ------------------------------------------------------------------------------ host never stops


def relentless_host(modem, peers, lines, tell=lambda done: None):
    """It types without a pause, reads all the time, and gets each answer."""
    dialogue = Dialogue(modem.line.fileno(), lines)
    began = time.monotonic()
    dialogue.type_and_read(tell)
    assert dialogue.unsolicited == [] and modem.counters() == {}
    return {"lines": lines, "lines_a_second": round(lines / (time.monotonic() - began))}


# ------------------------------------------------------------------------------ peer never reads


def deaf_peer(modem, peers):
    """The host gets out of data mode and closes; what the peer can still read and what was counted
    as dropped are all the bytes that the host has sent.
    """
    typed, got = Stream("up"), Stream("up")
    modem.quick_escape()
    peer = modem.client(1, peers, peers.listen(_WINDOW))
    stay = Visit(modem, 2, 1, 2, lambda data: None)
    while not modem.look().unsent:  # answered before the pass that reads what was typed last
        stay.exchange(typed.exactly(_PIECE), lambda: True)
    modem.look()
    assert not modem.look().held
    rest(modem)
    stay.leave()
    modem.ask("AT+WIPCLOSE=2,1", "OK")
    while data := peer.recv(_BLOCK):
        got.check(data)
    counted = modem.counters()
    assert counted == {"tx_dropped": typed.at - got.at} and typed.at > got.at
    return {"typed": typed.at, **counted}


def deaf_peer_that_dies(modem, peers):
    """The host is stopped in the end. The peer resets: all that was stopped is dropped and
    counted, the host gets out without a silence before it, and is told.
    """
    typed = Stream("up")
    modem.quick_escape()
    listener = peers.listen(_WINDOW)
    peer = modem.client(1, peers, listener)
    stay = Visit(modem, 2, 1, 2, lambda data: None)
    stay.type_until_stopped(typed)
    held = modem.look()
    assert held.held and held.unsent
    rest(modem)
    peer.close()  # with bytes unread: a reset
    for _ in range(_BLOCKS):
        modem.look()
    assert not modem.look().held
    modem.type(b"+++")
    modem.expect("+WIPERROR: 2,1,843", "OK")
    counted = modem.counters()
    assert counted["tx_dropped"] >= held.held + held.unsent
    modem.ask("AT+WIPCLOSE=2,1", "OK")
    return {"typed": typed.at, **counted}


# ---------------------------------------------------------------------------------------- helpers


def rest(modem):
    """The modem's loop turns for what it is asked, and as often as it looks again; no more."""
    began, before = time.monotonic(), modem.look().passes
    for _ in range(_LOOKS):
        modem.look()
    spent = modem.look().passes - before
    due = (time.monotonic() - began) * 1000 / _HOLD_MS
    assert spent <= 2 * (_LOOKS + 1) + due + 1, f"{spent} passes for nothing"


def wait_until_rung(modem):
    """What the radio has said is in the modem: it has been read before the second look."""
    modem.look()
    modem.look()


def send_until_stopped(sock, stream):
    """Gives what is left of the last block."""
    left = memoryview(b"")
    while takes_more(sock):
        left = left or stream.take(_BLOCK)
        left = left[sock.send(left) :]
    return left
