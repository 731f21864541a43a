"""The command line options of serve.py and console.py."""

import argparse
import ipaddress
import os
import socket

from . import fleet
from .failure import Refused

_DEFAULT_DTE = "pty:/tmp/modem"


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        """Raise Refused, so that the user reads one line and not argparse's usage text."""
        raise Refused(message)


def parse_options(description, arguments=None, with_dte=True):
    """Parse and check the command line. Return the options as a namespace, or raise Refused.

    description: first line of --help; arguments: list of words, or None for the arguments of this
    process; with_dte: accept --dte and --count.
    """
    parser = _Parser(description=description)
    if with_dte:
        _add_dte(parser)
    else:
        parser.set_defaults(count=1)
    _add_modem(parser)
    _add_output(parser)
    _add_end(parser)
    options = parser.parse_args(arguments)
    _check(options)
    return options


def _add_dte(parser):
    parser.add_argument(
        "--dte",
        default=_DEFAULT_DTE,
        metavar="KIND:WHERE",
        help="pty:PATH, tcp:PORT or rfc2217:PORT, all on this machine only (%(default)s)",
    )
    parser.add_argument(
        "--count",
        type=int,
        default=1,
        metavar="N",
        help="number of modems in one process: a %%d in PATH is the number of the modem, PORT "
        "counts up; each modem has its own serial number, and without --bind its servers listen "
        "on its own address, 127.1.0.1 ...",
    )


def _add_modem(parser):
    add = parser.add_argument
    add("--py", default="micropython", choices=("micropython", "cpython"), help="(%(default)s)")
    add("--console", metavar="PATH", help="path of the console (the DTE's path plus .console)")
    add("--radio", metavar="sim[:PATH]", help="a simulated radio, controlled through PATH")
    add("--speed", type=int, default=115200, metavar="N", help="line speed at start (%(default)s)")
    add("--dialect", choices=("c1", "wipsoft"), help="dialect to start with (c1)")
    add("--dns", metavar="IP[:PORT],...", help="DNS servers, instead of the system's")
    add(
        "--bind",
        metavar="IP",
        help="the address where servers listen, and UDP sockets without a peer (127.0.0.1)",
    )
    add("--hosts", metavar="FILE", help="a hosts file, instead of the system's")
    add("--resolv", metavar="FILE", help="a resolv.conf, instead of the system's")
    add(
        "--profile",
        metavar="FILE",
        help="file that keeps AT&W settings across restarts; with --count it contains a %%d",
    )
    add("--heap", metavar="SIZE", help="MicroPython's heap (256wK; with --count as needed)")
    add("--micropython", metavar="FILE", help="another MicroPython than the installed one")
    # For tests of the launcher: a program to run instead of the modem.
    add("--program", help=argparse.SUPPRESS)


def _add_output(parser):
    add = parser.add_argument
    add("-v", "--verbose", action="store_true", help="log connections, lines and speeds")
    add("--trace", action="store_true", help="show every byte, with direction and time")
    add("--log", metavar="FILE", help="append the log to FILE instead of stderr")


def _add_end(parser):
    add = parser.add_argument
    add("--until", type=int, metavar="PID", help="end when process PID ends, for any reason")
    # For wipmodem_host: a folder of the process that --until names. That process cannot remove the
    # folder if it is killed.
    add("--scratch", help=argparse.SUPPRESS)


def _check(options):
    fleet.check(options)
    if options.bind:
        _check_address(options.bind)
    if options.dns:
        for server in options.dns.split(","):
            _check_server(server)
    for name in ("hosts", "resolv"):
        path = getattr(options, name)
        if path and not os.access(path, os.R_OK):
            raise Refused(f"--{name} {path}: cannot be read")
        if path and not os.path.isfile(path) and path != os.devnull:
            raise Refused(f"--{name} {path}: not a file")


def _check_address(text):
    """Raise Refused for a host name or another machine's address, where no server can listen."""
    try:
        ipaddress.IPv4Address(text)
    except ValueError as error:
        raise Refused(f"--bind {text}: expected an address such as 0.0.0.0") from error
    with socket.socket() as probe:
        try:
            probe.bind((text, 0))
        except OSError as error:
            raise Refused(f"--bind {text}: {error.strerror}") from error


def _check_server(text):
    address, colon, port = text.partition(":")
    try:
        ipaddress.IPv4Address(address)
        good = not colon or 0 < int(port) < 65536
    except ValueError:
        good = False
    if not good:
        raise Refused(f"--dns {text}: expected an address such as 192.0.2.1 or 192.0.2.1:5353")
