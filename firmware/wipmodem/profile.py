"""What of the settings outlives a loss of power: kept by &W, by +WIPCFG=4, the dialect by itself.

A value of the board's store is what one keeper keeps, `1,1,0,...`, in the order of settings.py.
One with fewer is an older firmware's; with more, or a number out of its range, it is foreign.
"""

from .compat import const
from .settings import (
    DIALECT,
    ITSELF,
    LINE,
    PROFILE,
    RANGES,
    RX_FLOW,
    SPEED,
    STACK,
    TX_FLOW,
    fits,
    restore,
)

_HARDWARE = const(2)  # +IFC
_MOST_DIGITS = const(5)  # of the largest value in settings.py

# What is kept together under one name.
_NAMES = {PROFILE: b"profile", LINE: b"line", STACK: b"stack", ITSELF: b"dialect"}


class Profile:
    def __init__(self, store, settings):
        self._store = store
        self._settings = settings
        self._foreign = False

    def start(self, board):
        """As switched on: what was kept; factory values of line and dialect are the board's."""
        settings = self._settings
        serial = board.serial
        settings[SPEED] = serial.rate // 100
        settings[TX_FLOW] = settings[RX_FLOW] = _HARDWARE if serial.flow else 0
        settings[DIALECT] = board.dialect
        self.load(PROFILE, LINE, STACK, ITSELF)
        # What was kept on another board counts as far as this one's line can do it.
        if not serial.takes(settings[SPEED] * 100):
            settings[SPEED] = serial.rate // 100
        if not serial.flow:
            settings[TX_FLOW] = settings[RX_FLOW] = 0

    def damaged(self):
        """Is there something that had been kept and is not believed?"""
        return self._store.torn or self._foreign

    def load(self, *keepers):
        """Kept values, or factory values where there are none; False if these were foreign."""
        whole = True
        for keeper in keepers:
            pairs = self._kept(keeper)  # first: it allocates
            if keeper not in (LINE, ITSELF):  # whose factory values are the board's
                restore(self._settings, (keeper,))
            if pairs is None:
                self._foreign = True
                whole = False
            for setting, value in pairs or ():
                self._settings[setting] = value
        return whole

    def save(self, *keepers):
        """False, and nothing has changed, if the store takes no more."""
        changed = {}
        for keeper in keepers:
            values = [b"%d" % self._settings[setting] for setting in _settings_of(keeper)]
            changed[_NAMES[keeper]] = b",".join(values)
        return self._store.put(changed)

    def _kept(self, keeper):
        """A list of (setting, value), or None if what is kept is foreign."""
        settings = _settings_of(keeper)
        values = _numbers(self._store.values.get(_NAMES[keeper], b""))
        if values is None or len(values) > len(settings):
            return None
        pairs = list(zip(settings, values))
        return pairs if all(fits(setting, value) for setting, value in pairs) else None


def _settings_of(keeper):
    return [i for i in range(len(RANGES)) if RANGES[i][3] == keeper]


def _numbers(text):
    """Return the list of numbers, or None if `text` is none."""
    words = text.split(b",") if text else []
    if any(len(word) > _MOST_DIGITS or not word.isdigit() for word in words):
        return None
    return [int(word) for word in words]
