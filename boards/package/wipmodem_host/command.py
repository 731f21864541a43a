"""The command `wipmodem`, with the subcommands serve, run, radio, monitor and recorder.

The subcommands run the same programs as `make serve`, `make run` ... in a checkout.
"""

import importlib
import re
import signal
import sys

from .places import LAUNCHER, ROOT

_HELP = """\
usage: wipmodem COMMAND [OPTION...]

An AT socket modem on this PC: a host program opens its serial line, and real TCP and UDP
sockets with AT+WIP commands.

  wipmodem serve     run the modem for other programs, on a serial line: a pty, TCP, RFC 2217
  wipmodem run       talk to the modem from this terminal; Ctrl-] leaves
  wipmodem radio     control a simulated radio (wipmodem serve --radio sim)
  wipmodem monitor   show the state of a running modem (needs rich); q leaves
  wipmodem recorder  show the last commands, errors and events of a modem

  wipmodem serve --dte pty:/tmp/modem      then open /tmp/modem in your program
  wipmodem serve --dte rfc2217:7001        then open rfc2217://127.0.0.1:7001
  wipmodem serve --help                    lists the options; the others have --help, too
  wipmodem --version                       the version of modem and command
"""

# For each subcommand: a folder and the name of a module in it. The module's main() reads sys.argv
# and returns an exit status.
_MODULES = {
    "serve": (LAUNCHER, "serve"),
    "run": (LAUNCHER, "console"),
    "radio": (LAUNCHER, "launcher.steer"),
    "monitor": (ROOT, "boards.tools.monitor.__main__"),
    "recorder": (ROOT, "boards.tools.recorder"),
}
_USAGE_ERROR = 2


def main():
    """Run the command line of this process and return the exit status."""
    # Until the launcher's event loop handles signals, Ctrl-C ends the program without a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    name = sys.argv[1] if len(sys.argv) > 1 else "--help"
    if name in ("-h", "--help"):
        sys.stdout.write(_HELP)
        return 0
    if name in ("-V", "--version"):
        sys.stdout.write(f"wipmodem {_version()}\n")
        return 0
    if name not in _MODULES:
        expected = ", ".join(_MODULES)
        sys.stderr.write(f"wipmodem: {name}: no such command; expected {expected} or --help\n")
        return _USAGE_ERROR
    sys.argv[:2] = [f"wipmodem {name}"]
    folder, module = _MODULES[name]
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module(module).main()
    except ModuleNotFoundError as missing:
        # rich, which the monitor needs, is an optional dependency.
        sys.stderr.write(f"wipmodem {name} needs {missing.name}: pip install {missing.name}\n")
        return 1


def _version():
    """Return the version of the firmware, which is also the version of the package."""
    text = (ROOT / "firmware" / "wipmodem" / "__init__.py").read_text(encoding="utf-8")
    return re.search(r'VERSION = b"(.*)"', text)[1]
