"""Error numbers: those that +CME ERROR and +WIPERROR report, and one for plain ERROR.

0 stands for no error wherever a function returns an error number.
"""

from .compat import const

# Wrong syntax: the modem answers ERROR even after AT+CMEE=1 (E3).
ERROR = const(1)

# Reported as +CME ERROR and +WIPERROR.
NO_OPTION = const(800)  # no such option or bearer
BAD_VALUE = const(801)  # value out of range, or bytes that do not match their CRC
NO_MEMORY = const(802)  # no memory for the command, or its module cannot be loaded
BAD_STACK_STATE = const(803)  # stack stopped, no session, or a session that is already up
DEVICE_OPEN = const(804)  # bearer device already open (dialect wipsoft)
STORE_FAILED = const(820)  # writing to flash failed
NOT_RESTORED = const(821)  # saved settings are corrupt
BAD_INDEX = const(830)  # index out of range
BAD_STATE = const(831)  # socket not open, or not in the state that the command needs
BAD_PORT = const(832)  # port out of range
BAD_PORT_STATE = const(833)  # local port in use, or reserved
NOT_IMPLEMENTED = const(834)  # the IP stack cannot send an ICMP echo
NOT_SUPPORTED = const(835)  # not allowed for this protocol, or not supported by the IP stack
BAD_PROTOCOL = const(837)  # protocol out of range
NO_SOCKET = const(838)  # no socket left in the modem or in the IP stack
ALREADY_ACTIVE = const(840)  # the socket is open already
UNREACHABLE = const(842)  # no route, no answer in time, or no such name
PEER_RESET = const(843)  # the peer has refused or reset the connection, or the session was lost
STACK_STARTED = const(844)  # the stack is started already
INDEX_RESERVED = const(845)  # index in the range of a server, or a range with an index in use
NOT_IN_TIME = const(847)  # no session, no bytes from the host, or no traffic within the time limit
