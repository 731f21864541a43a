"""The serial line as a TCP port on the loopback address: one host at a time.

Connecting raises DTR and RTS. When the host leaves, what it had sent still reaches the modem, then
the lines drop, and what the modem had to say in answer still reaches a host that only closed its
sending side (`printf 'AT\\r' | nc -N ...`). Only then is the next host let in. Bytes that nobody
takes do not keep a host that has left: the modem discards them after a second (B10).
"""

import errno
import fcntl
import select
import socket
import struct
import termios
import time
from typing import Any

from .controllines import BREAK, DROP_COMES, DTR, RTS
from .eventloop import READ
from .failure import Refused, is_short
from .firstbytes import FirstBytes
from .peerstate import has_closed
from .pump import PlainCodec, Pump

_ADDRESS = "127.0.0.1"

# A serial port has no megabytes of buffers: a modem that does not read is to be felt by the host.
_BUFFER = 32 * 1024

# While a host leaves: how often to see whether the modem has read everything, how long a modem
# that reads nothing may hold up the drop of DTR (longer than the modem itself waits), and how long
# its last words may take.
_LEAVE_POLL_MS = 5
_PATIENCE_MS = 2000
_LAST_WORDS_MS = 100

# When no descriptor was left for a host: until the next try.
_SHORT_MS = 100

# How often to see whether a host that is not being read (back-pressure) is still there.
_LOOK_MS = 250

_ALL = DTR | RTS | BREAK

# Linux tells of a closed sending side even with unread bytes before it; others tell later.
_HUNG_UP = getattr(select, "POLLRDHUP", 0) | select.POLLHUP | select.POLLERR


