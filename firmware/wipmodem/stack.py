"""The TCP/IP stack and its bearer: started, stopped, lost (C1-C3, B1-B10, Q5, Q9)."""

from . import errors, urc


class Stack:
    def __init__(self, bearer, table, urcs):
        self._started = False
        self._bearer = bearer
        self._table = table
        self._urcs = urcs
        self._up = False  # as the host knows it
        self._asked = False  # for a session, by WIPBR=4
        self._silent = False  # H7: the result itself says that it is up

    def up(self):
        return self._up

    def ready(self):
        """May a socket be created (R17)?"""
        return self._started and self._up

    def start(self):
        if self._started:
            return errors.STACK_STARTED  # C2
        self._started = True
        return 0

    def stop(self):
        """Frees everything, so that the same set-up runs again (Q5, H16)."""
        self.hang_up()
        self._started = False
        return 0

    def open_session(self, silent):
        """B1, B2: 0 when the call may be made; its outcome is told later, unless silent."""
        if not self._started or self._asked:
            return errors.BAD_STACK_STATE
        self._asked = True
        self._silent = silent
        self._bearer.start()
        self.service()
        return 0

    def close_session(self):
        """B7: refused where there is none."""
        if not self._asked:
            return errors.BAD_STACK_STATE
        self.hang_up()
        return 0

    def hang_up(self):
        """B10: all sockets, then the call if there is one."""
        self._table.close_all()
        if self._asked:
            self._asked = False
            self._bearer.stop()
            self.service()  # now, so that a session asked for in the same line is news again

    def service(self):
        """Tell what became of the bearer; True when something did."""
        up = self._bearer.up()
        if up == self._up:
            return False
        self._up = up
        if up:
            self._table.resolver.use(self._bearer.servers(), self._bearer.hosts)
        else:
            self._lost()
        if not (up and self._silent):
            self._urcs.put(urc.BEARER, 0, int(up))
        return True

    def _lost(self):
        """Q5: unasked, each connected socket has lost its peer."""
        if self._asked:
            self._asked = False
            self._table.bearer_lost()
