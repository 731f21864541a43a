"""The modem, which connects all packages with the ports of the board.

The main loop calls Modem.service() for each pass. Order of the steps in a pass: network events ->
DTR -> host input -> commands or online data mode -> unsolicited result codes -> output -> deferred
settings -> periodic work -> control lines.
"""

from .at.arguments import Arguments
from .at.line import LineReader
from .at.writer import LINE_MAX, Writer
from .clock import Clock, ticks_diff
from .commands.console import Console
from .commands.dispatch import Dispatcher
from .commands.table import KINDS
from .commands.unsolicited import announce
from .compat import collect_often, collect_when_full, const
from .context import DONE, FAILED, HOLD, MORE, ONLINE, Context
from .contract import IN, OUT
from .counters import DTE_STALLS, TX_DROPPED, Counters
from .health import Health
from .online.escape import STALL_MS, Escape
from .online.mode import Online
from .pipe import Pipe, Span
from .recorder import STALL, Recorder
from .session.lines import DTR_HANGS_UP, ControlLines, Deferred, DtrDrop
from .session.session import Session
from .settings import URC_OVERRUN, at_start
from .sockets.table import Table
from .urc import OVERRUN, UrcQueue

_MAX_DISCARDED = const(65536)  # limit of the host bytes that are discarded in one pass
_HOLD_MS = const(10)  # time in ms between two calls of a handler that has returned HOLD

RESTART = const(-1)  # returned by Modem.service() if the caller has to create a new modem
_CFUN = const(b"cfun")  # start cause of a modem that is created after RESTART


def build(board, cause, unread):
    """Create the parts of a modem, with all their buffers. Return the Context of these parts.

    board, cause, unread: the arguments of Modem(). May raise MemoryError.
    """
    sizes = board.sizes
    clock = Clock()
    settings = at_start(board)
    counters = Counters()
    recorder = Recorder(board.recorder, clock)
    urcs = UrcQueue(sizes.sockets, sizes.urcs, clock)
    writer = Writer(Pipe(sizes.block, sizes.out), settings)
    line = LineReader(sizes.line, settings, writer, unread or Span(bytearray(sizes.block)))
    # List of the objects that own a handle of the net port, indexed by handle. The modem calls
    # on_event(flags) of the owner when the handle has an event.
    owners: list = [None] * sizes.handles
    table = Table(board, clock, settings, urcs, counters, owners)
    table.options.use()
    session = Session(board, table, urcs, settings, clock)
    online = Online(Escape(settings, clock), table, board, clock, settings, writer)
    deferred = Deferred(board.serial, settings, clock, writer.out)
    command = Dispatcher(line, Arguments(KINDS), clock, recorder)
    active = [table, session]
    health = Health(cause or board.reset_cause, writer)
    parts = table, session, online, deferred, urcs, counters, recorder, health, active
    return Context(board, clock, settings, writer, command, parts)


def restarted(board, unread):
    """Return a new modem after service() of the previous modem has returned RESTART (H20).

    unread: Span `input` of the previous modem. The caller must not keep a reference to the
    previous modem, because the heap of a chip has no room for two modems. All state of the new
    modem is as after power-up.
    """
    collect_often()
    modem = Modem(board, _CFUN, unread)
    collect_when_full()
    return modem


