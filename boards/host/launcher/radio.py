"""The simulated radio of `--radio sim`: a process of its own, joined to the modem alone.

The bytes and the control lines of its serial line go over two socket pairs; each end is held by
one of the two processes, so that either sees the other end. Who has something to say to the radio
connects to a socket in the file system: see steer.py.
"""

import contextlib
import errno
import os
import signal
import socket
import stat
import subprocess
import sys

from .failure import Refused
from .process import ROOT, die_with_launcher

_PROGRAM = ROOT / "host_tests" / "radio" / "sim.py"
_PATH = "/tmp/modem-radio"
_BOOT_MS = 200
_END_S = 2


def open_radio(spec, journal):
    return SimulatedRadio(control_path(spec), journal) if spec else NoRadio()


def control_path(spec):
    """Where the radio of `sim` or `sim:PATH` is steered."""
    kind, colon, path = spec.partition(":")
    if kind != "sim" or (colon and not path):
        raise Refused(f"--radio {spec}: expected sim or sim:PATH")
    return path or _PATH


class NoRadio:
    modem_fds = {}
    place = ""

    def start(self):
        """There is nothing to start, and so on."""

    handed_over = look = close = start


class SimulatedRadio:
    """Made: the control socket exists. `modem_fds` are the modem's, closed by handed_over()."""

    def __init__(self, path, journal):
        if not os.access(_PROGRAM, os.R_OK):
            raise Refused(f"--radio: no simulator at {_PROGRAM}")
        self._journal = journal
        self._path = path
        self._popen = None
        self._told = False
        self._control = _listen(path)
        self._made = os.stat(path)
        try:
            self._ours, self._theirs = zip(socket.socketpair(), socket.socketpair(), strict=True)
        except OSError:
            self._control.close()
            os.unlink(path)
            raise
        for sock in self._ours:
            sock.setblocking(False)
        self.modem_fds = dict(
            zip(("radio", "radio-lines"), (sock.fileno() for sock in self._ours), strict=True)
        )
        self.place = f"; radio sim:{path}"

    def start(self):
        fds = [sock.fileno() for sock in (*self._theirs, self._control)]
        self._relay = self._journal.relay()
        names = ("--fd", "--lines", "--control")
        words = [str(word) for pair in zip(names, fds, strict=True) for word in pair]
        self._popen = subprocess.Popen(
            # Switched on with the modem: what that says before is not heard.
            [sys.executable, "-B", str(_PROGRAM), *words, "--boot-ms", str(_BOOT_MS)],
            stdin=subprocess.DEVNULL,
            stdout=self._relay.fd if self._journal.verbose else subprocess.DEVNULL,
            stderr=self._relay.fd,
            pass_fds=fds,
            start_new_session=True,  # Ctrl-C is the launcher's
            preexec_fn=die_with_launcher,
        )
        self._relay.start()
        for sock in (*self._theirs, self._control):
            sock.close()

    def handed_over(self):
        for sock in self._ours:
            sock.close()

    def look(self):
        """A child has ended. The modem goes on without a radio."""
        status = self._popen.poll() if self._popen and not self._told else None
        if status is not None:
            self._told = True
            how = f"exit status {status}"
            if status < 0:
                how = f"killed by signal {-status}: {signal.strsignal(-status)}"
            self._journal.info(f"the simulated radio ended ({how}); the modem goes on")

    def close(self):
        """It ends with the modem, whose end of the line is gone; insist on it."""
        for sock in (*self._ours, *self._theirs, self._control):
            sock.close()
        if self._popen:
            try:
                self._popen.wait(_END_S)
            except subprocess.TimeoutExpired:
                self._popen.kill()
                self._popen.wait()
            self._relay.finish()
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.stat(self._path), self._made):
                os.unlink(self._path)


def _listen(path):
    sock = socket.socket(socket.AF_UNIX)
    try:
        if _is_stale(path):
            os.unlink(path)
        sock.bind(path)
        sock.listen()
    except OSError as error:
        sock.close()
        used = error.errno == errno.EADDRINUSE
        reason = "in use already" if used else error.strerror or error
        raise Refused(f"--radio sim:{path}: {reason}") from error
    return sock


def _is_stale(path):
    """A socket to which nobody listens any more."""
    if not os.path.exists(path) or not stat.S_ISSOCK(os.stat(path).st_mode):
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(path) == errno.ECONNREFUSED
