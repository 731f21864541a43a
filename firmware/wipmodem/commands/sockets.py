"""What the +WIP commands do (chapter 17). Each returns DONE, MORE, HOLD, ONLINE or an error
number.

`modem.arguments` has been checked against the command's specification; `modem.step` counts the
calls of a listing, and is 0 at the first call of any command.
"""

from .. import errors
from ..compat import const
from ..settings import DIALECT, WIPSOFT
from ..sockets.socket import FAILED, SERVER, TCP, UDP
from .base import DONE, HOLD, MORE, ONLINE

_DRAIN_MS = const(90)  # H4: an answer within 100 ms, and one alone for the line


def wipcreate_set(modem):
    """R1: 0 as soon as all that can be known now is good."""
    arguments = modem.arguments
    protocol = arguments.value(0)
    sock = modem.table.at(protocol, arguments.value(1))
    failure = 0 if modem.stack.ready() else errors.BAD_STACK_STATE  # R17
    return failure or _CREATE[protocol](modem, arguments, sock)


def _create_udp(modem, arguments, sock):
    local_port = arguments.value_or(2, 0)
    if arguments.given(3):
        return modem.create(sock, local_port, arguments.text(3), arguments.value(4))
    if not arguments.given(2):
        return errors.BAD_INDEX  # Q13
    return modem.create(sock, local_port, None, 0)


def _create_client(modem, arguments, sock):
    return modem.create(sock, 0, arguments.text(2), arguments.value(3))


def _create_server(modem, arguments, sock):
    first = arguments.value(3)
    last = arguments.value(4)
    if last < first:
        return errors.BAD_INDEX  # R8
    return modem.table.create_server(sock, arguments.value(2), first, last)


_CREATE = {UDP: _create_udp, TCP: _create_client, SERVER: _create_server}


def wipcreate_read(modem):
    """R19, Q18: five fields for every socket, in the order of the table."""
    sock = next_socket(modem, is_open)
    if sock is None:
        return DONE
    name(modem.writer.begin(b"+WIPCREATE: "), sock).comma(sock.local_port)
    modem.writer.peer(sock.addr, sock.peer_port).end()
    return MORE


def wipdata_set(modem):
    arguments = modem.arguments
    protocol = arguments.value(0)
    if protocol == SERVER:
        return errors.BAD_PROTOCOL  # D4
    mode = arguments.value(2)
    if mode and not modem.data.has(protocol, mode):
        return errors.NOT_SUPPORTED  # D2
    sock = modem.table.at(protocol, arguments.value(1))
    if not mode:
        return _unmap(modem, sock)
    if not sock.state:
        return errors.BAD_STATE  # D22
    if sock.pending():
        return HOLD  # H9
    if sock.state == FAILED and not sock.has_data():
        return sock.error  # D22
    modem.data.begin(sock, mode)
    return ONLINE


def _unmap(modem, sock):
    """D3: WIPsoft's mode 0. In command mode nothing is mapped."""
    if modem.settings[DIALECT] != WIPSOFT:
        return errors.NOT_SUPPORTED
    return DONE if sock.state else errors.BAD_STATE


def wipdata_read(modem):
    """D13: what waits to be read."""
    sock = next_socket(modem, _has_data)
    if sock is None:
        return DONE
    say_data(modem.writer, sock)
    return MORE


def say_data(writer, sock):
    """+WIPDATA in its two forms (D10)."""
    name(writer.begin(b"+WIPDATA: "), sock).comma(sock.readable())
    if sock.protocol == UDP:
        writer.peer(sock.from_addr, sock.from_port)
    writer.end()


def wipclose_set(modem):
    """X1-X6. Bytes on their way to a peer that takes them are given _DRAIN_MS."""
    sock = modem.table.at(modem.arguments.value(0), modem.arguments.value(1))
    if not sock.state:
        return errors.BAD_STATE
    if sock.unsent() and modem.line_age_ms() < _DRAIN_MS:
        return HOLD
    modem.table.close(sock)
    return DONE


def next_socket(modem, wanted):
    """The next one behind modem.step, which follows it: others may come or go meanwhile."""
    i = 0
    while i < len(modem.table.all):
        sock = modem.table.all[i]
        if sock.who > modem.step and wanted(sock):
            modem.step = sock.who
            return sock
        i += 1
    return None


def is_open(sock):
    return sock.state


def _has_data(sock):
    return sock.has_data()


def name(writer, sock):
    """`protocol,index`; returns the writer."""
    return writer.number(sock.protocol).comma(sock.index)
