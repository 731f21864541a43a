"""The command table: every extended command with its forms, its arguments and its handlers.

A row is (name, handlers of AT+NAME, AT+NAME?, AT+NAME=? and AT+NAME=..., specification of the
arguments, specification of the arguments in the dialect wipsoft or None if both are the same). A
form whose handler is None returns plain ERROR (Q37). If the specification is ABSENT, the dialect
lacks the command. The comment above each row shows the syntax of the command. Specifications are
explained in at/arguments.py.
"""

from .. import errors
from ..compat import const
from ..sockets.socket import INDEXES, SERVER, UDP
from . import base, session, sockets

# Column indexes of a row. RUN, READ, TEST and SET also identify the forms of a command.
NAME = const(0)
RUN = const(1)
READ = const(2)
TEST = const(3)
SET = const(4)
SPEC = const(5)
WIPSOFT_SPEC = const(6)

# Specification of a command that the dialect lacks.
ABSENT = False

# Kinds of numeric arguments, indexed by the letter of the kind in a specification. An entry is
# (lowest value, highest value, error number for other values), or (tuple of all valid values,
# None, error number for other values).
KINDS: dict = {
    ord("p"): (UDP, SERVER, errors.BAD_PROTOCOL),  # protocol: UDP, TCP or server
    ord("i"): (1, INDEXES[0], errors.BAD_INDEX),  # index of a UDP or TCP client socket
    ord("s"): (1, INDEXES[2], errors.BAD_INDEX),  # index of a server (Q32)
    ord("o"): (0, 65535, errors.BAD_PORT),  # port of UDP or TCP
    ord("m"): (0, 65535, errors.NOT_SUPPORTED),  # mode argument of +WIPDATA
    ord("b"): (6, 6, errors.NO_OPTION),  # number of the bearer, always 6
    ord("x"): (0, 65535, errors.NO_OPTION),  # option number; the handler rejects unknown options
    ord("v"): (0, 65535, errors.BAD_VALUE),  # value of an option; the handler checks the range
    ord("c"): ((0, 1), None, errors.NO_OPTION),  # option of +WIPBR: user name, password (B4)
    ord("g"): ((0, 1, 11), None, errors.NO_OPTION),  # +WIPBR: user name, password, APN (H6)
    ord("a"): ((15, 17, 18), None, errors.NO_OPTION),  # option of +WIPBR to read an address (B5)
    ord("z"): (0, 0, errors.BAD_VALUE),  # the number 0
    ord("y"): (0, 1, errors.BAD_VALUE),  # flag: 1 is yes, 0 is no
    ord("r"): (0, 921600, errors.ERROR),  # rate of the host's UART, bit/s
    ord("n"): (0, 65535, errors.ERROR),  # number of any other kind
}

# Modules that are loaded on first use (lazy.py). A row names a handler in such a module as
# (module, function).
_CALLS = const("commands.calls")
_IDENTITY = const("commands.identity")
_FIXED = const("commands.fixed")
_DIAGNOSTICS = const("commands.diagnostics")
_TRANSFER = const("commands.transfer")
_EXTRAS = const("commands.socket_extras")
_PING = const("commands.ping")

# A specification that depends on the value of one argument is written as (position of that
# argument, ((value, specification), ...)). Positions start at 0.
#
# +WIPCFG has the forms AT+WIPCFG=0, AT+WIPCFG=1, AT+WIPCFG=2,<option>,<value> and
# AT+WIPCFG=4,<action>. The dialect wipsoft also has AT+WIPCFG=3.
_CFG = const((0, ((0, b"n"), (1, b"n"), (2, b"nxv"), (4, b"ny"))))
_CFG_WIPSOFT = const((0, ((0, b"n"), (1, b"n"), (2, b"nxv"), (3, b"n"), (4, b"ny"))))
# +WIPBR has the forms AT+WIPBR=2,6,<option>,<text>, AT+WIPBR=3,6,<option>, AT+WIPBR=4,6[,0] and
# AT+WIPBR=5,6. The dialect wipsoft also has AT+WIPBR=0,6 and AT+WIPBR=1,6 (H6).
_BR = const((0, ((2, b"nbct"), (3, b"nba"), (4, b"nb[z]"), (5, b"nb"))))
_BR_WIPSOFT = const(
    (
        0,
        ((0, b"nb"), (1, b"nb"), (2, b"nbgt"), (3, b"nba"), (4, b"nb[z]"), (5, b"nb")),
    )
)
# AT+WIPCREATE=1,<index>[,<local port>][,<peer>,<peer port>] creates a UDP socket,
# AT+WIPCREATE=2,<index>,<peer>,<peer port> creates a TCP client, and
# AT+WIPCREATE=3,<server>,<local port>,<from index>,<to index> creates a server.
_CREATE = const((0, ((1, b"pi[o][to]"), (2, b"pito"), (3, b"psoii"))))
# +WIPCLOSE and +WIPXSOCK have the arguments 1,<index> for UDP, 2,<index> for a TCP client, or
# 3,<server> for a server.
_CLOSE = const((0, ((1, b"pi"), (2, b"pi"), (3, b"ps"))))
# +WIPXCLOSE has the arguments of +WIPCLOSE, and an optional time limit.
_XCLOSE = const((0, ((1, b"pi[n]"), (2, b"pi[n]"), (3, b"ps[n]"))))
# AT+WIPXSERVER=<server>,0 resets the access policy. Option 1 has the values <address>,<mask>.
# Options 2 (connections per peer), 3 (idle timeout), 4 (keepalive) and 5 (hold) have one number as
# their value.
_SERVER = const(
    (1, ((0, b"sx"), (1, b"sxtt"), (2, b"sxn"), (3, b"sxn"), (4, b"sxn"), (5, b"sx1")))
)
# AT+WIPOPT=<protocol>,<index>,1,<option> reads an option, and
# AT+WIPOPT=<protocol>,<index>,2,<option>,<value> writes an option (O5).
_OPT = const((2, ((1, b"pinx"), (2, b"pinxt"))))
# AT+WIPFILE=<protocol>,... is rejected for every protocol, because the modem transfers no files.
_FILE = const((0, ((-1, b"p"),)))


