"""Handlers of +WIPCREATE, +WIPDATA and +WIPCLOSE, and helpers for other socket commands.

A handler gets a Context whose arguments were checked against commands/table.py, and returns an
outcome (context.py). context.step is 0 at the first call for a command.
"""

from .. import errors
from ..compat import const
from ..context import DONE, HOLD, MORE, ONLINE
from ..settings import DIALECT, WIPSOFT
from ..sockets.socket import FAILED, SERVER, TCP, UDP

# Longest time in ms that +WIPCLOSE waits for unsent bytes to be sent. Hosts expect a response
# within 100 ms (H4).
_CLOSE_MS = const(90)

# +WIPCREATE: create and list sockets


def wipcreate_set(context):
    """Handle AT+WIPCREATE=<protocol>,<index>,...: create a socket.

    OK means only that the arguments are valid. A URC reports the outcome later (R1).
    """
    arguments = context.arguments
    if not context.session.ready():
        return context.fail(errors.BAD_STACK_STATE)  # no session (R17)
    return _CREATE[arguments.value(0)](context, arguments, arguments.value(1))


def _create(context, protocol, index, local_port, name, peer_port):
    error = context.table.create(protocol, index, local_port, name, peer_port)
    if not error:
        context.urcs.await_outcome()
    return context.outcome(error)


def _create_udp(context, arguments, index):
    local_port = arguments.value_or(2, 0)
    if arguments.given(3):
        return _create(context, UDP, index, local_port, arguments.text(3), arguments.value(4))
    if not arguments.given(2):
        return context.fail(errors.BAD_INDEX)  # neither local port nor peer (Q13)
    return _create(context, UDP, index, local_port, None, 0)


def _create_client(context, arguments, index):
    return _create(context, TCP, index, 0, arguments.text(2), arguments.value(3))


def _create_server(context, arguments, index):
    from_idx = arguments.value(3)
    to_idx = arguments.value(4)
    if to_idx < from_idx:
        return context.fail(errors.BAD_INDEX)  # range ends before its start (R8)
    error = context.table.create_server(index, arguments.value(2), from_idx, to_idx)
    return context.outcome(error)


_CREATE = {UDP: _create_udp, TCP: _create_client, SERVER: _create_server}


def wipcreate_read(context):
    """Handle AT+WIPCREATE?: list the open sockets, five fields per socket (R19, Q18)."""
    sock = next_socket(context)
    if sock is None:
        return DONE
    append_name(context.writer.begin(b"+WIPCREATE: "), sock).comma(sock.local_port)
    context.writer.peer(sock.addr, sock.peer_port).end()
    return MORE


# +WIPDATA: online data mode and unread data


def wipdata_set(context):
    """Handle AT+WIPDATA=<protocol>,<index>,<mode>: enter online data mode.

    While the outcome of +WIPCREATE is pending, the command waits for the socket (H9).
    """
    arguments = context.arguments
    protocol = arguments.value(0)
    mode = arguments.value(2)
    if protocol == SERVER:
        return context.fail(errors.BAD_PROTOCOL)  # a server has no data (D4)
    if mode and not context.online.has(protocol, mode):
        return context.fail(errors.NOT_SUPPORTED)  # mode and protocol do not match (D2)
    sock = context.table.find(protocol, arguments.value(1))
    if not mode:
        return _unmap(context, sock)
    if sock is None:
        return context.fail(errors.BAD_STATE)  # no such socket (D22)
    if sock.is_pending():
        return HOLD
    if sock.state == FAILED and not sock.has_data():
        return context.fail(sock.error)  # the error of the failed socket (D22)
    context.online.enter(context, sock, mode)
    return ONLINE


def _unmap(context, sock):
    """Handle mode 0 of +WIPDATA, which is an error in the dialect c1 (D3).

    In the dialect wipsoft, mode 0 has no effect, because in command mode no socket is connected
    to the host's UART.
    """
    if context.settings[DIALECT] != WIPSOFT:
        return context.fail(errors.NOT_SUPPORTED)
    return context.outcome(errors.BAD_STATE if sock is None else 0)


def wipdata_read(context):
    """Handle AT+WIPDATA?: list the sockets that have unread data (D13)."""
    sock = next_socket(context, True)
    if sock is None:
        return DONE
    write_data(context.writer, sock)
    return MORE


def write_data(writer, sock):
    """Write the +WIPDATA line of a socket.

    For a UDP socket, the line also contains the address and port of the datagram's sender (D10).
    """
    append_name(writer.begin(b"+WIPDATA: "), sock).comma(sock.readable())
    if sock.protocol == UDP:
        writer.peer(sock.from_addr, sock.from_port)
    writer.end()


# +WIPCLOSE: close a socket


def wipclose_set(context):
    """Handle AT+WIPCLOSE=<protocol>,<index>: close a socket (X1-X6).

    The command waits for unsent bytes for at most _CLOSE_MS, then drops the remaining bytes.
    """
    sock = context.table.find(context.arguments.value(0), context.arguments.value(1))
    if sock is None:
        return context.fail(errors.BAD_STATE)
    if sock.unsent() and context.command.age_ms() < _CLOSE_MS:
        return HOLD
    context.table.close(sock)
    return DONE


# Functions that other modules also call


def next_socket(context, with_data=False):
    """Return the next open socket, or None after the last socket.

    with_data: True to skip sockets without unread data. Sockets can be created and closed between
    two calls of this function, because context.step holds the key (protocol << 4 | index) of the
    socket that was returned last.
    """
    i = 0
    while i < len(context.table.all):
        sock = context.table.all[i]
        if sock.key > context.step and (not with_data or sock.has_data()):
            context.step = sock.key
            return sock
        i += 1
    return None


def append_name(writer, sock):
    """Append `<protocol>,<index>` to a line. Return the writer."""
    return writer.number(sock.protocol).comma(sock.index)
