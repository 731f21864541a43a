"""boards/host: DTR of a pty by the trail of its openers, and the launcher's changes. Both
interpreters.

A trail is spelled: O open, W and N close, M a write; bytes are those that the modem can read.
"""

import descriptor
import ptyevents
import serialport
from dteport import Dte

_MASKS = {"O": 0x20, "W": 8, "N": 0x10, "M": 2}
# Events of the folder: of a file in it, and its own.
_NAMED = b"\1\0\0\0\x20\0\0\0\0\0\0\0\x10\0\0\0" + b"5" + bytes(15)
_FOLDER = b"\1\0\0\0\x20\0\0\x40" + bytes(8)
_ON, _OFF, _TAKEN = b"\3", b"\0", b"\x08"


class _Stream:
    """What comes and what was written; a read that finds nothing gives None."""

    def __init__(self):
        self.coming = b""
        self.written = b""
        self.meanwhile = lambda: None  # called once, when a read begins

    def readinto(self, buf):
        meanwhile, self.meanwhile = self.meanwhile, lambda: None
        meanwhile()
        n = min(len(self.coming), len(buf))
        buf[:n] = self.coming[:n]
        self.coming = self.coming[n:]
        return n or None

    def write(self, data):
        self.written += bytes(data)


class _Poller:
    """`stream`: what ipoll() looks at."""

    def __init__(self, stream=None):
        self._stream = stream

    def register(self, fd, mask):
        """Nothing else is polled here."""

    def ipoll(self, timeout_ms):
        return [(self._stream, 1)] if self._stream.coming else []


class _Pty:
    """A DTE and what its three descriptors bring."""

    def __init__(self, trail=True):
        self.data, self.lines, self.events = _Stream(), _Stream(), _Stream()
        descriptor.open_raw = serialport.open_raw = ptyevents.open_raw = lambda stream: stream
        descriptor.writer = lambda stream: lambda buf, off, n: stream.write(buf[off : off + n])
        self.dte = Dte(_Poller(), self.data, self.lines)
        if trail:
            self.dte.use_events(ptyevents.PtyEvents(_Poller(), self.events, _Poller(self.data)))

    def happens(self, trail, data=b"", lines=b""):
        for name in trail:
            event = b"\2\0\0\0" + bytes([_MASKS[name]]) + bytes(11)
            self.events.coming += _NAMED + event if name != "M" else event
        if trail:
            self.events.coming += _FOLDER
        self.data.coming += data
        self.lines.coming += lines

    def passes(self):
        """DTR and the bytes of each pass, until one finds nothing new."""
        told = []
        while not told or told[-1] != told[-2:-1]:
            on = self.dte.dtr()
            buf = bytearray(8)
            data = bytes(buf[: self.dte.readinto(buf)])
            if told and told[-1] == (on, b"") and not data:
                return told
            told.append((on, data))


def case_a_program_comes_and_goes():
    """What it writes is read while DTR is on."""
    pty = _Pty()
    assert pty.passes() == [(False, b"")]
    pty.happens("OM", b"one")
    assert pty.passes() == [(True, b"one"), (True, b"")]
    pty.happens("W")
    assert pty.passes() == [(False, b"")]


def case_bytes_before_the_last_close():
    """They are read before DTR drops: the trail has the write before the close."""
    pty = _Pty()
    pty.happens("OMW", b"last")
    assert pty.passes() == [(True, b"last"), (False, b"")]
    pty.happens("O")
    assert pty.passes() == [(True, b"")]
    pty.happens("MN", b"0123456789")
    assert pty.dte.dtr() and pty.dte.dtr_drop_pending()
    assert pty.passes() == [(True, b"01234567"), (True, b"89"), (False, b"")]


def case_bytes_of_the_next_program():
    """All that the last one wrote has been read, so they come after the drop."""
    pty = _Pty()
    pty.happens("OM", b"one")
    pty.passes()
    pty.happens("WOM", b"next")
    assert not pty.dte.dtr_drop_pending()
    assert pty.passes() == [(False, b""), (True, b"next"), (True, b"")]


def case_a_program_that_writes_nothing():
    """What the one after it writes is not read before its drop."""
    pty = _Pty()
    pty.happens("OWOM", b"next")
    assert pty.passes() == [(True, b""), (False, b""), (True, b"next"), (True, b"")]


def case_two_programs_at_a_time():
    """DTR drops with the last close only."""
    pty = _Pty()
    pty.happens("OON")
    assert pty.passes() == [(True, b"")]
    pty.happens("W")
    assert pty.passes() == [(False, b"")]


def case_more_programs_than_can_be_kept():
    """The last ones count as one; DTR is right at the end."""
    pty = _Pty()
    for _ in range(3):
        pty.happens("OW" * 7)
        pty.dte.dtr()
    pty.happens("O")
    assert pty.passes()[-1] == (True, b"")
    pty.happens("W")
    assert pty.passes()[-1] == (False, b"")


def case_the_launcher_is_answered_once_the_trail_is_taken():
    """It hears that a drop has been taken after the bytes before it, and each change once."""
    pty = _Pty()
    pty.happens("O", lines=_ON)
    pty.passes()
    assert pty.lines.written == _TAKEN
    pty.happens("MW", b"last", lines=_OFF)
    assert pty.dte.dtr() and pty.lines.written == _TAKEN
    pty.passes()
    assert pty.lines.written == _TAKEN * 2


def case_output_while_nobody_has_it_open():
    """It is lost, as on a serial port. A program that opens and writes between the look at the
    trail and the read of its bytes gets its answer."""
    pty = _Pty()
    assert not pty.dte.dtr() and pty.dte.write(b"lost", 0, 4) == 4
    pty.data.meanwhile = lambda: pty.happens("OM", b"AT")
    assert pty.dte.readinto(bytearray(8)) == 2
    pty.dte.write(b"OK", 0, 2)
    assert pty.dte.dtr()
    pty.happens("W")
    pty.passes()
    assert pty.dte.write(b"lost", 0, 4) == 4 and pty.data.written == b"OK"


def case_a_trail_with_a_gap():
    """The kernel has lost events: the launcher's changes count from then on."""
    pty = _Pty()
    pty.happens("O", lines=_ON)
    pty.passes()
    pty.events.coming += b"\xff\xff\xff\xff\0\x40" + bytes(10)
    assert pty.passes() == [(True, b"")]
    pty.happens("", b"last", lines=_OFF)
    assert pty.passes() == [(True, b"last"), (True, b""), (False, b"")]
    assert pty.lines.written == _TAKEN * 2


def case_without_a_trail():
    """The launcher's change takes its place where a read finds nothing; a notice is none."""
    pty = _Pty(trail=False)
    pty.happens("", b"a", lines=_ON)
    assert pty.passes() == [(False, b"a"), (False, b""), (True, b"")]
    pty.happens("", b"b", lines=b"\x0b")
    assert pty.passes() == [(True, b"b"), (True, b"")] and pty.dte.dtr_drop_pending()
    assert pty.lines.written == _TAKEN
    pty.happens("", b"c", lines=_OFF)
    assert pty.passes() == [(True, b"c"), (True, b""), (False, b"")]
    assert pty.lines.written == _TAKEN * 2 and not pty.dte.dtr_drop_pending()
