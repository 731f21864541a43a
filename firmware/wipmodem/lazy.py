"""Handlers whose module is loaded at their first use: where it is a file, that is memory kept free
until a host asks. Afterwards nothing is allocated."""

from .compat import const

_PACKAGE = const("wipmodem.")
_FROM = const(("",))  # the module itself is wanted, not its package
_found = {}


def find(place):
    """Return the function at (module, name), or None if its module cannot be loaded now."""
    handler = _found.get(place)
    return _load(place) if handler is None else handler


def need(place):
    """Return the same, or raise MemoryError, which ends a command in 802."""
    handler = find(place)
    if handler is None:
        raise MemoryError
    return handler


def _load(place):
    """A module that is a file may meet no memory, no descriptor, or a file that has been replaced
    since the start and fits the other modules no more: that can raise anything. The command is
    refused with 802, which the recorder keeps, and the next use tries again."""
    try:
        module = __import__(_PACKAGE + place[0], None, None, _FROM)
        handler = getattr(module, place[1])
        _found[place] = handler  # last: it allocates, too
    except Exception:
        return None
    return handler
