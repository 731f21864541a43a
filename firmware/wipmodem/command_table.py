"""The command table: every command with its forms, its arguments and what it does.

A row: (name, what AT+NAME alone does, what AT+NAME? does, what AT+NAME=? does, what AT+NAME=...
does, its arguments, those in the dialect wipsoft where they differ). None stands for plain ERROR
(Q37). The arguments are one specification (arguments.py), or a dict of them by the value of the
first argument, or of the one that _KEY names; ABSENT: the command is not in that dialect; None:
they are somebody else's.
"""

from . import base_commands as base
from . import bearer_commands as bearer
from . import call_commands as call
from . import errors
from . import identity as id_
from . import own_commands as own
from . import profile_commands as profile
from . import stack_commands as stack
from . import wip_commands as wip
from .arguments import number, one_of, text
from .compat import const
from .option_commands import wipopt_set
from .ping import wipping_set
from .radio_commands import dial_read, dial_set, pass_on
from .sock import INDEXES, SERVER, TCP, UDP

NAME = const(0)
RUN = const(1)
READ = const(2)
TEST = const(3)
SET = const(4)
SPEC = const(5)
WIPSOFT_SPEC = const(6)

ABSENT = False
KEY = const(-2)  # in a dict: the place of the argument that chooses; the first without it
OTHERWISE = const(-1)  # in a dict: the error number when that argument has no row

_PROTOCOL = number(UDP, SERVER, errors.BAD_PROTOCOL)
_INDEX = number(1, INDEXES[0], errors.BAD_INDEX)
_SERVER_INDEX = number(1, INDEXES[2], errors.BAD_INDEX)
_RANGE_END = number(1, INDEXES[1], errors.BAD_INDEX)
_PORT = number(0, 65535, errors.BAD_PORT)
_ANY_PORT = number(0, 65535, errors.BAD_PORT, True)
_PEER = text()
_ANY_PEER = text(True)
_BEARER = number(6, 6, errors.NO_OPTION)
_ANY = number(0, 65535, errors.ERROR)
_ANY_OPTIONAL = number(0, 65535, errors.ERROR, True)
_NO_OPTION = number(0, 65535, errors.NO_OPTION)
_SWITCH = (number(0, 1, errors.ERROR),)
_ZERO = (number(0, 0, errors.ERROR),)
_TEXT = (text(),)

_CFG = {
    OTHERWISE: errors.ERROR,
    0: (_ANY,),
    1: (_ANY,),
    2: (_ANY, _NO_OPTION, number(0, 65535, errors.BAD_VALUE)),
    4: (_ANY, number(0, 1, errors.BAD_VALUE)),
}
_CFG_WIPSOFT = dict(_CFG)
_CFG_WIPSOFT[3] = (_ANY,)
_BR = {
    OTHERWISE: errors.ERROR,
    2: (_ANY, _BEARER, one_of((0, 1), errors.NO_OPTION), text()),  # B4
    3: (_ANY, _BEARER, one_of((15, 17, 18), errors.NO_OPTION)),  # B5
    4: (_ANY, _BEARER, number(0, 0, errors.BAD_VALUE, True)),
    5: (_ANY, _BEARER),
}
_BR_WIPSOFT = dict(_BR)
_BR_WIPSOFT[0] = _BR_WIPSOFT[1] = (_ANY, _BEARER)  # H6
_BR_WIPSOFT[2] = (_ANY, _BEARER, one_of((0, 1, 11), errors.NO_OPTION), text())
_CREATE = {
    OTHERWISE: errors.BAD_PROTOCOL,
    UDP: (_PROTOCOL, _INDEX, _ANY_PORT, _ANY_PEER, _ANY_PORT),
    TCP: (_PROTOCOL, _INDEX, _PEER, _PORT),
    SERVER: (_PROTOCOL, _SERVER_INDEX, _PORT, _RANGE_END, _RANGE_END),
}
_DATA = (_PROTOCOL, _INDEX, number(0, 65535, errors.NOT_SUPPORTED))
_CLOSE = {
    OTHERWISE: errors.BAD_PROTOCOL,
    UDP: (_PROTOCOL, _INDEX),
    TCP: (_PROTOCOL, _INDEX),
    SERVER: (_PROTOCOL, _SERVER_INDEX),  # Q32
}
_OPT = {
    KEY: 2,
    OTHERWISE: errors.ERROR,
    1: (_PROTOCOL, _INDEX, _ANY, _NO_OPTION),  # O5
    2: (_PROTOCOL, _INDEX, _ANY, _NO_OPTION, text()),
}
_FILE = {OTHERWISE: errors.BAD_PROTOCOL}
_FLOW = (number(0, 2, errors.ERROR, True), number(0, 2, errors.ERROR, True))


