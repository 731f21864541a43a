"""Both ways at once through the emulated chip for as long as is asked for, every byte checked.

Time is the chip's own. The heap is looked at once a minute of it, in data mode, with all moving.
"""

import threading

from chip.on_chip import Peers, WatchedModem
from load.cycles import a_cycle
from load.streams import Stream
from load.worker import Worker

_MINUTE_US = 60_000_000
_PIECE = 4096
_WAITING_MOST = 2 * _PIECE  # bytes on their way to the chip
_PEERS_BLOCK = 1 << 14
_PATIENCE_S = 600
_PORT = 7000
_SLACK = 512  # bytes of heap


class Ends:
    """The peer of one connection, reading and writing in threads of its own."""

    def __init__(self, peer):
        peer.settimeout(_PATIENCE_S)
        self._peer = peer
        self._stopped = threading.Event()
        self.down, self.up = Stream("down"), Stream("up")  # sent, and what has to come
        self._writer, self._reader = Worker(self._write), Worker(self._read)

    def _write(self):
        while not self._stopped.is_set():
            self._peer.sendall(self.down.take(_PEERS_BLOCK))

    def _read(self):
        while data := self._peer.recv(_PEERS_BLOCK):
            self.up.check(data)

    def stop(self):
        """No more is sent; what is under way comes yet."""
        self._stopped.set()
        self._writer.join(_PATIENCE_S)

    def sound(self):
        self._writer.sound()
        self._reader.sound()


class Host:
    """The host's end: `heard` are the bytes that came and were right."""

    def __init__(self, modem):
        self._modem = modem
        self.up, self.heard = Stream("up"), Stream("down")
        self._failure = None
        self._tickets = []
        modem.uart.listener = self._hear

    def _hear(self, data, to_us):
        if not self._failure:
            try:
                self.heard.check(data)
            except AssertionError as error:
                self._failure = error

    def sound(self):
        if self._failure:
            raise self._failure

    def type(self):
        """Keep the line busy."""
        self._tickets = [each for each in self._tickets if not each[0].done]
        if sum(n for _, n in self._tickets) < _WAITING_MOST:
            piece = self.up.take(_PIECE)
            self._tickets.append((self._modem.type(piece), len(piece)))

    def close(self):
        self._modem.uart.listener = None


class Hour:
    """`tell(minute, figures)` is called at each minute of the chip's time."""

    def __init__(self, modem, peers, tell):
        self._modem = modem
        self._tell = tell
        self._peer = modem.client(1, peers)
        modem.ask("AT+WIPDATA=2,1,2", "CONNECT")
        self._began_us = modem.chip.now_us()
        self._again = modem.network.retransmitted()
        self._host = Host(modem)
        self._ends = Ends(self._peer)

    def run(self, minutes):
        modem = self._modem
        for minute in range(1, minutes + 1):
            until_us = self._began_us + minute * _MINUTE_US
            while modem.chip.now_us() < until_us:
                self._host.type()
                self._go_on()
            modem.look(True)
            modem.look(False)
            self._tell(minute, self.figures())
        self._ends.stop()
        self._settle()
        self._host.close()
        return self.figures()

    def _go_on(self):
        """Until the chip's clock has moved; raises what went wrong at either end."""
        self._host.sound()
        self._ends.sound()
        chip = self._modem.chip
        before = chip.now_us()
        chip.wait(lambda: chip.now_us() > before, lambda: "the chip's clock stands")

    def _settle(self):
        host, ends, chip = self._host, self._ends, self._modem.chip
        quiet_us = chip.now_us() + _MINUTE_US
        while (host.heard.at, ends.up.at) != (ends.down.at, host.up.at):
            assert chip.now_us() < quiet_us, f"bytes are missing: {self.figures()}"
            self._go_on()

    def figures(self):
        modem, host, ends = self._modem, self._host, self._ends
        spent_us = modem.chip.now_us() - self._began_us
        return {
            "seconds": spent_us / 1e6,
            "to_host": host.heard.at,
            "from_host": ends.up.at,
            "on_their_way": [ends.down.at - host.heard.at, host.up.at - ends.up.at],
            "heap_free": modem.looks()[-1],
            "heap_min": min(modem.looks()),
            "overruns": modem.chip.overruns,
            "sent_twice": modem.network.retransmitted() - self._again,
        }


def play(image, minutes, tell, speed=115200):
    """Figures of the whole run, and the modem's counters that are not 0."""
    with WatchedModem(image, speed=speed) as modem, Peers(modem.network) as peers:
        modem.started().online()
        figures = Hour(modem, peers, tell).run(minutes)
        modem.escape("OK")
        return figures | {"counted": modem.counters()}


def play_cycles(image, minutes, tell):
    """Connecting, accepting and closing, as often as the time allows; the heap looked at."""
    with WatchedModem(image) as modem, Peers(modem.network) as peers:
        modem.started().online()
        listener = peers.listen()
        began_us, done, flat = modem.chip.now_us(), 0, []
        for minute in range(1, minutes + 1):
            while modem.chip.now_us() < began_us + minute * _MINUTE_US:
                a_cycle(modem, peers, listener, _PORT, done)
                done += 1
            flat.append(modem.look(True))
            modem.look(False)
            assert flat[0] - flat[-1] < _SLACK, f"the heap grows: {flat} bytes are free"
            tell(minute, {"cycles": done, "heap_free": flat[-1]})
        return {"cycles": done, "heap_free": flat, "counted": modem.counters()}
