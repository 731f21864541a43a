"""The text of each unsolicited line, by the kind of its record in the URC queue."""

from . import urc
from .wip_commands import name, say_data

_WORDS = {
    urc.READY: b"+WIPREADY: ",
    urc.FAILED: b"+WIPERROR: ",
    urc.ERROR: b"+WIPERROR: ",
    urc.ACCEPT: b"+WIPACCEPT: ",
    urc.PEER_CLOSE: b"+WIPPEERCLOSE: ",
    urc.BEARER: b"+WIPBR: 6,",
    urc.LOST: b"+WIPXLOST: ",
}


def say(modem, urcs, i):
    """Say the record at place i of the queue."""
    _SAY[urcs.kind(i)](modem, urcs, i)


def _socket(modem, urcs, i):
    """The line as far as the socket's name."""
    return name(modem.writer.begin(_WORDS[urcs.kind(i)]), modem.table.of(urcs.who(i)))


def _value(modem, urcs, i):
    """The line as far as its number."""
    return modem.writer.begin(_WORDS[urcs.kind(i)]).number(urcs.value(i))


def _say_value(modem, urcs, i):
    _value(modem, urcs, i).end()


def _say_socket(modem, urcs, i):
    _socket(modem, urcs, i).end()


def _say_error(modem, urcs, i):
    _socket(modem, urcs, i).comma(urcs.value(i)).end()


def _say_accept(modem, urcs, i):
    _value(modem, urcs, i).comma(modem.table.of(urcs.who(i)).index).end()


def _say_data(modem, urcs, i):
    """The count is taken now, so that it is exact (H11)."""
    say_data(modem.writer, modem.table.of(urcs.who(i)))


_SAY = {
    urc.READY: _say_socket,
    urc.FAILED: _say_error,
    urc.ERROR: _say_error,
    urc.ACCEPT: _say_accept,
    urc.DATA: _say_data,
    urc.PEER_CLOSE: _say_socket,
    urc.BEARER: _say_value,
    urc.LOST: _say_value,
}
