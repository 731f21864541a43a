"""Start and stop the TCP/IP stack and the session (C1-C3, B1-B10), and handle the loss of a
session (Q5, Q9)."""

from .. import errors, urc
from ..clock import ticks_add, ticks_diff
from ..compat import const
from ..contract import DOWN, RETRYING, STARTING, UP
from ..settings import DIALECT, REGISTRATION, WIPSOFT

DIAL = const(b"dial")  # key under which the board's store saves the dial string
_MAX_DIAL = const(40)
_SPACE = const(0x20)
_DELETE = const(0x7F)
_NO_ADDRESS = const(b"\0\0\0\0")


def is_dial_string(text):
    """Return True if `text` (bytes) is one dial command, such as `ATD*99#`.

    A CR in a dial string would start a second command at the radio, and an LF would start a
    second line in the board's settings file. So `text` must be printable ASCII.
    """
    if text[:3].upper() != b"ATD" or not 3 < len(text) <= _MAX_DIAL:
        return False
    return all(_SPACE <= char < _DELETE for char in text)


def _is_redial(before, state):
    """Return True if the bearer's change from state `before` to `state` is a redial of a lost
    session.

    The code avoids the operator `in`, because it allocates a tuple. If memory ran out here, a
    command would be left half done, but a MemoryError must change nothing.
    """
    lost = before == UP or before == RETRYING  # noqa: PLR1714
    return lost and (state == STARTING or state == UP)  # noqa: PLR1714


