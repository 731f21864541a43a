"""The TCP/IP stack and its bearer: start, stop, loss (C1-C3, B1-B10, Q5, Q9)."""

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
    """Return True if `text` is one dial command.

    A CR in it would make two commands of it, and an LF two lines of the store's file.
    """
    if text[:3].upper() != b"ATD" or not 3 < len(text) <= _MAX_DIAL:
        return False
    return all(_SPACE <= char < _DELETE for char in text)


def _is_redial(before, state):
    """Return True if a lost session is dialled again. `in` is avoided: it allocates its tuple,
    and a command that finds no memory must change nothing."""
    lost = before == UP or before == RETRYING  # noqa: PLR1714
    return lost and (state == STARTING or state == UP)  # noqa: PLR1714


class Session:
    """State of the IP stack (+WIPCFG) and of the session over its bearer (+WIPBR).

    Methods that a command calls return 0 or an error number.
    """

    def __init__(self, board, table, urcs, settings, clock):
        self.started = False  # the stack, by +WIPCFG=1
        self.radio = board.bearer.radio  # None on a board without one
        self.ping = None  # Ping of +WIPPING, once a host has used it
        self.local = _NO_ADDRESS  # our address in the session; asking the bearer allocates
        self.redials = 0  # number of times that a lost session was dialled again
        self._bearer = board.bearer
        self._table = table
        self._urcs = urcs
        self._settings = settings
        self._clock = clock
        self._up_s = 0  # clock.seconds at the start of the session
        self._state = DOWN  # the bearer's state when last looked at
        self._wanted = False  # a session was asked for, and has not ended since
        self._device_open = False  # dialect wipsoft: the bearer's device is open (H6)
        # The command that opens the session waits for it: its result reports the outcome, and no
        # URC does (H7).
        self._silent = False
        self._by_result = False  # the session that is up was opened by such a command (H7)
        self._registered = 0  # state of the network, as last announced or read
        self._due_ms = -1  # stamp at which the bearer needs its next service; -1: now
        self._restore_dial(board.store)

    def _restore_dial(self, store):
        """Give the radio the dial string that AT+WIPXDIAL has saved."""
        saved = store.values.get(DIAL, b"")
        if self.radio is not None and is_dial_string(saved):
            self.radio.set_dial_string(saved)

    # State

    def up(self):
        """Return True while there is a session."""
        return self._state == UP

    def session_s(self):
        """Return the age of the session in seconds, 0 without one."""
        return self._clock.seconds - self._up_s if self._state == UP else 0

    def in_call(self):
        """Return True while the session uses the radio's line. A session that ends frees the
        line soon."""
        return self._state != DOWN and self.radio.in_call()

    def failure(self):
        """Return why the session was not established, or 0 while it still may be (B9)."""
        if self._wanted:
            return 0
        return self._bearer.cause or errors.NOT_IN_TIME

    def ready(self):
        """Return True if a socket may be created (R17)."""
        return self.started and self._state == UP

    def in_session(self):
        """Return True while a session is up or wanted."""
        return self._wanted

    def address(self):
        """Return our address, 4 bytes (B5). Allocates."""
        return self._bearer.address()

    def server(self, which):
        """Return the address of the first (0) or second (1) DNS server, zeros without one."""
        servers = self._bearer.servers()
        return servers[which][0] if which < len(servers) else _NO_ADDRESS

    def network(self):
        """Return the state of the network, as +CREG has it, of a board without a radio."""
        self._registered = self._bearer.registered()
        return self._registered

    # Commands

    def start(self):
        """Start the stack. It must not run yet (C2)."""
        if self.started:
            return errors.STACK_STARTED
        self.started = True
        return 0

    def stop(self):
        """Stop the stack: close all sockets, end the session (Q5, H16)."""
        self.hang_up()
        self.started = self._device_open = False
        return 0

    def open_device(self):
        """Open the bearer's device, as the dialect wipsoft does before a session (H6)."""
        if not self.started:
            return errors.BAD_STACK_STATE
        if self._device_open:
            return errors.DEVICE_OPEN
        self._device_open = True
        return 0

    def close_device(self):
        """Close the bearer's device, which ends the session (H6)."""
        self.hang_up()
        self._device_open = False
        return 0

    def open_session(self, silent, limit_ms):
        """Start to establish a session, for limit_ms at most (B1, B2).

        silent: no URC reports the outcome; the command asks failure() for it. MemoryError changes
        nothing.
        """
        if not self.started or (self._wanted and self._state != RETRYING):
            return errors.BAD_STACK_STATE
        self._wanted = True
        self._silent = self._by_result = silent
        try:
            self._bearer.start(limit_ms)
            self._update()
        except MemoryError:
            self.end()
            raise
        if self._bearer.state == DOWN:
            self._wanted = False
            return self.failure()
        return 0

    def close_session(self):
        """End the session. There must be one, or an attempt (B7)."""
        if not self._wanted:
            return errors.BAD_STACK_STATE
        self.hang_up()
        return 0

    def set_credentials(self, option, text):
        """Set the user id (option 0) or the password (1) of the next session (B4)."""
        if option:
            self._bearer.password = text
        else:
            self._bearer.user = text
        return 0

    def hang_up(self):
        """Close all sockets, then end the session if there is one (B10)."""
        self._table.close_all()
        self.end()

    def end(self):
        """End the session, or the attempt. Sockets that a lost session left behind stay (X3)."""
        if self._wanted:
            self._wanted = False
            self._bearer.stop()
            if self._state != UP:
                self._state = DOWN  # no URC: the host has ended the attempt itself
            # Now, so that a session opened by the same command line is announced again.
            self._update()

    def shut_down(self):
        """Set bearer and radio as after power-up, for the modem that follows (H20)."""
        if self.ping:
            self.ping.stop()
        self.stop()
        self._bearer.user = self._bearer.password = b""
        if self.radio is not None:
            self.radio.restart()

    # Periodic work

    def tick(self):
        """Serve the bearer and announce what has changed. Return True if something has."""
        if not self._bearer.poll() and self.wait_ms():
            return False
        now_ms = self._clock.now_ms
        self._due_ms = ticks_add(now_ms, self._bearer.tick(now_ms))
        announced = self._settings[REGISTRATION] and self._watch_network()
        return self._update() or announced

    def wait_ms(self):
        """Return the time in ms until tick() is needed."""
        return max(ticks_diff(self._due_ms, self._clock.now_ms), 0) if self._due_ms >= 0 else 0

    def _watch_network(self):
        """Announce a changed state of the network (AT+CREG=1). Return True if it has changed."""
        before = self._registered
        if self.network() == before:
            return False
        self._urcs.put(urc.REGISTERED, 0, self._registered)
        return True

    def _update(self):
        """Apply the bearer's state. Return True if it has changed."""
        before = self._state
        state = self._bearer.state
        if state == before:
            return False
        self._use_addresses(state)  # first: this allocates
        self._state = state
        self.redials += _is_redial(before, state)
        if before == UP and self._wanted:
            self._table.bearer_lost()  # each connected socket has lost its peer (Q5)
        was_wanted = self._wanted
        if state == DOWN:
            self._wanted = False
        if was_wanted or not self._reported_by_results():
            self._announce(before, state)
        return True

    def _use_addresses(self, state):
        if state == UP:
            self.local = self._bearer.address()
            self._table.resolver.use(self._bearer.servers(), self._bearer.lookup)
            self._up_s = self._clock.seconds
        else:
            self.local = _NO_ADDRESS

    def _announce(self, before, state):
        """Queue +WIPBR for a session that has begun or ended, or was not established."""
        if before == UP or state == UP or (before == STARTING and state == DOWN):
            if not self._silent:
                self._urcs.put(urc.BEARER, int(state == UP))
            self._silent = self._silent and state == STARTING

    def _reported_by_results(self):
        """Return True if results report what a WIPsoft host did to the session (H7)."""
        return self._by_result and self._settings[DIALECT] == WIPSOFT
