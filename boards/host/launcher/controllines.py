"""The control lines of the serial port over a socket pair, one byte for each change.

To the modem: bit 0 DTR, bit 1 RTS, bit 2 a break; bits 3, 4, notices: DTR drops, RTS rises after
bytes that the modem has not taken yet. From the modem: bit 0 DCD, bit 1 DSR, bit 2 RI, bit 3: the
last change of the host's lines has been taken, that is, all bytes before it have been read.

Changes keep their place among the bytes: the launcher sends one change at a time, after it has
handed over all bytes before the change, and hands over no byte after it until the modem has taken
it. Closing the channel is what tells the modem to end, whatever becomes of the launcher.
"""

import collections
import socket

from .eventloop import READ

DTR, RTS, BREAK = 1, 2, 4
DCD, DSR, RI = 1, 2, 4
DROP_COMES, RTS_COMES = 8, 16  # to the modem
_TAKEN = 8  # from the modem

# Changes that wait for a modem which takes none. Beyond that, pulses are merged.
_MOST_WAITING = 64

_TO_MODEM = ((DTR, "DTR"), (RTS, "RTS"), (BREAK, "break"))
_FROM_MODEM = ((DCD, "DCD"), (DSR, "DSR"), (RI, "RI"))


class ControlLines:
    """The launcher's end. `modem_end`, non-blocking, is for the modem; handed_over() closes it.

    on_change() is called when the modem says how its lines stand, on_close() when it closes its
    end. The owner of the line sets `on_settled`, called when the modem has taken all changes.
    """

    def __init__(self, loop, journal, on_change, on_close):
        self.on_settled = lambda: None
        self._loop = loop
        self._journal = journal
        self._on_change = on_change
        self._on_close = on_close
        self._host = 0  # as sent
        self._waiting = collections.deque()  # states to be sent, the oldest first
        self._make()

    def _make(self):
        self._socket, self.modem_end = socket.socketpair()
        self._socket.setblocking(False)
        self.modem_end.setblocking(False)
        self._modem = 0
        self._taken = 0  # the host's lines as the modem has taken them
        self._noticed = 0
        self._loop.watch(self._socket, READ, self._on_ready)

    @property
    def settled(self):
        """True when the modem has taken every change."""
        return not self._waiting and self._taken == self._host

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

    def fall(self):
        """The modem has ended, and its lines have fallen."""
        self._loop.unwatch(self._socket)
        self.close()
        self._tell_changes(_FROM_MODEM, self._modem, 0)
        self._modem = 0

    def renew(self):
        """Make a channel for the next modem and send it the state of the host's lines. OSError: no
        descriptor is left for it; call this again."""
        if not self._is_off():
            return
        self._make()
        self._tell_changes(_TO_MODEM, self._host, self._newest)
        self._host = self._newest
        self._waiting.clear()
        if self._host:
            self._send(self._host)

    def set(self, mask, on):
        """Change lines of the host, after the changes that still wait."""
        state = self._newest | mask if on else self._newest & ~mask
        if state == self._newest:
            return
        if len(self._waiting) >= _MOST_WAITING:
            self._waiting.pop()
        if state != self._newest:
            self._waiting.append(state)
        self._send_next()

    def notice(self, bits):
        """Tell the modem of changes after bytes that it has not taken: DROP_COMES, RTS_COMES."""
        if not self._host & DTR:
            bits &= ~DROP_COMES
        if bits & ~self._noticed:
            self._noticed |= bits
            self._send(self._host | self._noticed)

    def handed_over(self):
        self.modem_end.close()

    def _is_off(self):
        """True between fall() and renew()."""
        return self._socket.fileno() < 0

    def hang_up(self):
        """The modem sees the end of the channel; what it still says on it is no error there.

        A plain close would be a reset to the modem when a byte of its own lies here unread.
        """
        if not self._is_off():
            self._loop.unwatch(self._socket)
            self._socket.shutdown(socket.SHUT_WR)

    def close(self):
        self._socket.close()
        self.modem_end.close()

    @property
    def _newest(self):
        return self._waiting[-1] if self._waiting else self._host

    def _send_next(self):
        """Send the oldest change unless one is under way."""
        if not self._waiting or self._taken != self._host:
            return
        state = self._waiting.popleft()
        self._tell_changes(_TO_MODEM, self._host, state)
        self._host = state
        self._noticed = 0
        self._send(state)

    def _send(self, byte):
        try:
            # There is always room: few bytes are sent before the modem takes a change.
            self._socket.send(bytes((byte,)))
        except OSError:
            # The modem is gone: on_close or its exit status says so.
            return

    def _on_ready(self, _events):
        try:
            changes = self._socket.recv(64)
        except ConnectionResetError:
            # It died with bytes of ours unread.
            changes = b""
        if not changes:
            self._loop.unwatch(self._socket)
            self._on_close()
        for byte in changes:
            self._take(byte)

    def _take(self, byte):
        if byte & _TAKEN:
            self._taken = self._host
            self._send_next()
            if self.settled:
                self.on_settled()
            return
        self._tell_changes(_FROM_MODEM, self._modem, byte)
        self._modem = byte
        self._on_change()

    def _tell_changes(self, names, before, after):
        for bit, name in names:
            if (before ^ after) & bit:
                self._journal.debug(f"{name} {'on' if after & bit else 'off'}")
