"""Handlers and classes whose module is loaded on first use.

On a board that keeps modules as files, an unused module then takes no heap. After the first use
of a place nothing is allocated.
"""

from .compat import const

_PACKAGE = const("wipmodem.")
_FROM = const(("",))  # lets __import__ return the module itself, not its package
_loaded = {}  # by place


def find(place):
    """Return what is at a place, or None if its module cannot be loaded now.

    place: (module, name), both str; the module is named within wipmodem.
    """
    found = _loaded.get(place)
    return _load(place) if found is None else found


def need(place):
    """Return what is at a place as find() does. Raise MemoryError if it cannot be loaded now.

    The dispatcher turns MemoryError into error 802.
    """
    found = find(place)
    if found is None:
        raise MemoryError
    return found


def _load(place):
    # A module that is a file can fail in any way: no memory, no descriptor, or a file that was
    # replaced since the start and does not fit the modules in memory. The next use tries again.
    try:
        module = __import__(_PACKAGE + place[0], None, None, _FROM)
        found = getattr(module, place[1])
        _loaded[place] = found  # allocates, so it comes last
    except Exception:
        return None
    return found
