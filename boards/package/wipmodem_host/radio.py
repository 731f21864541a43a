"""Control of the simulated radio of a Modem(radio=True): failing, slow and lost calls."""

import socket

_BLOCK = 4096
# Outcomes of a call, for fail() and cut().
OUTCOMES = (
    "connect",
    "busy",
    "no_answer",
    "no_carrier",
    "no_dialtone",
    "error",
    "silent",
    "garbage",
)


class Radio:
    """The control connection to the radio.

    Each method returns after the radio has executed the command. A session of the modem
    (AT+WIPBR=4,6) is a call on the radio. The modem dials twice, 2 s apart. The modem redials a
    lost session 2 s after the loss, and then after increasing pauses. Methods raise ValueError if
    the radio rejects an argument.
    """

    def __init__(self, path, patience_s):
        """path: path of the radio's control socket; patience_s: time limit of a command."""
        self._path = path
        self._patience_s = patience_s

    def drop(self):
        """Drop the carrier. The modem reports +WIPBR: 6,0, and about 2 s later 6,1."""
        self.say("drop")

    def cut(self, outcome="no_carrier"):
        """Drop the carrier, and let all calls end with `outcome` until restore()."""
        self.say(f"always {outcome}")
        self.drop()

    def restore(self):
        """Let all calls succeed from now on."""
        self.say("always connect")

    def fail(self, *outcomes):
        """Set the outcomes of the next calls, one for each call. Later calls succeed."""
        self.say(f"fail {' '.join(outcomes)}")

    def delay(self, ms):
        """Set the time in ms that a call takes until it succeeds or fails."""
        self.say(f"delay {ms}")

    def signal(self, level, errors=0):
        """Set the response to AT+CSQ: level 0-31 or 99, frame error rate 0-7 or 99."""
        self.say(f"signal {level} {errors}")

    def register(self, status):
        """Set the response to AT+CREG?, such as 1 (registered, home network) or 2 (searching)."""
        self.say(f"creg {status}")

    def ring(self):
        """Start an incoming call: RING every 4 s, up to six times."""
        self.say("ring")

    def dead(self):
        """Lose the carrier and stop responding to commands."""
        self.say("dead")

    def alive(self):
        """Respond to commands again, after dead()."""
        self.say("alive")

    def say(self, line):
        """Send one of the commands that `wipmodem radio help` lists. Return the radio's response.

        The response is "" for each command except `help`. Raises ValueError if the radio rejects
        the command.
        """
        with socket.socket(socket.AF_UNIX) as radio:
            radio.settimeout(self._patience_s)
            radio.connect(self._path)
            radio.sendall(line.encode() + b"\n")
            radio.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: radio.recv(_BLOCK), b"")).decode()
        if answer and line != "help":
            raise ValueError(answer.strip())
        return answer
