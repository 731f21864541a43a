"""A host's side of the modem: session, TCP clients, TCP servers, UDP sockets, on a serial port.

    modem = wiphost.Modem.open("/dev/ttyUSB0")
    modem.start()
    with modem.connect("192.0.2.10", 7) as sock:
        sock.send(b"hello")
        print(sock.recv(10))

One thread; nothing runs in the background. Times are seconds. What fails raises a WipError.
"""

from .errors import CommandError, EscapeFailed, NoAnswer, SocketError, TookTooLong, WipError
from .modem import Modem
from .sockets import TcpClient, TcpServer, UdpSocket

__all__ = [
    "CommandError",
    "EscapeFailed",
    "Modem",
    "NoAnswer",
    "SocketError",
    "TcpClient",
    "TcpServer",
    "TookTooLong",
    "UdpSocket",
    "WipError",
]
