"""The bearer over a radio: a data call, and network.PPP on its line (B1-B10). Never waits.

`start` and `stop` only say what is wanted; `service(now_ms)` gets there step by step, each with
its deadline. A session that was lost is tried again after growing pauses, if the board says so.
"""

from .. import ticks
from ..contract import (
    AUTH_FAILED,
    COMING,
    DOWN,
    IPCP_FAILED,
    LCP_FAILED,
    NO_CARRIER,
    NO_RADIO,
    PAUSED,
    PEER_ENDED,
    PEER_SILENT,
    UP,
    const,
)
from .net import interface_address, interface_servers
from .probe import Probe

_REST = const(0)
_WAIT = const(1)  # for the radio to be ready
_DIAL = const(2)
_LINK = const(3)  # LCP, authentication, IPCP
_RUN = const(4)
_CLOSE = const(5)  # PPP says good-bye
_PAUSE = const(6)

_ON_LINE = const((_LINK, _RUN, _CLOSE))  # the line is PPP's
_IN_CALL = const((_DIAL, _LINK, _RUN, _CLOSE))  # and so is the call; any other is the host's

_SEEN_AS = (DOWN, COMING, COMING, COMING, UP, COMING, COMING)

_READY_MS = const(30000)  # a radio that was just switched on
_LINK_MS = const(20000)  # two of them, and two calls, within H7's 60 s
_CLOSE_MS = const(15000)  # lwIP says good-bye twice, 6 s each
_AGAIN_MS = const(2000)  # between the tries of one request
_TRIES = const(2)
_LONGEST_PAUSE_MS = const(300000)
# How long a step may be left alone. The host's bytes, which wake the loop, wait for a pass.
_WAITS_MS = const((1000, 20, 20, 20, 100, 20, 20))

_CONNECTED = const(4)  # network.PPP.status()
_CAUSES = {-7: AUTH_FAILED, -8: IPCP_FAILED, -9: PEER_SILENT}


