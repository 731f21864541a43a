"""Lazy loading: the import of the module of a command handler or a class on first use.

On a board that stores modules as files, a module that is never used takes no heap. A place is a
tuple of two str: the name of a module within the package wipmodem, and the name of a function or
class in that module. Only the first use of a place allocates.
"""

from .compat import const

_PACKAGE = const("wipmodem.")
_FROM = const(("",))  # makes __import__ return the module itself and not its package
_loaded = {}  # dict from a place to its function or class, once loaded


def find(place):
    """Return the function or class at a place, or None if its module cannot be loaded now.

    place: tuple of two str: the module name within the package wipmodem, and the name of the
    function or class.
    """
    found = _loaded.get(place)
    return _load(place) if found is None else found


def need(place):
    """Return the function or class at a place. Raise MemoryError if its module cannot be loaded.

    The dispatcher turns MemoryError into error 802.
    """
    found = find(place)
    if found is None:
        raise MemoryError
    return found


def _load(place):
    # Loading a module from a file can fail in any way: no memory, no file descriptor, or a file
    # that was replaced after the start and does not match the modules in memory. The next use of
    # the place attempts to load the module again.
    try:
        module = __import__(_PACKAGE + place[0], None, None, _FROM)
        found = getattr(module, place[1])
        _loaded[place] = found  # a new dict entry allocates and may fail, so it comes last
    except Exception:
        return None
    return found
