"""Plays the tests against one mutant, in this process: the first that fails kills it.

Transcripts whole, then cases, then transcripts in the other ways: what kills most comes first.
"""

import contextlib
import gc
import importlib.util
import io
import resource
import signal
import sys
from pathlib import Path

_TESTS = Path(__file__).resolve().parents[1]
_ROOM = 1 << 30  # bytes, for a mutant that grows for ever
_PATIENCE_S = 5.0  # of the processor's time, for one test


class _Endless(BaseException):
    """A test that does not end; no `except Exception` of the firmware's may take it."""


def killer(module, source):
    """The test that fails with this source of the module, or None. To be called once a process."""
    resource.setrlimit(resource.RLIMIT_AS, (_ROOM, _ROOM))
    signal.signal(signal.SIGPROF, _give_up)
    gc.disable()  # the whole process is soon garbage
    gc.freeze()
    playing = "its import"
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            _install(module, source)
            for playing, test in _tests():  # noqa: B007 (it is told when one fails)
                signal.setitimer(signal.ITIMER_PROF, _PATIENCE_S)
                test()
        except (Exception, SystemExit, _Endless):
            return playing
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    return None


def _give_up(*_):
    raise _Endless


def _install(module, source):
    """The mutant in the place of the module, before anything has imported that."""
    full = "wipmodem." + module
    spec = importlib.util.find_spec(full)
    assert spec and full not in sys.modules
    mutant = importlib.util.module_from_spec(spec)
    sys.modules[full] = mutant
    exec(compile(source, str(spec.origin), "exec"), mutant.__dict__)
    package, _, name = full.rpartition(".")
    setattr(sys.modules[package], name, mutant)


def _tests():
    """(name, function), in the order in which they are played."""
    import runner
    from transcript_player import WAYS, Transcript

    transcripts = [Transcript(path) for path in sorted((_TESTS / "transcripts").glob("*.txt"))]
    for way in WAYS:
        for each in transcripts:
            if way in each.ways():
                yield f"{way} {each.path.name}", lambda each=each, way=way: each.run(way)
        if way == "whole":
            for path in sorted(_TESTS.glob("cases_*.py")):
                for name, case in runner._cases(str(path)):
                    yield f"{path.name} {name}", case