class Ppp:
    """`link` is a network.PPP on `uart`, a ppp_stream of the net port.

    `pause_ms` 0: a lost session is not tried again.
    """

    def __init__(self, radio, uart, link, net, facts):
        self.radio = radio
        self.state = DOWN
        self.cause = 0
        self.user = self.password = b""
        self.redials = 0
        self._uart = uart
        self._link = link
        self._net = net
        self._pap = False  # what the next call offers: what the last one came up with
        self._probe = Probe(net, facts.get("probe_s", 60) * 1000)
        self._limit_ms = 0
        self._first_pause_ms = self._pause_ms = facts.get("pause_s", 0) * 1000
        self._wanted = False
        self._was_up = False
        self._step = _REST
        self._due_ms = self._now_ms = 0
        self._tries = 0
        self._heard = False
        # Bound once: fetching a bound method allocates.
        self._read = link.poll

    def start(self, limit_ms):
        """Ask for a session; a call may take limit_ms (S7)."""
        self._limit_ms = limit_ms
        self._wanted = True
        self._was_up = self._step == _RUN
        self._tries = -1 if self._step == _CLOSE else 0  # what is closing was not one of them
        self.cause = 0
        if self._step in (_REST, _PAUSE):
            self._go(_WAIT, _READY_MS)
        self._show()

    def stop(self):
        self._wanted = False
        if self._step in (_LINK, _RUN):
            self._close()
        elif self._step != _CLOSE:
            self._hang_up()
            self._step = _REST
        self._show()

    def address(self):
        return interface_address(self._link)

    def lookup(self, name):
        """Return None: a board has no hosts file."""

    def servers(self):
        return interface_servers(self._link)

    def signal(self):
        return self.radio.signal

    def pump(self):
        """PPP reads its line only when told to: here and nowhere else. MicroPython would have it
        read whenever bytes come, also amid a send that waits for room on the line."""
        if self._step not in _ON_LINE:
            return self._pump_radio()
        if not self._uart.any():
            return False
        with self._net.stack_lock:
            if self._read() > 0:
                self._heard = True
        return False

    def _pump_radio(self):
        """What the radio says is for its service; the bytes of the host's call are the core's."""
        if self.radio.online():
            self.radio.watch()
            return False
        return self._uart.any() > 0

    def service(self, now_ms):
        self._now_ms = now_ms
        wait_ms = self.radio.service(now_ms)
        _DO[self._step](self, ticks.diff(now_ms, self._due_ms) >= 0)
        self._show()
        return min(wait_ms, _WAITS_MS[self._step])

    # One function for each step; `late` when its deadline has passed

    def _do_rest(self, late):
        pass

    def _do_wait(self, late):
        if self.radio.idle():
            self.radio.dial(self._limit_ms)
            self._step = _DIAL
        elif late:
            self._failed(NO_RADIO)

    def _do_dial(self, late):
        """The radio keeps the deadline of a call."""
        if self.radio.online():
            self._connect()
        elif not self.radio.calling():
            self._failed(self.radio.cause)

    def _do_link(self, late):
        self._net.run_timers()
        status = self._link.status()
        if status == _CONNECTED:
            self._begin()
        elif status <= 0:
            self._no_link(_CAUSES.get(status, LCP_FAILED))
            self._failed(self.cause)
        elif late or not self.radio.carrier():
            self._no_link(LCP_FAILED if late else NO_CARRIER)
            self._close()

    def _no_link(self, cause):
        """A wrong password stays wrong; else the peer may have wanted the other protocol."""
        self.cause = cause
        if cause == AUTH_FAILED:
            self._tries = _TRIES
        else:
            self._pap = not self._pap

    def _do_run(self, late):
        status = self._link.status()
        if status != _CONNECTED:
            self._failed(_CAUSES.get(status, PEER_ENDED))
        elif not self.radio.carrier():
            self._drop(NO_CARRIER)
        elif self._probe.service(self._now_ms, self._heard):
            self._drop(PEER_SILENT)
        self._heard = False

    def _drop(self, cause):
        """Good-bye to nobody would be 12 s long. Safe where PPP is up, and nowhere else: elsewhere
        lwIP would not let go of its one PPP. Once the peer ends it there is no address."""
        if any(self.address()):
            with self._net.stack_lock:
                self._link.__del__()
            self._failed(cause)
        else:
            self.cause = PEER_ENDED
            self._close()

    def _do_close(self, late):
        self._net.run_timers()
        if late or self._link.status() <= 0:
            self._failed(self.cause)

    def _do_pause(self, late):
        if late:
            self.redials += 1
            self._go(_WAIT, _READY_MS)

    # What they do

    def _go(self, step, limit_ms):
        self._step = step
        self._due_ms = ticks.add(self._now_ms, limit_ms)

    def _show(self):
        """What it looks like from outside, where a redial is still the pause."""
        state = _SEEN_AS[self._step] if self._wanted else DOWN
        self.state = PAUSED if state == COMING and self._was_up else state

    def _connect(self):
        self._go(_LINK, _LINK_MS)
        try:
            with self._net.stack_lock:
                self._link.connect(**self._identity())
        except OSError:
            self._failed(LCP_FAILED)
            return
        self._uart.irq(_wake, self._uart.IRQ_RXIDLE)  # connect has set the link's own

    def _identity(self):
        if not self.user:
            return {}
        security = self._link.SEC_PAP if self._pap else self._link.SEC_CHAP
        return {"security": security, "user": self.user, "key": self.password}

    def _begin(self):
        self._step = _RUN
        self._was_up = True
        self._tries = self.cause = 0
        self._pause_ms = self._first_pause_ms
        servers = self.servers()
        self._probe.begin(self._now_ms, servers[0][0] if servers else None)

    def _close(self):
        self._probe.end()
        with self._net.stack_lock:
            self._link.disconnect()
        self._go(_CLOSE, _CLOSE_MS)

    def _failed(self, cause):
        """This call is over: another one, a pause, or the end."""
        self._probe.end()
        self._hang_up()
        self.cause = cause
        self._tries += 1
        if not self._wanted:
            self._step = _REST
        elif self._was_up and self._first_pause_ms:
            self._go(_PAUSE, self._pause_ms)
            self._pause_ms = min(self._pause_ms * 2, _LONGEST_PAUSE_MS)
        elif self._was_up or self._tries >= _TRIES:
            self._wanted = False
            self._step = _REST
        elif self._tries:
            self._go(_PAUSE, _AGAIN_MS)
        else:
            self._go(_WAIT, _READY_MS)

    def _hang_up(self):
        if self._step in _IN_CALL and (self.radio.online() or self.radio.calling()):
            self.radio.hang_up()


def _wake(uart):
    """The loop sleeps no longer: its poller has the line too."""


_DO = (
    Ppp._do_rest,
    Ppp._do_wait,
    Ppp._do_dial,
    Ppp._do_link,
    Ppp._do_run,
    Ppp._do_close,
    Ppp._do_pause,
)
