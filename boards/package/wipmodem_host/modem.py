"""A modem for a test: started on a line of its own, with peers and a radio that can be steered."""

import contextlib
import re
import shutil
import socket
import tempfile
import time

import serial

from .host import Host
from .peers import LOOPBACK, Connection, Listener, UdpPeer
from .radio import Radio
from .serving import ModemFailed, Serving

_KINDS = {"pty": "{path}", "tcp": "socket://{address}", "rfc2217": "rfc2217://{address}"}
_ADDRESS = re.compile(r"127\.0\.0\.1:\d+")
_AGAIN_S = 0.005
_ANY = "0.0.0.0"


class Modem:
    """A modem that was just switched on: echo is on, no stack, no bearer. A context manager.

    line        "pty", "tcp" or "rfc2217". DTR is real, but DCD with rfc2217 only.
    py          "micropython" or "cpython": who runs it.
    radio       True: a session is a call on a simulated radio, `modem.radio`.
    patience_s  the longest wait, in s, of everything here.
    options     those of `wipmodem serve`, such as dialect="wipsoft", dns="127.0.0.1:5353",
                profile=PATH, bind="0.0.0.0", speed=9600, trace=True.

    `url` is for serial.serial_for_url(); it stays the same. ModemFailed when it cannot start.
    """

    def __init__(self, line="pty", *, py="micropython", radio=False, patience_s=10.0, **options):
        if line not in _KINDS:
            raise ValueError(f"line {line!r}: expected {', '.join(_KINDS)}")
        self.url = ""
        self.radio: Radio | None = None
        self._line = line
        self._options = {"py": py, **options}
        bind = options.get("bind", LOOPBACK)
        self._address = LOOPBACK if bind == _ANY else bind  # of the modem's servers
        self._with_radio = radio
        self._patience_s = patience_s
        self._serving: Serving | None = None
        self._belongings = contextlib.ExitStack()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        """Switch it on."""
        home = tempfile.mkdtemp(prefix="wipmodem-")
        self._belongings.callback(shutil.rmtree, home)
        path = f"{home}/modem"
        where = path if self._line == "pty" else "0"
        options = {"dte": f"{self._line}:{where}", **self._options}
        if self._with_radio:
            options["radio"] = f"sim:{home}/radio"
        self._serving = Serving(_arguments(options), home, self._patience_s)
        self._belongings.callback(self._serving.stop)
        try:
            place = self._serving.ready()
            self._have_radio(f"{home}/radio")
        except BaseException:
            self.stop()
            raise
        address = _ADDRESS.search(place)
        self.url = _KINDS[self._line].format(path=path, address=address and address[0])

    def stop(self):
        """Switch it off, and close what open(), host(), listen(), udp() and call() gave."""
        self._belongings.close()
        self._serving = None

    def power_cycle(self):
        """Off and on, with its radio. The line stays open; peers see its connections closed."""
        self._running().cycle_power()
        if self.radio:
            self._have_radio(None)

    def open(self, **settings):
        """The host's end of the line, by pyserial; `settings` such as timeout are its own."""
        settings = {"timeout": self._patience_s, **settings}
        return self._keep(serial.serial_for_url(self.url, **settings))

    def host(self, **settings):
        """A Host on the line: commands with their answers. `settings` as for open()."""
        return Host(self.open(**settings), self._patience_s)

    def listen(self, port=0):
        """A peer that the modem can connect to: a Listener on this port or a free one."""
        return self._keep(Listener(self._patience_s, port))

    def udp(self, port=0):
        """A peer of the modem's UDP sockets: a UdpPeer on this port or a free one."""
        return self._keep(UdpPeer(self._patience_s, port))

    def call(self, port):
        """Connect to a server of the modem's, once it listens: a Connection."""
        serving = self._running()
        deadline = time.monotonic() + self._patience_s
        while True:
            try:
                sock = socket.create_connection((self._address, port), self._patience_s)
                return self._keep(Connection(sock, self._patience_s))
            except ConnectionRefusedError:
                assert time.monotonic() < deadline, f"the modem does not listen on {port}"
            serving.check(_AGAIN_S)

    def log(self):
        """What modem and launcher have said so far; with trace=True every byte of the line."""
        return self._running().log()

    def _have_radio(self, path):
        if not self._with_radio:
            return
        self.radio = self.radio or Radio(path, self._patience_s)
        self.radio.delay(0)

    def _keep(self, belonging):
        self._belongings.callback(belonging.close)
        return belonging

    def _running(self):
        if not self._serving:
            raise ModemFailed("the modem is not started")
        return self._serving


def _arguments(options):
    """As on the command line: True is a lone option, None and False none at all."""
    words = []
    for name, value in options.items():
        if value is not None and value is not False:
            words.append(f"--{name}")
            words += [] if value is True else [str(value)]
    return words
