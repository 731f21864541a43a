"""Loses its power anywhere, ten times, and starts again with a modem that did not.

It has no line to the modem's reset. Of two lives one stops the stack first, the other takes the
numbers of what is there already for good news.
"""

import time

from . import Surprise

_ATTEMPTS = 4
_ATTENTION_S = 0.3
_QUIET_S = 0.2
_LIMIT_S = 3
_GUARD_S = 1.1
_ESCAPED_S = 1.5

_RUNNING = b"+CME ERROR: 844"
_ONLINE = b"+CME ERROR: 803"
_ACTIVE = b"+CME ERROR: 840"


def run(port, place):
    for life, die in enumerate(_DEATHS):
        port.reset_output_buffer()
        port.reset_input_buffer()
        Firmware(port, place, life).live(die)
    Firmware(port, place, len(_DEATHS)).live(_in_peace)


class Firmware:
    """One life."""

    def __init__(self, port, place, life):
        self.port = port
        self.client = b'AT+WIPCREATE=2,1,"%s",%d' % (place.address.encode(), place.port)
        self._life = life

    def live(self, die):
        self.wake()
        if self._life % 2:
            self.port.write(b"+++AT+WIPCFG=0\r")
            self.expect("stopping", b"OK")
        self.ask(b"AT+CMEE=1", b"OK")
        if die is not _while_dialling:
            self.connect()
        die(self)

    def wake(self):
        """Whoever gets no OK tries to leave data mode."""
        for _ in range(_ATTEMPTS):
            # The first line may end one that the last life has begun.
            self.port.write(b"AT\r")
            self._wait(_ATTENTION_S, b"OK")
            self.port.write(b"ATE0\r")
            answer = self._wait(_ATTENTION_S, b"OK")
            if answer == b"OK":
                return self._forget()
            time.sleep(_GUARD_S)
            self.port.write(b"+++")
            self._wait(_ESCAPED_S, b"OK")
        raise Surprise("waking the modem", b"OK", "none, not behind an escape either")

    def _forget(self):
        """What the last life had asked for is not an answer to this one."""
        self.port.timeout = _QUIET_S
        while self.port.read(64):
            pass

    def connect(self):
        self.ask(b"AT+WIPCFG=1", b"OK", _RUNNING)
        if self.ask(b"AT+WIPBR=4,6", b"OK", _ONLINE) == b"OK":
            self.expect("dialling", b"+WIPBR: 6,1")
        self.ask(b"AT+WIPCREATE=3,1,0,5,8", b"OK", _ACTIVE)
        if self.ask(self.client, b"OK", _ACTIVE) == _ACTIVE:
            self.ask(b"AT+WIPCLOSE=2,1", b"OK")
            self.ask(self.client, b"OK")
        self.expect("connecting", b"+WIPREADY: 2,1")

    def report(self):
        """Into data mode, and something that the peer sends back."""
        self.ask(b"AT+WIPDATA=2,1,2", b"CONNECT")
        sent = b"life %d\r\n" % self._life
        self.port.write(sent)
        self.port.timeout = _LIMIT_S
        came = self.port.read(len(sent))
        if came != sent:
            raise Surprise("the peer's echo", sent, came)

    def ask(self, command, *answers):
        self.port.write(command + b"\r")
        return self.expect(command, *answers)

    def expect(self, doing, *answers):
        """One of these. Old news may stand before it, other results may not."""
        came = self._wait(_LIMIT_S, *answers, b"OK", b"ERROR", b"CONNECT", b"+CME ERROR: ")
        if came not in answers:
            raise Surprise(doing, answers, came)
        return came

    def _wait(self, limit_s, *starts):
        """The first line that starts so, or what came last."""
        self.port.timeout = limit_s
        line = b"\n"
        while line.endswith(b"\n"):
            line = self.port.readline()
            if line.startswith(starts):
                break
        return line.strip()


# How to die


def _idle(firmware):
    """Connected, in command mode."""


def _in_a_line(firmware):
    firmware.port.write(b'AT+WIPCREATE=2,2,"192.0')


def _before_the_result(firmware):
    firmware.port.write(b"AT+WIPCLOSE=2,1\r")


def _while_dialling(firmware):
    firmware.port.write(b"AT+WIPCFG=1\rAT+WIPBR=4,6\r")


def _while_connecting(firmware):
    firmware.ask(b"AT+WIPCLOSE=2,1", b"OK")
    firmware.port.write(firmware.client + b"\r")


def _in_data_mode(firmware):
    firmware.report()


def _with_much_unsent(firmware):
    firmware.report()
    firmware.port.write(b"and so on\r\n" * 100)


def _in_the_escape(firmware):
    firmware.report()
    time.sleep(_GUARD_S)
    firmware.port.write(b"++")


def _in_peace(firmware):
    firmware.ask(b"AT+WIPCFG=0", b"OK")
    firmware.expect("hanging up", b"+WIPBR: 6,0")
    firmware.ask(b"AT+CMEE=0", b"OK")


_DEATHS = (
    _in_data_mode,
    _in_a_line,
    _while_dialling,
    _before_the_result,
    _while_connecting,
    _idle,
    _with_much_unsent,
    _in_a_line,
    _in_the_escape,
    _while_dialling,
)
