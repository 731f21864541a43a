"""The bearer over a radio (B1-B10): a data call, and network.PPP on the radio's UART.

start() only begins to set up a session, and stop() only begins to end a session. tick(now_ms)
continues this work in steps, each with a deadline. No method waits. If `redial_s` in the board
file is not 0, the bearer dials again after a session was lost. The pause before each attempt is
twice as long as the previous pause, up to 5 minutes.
"""

from ..clock import ticks_add, ticks_diff
from ..contract import (
    ANY_PORT,
    AUTH_FAILED,
    DOWN,
    IPCP_FAILED,
    LCP_FAILED,
    NO_CARRIER,
    NO_RADIO,
    PEER_ENDED,
    PEER_SILENT,
    RETRYING,
    STARTING,
    UP,
    const,
)
from .net import interface_address, interface_servers

# Steps of a session: values of Ppp._step.
_IDLE = const(0)
_WAIT_FOR_RADIO = const(1)
_DIAL = const(2)
_NEGOTIATE = const(3)  # PPP negotiates LCP, authentication and IPCP
_RUN = const(4)
_CLOSE = const(5)  # PPP terminates the link
_BACK_OFF = const(6)  # the bearer pauses before the next call

# State of the bearer (contract.py), indexed by the step of the session.
_STATE_OF_STEP = (DOWN, STARTING, STARTING, STARTING, UP, STARTING, STARTING)
# Steps of a session during which PPP uses the radio's UART.
_PPP_STEPS = const((_NEGOTIATE, _RUN, _CLOSE))
# Steps of a session during which the radio makes or keeps a call for the session.
_CALL_STEPS = const((_DIAL, _NEGOTIATE, _RUN, _CLOSE))

_RADIO_MS = const(30000)  # time limit for the radio to become ready for a call, in ms
# Time limit for the negotiation of PPP, in ms. Two calls with a negotiation fit into the 60 s of
# rule H7.
_NEGOTIATE_MS = const(20000)
# Time limit for the termination of the PPP link, in ms. lwIP sends two terminate requests, and
# waits 6 s after each of the two requests.
_CLOSE_MS = const(15000)
_RETRY_MS = const(2000)  # pause in ms before the bearer repeats a call that led to no session
# Largest number of calls that the bearer makes after one start() if no call leads to a session.
_MAX_CALLS = const(2)
_MAX_BACK_OFF_MS = const(300000)
# Longest time between two calls of tick(), in ms, indexed by the step of the session.
_MAX_WAIT_MS = const((1000, 20, 20, 20, 100, 20, 20))

# Value of network.PPP.status() while the PPP link is up. Other positive values are other phases of
# PPP. A value of 0 or below means that PPP has ended.
_CONNECTED = const(4)
# Error number of a failed session, by the value of network.PPP.status() after PPP has ended.
_CAUSE_OF_STATUS = {-7: AUTH_FAILED, -8: IPCP_FAILED, -9: PEER_SILENT}

# A DNS query for the name servers of the root domain. Every DNS server responds to this query.
_QUERY = const(b"wp\1\0\0\1\0\0\0\0\0\0\0\0\2\0\1")
_DNS_PORT = const(53)
_QUERY_MS = const(10000)  # time between two DNS queries to a peer that does not respond, in ms
_MAX_QUERIES = const(3)


def make_bearer(board):
    """Return the bearer for a board with a radio on a second UART. board.RADIO is the table of the
    radio in the board file."""
    # Modules for hardware are imported inside the function, because a PC also imports this file
    # but has no such modules.
    from network import PPP

    from .radio import Radio
    from .uart import RadioLines, Uart, open_uart

    facts = board.RADIO
    uart = open_uart(facts)
    radio = Radio(Uart(board.poller, uart, facts), facts, RadioLines(facts), board.ticks_ms())
    stream = board.net.ppp_stream(uart)
    # lwIP has memory for only one PPP object, so this object is kept until the next reset.
    return Ppp(radio, stream, PPP(stream), board.net, facts)


