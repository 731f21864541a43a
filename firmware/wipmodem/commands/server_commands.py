"""+WIPXSERVER: whom a server lets in, and for how long (door.py)."""

from .. import errors
from ..sockets.address import parse
from .base import DONE, MORE

_ALL = 0  # options
_FILTER = 1
_KEEPALIVE = 4


def server_set(modem):
    """AT+WIPXSERVER=<server>,<option>[,<value>[,<mask>]]: for peers that come from now on."""
    arguments = modem.arguments
    policy = modem.table.need_door().policy(arguments.value(0))
    option = arguments.value(1)
    if option == _ALL:
        policy.reset()
        return DONE
    if option == _FILTER:
        return _filter(policy, parse(arguments.text(2)), parse(arguments.text(3)))
    if option == _KEEPALIVE and arguments.value(2) and not modem.board.net.keepalive:
        return errors.NOT_SUPPORTED
    setattr(policy, _NAMES[option], arguments.value(2))
    return DONE


_NAMES = {2: "most", 3: "idle_s", _KEEPALIVE: "keepalive_s", 5: "hold"}


def _filter(policy, addr, mask):
    if addr is None or mask is None:
        return errors.BAD_VALUE
    policy.addr[:] = addr
    policy.mask[:] = mask
    return DONE


def server_read(modem):
    """A line each."""
    policies = modem.table.need_door().policies
    policy = policies[modem.step]
    modem.step += 1
    writer = modem.writer.begin(b"+WIPXSERVER: ").number(modem.step)
    writer.address(policy.addr).address(policy.mask).comma(policy.most)
    writer.comma(policy.idle_s).comma(policy.keepalive_s).comma(policy.hold).end()
    return MORE if modem.step < len(policies) else DONE
