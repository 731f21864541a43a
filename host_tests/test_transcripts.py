"""Each file of transcripts/, as an item of pytest, on CPython and on MicroPython, in all its ways.

All files run in one process an interpreter; the items look their lines up in its output.
"""

from pathlib import Path

import pytest

from interpreters import COMMANDS, output
from transcript_player import Transcript

FILES = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))


@pytest.mark.parametrize("interpreter", COMMANDS)
@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_transcript(interpreter, file):
    said = output(interpreter, "transcripts.py", *map(str, FILES)).splitlines()
    failures = [line for line in said if line.startswith("FAIL ") and f" {file}: " in line]
    assert not failures, "\n".join(failures)
    for way in Transcript(file).ways():
        assert f"ok {way} {file}" in said, "\n".join(said[-20:])
