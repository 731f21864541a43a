"""How MicroPython's heap stays in one piece while code is loaded.

Collected often, it is filled from its start, and the buffers find room behind the code. Later that
would be work for nothing: the ordinary collection, when the heap is full, is enough. CPython needs
neither, and has no such threshold.
"""

import gc

_set_threshold = getattr(gc, "threshold", lambda n: None)


def collect_often():
    """Before the imports. Each collection takes an RP2040 10 ms of its start."""
    _set_threshold(16 * 1024)


def collect_when_full():
    """Behind them."""
    _set_threshold(-1)
