"""The log and the trace: whatever becomes of the place that they are written to, the modem serves
on, ends when it is told to, and what was lost is counted.
"""

import os
import re
import select
import signal
import subprocess
import sys
import threading
import time

import pytest

from e2e import Modem
from interpreters import COMMANDS
from launcher.journal import Journal, Relay, Sink
from serving import PATIENCE_S, ROOT, Launcher, open_pty, read_exactly, read_until, wait_until

_PROGRAM = ROOT / "firmware" / "main.py"
_AT = b"AT\r\r\nOK\r\n"
_MANY = 1500  # commands whose trace fills a pipe, 64 KB, more than once


class Traced:
    """A real modem with a trace on its stderr, which `stderr` is, and a host at its pty."""

    def __init__(self, interpreter, folder, *options, stdout=subprocess.PIPE, stderr=None):
        path = f"{folder}/modem"
        self.launcher = Launcher(
            f"pty:{path}",
            "--trace",
            *options,
            py=interpreter,
            program=_PROGRAM,
            stdout=stdout,
            stderr=stderr,
        )
        try:
            wait_until(lambda: os.path.lexists(path))
            self._host = open_pty(path)
        except BaseException:
            self.launcher.__exit__()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self._host)
        self.launcher.__exit__()

    def serves(self, times):
        """AT is answered so many times."""
        for _ in range(times):
            os.write(self._host, b"AT\r")
            assert read_exactly(self._host, len(_AT)) == _AT

    def ends(self):
        """By SIGTERM, soon and well."""
        self.launcher.process.send_signal(signal.SIGTERM)
        assert self.launcher.process.wait(PATIENCE_S) == 0


def test_a_reader_that_leaves(interpreter, tmp_path):
    """`make serve TRACE=1 2>&1 | head -3`: after these lines the modem goes on."""
    source, sink = os.pipe()
    with Traced(interpreter, tmp_path, stdout=sink, stderr=sink) as modem:
        os.close(sink)
        modem.serves(3)
        read_until(source, b"OK")
        os.close(source)
        modem.serves(100)
        modem.ends()


def test_a_pipe_that_nobody_reads(interpreter, tmp_path):
    """Of stdout and stderr alike: it is full soon, and the modem serves and ends."""
    source, sink = os.pipe()
    with Traced(interpreter, tmp_path, stdout=sink, stderr=sink) as modem:
        os.close(sink)
        modem.serves(_MANY)
        assert not select.select([], [source], [], 0)[1]
        modem.ends()
    os.close(source)


@pytest.mark.parametrize("kind", ["full", "fifo"])
def test_a_log_that_takes_nothing(interpreter, tmp_path, kind):
    """A full disk, a fifo without a reader."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    log = "/dev/full" if kind == "full" else fifo
    with Traced(interpreter, tmp_path, "--log", log) as modem:
        modem.serves(_MANY)
        modem.ends()


def test_a_fifo_is_read_later(tmp_path):
    """What it has room for is there."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with Traced("cpython", tmp_path, "--log", fifo) as modem:
        modem.serves(1)
        reader = os.open(fifo, os.O_RDONLY)
        assert b" > 'AT\\r'\n" in read_until(reader, b"OK")
        os.close(reader)
        modem.ends()


def test_without_standard_streams(interpreter, tmp_path):
    """`<&- >&- 2>&-`: the modem's descriptors do not take their place."""
    path = f"{tmp_path}/modem"
    script = ROOT / "boards" / "host" / "serve.py"
    command = f"exec {sys.executable} {script} --dte pty:{path} --py {interpreter} --trace -v"
    with subprocess.Popen(["sh", "-c", command + " <&- >&- 2>&-"]) as launcher:
        wait_until(lambda: os.path.lexists(path))
        host = open_pty(path)
        for _ in range(20):
            os.write(host, b"AT\r")
            assert read_exactly(host, len(_AT)) == _AT
        os.close(host)
        launcher.terminate()
        assert launcher.wait(PATIENCE_S) == 0


def test_a_launcher_that_stands_still(interpreter, tmp_path):
    """Ctrl-Z: the modem serves on without it, its trace says what was lost."""
    log = tmp_path / "log"
    with Traced(interpreter, tmp_path, "--log", log) as modem:
        modem.serves(1)
        os.kill(modem.launcher.process.pid, signal.SIGSTOP)
        modem.serves(_MANY)
        os.kill(modem.launcher.process.pid, signal.SIGCONT)
        wait_until(lambda: modem.serves(1) or "lines of the trace were lost" in log.read_text())
        modem.ends()
    text = log.read_text()
    (lost,) = re.findall(r"^wipmodem: (\d+) lines of the trace were lost$", text, re.MULTILINE)
    lines = [line for line in text.splitlines() if re.fullmatch(r" +\d+\.\d{3} [<>] .*", line)]
    asked = sum(line.endswith("> 'AT\\r'") for line in lines)
    assert 0 < _MANY + 2 - asked <= int(lost)


