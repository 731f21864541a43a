"""Run the modem on this PC, with a serial line for host programs: `make serve DTE=pty:/tmp/modem`.

Prints one line, `DTE ready: ...`, when a host can connect, and then runs until a signal.
"""

import signal

if __name__ == "__main__":
    # Until the event loop handles signals, Ctrl-C ends the program without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import sys

from launcher.failure import Failure, descriptors
from launcher.journal import Journal
from launcher.options import parse_options
from launcher.service import Service, open_journal


def main():
    journal = Journal()
    try:
        options = parse_options("Run the modem on this PC, on a serial line of your choice.")
        journal = open_journal(options)
        with descriptors():
            serve(options, journal)
    except Failure as failure:
        journal.fail(failure)
        return failure.status
    finally:
        journal.close()
    return 0


def serve(options, journal):
    """Run the modem until a signal. Raises ModemDied or Refused."""
    service = Service(options, journal)
    try:
        service.run(journal.ready)
    finally:
        service.close()


if __name__ == "__main__":
    sys.exit(main())