def _row(name, run=None, read=None, test=None, write=None, spec: object = b"", wipsoft=None):
    return (name, run, read, test, write, spec, wipsoft)


TABLE: tuple = (
    # Syntax: AT+CMEE=<mode>, AT+CMEE?
    _row(b"+CMEE", None, base.cmee_read, None, base.cmee_set, b"1"),
    # Syntax: AT+CFUN=<level>[,<restart>], AT+CFUN?
    _row(b"+CFUN", None, base.cfun_read, None, base.cfun_set, b"n[n]"),
    # Syntax: AT+IPR=<rate>, AT+IPR?
    _row(b"+IPR", None, base.ipr_read, None, base.ipr_set, b"r"),
    # Syntax: AT+IFC=[<tx>][,<rx>], AT+IFC?
    _row(b"+IFC", None, base.ifc_read, None, base.ifc_set, b"[2][2]"),
    # Syntax: AT+GMR, AT+CGMR, AT+GSN, AT+CGSN, AT+WMSN?, AT+CLAC, AT+WCHD
    _row(b"+GMR", (_IDENTITY, "revision")),
    _row(b"+CGMR", (_IDENTITY, "revision")),
    _row(b"+GSN", (_IDENTITY, "serial")),
    _row(b"+CGSN", (_IDENTITY, "serial")),
    _row(b"+WMSN", None, (_IDENTITY, "wmsn_read")),
    _row(b"+CLAC", (_FIXED, "list_commands")),
    _row(b"+WCHD", session.wchd_run),
    # Syntax: AT+WIPCFG=<mode>[,<option or action>[,<value>]], AT+WIPCFG?
    _row(b"+WIPCFG", None, session.wipcfg_read, None, session.wipcfg_set, _CFG, _CFG_WIPSOFT),
    # Syntax: AT+WIPBR=<action>,<bearer>[,<option>[,<text>]], AT+WIPBR?
    _row(b"+WIPBR", None, session.wipbr_read, None, session.wipbr_set, _BR, _BR_WIPSOFT),
    # Syntax: AT+WIPCREATE=<protocol>,<index>,..., AT+WIPCREATE?
    _row(b"+WIPCREATE", None, sockets.wipcreate_read, None, sockets.wipcreate_set, _CREATE),
    # Syntax: AT+WIPDATA=<protocol>,<index>,<mode>, AT+WIPDATA?, AT+WIPDATA=?
    _row(b"+WIPDATA", None, sockets.wipdata_read, base.ok, sockets.wipdata_set, b"pim"),
    # Syntax: AT+WIPOPT=<protocol>,<index>,<action>,<option>[,<value>]
    _row(b"+WIPOPT", None, None, None, (_EXTRAS, "wipopt_set"), _OPT),
    # Syntax: AT+WIPCLOSE=<protocol>,<index>, AT+WIPCLOSE?, AT+WIPCLOSE=? (Q31)
    _row(b"+WIPCLOSE", None, base.ok, base.ok, sockets.wipclose_set, _CLOSE),
    # AT+WIPFILE=<protocol>,... exists only in the dialect wipsoft.
    _row(b"+WIPFILE", None, None, None, base.ok, ABSENT, _FILE),
    # Syntax: AT+WIPPING=<host>[,<times>][,<interval>][,<limit>]
    _row(b"+WIPPING", None, None, None, (_PING, "wipping_set"), b"t[n][n][n]"),
    # Syntax: AT+WIPXSEND=<protocol>,<index>,<bytes>[,<timeout>][,<crc>]
    _row(b"+WIPXSEND", None, None, None, (_TRANSFER, "send_set"), b"pin[n][t]"),
    # Syntax: AT+WIPXRECV=<protocol>,<index>,<limit>[,<timeout>][,<crc>]
    _row(b"+WIPXRECV", None, None, None, (_TRANSFER, "receive_set"), b"pin[n][1]"),
    # Syntax: AT+WIPXCLOSE=<protocol>,<index>[,<timeout>]
    _row(b"+WIPXCLOSE", None, None, None, (_EXTRAS, "close_set"), _XCLOSE),
    # Syntax: AT+WIPXSERVER=<server>,<option>[,<value>[,<mask>]], AT+WIPXSERVER?
    _row(b"+WIPXSERVER", None, (_EXTRAS, "server_read"), None, (_EXTRAS, "server_set"), _SERVER),
    # Syntax: AT+WIPXIPR=<rate>[,<seconds>], AT+WIPXIPR, AT+WIPXIPR?
    _row(
        b"+WIPXIPR",
        (_DIAGNOSTICS, "trial_run"),
        (_DIAGNOSTICS, "trial_read"),
        None,
        (_DIAGNOSTICS, "trial_set"),
        b"r[n]",
    ),
    # Syntax: AT+WIPXSTAT=0, AT+WIPXSTAT, AT+WIPXSTAT?
    _row(
        b"+WIPXSTAT",
        (_DIAGNOSTICS, "stat_line"),
        (_DIAGNOSTICS, "stat_read"),
        None,
        (_DIAGNOSTICS, "stat_set"),
        b"0",
    ),
    # Syntax: AT+WIPXHEALTH=0, AT+WIPXHEALTH, AT+WIPXHEALTH?
    _row(
        b"+WIPXHEALTH",
        (_DIAGNOSTICS, "health_line"),
        (_DIAGNOSTICS, "health_read"),
        None,
        (_DIAGNOSTICS, "health_set"),
        b"0",
    ),
    # Syntax: AT+WIPXURC=[<time>][,<rejected>][,<overrun>], AT+WIPXURC?
    _row(
        b"+WIPXURC",
        None,
        (_DIAGNOSTICS, "urc_read"),
        None,
        (_DIAGNOSTICS, "urc_set"),
        b"[1][1][1]",
    ),
    # Syntax: AT+WIPXSOCK=<protocol>,<index>, AT+WIPXSOCK?
    _row(b"+WIPXSOCK", None, (_EXTRAS, "sock_read"), None, (_EXTRAS, "sock_set"), _CLOSE),
    # Syntax: AT+WIPXLOG=0, AT+WIPXLOG?
    _row(
        b"+WIPXLOG",
        None,
        (_DIAGNOSTICS, "log_read"),
        None,
        (_DIAGNOSTICS, "log_set"),
        b"0",
    ),
    # Syntax: AT+WIPXCRASH=0, AT+WIPXCRASH?
    _row(
        b"+WIPXCRASH",
        None,
        (_DIAGNOSTICS, "crash_read"),
        None,
        (_DIAGNOSTICS, "crash_set"),
        b"0",
    ),
    # Syntax: AT+WIPXDIAL=<text>, AT+WIPXDIAL?
    _row(b"+WIPXDIAL", None, (_CALLS, "dial_read"), None, (_CALLS, "dial_set"), b"t"),
    # Syntax: AT+WIPXDIALECT=<dialect>, AT+WIPXDIALECT?
    _row(
        b"+WIPXDIALECT",
        None,
        (_DIAGNOSTICS, "dialect_read"),
        None,
        (_DIAGNOSTICS, "dialect_set"),
        b"t",
    ),
)

# Radio commands that AT+CLAC lists. The modem passes all forms of these commands on to the radio,
# and also any command that is in no table.
RADIO = ((b"+CSQ",), (b"+CREG",), (b"+CSS",), (b"+CRM",))

# Basic commands that have a handler. A row is (name, highest value, handler) and has the columns
# NAME, HIGHEST and HANDLER.
HIGHEST = const(1)
HANDLER = const(2)
ACTIONS: tuple = (
    (b"I", 9, (_IDENTITY, "identify")),
    (b"Z", 0, base.restore_profile),
    (b"&F", 0, base.restore_factory),
    (b"&W", 0, base.save_profile),
    (b"&V", 0, (_IDENTITY, "view")),
    (b"H", 0, session.hang_up),
    (b"O", 0, (_CALLS, "resume")),
    (b"A", 0, (_CALLS, "answer")),
)
