"""The command table: every command with its forms, its arguments and what it does.

A row: (name, what AT+NAME alone does, what AT+NAME? does, what AT+NAME=? does, what AT+NAME=...
does, its arguments, those in the dialect wipsoft where they differ). None stands for plain ERROR
(Q37). Arguments are written as in arguments.py; ABSENT: the command is not in that dialect.
Constants alone, so that frozen into flash they take no memory.
"""

from ..compat import const
from . import base
from . import profile_commands as profile
from . import session as bearer
from . import sockets as wip
from . import stack_commands as stack
from .radio_commands import dial_read, dial_set

NAME = const(0)
RUN = const(1)
READ = const(2)
TEST = const(3)
SET = const(4)
SPEC = const(5)
WIPSOFT_SPEC = const(6)

ABSENT = False

# Modules that are loaded at their first use (later.py): a handler is (module, name) there.
_CALL = const("commands.calls")
_ID = const("commands.identity")
_OWN = const("commands.diagnostics")
_SERVERS = const("commands.server_commands")
_REPORT = const("commands.socket_report")
_COUNTED = const("commands.transfer")
_TRIAL = const("commands.trial")
_OPTIONS = const("commands.socket_extras")
_PING = const("commands.ping")
_DRAIN = const("commands.drain")

_CFG = const((0, ((0, b"n"), (1, b"n"), (2, b"nuv"), (4, b"ny"))))
_CFG_WIPSOFT = const((0, ((0, b"n"), (1, b"n"), (2, b"nuv"), (3, b"n"), (4, b"ny"))))
_BR = const((0, ((2, b"nbct"), (3, b"nba"), (4, b"nbZ"), (5, b"nb"))))
# H6: the bearer's device, and an APN.
_BR_WIPSOFT = const(
    (
        0,
        ((0, b"nb"), (1, b"nb"), (2, b"nbkt"), (3, b"nba"), (4, b"nbZ"), (5, b"nb")),
    )
)
_CREATE = const((0, ((1, b"piOTQ"), (2, b"pito"), (3, b"psoii"))))
_CLOSE = const((0, ((1, b"pi"), (2, b"pi"), (3, b"ps"))))
_SERVER = const(
    (1, ((0, b"su"), (1, b"sutt"), (2, b"sun"), (3, b"sun"), (4, b"sun"), (5, b"suw")))
)
_XCLOSE = const((0, ((1, b"piN"), (2, b"piN"), (3, b"psN"))))
_OPT = const((2, ((1, b"pinu"), (2, b"pinut"))))  # O5
_FILE = const((0, ((-1, b"p"),)))  # no protocol has files


def _row(name, run=None, read=None, test=None, write=None, spec: object = b"", wipsoft=None):
    return (name, run, read, test, write, spec, wipsoft)


TABLE: tuple = (
    _row(b"+CMEE", None, base.cmee_read, None, base.cmee_set, b"w"),
    _row(b"+CFUN", None, profile.cfun_read, None, profile.cfun_set, b"nN"),
    _row(b"+IPR", None, base.ipr_read, None, base.ipr_set, b"h"),
    _row(b"+IFC", None, base.ifc_read, None, base.ifc_set, b"FF"),
    _row(b"+GMR", (_ID, "revision")),
    _row(b"+CGMR", (_ID, "revision")),
    _row(b"+GSN", (_ID, "serial")),
    _row(b"+CGSN", (_ID, "serial")),
    _row(b"+WMSN", None, (_ID, "wmsn_read")),
    _row(b"+CLAC", (_ID, "list_commands")),
    _row(b"+WCHD", bearer.end_all),
    _row(b"+WIPCFG", None, stack.wipcfg_read, None, stack.wipcfg_set, _CFG, _CFG_WIPSOFT),
    _row(b"+WIPBR", None, bearer.wipbr_read, None, bearer.wipbr_set, _BR, _BR_WIPSOFT),
    _row(b"+WIPCREATE", None, wip.wipcreate_read, None, wip.wipcreate_set, _CREATE),
    _row(b"+WIPDATA", None, wip.wipdata_read, base.ok, wip.wipdata_set, b"pim"),
    _row(b"+WIPOPT", None, None, None, (_OPTIONS, "wipopt_set"), _OPT),
    _row(b"+WIPCLOSE", None, base.ok, base.ok, wip.wipclose_set, _CLOSE),  # Q31
    _row(b"+WIPFILE", None, None, None, base.ok, ABSENT, _FILE),
    _row(b"+WIPPING", None, None, None, (_PING, "wipping_set"), b"tNNN"),
    _row(b"+WIPXSEND", None, None, None, (_COUNTED, "send_set"), b"pinNT"),
    _row(b"+WIPXRECV", None, None, None, (_COUNTED, "receive_set"), b"pinNW"),
    _row(b"+WIPXCLOSE", None, None, None, (_DRAIN, "close_set"), _XCLOSE),
    _row(b"+WIPXSERVER", None, (_SERVERS, "server_read"), None, (_SERVERS, "server_set"), _SERVER),
    _row(b"+WIPXIPR", (_TRIAL, "confirm"), (_TRIAL, "read"), None, (_TRIAL, "begin"), b"hN"),
    _row(b"+WIPXSTAT", (_OWN, "stat_line"), (_OWN, "stat_read"), None, (_OWN, "stat_set"), b"e"),
    _row(
        b"+WIPXHEALTH",
        (_OWN, "health_line"),
        (_OWN, "health_read"),
        None,
        (_OWN, "health_set"),
        b"e",
    ),
    _row(b"+WIPXURC", None, (_OWN, "urc_read"), None, (_OWN, "urc_set"), b"WWW"),
    _row(b"+WIPXSOCK", None, (_REPORT, "sock_read"), None, (_REPORT, "sock_set"), _CLOSE),
    _row(b"+WIPXLOG", None, (_OWN, "log_read"), None, (_OWN, "log_set"), b"e"),
    _row(b"+WIPXCRASH", None, (_OWN, "crash_read"), None, (_OWN, "crash_set"), b"e"),
    _row(b"+WIPXDIAL", None, dial_read, None, dial_set, b"t"),
    _row(b"+WIPXDIALECT", None, (_OWN, "dialect_read"), None, (_OWN, "dialect_set"), b"t"),
)

# What the radio answers, whatever the form. So it does whatever else it knows and we do not.
RADIO = ((b"+CSQ",), (b"+CREG",), (b"+CSS",), (b"+CRM",))

# Basic commands that do something: (name, highest value, what they do).
ACTIONS: tuple = (
    (b"I", 9, (_ID, "identify")),
    (b"Z", 0, profile.reset),
    (b"&F", 0, profile.factory),
    (b"&W", 0, profile.write),
    (b"&V", 0, (_ID, "view")),
    (b"H", 0, bearer.hang_up),
    (b"O", 0, (_CALL, "resume")),
    (b"A", 0, (_CALL, "answer")),
)
