"""+WIPXSERVER: whom a server lets in, and for how long (server.py)."""

from .. import errors
from ..context import DONE, MORE
from ..sockets.dns_message import parse_address

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
