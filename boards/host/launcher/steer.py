"""Say one line to the simulated radio of a modem on this PC: `make radio CMD=drop`.

    PYTHONPATH=boards/host python -m launcher.steer [--radio sim:PATH] help

What the radio answers goes to stdout; a command that is done has no answer.
"""

import argparse
import socket
import sys

from .failure import Failure, Refused
from .journal import Journal
from .radio import control_path


def main():
    parser = argparse.ArgumentParser(description="Say one line to the simulated radio.")
    parser.add_argument("--radio", default="sim", metavar="sim[:PATH]", help="(%(default)s)")
    parser.add_argument("words", nargs="+", help="such as: drop; help lists them")
    given = parser.parse_args()
    try:
        say(control_path(given.radio), " ".join(given.words))
    except Failure as failure:
        journal = Journal()
        journal.fail(failure)
        journal.close()
        return failure.status
    return 0


def say(path, line):
    """Until it is done."""
    with socket.socket(socket.AF_UNIX) as radio:
        try:
            radio.connect(path)
        except OSError as error:
            raise Refused(
                f"no radio on {path}: {error.strerror} (make serve RADIO=sim starts one)"
            ) from error
        radio.sendall(line.encode() + b"\n")
        radio.shutdown(socket.SHUT_WR)
        while answer := radio.recv(4096):
            sys.stdout.write(answer.decode())


if __name__ == "__main__":
    sys.exit(main())