class Ppp:
    """The bearer (contract.py) for sessions over a radio.

    radio: the Radio that makes the calls. uart: the stream that net.ppp_stream() has returned for
    the radio's UART. link: a network.PPP object on this stream. net: the net port. facts: the
    RADIO table of the board file. If `redial_s` in this table is 0, the bearer does not dial again
    after a session was lost."""

    def __init__(self, radio, uart, link, net, facts):
        self.radio = radio
        self.state = DOWN
        # Error number of the last failed call or lost session. 0 after start(), and while a
        # session is up.
        self.cause = 0
        # User id and password, as bytes, by which PPP authenticates the modem in the next call.
        self.user = self.password = b""
        # Number of attempts to restore a lost session since the modem started.
        self.redials = 0
        self._uart = uart
        self._link = link
        self._net = net
        # True if PPP authenticates by PAP in the next call, False if PPP authenticates by CHAP. A
        # failed negotiation changes the value.
        self._pap = False
        self._probe = _Probe(net, facts.get("probe_s", 60) * 1000)
        self._limit_ms = 0  # time limit for the radio to set up a call, in ms (S7)
        self._first_back_off_ms = self._back_off_ms = facts.get("redial_s", 0) * 1000
        self._wanted = False
        self._was_up = False  # True if a session has been up since the last start()
        self._step = _IDLE
        self._due_ms = 0  # timestamp of the deadline for the step in progress
        self._now_ms = 0
        # Number of calls that have failed since start(), or since a session was up.
        self._calls = 0
        self._received = False  # True if PPP has read bytes since the last call of tick()
        # The bound method link.poll is stored, because MicroPython allocates memory each time that
        # `link.poll` is evaluated.
        self._poll_link = link.poll

    def start(self, limit_ms):
        """Request a session. limit_ms: time limit for the radio to set up a call, in ms."""
        self._limit_ms = limit_ms
        self._wanted = True
        self._was_up = self._step == _RUN
        # If the call of a previous session is being ended, the end must not count as a failed
        # call.
        self._calls = -1 if self._step == _CLOSE else 0
        self.cause = 0
        if self._step in (_IDLE, _BACK_OFF):
            self._go(_WAIT_FOR_RADIO, _RADIO_MS)
        self._update_state()

    def stop(self):
        """End the session, or end the attempts to set up a session."""
        self._wanted = False
        if self._step in (_NEGOTIATE, _RUN):
            self._close()
        elif self._step != _CLOSE:
            self._hang_up()
            self._step = _IDLE
        self._update_state()

    def address(self):
        """Return the modem's own IP address as four bytes. Allocates."""
        return interface_address(self._link)

    def lookup(self, name):
        """Return None, because a board has no hosts file that contains the address of `name`."""

    def servers(self):
        """Return [(address, port)] of the DNS server of the session, or [] if the session has no
        DNS server. The address is four bytes. Allocates."""
        return interface_servers(self._link)

    def signal(self):
        """Return the signal strength that the radio has reported last, in the unit of +CSQ, or
        NO_SIGNAL."""
        return self.radio.signal

    def poll(self):
        """Let PPP read received bytes from the radio's UART. The core calls poll() in every pass
        of the main loop. Return True if the core must call tick() in the same pass.

        PPP reads the UART only in poll(). By default, MicroPython would also let PPP read bytes
        while PPP sends bytes and waits for room in the UART."""
        if self._step not in _PPP_STEPS:
            return self._poll_radio()
        if not self._uart.any():
            return False
        with self._net.stack_lock:
            if self._poll_link() > 0:
                self._received = True
        return False

    def _poll_radio(self):
        """Return True if tick() must read bytes that the radio has sent. Return False during a
        data call of the host, because the core reads the bytes of the data call."""
        if self.radio.online():
            self.radio.watch()
            return False
        return self._uart.any() > 0

    def tick(self, now_ms):
        """Check the step in progress, and enter the next step if this step has ended. now_ms:
        timestamp of the call. Return the number of ms until tick() must be called again."""
        self._now_ms = now_ms
        wait_ms = self.radio.tick(now_ms)
        _DO[self._step](self, ticks_diff(now_ms, self._due_ms) >= 0)
        self._update_state()
        return min(wait_ms, _MAX_WAIT_MS[self._step])

    # Each _do function below handles one step of a session. tick() calls the function of the step
    # in progress. late: True if the deadline for the step has passed.

    def _do_idle(self, late):
        pass

    def _do_wait_for_radio(self, late):
        if self.radio.idle():
            self.radio.dial(self._limit_ms)
            self._step = _DIAL
        elif late:
            self._call_failed(NO_RADIO)

    def _do_dial(self, late):
        # The argument `late` is not used, because radio.py checks the time limit of a call.
        if self.radio.online():
            self._connect()
        elif not self.radio.calling():
            self._call_failed(self.radio.cause)

    def _do_negotiate(self, late):
        self._net.run_timers()
        status = self._link.status()
        if status == _CONNECTED:
            self._begin()
        elif status <= 0:
            self._no_link(_CAUSE_OF_STATUS.get(status, LCP_FAILED))
            self._call_failed(self.cause)
        elif late or not self.radio.carrier():
            self._no_link(LCP_FAILED if late else NO_CARRIER)
            self._close()

    def _no_link(self, cause):
        """Prepare the next call after the negotiation of PPP has failed. cause: error number of
        the failure. After AUTH_FAILED the bearer makes no further call, because the same password
        would fail again. After any other failure the next call uses CHAP instead of PAP, or PAP
        instead of CHAP, because the peer may accept only one of the two."""
        self.cause = cause
        if cause == AUTH_FAILED:
            self._calls = _MAX_CALLS
        else:
            self._pap = not self._pap

    def _do_run(self, late):
        status = self._link.status()
        if status != _CONNECTED:
            self._call_failed(_CAUSE_OF_STATUS.get(status, PEER_ENDED))
        elif not self.radio.carrier():
            self._drop(NO_CARRIER)
        elif self._probe.is_dead(self._now_ms, self._received):
            self._drop(PEER_SILENT)
        self._received = False

    def _drop(self, cause):
        """End PPP without terminate requests, which take 12 s if the peer does not respond. cause:
        error number of the failure. PPP may end without terminate requests only while PPP is up:
        in any other phase, lwIP would not free its only PPP object. If the interface has no
        address, the peer has begun to end the link, and _close() ends PPP by terminate
        requests."""
        if any(self.address()):
            with self._net.stack_lock:
                self._link.__del__()
            self._call_failed(cause)
        else:
            self.cause = PEER_ENDED
            self._close()

    def _do_close(self, late):
        self._net.run_timers()
        if late or self._link.status() <= 0:
            self._call_failed(self.cause)

    def _do_back_off(self, late):
        if late:
            self.redials += 1
            self._go(_WAIT_FOR_RADIO, _RADIO_MS)

    # Transitions between the steps of a session

    def _go(self, step, limit_ms):
        self._step = step
        self._due_ms = ticks_add(self._now_ms, limit_ms)

    def _update_state(self):
        """Set the attribute `state` from the step in progress. After a session was lost, the state
        is RETRYING until the session is up again."""
        state = _STATE_OF_STEP[self._step] if self._wanted else DOWN
        self.state = RETRYING if state == STARTING and self._was_up else state

    def _connect(self):
        self._go(_NEGOTIATE, _NEGOTIATE_MS)
        try:
            with self._net.stack_lock:
                self._link.connect(**self._identity())
        except OSError:
            self._call_failed(LCP_FAILED)
            return
        # PPP.connect() has set a handler for the UART's interrupt that would poll PPP. The call of
        # irq() replaces this handler.
        self._uart.irq(_ignore, self._uart.IRQ_RXIDLE)

    def _identity(self):
        """Return the keyword arguments for network.PPP.connect() as a dict, which is empty if no
        user id is set."""
        if not self.user:
            return {}
        security = self._link.SEC_PAP if self._pap else self._link.SEC_CHAP
        return {"security": security, "user": self.user, "key": self.password}

    def _begin(self):
        """Enter the step _RUN after the negotiation of PPP has succeeded."""
        self._step = _RUN
        self._was_up = True
        self._calls = self.cause = 0
        self._back_off_ms = self._first_back_off_ms
        servers = self.servers()
        self._probe.start(self._now_ms, servers[0][0] if servers else None)

    def _close(self):
        self._probe.stop()
        with self._net.stack_lock:
            self._link.disconnect()
        self._go(_CLOSE, _CLOSE_MS)

    def _call_failed(self, cause):
        """End the call of the session, and choose the next step: another call, a pause before
        another call, or no call. cause: error number of the failure."""
        self._probe.stop()
        self._hang_up()
        self.cause = cause
        self._calls += 1
        if not self._wanted:
            self._step = _IDLE
        elif self._was_up and self._first_back_off_ms:
            self._go(_BACK_OFF, self._back_off_ms)
            self._back_off_ms = min(self._back_off_ms * 2, _MAX_BACK_OFF_MS)
        elif self._was_up or self._calls >= _MAX_CALLS:
            self._wanted = False
            self._step = _IDLE
        elif self._calls:
            self._go(_BACK_OFF, _RETRY_MS)
        else:
            self._go(_WAIT_FOR_RADIO, _RADIO_MS)

    def _hang_up(self):
        if self._step in _CALL_STEPS and (self.radio.online() or self.radio.calling()):
            self.radio.hang_up()


