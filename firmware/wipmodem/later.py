"""Handlers whose module is loaded at their first use: where it is a file, that is memory kept free
until a host asks. Afterwards nothing is allocated."""

_PACKAGE = "wipmodem."
_FROM = ("",)  # the module itself is wanted, not its package
_found = {}


def find(place):
    """The function at (module, name), or None if there is no memory for it now."""
    handler = _found.get(place)
    return _load(place) if handler is None else handler


def _load(place):
    try:
        module = __import__(_PACKAGE + place[0], None, None, _FROM)
        _found[place] = getattr(module, place[1])
    except MemoryError:
        return None
    return _found[place]
