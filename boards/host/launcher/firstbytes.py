"""The first bytes of a host on a TCP port: programs that speak another protocol are kept away.

A web page can make the browser on this machine connect to any port of 127.0.0.1, and the body of
its request would run as AT commands.
"""

# RFC 9110 and PATCH; PRI is how HTTP/2 begins. A page sends others only after an OPTIONS that was
# answered. None begins as what a modem's host sends first does: A, +, CR, LF, NUL or telnet.
_METHODS = (
    b"CONNECT",
    b"DELETE",
    b"GET",
    b"HEAD",
    b"OPTIONS",
    b"PATCH",
    b"POST",
    b"PRI",
    b"PUT",
    b"TRACE",
)
_HTTP = {method + b" ": "an HTTP request" for method in _METHODS}
# A handshake record: its session ticket is of the far end's choice, and might hold a line.
_OTHERS = _HTTP | {b"\x16\x03": "a TLS handshake"}

_BLANK = b"\r\n\0"


class FirstBytes:
    """A codec before another one. decode() raises ValueError if the host begins with a request of
    HTTP, in any case of letters, or with a TLS handshake; empty lines before it do not matter.

    Bytes that may still become one are kept in `held`; anything else passes at once.
    """

    def __init__(self, codec):
        self.held = b""
        self.encode = codec.encode
        self._codec = codec

    def decode(self, block):
        first = (self.held + block).lstrip(_BLANK)
        blank = len(self.held) + len(block) - len(first)
        start = first.upper()
        for other, name in _OTHERS.items():
            if start.startswith(other):
                self.held = b""
                raise ValueError(f"it begins with {name}")
        if not any(other.startswith(start) for other in _OTHERS):
            self.decode = self._codec.decode
            blank += len(first)
        data = self.held + block
        self.held = data[blank:]
        if blank:
            self._codec.decode(data[:blank])
