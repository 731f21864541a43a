"""Telnet as a codec without I/O: RFC 854 and 855, option negotiation as in RFC 1143.

decode() takes the host's bytes in blocks of any size and never raises. It calls the sink in the
order of the stream: sink.data(bytes), sink.lines(mask, on), sink.answer(bytes). encode() puts the
modem's bytes into wire form. A subclass adds an option of its own.
"""

import re

from .controllines import BREAK

SE, NOP, DM, BRK, AYT, GA, SB = 240, 241, 242, 243, 246, 249, 250
WILL, WONT, DO, DONT, IAC = 251, 252, 253, 254, 255

BINARY, ECHO, SGA = 0, 1, 3

# RFC 854 asks for visible evidence that the server is still there.
_HERE = b"\r\n[Yes]\r\n"

# A longer subnegotiation is skipped as far as it exceeds this: only a signature may be longer.
_LONGEST = 256

# A CR that is not part of CR LF is sent as CR NUL, unless the BINARY option is on (RFC 854).
_BARE_CR = re.compile(rb"\r(?!\n)")

_ANSWERS = {DO: (WILL, WONT), WILL: (DO, DONT)}


class Telnet:
    """One connection. `offers` are sent at once: pairs of WILL or DO and an option.

    An option has two sides: DO and DONT are about ours, WILL and WONT about the host's. A request
    for the state that a side has already gets no answer, so two ends cannot answer each other
    forever.
    """

    # The options that each side may have on.
    options = {DO: {BINARY, ECHO, SGA}, WILL: {BINARY, SGA}}
    offers = ((WILL, ECHO), (WILL, SGA), (WILL, BINARY), (DO, BINARY))

    def __init__(self, sink, journal):
        self.sink = sink
        self.journal = journal
        self._step = self._data
        self._verb = 0
        self._text = bytearray()  # of the subnegotiation that is being received
        self._after_cr = False  # a NUL that comes next belongs to the CR before it
        self._on = set()  # (DO or WILL, option) of each side that is on
        self._asked = set()  # sides that we have asked for and that were not answered yet
        for verb, option in self.offers:
            self._asked.add((DO if verb == WILL else WILL, option))
            self.say(bytes((IAC, verb, option)))

    def decode(self, block):
        at = 0
        while at < len(block):
            at = self._step(block, at)

    def encode(self, block):
        if not self.is_on(DO, BINARY):
            block = _BARE_CR.sub(b"\r\0", block)
        return block.replace(b"\xff", b"\xff\xff")

    def say(self, data):
        """Send bytes of our own, in wire form."""
        self.sink.answer(data)

    def is_on(self, side, option):
        """`side`: DO for our side of the option, WILL for the host's."""
        return (side, option) in self._on

    def enabled(self, option):
        """An option came on, on one of its sides."""

    def subnegotiation(self, option, text):
        """A subnegotiation of the host's has ended. `text` has at most 255 bytes."""
        self.journal.debug(f"telnet: subnegotiation of option {option} ignored")

    # Each step takes bytes of the block from `at` and returns where the next one goes on.

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
            # Its end is missing: what it says is not to be trusted, the command after it is.
            self.journal.debug("telnet: subnegotiation without an end ignored")
            return self._command(block, at)
        return at + 1

    def _keep(self, text):
        self._text += text[: _LONGEST - len(self._text)]

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
        """A command without an operand. NOP and GA have no effect, and neither has a data mark,
        which comes here in its place in the stream. A stray SE is ignored."""
        if code == BRK:
            self.sink.lines(BREAK, True)
            self.sink.lines(BREAK, False)
        elif code == AYT:
            self.say(_HERE)
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
            self.say(bytes((IAC, no, option)))
            return
        change = self._on.add if wanted else self._on.discard
        change((side, option))
        if not asked:
            self.say(bytes((IAC, yes if wanted else no, option)))
        if wanted:
            self.enabled(option)
