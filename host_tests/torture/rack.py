"""The modem under torture: a session whose ports, or what is below one of them, have faults."""

from fake_radio import FakeRadio
from session import Session
from torture.faults import OUTCOMES, Faults


class Rack(Session):
    """`outcomes`: {kind: {method: {name: how it ends}}}; a derived class wraps what has them."""

    outcomes = {}
    harmless = ()  # the names of those that change nothing but a counter

    def __init__(self):
        self.faults = Faults()
        super().__init__(radio=FakeRadio(), burst_blocks=4)

    def heal(self):
        """Whatever the fault was, it has passed: the radio has no call, nothing is on its way."""
        radio = self.bearer.radio
        if radio.state != "idle":
            radio.code = 3
            radio.state = "idle"
        radio.dcd = True
        radio.output = bytearray()
        radio.incoming = bytearray()
        self.net.tuned = []  # a fake's; a chip's port has none

    def closed(self):
        """Has the stack nothing open any more?"""
        return self.net.open_handles() == []


class Fakes(Rack):
    """The core's ports are fakes, and end as the contract lets them."""

    outcomes = OUTCOMES

    def __init__(self):
        super().__init__()
        for kind, names in OUTCOMES.items():
            port = self.bearer.radio if kind == "radio" else getattr(self, kind)
            self.faults.wrap(kind, port, names)
