"""The TCP/IP stack and its bearer: started, stopped, lost (C1-C3, B1-B10, Q5, Q9)."""

from .. import errors, urc
from ..clock import ticks_add, ticks_diff
from ..compat import const
from ..contract import DOWN, RETRYING, STARTING, UP
from ..settings import DIALECT, REGISTRATION, WIPSOFT

DIAL = const(b"dial")  # name of the dial string in the board's store
_MAX_DIAL = const(40)
_SPACE = const(0x20)
_DELETE = const(0x7F)
_NO_ADDRESS = const(b"\0\0\0\0")


def is_dial_string(text):
    """Return True if `text` is one dial command. A CR in it would make two lines of it, and an LF
    two of what the store keeps."""
    if text[:3].upper() != b"ATD" or not 3 < len(text) <= _MAX_DIAL:
        return False
    return all(_SPACE <= char < _DELETE for char in text)


class Session:
    def __init__(self, board, table, urcs, settings, clock):
        bearer = board.bearer
        self._clock = clock
        self._up_s = 0  # since when there is a session
        self.redials = 0  # of sessions that were lost
        self._settings = settings
        self.started = False
        self._device = False  # WIPsoft's: open (H6)
        self._bearer = bearer
        self.radio = bearer.radio
        self.ping = None  # Ping of +WIPPING, once a host has used it
        self.local = _NO_ADDRESS  # ours in the session that there is; to ask the bearer allocates
        self._table = table
        self._urcs = urcs
        self._state = DOWN  # of the bearer, as the host knows it
        self._asked = False  # for a session, by WIPBR=4
        self._silent = False  # H7: the result itself says what becomes of it
        self._by_result = False  # H7: ... and did of the session that there is
        self._registered = 0  # the network's state that the host was told last
        # When the bearer needs the next service; -1: now, whatever the clock says.
        self._due_ms = -1

        self._restore_dial(board.store)

    def _restore_dial(self, store):
        """Dial with the string that AT+WIPXDIAL has saved."""
        saved = store.values.get(DIAL, b"")
        if self.radio is not None and is_dial_string(saved):
            self.radio.set_dial_string(saved)

    def up(self):
        return self._state == UP

    def session_s(self):
        """How long there has been a session."""
        return self._clock.seconds - self._up_s if self._state == UP else 0

    def in_call(self):
        """Is the radio's line a session's? One that is ending gives it back soon."""
        return self._state != DOWN and self.radio.in_call()

    def failure(self):
        """Why the session that was asked for did not come, or 0 while it may (B9)."""
        if self._asked:
            return 0
        return self._bearer.cause or errors.NOT_IN_TIME

    def ready(self):
        """May a socket be created (R17)?"""
        return self.started and self._state == UP

    def in_session(self):
        """Is there one, or is one wanted?"""
        return self._asked

    def start(self):
        if self.started:
            return errors.STACK_STARTED  # C2
        self.started = True
        return 0

    def stop(self):
        """Frees everything, so that the same set-up runs again (Q5, H16)."""
        self.hang_up()
        self.started = self._device = False
        return 0

    def shut_down(self):
        """H20: the modem ends. Bearer and radio outlive it, and become as after power-up."""
        if self.ping:
            self.ping.stop()
        self.stop()
        self._bearer.user = self._bearer.password = b""
        if self.radio is not None:
            self.radio.restart()

    def open_device(self):
        """H6: in WIPsoft the bearer's device is opened before the session; 804 when it is."""
        if not self.started:
            return errors.BAD_STACK_STATE
        if self._device:
            return errors.DEVICE_OPEN
        self._device = True
        return 0

    def close_device(self):
        """H6: the session ends with it."""
        self.hang_up()
        self._device = False
        return 0

    def open_session(self, silent, limit_ms):
        """B1, B2: 0 when the call may be made; its outcome is told later, unless silent."""
        if not self.started or (self._asked and self._state != RETRYING):
            return errors.BAD_STACK_STATE
        self._asked = True
        self._silent = self._by_result = silent
        try:
            self._bearer.start(limit_ms)
            self._notice()
        except MemoryError:
            self.give_up()  # as if it had not been asked for
            raise
        if self._bearer.state == DOWN:
            self._asked = False
            return self.failure()
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
        self.give_up()

    def give_up(self):
        """No session is wanted; what a lost one left in the table stays there (X3)."""
        if self._asked:
            self._asked = False
            self._bearer.stop()
            if self._state != UP:
                self._state = DOWN  # the host knows
            self._notice()  # now, so that a session asked for in the same line is news again

    def credentials(self, option, text):
        """B4: user id (option 0) or password (1) of the next session."""
        if option:
            self._bearer.password = text
        else:
            self._bearer.user = text
        return 0

    def address(self):
        """B5: four bytes."""
        return self._bearer.address()

    def server(self, which):
        """The first or second DNS server's address, zeros if the session has none."""
        servers = self._bearer.servers()
        return servers[which][0] if which < len(servers) else _NO_ADDRESS

    def tick(self):
        """Tell what became of the bearer; True when something did."""
        if not self._bearer.poll() and self.wait_ms():
            return False
        now_ms = self._clock.now_ms
        self._due_ms = ticks_add(now_ms, self._bearer.tick(now_ms))
        told = self._settings[REGISTRATION] and self._watch_network()
        return self._notice() or told

    def network(self):
        """The network's state, the stat of +CREG, where no radio has it."""
        self._registered = self._bearer.registered()
        return self._registered

    def _watch_network(self):
        """With AT+CREG=1, tell a change; True if there was one."""
        was = self._registered
        if self.network() == was:
            return False
        self._urcs.registered(self._registered)
        return True

    def wait_ms(self):
        """Until `tick` is needed."""
        return max(ticks_diff(self._due_ms, self._clock.now_ms), 0) if self._due_ms >= 0 else 0

    def _notice(self):
        was = self._state
        state = self._bearer.state
        if state == was:
            return False
        if state == UP:  # first: this allocates
            self.local = self._bearer.address()
            self._table.resolver.use(self._bearer.servers(), self._bearer.lookup)
            self._up_s = self._clock.seconds
        else:
            self.local = _NO_ADDRESS
        self._state = state
        self.redials += was in (UP, RETRYING) and state in (UP, STARTING)
        if was == UP and state != UP and self._asked:
            self._table.bearer_lost()  # Q5: unasked, each connected socket has lost its peer
        wanted = self._asked
        if state == DOWN:
            self._asked = False
        if wanted or not self._known_by_results():
            self._tell(was, state)
        return True

    def _tell(self, was, state):
        """A session that has begun, has ended, or did not come."""
        if UP in (was, state) or (was == STARTING and state == DOWN):
            if not self._silent:
                self._urcs.put(urc.BEARER, int(state == UP))
            self._silent = self._silent and state == STARTING

    def _known_by_results(self):
        """Is it a WIPsoft host's session? Of what it has asked for nothing is told (H7)."""
        return self._by_result and self._settings[DIALECT] == WIPSOFT
