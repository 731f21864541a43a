"""Find out if the other end of a TCP connection, on the same machine, has been closed.

When a program ends with unsent bytes, the kernel keeps the program's socket and tries to send
these bytes. While the receiver does not read, the end of file cannot arrive, and the connection
looks alive. Linux reports the state of the sender's socket through NETLINK_SOCK_DIAG
(sock_diag(7)).
"""

import socket
import struct

_SOCK_DIAG = 4  # NETLINK_SOCK_DIAG
_BY_FAMILY = 20  # SOCK_DIAG_BY_FAMILY
_REQUEST = 1  # NLM_F_REQUEST
_HEADER = struct.Struct("=IHHII")  # layout of an nlmsghdr: length, type, flags, sequence, port
_ANY_STATE = 0xFFFFFFFF
_NO_COOKIE = b"\xff" * 8
# offset of the TCP state in the kernel's response, after the address family
_STATE = _HEADER.size + 1

# TCP states after the program has closed its end: FIN_WAIT1, FIN_WAIT2, TIME_WAIT, CLOSE,
# LAST_ACK, CLOSING.
_CLOSED = (4, 5, 6, 7, 9, 11)


def has_closed(connection):
    """Return True if the other end of an IPv4 connection is a closed socket on this machine.

    Returns False if the other end is open, or if the system cannot report its state.
    """
    try:
        request = _request(connection.getpeername(), connection.getsockname())
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _SOCK_DIAG) as kernel:
            kernel.send(request)
            answer = kernel.recv(4096)
    except (AttributeError, OSError):
        # The system is not Linux, the kernel has no sock_diag, or the connection was reset.
        return False
    kind = _HEADER.unpack_from(answer)[1]
    return kind == _BY_FAMILY and answer[_STATE] in _CLOSED


def _request(own, peer):
    """Return a sock_diag request for the state of one socket.

    own, peer: the two (address, port) pairs of the socket's connection.
    """
    place = struct.pack("!HH", own[1], peer[1])
    place += socket.inet_aton(own[0]).ljust(16, b"\0") + socket.inet_aton(peer[0]).ljust(16, b"\0")
    body = struct.pack("=BBBBI", socket.AF_INET, socket.IPPROTO_TCP, 0, 0, _ANY_STATE)
    body += place + struct.pack("=I", 0) + _NO_COOKIE
    return _HEADER.pack(_HEADER.size + len(body), _BY_FAMILY, _REQUEST, 0, 0) + body