def _row(name, run=None, read=None, test=None, write=None, spec=(), wipsoft=None):
    return (name, run, read, test, write, spec, wipsoft)


def _of_radio(name):
    """A row of what the radio answers, whatever the form."""
    return (name, pass_on, pass_on, pass_on, pass_on, None, None)


TABLE: tuple = (
    _row(b"+CMEE", None, base.cmee_read, None, base.cmee_set, _SWITCH),
    _row(b"+CFUN", None, profile.cfun_read, None, profile.cfun_set, (_ANY, _ANY_OPTIONAL)),
    _row(b"+IPR", None, base.ipr_read, None, base.ipr_set, (number(0, 921600, errors.ERROR),)),
    _row(b"+IFC", None, base.ifc_read, None, base.ifc_set, _FLOW),
    _row(b"+GMR", id_.revision),
    _row(b"+CGMR", id_.revision),
    _row(b"+GSN", id_.serial),
    _row(b"+CGSN", id_.serial),
    _row(b"+WMSN", None, id_.wmsn_read),
    _row(b"+CLAC", id_.list_commands),
    _row(b"+WCHD", call.end_all),
    _of_radio(b"+CSQ"),
    _of_radio(b"+CREG"),
    _of_radio(b"+CSS"),
    _of_radio(b"+CRM"),
    _row(b"+WIPCFG", None, stack.wipcfg_read, None, stack.wipcfg_set, _CFG, _CFG_WIPSOFT),
    _row(b"+WIPBR", None, bearer.wipbr_read, None, bearer.wipbr_set, _BR, _BR_WIPSOFT),
    _row(b"+WIPCREATE", None, wip.wipcreate_read, None, wip.wipcreate_set, _CREATE),
    _row(b"+WIPDATA", None, wip.wipdata_read, base.ok, wip.wipdata_set, _DATA),
    _row(b"+WIPOPT", None, None, None, wipopt_set, _OPT),
    _row(b"+WIPCLOSE", None, base.ok, base.ok, wip.wipclose_set, _CLOSE),  # Q31
    _row(b"+WIPFILE", None, None, None, base.ok, ABSENT, _FILE),
    _row(
        b"+WIPPING",
        None,
        None,
        None,
        wipping_set,
        (_PEER, _ANY_OPTIONAL, _ANY_OPTIONAL, _ANY_OPTIONAL),
    ),
    _row(b"+WIPXSTAT", None, own.stat_read),
    _row(b"+WIPXCRASH", None, own.crash_read, None, own.crash_set, _ZERO),
    _row(b"+WIPXDIAL", None, dial_read, None, dial_set, _TEXT),
    _row(b"+WIPXDIALECT", None, own.dialect_read, None, own.dialect_set, _TEXT),
)

# Basic commands that do something: (name, highest value, what they do).
ACTIONS: tuple = (
    (b"I", 9, id_.identify),
    (b"Z", 0, profile.reset),
    (b"&F", 0, profile.factory),
    (b"&W", 0, profile.write),
    (b"&V", 0, id_.view),
    (b"H", 0, call.hang_up),
    (b"O", 0, call.resume),
    (b"A", 0, call.answer),
)
