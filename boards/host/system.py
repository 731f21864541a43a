"""The PC board's interface to the interpreter, either CPython or MicroPython."""

import os
import sys

if sys.implementation.name == "micropython":
    from system_micropython import Net, Poller, heap_free, open_raw, ticks_ms, writer
else:
    from system_cpython import Net, Poller, heap_free, open_raw, ticks_ms, writer

__all__ = ("Net", "Poller", "entropy", "heap_free", "open_raw", "ticks_ms", "writer")


def entropy():
    """Return 16 unpredictable bits as an integer."""
    return int.from_bytes(os.urandom(2), "big")
