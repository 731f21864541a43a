"""A CDMA data radio's command level, as the C1 speaks it, without I/O: bytes and the time come in.

`feed(data, now_ms)` and `tick(now_ms)` return what the radio sends; `wait_ms(now_ms)` tells when
`tick` is due. While a call is up the bytes go to `link.feed(data, now_ms)`, whose answer is sent;
without a link they end here. `far_end` is in its place when the number is not a packet one, and
when somebody has called. `plan` holds the outcomes of the next calls, the last one for all
that follow: "connect" or a name in OUTCOMES. `signal`, `service`, `registered` and `clock`, which
gives the text of +CCLK, may be set.
"""

from collections import deque
from collections.abc import Callable

from . import command_line
from .bell import Bell
from .command_line import FACTORY, RANGES
from .stored import Stored

IDLE, DIALLING, ONLINE, PAUSED, DEAD, STARTING = (
    "idle",
    "dialling",
    "online",
    "paused",
    "dead",
    "starting",
)

SIGN_ON = b"\r\nMTSMC-C1 READY\r\n"
_GUARD_MS = 1000
_SPEED = " 115200"
_REGISTERED = (1, 5)  # at home, roaming
# +WIND events, each enabled by the bit below its number: commands may be read, may be given; the
# network is there, is lost.
_READY = (3, 4)
_SERVICE, _NO_SERVICE = 7, 8
_CODES = {
    "OK": 0,
    "CONNECT": 1,
    "RING": 2,
    "NO CARRIER": 3,
    "ERROR": 4,
    "NO DIALTONE": 6,
    "BUSY": 7,
    "NO ANSWER": 8,
}
_PACKET_NUMBERS = ("#777", "*99")
GARBAGE = b"\x00\x7f~}#!\xff CONN"
# How a planned call ends. "silent" and "garbage" end in nothing: only the next character does.
OUTCOMES = {
    "connect": "CONNECT",
    "busy": "BUSY",
    "no_answer": "NO ANSWER",
    "no_carrier": "NO CARRIER",
    "no_dialtone": "NO DIALTONE",
    "error": "ERROR",
    "silent": b"",
    "garbage": GARBAGE,
}


