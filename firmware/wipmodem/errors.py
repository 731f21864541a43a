"""The numbers of +CME ERROR and +WIPERROR: ../../shared facts of the command set, one table.

ERROR (plain) is told for wrong syntax whatever +CMEE says (E3).
"""

from .compat import const

ERROR = const(-1)  # plain ERROR: E3
BAD_VALUE = const(801)
NO_MEMORY = const(802)
BAD_STACK_STATE = const(803)
NO_OPTION = const(800)
BAD_INDEX = const(830)
BAD_STATE = const(831)
BAD_PORT = const(832)
BAD_PORT_STATE = const(833)
NOT_SUPPORTED = const(835)
BAD_PROTOCOL = const(837)
NO_SOCKET = const(838)
ALREADY_ACTIVE = const(840)
UNREACHABLE = const(842)
PEER_RESET = const(843)
STACK_STARTED = const(844)
INDEX_RESERVED = const(845)
