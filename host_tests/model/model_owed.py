"""What is owed to the host: unsolicited lines in order, and which may go first (F7, H5, H10).

Lines of the guide are never lost. At most `most` refused connections wait; one more is lost,
counted, and `+WIPXLOST: n` stands where the first was lost.
"""

# Kinds. An outcome is that of a +WIPCREATE, +WIPREADY or +WIPERROR.
OUTCOME = "outcome"
DATA = "data"
BROKEN = "broken"  # a +WIPERROR of one that was ready
OTHER = "other"
REFUSED = "refused"
LOST = "lost"

_FIRST_MS = 3000


class Owed:
    """Lines are (kind, key of the socket or None, text); the text of DATA is made when said."""

    def __init__(self, most):
        self.most = most
        self.lines = []
        self.lost = 0
        self.first = False  # an outcome goes before all others, until:
        self.first_until = 0

    def owe(self, kind, key, text=""):
        """A line that waits already is told once, in its new place."""
        line = (kind, key, text)
        if line in self.lines:
            self.lines.remove(line)
        self.lines.append(line)

    def refused(self, key, text):
        """key: of the server."""
        if len([each for each in self.lines if each[0] == REFUSED]) < self.most:
            self.lines.append((REFUSED, key, text))
            return
        self.lost += 1
        for place, each in enumerate(self.lines):
            if each[0] == LOST:
                self.lines[place] = (LOST, None, each[2] + 1)
                return
        self.lines.append((LOST, None, 1))

    def forget(self, key, kind=None):
        """A closed socket's lines are not told any more; a kind alone: what has become untrue."""
        self.lines = [
            each for each in self.lines if each[1] != key or (kind is not None and each[0] != kind)
        ]

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
        return self.lines.pop(place)