class TcpDte:
    """See the module. `modem_fd` is for the modem; it stays open here, to see what is unread."""

    kind = "tcp"
    more_fds = {}

    def __init__(self, where, speed, loop, lines, journal):
        self.speed = speed
        self.lines = lines
        self.journal = journal
        self._loop = loop
        self._listener = _listen(self.kind, where)
        self._modem, self._modem_end = _buffered_pair()
        self.pump = Pump(loop, self._modem, lines, self._on_eof, self._on_fault)
        self.modem_fd = self._modem_end.fileno()
        self._host = None
        self._first = FirstBytes(PlainCodec(self.pump))  # of the connected host
        self._leaving = False
        # No descriptor was left for the host that waits, and the log says so.
        self._short = False
        # While leaving: bytes that the modem has not read, and when to wait no longer.
        self._unread = -1
        self._give_up_at = 0.0

    @property
    def place(self):
        """For the ready line."""
        return f"{self.kind}:{_ADDRESS}:{self._listener.getsockname()[1]}"

    def handed_over(self):
        """The modem has its end; nothing to close, see the class."""

    def forget(self):
        """What the modem has not read is lost with its power."""
        self.pump.forget()
        while _readable(self._modem_end):
            self._modem_end.recv(_BUFFER)

    def start(self):
        """The modem is up: let hosts in."""
        self._loop.watch(self._listener, READ, self._on_connection)

    def lines_changed(self):
        """A bare TCP connection has no way to show DCD."""

    def make_codec(self, sink) -> Any:
        return PlainCodec(sink)

    def _make_codec(self, sink):
        self._first = FirstBytes(self.make_codec(sink))
        return self._first

    def withdraw(self):
        self._loop.unwatch(self._listener)
        self._listener.close()
        self.pump.close()
        if self._host:
            self._host.close()

    def close(self):
        self._modem.close()
        self._modem_end.close()
        if self.pump.dropped:
            self.journal.debug(f"{self.pump.dropped} bytes of the modem went to no host")

    def _on_connection(self, _events):
        if self._host and _has_left(self._host):
            # The old host is on its way out: the new one waits in the backlog, unharmed.
            self._leave()
            return
        try:
            host, (address, port) = self._listener.accept()
        except OSError as error:
            self._not_accepted(error)
            return
        self._short = False
        name = f"{address}:{port}"
        if self._host:
            host.close()
            self.journal.info(f"refused a second host ({name}): one is connected")
        else:
            self._let_in(host, name)

    def _not_accepted(self, error):
        """Gone again before it was let in, or no descriptor left: then it waits."""
        if not self._short:
            self.journal.info(f"a host could not connect: {error.strerror}")
        self._short = is_short(error)
        if self._short:
            self._loop.unwatch(self._listener)
            self._loop.after(_SHORT_MS, self._try_again)

    def _try_again(self):
        if not self._leaving:
            self.start()

    def _let_in(self, host, name):
        host.setblocking(False)
        host.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # An urgent byte (telnet's data mark) stays in its place in the stream.
        host.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
        self.journal.debug(f"host {name} connected")
        self._host = host
        self.pump.attach(host, self._make_codec)
        self.pump.change_lines(DTR | RTS, True)
        self._loop.after(_LOOK_MS, lambda: self._look(host))

    def _look(self, host):
        if self._host is host and not self._leaving:
            if _has_left(host) if self.pump.waiting_for_modem else _hung_up(host):
                self._leave()
            else:
                self._loop.after(_LOOK_MS, lambda: self._look(host))

    def _on_eof(self):
        """All that the host has sent is in the pump: DTR drops after it."""
        self._tell_held()
        self.pump.change_lines(_ALL, False)
        self._leave()

    def _tell_held(self):
        if self._first.held:
            self.journal.info(f"host left; {self._first.held!r} was not passed to the modem")
            self._first.held = b""

    def _on_fault(self, text):
        self.journal.info(f"host disconnected: {text}")
        self._on_eof()

    def _leave(self):
        if not self._leaving:
            self._leaving = True
            self._tell_held()
            self._loop.unwatch(self._listener)
            self._unread = -1
            if not self.pump.host_ended:
                self.lines.notice(DROP_COMES)
            self._wait_until_read()

    def _wait_until_read(self):
        """Until the modem has taken the drop of DTR and all before it, or takes nothing more."""
        if not self._taken() and self._has_patience():
            self._loop.after(_LEAVE_POLL_MS, self._wait_until_read)
            return
        if not self._taken():
            self.journal.info(f"host left; the modem did not read its last {self._unread} bytes")
            self.pump.abandon_input()
            self.pump.change_lines(_ALL, False)
        self._loop.after(0 if self.pump.host_deaf else _LAST_WORDS_MS, self._part)

    def _taken(self):
        return self.pump.host_ended and self.pump.idle

    def _has_patience(self):
        unread = self._count_unread()
        if unread != self._unread:
            self._unread = unread
            self._give_up_at = time.monotonic() + _PATIENCE_MS / 1000
        return time.monotonic() < self._give_up_at

    def _count_unread(self):
        unread = self.pump.waiting_for_modem + _readable(self._modem_end)
        if not self.pump.host_ended:
            unread += _readable(self._host)
        return unread

    def _part(self):
        self.pump.detach()
        if self._host:
            self._host.close()
        self._host = None
        self._leaving = False
        self.journal.debug("host disconnected")
        self.start()


def _listen(kind, where):
    if not where.isdecimal() or int(where) > 65535:
        raise Refused(f"{kind}:{where}: expected a port number, 0 to 65535")
    listener = socket.socket()
    listener.setblocking(False)
    # Else the port stays busy for a minute after a host has been served.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    _limit_buffers(listener)
    try:
        listener.bind((_ADDRESS, int(where)))
        listener.listen()
    except OSError as error:
        listener.close()
        reason = "in use already" if error.errno == errno.EADDRINUSE else error.strerror
        raise Refused(f"{kind}:{where}: port {where} of {_ADDRESS}: {reason}") from error
    return listener


def _buffered_pair():
    pair = socket.socketpair()
    for each in pair:
        each.setblocking(False)
        _limit_buffers(each)
    return pair


def _limit_buffers(sock):
    """On a listener: for every connection that it accepts."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)


def _readable(sock):
    """How many bytes lie unread in a socket."""
    (count,) = struct.unpack("i", fcntl.ioctl(sock, termios.FIONREAD, bytes(4)))
    return count


def _has_left(sock):
    """Whether the host has closed its sending side, seen also before bytes that are not read."""
    return _hung_up(sock) or has_closed(sock)


def _hung_up(sock):
    poller = select.poll()
    poller.register(sock, _HUNG_UP)
    return bool(poller.poll(0))
