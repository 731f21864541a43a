"""A modem on the emulated chip, its radio, the network behind it, and the host on UART0.

    with ModemOnChip(image) as modem, Peers(modem.network) as peers:
        modem.online()

Speaks as e2e.Modem does: every byte that the modem says has to be expected. The chip's pins are
those of boards/pico/board.py.
"""

import contextlib
import re
import socket
import time
from pathlib import Path

import serial

import e2e
from boards.tools.facts import tables
from radio.network import Network
from radio.radio import Radio

from .chip import Chip
from .line import Line

_WATCHER = Path(__file__).with_name("watcher.py")
LOCK = 20
_GUARD_US = 1_050_000
_QUIET_US = 1_000_000
_LOOK_S = 0.01
_PICO = tables("pico")
DTE, RADIO = _PICO["DTE"], _PICO["RADIO"]
LOCAL, CHIP = "10.64.64.1", "10.64.64.2"


class ModemOnChip(e2e.Host):
    """`radio`: more words for the simulated radio."""

    def __init__(self, image, flash=None, ppp=None, **radio):
        self.network = Network(LOCAL, CHIP)
        self.chip = Chip(image, flash=flash)
        radio = {"boot_ms": 100, "dial_ms": 100, **radio}
        self.radio = Radio(self.network, ppp, **radio)
        pins = {name: RADIO[name] for name in ("dcd", "dtr", "reset", "power")}
        self.line = Line(self.chip, self.radio, **pins)
        self._all = contextlib.ExitStack()

    def __enter__(self):
        for each in (self.network, self.chip):
            self._all.enter_context(each)
        self.chip.set_pin(DTE["dtr"], False)  # active low: the host is there
        self._all.enter_context(self.line)
        return self

    def __exit__(self, *_):
        self._all.close()

    @property
    def uart(self):
        return self.chip.uart[DTE["id"]]

    # The line, as e2e.Host wants it

    def type(self, data):
        """These bytes; a ticket."""
        return self.uart.write(data)

    def expect_bytes(self, expected):
        self.uart.expect(expected)

    def expect_listing(self):
        said = self.uart.until(b"\r\nOK\r\n").decode()
        return [line for line in said.splitlines() if line][:-1]

    def expect_end_of(self, data):
        """What is left of `data`, of which the end may be missing: what came is a part of it."""
        self.pass_us(_QUIET_US)
        came = self.uart.rest()
        assert data.startswith(came), f"{came!r} is not of what was sent"

    def escape(self, *lines):
        """`+++` between two silences, in the chip's time; what the modem says as it leaves."""
        self.pass_us(_GUARD_US)
        self.type(b"+++")
        self.expect(*lines)

    def pass_us(self, span_us):
        """Let so much of the chip's time pass."""
        until = self.chip.now_us() + span_us
        while self.chip.now_us() < until:
            time.sleep(_LOOK_S)

    def started(self):
        """Waits until the modem is there, in this boot: echo on, as switched on."""
        self._hears_since_boot(b": pico started")
        return self

    def _hears_since_boot(self, words):
        begin = self.chip.boot["said"]
        self._hears(lambda: self.chip.said.find(words, begin) >= 0)

    def _hears(self, holds):
        """Waits for what the console says."""
        self.chip.wait(holds, lambda: repr(bytes(self.chip.said)))

    def play(self, script):
        """Run by the console in the modem's place."""
        self._interrupt()
        self.chip.start(script)

    def _interrupt(self):
        """Ctrl-C at the console: the chip resets, and keeps the modem from starting, once."""
        with serial.serial_for_url(self.chip.console) as console:
            console.write(b"\x03")
            self.chip.booted()
        self._hears_since_boot(b": held")

    def turnaround_us(self, command, said):
        """A command line and exactly this answer: from its last byte to the answer's last."""
        ticket = self.type(command)
        self.expect_bytes(said)
        return self.uart.stamps[-1][1] - ticket.done_us


class WatchedModem(ModemOnChip):
    """Run by a script at the console, so that the heap can be looked at: `heap`, in bytes free.

    `speed`, `radio_speed`: of the DTE's line and of the radio's.
    While pin LOCK is high the heap is locked.
    """

    def __init__(self, image, speed=DTE["baudrate"], radio_speed=460800, **radio):
        super().__init__(image, **radio)
        script = _WATCHER.read_text().replace("RADIO_SPEED", str(radio_speed))
        self._script = script.replace("SPEED", str(speed))

    def started(self):
        super().started()
        self.play(self._script)
        self._hears(self.looks)
        return self

    def look(self, locked):
        """Free bytes, after a collection when the heap is to be locked."""
        before = len(self.looks())
        self.chip.set_pin(LOCK, locked)
        self._hears(lambda: len(self.looks()) > before)
        return self.looks()[-1]

    def looks(self):
        """Bytes free: after the start, then at each look."""
        return [int(n) for n in re.findall(rb"free (\d+)\r\n", bytes(self.chip.said))]

    def used(self):
        """Bytes in use, at the same moments."""
        return [int(n) for n in re.findall(rb"used (\d+), ", bytes(self.chip.said))]

    def taken(self):
        """Bytes allocated, and not given back, while the heap was locked the last time."""
        return int(re.findall(rb"taken (-?\d+)\r\n", bytes(self.chip.said))[-1])


class Peers(e2e.Peers):
    """Real sockets in the network behind the radio."""

    address = LOCAL
    patience_s = 120  # on a busy machine the chip's time passes slowly

    def __init__(self, network):
        super().__init__()
        self._network = network

    def call(self, port):
        sock = self._new(socket.SOCK_STREAM)
        sock.connect((CHIP, port))
        return sock

    def _new(self, kind):
        return self._keep(self._network.socket(kind))