DYING = """
import sys
for n in range(20000):
    sys.stderr.write("line %d of what it says last\\n" % n)
sys.stderr.write("no end")
sys.exit(7)
"""


@pytest.mark.parametrize("interpreter", COMMANDS)
def test_the_last_words_of_a_modem_are_in_the_log(tmp_path, interpreter):
    """All of them, then how it ended; whoever reads the log slowly gets them too."""
    program = tmp_path / "main.py"
    program.write_text(DYING)
    with Launcher(f"pty:{tmp_path}/modem", py=interpreter, program=program) as launcher:
        status, out, err = launcher.end()
    lines = [f"line {n} of what it says last" for n in range(20000)]
    lines += ["no end", "wipmodem: the modem ended unexpectedly (exit status 7)"]
    assert (status, out) == (1, "") and err.splitlines() == lines


# ------------------------------------------------------------------------------------ its parts


def test_what_finds_no_room_is_counted_and_told():
    """In the place of it: so many lines, exactly."""
    source, sink = os.pipe()
    os.set_blocking(source, False)
    log = Sink(sink)
    line = b"x" * 999 + b"\n"
    written = 0
    while not log.lost:
        log.put(line)
        written += 1
    for _ in range(9):
        log.put(line)
    assert log.lost == 10
    reader = threading.Thread(target=drain, args=(source, data := bytearray()))
    os.set_blocking(source, True)
    reader.start()
    log.finish(time.monotonic() + PATIENCE_S)
    log.put(b"later\n")
    log.finish(time.monotonic() + PATIENCE_S)
    os.close(sink)
    reader.join()
    told = b"wipmodem: 10 lines of the log were lost\n"
    assert bytes(data) == line * (written - 1) + told + b"later\n"


def drain(fd, data):
    while more := os.read(fd, 65536):
        data += more
    os.close(fd)


def test_what_cannot_be_written_is_counted():
    """A full disk; the end waits for nothing."""
    full = os.open("/dev/full", os.O_WRONLY)
    log = Sink(full)
    log.put(b"one\ntwo\n")
    log.finish(time.monotonic() + PATIENCE_S)
    assert log.lost >= 2
    os.close(full)
    gone = Sink(None)
    gone.put(b"one\n")
    gone.finish(0)
    assert gone.lost == 1


def test_a_descriptor_that_does_not_wait():
    """Somebody else has made it so: the rest of a line is written once there is room."""
    source, sink = os.pipe()
    os.set_blocking(sink, False)
    log = Sink(sink)
    data = b"y" * 300000 + b"\n"
    log.put(data)
    assert read_exactly(source, len(data)) == data
    os.close(source)
    os.close(sink)


def test_lines_of_children_stay_whole(capfd):
    """Whatever the pieces in which they come; one without an end gets it."""
    journal = Journal()
    relay = journal.relay()
    child = os.dup(relay.fd)
    relay.start()
    os.write(child, b"first\nsec")
    wait_until(lambda: "first" in (capfd.readouterr().err or ""))
    journal.labelled("modem 2").info("between")
    os.write(child, b"ond\nlast")
    os.close(child)
    relay.finish()
    journal.close()
    said = capfd.readouterr().err
    assert sorted(said.splitlines()) == ["last", "second", "wipmodem: modem 2: between"]


def test_no_child_was_started():
    """Neither end of the pipe stays open."""
    before = len(os.listdir("/proc/self/fd"))
    Relay(Sink(None)).cancel()
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_trace_of_the_radio_has_a_line_for_an_answer(interpreter, tmp_path):
    """Not one for each byte."""
    log = tmp_path / "log"
    options = ("--radio", f"sim:{tmp_path}/radio", "--trace", "--log", str(log))
    with Modem(interpreter, tmp_path, *options) as modem:
        modem.echo_off()
        wait_until(lambda: "-> 'AT&C1&D2\\r'" in log.read_text())
    answers = re.findall(r"<- '(.*)'$", log.read_text(), re.MULTILINE)
    assert "\\r\\nMTSMC-C1 READY\\r\\n" in answers
    assert "".join(answers).count("OK") > len(answers) / 3
