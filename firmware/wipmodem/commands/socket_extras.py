"""The options of a socket (+WIPOPT), its report, a server's access policy, graceful close."""

from .. import errors
from ..at.writer import LONG_MAX
from ..compat import const
from ..context import DONE, HOLD, MORE
from ..contract import NO_DELAY, NO_RESOURCE, TOS, TTL
from ..sockets.dns_message import parse_address
from ..sockets.socket import INDEXES, NO_RANGE, SERVER, TCP, UDP
from .sockets import name, next_socket

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


# +WIPXSOCK

_NO_ADDRESS = b"\0\0\0\0"
# By sock.state.
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
    """AT+WIPXSOCK?: every socket, in the order of the table."""
    if not context.writer.room(LONG_MAX):
        return HOLD
    sock = next_socket(context)
    if sock is None:
        return DONE
    _say(context, sock)
    return MORE


def sock_set(context):
    """AT+WIPXSOCK=<protocol>,<index>: one, also if it is free: its error is then the refusal that
    +WIPCREATE would meet."""
    if not context.writer.room(LONG_MAX):
        return HOLD
    arguments = context.arguments
    sock = context.table.find(arguments.value(0), arguments.value(1))
    if sock is None:
        _say_free(context, arguments.value(0), arguments.value(1))
    else:
        _say(context, sock)
    return DONE


def _say(context, sock):
    writer = name(context.writer.begin(b"+WIPXSOCK: "), sock)
    writer.quoted(_role(sock)).quoted(_STATES[sock.state])
    writer.peer(context.session.local, sock.local_port).peer(sock.addr, sock.peer_port)
    _say_range(writer, sock.range)
    writer.comma(sock.readable()).comma(sock.unsent()).comma(_room(context, sock))
    writer.comma(sock.bytes_sent).comma(sock.bytes_received)
    writer.comma(context.clock.seconds - sock.created_s).comma(sock.error).end()


def _say_free(context, protocol, index):
    """A free index may be in the reserved range of a server."""
    reserved = _reserved_range(context.table, protocol, index)
    context.writer.begin(b"+WIPXSOCK: ").number(protocol).comma(index)
    context.writer.quoted(b"").quoted(b"free" if reserved is NO_RANGE else b"reserved")
    context.writer.peer(context.session.local, 0).peer(_NO_ADDRESS, 0)
    _say_range(context.writer, reserved)
    context.writer.text(b",0,0,0,0,0,0")
    context.writer.comma(context.table.refusal(protocol << 4 | index)).end()


def _reserved_range(table, protocol, index):
    holder = table.reserved(index, index) if protocol == TCP else None
    return NO_RANGE if holder is None else holder.range


def _say_range(writer, reserved):
    """The server's index, from_idx and to_idx."""
    writer.comma(reserved[0]).comma(reserved[1]).comma(reserved[2])


def _role(sock):
    if sock.protocol == UDP:
        return b"udp" if sock.has_peer else b"udp_listener"
    if sock.protocol == SERVER:
        return b"server"
    return b"spawned" if sock.range[0] else b"client"


def _room(context, sock):
    """Bytes that it would take from the host now."""
    if sock.handle < 0 or not sock.has_peer:
        return 0
    return sock.tx.room() if sock.protocol == TCP else context.board.sizes.datagram


# +WIPXSERVER

_ALL = 0  # options
_FILTER = 1
_KEEPALIVE = 4


def server_set(context):
    """AT+WIPXSERVER=<server>,<option>[,<value>[,<mask>]]: for peers that come from now on."""
    arguments = context.arguments
    policy = context.table.need_server().policy(arguments.value(0))
    option = arguments.value(1)
    if option == _ALL:
        policy.reset()
        return DONE
    if option == _FILTER:
        return _filter(
            context, policy, parse_address(arguments.text(2)), parse_address(arguments.text(3))
        )
    if option == _KEEPALIVE and arguments.value(2) and not context.board.net.has_keepalive:
        return context.fail(errors.NOT_SUPPORTED)
    setattr(policy, _NAMES[option], arguments.value(2))
    return DONE


_NAMES = {2: "max_per_peer", 3: "idle_s", _KEEPALIVE: "keepalive_s", 5: "hold"}


def _filter(context, policy, addr, mask):
    if addr is None or mask is None:
        return context.fail(errors.BAD_VALUE)
    policy.addr[:] = addr
    policy.mask[:] = mask
    return DONE


def server_read(context):
    """A line each."""
    policies = context.table.need_server().policies
    policy = policies[context.step]
    context.step += 1
    writer = context.writer.begin(b"+WIPXSERVER: ").number(context.step)
    writer.address(policy.addr).address(policy.mask).comma(policy.max_per_peer)
    writer.comma(policy.idle_s).comma(policy.keepalive_s).comma(policy.hold).end()
    return MORE if context.step < len(policies) else DONE


# +WIPXCLOSE

_TIMEOUT_S = const(10)
_UNKNOWN = const(-1)
_COMMA = const(0x2C)


def close_set(context):
    """AT+WIPXCLOSE=<protocol>,<index>[,<timeout>]: bytes unsent, and bytes that the peer has not
    acknowledged, if the stack tells."""
    sock = context.table.find(context.arguments.value(0), context.arguments.value(1))
    if sock is None:
        return context.fail(errors.BAD_STATE)
    unacked = _unacked(context, sock)
    limit_ms = context.arguments.value_or(2, _TIMEOUT_S) * 1000
    waits = sock.unsent() or unacked > 0 or unacked == NO_RESOURCE
    if waits and context.command.age_ms() < limit_ms:
        return HOLD
    writer = name(context.writer.begin(b"+WIPXCLOSE: "), sock).comma(
        sock.unsent() + sock.bytes_lost
    )
    if unacked < 0:
        writer.char(_COMMA).end()
    else:
        writer.comma(unacked).end()
    context.table.close(sock)
    return DONE


def _unacked(context, sock):
    if sock.protocol != TCP:
        return 0
    return context.board.net.unacked(sock.handle) if sock.handle >= 0 else _UNKNOWN