class RadioModem:
    """`boot_ms` above 0: it is being switched on, and its sign-on comes that much later."""

    def __init__(self, link=None, far_end=None, boot_ms=0, dial_ms=0, now_ms=0):
        self.link = link
        self.far_end = far_end or link
        self.plan = deque(["connect"])
        self.boot_ms = boot_ms
        self.dial_ms = dial_ms
        self.signal: tuple[int, int] = (23, 0)
        self.service = "1,A,4139"
        self.on_dcd: Callable[[bool], object] = lambda on: None
        self.calls = []  # the dial strings
        self.state = IDLE
        self.settings = dict(FACTORY)
        self.reports = 0  # AT+CREG=
        self.clock: Callable[[], str] = lambda: '"80/01/06,00:00:00"'  # no network time yet
        self._stored = Stored(lambda: self.clock())
        self._registered = 1
        self._line = bytearray()
        self._pluses = None  # how many since a silence; None if something else came
        self._heard_ms = now_ms
        self._due_ms = None  # when what is under way ends
        self._outcome = "connect"
        self._peer = link  # of the call
        self._bell = Bell()
        self._out = bytearray()
        self._dtr = True
        if boot_ms:
            self.press_power(now_ms)

    # The line

    def feed(self, data, now_ms):
        self._pass(now_ms)
        while data:
            if self.state == ONLINE:
                self._online(data, now_ms)
                break
            self._byte(data[0], now_ms)
            data = data[1:]
        return self._flush()

    def tick(self, now_ms):
        self._pass(now_ms)
        return self._flush()

    def wait_ms(self, now_ms):
        """Until `tick` is needed, None for never."""
        dues = [due for due in (self._due_ms, self._bell.due_ms) if due is not None]
        if self._pluses == 3:
            dues.append(self._heard_ms + _GUARD_MS)
        return max(min(dues) - now_ms, 0) if dues else None

    def say(self, data):
        """Unsolicited bytes, as they are."""
        self._out += data

    # The world around it

    @property
    def dcd(self):
        return self.state in (ONLINE, PAUSED)

    @property
    def dead(self):
        """It answers nothing; the power key helps, and so does setting this to False."""
        return self.state == DEAD

    @dead.setter
    def dead(self, dead):
        if dead != self.dead:
            self._to(DEAD if dead else IDLE)

    @property
    def registered(self):
        return self._registered

    @registered.setter
    def registered(self, status):
        if self.reports and status != self._registered:
            self.say(b"\r\n+CREG: %d\r\n" % status)
        had, has = self._registered in _REGISTERED, status in _REGISTERED
        self._registered = status
        if had != has:
            self._wind(_SERVICE if has else _NO_SERVICE)

    def set_dtr(self, on):
        """A falling DTR ends a call, unless &D0."""
        if self._dtr and not on and self.settings["&D"] and (self.dcd or self.state == DIALLING):
            self._end_call("NO CARRIER")
        self._dtr = on

    def drop_carrier(self):
        if self.dcd:
            self._end_call("NO CARRIER")

    def ring(self, now_ms):
        """Somebody calls; in a call they find it busy."""
        if self.state == IDLE:
            self._bell.begin(now_ms)
            self._pass(now_ms)

    def press_power(self, now_ms):
        self._to(STARTING)
        self.settings = dict(FACTORY)
        self.reports = 0
        self._stored.restart()
        self._due_ms = now_ms + self.boot_ms

    # The clock

    def _pass(self, now_ms):
        if self._due_ms is not None and now_ms >= self._due_ms:
            self._due_ms = None
            if self.state == STARTING:
                self._started()
            else:
                self._dialled()
        if self._pluses == 3 and now_ms - self._heard_ms >= _GUARD_MS:
            self._to(PAUSED)
            self._result("OK")
        while self._bell.rings(now_ms):
            self._result("RING ASYNC" if self._stored.number("+CRC") else "RING")

    def _started(self):
        self._to(IDLE)
        self.say(SIGN_ON)
        for event in _READY:
            self._wind(event)
        if self._registered in _REGISTERED:
            self._wind(_SERVICE)

    def _wind(self, event):
        if self._stored.number("+WIND") >> (event - 1) & 1:
            self.say(b"\r\n+WIND: %d\r\n" % event)

    def _to(self, state):
        was = self.dcd
        self.state = state
        self._due_ms = self._pluses = None
        self._line.clear()
        self._bell.stop()
        if self.dcd != was:
            self.on_dcd(self.dcd)

    # Calls

    def dial(self, text, now_ms):
        if self.state != IDLE:
            self._result("ERROR")
            return
        self.calls.append("AT" + text)
        if text.endswith(";"):  # voice
            self._result("OK")
            return
        packet = text[1:].lstrip("TP").startswith(_PACKET_NUMBERS)
        outcome = self.plan[0] if len(self.plan) == 1 else self.plan.popleft()
        self._call(self.link if packet else self.far_end, outcome, now_ms)

    def answer(self, now_ms):
        """Who calls is no packet network."""
        if self._bell.due_ms is None:
            self._result("NO CARRIER")
        else:
            self._call(self.far_end, "connect", now_ms)

    def _call(self, peer, outcome, now_ms):
        self._peer = peer
        self._outcome = outcome
        self._to(DIALLING)
        self._due_ms = now_ms + self.dial_ms
        self._pass(now_ms)

    def _dialled(self):
        words = OUTCOMES[self._outcome]
        if isinstance(words, bytes):
            self.say(words)
        elif words == "CONNECT":
            self.go_online()
        else:
            self._end_call(words)

    def go_online(self):
        if self.state in (DIALLING, PAUSED):
            self._to(ONLINE)
            self._result("CONNECT")
        else:
            self._result("NO CARRIER")

    def hang_up(self):
        self._bell.stop()
        if self.dcd:
            self._to(IDLE)

    def _end_call(self, words):
        self._to(IDLE)
        self._result(words)

    def _online(self, data, now_ms):
        """What the host sends, and whether it is three + between two silences."""
        if now_ms - self._heard_ms >= _GUARD_MS:
            self._pluses = 0
        plain = self._pluses is None or data.strip(b"+")
        self._pluses = None if plain else self._pluses + len(data)
        self._heard_ms = now_ms
        if self._peer:
            self._out += self._peer.feed(data, now_ms)

    # Commands

    def _byte(self, byte, now_ms):
        self._heard_ms = now_ms
        if self.state == DIALLING:
            if byte != 10:  # V.250 5.6.1: any character aborts, but an LF belongs to the command
                self._end_call("NO CARRIER")
        elif self.state in (IDLE, PAUSED):
            self._out += command_line.take(self._line, byte, self.settings["E"])
            if byte == 13 and self._line:
                line = command_line.text(self._line)
                self._line.clear()
                self._run(line, now_ms)

    def _run(self, line, now_ms):
        for command, value in command_line.split(line):
            if command in _ENDING:
                _ENDING[command](self, value, now_ms)
                return
            answer = self._answer(command, value)
            if answer is None:
                self._result("ERROR")
                return
            if answer:
                self._framed(answer)
        self._result("OK")

    def _answer(self, command, value):
        """The information of a command, which may be none; None if there is no such command."""
        if value > RANGES.get(command, 0):
            return None
        if command in self.settings:
            self.settings[command] = value
            return ""
        if command in _ANSWERS:
            return _ANSWERS[command](self)
        return self._stored.answer(command)

    def restart(self, now_ms):
        """AT+CFUN=1: OK, and then as switched on."""
        self._result("OK")
        self.press_power(now_ms)
        self._pass(now_ms)

    def analog_or_digital(self):
        return f"+CAD: {int(self._registered in _REGISTERED)}"

    def restore(self):
        """ATZ: what belongs to the line, and no call."""
        self.hang_up()
        self.settings = dict(FACTORY)

    def report(self, on):
        self.reports = on
        return self.registration()

    def registration(self):
        return f"+CREG: {self.reports},{self.registered}"

    # What it says

    def _result(self, words):
        if self.settings["Q"]:
            return
        if self.settings["V"]:
            self._framed(words + _SPEED if words == "CONNECT" else words)
        else:
            self._out += b"%d\r" % _CODES[words.removesuffix(" ASYNC")]

    def _framed(self, text):
        self._out += (b"\r\n%s\r\n" if self.settings["V"] else b"%s\r\n") % text.encode()

    def _flush(self):
        out = bytes(self._out)
        self._out.clear()
        return out


