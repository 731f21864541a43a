"""The control lines of the serial port over a socket pair, one byte for each change.

In a byte to the modem, bit 0 is DTR, bit 1 RTS and bit 2 break. Bit 3 announces that DTR will
drop, and bit 4 that RTS will rise, after data that the modem has not read yet. In a byte from the
modem, bit 0 is DCD, bit 1 DSR and bit 2 RI. Bit 3 is an acknowledgement: the modem has read all
data before the last change of the host's lines.

Each change keeps its position in the data: the launcher sends all data before the change, then the
change, and no more data until the modem has acknowledged the change. The modem ends when the
socket is closed, also if the launcher was killed.
"""

import collections
import socket

from .eventloop import READ

DTR, RTS, BREAK = 1, 2, 4
DCD, DSR, RI = 1, 2, 4
DTR_WILL_DROP, RTS_WILL_RISE = 8, 16  # bits of the two announcements to the modem
_ACK = 8  # bit of the acknowledgement from the modem

# Maximum number of changes that are queued for a modem that does not acknowledge. A further change
# replaces the last one in the queue.
_MAX_PENDING = 64

_TO_MODEM = ((DTR, "DTR"), (RTS, "RTS"), (BREAK, "break"))
_FROM_MODEM = ((DCD, "DCD"), (DSR, "DSR"), (RI, "RI"))


class ControlLines:
    """The launcher's end of the control lines. `modem_end` is a non-blocking socket for the modem.

    on_change() is called when the modem reports its lines, on_close() when the modem closes its
    end of the socket. The owner of the serial line may set `on_settled`, which is called when the
    modem has acknowledged all changes.
    """

    def __init__(self, loop, journal, on_change, on_close):
        self.on_settled = lambda: None
        self._loop = loop
        self._journal = journal
        self._on_change = on_change
        self._on_close = on_close
        self._host = 0  # state of the host's lines as last sent to the modem
        # states of the host's lines that are still to be sent, the oldest first
        self._pending = collections.deque()
        self._open()

    def _open(self):
        self._socket, self.modem_end = socket.socketpair()
        self._socket.setblocking(False)
        self.modem_end.setblocking(False)
        self._modem = 0  # state of the modem's lines
        self._acked = 0  # state of the host's lines that the modem has acknowledged
        self._notices = 0  # announcements sent since the last change, as a bit mask
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
        call reopen() again later.
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
        """Change the host's lines in `mask`. The change follows after all pending changes."""
        state = self._newest | mask if on else self._newest & ~mask
        if state == self._newest:
            return
        if len(self._pending) >= _MAX_PENDING:
            self._pending.pop()
        if state != self._newest:
            self._pending.append(state)
        self._send_next()

    def notify(self, bits):
        """Announce changes that follow after unread data. bits: DTR_WILL_DROP, RTS_WILL_RISE."""
        if not self._host & DTR:
            bits &= ~DTR_WILL_DROP
        if bits & ~self._notices:
            self._notices |= bits
            self._send(self._host | self._notices)

    def handed_over(self):
        """Close the launcher's copy of the descriptor that the modem has inherited."""
        self.modem_end.close()

    def _is_closed(self):
        """Return True if the socket is closed, as it is between lose_power() and reopen()."""
        return self._socket.fileno() < 0

    def shut_down(self):
        """Send end of file to the modem, so that the modem ends.

        The modem can still write without an error. Closing the socket here would reset the
        connection if a byte from the modem is unread.
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
        """Send the oldest pending change if the modem has acknowledged the change before it."""
        if not self._pending or self._acked != self._host:
            return
        state = self._pending.popleft()
        self._log_changes(_TO_MODEM, self._host, state)
        self._host = state
        self._notices = 0
        self._send(state)

    def _send(self, byte):
        try:
            # The socket always has room, because at most a few bytes are sent before an
            # acknowledgement.
            self._socket.send(bytes((byte,)))
        except OSError:
            # The modem has ended. on_close() or SIGCHLD reports its end.
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
