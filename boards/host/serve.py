"""Run the modem on this PC and give it a serial line: `make serve DTE=pty:/tmp/modem`.

Prints one line, `DTE ready: ...`, when hosts can talk to the modem, and serves until a signal.
"""

import signal

if __name__ == "__main__":
    # Until the loop takes over, Ctrl-C ends this without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import sys

from launcher.failure import Failure, descriptors
from launcher.journal import Journal
from launcher.options import parse_options
from launcher.service import Service, open_journal


def main():
    journal = Journal()
    try:
        options = parse_options("The modem on this PC, behind a serial line of your choice.")
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
    service = Service(options, journal)
    try:
        service.run(journal.ready)
    finally:
        service.close()


if __name__ == "__main__":
    sys.exit(main())
