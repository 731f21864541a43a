"""Send a command to the simulated radio of a modem on this PC: `make radio CMD=drop`.

    PYTHONPATH=boards/host python -m launcher.steer [--radio sim:PATH] help

The command `help` prints the list of commands. Other commands print nothing on success. An error
is one line on stderr, with exit status 2.
"""

import argparse
import socket
import sys

from .failure import Failure, Refused
from .journal import Journal
from .radio import control_path


def main():
    parser = argparse.ArgumentParser(description="Send a command to the simulated radio.")
    parser.add_argument("--radio", default="sim", metavar="sim[:PATH]", help="(%(default)s)")
    parser.add_argument("words", nargs="+", help="the command, such as drop; help lists all")
    given = parser.parse_args()
    try:
        send(control_path(given.radio), " ".join(given.words))
    except Failure as failure:
        journal = Journal()
        journal.fail(failure)
        journal.close()
        return failure.status
    return 0


def send(path, line):
    """Send a command and wait until the radio has executed it. Print the output of `help`.

    path: path of the control socket. Raises Refused if no radio listens or the command is wrong.
    """
    with socket.socket(socket.AF_UNIX) as radio:
        try:
            radio.connect(path)
        except OSError as error:
            raise Refused(
                f"no radio on {path}: {error.strerror} (make serve RADIO=sim starts one)"
            ) from error
        radio.sendall(line.encode() + b"\n")
        radio.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: radio.recv(4096), b"")).decode()
    if line.split()[:1] != ["help"] and answer:
        raise Refused(answer.strip())
    sys.stdout.write(answer)


if __name__ == "__main__":
    sys.exit(main())
