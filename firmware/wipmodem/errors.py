"""Error numbers that +CME ERROR and +WIPERROR report, and an error number for plain ERROR.

A function that returns an error number returns 0 if there is no error.
"""

from .compat import const

# Error number for wrong syntax. The modem sends plain ERROR for it, even after AT+CMEE=1 (E3).
ERROR = const(1)

# Error numbers that the modem sends to the host in +CME ERROR and +WIPERROR.
NO_OPTION = const(800)  # the option or the bearer does not exist
BAD_VALUE = const(801)  # a value is out of range, or received bytes do not match their CRC
NO_MEMORY = const(802)  # not enough memory for the command or for loading its module
BAD_STACK_STATE = const(803)  # the IP stack is stopped, or a session is missing or already up
DEVICE_OPEN = const(804)  # the bearer device is already open (dialect wipsoft)
STORE_FAILED = const(820)  # writing to flash failed
NOT_RESTORED = const(821)  # the saved settings are corrupt
BAD_INDEX = const(830)  # a socket index or server index is out of range
BAD_STATE = const(831)  # the socket is not open, or not in the state that the command needs
BAD_PORT = const(832)  # a port number is out of range
BAD_PORT_STATE = const(833)  # the local port is in use or reserved
NOT_IMPLEMENTED = const(834)  # the IP stack cannot send an ICMP echo
NOT_SUPPORTED = const(835)  # the protocol or the IP stack does not support the operation
BAD_PROTOCOL = const(837)  # the protocol number is out of range
NO_SOCKET = const(838)  # the modem or the IP stack has no free socket
ALREADY_ACTIVE = const(840)  # the socket is already open
UNREACHABLE = const(842)  # no route, no response in time, or a host name that does not exist
PEER_RESET = const(843)  # the peer has refused or reset the connection, or the session was lost
STACK_STARTED = const(844)  # the IP stack is already started
INDEX_RESERVED = const(845)  # the index is in a reserved range, or a new range has a used index
NOT_IN_TIME = const(847)  # no session, no bytes from the host, or no traffic within the time limit
