"""A radio and network.PPP that a script drives, and benches that move a clock. Both interpreters.

What is sent is compared byte for byte, what is answered is said when the script says so. The
clock moves in steps as long as the one that is tested asks for, never in smaller ones: who is
punctual here is punctual on a board. It wraps within the first seconds.
"""

from fakes import FakeLine, FakeNet
from wipmodem.clock import ticks_add, ticks_diff
from wipmodem.contract import IN, NO_SIGNAL, UP
from wipmodem.ports.chat import Chat
from wipmodem.ports.ppp import Ppp
from wipmodem.ports.radio import Radio

START = (1 << 30) - 2500

OK = b"\r\nOK\r\n"
ERROR = b"\r\nERROR\r\n"
CONNECT = b"\r\nCONNECT\r\n"
NO_CARRIER = b"\r\nNO CARRIER\r\n"

_EALREADY = 114
_MOST_AT_ONCE = 1000  # passes without the clock moving


class FakeUart(FakeLine):
    """The radio's. `answers`: what a radio says by itself to a whole command; `mask`: what wakes
    the loop."""

    IRQ_RXIDLE = 16

    def __init__(self):
        super().__init__()
        self.answers = {}
        self.mask = IN
        self.call = self.trigger = None

    def any(self):
        return len(self.incoming)

    def write(self, buf, off, n):
        n = super().write(buf, off, n)
        if bytes(self.output) in self.answers:
            self.incoming += self.answers[self.take()]
        return n

    def set_events(self, mask):
        self.mask = mask

    def irq(self, call, trigger=0):
        self.call, self.trigger = call, trigger

    def take(self):
        """What was sent since."""
        sent, self.output = bytes(self.output), bytearray()
        return sent


class FakeLines:
    """`log`: what was switched, each with its time."""

    def __init__(self, bench, has_dtr, keys):
        self._bench = bench
        self.has_dtr = has_dtr
        self.keys = keys
        self.dcd = True
        self.log = []

    def carrier(self):
        return self.dcd

    def set_dtr(self, on):
        self.log.append((self._bench.elapsed(), "dtr", on))

    def press(self, key, on):
        self.log.append((self._bench.elapsed(), key, on))

    def pressed(self):
        """The keys alone."""
        return [entry for entry in self.log if entry[1] != "dtr"]


class FakeLink:
    """network.PPP: `code` is what status() says, and the script's to set.

    The stack has one place for it. Who frees it in another phase than the running one (`leaving`:
    the peer has just asked to end) takes the place with it: `leaked`, and nothing connects again.
    """

    SEC_NONE, SEC_PAP, SEC_CHAP = 0, 1, 2

    def __init__(self, line, net):
        self._line = line
        self._net = net
        self.code = 0
        self.address, self.server = "10.64.64.2", "10.64.64.1"
        self.refusals = 0  # of connect()
        self.leaving = self.leaked = False
        self.connects = []
        self.goodbyes = self.freed = 0
        self.heard = b""

    def connect(self, **how):
        self._net.is_locked()
        self._line.irq(self.poll, self._line.IRQ_RXIDLE)
        self.connects.append(how)
        if self.refusals or self.leaked:
            self.refusals -= 1
            raise OSError("ppp_connect failed")
        if self.code >= 3:
            raise OSError(_EALREADY)
        self.code = 3

    def disconnect(self):
        self._net.is_locked()
        if self.code >= 3:
            self.goodbyes += 1
            self.leaving = True

    def ended(self, code=0):
        """disconnect() is through, or the peer ended it."""
        self.code = code
        self.leaving = False

    def status(self):
        return self.code

    def poll(self, ignored=None):
        self._net.is_locked()
        if self.code < 3:
            return -1
        n = self._line.any()
        self.heard += bytes(self._line.incoming)
        self._line.incoming = bytearray()
        return n

    def ifconfig(self):
        address = "0.0.0.0" if self.leaving else self.address
        return address, "255.255.255.255", "10.64.64.1", self.server

    def __del__(self):
        self.freed += self._net.stack_lock.held  # what Python itself throws away does not count
        if self.code >= 3:
            self.leaked = self.leaving or self.code == 3
        self.ended()


class StackLock:
    """`held` is true within its block, which must not nest."""

    held = False

    def __enter__(self):
        assert not self.held
        self.held = True

    def __exit__(self, kind, error, trace):
        self.held = False


class PppNet(FakeNet):
    """`timer_runs` counts the calls of run_timers()."""

    def __init__(self):
        super().__init__()
        self.timer_runs = 0
        self.stack_lock = StackLock()

    def ppp_stream(self, uart):
        return uart

    def is_locked(self):
        assert self.stack_lock.held, "the stack lock is not held"

    def run_timers(self):
        self.timer_runs += 1

    def asked(self):
        """The datagrams of the one socket that is open, None if there is none."""
        handles = self.open_handles()
        assert len(handles) <= 1
        return self.socket(handles[0]).datagrams if handles else None


