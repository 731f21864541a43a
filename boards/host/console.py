"""Talk to the modem from this terminal: `make run`. Ctrl-] leaves.

The same service as serve.py, on a pty in a private directory, with the modem's messages in a file
there. The file is kept if it has a trace, or the last words of a modem that died. Without a
terminal it only serves.
"""

import signal

if __name__ == "__main__":
    # Until the loop takes over, Ctrl-C ends this without a traceback.
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
wipmodem is listening. Type AT and Enter: a modem that is well answers OK.
The commands are in firmware/MANUAL.md. Ctrl-] leaves, Ctrl-T Ctrl-H shows the terminal's menu.
make monitor, in another terminal, shows what goes on inside. Messages and traces: {log}
"""
_GREETING_RADIO = "The radio is simulated; make radio, in another terminal, steers it.\n"


class Console:
    """A service and, when there is somebody at the keyboard, a terminal on its line."""

    def __init__(self, options, journal):
        self._journal = journal
        self._options = options
        self._service = Service(options, journal)
        self._terminal = None

    def run(self):
        try:
            self._service.run(self._attach if sys.stdin.isatty() else self._journal.ready)
        except ModemDied as death:
            raise ModemDied(f"{death}; its messages: {self._options.log}") from None
        finally:
            if self._terminal:
                self._terminal.finish()
                self._journal.end_line()
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
                journal.tell(f"the trace is in {options.log}")
    except Failure as failure:
        journal.fail(failure)
        return failure.status
    finally:
        journal.close()
    return 0


@contextlib.contextmanager
def _private_directory(keep):
    """Gone afterwards, unless it is to be kept, or the modem died: its last words are in there."""
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
    # Not sys.exit: a thread that waits for the terminal to take its text holds Python's stdout.
    os._exit(main())
