"""What the +WIP commands do (chapter 17). Each returns DONE, MORE, HOLD, ONLINE or an error
number.

`context.arguments` has been checked against the command's specification; `context.step` counts the
calls of a listing, and is 0 at the first call of any command.
"""

from .. import errors
from ..compat import const
from ..context import DONE, HOLD, MORE, ONLINE
from ..settings import DIALECT, WIPSOFT
from ..sockets.socket import FAILED, SERVER, TCP, UDP

_DRAIN_MS = const(90)  # H4: an answer within 100 ms, and one alone for the line


def wipcreate_set(context):
    """R1: 0 as soon as all that can be known now is good."""
    arguments = context.arguments
    if not context.session.ready():
        return context.fail(errors.BAD_STACK_STATE)  # R17
    return _CREATE[arguments.value(0)](context, arguments, arguments.value(1))


def _create(context, protocol, index, local_port, name, peer_port):
    """Create a UDP or TCP client socket; its outcome will come before other URCs (H5)."""
    error = context.table.create(protocol, index, local_port, name, peer_port)
    if not error:
        context.urcs.await_outcome()
    return context.outcome(error)


def _create_udp(context, arguments, index):
    local_port = arguments.value_or(2, 0)
    if arguments.given(3):
        return _create(context, UDP, index, local_port, arguments.text(3), arguments.value(4))
    if not arguments.given(2):
        return context.fail(errors.BAD_INDEX)  # Q13
    return _create(context, UDP, index, local_port, None, 0)


def _create_client(context, arguments, index):
    return _create(context, TCP, index, 0, arguments.text(2), arguments.value(3))


def _create_server(context, arguments, index):
    first = arguments.value(3)
    last = arguments.value(4)
    if last < first:
        return context.fail(errors.BAD_INDEX)  # R8
    error = context.table.create_server(index, arguments.value(2), first, last)
    return context.outcome(error)


_CREATE = {UDP: _create_udp, TCP: _create_client, SERVER: _create_server}


def wipcreate_read(context):
    """R19, Q18: five fields for every socket, in the order of the table."""
    sock = next_socket(context)
    if sock is None:
        return DONE
    name(context.writer.begin(b"+WIPCREATE: "), sock).comma(sock.local_port)
    context.writer.peer(sock.addr, sock.peer_port).end()
    return MORE


def wipdata_set(context):
    arguments = context.arguments
    protocol = arguments.value(0)
    if protocol == SERVER:
        return context.fail(errors.BAD_PROTOCOL)  # D4
    mode = arguments.value(2)
    if mode and not context.online.has(protocol, mode):
        return context.fail(errors.NOT_SUPPORTED)  # D2
    sock = context.table.find(protocol, arguments.value(1))
    if not mode:
        return _unmap(context, sock)
    if sock is None:
        return context.fail(errors.BAD_STATE)  # D22
    if sock.is_pending():
        return HOLD  # H9
    if sock.state == FAILED and not sock.has_data():
        return context.fail(sock.error)  # D22
    context.online.enter(context, sock, mode)
    return ONLINE


def _unmap(context, sock):
    """D3: WIPsoft's mode 0. In command mode nothing is mapped."""
    if context.settings[DIALECT] != WIPSOFT:
        return context.fail(errors.NOT_SUPPORTED)
    return context.outcome(errors.BAD_STATE if sock is None else 0)


def wipdata_read(context):
    """D13: what waits to be read."""
    sock = next_socket(context, _has_data)
    if sock is None:
        return DONE
    write_data(context.writer, sock)
    return MORE


def write_data(writer, sock):
    """+WIPDATA in its two forms (D10)."""
    name(writer.begin(b"+WIPDATA: "), sock).comma(sock.readable())
    if sock.protocol == UDP:
        writer.peer(sock.from_addr, sock.from_port)
    writer.end()


def wipclose_set(context):
    """X1-X6. Bytes on their way to a peer that takes them are given _DRAIN_MS."""
    sock = context.table.find(context.arguments.value(0), context.arguments.value(1))
    if sock is None:
        return context.fail(errors.BAD_STATE)
    if sock.unsent() and context.command.age_ms() < _DRAIN_MS:
        return HOLD
    context.table.close(sock)
    return DONE


def next_socket(context, wanted=None):
    """The next one behind context.step, which follows it: others may come or go meanwhile."""
    i = 0
    while i < len(context.table.all):
        sock = context.table.all[i]
        if sock.key > context.step and (wanted is None or wanted(sock)):
            context.step = sock.key
            return sock
        i += 1
    return None


def _has_data(sock):
    return sock.has_data()


def name(writer, sock):
    """`protocol,index`; returns the writer."""
    return writer.number(sock.protocol).comma(sock.index)
