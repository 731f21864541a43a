"""Handlers of +WIPOPT, +WIPXSOCK, +WIPXSERVER and +WIPXCLOSE.

The module is loaded when a host first uses one of these commands.
"""

from .. import errors
from ..at.writer import LONG_MAX
from ..compat import const
from ..context import DONE, HOLD, MORE
from ..contract import NO_DELAY, NO_RESOURCE, TOS, TTL
from ..sockets.dns_message import parse_address
from ..sockets.socket import INDEXES, NO_RANGE, SERVER, TCP, UDP
from .sockets import append_name, next_socket

# +WIPOPT: options of a socket (O1-O7, Q29, Q30)

# Actions of +WIPOPT, one bit each: read is bit 0, write is bit 1. The table OPTIONS combines the
# bits of all actions that an option allows.
_R = const(1)
_W = const(2)
_RW = const(3)

# Options of +WIPOPT, indexed by option number. An entry is (actions allowed on a UDP socket, on a
# TCP client, on a server, lowest value, highest value).
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
# Option that reads the IP address of the peer. The values of all other options are numbers.
_PEER_ADDRESS = const(2)
# Functions that read an option of a socket, indexed by option number.
_GET = {
    0: lambda sock: sock.local_port,
    1: lambda sock: sock.peer_port,
    3: lambda sock: int(sock.has_peer),  # 1 if the socket has a peer, else 0 (O2)
    4: lambda sock: sock.tx.capacity,
    5: lambda sock: sock.rx.capacity,
    6: lambda sock: sock.readable(),
    NO_DELAY: lambda sock: sock.options[NO_DELAY],
    TTL: lambda sock: sock.options[TTL],
    TOS: lambda sock: sock.options[TOS],
}


def wipopt_set(context):
    """Handle AT+WIPOPT=<protocol>,<index>,<action>,<option>[,<value>]: read or write an option.

    The option and the action are checked first, then the socket.
    """
    arguments = context.arguments
    protocol = arguments.value(0)
    if arguments.value(1) > INDEXES[protocol - 1]:
        return context.fail(errors.BAD_INDEX)
    action = arguments.value(2)
    option = OPTIONS.get(arguments.value(3))
    if option is None:
        return context.fail(errors.NO_OPTION)  # no such option (O4)
    if not option[protocol - 1] & action:
        return context.fail(errors.NOT_SUPPORTED)  # action not allowed (O3)
    return _write(context, arguments, option) if action == _W else _read(context, arguments)


def _check(arguments, option):
    """Check the value that is to be written to an option. Return 0 or an error number."""
    if not arguments.is_number(4):
        return errors.ERROR
    _, _, _, lowest, highest = option
    return 0 if lowest <= arguments.value(4) <= highest else errors.BAD_VALUE


def _active_socket(context, arguments):
    """Return the socket that the arguments identify, or None if it is not active (O1, O7)."""
    sock = context.table.find(arguments.value(0), arguments.value(1))
    return sock if sock is not None and sock.is_active() else None


def _write(context, arguments, option):
    error = _check(arguments, option)
    sock = _active_socket(context, arguments)
    if error or sock is None:
        return context.fail(error or errors.BAD_STATE)
    done = context.table.options.set(sock, arguments.value(3), arguments.value(4))
    return context.outcome(0 if done else errors.NOT_SUPPORTED)


def _read(context, arguments):
    number = arguments.value(3)
    sock = _active_socket(context, arguments)
    if sock is None:
        return context.fail(errors.BAD_STATE)
    writer = context.writer.begin(b"+WIPOPT: ").number(sock.protocol).comma(number)
    if number == _PEER_ADDRESS:
        writer.address(sock.addr).end()
    else:
        writer.comma(_GET[number](sock)).end()
    return DONE


# +WIPXSOCK: report of a socket's state

_NO_ADDRESS = b"\0\0\0\0"
# Names of the socket states, indexed by sock.state.
_STATES = (
    b"free",
    b"resolving",
    b"connecting",
    b"ready",
    b"peer_closed",
    b"failed",
    b"listening",
)


def sock_read(context):
    """Handle AT+WIPXSOCK?: report all open sockets, ordered by protocol and index."""
    if not context.writer.room(LONG_MAX):
        return HOLD
    sock = next_socket(context)
    if sock is None:
        return DONE
    _report(context, sock)
    return MORE


def sock_set(context):
    """Handle AT+WIPXSOCK=<protocol>,<index>: report the socket at one index.

    For a free index, the error field is the error number that +WIPCREATE would return now, or 0.
    """
    if not context.writer.room(LONG_MAX):
        return HOLD
    arguments = context.arguments
    sock = context.table.find(arguments.value(0), arguments.value(1))
    if sock is None:
        _report_free(context, arguments.value(0), arguments.value(1))
    else:
        _report(context, sock)
    return DONE


def _report(context, sock):
    writer = append_name(context.writer.begin(b"+WIPXSOCK: "), sock)
    writer.quoted(_role(sock)).quoted(_STATES[sock.state])
    writer.peer(context.session.local, sock.local_port).peer(sock.addr, sock.peer_port)
    _append_range(writer, sock.range)
    writer.comma(sock.readable()).comma(sock.unsent()).comma(_room(context, sock))
    writer.comma(sock.bytes_sent).comma(sock.bytes_received)
    writer.comma(context.clock.seconds - sock.created_s).comma(sock.error).end()


