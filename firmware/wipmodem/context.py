"""What a command handler works with: the parts of the modem, and the command in progress.

A handler is a function of one Context. It returns one of the outcomes below.
"""

from . import errors
from .compat import const
from .contract import RESULT_OK
from .recorder import ERROR

# Outcomes of a handler. Error numbers and result codes are sets of their own.
DONE = const(0)  # the command has succeeded
MORE = const(1)  # a line was written: call the handler again for the next one
HOLD = const(2)  # no result yet: call the handler again in a later pass
ONLINE = const(3)  # CONNECT, then online data mode
RESULT = const(4)  # the command line ends in the result code given to finish()
FAILED = const(5)  # the command line ends in the error given to fail()


class Context:
    """The parts of one modem. Only `step` changes after the start."""

    def __init__(self, board, clock, settings, writer, command, parts):
        """parts: table, session, online, deferred, urcs, counters, recorder, health, active."""
        # Ports, name and buffer sizes (contract.py).
        self.board = board
        # Time of the pass in progress, and seconds since the start (clock.py).
        self.clock = clock
        # List of small integers; its indexes are the constants of settings.py.
        self.settings = settings
        # Writes lines to the host (at/writer.py).
        self.writer = writer
        # Text, extent and form of the command in progress (commands/dispatch.py) ...
        self.command = command
        # ... and its checked arguments (at/arguments.py).
        self.arguments = command.arguments
        # Scratch of a handler that is called several times for one command; 0 at the first call.
        self.step = 0
        # Sockets by protocol and index (sockets/table.py), IP stack and bearer
        # (session/session.py), online data mode and data call (online/mode.py), settings that take
        # effect after the result code (session/lines.py).
        self.table, self.session, self.online, self.deferred = parts[:4]
        # Unsolicited result codes that wait for the host (urc.py), counters of what was lost or
        # rejected (counters.py), flight recorder (recorder.py), peaks and sums (health.py).
        self.urcs, self.counters, self.recorder, self.health = parts[4:8]
        # Objects with tick() and wait_ms() that the loop serves in every pass.
        self.active = parts[8]
        self._parts = parts
        self._error = self._result = 0  # of the last fail() and finish()

    def with_writer(self, writer):
        """Return a second Context of the same modem that writes to another writer. Allocates."""
        return Context(self.board, self.clock, self.settings, writer, self.command, self._parts)

    # Outcomes

    def fail(self, error):
        """Return FAILED. error: a number of errors.py, which the host gets as the final result."""
        self._error = error
        return FAILED

    def outcome(self, error):
        """Return DONE if `error` is 0, else FAILED."""
        return self.fail(error) if error else DONE

    def finish(self, result):
        """Return RESULT. result: a result code of V.250 (contract.py) other than OK and ERROR."""
        self._result = result
        return RESULT

    def record_failure(self):
        """Record the error of fail(), 0 for a plain ERROR."""
        self.recorder.record_number(ERROR, 0 if self._error == errors.ERROR else self._error)

    def write_result(self, outcome):
        """Write the final result code of DONE, RESULT or FAILED."""
        if outcome == FAILED:
            self.writer.error(self._error)
        else:
            self.writer.result(self._result if outcome == RESULT else RESULT_OK)
