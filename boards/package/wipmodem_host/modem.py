"""A modem for a test, with its own serial line, and with peers and a radio that tests control."""

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
_RETRY_S = 0.005
_ANY = "0.0.0.0"


class Modem:
    """A modem that was just switched on, with echo on and no session. A context manager.

    `url` is for serial.serial_for_url() and never changes. `radio` is a Radio or None.

    line        "pty", "tcp" or "rfc2217"; all have DTR, only "rfc2217" has DCD
    py          interpreter that runs the modem: "micropython" or "cpython"
    radio       True: a session is a call on a simulated radio
    patience_s  time limit in s of every wait
    options     options of `wipmodem serve`, such as dialect="wipsoft", dns="127.0.0.1:5353",
                profile=PATH, bind="0.0.0.0", speed=9600, trace=True
    """

    def __init__(self, line="pty", *, py="micropython", radio=False, patience_s=10.0, **options):
        if line not in _KINDS:
            raise ValueError(f"line {line!r}: expected {', '.join(_KINDS)}")
        self.url = ""
        self.radio: Radio | None = None
        self._line = line
        self._options = {"py": py, **options}
        bind = options.get("bind", LOOPBACK)
        # address on which the modem's servers listen
        self._address = LOOPBACK if bind == _ANY else bind
        self._with_radio = radio
        self._patience_s = patience_s
        self._serving: Serving | None = None
        self._cleanup = contextlib.ExitStack()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        """Switch the modem on. Raises ModemFailed if it does not start."""
        home = tempfile.mkdtemp(prefix="wipmodem-")
        self._cleanup.callback(shutil.rmtree, home)
        path = f"{home}/modem"
        where = path if self._line == "pty" else "0"
        options = {"dte": f"{self._line}:{where}", **self._options}
        if self._with_radio:
            options["radio"] = f"sim:{home}/radio"
        self._serving = Serving(_arguments(options), home, self._patience_s)
        self._cleanup.callback(self._serving.stop)
        try:
            place = self._serving.ready()
            self._connect_radio(f"{home}/radio")
        except BaseException:
            self.stop()
            raise
        address = _ADDRESS.search(place)
        self.url = _KINDS[self._line].format(path=path, address=address and address[0])

    def stop(self):
        """Switch the modem off, and close all objects that the modem's methods have returned."""
        self._cleanup.close()
        self._serving = None

    def power_cycle(self):
        """Switch modem and radio off and on.

        The line stays open; peers see their connections close.
        """
        self._running().cycle_power()
        if self.radio:
            self._connect_radio(None)

    def open(self, **settings):
        """Return the host's end of the line, a pyserial port with these settings."""
        settings = {"timeout": self._patience_s, **settings}
        return self._keep(serial.serial_for_url(self.url, **settings))

    def host(self, **settings):
        """Return a Host on the line. settings: as for open()."""
        return Host(self.open(**settings), self._patience_s)

    def listen(self, port=0):
        """Return a Listener, to which the modem can connect, on this port or a free one."""
        return self._keep(Listener(self._patience_s, port))

    def udp(self, port=0):
        """Return a UdpPeer for the modem's UDP sockets, on this port or a free one."""
        return self._keep(UdpPeer(self._patience_s, port))

    def call(self, port):
        """Wait until the modem listens on the port, connect to it, and return the Connection."""
        serving = self._running()
        deadline = time.monotonic() + self._patience_s
        while True:
            try:
                sock = socket.create_connection((self._address, port), self._patience_s)
                return self._keep(Connection(sock, self._patience_s))
            except ConnectionRefusedError:
                assert time.monotonic() < deadline, f"the modem does not listen on {port}"
            serving.check(_RETRY_S)

    def log(self):
        """Return the log of modem and launcher so far. With trace=True the log has every byte."""
        return self._running().log()

    def _connect_radio(self, path):
        """Create the Radio if there is none, and wait until the simulator responds."""
        if not self._with_radio:
            return
        self.radio = self.radio or Radio(path, self._patience_s)
        self.radio.delay(0)

    def _keep(self, resource):
        """Register a resource, which stop() will close."""
        self._cleanup.callback(resource.close)
        return resource

    def _running(self):
        if not self._serving:
            raise ModemFailed("the modem is not started")
        return self._serving


def _arguments(options):
    """Return options as words of a command line.

    An option with the value True has no value on the command line. Options with the value None or
    False are left out.
    """
    words = []
    for name, value in options.items():
        if value is not None and value is not False:
            words.append(f"--{name}")
            words += [] if value is True else [str(value)]
    return words
