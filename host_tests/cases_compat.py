"""What the core takes from MicroPython where it is, and has itself where it is not. Both
interpreters."""

import sys

_NAMES = ("micropython", "wipmodem.compat")
_COMPAT = "compat"


def _compat(micropython):
    """compat.py as it is imported where the module micropython is this one, or None."""
    import wipmodem

    before = {name: sys.modules.pop(name) for name in _NAMES if name in sys.modules}
    known = getattr(wipmodem, _COMPAT, None)
    sys.modules["micropython"] = micropython
    try:
        return __import__("wipmodem.compat", None, None, ("const",))
    finally:
        for name in _NAMES:
            sys.modules.pop(name, None)
        sys.modules.update(before)
        if known:
            setattr(wipmodem, _COMPAT, known)


class MicroPython:
    const = staticmethod(abs)
    RingIO = bytearray


def case_micropythons_own():
    """Its `const` and its ring are used as they are."""
    compat = _compat(MicroPython)
    assert (compat.const, compat.RingIO) == (MicroPython.const, MicroPython.RingIO)


def case_a_ring():
    """Either: bytes leave in order, no more go in than fit, and none is overwritten."""
    from wipmodem.compat import RingIO

    ring = RingIO(5)
    assert ring.write(b"-abc-", 1, 3) == 3 and ring.any() == 3
    assert ring.write(b"defg", 0, 4) == 2 and ring.any() == 5
    buf = bytearray(4)
    assert ring.readinto(buf, 3) == 3 and buf == b"abc\0"
    assert ring.write(b"gh", 0, 2) == 2
    assert ring.readinto(buf, 4) == 4 and buf == b"degh" and ring.any() == 0
