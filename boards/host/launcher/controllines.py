"""The control lines of the serial port over a socket pair, one byte for each change.

A byte to the modem has bit 0 DTR, bit 1 RTS, bit 2 break, and two notices: bit 3, DTR will drop,
and bit 4, RTS will rise, after data that the modem has not read yet. A byte from the modem has
bit 0 DCD, bit 1 DSR, bit 2 RI, and bit 3 as acknowledgement: the modem has read all data before
the last change of the host's lines.

Changes keep their place in the data: the launcher sends one change at a time, after all data that
belongs before it, and sends no more data until the modem has acknowledged the change. The modem
ends when the socket is closed, also if the launcher was killed.
"""

import collections
import socket

from .eventloop import READ

DTR, RTS, BREAK = 1, 2, 4
DCD, DSR, RI = 1, 2, 4
DTR_WILL_DROP, RTS_WILL_RISE = 8, 16  # notices to the modem
_ACK = 8  # from the modem

# Changes that are queued for a modem which does not acknowledge. Later ones replace the last one.
_MAX_PENDING = 64

_TO_MODEM = ((DTR, "DTR"), (RTS, "RTS"), (BREAK, "break"))
_FROM_MODEM = ((DCD, "DCD"), (DSR, "DSR"), (RI, "RI"))


class ControlLines:
    """The launcher's end of the lines. `modem_end` is a non-blocking socket for the modem.

    on_change() is called when the modem reports its lines, on_close() when it closes its end. The
    owner of the serial line may set `on_settled`, which is called when the modem has acknowledged
    all changes.
    """

    def __init__(self, loop, journal, on_change, on_close):
        self.on_settled = lambda: None
        self._loop = loop
        self._journal = journal
        self._on_change = on_change
        self._on_close = on_close
        self._host = 0  # the host's lines as sent last
        self._pending = collections.deque()  # states to send, the oldest first
        self._open()

    def _open(self):
        self._socket, self.modem_end = socket.socketpair()
        self._socket.setblocking(False)
        self.modem_end.setblocking(False)
        self._modem = 0  # the modem's lines
        self._acked = 0  # the host's lines as acknowledged by the modem
        self._notices = 0  # notices sent since the last change
        self._loop.watch(self._socket, READ, self._on_ready)

    @property
    def settled(self):
        """True if the modem has acknowledged every change."""
        return not self._pending and self._acked == self._host

    @property
    def dtr(self):
        return bool(self._newest & DTR)

    @property
    def rts(self):
        return bool(self._newest & RTS)

    @property
    def breaking(self):
        return bool(self._newest & BREAK)

    @property
    def dcd(self):
        return bool(self._modem & DCD)

    @property
    def dsr(self):
        return bool(self._modem & DSR)

    @property
    def ri(self):
        return bool(self._modem & RI)

    def lose_power(self):
        """Close the socket and drop the modem's lines, after the modem process has ended."""
        self._loop.unwatch(self._socket)
        self.close()
        self._log_changes(_FROM_MODEM, self._modem, 0)
        self._modem = 0

    def reopen(self):
        """Open the socket for the next modem process and send it the state of the host's lines.

        Does nothing if the socket is open. Raises OSError if no descriptor is free; the caller may
        try again later.
        """
        if not self._is_closed():
            return
        self._open()
        self._log_changes(_TO_MODEM, self._host, self._newest)
        self._host = self._newest
        self._pending.clear()
        if self._host:
            self._send(self._host)

    def set(self, mask, on):
        """Change the host's lines in `mask`, after the changes that are still pending."""
        state = self._newest | mask if on else self._newest & ~mask
        if state == self._newest:
            return
        if len(self._pending) >= _MAX_PENDING:
            self._pending.pop()
        if state != self._newest:
            self._pending.append(state)
        self._send_next()

    def notify(self, bits):
        """Send notices of changes that follow unread data: DTR_WILL_DROP, RTS_WILL_RISE."""
        if not self._host & DTR:
            bits &= ~DTR_WILL_DROP
        if bits & ~self._notices:
            self._notices |= bits
            self._send(self._host | self._notices)

    def handed_over(self):
        """Close the launcher's copy of the descriptor that the modem has inherited."""
        self.modem_end.close()

    def _is_closed(self):
        """Return True between lose_power() and reopen()."""
        return self._socket.fileno() < 0

    def shut_down(self):
        """Let the modem read end of file, so that it ends; it can still write without an error.

        A close instead would be a connection reset for the modem if a byte from it is unread here.
        """
        if not self._is_closed():
            self._loop.unwatch(self._socket)
            self._socket.shutdown(socket.SHUT_WR)

    def close(self):
        """Close both ends of the socket pair."""
        self._socket.close()
        self.modem_end.close()

    @property
    def _newest(self):
        return self._pending[-1] if self._pending else self._host

    def _send_next(self):
        """Send the oldest pending change, unless the last one is not acknowledged yet."""
        if not self._pending or self._acked != self._host:
            return
        state = self._pending.popleft()
        self._log_changes(_TO_MODEM, self._host, state)
        self._host = state
        self._notices = 0
        self._send(state)

    def _send(self, byte):
        try:
            # The socket always has room: at most a few bytes are sent before an acknowledgement.
            self._socket.send(bytes((byte,)))
        except OSError:
            # The modem has ended: on_close() or SIGCHLD reports that.
            return

    def _on_ready(self, _events):
        try:
            changes = self._socket.recv(64)
        except ConnectionResetError:
            # The modem died before it had read all bytes from the launcher.
            changes = b""
        if not changes:
            self._loop.unwatch(self._socket)
            self._on_close()
        for byte in changes:
            self._on_byte(byte)

    def _on_byte(self, byte):
        if byte & _ACK:
            self._acked = self._host
            self._send_next()
            if self.settled:
                self.on_settled()
            return
        self._log_changes(_FROM_MODEM, self._modem, byte)
        self._modem = byte
        self._on_change()

    def _log_changes(self, names, before, after):
        for bit, name in names:
            if (before ^ after) & bit:
                self._journal.debug(f"{name} {'on' if after & bit else 'off'}")
