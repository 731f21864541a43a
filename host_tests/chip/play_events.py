"""What happens in a transcript, done for real: by sockets, pins, the radio and the power.

An event is a method, as in transcript_events.py. After one that the modem has no answer to, so
much of the chip's time passes that the modem has taken notice of it.
"""

from collections.abc import Callable

from radio.modem import DIALLING, ONLINE
from transcript_events import to_bytes

from .asked_radio import AskedRadio
from .far_end import PATIENCE_S, FarEnd, until
from .on_chip import DTE, RADIO, ModemOnChip
from .wire import Uart

_ON_ITS_WAY_US = 40_000
_BYTE_US = 120  # on the radio's line
_RATE_SHARE = 0.02  # what dividers may make of a rate


class Events:
    _modem: ModemOnChip
    _uart: Uart
    _radio: AskedRadio
    _far: FarEnd
    _owed: bytes | None
    _wait_us: Callable
    _expect: Callable

    # Peers

    def connects(self, who):
        self._far.connects(who)

    def refuses(self, who):
        self._far.refuses(who)

    def peer(self, words):
        who, place = words.split()
        self._far.calls(who, _place(place))
        self._settle()

    def sends(self, words):
        who, _, data = words.partition(" ")
        self._far.sends(who, to_bytes(data))
        self._settle(len(to_bytes(data)))

    def datagram(self, words):
        who, place, data = words.split(" ", 2)
        self._far.datagram(who, _place(place), to_bytes(data))
        self._settle(len(to_bytes(data)))

    def closes(self, who):
        self._far.closes(who)
        self._settle()

    def resets(self, who):
        self._far.resets(who)
        self._settle()

    def got(self, words):
        who, _, data = words.partition(" ")
        self._far.got(who, to_bytes(data))

    def got_datagrams(self, words):
        who, _, data = words.partition(" ")
        self._far.got_datagrams(who, eval(data))  # noqa: S307 (transcripts are our own)

    def fin(self, who):
        self._far.fin(who)

    def dns(self, words):
        self._far.dns(words)
        self._settle()

    # The line and the power

    def dtr(self, word):
        self._wait_us(_ON_ITS_WAY_US)
        self._modem.chip.set_pin(DTE["dtr"], word == "off")
        self._settle()

    def dcd(self, word):
        self._pin("dcd", word)

    def dsr(self, word):
        self._pin("dsr", word)

    def ri(self, word):
        self._pin("ri", word)

    def unsent(self, word):
        """The host holds the line: what the modem says waits in its UART."""
        self._uart.cts(word == "no")
        if word == "no":
            owed, self._owed = self._owed, None
            self._expect(owed)
        else:
            self._owed = b""

    def line(self, words):
        """The modem sets it a moment after its answer has left."""
        rate, *held = eval(words)  # noqa: S307

        def told():
            stats = self._modem.chip.stats()
            return stats["baud"][DTE["id"]], stats["held"][DTE["id"]]

        def holds():
            is_rate, is_held = told()
            return abs(is_rate - rate) < rate * _RATE_SHARE and is_held == held

        until(holds, lambda: f"the line is {told()}")

    def power_cycle(self, words):
        restart(self._modem, self._modem.chip.reset)

    # The radio

    def asked(self, words):
        self._radio_was(lambda: self._radio.asked, words)

    def called(self, words):
        self._radio_was(lambda: "AT" + self._radio.called, words)

    def answers(self, words):
        until(lambda: self._radio.waits, "what is to be answered")
        if words == "error":
            self._to_radio(lambda radio: radio.answers((), "ERROR"))
        else:
            lines = to_bytes(words).decode().splitlines()
            self._to_radio(lambda radio: radio.answers(lines))

    def call(self, words):
        until(lambda: self._radio.state == DIALLING, "a call")
        word, _, number = words.partition(" ")
        if word == "online":
            self._to_radio(lambda radio: radio.connects(number))
        else:
            self._to_radio(lambda radio: radio.ends(int(number)))

    def carrier(self, word):
        """The next call brings it again by itself."""
        if word == "lost":
            self._to_radio(lambda radio: radio.loses_carrier())

    def radio_sends(self, words):
        self._to_radio(lambda radio: radio.say(to_bytes(words)))

    def radio_got(self, words):
        came, wanted = self._radio.far_host.came, to_bytes(words)
        until(lambda: len(came) >= len(wanted), lambda: f"the radio got {bytes(came)!r}")
        assert came == wanted, f"the radio got {bytes(came)!r}"
        came.clear()

    def rings(self, words):
        self._to_radio(lambda radio: radio.says("RING"))

    def registered(self, word):
        self._to_radio(lambda radio: radio.says("+CREG: " + word))

    # What they need

    def _settle(self, size=0):
        self._modem.pass_us(_ON_ITS_WAY_US + size * _BYTE_US)

    def _pin(self, name, word):
        """Active low."""
        self._modem.chip.wait_pin(DTE[name], word == "off", PATIENCE_S)

    def _radio_was(self, told, words):
        wanted = to_bytes(words).decode()
        until(lambda: told() == wanted, lambda: f"the radio was told {told()!r}")

    def _to_radio(self, act):
        self._modem.line.call(lambda radio, now_ms: act(radio))

    def _await_call_end(self):
        """The session's end is told first, then PPP and the call end."""
        until(lambda: self._radio.state != ONLINE, "the end of the call")

    def _await_radio(self):
        """It is free at once in a transcript; here it is woken and set up first."""
        radio, pin = self._radio, self._modem.chip.pin[RADIO["dtr"]]
        if not radio.ready.is_set() or pin.level is not False:
            until(lambda: radio.ready.is_set() and pin.level is False, "a radio that is set up")
            self._settle()


# Looks into the fakes. Besides, what the chip's stack is like of itself: its TTL is 255, and its
# sockets can have no other.
LOOKS = ("store", "counter", "handles", "defaults", "fixed_ttl", "cannot")
PLAYED = [name for name in vars(Events) if name[0] != "_"]


def restart(modem, boot):
    """The power of modem and radio goes and comes back."""
    modem.line.call(lambda radio, now_ms: radio.press_power(now_ms))
    boot()
    modem.started()


def _place(words):
    host, _, port = words.partition(":")
    return host, int(port)
