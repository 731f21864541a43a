"""The bearer over a radio (B1-B10): a data call, and network.PPP on the radio's UART.

start() and stop() only state whether a session is wanted. tick(now_ms) works towards that in
steps, each with a deadline, and never waits. A lost session is dialled again after pauses that
grow, if the board file says so.
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

# The steps of a session.
_IDLE = const(0)
_WAIT_FOR_RADIO = const(1)
_DIAL = const(2)
_NEGOTIATE = const(3)  # PPP negotiates LCP, authentication and IPCP
_RUN = const(4)
_CLOSE = const(5)  # PPP terminates the link
_BACK_OFF = const(6)  # the pause before the next call

_STATE_OF_STEP = (DOWN, STARTING, STARTING, STARTING, UP, STARTING, STARTING)
# The steps in which PPP uses the radio's UART, and those in which the session has a call.
_PPP_STEPS = const((_NEGOTIATE, _RUN, _CLOSE))
_CALL_STEPS = const((_DIAL, _NEGOTIATE, _RUN, _CLOSE))

_RADIO_MS = const(30000)  # time for a radio that was just switched on to be ready
_NEGOTIATE_MS = const(20000)  # two calls, each with this limit, end within the 60 s of H7
_CLOSE_MS = const(15000)  # lwIP sends two terminate requests and waits 6 s after each
_RETRY_MS = const(2000)  # pause between two calls for the same start()
_MAX_CALLS = const(2)  # calls for one start() until a session has been up
_MAX_BACK_OFF_MS = const(300000)
# The longest time between two calls of tick(), by step.
_MAX_WAIT_MS = const((1000, 20, 20, 20, 100, 20, 20))

# Results of network.PPP.status(). A positive number is a phase of PPP, other numbers are its end.
_CONNECTED = const(4)
_CAUSE_OF_STATUS = {-7: AUTH_FAILED, -8: IPCP_FAILED, -9: PEER_SILENT}

# A DNS query for the name server of the root, which every server answers.
_QUERY = const(b"wp\1\0\0\1\0\0\0\0\0\0\0\0\2\0\1")
_DNS_PORT = const(53)
_QUERY_MS = const(10000)  # time between two queries
_MAX_QUERIES = const(3)


def make_bearer(board):
    """Return the bearer of a board with a radio on a UART of its own; board.RADIO is its table."""
    # Imported here, because a PC has no such modules and imports this file as well.
    from network import PPP

    from .radio import Radio
    from .uart import RadioLines, Uart, open_uart

    facts = board.RADIO
    uart = open_uart(facts)
    radio = Radio(Uart(board.poller, uart, facts), facts, RadioLines(facts), board.ticks_ms())
    stream = board.net.ppp_stream(uart)
    # lwIP has room for one PPP object, so this one lasts until the next reset.
    return Ppp(radio, stream, PPP(stream), board.net, facts)


class Ppp:
    """A session over a radio.

    radio: the Radio to dial with. uart: the stream that net.ppp_stream() returned for its UART.
    link: a network.PPP on that stream. net: the net port. facts: the RADIO table of the board
    file; its redial_s 0 means that a lost session is not dialled again."""

    def __init__(self, radio, uart, link, net, facts):
        self.radio = radio
        self.state = DOWN
        self.cause = 0  # why the last session failed or ended, 0 while it has not
        # User id and password that PPP sends in the next call, as bytes.
        self.user = self.password = b""
        self.redials = 0  # how often a lost session was dialled again since the start
        self._uart = uart
        self._link = link
        self._net = net
        # True if the next call offers PAP, not CHAP, because PAP has succeeded last.
        self._pap = False
        self._probe = _Probe(net, facts.get("probe_s", 60) * 1000)
        self._limit_ms = 0  # time limit of a call (S7)
        self._first_back_off_ms = self._back_off_ms = facts.get("redial_s", 0) * 1000
        self._wanted = False
        self._was_up = False  # the session has been up since start()
        self._step = _IDLE
        self._due_ms = 0  # deadline of the step in progress
        self._now_ms = 0
        self._calls = 0  # number of calls that have failed since start()
        self._received = False  # PPP has read bytes since the last tick()
        # The method is bound here, because MicroPython allocates for each access to a method.
        self._poll_link = link.poll

    def start(self, limit_ms):
        """Ask for a session; each call may take limit_ms."""
        self._limit_ms = limit_ms
        self._wanted = True
        self._was_up = self._step == _RUN
        # The end of a call that is being closed must not count as a failed call.
        self._calls = -1 if self._step == _CLOSE else 0
        self.cause = 0
        if self._step in (_IDLE, _BACK_OFF):
            self._go(_WAIT_FOR_RADIO, _RADIO_MS)
        self._update_state()

    def stop(self):
        """End the session, or the attempts to get one."""
        self._wanted = False
        if self._step in (_NEGOTIATE, _RUN):
            self._close()
        elif self._step != _CLOSE:
            self._hang_up()
            self._step = _IDLE
        self._update_state()

    def address(self):
        """Return the own address, four bytes. Allocates."""
        return interface_address(self._link)

    def lookup(self, name):
        """Return None: a board has no hosts file."""

    def servers(self):
        """Return [(address, port)] of the DNS server, or []. Allocates."""
        return interface_servers(self._link)

    def signal(self):
        """Return the signal strength that the radio has reported last, as in +CSQ."""
        return self.radio.signal

    def poll(self):
        """Make PPP read the UART, in every pass. Return True if tick() is due early.

        PPP reads nowhere else. If MicroPython polled it on every received byte, PPP would read
        in the middle of a send that waits for room on the UART as well."""
        if self._step not in _PPP_STEPS:
            return self._poll_radio()
        if not self._uart.any():
            return False
        with self._net.stack_lock:
            if self._poll_link() > 0:
                self._received = True
        return False

    def _poll_radio(self):
        """Return True if the radio has sent lines; bytes of the host's own call are the core's."""
        if self.radio.online():
            self.radio.watch()
            return False
        return self._uart.any() > 0

    def tick(self, now_ms):
        """Take one step if it is due. Return the ms until the next call."""
        self._now_ms = now_ms
        wait_ms = self.radio.tick(now_ms)
        _DO[self._step](self, ticks_diff(now_ms, self._due_ms) >= 0)
        self._update_state()
        return min(wait_ms, _MAX_WAIT_MS[self._step])

    # The functions that tick() calls, one for each step. late: the step's deadline has passed.

    def _do_idle(self, late):
        pass

    def _do_wait_for_radio(self, late):
        if self.radio.idle():
            self.radio.dial(self._limit_ms)
            self._step = _DIAL
        elif late:
            self._call_failed(NO_RADIO)

    def _do_dial(self, late):
        # The radio module watches the time limit of a call.
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
        """Decide on the next call. A wrong password stays wrong; after any other failure, the peer
        may want the other authentication protocol."""
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
        """End PPP without its terminate requests, which would take 12 s without a peer. That is
        safe only while PPP is up: in any other phase lwIP would not free its one PPP object. When
        the peer has begun to end the link, the interface has no address."""
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

    # Transitions between steps

    def _go(self, step, limit_ms):
        self._step = step
        self._due_ms = ticks_add(self._now_ms, limit_ms)

    def _update_state(self):
        """Set the state that the core sees. A lost session is RETRYING until it is up again."""
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
        # This replaces the interrupt handler of connect(), which would poll PPP.
        self._uart.irq(_ignore, self._uart.IRQ_RXIDLE)

    def _identity(self):
        """Return the arguments of network.PPP.connect()."""
        if not self.user:
            return {}
        security = self._link.SEC_PAP if self._pap else self._link.SEC_CHAP
        return {"security": security, "user": self.user, "key": self.password}

    def _begin(self):
        """Enter the step of a session that is up."""
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
        """End this call, and choose the step after it: another call, a back-off, or none."""
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
    """Detects a link whose peer is gone. lwIP sends no LCP echo requests, so the probe sends DNS
    queries after quiet_ms without a received byte. Any received byte, not only a reply, shows that
    the peer is there. quiet_ms 0: no queries."""

    def __init__(self, net, quiet_ms):
        self._net = net
        self._quiet_ms = quiet_ms
        self._server = None  # address of the DNS server; None: the probe is stopped
        self._handle = -1  # handle of the UDP socket; -1: the socket is not open
        self._queries = 0  # number of queries sent since the last received byte
        self._due_ms = 0  # time of the next query

    def start(self, now_ms, server):
        """server: the address of the DNS server, or None, which disables the probe."""
        self._server = server if self._quiet_ms else None
        self._reset(now_ms)

    def stop(self):
        """Close the socket, and send no more queries."""
        self._server = None
        self._close()

    def is_dead(self, now_ms, received):
        """Return True if the link is dead. received: bytes have arrived since the last call."""
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
        """Send a query. Without a free socket none is sent, and none counts as unanswered."""
        self._due_ms = ticks_add(now_ms, _QUERY_MS)
        if self._handle < 0:
            self._handle = self._net.open_udp(ANY_PORT, self._server, _DNS_PORT)
        if self._handle >= 0:
            self._queries += 1
            self._net.set_events(self._handle, 0)
            self._net.write(self._handle, _QUERY, 0, len(_QUERY))


def _ignore(uart):
    """Do nothing: the received bytes wake the loop through its poller."""


_DO = (
    Ppp._do_idle,
    Ppp._do_wait_for_radio,
    Ppp._do_dial,
    Ppp._do_negotiate,
    Ppp._do_run,
    Ppp._do_close,
    Ppp._do_back_off,
)
