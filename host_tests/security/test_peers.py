"""The properties of peers.py, with whatever bytes hypothesis thinks of, in every mapping."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from security import peers
from security.mappings import MAPPINGS

_WORDS = (b"+", b"+++", b"AT", b"\r", b"\n", b"\x03", b"\x10", b"OK", b"NO CARRIER", b"+WIP")
_data = st.lists(st.one_of(st.sampled_from(_WORDS), st.binary(max_size=20)), max_size=12).map(
    b"".join
)
_pieces = st.lists(_data, max_size=5)
_few = settings(max_examples=settings.default.max_examples // 4)
_each = pytest.mark.parametrize("mapping", MAPPINGS, ids=[each.name for each in MAPPINGS])


@_each
@_few
@given(pieces=_pieces)
def test_it_arrives_as_data(mapping, pieces):
    """Framed as the mapping has it, never as a command, and nothing is answered."""
    peers.arrives_as_data(mapping.begin(), pieces)


@_each
@_few
@given(data=_data)
def test_nothing_is_said_behind_the_result(mapping, data):
    """Of what the host had not taken when it left data mode."""
    peers.ends_with_the_result(mapping.begin(), data)


@_each
@_few
@given(pieces=_pieces)
def test_in_command_mode_it_is_a_number(mapping, pieces):
    """And `AT` has its OK."""
    peers.is_only_announced(mapping.begin(), pieces)
