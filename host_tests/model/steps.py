"""What a host, its peers, its network and its clock may do, as a table of choices.

A step is (name, arguments): a method `step_NAME` of pair.py does it to modem and model. Choices
are repeated where they shall come more often. Hypothesis draws from this table (test_model.py); a
stream of numbers does for the soak, and where there is no hypothesis (drive.py).
"""

_UDP_INDEX = (1, 2, 1, 2, 3, 8, 0, 9)
_CLIENT_INDEX = (1, 2, 3, 4, 5, 6, 7, 8, 0, 9)
_SERVER_INDEX = (1, 2, 3, 4, 1, 2, 0, 5)
_PROTOCOL = (1, 2, 3, 0, 4)
_PORT = (80, 9000, 0, 65535, 65536)
_LOCAL = (9000, 9001, None, 9002, 0, 65536)
_LISTENED = (7000, 7001, 7002, 0, 65536)
# "name" is put in place by a name of the socket's own.
_PEER = (
    "192.0.2.10",
    "192.0.2.10",
    "192.0.2.11",
    "name",
    "name",
    "localhost",
    "255.255.255.255",
    "0.0.0.0",
    "224.0.0.1",
    "..",
)
_PLACE = (3, 5, 5, 4, 6, 1, 7, 8, 2, 0, 9)
_WHICH = (0, 1, 2, 3)  # of those that it can happen to
_MODE = (2, 2, 1, 1, 0, 3)

COMMANDS = (
    ("+WIPCREATE", ((1,), _UDP_INDEX, _LOCAL, (None,), (None,))),
    ("+WIPCREATE", ((1,), _UDP_INDEX, _LOCAL, _PEER, _PORT)),
    ("+WIPCREATE", ((1,), _UDP_INDEX, _LOCAL, (None, "192.0.2.10"), (None, 80))),
    ("+WIPCREATE", ((2,), _CLIENT_INDEX, _PEER, _PORT)),
    ("+WIPCREATE", ((2,), _CLIENT_INDEX, ("192.0.2.10",), (80,))),
    ("+WIPCREATE", ((2,), _CLIENT_INDEX, _PEER, (80,))),
    ("+WIPCREATE", ((3,), _SERVER_INDEX, _LISTENED, _PLACE, _PLACE)),
    ("+WIPCREATE", ((3,), (1, 2, 3), (7000, 7001, 7002), (5, 3, 1, 7), (5, 6, 8))),
    ("+WIPCREATE?", ()),
    ("+WIPCLOSE", ((1,), _UDP_INDEX)),
    ("+WIPCLOSE", ((2,), _CLIENT_INDEX)),
    ("+WIPCLOSE", (_PROTOCOL, _SERVER_INDEX)),
    ("+WIPDATA", (_PROTOCOL, _CLIENT_INDEX, _MODE)),
    ("+WIPDATA?", ()),
    ("+WIPOPT", (_PROTOCOL, _SERVER_INDEX, (1,), (0, 1, 2, 3, 6, 10))),
    ("+WIPCFG", ((2,), (6, 6, 6, 6, 1), (3, 4, 8, 8, 1, 0, 9))),
    ("+WIPCFG", ((1, 1, 1, 0),)),
    ("+WIPCFG?", ()),
    ("+WIPBR", ((4, 4, 4, 5), (6, 6, 6, 7))),
    ("+WIPBR", ((4,), (6,), (0, 0, 1))),
    ("+WIPBR", ((0, 1), (6, 7))),
    ("+WIPBR?", ()),
    ("+CMEE", ((1, 1, 0, 2),)),
    ("+WIPXURC", ((None,), (1, 1, 0))),
)

_BYTES = (b"a", b"ping", b"x" * 40, b"\x03", b"\x10\x03", b"1\x102")
_MARKED = (b"hello\x03", b"a\x10\x03b\x03", b"end", b"1\x10")
_SENDER = (("192.0.2.77", 4000), ("192.0.2.78", 4001))

EVENTS = (
    ("connects", (_WHICH,)),
    ("connects", (_WHICH,)),
    ("refuses", (_WHICH,)),
    ("unreachable", (_WHICH,)),
    ("peer", (_WHICH, _SENDER)),
    ("peer", (_WHICH, _SENDER)),
    ("sends", (_WHICH, _BYTES)),
    ("sends", (_WHICH, _BYTES)),
    ("sends", (_WHICH, _BYTES)),
    ("closes", (_WHICH,)),
    ("resets", (_WHICH,)),
    ("window", (_WHICH, (0, 0, 3, 100000))),
    ("window", (_WHICH, (0, 0, 3, 100000))),
    ("datagram", (_WHICH, _SENDER, (b"",) + _BYTES)),
    ("port_closed", (_WHICH,)),
    ("dns", (_WHICH, ("192.0.2.5", "192.0.2.6", "nothing", "255.255.255.255", "0.0.0.0"))),
    ("bearer", (("on", "on", "slow", "lost", "paused", "failed 807"),)),
    ("sockets_full", (("", "no", "no"),)),
)

_COMMAND = (COMMANDS,)
_EVENT = (EVENTS,)
_MS = (1, 20, 89, 90, 1000, 2000, 3000, 4000, 8000, 29000, 30000, 60000)

# A choice in a tuple of its own is a table to draw from in turn.
STEPS = (
    ("line", (_COMMAND,)),
    ("line", (_COMMAND,)),
    ("line", (_COMMAND, _COMMAND, _COMMAND)),
    ("close", (_WHICH,)),
    ("close_all", ((1, 2, 3),)),
    ("data", (_WHICH, (0, 0, 1))),
    ("visit", (_WHICH, (0, 0, 1), _BYTES)),
    ("visit", (_WHICH, (0, 0, 1), _BYTES + _MARKED)),
    ("online", ()),
    ("take_range", ()),
    ("event", (_EVENT,)),
    ("event", (_EVENT,)),
    ("event", (_EVENT,)),
    ("together", (_EVENT, _COMMAND)),
    ("together_close", (_EVENT, _WHICH)),
    ("together_data", (_EVENT, _WHICH)),
    ("crowd", (_WHICH, (1, 2, 4, 12), (False, True))),
    ("hold", ()),
    ("write", (_BYTES + _MARKED,)),
    ("escape", ()),
    ("dtr", ()),
    ("wait", (_MS,)),
)

# How it begins: the dialect wipsoft, how many refused connections may wait, echo, a session.
BEGIN = ((False, False, True), (0, 1, 2, 8), (False, False, True), (True, True, True, False))


def is_table(choices):
    """Are these choices a table to draw from in turn?"""
    return len(choices) == 1 and isinstance(choices[0], tuple) and isinstance(choices[0][0], tuple)
