"""The simulated radio of `--radio sim`, a separate process that is connected to the modem.

Two socket pairs carry the data and the control lines of the radio's serial line. The modem process
and the radio process each hold one end, so that each notices when the other process ends. Commands
that control the simulation arrive on a Unix socket: see steer.py.
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
    """Return the radio for --radio, or a NoRadio if `spec` is empty. Raises Refused or OSError."""
    return SimulatedRadio(control_path(spec), journal) if spec else NoRadio()


def control_path(spec):
    """Return the path of the control socket for `sim` or `sim:PATH`. Raises Refused."""
    kind, colon, path = spec.partition(":")
    if kind != "sim" or (colon and not path):
        raise Refused(f"--radio {spec}: expected sim or sim:PATH")
    return path or _PATH


class NoRadio:
    """A stand-in for the radio of a modem that has none."""

    modem_fds = {}
    place = ""

    def start(self):
        """Do nothing."""

    handed_over = check = close = start


class SimulatedRadio:
    """The simulator process and its sockets.

    modem_fds: descriptors for the modem, as {option of the modem: descriptor}; place: text for the
    ready line.
    """

    def __init__(self, path, journal):
        """Create the sockets. path: path of the control socket. Raises Refused or OSError."""
        if not os.access(_PROGRAM, os.R_OK):
            raise Refused(f"--radio: no simulator at {_PROGRAM}")
        self._journal = journal
        self._path = path
        self._popen = None
        self._end_logged = False
        self._control = _listen(path)
        self._control_stat = os.stat(path)
        try:
            # Each of these two variables is a pair of sockets: one for the data, one for the
            # lines.
            self._modem_ends, self._radio_ends = zip(
                socket.socketpair(), socket.socketpair(), strict=True
            )
        except OSError:
            self._control.close()
            os.unlink(path)
            raise
        for sock in self._modem_ends:
            sock.setblocking(False)
        fds = (sock.fileno() for sock in self._modem_ends)
        self.modem_fds = dict(zip(("radio", "radio-lines"), fds, strict=True))
        self.place = f"; radio sim:{path}"

    def start(self):
        """Start the simulator process."""
        fds = [sock.fileno() for sock in (*self._radio_ends, self._control)]
        self._relay = self._journal.relay()
        names = ("--fd", "--lines", "--control")
        words = [str(word) for pair in zip(names, fds, strict=True) for word in pair]
        self._popen = subprocess.Popen(
            # The radio boots together with the modem, and ignores commands until its boot ends.
            [sys.executable, "-B", str(_PROGRAM), *words, "--boot-ms", str(_BOOT_MS)],
            stdin=subprocess.DEVNULL,
            stdout=self._relay.fd if self._journal.verbose else subprocess.DEVNULL,
            stderr=self._relay.fd,
            pass_fds=fds,
            start_new_session=True,  # Ctrl-C at the terminal reaches only the launcher
            preexec_fn=die_with_launcher,
        )
        self._relay.start()
        for sock in (*self._radio_ends, self._control):
            sock.close()

    def handed_over(self):
        """Close the copies of the descriptors that the modem has inherited."""
        for sock in self._modem_ends:
            sock.close()

    def check(self):
        """Log the end of the simulator process, once. Called after a child process has ended."""
        status = self._popen.poll() if self._popen and not self._end_logged else None
        if status is not None:
            self._end_logged = True
            how = f"exit status {status}"
            if status < 0:
                how = f"killed by signal {-status}: {signal.strsignal(-status)}"
            self._journal.info(f"the simulated radio ended ({how}); the modem keeps running")

    def close(self):
        """Wait for the end of the simulator, after the modem has ended; kill it if needed."""
        for sock in (*self._modem_ends, *self._radio_ends, self._control):
            sock.close()
        if self._popen:
            try:
                self._popen.wait(_END_S)
            except subprocess.TimeoutExpired:
                self._popen.kill()
                self._popen.wait()
            self._relay.finish()
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.stat(self._path), self._control_stat):
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
    """Return True if a socket exists at the path but no process listens on it."""
    if not os.path.exists(path) or not stat.S_ISSOCK(os.stat(path).st_mode):
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(path) == errno.ECONNREFUSED