def _report_free(context, protocol, index):
    reserved = _reserved_range(context.table, protocol, index)
    context.writer.begin(b"+WIPXSOCK: ").number(protocol).comma(index)
    context.writer.quoted(b"").quoted(b"free" if reserved is NO_RANGE else b"reserved")
    context.writer.peer(context.session.local, 0).peer(_NO_ADDRESS, 0)
    _append_range(context.writer, reserved)
    context.writer.text(b",0,0,0,0,0,0")
    context.writer.comma(context.table.refusal(protocol << 4 | index)).end()


def _reserved_range(table, protocol, index):
    """Return the reserved range that contains a free index, or NO_RANGE if there is none."""
    holder = table.reserved(index, index) if protocol == TCP else None
    return NO_RANGE if holder is None else holder.range


def _append_range(writer, reserved):
    """Append a reserved range to the line: index of the server, from_idx and to_idx."""
    writer.comma(reserved[0]).comma(reserved[1]).comma(reserved[2])


def _role(sock):
    if sock.protocol == UDP:
        return b"udp" if sock.has_peer else b"udp_listener"
    if sock.protocol == SERVER:
        return b"server"
    return b"spawned" if sock.range[0] else b"client"


def _room(context, sock):
    """Return the number of bytes that the socket would accept from the host now."""
    if sock.handle < 0 or not sock.has_peer:
        return 0
    return sock.tx.free() if sock.protocol == TCP else context.board.sizes.datagram


# +WIPXSERVER: access policy of a server (sockets/server.py)

# Options of +WIPXSERVER.
_RESET = const(0)
_FILTER = const(1)
_KEEPALIVE = const(4)
# Names of the attributes of an AccessPolicy, indexed by the option of +WIPXSERVER.
_POLICY = {2: "max_per_peer", 3: "idle_s", _KEEPALIVE: "keepalive_s", 5: "hold"}


def server_set(context):
    """Handle AT+WIPXSERVER=<server>,<option>[,<value>[,<mask>]]: change an access policy.

    The change applies to connections that the server accepts later.
    """
    arguments = context.arguments
    policy = context.table.need_server().policy(arguments.value(0))
    option = arguments.value(1)
    if option == _RESET:
        policy.reset()
        return DONE
    if option == _FILTER:
        return context.outcome(_set_filter(policy, arguments))
    if option == _KEEPALIVE and arguments.value(2) and not context.board.net.has_keepalive:
        return context.fail(errors.NOT_SUPPORTED)
    setattr(policy, _POLICY[option], arguments.value(2))
    return DONE


def _set_filter(policy, arguments):
    """Set the address filter of a policy. Return 0, or BAD_VALUE for a bad address or mask."""
    addr = parse_address(arguments.text(2))
    mask = parse_address(arguments.text(3))
    if addr is None or mask is None:
        return errors.BAD_VALUE
    policy.addr[:] = addr
    policy.mask[:] = mask
    return 0


def server_read(context):
    """Handle AT+WIPXSERVER?: write the access policy of one server index in each call."""
    policies = context.table.need_server().policies
    policy = policies[context.step]
    context.step += 1
    writer = context.writer.begin(b"+WIPXSERVER: ").number(context.step)
    writer.address(policy.addr).address(policy.mask).comma(policy.max_per_peer)
    writer.comma(policy.idle_s).comma(policy.keepalive_s).comma(policy.hold).end()
    return MORE if context.step < len(policies) else DONE


# +WIPXCLOSE: graceful close

_TIMEOUT_S = const(10)  # default time limit of +WIPXCLOSE, in seconds
_UNKNOWN = const(-1)  # result of net.unacked() if the IP stack cannot report the number
_COMMA = const(0x2C)


def close_set(context):
    """Handle AT+WIPXCLOSE=<protocol>,<index>[,<timeout>]: close a socket gracefully.

    The socket is closed after the peer has acknowledged all bytes, or after the time limit. The
    response reports the number of unsent bytes and the number of unacknowledged bytes. The second
    field is empty if the IP stack cannot report the number of unacknowledged bytes.
    """
    sock = context.table.find(context.arguments.value(0), context.arguments.value(1))
    if sock is None:
        return context.fail(errors.BAD_STATE)
    unacked = _unacked(context, sock)
    if _is_sending(sock, unacked) and context.command.age_ms() < _limit_ms(context.arguments):
        return HOLD
    writer = append_name(context.writer.begin(b"+WIPXCLOSE: "), sock)
    writer.comma(sock.unsent() + sock.bytes_lost).char(_COMMA)
    if unacked >= 0:
        writer.number(unacked)
    writer.end()
    context.table.close(sock)
    return DONE


def _is_sending(sock, unacked):
    """Return True while the socket has unsent bytes or unacknowledged bytes.

    unacked: result of _unacked(). NO_RESOURCE means that the IP stack cannot report the number of
    unacknowledged bytes now; it counts as unacknowledged bytes, and _UNKNOWN counts as none.
    """
    return sock.unsent() or unacked > 0 or unacked == NO_RESOURCE


def _limit_ms(arguments):
    return arguments.value_or(2, _TIMEOUT_S) * 1000


def _unacked(context, sock):
    """Return the number of bytes that the peer has not acknowledged, _UNKNOWN or NO_RESOURCE."""
    if sock.protocol != TCP:
        return 0
    return context.board.net.unacked(sock.handle) if sock.handle >= 0 else _UNKNOWN
