"""The numbers of +CME ERROR and +WIPERROR, in one place."""

from .compat import const

ERROR = const(-1)  # plain ERROR, whatever +CMEE says: wrong syntax (E3)

NO_OPTION = const(800)
BAD_VALUE = const(801)
NO_MEMORY = const(802)
BAD_STACK_STATE = const(803)
DEVICE_OPEN = const(804)
STORE_FAILED = const(820)
NOT_RESTORED = const(821)
BAD_INDEX = const(830)
BAD_STATE = const(831)
BAD_PORT = const(832)
BAD_PORT_STATE = const(833)
NOT_IMPLEMENTED = const(834)
NOT_SUPPORTED = const(835)
BAD_PROTOCOL = const(837)
NO_SOCKET = const(838)
ALREADY_ACTIVE = const(840)
UNREACHABLE = const(842)
PEER_RESET = const(843)
STACK_STARTED = const(844)
INDEX_RESERVED = const(845)
NOT_IN_TIME = const(847)
