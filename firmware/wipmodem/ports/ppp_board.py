"""A microcontroller whose bearer is a radio on its second UART."""

from network import PPP

from .mcu import Mcu
from .ppp import Ppp
from .radio import Radio
from .uart import RadioLines, Uart, open_uart


class PppBoard(Mcu):
    """`RADIO`: the table of the board file."""

    RADIO = {}

    def make_bearer(self):
        facts = self.RADIO
        uart = open_uart(facts)
        line = Uart(self.poller, uart, facts)
        radio = Radio(line, facts, RadioLines(facts), self.ticks_ms())
        # The one PPP object there ever is: the stack has a single place for it.
        stream = self.net.ppp_stream(uart)
        return Ppp(radio, stream, PPP(stream), self.net, facts)
