"""Stack and session: what the host has asked for and been told (C1-C3, B1-B9, Q5, H6, H7)."""

from model_owed import OTHER

DOWN = "down"
STARTING = "coming"
UP = "up"
RETRYING = "paused"  # lost, and tried again by itself

BAD_STATE = 803
DEVICE_OPEN = 804
STARTED = 844
NOT_IN_TIME = 847


class StackModel:
    """`bearer` is the network's: what has become of the call. `known` is what was made of it."""

    def __init__(self, table, owed, wipsoft):
        self._table = table
        self._owed = owed
        self._wipsoft = wipsoft
        self.started = self.device = False
        self.wanted = False  # the host has asked for a session, and not for its end
        self.silent = False  # ... by 4,6,0, whose result tells of it
        self.by_result = False
        self.slow = False  # the call takes its time
        self.bearer = self.known = DOWN
        self.cause = 0

    def ready(self):
        return self.started and self.known == UP

    def start(self):
        if self.started:
            return STARTED
        self.started = True
        return 0

    def stop(self):
        self.end()
        self.started = self.device = False
        return 0

    def open_device(self):
        if not self.started:
            return BAD_STATE
        if self.device:
            return DEVICE_OPEN
        self.device = True
        return 0

    def close_device(self):
        self.end()
        self.device = False
        return 0

    def ask(self, silent):
        """B1: not twice; one that is paused is tried at once."""
        if not self.started or (self.wanted and self.known != RETRYING):
            return BAD_STATE
        self.wanted = True
        self.silent = self.by_result = silent
        self.bearer = STARTING if self.slow else UP
        self.notice()
        return 0

    def close(self):
        if not self.wanted:
            return BAD_STATE
        self.end()
        return 0

    def end(self):
        """Asked for: all sockets are closed, silently, and then the session (Q5, B7, B10)."""
        self._table.close_all()
        self.give_up()

    def give_up(self):
        if not self.wanted:
            return
        self.wanted = False
        self.bearer = DOWN
        if self.known != UP:
            self.known = DOWN  # nothing that the host does not know
        self.notice()

    def why_not(self):
        """4,6,0: the error number of its failure, 0 while there is hope."""
        return 0 if self.wanted else self.cause or NOT_IN_TIME

    def notice(self):
        """True if the bearer has changed: 6,1 is owed if it came up, 6,0 if it ended or failed."""
        was, self.known = self.known, self.bearer
        if was == self.known:
            return False
        wanted = self.wanted
        if was == UP and wanted:
            self._table.lose_all()
        if self.known == DOWN:
            self.wanted = False
        if not wanted and self.by_result and self._wipsoft:
            return True
        if UP in (was, self.known) or (was == STARTING and self.known == DOWN):
            if not self.silent:
                self._owed.owe(OTHER, None, "+WIPBR: 6,%d" % (self.known == UP))
            self.silent = self.silent and self.known == STARTING
        return True
