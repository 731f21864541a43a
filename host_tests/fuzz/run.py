"""Fuzzes for some minutes and shows how far it is: run.py MINUTES, or run.py keep.

What is new to the coverage goes into build/fuzz/corpus, what fails becomes a transcript in
build/fuzz/found. `keep` makes the smallest corpus that covers as much, as host_tests/fuzz/corpus.
"""

import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE.parents[1]
_WORK = _ROOT / "build" / "fuzz"
_NEW = _WORK / "corpus"
_KEPT = _HERE / "corpus"
_WORDS = _WORK / "words"
_LONGEST = 600
_MOST_KEPT = 48
_TICK_S = 0.5

_STATUS = re.compile(r"#(\d+)\s.*cov: (\d+) ft: \d+ corp: (\d+)/\S+.*exec/s: (\d+)")

sys.path[:0] = [str(_ROOT / part) for part in ("firmware", "boards/host", "host_tests")]


def _write_words():
    """A dictionary of libFuzzer's: the lines and names that programs are made of, the events."""
    from fuzz.pieces import LINES, NAMES
    from fuzz.program import EVENTS, MARK

    events = [bytes((MARK, event, which)) for event in range(len(EVENTS)) for which in (0, 1, 9)]
    words = {*LINES, *NAMES, *events}
    lines = ['"%s"' % "".join(f"\\x{byte:02x}" for byte in word) for word in sorted(words)]
    _WORDS.write_text("\n".join(lines) + "\n")


def _start(*options):
    return subprocess.Popen(
        [sys.executable, "-B", str(_HERE / "target.py"), *map(str, options)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


class _Fuzzing:
    """A fuzzer at work; `shown` is its last word on how far it is, `found` are transcripts."""

    def __init__(self, seconds):
        self.shown = "starting"
        self.found = []
        self.rest = []
        self._process = _start(
            f"-max_total_time={seconds}",
            f"-max_len={_LONGEST}",
            f"-dict={_WORDS}",
            "-timeout=60",
            f"-artifact_prefix={_WORK}/",
            _NEW,
            _KEPT,
        )
        self._readers = [
            threading.Thread(target=self._read, args=each)
            for each in (
                (self._process.stdout, self._take_found),
                (self._process.stderr, self._take_status),
            )
        ]
        for reader in self._readers:
            reader.start()

    def ended(self):
        return self._process.poll() is not None

    def finish(self):
        """Its exit status."""
        for reader in self._readers:
            reader.join()
        return self._process.wait()

    def stop(self):
        self._process.terminate()

    def _read(self, stream, take):
        for line in stream:
            take(line.rstrip())

    def _take_found(self, line):
        self.found.append(line.removeprefix("FOUND "))

    def _take_status(self, line):
        status = _STATUS.search(line)
        if status:
            self.shown = "{} programs, {} edges, corpus {}, {}/s".format(*status.groups())
        else:
            self.rest = [*self.rest[-20:], line]


def fuzz(minutes):
    for folder in (_NEW, _KEPT):
        folder.mkdir(parents=True, exist_ok=True)
    _write_words()
    console = Console()
    seconds = int(minutes * 60)
    fuzzing = _Fuzzing(seconds)
    try:
        _show(fuzzing, seconds, console)
    except KeyboardInterrupt:
        fuzzing.stop()
    status = fuzzing.finish()
    console.print(fuzzing.shown)
    for path in fuzzing.found:
        console.print(f"found: {path}", soft_wrap=True)
    if status:
        console.print("\n".join(fuzzing.rest))
    return 1 if status or fuzzing.found else 0


def _show(fuzzing, seconds, console):
    columns = (
        BarColumn(),
        TextColumn("{task.description}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(fuzzing.shown, total=seconds)
        begin = time.monotonic()
        while not fuzzing.ended():
            time.sleep(_TICK_S)
            passed = min(time.monotonic() - begin, seconds)
            words = fuzzing.shown + (f", found {len(fuzzing.found)}" if fuzzing.found else "")
            progress.update(task, completed=passed, description=words)


def keep():
    """Edges alone count, not how often each is passed, and those that bring the most: else there
    would be hundreds."""
    smallest = _WORK / "smallest"
    shutil.rmtree(smallest, ignore_errors=True)
    smallest.mkdir(parents=True)
    options = ("-set_cover_merge=1", "-use_counters=0", f"-max_len={_LONGEST}")
    merging = _start(*options, smallest, _KEPT, _NEW)
    _, said = merging.communicate()
    if merging.returncode:
        print(said)
        return 1
    for old in _KEPT.iterdir():
        old.unlink()
    # They were chosen, and written, in the order of what they bring.
    chosen = sorted(smallest.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    for path in chosen[:_MOST_KEPT]:
        shutil.copy(path, _KEPT / path.name[:12])
    print(f"kept {len(list(_KEPT.iterdir()))} programs")
    return 0


if __name__ == "__main__":
    sys.exit(keep() if sys.argv[1:] == ["keep"] else fuzz(float(sys.argv[1])))
