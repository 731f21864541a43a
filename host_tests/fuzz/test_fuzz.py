"""Every line ends in one final result or in data mode, nothing raises, `AT` still answers.

Programs with structure by hypothesis, on CPython; what `make fuzz` has kept, on both interpreters.
"""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from fuzz import oracle
from fuzz.pieces import programs
from interpreters import COMMANDS, output

_CORPUS = Path(__file__).parent / "corpus"


@settings(
    max_examples=300,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(programs)
def test_programs_with_structure(program):
    """Whole, byte by byte and over narrow ports."""
    oracle.check(program)


@pytest.mark.parametrize("interpreter", COMMANDS)
def test_the_kept_corpus(interpreter):
    """Each file of corpus/ holds, and is there to be played."""
    said = output(interpreter, "fuzz/corpus_probe.py").splitlines()
    assert said == [f"ok {path.name}" for path in sorted(_CORPUS.iterdir())]
    assert 12 <= len(said) <= 60
