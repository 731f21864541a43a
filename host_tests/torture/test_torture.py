"""Every call of every port fails once; here each nth of the faults, in `make torture` all."""

import pytest

from interpreters import output

_STRIDES = {"ports": 31, "names": 13, "esp32": 29, "lwip": 29}
HEAP = "512wK"  # the plan, and what was heard, besides the modem


@pytest.mark.parametrize("what", _STRIDES)
def test_after_any_one_fault_all_is_as_before(what, interpreter):
    """Table, handles, buffers and heap return to the start, what was lost is told or counted, and
    the next day passes byte for byte."""
    said = output(interpreter, "torture/one_call.py", what, str(_STRIDES[what]), heap=HEAP)
    first, *played, last = said.splitlines()
    assert played and all(line.startswith("ok ") for line in played), said
    assert (first, last) == (f"{len(played)} to play", f"{len(played)} passed")
