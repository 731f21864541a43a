"""The simulated radio of a Modem(radio=True): calls that fail, take long, are lost."""

import socket

_BLOCK = 4096
# Of a call, as say("fail ...") and the methods below take them.
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
    """Each method returns once the radio has done it; ValueError on what it does not understand.

    A session of the modem's (AT+WIPBR=4,6) is a call. It tries twice, 2 s apart; a session that
    was up is dialled again 2 s after its loss, then in growing pauses.
    """

    def __init__(self, path, patience_s):
        self._path = path
        self._patience_s = patience_s

    def drop(self):
        """The call is lost: +WIPBR: 6,0, and 6,1 some 2 s later, when it is up again."""
        self.say("drop")

    def cut(self, outcome="no_carrier"):
        """The call is lost, and every other fails with this outcome until restore()."""
        self.say(f"always {outcome}")
        self.drop()

    def restore(self):
        """From now on calls come through."""
        self.say("always connect")

    def fail(self, *outcomes):
        """How the next calls end, one outcome each; those after them come through."""
        self.say(f"fail {' '.join(outcomes)}")

    def delay(self, ms):
        """How many ms a call takes from now on, until it is through or has failed."""
        self.say(f"delay {ms}")

    def signal(self, level, errors=0):
        """What AT+CSQ answers: 0-31 or 99, and the frame error rate, 0-7 or 99."""
        self.say(f"signal {level} {errors}")

    def register(self, status):
        """What AT+CREG? answers: 1 registered at home, 2 searching, and so on."""
        self.say(f"creg {status}")

    def ring(self):
        """Somebody calls: RING every 4 s, six times at most."""
        self.say("ring")

    def dead(self):
        """It answers nothing any more, and a call is lost."""
        self.say("dead")

    def alive(self):
        """It answers again."""
        self.say("alive")

    def say(self, line):
        """A line of `wipmodem radio help`, and the radio's answer: "" when it is done, but for
        help itself."""
        with socket.socket(socket.AF_UNIX) as radio:
            radio.settimeout(self._patience_s)
            radio.connect(self._path)
            radio.sendall(line.encode() + b"\n")
            radio.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: radio.recv(_BLOCK), b"")).decode()
        if answer and line != "help":
            raise ValueError(answer.strip())
        return answer
