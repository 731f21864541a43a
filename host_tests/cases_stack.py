"""When the bearer is served, whatever the clock says. Both interpreters."""

import session
from fake_radio import FakeBearer


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
