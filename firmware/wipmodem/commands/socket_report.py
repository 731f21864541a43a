"""+WIPXSOCK: one line a socket, and what is known of an index that is free."""

from ..at.writer import LONG_MAX
from ..context import DONE, HOLD, MORE
from ..sockets.socket import FREE, SERVER, TCP, UDP
from .sockets import is_open, name, next_socket

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
    sock = next_socket(context, is_open)
    if sock is None:
        return DONE
    _say(context, sock, _STATES[sock.state], sock, sock.error)
    return MORE


def sock_set(context):
    """AT+WIPXSOCK=<protocol>,<index>: one, also if it is free: its error is then the refusal that
    +WIPCREATE would meet."""
    if not context.writer.room(LONG_MAX):
        return HOLD
    sock = context.table.at(context.arguments.value(0), context.arguments.value(1))
    if sock.state:
        _say(context, sock, _STATES[sock.state], sock, sock.error)
        return DONE
    holder = context.table.reserved(sock.index, sock.index) if sock.protocol == TCP else None
    refusal = context.table.refusal(sock)
    if holder is None:
        _say(context, sock, _STATES[FREE], sock, refusal)
    else:
        _say(context, sock, b"reserved", holder, refusal)
    return DONE


def _say(context, sock, state, holder, error):
    """holder: the socket whose range it is in, or itself."""
    name(context.writer.begin(b"+WIPXSOCK: "), sock).quoted(_role(sock)).quoted(state)
    context.writer.peer(context.session.local, sock.local_port).peer(sock.addr, sock.peer_port)
    context.writer.comma(holder.server).comma(holder.first).comma(holder.last)
    _say_bytes(context, sock)
    context.writer.comma(context.clock.seconds - sock.born_s if sock.state else 0).comma(
        error
    ).end()


def _say_bytes(context, sock):
    writer = context.writer.comma(sock.readable()).comma(sock.unsent()).comma(_room(context, sock))
    writer.comma(sock.sent).comma(sock.received)


def _role(sock):
    if sock.state == FREE:
        return b""
    if sock.protocol == UDP:
        return b"udp" if sock.bound else b"udp_listener"
    if sock.protocol == SERVER:
        return b"server"
    return b"spawned" if sock.server else b"client"


def _room(context, sock):
    """Bytes that it would take from the host now."""
    if sock.handle < 0 or not sock.bound:
        return 0
    return sock.pipes[1].room() if sock.protocol == TCP else context.board.sizes.datagram