class _Bench:
    def __init__(self):
        self.now_ms = START
        self.line = FakeUart()

    def service(self, now_ms):
        """One pass of the one that is tested."""
        raise NotImplementedError

    def elapsed(self):
        return ticks_diff(self.now_ms, START)

    def run(self, ms=0):
        """Let the time pass, and all that is due at its end be done."""
        end = ticks_add(self.now_ms, ms)
        passes = 0
        while True:
            wait_ms = self.service(self.now_ms)
            left_ms = ticks_diff(end, self.now_ms)
            passes = 0 if wait_ms else passes + 1
            assert passes < _MOST_AT_ONCE, "it never rests"
            if wait_ms and not left_ms:
                return self
            self.now_ms = ticks_add(self.now_ms, min(wait_ms, left_ms))

    def say(self, data):
        """The radio says this, and it is heard."""
        self.line.incoming += data
        return self.run()

    def sent(self, expected):
        """This was sent since the last look, and nothing else."""
        sent = self.line.take()
        assert sent == expected, f"sent {sent} instead of {expected}"
        return self


class ChatBench(_Bench):
    """`result` of the exchange under way, None while there is none yet."""

    rang = False
    registered = -1
    winds = 0
    signal = NO_SIGNAL

    def __init__(self):
        super().__init__()
        self.chat = Chat(self.line, self, self.now_ms)
        self.result: "int | None" = None

    def begin(self, text=b"AT\r", limit_ms=5000):
        self.result = None
        self.chat.begin(text, limit_ms)
        return self

    def service(self, now_ms):
        result = self.chat.poll(now_ms)
        if result >= 0 and self.result is None:
            self.result = result
            self.chat.stop()
        return 0 if self.line.any() else self.chat.wait_ms(now_ms, 1000) or 1

    def lines(self):
        return bytes(self.chat.lines[: self.chat.n])


class RadioBench(_Bench):
    """A radio as a board file describes it: `facts` for what is not as usual, None for missing."""

    def __init__(self, has_dtr=True, keys=2, **facts):
        super().__init__()
        self.facts = {
            "boot_ms": 700,
            "press_ms": 1500,
            "init": (b"ATE0V1", b"AT&C1&D2"),
            "dial": b"ATD#777",
        }
        self.facts.update(facts)
        self.facts = {name: fact for name, fact in self.facts.items() if fact is not None}
        self.lines = FakeLines(self, has_dtr, keys)
        self.radio = Radio(self.line, self.facts, self.lines, self.now_ms)

    def service(self, now_ms):
        wait_ms = self.radio.tick(now_ms)
        return 0 if self.line.any() and not self.radio.online() else wait_ms

    def ready(self):
        """Woken and set up."""
        self.run(self.facts["boot_ms"]).sent(b"AT\r").say(OK)
        for text in self.facts["init"]:
            self.sent(text + b"\r").say(OK)
        assert self.radio.idle()
        return self.sent(b"")

    def dial(self, limit_ms=60000):
        self.radio.dial(limit_ms)
        assert self.radio.calling()
        return self.sent(self.radio.dial_string + b"\r")

    def online(self):
        self.ready().dial().say(CONNECT)
        assert self.radio.online()
        return self

    def waken(self):
        """The radio answers when it is looked for, as after each call."""
        self.sent(b"AT\r").say(OK)
        for text in self.facts["init"]:
            self.sent(text + b"\r").say(OK)
        assert self.radio.idle()
        return self


class PppBench(RadioBench):
    """The bearer over such a radio, which wakes by itself; calls are the script's."""

    def __init__(self, has_dtr=True, keys=2, **facts):
        given = {"probe_s": 0}
        given.update(facts)
        super().__init__(has_dtr, keys, **given)
        for text in (b"AT",) + self.facts["init"]:
            self.line.answers[text + b"\r"] = OK
        self.net = PppNet()
        self.link = FakeLink(self.line, self.net)
        self.ppp = Ppp(self.radio, self.line, self.link, self.net, self.facts)

    def service(self, now_ms):
        self.ppp.poll()
        wait_ms = self.ppp.tick(now_ms)
        return 0 if self.ppp.poll() else wait_ms

    def ready(self):
        self.run(self.facts["boot_ms"])
        assert self.radio.idle()
        return self

    def start(self, limit_ms=60000):
        self.ppp.start(limit_ms)
        return self

    def is_now(self, state, cause=0):
        """As seen from outside."""
        assert (self.ppp.state, self.ppp.cause) == (state, cause), (self.ppp.state, self.ppp.cause)
        return self

    def linking(self):
        """Started, and the call has come."""
        self.ready().start().dials().say(CONNECT)
        assert self.link.code == 3
        return self

    def dials(self, ms=0):
        """It dials when so much time has passed, and not before."""
        if ms:
            self.run(ms - 1).sent(b"").run(1)
        return self.run().sent(b"ATD#777\r")

    def called(self):
        """The call comes, and PPP with it."""
        self.say(CONNECT).link.code = 4
        self.run()
        assert self.ppp.state == UP
        return self

    def up(self):
        return self.ready().start().dials().called()

    def hears(self, data=b"~"):
        """Bytes from the far end."""
        self.line.incoming += data
        return self.run()

    def lost(self):
        """The carrier goes."""
        self.lines.dcd = False
        self.run().lines.dcd = True
        return self
