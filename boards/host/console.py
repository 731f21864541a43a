"""Run the modem and connect this terminal to it: `make run`. Ctrl-] leaves.

The program runs the same service as serve.py, on a pty in a private directory. The log is a file
in that directory. The program keeps the directory if the log holds a trace or if the modem died.
If stdin is not a terminal, the program only serves the pty.
"""

import signal

if __name__ == "__main__":
    # Until the event loop handles signals, Ctrl-C ends the program without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import contextlib
import os
import shutil
import sys
import tempfile

from launcher.failure import Failure, ModemDied, descriptors
from launcher.journal import Journal
from launcher.options import parse_options
from launcher.service import Service, open_journal
from launcher.terminal import Terminal

_GREETING = """\
wipmodem is running. Type AT and press Enter: the modem answers OK.
The commands are in firmware/MANUAL.md. Ctrl-] leaves, Ctrl-T Ctrl-H shows the terminal's menu.
make monitor, in another terminal, shows the modem's state live. Messages and traces: {log}
"""
_GREETING_RADIO = "The radio is simulated; make radio, in another terminal, controls it.\n"


class Console:
    """A service and, if stdin is a terminal, the user's terminal on the modem's line."""

    def __init__(self, options, journal):
        self._journal = journal
        self._options = options
        self._service = Service(options, journal)
        self._terminal = None

    def run(self):
        try:
            self._service.run(self._attach if sys.stdin.isatty() else self._journal.ready)
        except ModemDied as death:
            raise ModemDied(f"{death}; its log: {self._options.log}") from None
        finally:
            if self._terminal:
                self._terminal.finish()
                self._journal.new_line()
            self._service.close()

    def _attach(self, _place):
        path = self._options.dte.partition(":")[2]
        greeting = _GREETING + (_GREETING_RADIO if self._options.radio else "")
        print(greeting.format(log=self._options.log), flush=True)
        self._terminal = Terminal(path, self._options.speed, self._service.loop.wake_and_stop)
        self._terminal.start()


def main():
    journal = Journal()
    try:
        options = parse_options("Talk to the modem on this PC.", with_dte=False)
        traced = options.trace and not options.log
        with _private_directory(traced) as home:
            options.dte = f"pty:{home}/modem"
            options.log = options.log or f"{home}/log"
            journal = open_journal(options)
            with descriptors():
                Console(options, journal).run()
            if traced:
                journal.show(f"the trace is in {options.log}")
    except Failure as failure:
        journal.fail(failure)
        return failure.status
    finally:
        journal.close()
    return 0


@contextlib.contextmanager
def _private_directory(keep):
    """Create a directory for a `with` block and remove the directory after the block.

    The directory stays if `keep` is True or if a modem that died has left a log in it.
    """
    home = tempfile.mkdtemp(prefix="wipmodem-")
    try:
        yield home
    except ModemDied:
        keep = bool(os.listdir(home))
        raise
    finally:
        if not keep:
            shutil.rmtree(home)


if __name__ == "__main__":
    # sys.exit would hang: a thread that is blocked in a write to the terminal holds stdout's lock.
    os._exit(main())
