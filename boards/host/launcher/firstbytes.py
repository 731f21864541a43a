"""Reject HTTP and TLS clients by the first bytes that they send to a TCP port.

A web page can make the browser on this machine connect to any port of 127.0.0.1. Without this
check the modem would run the body of the browser's request as AT commands.
"""

# The methods of RFC 9110, PATCH, and PRI, which starts HTTP/2. A web page can send other methods
# only after a successful OPTIONS request. No method in this table starts like the first bytes of a
# modem's host, which are A, +, CR, LF, NUL or telnet commands.
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
# The start of a TLS handshake record. A web server chooses the session ticket in the record, and
# could put a command line into the ticket.
_OTHERS = _HTTP | {b"\x16\x03": "a TLS handshake"}

_BLANK = b"\r\n\0"


class FirstBytes:
    """A codec that checks the first bytes from the host and passes all bytes to another codec.

    decode() raises ValueError if the host starts with an HTTP request (in upper or lower case) or
    a TLS handshake, also after empty lines. Bytes that may be the start of a request or handshake
    are kept in `held`; all other bytes are passed on at once.
    """

    def __init__(self, codec):
        self.held = b""
        self.encode = codec.encode
        self._codec = codec

    def decode(self, block):
        """Pass the host's bytes to the other codec. Raises ValueError for HTTP and TLS clients."""
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
