"""A bearer and its radio that a script drives, on both interpreters."""

from fakes import FakeLine
from wipmodem import contract as c


class FakeBearer:
    """`state` is the script's; `delayed`: no session by itself; `moving`: served in every pass."""

    moving = True

    def __init__(self):
        self.radio: "FakeRadio | None" = None
        hosts = {b"localhost": b"\x7f\0\0\1", b"nobody.local": b"\0\0\0\0"}
        self.lookup = hosts.get
        self.delayed = False
        self.state = c.DOWN
        self.cause = 0
        self.user = self.password = b""
        self.limit_ms = 0
        self.served = 0
        self.strength = c.BEST_SIGNAL  # and the network's state, where there is no radio
        self.network = c.HOME

    def start(self, limit_ms):
        self.limit_ms = limit_ms
        self.state = c.STARTING if self.delayed else c.UP

    def stop(self):
        self.state = c.DOWN

    def poll(self):
        return self.moving

    def tick(self, now_ms):
        self.served += 1
        return 1000

    def address(self):
        return b"\x0a\0\0\2"

    def servers(self):
        return [(b"\x0a\0\0\1", 53)]

    def signal(self):
        return self.radio.signal if self.radio else self.strength

    def registered(self):
        return self.network


class FakeRadio(FakeLine):
    """`state`: starting, idle, asking, calling, online, or call for a session's. What it is asked
    or `called` with waits for the script; `incoming` and `output` are the bytes of an online call.
    """

    def __init__(self):
        super().__init__()
        self.state = "idle"
        self.asked = self.called = b""
        self.limit_ms = 0  # of the call
        self.answer = self.speed = 0
        self.code = 3
        self.rang = False
        self.registered = -1
        self.winds = 0
        self.restarts = 0
        self.signal = c.NO_SIGNAL
        self.dcd = True
        self.chat = FakeChat()
        self.dial_string = b"ATD#777"

    def set_dial_string(self, text):
        self.dial_string = text or b"ATD#777"

    def in_call(self):
        return self.state in ("call", "calling", "online")

    def calling(self):
        return self.state == "calling"

    def online(self):
        return self.state == "online"

    def carrier(self):
        return self.dcd

    def ask(self, line, start, end):
        if self.state != "idle":
            return False
        self.state = "asking"
        self.asked = bytes(line[start:end])
        return True

    def asking(self):
        return self.state == "asking"

    def call(self, text, limit_ms):
        if self.state != "idle":
            return False
        self.state = "calling"
        self.called = bytes(text)
        self.limit_ms = limit_ms
        return True

    def restart(self):
        """It is ready when the script says `radio idle`."""
        self.restarts += 1
        self.state = "starting"
        self.rang = False
        self.registered = -1
        self.winds = self.chat.ignored = 0
        self.signal = c.NO_SIGNAL

    def hang_up(self):
        """Free again at once, where a real one is woken first."""
        self.state = "idle"
        self.incoming = bytearray()

    def readinto(self, buf):
        return super().readinto(buf) if self.online() else 0

    def write(self, buf, off, n):
        return super().write(buf, off, n) if self.online() else 0


class FakeChat:
    """Lines, each ended by LF, in a buffer that keeps what was in it before, as the real one."""

    def __init__(self):
        self.lines = bytearray(256)
        self.n = 0
        self.ignored = 0

    def hold(self, lines):
        self.n = len(lines)
        self.lines[: self.n] = lines
