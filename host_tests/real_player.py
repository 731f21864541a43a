"""Plays a dialogue over a real line, as transcript_player.py does over fakes.

Peers are sockets on the loopback address: addresses and ports of the text stand for theirs.
"""

import re
import socket
import struct
import time

from e2e import LOOPBACK, free_port, port_of, receive
from serving import wait_until
from transcript_events import to_bytes

_LONGEST_MS = 2000  # a silence that is worth waiting for
_MARGIN_S = 0.1
_HEADS = {"fresh"}
_CREATED = re.compile(r'WIPCREATE=(\d,\d),(?:(\d*),)?"192\.0\.2\.10",(\d+)')
_BOUND = re.compile(r"WIPCREATE=(1,\d),(\d+)")
_OUTCOMES = ("connects", "refuses")


def can_play(lines):
    """Everything in it can be had without a chip, a radio or half an hour."""
    steps = [line.split(" ", 1) for line in lines]
    events = [words.split(" ")[0] for sign, words in steps if sign == "@"]
    heads = {words.split(" ")[0] for sign, words in steps if sign == "="}
    waits = [int(words) for sign, words in steps if sign == "~"]
    clients = len(re.findall(r'WIPCREATE=2,\d,"192\.0\.2\.10",80', "\n".join(lines)))
    made = sum(name in _OUTCOMES for name in events)
    refused = sum(line.startswith(("< +CME ERROR", "< ERROR")) for line in lines)
    return (
        all(hasattr(RealPlayer, name) for name in events)
        and heads <= _HEADS
        and max(waits, default=0) <= _LONGEST_MS
        and made <= clients <= made + refused
        and not any("$VERSION" in line or "10.0.0.2" in line for line in lines)
    )


class RealPlayer:
    """`modem` is an e2e.Modem as it was switched on, `peers` a Peers."""

    def __init__(self, modem, peers):
        self._modem = modem
        self._peers = peers
        self._here = []  # (words of the dialogue, what stands for them)
        self._listeners = {}
        self._ends = {}  # the peer of each "protocol,index"
        self._called = []  # peers whose sockets have not been told yet
        self._strangers = {}  # who sends datagrams, by the place that the dialogue names
        self._bound = {}  # local ports of UDP sockets

    def play(self, lines):
        self._outcomes = {
            line.split()[2]: line.split()[1] for line in lines if line.startswith("@ ")
            and line.split()[1] in _OUTCOMES
        }  # fmt: skip
        for port in ("7000", "9000", "9001"):
            self._here.append((rf"\b{port}\b", str(free_port())))
        if "= fresh" not in lines:
            self._modem.online()
        for line in lines:
            sign, _, words = line.partition(" ")
            if sign in _STEPS:
                _STEPS[sign](self, words)

    # Steps

    def _host_line(self, words):
        self._modem.send(self._real(words))

    def _host_bytes(self, words):
        self._modem.type(to_bytes(self._real(words)))

    def _modem_line(self, words):
        self._modem.expect(self._real(words))
        if match := re.match(r"\+WIPACCEPT: \d,(\d)", words):
            self._ends["2," + match[1]] = self._called.pop()

    def _modem_bytes(self, words):
        self._modem.expect_bytes(to_bytes(self._real(words)))

    def _silence(self, words):
        time.sleep(int(words) / 1000 + _MARGIN_S)

    def _event(self, words):
        name, _, rest = words.partition(" ")
        getattr(self, name)(rest)

    # Events, as in transcript_events.py

    def connects(self, who):
        self._ends[who] = self._peers.accept(self._listeners[who])

    def refuses(self, who):
        """Nobody listens there."""

    def closes(self, who):
        self._ends[who].shutdown(socket.SHUT_WR)

    def resets(self, who):
        end = self._ends[who]
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.close()

    def sends(self, words):
        who, _, data = words.partition(" ")
        self._ends[who].sendall(to_bytes(data))

    def got(self, words):
        who, _, data = words.partition(" ")
        receive(self._ends[who], to_bytes(data))

    def got_datagrams(self, words):
        who, _, data = words.partition(" ")
        for datagram in eval(data):  # noqa: S307 (dialogues are our own)
            assert self._ends[who].recv(2048) == datagram

    def peer(self, words):
        _, place = words.split()
        host, port = place.split(":")
        caller = self._peers.call(int(self._real("7000")))
        self._here.append((rf'"{re.escape(host)}",{port}\b', f'"{LOOPBACK}",{port_of(caller)}'))
        self._called.append(caller)

    def datagram(self, words):
        who, place, data = words.split(" ", 2)
        host, port = place.split(":")
        if place not in self._strangers:
            self._strangers[place] = udp = self._peers.udp()
            self._here.append((rf'"{re.escape(host)}",{port}\b', f'"{LOOPBACK}",{port_of(udp)}'))
        self._strangers[place].sendto(to_bytes(data), (LOOPBACK, self._bound[who]))

    def counter(self, words):
        """It is the modem's own time until it has counted."""
        name, _, count = words.partition(" ")
        wait_until(lambda: self._modem.counters().get(name) == int(count))

    # What they need

    def _real(self, words):
        for who, _, port in _CREATED.findall(words):
            self._peer_of(who, port)
        for pattern, real in reversed(self._here):
            words = re.sub(pattern, real, words)
        self._bound |= {who: int(port) for who, port in _BOUND.findall(words)}
        return words

    def _peer_of(self, who, port):
        """Who is going to be asked for has to be there first."""
        if who[0] == "1":
            self._ends[who] = self._peers.udp()
            real = port_of(self._ends[who])
        elif self._outcomes.get(who) == "connects":
            self._listeners.setdefault(who, self._peers.listen())
            real = port_of(self._listeners[who])
        else:
            real = free_port()
        self._here.append((rf'"192\.0\.2\.10",{port}\b', f'"{LOOPBACK}",{real}'))


_STEPS = {
    ">": RealPlayer._host_line,
    ">>": RealPlayer._host_bytes,
    "<": RealPlayer._modem_line,
    "<<": RealPlayer._modem_bytes,
    "~": RealPlayer._silence,
    "@": RealPlayer._event,
}
