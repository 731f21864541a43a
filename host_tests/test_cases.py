"""Each case_* of each cases_*.py, as an item of pytest, on CPython and on MicroPython.

The runner starts once a file and interpreter; the items look their line up in its output.
"""

import re
from pathlib import Path

import pytest

from interpreters import COMMANDS, output

_ITEMS = [
    (file, case)
    for file in sorted(Path(__file__).parent.rglob("cases_*.py"))
    for case in re.findall(r"^def (case_\w+)", file.read_text(), re.MULTILINE)
]


@pytest.mark.parametrize("interpreter", COMMANDS)
@pytest.mark.parametrize(("file", "case"), _ITEMS, ids=[f"{f.stem}-{c}" for f, c in _ITEMS])
def test_case(interpreter, file, case):
    said = output(interpreter, "runner.py", str(file))
    assert said.splitlines().count(f"ok {case}") == 1, said
