"""+WIPXCLOSE: close a socket once its peer has all that was sent, or after a while, and say so."""

from .. import errors
from ..compat import const
from ..context import DONE, HOLD
from ..contract import NO_RESOURCE
from ..sockets.socket import TCP
from .sockets import name

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
