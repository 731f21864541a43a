"""The whole modem for end-to-end tests: serve.py as a child process, pyserial on its line.

    with Modem("micropython", folder) as modem, Peers() as peers:
        modem.online()
        listener = peers.listen()
        modem.ask(f'AT+WIPCREATE=2,1,"127.0.0.1",{port_of(listener)}', "OK", "+WIPREADY: 2,1")
        peer = peers.accept(listener)

Every byte that the modem says has to be expected. Peers are real sockets on 127.0.0.1.
"""

import abc
import contextlib
import re
import signal
import socket
import struct
import time
from concurrent.futures import ThreadPoolExecutor

import serial

from interpreters import COMMANDS
from serving import PATIENCE_S, ROOT, Launcher, connect, read_exactly, spec

LOOPBACK = "127.0.0.1"
GUARD_S = 1.0

_PROGRAM = ROOT / "firmware" / "main.py"
_BLOCK = 1 << 16


class Host(abc.ABC):
    """What a host does with a modem, and what the modem has to say."""

    @abc.abstractmethod
    def type(self, data):
        """Bytes for the modem."""

    @abc.abstractmethod
    def expect_bytes(self, expected):
        """Exactly these come next."""

    @abc.abstractmethod
    def expect_listing(self) -> list[str]:
        """The lines that stand before an OK."""

    def send(self, command):
        """A command line."""
        self.type(command.encode("latin-1") + b"\r")

    def ask(self, command, *lines):
        """A command line, and all that the modem says to it."""
        self.send(command)
        self.expect(*lines)

    def expect(self, *lines):
        """These lines next, each in its frame."""
        self.expect_bytes(b"".join(b"\r\n%s\r\n" % line.encode("latin-1") for line in lines))

    def echo_off(self):
        self.send("ATE0")
        self.expect_bytes(b"ATE0\r\r\nOK\r\n")

    def online(self):
        """Echo off, stack started, bearer up; gives the modem."""
        self.echo_off()
        self.ask("AT+WIPCFG=1", "OK")
        self.ask("AT+WIPBR=4,6", "OK", "+WIPBR: 6,1")
        return self

    def client(self, index, peers, listener=None):
        """Make a TCP client that gets ready; gives the peer's end."""
        listener = listener or peers.listen()
        command = create_client(index, port_of(listener), peers.address)
        self.ask(command, "OK", f"+WIPREADY: 2,{index}")
        return peers.accept(listener)

    def counters(self):
        """Those that are not 0."""
        self.send("AT+WIPXSTAT?")
        pairs = (line.removeprefix("+WIPXSTAT: ").split(",") for line in self.expect_listing())
        return {name: int(value) for name, value in pairs if value != "0"}

    def nothing_more(self):
        """All that the modem has said was expected."""
        self.ask("AT", "OK")


class Modem(Host):
    """A modem that was just switched on, and the host's end of its line.

    dte: pty, tcp or rfc2217. Options are those of serve.py.
    """

    def __init__(self, interpreter, folder, *options, dte="pty", program=_PROGRAM):
        self._kind = dte
        self._path = str(folder / "modem")
        self._launcher = Launcher(spec(dte, self._path), *options, py=interpreter, program=program)
        self.place = self._launcher.ready()
        self.line = self._open()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        with self._launcher:
            self.line.close()
            if kind is None:
                # It has served to the end, and had nothing to complain about.
                assert self._launcher.end(signal.SIGTERM) == (0, "", "")

    def _open(self):
        if self._kind == "pty":
            return serial.Serial(self._path, timeout=PATIENCE_S, write_timeout=PATIENCE_S)
        scheme = {"tcp": "socket", "rfc2217": "rfc2217"}[self._kind]
        address = re.findall(r"127\.0\.0\.1:\d+", self.place)[0]
        return serial.serial_for_url(f"{scheme}://{address}", timeout=PATIENCE_S)

    def pid(self):
        """The modem's process."""
        return self._launcher.modem()

    def next_host(self):
        """The host closes the line, another one opens it."""
        self.line.close()
        self.line = self._open()

    # What the host does

    def type(self, data):
        """These bytes, as they are."""
        self.line.write(data)

    def escape(self, *lines):
        """`+++` between two silences; the modem says these lines as it leaves data mode."""
        time.sleep(GUARD_S)
        self.type(b"+++")
        self.expect(*lines)

    def drop_dtr(self, *lines):
        """DTR off until the modem has said these lines, then on again (rfc2217)."""
        self.line.dtr = False
        self.expect(*lines)
        self.line.dtr = True

    # What the modem has to say

    def expect_bytes(self, expected):
        """These bytes next."""
        came = b""
        while came != expected:
            wanted = len(expected) - len(came)
            more = self.line.read(max(1, min(self.line.in_waiting, wanted)))
            came += more
            if not more or not expected.startswith(came):
                # The whole truth: also what stands behind the first difference.
                came += self.line.read(self.line.in_waiting)
                raise AssertionError(f"expected {expected!r}\n     but came {came!r}")

    def expect_line(self):
        """The text of one framed line, whatever it is."""
        said = self.line.read_until(b"\r\n") + self.line.read_until(b"\r\n")
        match = re.fullmatch(rb"\r\n([^\r\n]+)\r\n", said)
        assert match, f"expected a line but came {said!r}"
        return match[1].decode()

    def expect_listing(self):
        """The lines that stand before an OK."""
        lines = [self.expect_line()]
        while lines[-1] != "OK":
            lines.append(self.expect_line())
        return lines[:-1]