class Session:
    """State of the IP stack (+WIPCFG) and of the session over the bearer (+WIPBR).

    Methods that implement a command return 0 or an error number.
    """

    def __init__(self, board, table, urcs, settings, clock):
        self.started = False  # True if +WIPCFG=1 has started the IP stack
        self.radio = board.bearer.radio  # the radio port; None on a board without a radio
        self.ping = None  # the Ping of +WIPPING; None before its first use
        # IPv4 address of the modem in the session, cached because bearer.address() allocates.
        self.local = _NO_ADDRESS
        self.redials = 0  # number of redials of lost sessions since the start
        self._bearer = board.bearer
        self._table = table
        self._urcs = urcs
        self._settings = settings
        self._clock = clock
        self._up_s = 0  # clock.seconds at the start of the session
        self._state = DOWN  # state of the bearer at the last check
        # True from a request to open a session until the session has ended or could not be opened.
        self._wanted = False
        self._device_open = False  # in the dialect wipsoft, True if the bearer device is open (H6)
        # True while a command waits until the session is up. The result of this command reports
        # the outcome, so no URC is sent (H7).
        self._silent = False
        # True if the command that opened the session waited until the session was up (H7).
        self._by_result = False
        self._registered = 0  # last +CREG registration state that the host has received
        self._due_ms = -1  # time in ms at which the bearer's tick() must be called; -1: now
        self._restore_dial(board.store)

    def _restore_dial(self, store):
        """Set the radio's dial string to the saved value of AT+WIPXDIAL, if it is valid."""
        saved = store.values.get(DIAL, b"")
        if self.radio is not None and is_dial_string(saved):
            self.radio.set_dial_string(saved)

    # Read the state

    def up(self):
        """Return True while a session is up."""
        return self._state == UP

    def session_s(self):
        """Return the age of the session in seconds, or 0 if no session is up."""
        return self._clock.seconds - self._up_s if self._state == UP else 0

    def in_call(self):
        """Return True while the session keeps the radio busy with a data call. The radio becomes
        free shortly after the end of the session."""
        return self._state != DOWN and self.radio.in_call()

    def failure(self):
        """Return the error number of the failed attempt to open a session, or 0 while a session is
        up or the attempt is still in progress (B9)."""
        if self._wanted:
            return 0
        return self._bearer.cause or errors.NOT_IN_TIME

    def ready(self):
        """Return True if sockets can be created: the IP stack is started, and a session is up
        (R17)."""
        return self.started and self._state == UP

    def in_session(self):
        """Return True while a session is up or is being established."""
        return self._wanted

    def address(self):
        """Return the IPv4 address of the modem in the session, 4 bytes (B5). Allocates."""
        return self._bearer.address()

    def server(self, which):
        """Return the address (4 bytes) of a DNS server, or 0.0.0.0 if the session has no such
        server. which: 0 for the first server, 1 for the second. Allocates."""
        servers = self._bearer.servers()
        return servers[which][0] if which < len(servers) else _NO_ADDRESS

    def network(self):
        """Return the network registration state for +CREG, on a board without a radio."""
        self._registered = self._bearer.registered()
        return self._registered

    # Methods for commands

    def start(self):
        """Start the IP stack. Return 0, or error 844 if the stack was started before (C2)."""
        if self.started:
            return errors.STACK_STARTED
        self.started = True
        return 0

    def stop(self):
        """Close all sockets, end the session, and stop the IP stack (Q5, H16). Return 0."""
        self.hang_up()
        self.started = self._device_open = False
        return 0

    def open_device(self):
        """Open the bearer device. In the dialect wipsoft, a host opens this device before a
        session (H6). Return 0 or an error number."""
        if not self.started:
            return errors.BAD_STACK_STATE
        if self._device_open:
            return errors.DEVICE_OPEN
        self._device_open = True
        return 0

    def close_device(self):
        """Close all sockets, end the session, and close the bearer device (H6). Return 0."""
        self.hang_up()
        self._device_open = False
        return 0

    def open_session(self, silent, limit_ms):
        """Start to open a session. The attempt fails if it takes longer than limit_ms (B1, B2).

        silent: True if the result of the command reports the outcome, so that no URC is sent; the
        command then reads failure(). Return 0 or an error number. A MemoryError changes nothing.
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
        """End the session or the attempt to open a session (B7). Return 0, or error 803 if no
        session is up or being opened."""
        if not self._wanted:
            return errors.BAD_STACK_STATE
        self.hang_up()
        return 0

    def set_credentials(self, option, text):
        """Set the user name (option 0) or the password (option 1) for the next session (B4). text:
        the value, bytes. Return 0."""
        if option:
            self._bearer.password = text
        else:
            self._bearer.user = text
        return 0

    def hang_up(self):
        """Close all sockets, then end the session or the attempt to open a session (B10)."""
        self._table.close_all()
        self.end()

    def end(self):
        """End the session or the attempt to open a session. The sockets of a lost session stay in
        the table (X3)."""
        if self._wanted:
            self._wanted = False
            self._bearer.stop()
            if self._state != UP:
                # The host has ended the attempt to open a session, so no URC is sent.
                self._state = DOWN
            # The state is updated at once and not at the next tick(): a later command in the same
            # command line may open a new session, and this session needs a +WIPBR of its own.
            self._update()

    def shut_down(self):
        """Set the bearer and the radio to their states at power-up, before a restart of the modem
        (H20)."""
        if self.ping:
            self.ping.stop()
        self.stop()
        self._bearer.user = self._bearer.password = b""
        if self.radio is not None:
            self.radio.restart()

    # Periodic work

    def tick(self):
        """Call tick() of the bearer if this call is due. Announce changes of the bearer's state
        and of the network registration. Return True if there was such a change."""
        if not self._bearer.poll() and self.wait_ms():
            return False
        now_ms = self._clock.now_ms
        self._due_ms = ticks_add(now_ms, self._bearer.tick(now_ms))
        announced = self._settings[REGISTRATION] and self._watch_network()
        return self._update() or announced

    def wait_ms(self):
        """Return the time in ms until the next call of tick() is needed."""
        return max(ticks_diff(self._due_ms, self._clock.now_ms), 0) if self._due_ms >= 0 else 0

    def _watch_network(self):
        """Announce a change of the network registration (AT+CREG=1). Return True if the
        registration has changed."""
        before = self._registered
        if self.network() == before:
            return False
        self._urcs.put(urc.REGISTERED, 0, self._registered)
        return True

    def _update(self):
        """Apply the bearer's state to the session. Return True if the bearer has changed state."""
        before = self._state
        state = self._bearer.state
        if state == before:
            return False
        # This call comes first, because it may raise a MemoryError, which must not change _state.
        self._use_addresses(state)
        self._state = state
        self.redials += _is_redial(before, state)
        if before == UP and self._wanted:
            # The connected sockets have lost their peers together with the session (Q5).
            self._table.bearer_lost()
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
        """Queue +WIPBR if a session has begun or ended, or if an attempt to open it has failed."""
        if before == UP or state == UP or (before == STARTING and state == DOWN):
            if not self._silent:
                self._urcs.put(urc.BEARER, int(state == UP))
            self._silent = self._silent and state == STARTING

    def _reported_by_results(self):
        """Return True if the host learns from results of commands, and not from URCs, that it has
        opened or closed the session (H7, dialect wipsoft)."""
        return self._by_result and self._settings[DIALECT] == WIPSOFT
