"""+WIPOPT: the options of a socket, as one table (O1-O7, Q29, Q30)."""

from .. import errors
from ..compat import const
from ..context import DONE
from ..contract import NO_DELAY, TOS, TTL
from ..sockets.socket import INDEXES

_WRITE = const(2)

_R = const(1)
_RW = const(3)

# option: (on UDP, on a TCP client, on a server, lowest, highest)
OPTIONS = {
    0: (_R, _R, _R, 0, 65535),
    1: (_R, _R, 0, 0, 65535),
    2: (_R, _R, 0, 0, 0),
    3: (_R, _R, 0, 0, 1),
    4: (0, _RW, _RW, 536, 36864),
    5: (0, _RW, _RW, 536, 65535),
    6: (_R, _R, 0, 0, 65535),
    7: (0, _RW, _RW, 0, 1),
    8: (_RW, _RW, _RW, 0, 255),
    9: (_RW, _RW, _RW, 0, 255),
}
_PEER_ADDRESS = const(2)
_GET = {
    0: lambda sock: sock.local_port,
    1: lambda sock: sock.peer_port,
    3: lambda sock: int(sock.has_peer),  # O2
    4: lambda sock: sock.tx.capacity,
    5: lambda sock: sock.rx.capacity,
    6: lambda sock: sock.readable(),
    NO_DELAY: lambda sock: sock.options[NO_DELAY],
    TTL: lambda sock: sock.options[TTL],
    TOS: lambda sock: sock.options[TOS],
}


def wipopt_set(context):
    """Action 1 reads, 2 writes. What the option allows is looked at first, then the socket."""
    arguments = context.arguments
    protocol = arguments.value(0)
    if arguments.value(1) > INDEXES[protocol - 1]:
        return context.fail(errors.BAD_INDEX)
    action = arguments.value(2)
    option = OPTIONS.get(arguments.value(3))
    if option is None:
        return context.fail(errors.NO_OPTION)  # O4
    if not option[protocol - 1] & action:
        return context.fail(errors.NOT_SUPPORTED)  # O3
    return _write(context, arguments, option) if action == _WRITE else _read(context, arguments)


def _check(arguments, option):
    if not arguments.is_number(4):
        return errors.ERROR
    _, _, _, lowest, highest = option
    return 0 if lowest <= arguments.value(4) <= highest else errors.BAD_VALUE


def _socket(context, arguments):
    """None if it is not active (O1, O7)."""
    sock = context.table.find(arguments.value(0), arguments.value(1))
    return sock if sock is not None and sock.is_active() else None


def _write(context, arguments, option):
    failure = _check(arguments, option)
    sock = _socket(context, arguments)
    if failure or sock is None:
        return context.fail(failure or errors.BAD_STATE)
    done = context.table.options.set(sock, arguments.value(3), arguments.value(4))
    return DONE if done else context.fail(errors.NOT_SUPPORTED)  # the stack cannot


def _read(context, arguments):
    number = arguments.value(3)
    sock = _socket(context, arguments)
    if sock is None:
        return context.fail(errors.BAD_STATE)
    writer = context.writer.begin(b"+WIPOPT: ").number(sock.protocol).comma(number)
    if number == _PEER_ADDRESS:
        writer.address(sock.addr).end()
    else:
        writer.comma(_GET[number](sock)).end()
    return DONE
