"""Plays a transcript over UART0 of the chip: a step is as in transcripts.py, an event is real.

All that the modem says is compared as one stream, in the order of the transcript, and behind its
end nothing more may come. A silence is at least as long as the transcript says; silences behind
each other are one. The fakes that a transcript looks into are not there: LOOKS is passed over.
"""

import re

from transcript_events import to_bytes
from wipmodem import VERSION

from .far_end import PATIENCE_S, FarEnd, Gate
from .play_events import LOOKS, Events

_MARGIN_US = 50_000  # what is known of the chip's clock is some milliseconds old
_APART_US = 30_000
_QUIET_US = 150_000
_ACCEPTED = re.compile(rb"\+WIPACCEPT: (\d),(\d)")
_TURNED_AWAY = re.compile(rb"\+WIPXREFUSED: (\d),")
_CREATE = re.compile(r"WIPCREATE=(\d,\d),([^;]*)", re.IGNORECASE)
_REFUSED = re.compile(rb"\r\nERROR\r|\+CME ERROR|^4\r")
_SESSION_ENDS = b"+WIPBR: 6,0"
_SERIAL = "123456789012345"

# How a transcript begins on a chip that has booted: before and after its dialect is set.
_QUIET = (("ATE0", b"ATE0\r\r\nOK\r\n"),)
_WIPSOFT = (('AT+WIPXDIALECT="wipsoft"', b"\r\nOK\r\n"),)
_ONLINE = (
    ("AT+WIPCFG=1", b"\r\nOK\r\n"),
    ("AT+WIPBR=4,6", b"\r\nOK\r\n\r\n+WIPBR: 6,1\r\n"),
)
_BEGIN = {"fresh": ((), ()), "idle": (_QUIET, ()), "ready": (_QUIET, _ONLINE)}


class Player(Events):
    """`modem`: a ModemOnChip with an AskedRadio, that has just started; `serial`: its +GSN."""

    def __init__(self, modem, serial):
        self._modem = modem
        self._uart = modem.uart
        self._radio = modem.radio.modem
        self._serial = serial
        gate = Gate(modem.network)
        modem.radio.ppp.on_packet = gate.write
        self._far = FarEnd(modem.network, gate)
        self._ticket = None  # of what was sent, while nothing has been said to it
        self._created = []  # what the last line asks for
        self._owed = None  # what will be said when the line is free again
        self._waits_ms = 0

    def play(self, lines):
        heads = [line[2:] for line in lines if line.startswith("= ")]
        with self._far:
            self._begin(heads)
            for number, line in enumerate(lines, 1):
                try:
                    self._step(line)
                except (AssertionError, OSError) as error:
                    said = f"line {number}, {line}: {error}; then came {self._uart.rest()!r}"
                    raise AssertionError(said) from error
            self._wait_us(self._waits_ms * 1000 + _QUIET_US)
            came = self._uart.rest()
            assert not came, f"more than the transcript says: {came!r}"

    def _begin(self, heads):
        kind = next((head for head in heads if head in _BEGIN), "ready")
        first, then = _BEGIN[kind]
        for line, answer in (*first, *(_WIPSOFT if "wipsoft" in heads else ()), *then):
            self._host_line(line)
            self._expect(answer)

    def _step(self, line):
        sign, _, words = line.partition(" ")
        if sign == "~":
            self._waits_ms += int(words)
        elif sign in _STEPS:
            if self._waits_ms:
                self._wait_us(self._waits_ms * 1000 + _MARGIN_US)
                self._waits_ms = 0
            _STEPS[sign](self, words)

    def _wait_us(self, span_us):
        """From when the last byte is through."""
        if self._ticket:
            self._ticket.done_us  # noqa: B018
            self._ticket = None
        self._modem.pass_us(span_us)

    # Steps

    def _host_line(self, words):
        self._await_radio()
        self._send(words.encode() + b"\r")

    def _host_bytes(self, words):
        self._send(to_bytes(words))

    def _modem_line(self, words):
        words = words.replace("$VERSION", VERSION.decode()).replace(_SERIAL, self._serial)
        if words.startswith("wipmodem "):
            words = words.replace(" test", " pico")
        self._expect(b"\r\n" + words.encode() + b"\r\n")

    def _modem_bytes(self, words):
        self._expect(to_bytes(words))

    def _event(self, words):
        name, _, rest = words.partition(" ")
        if name not in LOOKS:
            getattr(self, name)(rest)

    # What they need

    def _send(self, data):
        """Apart from what was sent just before: a pass of the modem's is between them."""
        if self._ticket:
            self._wait_us(_APART_US)
        self._created = _CREATE.findall(data.decode("latin-1"))
        for who, words in self._created:
            self._creates(who, [word.strip('"\r\n') for word in words.split(",")])
        self._ticket = self._modem.type(data)

    def _creates(self, who, words):
        """The peers of a +WIPCREATE have to be there first."""
        words = words if who[0] != "2" else ["", *words]
        port, name, peer_port = (*words, "", "")[:3]
        peer_port = peer_port if who[0] != "3" else ""
        self._far.created(who, _number(port), name, _number(peer_port))

    def _expect(self, data):
        if self._owed is not None:
            self._owed += data
            return
        self._uart.expect(data, PATIENCE_S)
        self._ticket = None
        if _REFUSED.search(data):
            for who, _ in self._created:
                self._far.not_created(who)
        if _SESSION_ENDS in data:
            self._await_call_end()
        for server, index in _ACCEPTED.findall(data):
            self._far.accepted("3," + server.decode(), "2," + index.decode())
        for server in _TURNED_AWAY.findall(data):
            self._far.turned_away("3," + server.decode())


def _number(word):
    """A port, or 0."""
    return int(word) if word.isdigit() and int(word) < 65536 else 0


_STEPS = {
    ">": Player._host_line,
    ">>": Player._host_bytes,
    "<": Player._modem_line,
    "<<": Player._modem_bytes,
    "@": Player._event,
}