# Commands after which the line does not go on.
_ENDING = {
    "A": lambda modem, value, now_ms: modem.answer(now_ms),
    "D": lambda modem, text, now_ms: modem.dial(text, now_ms),
    "O": lambda modem, value, now_ms: modem.go_online(),
    "+CFUN=1": lambda modem, value, now_ms: modem.restart(now_ms),
    "+CFUN=1,1": lambda modem, value, now_ms: modem.restart(now_ms),
}
# The information of the others.
_ANSWERS = {
    "": lambda modem: None,
    "Z": lambda modem: modem.restore() or "",
    "&F": lambda modem: modem.settings.update(FACTORY) or "",
    "H": lambda modem: modem.hang_up() or "",
    "I": lambda modem: "MTSMC-C1",
    "+CSQ": lambda modem: "+CSQ: %d,%d" % modem.signal,
    "+CREG?": RadioModem.registration,
    "+CREG=?": lambda modem: "+CREG: (0-1)",
    "+CREG=0": lambda modem: modem.report(0),
    "+CREG=1": lambda modem: modem.report(1),
    "+CAD?": RadioModem.analog_or_digital,
    "+CFUN?": lambda modem: "+CFUN: 1",
    "+CSS?": lambda modem: f"+CSS: {modem.service}",
    "+CGMI": lambda modem: "+CGMI: WAVECOM MODEM",
    "+CGMM": lambda modem: "MULTIBAND 800 1900 Model 65",
}
