"""Error numbers: those that +CME ERROR and +WIPERROR report, and one for plain ERROR.

0 stands for no error wherever a function returns an error number.
"""

from .compat import const

# Wrong syntax: the modem answers ERROR even after AT+CMEE=1 (E3).
ERROR = const(1)

# Reported as +CME ERROR and +WIPERROR.
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