class Peers:
    """Real sockets on the loopback address, all closed at the end."""

    address = LOOPBACK
    patience_s = PATIENCE_S

    def __init__(self):
        self._sockets = contextlib.ExitStack()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._sockets.close()

    def listen(self, window=0):
        """A TCP listener on a free port; `window` limits what its connections receive unread."""
        listener = self._new(socket.SOCK_STREAM)
        if window:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        listener.bind((self.address, 0))
        listener.listen()
        return listener

    def accept(self, listener):
        """The modem's connection."""
        return self._keep(listener.accept()[0])

    def call(self, port):
        """Connect to a server of the modem's."""
        return self._keep(connect(port))

    def udp(self, port=0):
        """A UDP socket on a port, else on a free one."""
        sock = self._new(socket.SOCK_DGRAM)
        sock.bind((self.address, port))
        return sock

    def _new(self, kind):
        return self._keep(socket.socket(socket.AF_INET, kind))

    def _keep(self, sock):
        sock.settimeout(self.patience_s)
        return self._sockets.enter_context(sock)


def create_client(index, port, host=LOOPBACK):
    """The command for a TCP client."""
    return f'AT+WIPCREATE=2,{index},"{host}",{port}'


def port_of(sock):
    """The socket's own port."""
    return sock.getsockname()[1]


def free_port(kind=socket.SOCK_STREAM):
    """A port that nobody uses at this moment."""
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind((LOOPBACK, 0))
        return port_of(sock)


def receive(peer, expected):
    """The peer gets these bytes next."""
    assert read_exactly(peer.fileno(), len(expected)) == expected


def reset(peer):
    """End the connection without a farewell."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


def send_all(write, data):
    """Give `write` all of the data, in pieces of any size that it takes."""
    view = memoryview(data)
    while view:
        view = view[write(view[:_BLOCK]) :]


def receive_all(read, expected):
    """`read` gives these bytes, in pieces of any size. For many: says where they differ."""
    came = bytearray()
    while len(came) < len(expected):
        block = read(min(_BLOCK, len(expected) - len(came)))
        assert block, f"only {len(came)} of {len(expected)} bytes came"
        came += block
    if came != expected:
        pairs = enumerate(zip(came, expected, strict=True))
        place = next(i for i, (one, other) in pairs if one != other)
        raise AssertionError(f"{len(expected)} bytes came, but they differ from {place} on")


def at_once(*plays):
    """Call these functions at the same time; gives their results."""
    with ThreadPoolExecutor(len(plays)) as pool:
        return [future.result() for future in [pool.submit(play) for play in plays]]


def on_both(play, folder):
    """play(modem, peers) on both interpreters at the same time, since guard times take theirs."""

    def run(interpreter):
        home = folder / interpreter
        home.mkdir()
        with Modem(interpreter, home) as modem, Peers() as peers:
            play(modem.online(), peers)

    at_once(*(lambda interpreter=each: run(interpreter) for each in COMMANDS))
