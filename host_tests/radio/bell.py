"""Somebody calls: RING at once and every 4 s, until it is answered or they have enough of it."""

_EVERY_MS = 4000
_MOST = 6


class Bell:
    """`due_ms`: when it next has something to do, None while nobody calls."""

    def __init__(self):
        self.due_ms = None
        self._left = 0

    def begin(self, now_ms):
        self.due_ms = now_ms
        self._left = _MOST

    def stop(self):
        self.due_ms = None

    def rings(self, now_ms):
        """Is a RING due? To be asked again until it is not."""
        if self.due_ms is None or now_ms < self.due_ms:
            return False
        if not self._left:
            self.stop()
            return False
        self._left -= 1
        self.due_ms += _EVERY_MS
        return True
