"""The context of a command handler: the parts of the modem, and the command in progress.

A handler is a function whose only parameter is a Context. A handler returns one of the outcomes
that this module defines.
"""

from . import errors
from .compat import const
from .contract import RESULT_OK
from .recorder import ERROR

# Outcomes that a command handler returns. They are neither error numbers nor result codes.
DONE = const(0)  # the command has succeeded
MORE = const(1)  # the handler wrote one line and is called again for the next line
HOLD = const(2)  # no result yet: the handler is called again in a later pass
ONLINE = const(3)  # the command line ends with CONNECT, and online data mode begins
RESULT = const(4)  # the command line ends with the result code given to Context.finish()
FAILED = const(5)  # the command line ends with the error number given to Context.fail()


class Context:
    """The parts of one modem. Only the attribute `step` changes after the start."""

    def __init__(self, board, clock, settings, writer, command, parts):
        """Store the parts of a modem.

        parts: tuple of the values of the attributes table, session, online, deferred, urcs,
        counters, recorder, health and active. The comments below describe all attributes.
        """
        # The board: ports, name and buffer sizes (contract.py).
        self.board = board
        # Clock with the time of the pass in progress and the seconds since the start (clock.py).
        self.clock = clock
        # List of the settings, small integers, indexed by the constants of settings.py.
        self.settings = settings
        # Writer of lines to the host (at/writer.py).
        self.writer = writer
        # Dispatcher (commands/dispatch.py). It holds the command line, and the start, the end and
        # the form of the command in progress.
        self.command = command
        # Checked arguments of the command in progress (at/arguments.py).
        self.arguments = command.arguments
        # Progress of a handler that is called several times for one command; 0 at the first call.
        self.step = 0
        # table: sockets by protocol and index (sockets/table.py). session: IP stack and bearer
        # (session/session.py). online: online data mode and data call (online/mode.py). deferred:
        # settings that take effect after the result code (session/lines.py).
        self.table, self.session, self.online, self.deferred = parts[:4]
        # urcs: queue of unsolicited result codes (urc.py). counters: counters of lost bytes, lost
        # URCs and rejected connections (counters.py). recorder: flight recorder (recorder.py).
        # health: peaks and sums for AT+WIPXHEALTH (health.py).
        self.urcs, self.counters, self.recorder, self.health = parts[4:8]
        # List of the objects whose tick() and wait_ms() the modem calls in every pass.
        self.active = parts[8]
        self._parts = parts
        # Error number given to the last fail(), and result code given to the last finish().
        self._error = self._result = 0

    def with_writer(self, writer):
        """Return a new Context of the same modem with a different Writer. Allocates."""
        return Context(self.board, self.clock, self.settings, writer, self.command, self._parts)

    # Outcomes

    def fail(self, error):
        """Set the error number that ends the command, and return FAILED. error: see errors.py."""
        self._error = error
        return FAILED

    def outcome(self, error):
        """Return DONE if `error` is 0. Otherwise set this error number and return FAILED."""
        return self.fail(error) if error else DONE

    def finish(self, result):
        """Set the final result code of the command, and return RESULT.

        result: a result code of V.250 (contract.py) other than OK and ERROR.
        """
        self._result = result
        return RESULT

    def record_failure(self):
        """Write the last error number to the flight recorder, or 0 for a plain ERROR."""
        self.recorder.record_number(ERROR, 0 if self._error == errors.ERROR else self._error)

    def write_result(self, outcome):
        """Write the final result code for an outcome: DONE, RESULT or FAILED."""
        if outcome == FAILED:
            self.writer.error(self._error)
        else:
            self.writer.result(self._result if outcome == RESULT else RESULT_OK)
