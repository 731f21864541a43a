"""Telnet as a codec without I/O: RFC 854 and 855, option negotiation as in RFC 1143.

decode() accepts the host's bytes in blocks of any size and never raises. It calls the sink in the
order of the stream: sink.data(bytes), sink.lines(mask, on), sink.answer(bytes). encode() returns
the modem's bytes as telnet sends them. A subclass can add an option.
"""

import re

from .controllines import BREAK

SE, NOP, DM, BRK, AYT, GA, SB = 240, 241, 242, 243, 246, 249, 250
WILL, WONT, DO, DONT, IAC = 251, 252, 253, 254, 255

BINARY, ECHO, SGA = 0, 1, 3

# Response to AYT (are you there). RFC 854 requires visible text.
_HERE = b"\r\n[Yes]\r\n"

# Maximum number of bytes kept of a subnegotiation. Only a signature can be longer.
_MAX_TEXT = 256

# A CR that is not part of CR LF is sent as CR NUL, unless the BINARY option is on (RFC 854).
_BARE_CR = re.compile(rb"\r(?!\n)")

_ANSWERS = {DO: (WILL, WONT), WILL: (DO, DONT)}


class Telnet:
    """The telnet codec of one connection.

    An option can be on at each side: DO and DONT request a change at the server (this side), WILL
    and WONT at the host. A request for the state that a side already has gets no response, so that
    the two sides cannot respond to each other forever.
    """

    # The options that each side may switch on.
    options = {DO: {BINARY, ECHO, SGA}, WILL: {BINARY, SGA}}
    # Requests that the server sends at the start of a connection, each as (WILL or DO, option).
    offers = ((WILL, ECHO), (WILL, SGA), (WILL, BINARY), (DO, BINARY))

    def __init__(self, sink, journal):
        """Send the offers.

        sink: gets the decoded stream; journal: the Journal for debug messages.
        """
        self.sink = sink
        self.journal = journal
        self._step = self._data
        self._verb = 0
        self._text = bytearray()  # text of the subnegotiation that is being received
        # True if the last data byte was a CR: a NUL after the CR is dropped
        self._after_cr = False
        self._on = set()  # options that are switched on, as (DO or WILL, option)
        self._asked = set()  # requests from this side that the host has not answered yet
        for verb, option in self.offers:
            self._asked.add((DO if verb == WILL else WILL, option))
            self.send(bytes((IAC, verb, option)))

    def decode(self, block):
        """Decode the host's bytes and pass the result to the sink."""
        at = 0
        while at < len(block):
            at = self._step(block, at)

    def encode(self, block):
        """Return the modem's bytes in the form in which telnet sends them."""
        if not self.is_on(DO, BINARY):
            block = _BARE_CR.sub(b"\r\0", block)
        return block.replace(b"\xff", b"\xff\xff")

    def send(self, data):
        """Send a telnet response or request, already encoded, to the host."""
        self.sink.answer(data)

    def is_on(self, side, option):
        """Return True if an option is on. side: DO for the server, WILL for the host."""
        return (side, option) in self._on

    def enabled(self, option):
        """Do nothing.

        Called when an option was switched on at one side; a subclass may override it.
        """

    def subnegotiation(self, option, text):
        """Ignore a subnegotiation from the host; a subclass may override it.

        text: up to 255 bytes.
        """
        self.journal.debug(f"telnet: subnegotiation of option {option} ignored")

    # Each step consumes bytes of the block from the position `at`, and returns the position at
    # which the next step continues.

    def _data(self, block, at):
        end = block.find(IAC, at)
        if end < 0:
            end = len(block)
        if end > at:
            self._pass_on(block[at:end])
        if end < len(block):
            self._step = self._command
        return end + 1

    def _command(self, block, at):
        code = block[at]
        self._step = self._data
        if code == IAC:
            self._pass_on(b"\xff")
        elif code >= WILL:
            self._verb = code
            self._step = self._option
        elif code == SB:
            self._text.clear()
            self._step = self._subtext
        else:
            self._execute(code)
        return at + 1

    def _option(self, block, at):
        self._step = self._data
        self._negotiate(self._verb, block[at])
        return at + 1

    def _subtext(self, block, at):
        end = block.find(IAC, at)
        if end < 0:
            end = len(block)
        else:
            self._step = self._subcommand
        self._keep(block[at:end])
        return end + 1

    def _subcommand(self, block, at):
        code = block[at]
        if code == IAC:
            self._keep(b"\xff")
            self._step = self._subtext
        elif code == SE:
            self._step = self._data
            if self._text:
                self.subnegotiation(self._text[0], bytes(self._text[1:]))
        else:
            # The subnegotiation has no end: ignore its text, but execute the command after the
            # text.
            self.journal.debug("telnet: subnegotiation without an end ignored")
            return self._command(block, at)
        return at + 1

    def _keep(self, text):
        self._text += text[: _MAX_TEXT - len(self._text)]

    def _pass_on(self, data):
        if self.is_on(WILL, BINARY):
            self._after_cr = False
        else:
            data = self._without_nuls(data)
        if data:
            self.sink.data(data)

    def _without_nuls(self, data):
        if self._after_cr and data[0] == 0:
            data = b"\r" + data
            at = 1
        else:
            at = 0
        self._after_cr = data.endswith(b"\r")
        return data.replace(b"\r\0", b"\r")[at:]

    def _execute(self, code):
        """Execute a telnet command without an operand.

        NOP, GA and a data mark have no effect. The data mark arrives at its position in the
        stream.
        """
        if code == BRK:
            self.sink.lines(BREAK, True)
            self.sink.lines(BREAK, False)
        elif code == AYT:
            self.send(_HERE)
        elif code not in (NOP, DM, GA):
            self.journal.debug(f"telnet: command {code} ignored")

    def _negotiate(self, verb, option):
        wanted = verb in (DO, WILL)
        side = verb if wanted else verb - 1
        asked = (side, option) in self._asked
        self._asked.discard((side, option))
        if wanted == self.is_on(side, option):
            return
        yes, no = _ANSWERS[side]
        if wanted and option not in self.options[side]:
            self.journal.debug(f"telnet: option {option} refused")
            self.send(bytes((IAC, no, option)))
            return
        change = self._on.add if wanted else self._on.discard
        change((side, option))
        if not asked:
            self.send(bytes((IAC, yes if wanted else no, option)))
        if wanted:
            self.enabled(option)
