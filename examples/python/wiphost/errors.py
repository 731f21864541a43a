"""What can go wrong. The numbers are those of the AT manual's table of errors."""


class WipError(Exception):
    """Everything that this package raises by itself."""


class NoAnswer(WipError):
    """A command had no result in time: start() again, the line or the modem is not as it was."""


class EscapeFailed(WipError):
    """No OK came: it is unknown whether data mode was left, so start() again. `Modem.strays`
    counts what the peer may have received of the attempts."""


class TookTooLong(WipError):
    """A connection, a peer or bytes did not come in time; the socket is as it was."""


class CommandError(WipError):
    """The modem refused a command. `code` is 0 for a plain ERROR: wrong syntax, mostly."""

    def __init__(self, command, code):
        super().__init__(f"{command}: {f'error {code}' if code else 'ERROR'}")
        self.code = code


class SocketError(WipError):
    """The socket is of no more use: close it. `code`: 842 unreachable, 843 refused or lost."""

    def __init__(self, protocol, index, code):
        super().__init__(f"socket {protocol},{index}: error {code}")
        self.code = code
