"""The control lines of the serial port, one byte for each change, over a socket pair.

To the modem: bit 0 DTR, bit 1 RTS, bit 2 a break. From the modem: bit 0 DCD, bit 1 DSR, bit 2 RI.
Closing the channel is what tells the modem to end, whatever becomes of the launcher.
"""

import socket

from .eventloop import READ, WRITE

DTR, RTS, BREAK = 1, 2, 4
DCD, DSR, RI = 1, 2, 4

_TO_MODEM = ((DTR, "DTR"), (RTS, "RTS"), (BREAK, "break"))
_FROM_MODEM = ((DCD, "DCD"), (DSR, "DSR"), (RI, "RI"))


class ControlLines:
    """The launcher's end. `modem_end`, non-blocking, is for the modem; handed_over() closes it.

    on_change() is called for every byte of the modem, on_close() when the modem closes its end.
    """

    def __init__(self, loop, journal, on_change, on_close):
        self._loop = loop
        self._journal = journal
        self._on_change = on_change
        self._on_close = on_close
        self._host = 0
        self._make()

    def _make(self):
        self._socket, self.modem_end = socket.socketpair()
        self._socket.setblocking(False)
        self.modem_end.setblocking(False)
        self._modem = 0
        # True while the last change waits for room in the channel.
        self._owed = False
        self._watch()

    @property
    def dtr(self):
        return bool(self._host & DTR)

    @property
    def rts(self):
        return bool(self._host & RTS)

    @property
    def breaking(self):
        return bool(self._host & BREAK)

    @property
    def dcd(self):
        return bool(self._modem & DCD)

    @property
    def dsr(self):
        return bool(self._modem & DSR)

    @property
    def ri(self):
        return bool(self._modem & RI)

    def begin(self, state):
        """Tell the modem how the lines stand at the start, whether on or off."""
        self._host = state
        self._send()

    def fall(self):
        """The modem has ended, and its lines have fallen."""
        self._loop.unwatch(self._socket)
        self.close()
        self._tell_changes(_FROM_MODEM, self._modem, 0)
        self._modem = 0

    def renew(self):
        """A channel for the next modem, which is told how the host's lines stand. OSError: no
        descriptor is left for it; call this again."""
        if self._is_off():
            self._make()
            self._send()

    def raise_lines(self, mask):
        self._set(self._host | mask)

    def drop_lines(self, mask):
        self._set(self._host & ~mask)

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

    def _set(self, state):
        if state != self._host:
            self._tell_changes(_TO_MODEM, self._host, state)
            self._host = state
            self._send()

    def _send(self):
        """A modem that does not read its lines gets the newest state when it does again."""
        if self._is_off():
            return
        try:
            self._socket.send(bytes((self._host,)))
            self._owed = False
        except BlockingIOError:
            self._owed = True
        except OSError:
            # The modem is gone: on_close or its exit status says so.
            self._owed = False
        self._watch()

    def _watch(self):
        self._loop.watch(self._socket, READ | (WRITE if self._owed else 0), self._on_ready)

    def _on_ready(self, events):
        if events & WRITE and self._owed:
            self._send()
        if events & READ:
            self._receive()

    def _receive(self):
        try:
            changes = self._socket.recv(64)
        except ConnectionResetError:
            # It died with bytes of ours unread.
            changes = b""
        if not changes:
            self._loop.unwatch(self._socket)
            self._on_close()
        for state in changes:
            self._tell_changes(_FROM_MODEM, self._modem, state)
            self._modem = state
            self._on_change()

    def _tell_changes(self, names, before, after):
        for bit, name in names:
            if (before ^ after) & bit:
                self._journal.detail(f"{name} {'on' if after & bit else 'off'}")