class _Probe:
    """Probe that detects a PPP link whose peer does not respond any more.

    net: the net port. quiet_ms: time without a received byte, in ms, after which the probe sends
    DNS queries; 0 disables the probe. The probe sends DNS queries because lwIP does not send LCP
    echo requests. Any received byte, not only a DNS response, proves that the peer responds."""

    def __init__(self, net, quiet_ms):
        self._net = net
        self._quiet_ms = quiet_ms
        # Address of the DNS server to which the probe sends queries. None: the probe is stopped.
        self._server = None
        # Handle of the UDP socket for DNS queries. -1: the socket is not open.
        self._handle = -1
        self._queries = 0  # number of DNS queries sent since the last byte was received
        self._due_ms = 0  # timestamp at which the next DNS query is due

    def start(self, now_ms, server):
        """Start the probe. now_ms: timestamp of the call. server: address of the DNS server as
        four bytes, or None, which disables the probe."""
        self._server = server if self._quiet_ms else None
        self._reset(now_ms)

    def stop(self):
        """Stop the probe and close its UDP socket."""
        self._server = None
        self._close()

    def is_dead(self, now_ms, received):
        """Send a DNS query if a query is due. Return True if no byte has arrived after the largest
        number of queries, so that the PPP link counts as dead. now_ms: timestamp of the call.
        received: True if bytes have arrived since the last call of is_dead()."""
        if self._server is None:
            return False
        if received:
            self._reset(now_ms)
        elif ticks_diff(now_ms, self._due_ms) >= 0:
            if self._queries == _MAX_QUERIES:
                return True
            self._query(now_ms)
        return False

    def _reset(self, now_ms):
        self._queries = 0
        self._due_ms = ticks_add(now_ms, self._quiet_ms)
        self._close()

    def _close(self):
        if self._handle >= 0:
            self._net.close(self._handle)
            self._handle = -1

    def _query(self, now_ms):
        """Send a DNS query to the server, and count the query. If no socket is free, the query is
        neither sent nor counted."""
        self._due_ms = ticks_add(now_ms, _QUERY_MS)
        if self._handle < 0:
            self._handle = self._net.open_udp(ANY_PORT, self._server, _DNS_PORT)
        if self._handle >= 0:
            self._queries += 1
            self._net.set_events(self._handle, 0)
            self._net.write(self._handle, _QUERY, 0, len(_QUERY))


def _ignore(uart):
    """Do nothing in the interrupt of the UART, because the poller wakes the main loop."""


_DO = (
    Ppp._do_idle,
    Ppp._do_wait_for_radio,
    Ppp._do_dial,
    Ppp._do_negotiate,
    Ppp._do_run,
    Ppp._do_close,
    Ppp._do_back_off,
)
