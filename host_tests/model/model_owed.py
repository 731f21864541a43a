"""What is owed to the host: unsolicited lines in order, and which may go first (F7, H5, H10).

At most `most` wait. One more is lost, counted, and `+WIPXLOST: n` stands where n were lost.
"""

# Kinds. An outcome is that of a +WIPCREATE, +WIPREADY or +WIPERROR.
OUTCOME = "outcome"
DATA = "data"
BROKEN = "broken"  # a +WIPERROR of one that was ready
OTHER = "other"

_FIRST_MS = 3000


class Owed:
    """Lines are (kind, key of the socket or None, text); the text of DATA is made when said."""

    def __init__(self, most):
        self.most = most
        self.lines = []
        self.lost = 0
        self.unmarked = 0  # lost ones that no +WIPXLOST tells of yet
        self.first = False  # an outcome goes before all others, until:
        self.first_until = 0

    def owe(self, kind, key, text=""):
        if len(self.lines) < self.most:
            self.lines.append((kind, key, text))
        else:
            self.lost += 1
            self.unmarked += 1

    def forget(self, key, kind=None):
        """A closed socket's lines are not told any more; a kind alone: what has become untrue."""
        self.lines = [
            each for each in self.lines if each[1] != key or (kind is not None and each[0] != kind)
        ]
        self._mark()

    def outcome_first(self, now):
        self.first = True
        self.first_until = now + _FIRST_MS

    def next(self, pending):
        """Take the line to be said now, or None. pending: is an outcome still to come?"""
        if not self.lines:
            return None
        place = 0
        if self.first:
            outcomes = [i for i, each in enumerate(self.lines) if each[0] == OUTCOME]
            if not outcomes and pending:
                return None
            place = outcomes[0] if outcomes else 0
        line = self.lines.pop(place)
        self._mark()
        return line

    def _mark(self):
        if self.unmarked and len(self.lines) < self.most:
            self.lines.append((OTHER, None, "+WIPXLOST: %d" % self.unmarked))
            self.unmarked = 0
