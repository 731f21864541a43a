"""The serial line as a TCP port on the loopback address, for one host at a time.

Connecting raises DTR and RTS. When the host disconnects, the modem still reads the bytes that the
host has sent, and then DTR and RTS drop. A host that has only closed its sending side (`printf
'AT\\r' | nc -N ...`) still gets the responses. Then the next host can connect. A modem that does
not read can delay the next host by only about two seconds (B10).
"""

import errno
import fcntl
import select
import socket
import struct
import termios
import time
from typing import Any

from .controllines import BREAK, DTR, DTR_WILL_DROP, RTS
from .eventloop import READ
from .failure import Refused, is_short
from .firstbytes import FirstBytes
from .peerstate import has_closed
from .pump import PlainCodec, Pump

_ADDRESS = "127.0.0.1"

# Size in bytes of socket buffers, as small as those of a serial port: the host should notice a
# modem that does not read.
_BUFFER = 32 * 1024

# While a host disconnects, in ms: the interval of checks whether the modem has read everything;
# the time by which a modem that does not read can delay the drop of DTR, which is longer than the
# modem itself waits for a peer; and the time for the last responses.
_LEAVE_POLL_MS = 5
_PATIENCE_MS = 2000
_LAST_RESPONSES_MS = 100

# Pause in ms between two attempts to accept a host when no descriptor is free.
_RETRY_MS = 100

# Interval in ms of checks whether a host is still connected while the launcher does not read from
# it (back-pressure).
_CHECK_MS = 250

_ALL = DTR | RTS | BREAK

# Linux reports with POLLRDHUP that the peer has closed its sending side, even if bytes from the
# peer are unread. Other systems report the close only after these bytes have been read.
_HUNG_UP = getattr(select, "POLLRDHUP", 0) | select.POLLHUP | select.POLLERR


class TcpDte:
    """A DTE on a TCP port; see dte.py for its members.

    The modem inherits `modem_fd`. The launcher also keeps it open, to count unread bytes.
    """

    kind = "tcp"
    more_fds = {}

    def __init__(self, where, speed, loop, lines, journal):
        """Listen on port `where` (text; 0 for any free port). speed: bit/s. Raises Refused."""
        self.speed = speed
        self.lines = lines
        self.journal = journal
        self._loop = loop
        self._listener = _listen(self.kind, where)
        self._modem, self._modem_end = _buffered_pair()
        self.pump = Pump(loop, self._modem, lines, self._on_eof, self._on_fault)
        self.modem_fd = self._modem_end.fileno()
        self._host = None
        self._first = FirstBytes(PlainCodec(self.pump))  # codec of the connected host
        self._leaving = False  # True while a host is being disconnected
        # True after the log has reported that no descriptor is free for the next host
        self._short = False
        # While a host disconnects: the number of bytes that the modem has not read, and the end of
        # the wait as a time of the monotonic clock in s.
        self._unread = -1
        self._give_up_at = 0.0

    @property
    def place(self):
        """Text for the ready line."""
        return f"{self.kind}:{_ADDRESS}:{self._listener.getsockname()[1]}"

    def handed_over(self):
        """Do nothing. The launcher keeps the modem's end open, to count unread bytes."""

    def lose_power(self):
        """Discard bytes that the modem has not read, as a loss of power does."""
        self.pump.discard_input()
        while _readable(self._modem_end):
            self._modem_end.recv(_BUFFER)

    def start(self):
        """Let hosts connect."""
        self._loop.watch(self._listener, READ, self._on_connection)

    def lines_changed(self):
        """Do nothing: a plain TCP connection cannot show DCD."""

    def make_codec(self, sink) -> Any:
        """Return the codec for a new connection."""
        return PlainCodec(sink)

    def _make_codec(self, sink):
        self._first = FirstBytes(self.make_codec(sink))
        return self._first

    def withdraw(self):
        """Disconnect the host and stop listening."""
        self._loop.unwatch(self._listener)
        self._listener.close()
        self.pump.close()
        if self._host:
            self._host.close()

    def close(self):
        """Close the modem's sockets and log how many bytes from the modem were dropped."""
        self._modem.close()
        self._modem_end.close()
        if self.pump.dropped:
            self.journal.debug(f"{self.pump.dropped} bytes from the modem reached no host")

    def _on_connection(self, _events):
        if self._host and _has_left(self._host):
            # The new host stays in the backlog until the old host is disconnected.
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
            self.journal.info(f"rejected host {name}: another host is connected")
        else:
            self._connect(host, name)

    def _not_accepted(self, error):
        """Log a failed accept. If no descriptor was free, try again later."""
        if not self._short:
            self.journal.info(f"a host could not connect: {error.strerror}")
        self._short = is_short(error)
        if self._short:
            self._loop.unwatch(self._listener)
            self._loop.after(_RETRY_MS, self._try_again)

    def _try_again(self):
        if not self._leaving:
            self.start()

    def _connect(self, host, name):
        host.setblocking(False)
        host.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Keep an urgent byte (telnet's data mark) at its position in the stream.
        host.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
        self.journal.debug(f"host {name} connected")
        self._host = host
        self.pump.attach(host, self._make_codec)
        self.pump.change_lines(DTR | RTS, True)
        self._loop.after(_CHECK_MS, lambda: self._check(host))

    def _check(self, host):
        if self._host is host and not self._leaving:
            if _has_left(host) if self.pump.waiting_for_modem else _hung_up(host):
                self._leave()
            else:
                self._loop.after(_CHECK_MS, lambda: self._check(host))

    def _on_eof(self):
        """Drop DTR after the modem has read all bytes from the host, which are in the pump now."""
        self._log_held()
        self.pump.change_lines(_ALL, False)
        self._leave()

    def _log_held(self):
        if self._first.held:
            self.journal.info(f"host left; {self._first.held!r} was not passed to the modem")
            self._first.held = b""

    def _on_fault(self, text):
        self.journal.info(f"host disconnected: {text}")
        self._on_eof()

    def _leave(self):
        if not self._leaving:
            self._leaving = True
            self._log_held()
            self._loop.unwatch(self._listener)
            self._unread = -1
            if not self.pump.host_ended:
                self.lines.notify(DTR_WILL_DROP)
            self._wait_until_read()

    def _wait_until_read(self):
        """Wait until the modem has read all bytes and seen DTR drop, or has stopped reading."""
        if not self._all_read() and self._has_patience():
            self._loop.after(_LEAVE_POLL_MS, self._wait_until_read)
            return
        if not self._all_read():
            self.journal.info(f"host left; the modem did not read its last {self._unread} bytes")
            self.pump.abandon_input()
            self.pump.change_lines(_ALL, False)
        delay_ms = 0 if self.pump.host_closed else _LAST_RESPONSES_MS
        self._loop.after(delay_ms, self._disconnect)

    def _all_read(self):
        return self.pump.host_ended and self.pump.idle

    def _has_patience(self):
        """Return False if the number of unread bytes has not changed for _PATIENCE_MS."""
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

    def _disconnect(self):
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
    # Without this option the port stays in use for a minute after a connection.
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
    """Limit the socket's buffers. Connections that a listener accepts inherit this limit."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)


def _readable(sock):
    """Return the number of unread bytes in a socket."""
    (count,) = struct.unpack("i", fcntl.ioctl(sock, termios.FIONREAD, bytes(4)))
    return count


def _has_left(sock):
    """Return True if the host has closed its sending side, even if its last bytes are unread."""
    return _hung_up(sock) or has_closed(sock)


def _hung_up(sock):
    poller = select.poll()
    poller.register(sock, _HUNG_UP)
    return bool(poller.poll(0))
