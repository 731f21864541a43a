"""The command `wipmodem`: what `make serve`, `make run` and `make radio` run in a checkout."""

import importlib
import signal
import sys

from .places import LAUNCHER

_HELP = """\
usage: wipmodem COMMAND [OPTION...]

An AT socket modem on this PC: a host program opens its serial line, and real TCP and UDP
sockets with AT+WIP commands.

  wipmodem serve   run the modem for other programs, on a serial line: a pty, TCP, RFC 2217
  wipmodem run     talk to the modem from this terminal; Ctrl-] leaves
  wipmodem radio   say something to a simulated radio (wipmodem serve --radio sim)

  wipmodem serve --dte pty:/tmp/modem      then open /tmp/modem in your program
  wipmodem serve --dte rfc2217:7001        then open rfc2217://127.0.0.1:7001
  wipmodem serve --help                    lists the options; the other two have --help, too
"""

# The module of each command; its main() reads sys.argv and gives an exit status.
_MODULES = {"serve": "serve", "run": "console", "radio": "launcher.steer"}
_WRONG = 2


def main():
    """Run the command line of this process: the exit status."""
    # Until the launcher's loop takes over, Ctrl-C ends this without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    name = sys.argv[1] if len(sys.argv) > 1 else "--help"
    if name in ("-h", "--help"):
        sys.stdout.write(_HELP)
        return 0
    if name not in _MODULES:
        expected = ", ".join(_MODULES)
        sys.stderr.write(f"wipmodem: {name}: no such command; expected {expected} or --help\n")
        return _WRONG
    sys.argv[:2] = [f"wipmodem {name}"]
    sys.path.insert(0, str(LAUNCHER))
    return importlib.import_module(_MODULES[name]).main()
