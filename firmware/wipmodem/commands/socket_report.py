"""+WIPXSOCK: one line a socket, and what is known of an index that is free."""

from ..at.writer import LONG_MAX
from ..context import DONE, HOLD, MORE
from ..sockets.socket import NO_RANGE, SERVER, TCP, UDP
from .sockets import name, next_socket

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