class Modem:
    """One modem on a board.

    board: object with ports, name and buffer sizes (contract.py). cause: reason for the start as
    bytes, or None for the reset cause of the board. unread: Span of host bytes that the previous
    modem has read and not handled before a restart, or None.
    """

    def __init__(self, board, cause=None, unread=None):
        self.context = context = build(board, cause, unread)
        context.online.add_call(context)
        self._clock = context.clock
        self._serial = board.serial
        self._net = board.net
        self._owners = context.table.owners
        self._online = context.online
        self._escape = context.online.escape
        self._line = context.command.line
        self._deferred = context.deferred
        self._urcs = context.urcs
        # `input` is the Span of host bytes that were read and not handled yet. `_out` is the Pipe
        # of bytes to the host.
        self.input = self._line.input
        self._out = context.writer.out
        self._drop = DtrDrop(board.serial, context.settings, context.clock)
        self._control = ControlLines(board.serial, context)
        self._console = Console(context)
        # Objects whose tick() is called in every pass, in this order.
        self._active = context.active
        self._active += (context.online, context.urcs)
        self._holds = False  # True if the handler in progress has returned HOLD
        # Outcome that has ended online data mode, until its result code is written; else MORE.
        self._exit = MORE
        self._overruns = 0  # number of UART overruns at the last check
        self._read_ms = 0  # timestamp of the last read from the serial port, in ms
        self._blocked = False  # True if the last pass did not read from the serial port
        self._busy = False  # True if this pass has done any work: the next pass follows at once
        context.recorder.start(context.health.cause)

    def service(self, now_ms, gap_ms=0):
        """Do one pass of the main loop. Return the time in ms until the next pass, or RESTART.

        now_ms: time of the board's clock in ms. gap_ms: poll gap, the time in ms before now in
        which the modem did not poll its ports. Allocates nothing in the steady state.
        """
        if self._clock.tick(now_ms, gap_ms):
            self._every_second()
        self._busy = False
        if gap_ms:
            self._note_gap(gap_ms)
        if self._net.count:
            self._take_events()
        self._watch_dtr()
        self._listen()
        if self._online.channel:
            self._relay()
        elif self._exit == MORE and (self._line.ready or self.input.start < self.input.end):
            self._run()
        if self._urcs.count or self._exit != MORE:
            self._announce()
        self._send_output()
        if self._deferred.due or self._deferred.flow_due:
            self._deferred.tick()
            if self._deferred.restarting:
                self._shut_down()
                return RESTART
        self._tick()  # periodic work comes last, so that periodic work delays no response
        return 0 if self._busy else self._wait_ms()

    # Time

    def _every_second(self):
        context = self.context
        context.table.every_second()
        if not (self._online.channel or self._line.busy()):
            context.health.every_second(context)
        self._console.every_second()

    def _note_gap(self, gap_ms):
        context = self.context
        context.health.note_gap(gap_ms)
        if gap_ms > STALL_MS:
            context.counters.add(DTE_STALLS)
            context.recorder.record_number(STALL, gap_ms)

    def _tick(self):
        for each in self._active:
            if each.tick():
                self._busy = True
        self._control.tick()

    def _wait_ms(self):
        if self._line.ready or self.input.start < self.input.end or self._drop.waits:
            return _HOLD_MS
        if self._deferred.due or self._deferred.flow_due:
            return self._deferred.wait_ms()
        wait_ms = self._control.wait_ms()
        for each in self._active:
            wait_ms = min(wait_ms, each.wait_ms())
        return wait_ms

    # Network events and DTR

    def _take_events(self):
        net = self._net
        for i in range(net.count):
            handle = net.ready[i]
            if net.flags[handle]:  # flags are 0 if the handle was closed earlier in this pass
                self._busy = True
                self._owners[handle].on_event(net.flags[handle])
        net.count = 0

    def _watch_dtr(self):
        drop = self._drop
        if not drop.look():
            return
        drop.time(self._unhandled(), self._holds and self.input.remaining() > 0)
        if drop.action:
            self._escape.release()
        if drop.discards:
            self._discard_input()
        if drop.action and (drop.discards or not self._unhandled()):
            self._dtr_dropped(drop.end() == DTR_HANGS_UP)

    def _unhandled(self):
        """Return the number of host bytes that were read and not handled.

        The number is larger by 1 while a command line, a final result code or a deferred setting
        is pending.
        """
        pending = self._exit != MORE or self._deferred.due
        pending = pending or (self._line.ready and not self._holds)
        return self.input.remaining() + self._escape.released.remaining() + (1 if pending else 0)

    def _dtr_dropped(self, hang_up):
        """Return to command mode after a drop of DTR (D5, B10).

        hang_up: True for &D2, which also closes all sockets and ends the call.
        """
        context = self.context
        online = self._online
        self._holds = False
        self._busy = True  # host bytes after the drop of DTR may have arrived already
        if online.transfer:
            context.counters.add(TX_DROPPED, online.transfer.stop())
        self._line.reset()
        if online.channel:
            self._leave(DONE)
        # End a data call that is being set up, because the DTE no longer waits for the call.
        if online.call and (hang_up or not online.call.up()):
            online.call.hang_up()
        if hang_up:
            context.session.hang_up()

    def _discard_input(self):
        """Discard and count host bytes that are data, so that no data runs as a command."""
        dropped = self.input.remaining() + self._escape.discard()
        # If all host bytes before a drop of DTR have been read, the bytes that are still in the
        # UART are commands and stay there.
        n = not self._drop.action
        while n > 0 and dropped < _MAX_DISCARDED:
            n = self._serial.readinto(self.input.buf)
            dropped += n
        self.input.fill(0)
        self.context.counters.add(TX_DROPPED, dropped)
        self._busy = self._busy or dropped > 0

    # From the host

    def _listen(self):
        """Read host bytes if the previous block has been handled.

        Otherwise leave the host bytes in the UART, as back-pressure on the host.
        """
        now_ms = self._clock.now_ms
        if self._must_not_read() or self._drop.discards:
            self._blocked = True
            self._deferred.input_ms = now_ms
            return
        # After back-pressure, the bytes in the UART may have arrived at any time since the last
        # read. That time counts as a poll gap.
        if self._blocked:
            self._blocked = False
            self._clock.gap_ms = max(ticks_diff(now_ms, self._read_ms), self._clock.gap_ms)
        n = self._serial.readinto(self.input.buf)
        # D6: the bytes that were just read have arrived after the escape sequence, so they belong
        # to a command line.
        if self._online.channel and self._escaped(n):
            self._leave(DONE)
        self._read_ms = now_ms
        if n > 0:
            self._take_input(n)
        elif self._drop.waits and not self._drop.is_coming():
            # All host bytes before the drop of DTR have been read: handle the drop at once.
            self._busy = True

    def _must_not_read(self):
        """Return True while the next host bytes have to wait in the UART."""
        if self._exit != MORE or self._deferred.due or self._drop.action:
            return True
        span, released = self.input, self._escape.released
        return span.start < span.end or released.start < released.end

    def _escaped(self, n):
        """Return True if an escape sequence is complete. n: number of host bytes just read."""
        # H13: after the peer has closed, an escape sequence needs no pause before it.
        self._escape.unguarded = self._online.channel.peer_gone()
        return self._escape.check(ticks_diff(self._clock.now_ms, self._read_ms) if n > 0 else 0)

    def _take_input(self, n):
        self._busy = True
        self._deferred.input_ms = self._clock.now_ms
        if self._serial.overruns != self._overruns:
            self._report_overrun()
        self.input.fill(n)
        self._line.drop_lf()
        if self._online.channel:
            self._escape.filter(self.input)
        else:
            self._escape.note_input()

    def _report_overrun(self):
        self._overruns = self._serial.overruns
        if self.context.settings[URC_OVERRUN]:
            self.context.urcs.put(OVERRUN, 0, self._overruns)

    # Command mode

    def _run(self):
        if self._deferred.due:
            return
        self._holds = False
        self._read_line()
        if self._line.waits_for_lf and not self._line.lf_is_settled(self.context.command.age_ms()):
            return
        while self._line.ready and self.context.writer.room():
            outcome = self.context.command.run(self.context)
            if outcome == HOLD:
                self._holds = True
                return
            self._busy = True
            if outcome != MORE:
                self._finish(outcome)

    def _read_line(self):
        room = self._out.free() - LINE_MAX  # output bytes that the echo may use
        if self._line.ready or not self.input.remaining() or room <= 0:
            return
        self._busy = True
        self._line.feed(self.input, room)
        if self._line.ready:
            self.context.command.begin()
            # A host that sends another command line does not wait for the outcome of +WIPCREATE
            # (H5).
            self.context.urcs.awaiting_outcome = False

    def _finish(self, outcome):
        """End a command line: write its final result code, or CONNECT for online data mode."""
        self._line.done()
        if outcome == ONLINE:
            self.context.writer.connect(self._online.speed())
            self._line.expect_data()
            self._line.reset()
            return
        if outcome == FAILED:
            self.context.record_failure()
        self.context.write_result(outcome)

    # Online data mode

    def _relay(self):
        """Move bytes between the host and the channel, in both directions.

        Leave online data mode if outcome() of the channel requires it.
        """
        channel = self._online.channel
        released = self._escape.released
        self._send(released)
        if released.start == released.end and self.input.start < self.input.end:
            self._send_input(self.input)
        if channel.to_host():
            self._busy = True
        outcome = channel.outcome()
        if outcome != MORE:
            self._discard_input()
            self._leave(outcome)

    def _send_input(self, span):
        self._send(span)
        if span.start == len(span.buf) and self._online.burst(span):
            self._escape.filter(span)
            self._send(span)

    def _send(self, span):
        start = span.start
        if start < span.end:
            self._online.channel.from_host(span)
        if span.start > start:
            self._busy = True

    def _leave(self, outcome):
        """Leave online data mode. _announce() writes the result code after the queued URCs (Q33).

        outcome: DONE, RESULT or FAILED (context.py), which decides the result code.
        """
        self._online.leave()
        self.context.urcs.result_pending = True
        self._exit = outcome

    # To the host

    def _announce(self):
        """Write the queued URCs, and then the result code that follows online data mode.

        Write nothing during a command line or in online data mode (F7).
        """
        urcs = self.context.urcs
        if self._online.channel or self._line.busy():
            return
        if urcs.count and announce(self.context):
            self._busy = True
        if self._exit != MORE and not urcs.count and self.context.writer.room():
            outcome = self._exit
            self._exit = MORE
            urcs.result_pending = False
            self.context.write_result(outcome)

    def _send_output(self):
        out = self._out
        while out.peek():
            n = self._serial.write(out.buf, out.start, out.end - out.start)
            if n <= 0:
                break
            self._busy = True
            out.consume(n)
        channel = self._online.channel
        waits = out.start < out.end or (channel and channel.has_data())
        self._serial.set_events((0 if self._must_not_read() else IN) | (OUT if waits else 0))

    # Restart

    def _shut_down(self):
        """End the data call, the session and all sockets before a restart.

        Also set up the UART as after power-up.
        """
        context = self.context
        if self._online.call:
            self._online.call.hang_up()
        context.session.shut_down()
        context.table.release()
        self._control.reset()
        self._deferred.reset()
