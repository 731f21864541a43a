"""When the bearer is served, whatever the clock says. Both interpreters."""

import session
from fake_radio import FakeBearer
from wipmodem.contract import DOWN


class _Quiet(FakeBearer):
    """Service is due by the clock alone."""

    moving = False


def _quiet():
    session.FakeBearer, kept = _Quiet, session.FakeBearer
    try:
        return session.Session()
    finally:
        session.FakeBearer = kept


def case_served_at_once():
    """The clock may have any value at power on: this one wraps in 2.5 s."""
    assert _quiet().bearer.served == 1


def case_served_when_due():
    """Not a millisecond before, and over the wrap of the clock."""
    quiet = _quiet()
    for second in range(1, 5):
        quiet.wait(999)
        assert quiet.bearer.served == second
        quiet.wait(1)
        assert quiet.bearer.served == second + 1


class _Failing(FakeBearer):
    """Its start ends as the case says, once."""

    error: "Exception | None" = None
    at_address = False

    def start(self, limit_ms):
        if self.error and not self.at_address:
            self._fail()
        super().start(limit_ms)

    def address(self):
        if self.error and self.at_address:
            self._fail()
        return super().address()

    def _fail(self):
        error, self.error = self.error, None
        raise error  # type: ignore


def _failing():
    session.FakeBearer, kept = _Failing, session.FakeBearer
    try:
        failing = session.Session()
    finally:
        session.FakeBearer = kept
    failing.ask(b"ATE0+CMEE=1;+WIPCFG=1")
    return failing


def _armed(failing, error, at_address):
    failing.bearer.error = error
    failing.bearer.at_address = at_address


def case_a_start_without_memory_leaves_nothing():
    """802, whether the bearer or what is asked of it finds none; then it works. rules: B1"""
    for at_address in (False, True):
        failing = _failing()
        for form in (b"AT+WIPBR=4,6", b"AT+WIPBR=4,6,0"):
            _armed(failing, MemoryError(), at_address)
            assert failing.ask(form) == b"\r\n+CME ERROR: 802\r\n"
            assert failing.ask(b"AT+WIPBR?") == b"\r\n+WIPBR: 6,0\r\n\r\nOK\r\n"
            assert failing.ask(b"AT+WIPBR=5,6") == b"\r\n+CME ERROR: 803\r\n"
            assert failing.bearer.state == DOWN
        assert failing.ask(b"AT+WIPBR=4,6") == b"\r\nOK\r\n\r\n+WIPBR: 6,1\r\n"


def case_a_start_that_fails_at_once():
    """The bearer stays down and says why, or does not: nothing is left of it."""
    failing = _failing()
    for cause, told in ((802, 802), (805, 805), (0, 847)):
        failing.bearer.start = lambda limit_ms: None
        failing.bearer.cause = cause
        for form in (b"AT+WIPBR=4,6", b"AT+WIPBR=4,6,0"):
            assert failing.ask(form) == b"\r\n+CME ERROR: %d\r\n" % told
            assert failing.ask(b"AT+WIPBR=5,6") == b"\r\n+CME ERROR: 803\r\n"
    del failing.bearer.start
    assert failing.ask(b"AT+WIPBR=4,6") == b"\r\nOK\r\n\r\n+WIPBR: 6,1\r\n"
