"""Who watches at the chip's console: a report when asked, while the host's bytes pass."""

import re
import time

import serial

from boards.tools.monitor.__main__ import main as monitor
from chip.on_chip import Peers, WatchedModem
from chip.test_modem import receive
from chip.transfer import share, transfer
from chip.wire import PATIENCE_S

_BYTES = 40000
_SECOND_US = 1_000_000
_REPORT = r"""
\+WIPXSOCK: 2,1,"client","ready","10\.64\.64\.2",\d+,"10\.64\.64\.1",\d+,0,0,0,0,0,\d+,4,0,\d,0
\+WIPXHEALTH: reset,"power_on"
\+WIPXHEALTH: uptime_s,\d+
\+WIPXHEALTH: poll_gap_ms,\d+
\+WIPXHEALTH: heap_free,\d+
\+WIPXHEALTH: heap_min,\d+
\+WIPXHEALTH: sockets_peak,1
\+WIPXHEALTH: urcs_peak,1
\+WIPXHEALTH: out_peak,\d+
\+WIPXHEALTH: session_s,\d+
\+WIPXHEALTH: redials,0
\+WIPXHEALTH: sent,4
\+WIPXHEALTH: received,0
(\+WIPXSTAT: \w+,\d+
){21}\+WIPBR: 6,1
\+CSQ: 23,99
\+WIPXLOG: 0\.\d+,start,power_on
(\+WIPXLOG: \d+\.\d+,(line|urc),.+
)+OK
"""


class Watcher:
    """At the console, as `make monitor` is."""

    def __init__(self, modem):
        self._line = serial.serial_for_url(modem.chip.console, timeout=1)
        self.asked = 0  # times, by the chip's seconds

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._line.close()

    def report(self):
        """Its lines, each with its LF; what a script prints there is left out."""
        self._line.write(b"?")
        until = time.monotonic() + PATIENCE_S
        lines = [b""]
        while lines[-1] != b"OK\n" and time.monotonic() < until:
            lines.append(self._line.readline().replace(b"\r", b""))
        return "".join(line.decode() for line in lines if line[:1] in b"+O")

    def every_second(self, now_us):
        """Of the chip's time; the reports are left unread."""
        if now_us // _SECOND_US > self.asked:
            self.asked = now_us // _SECOND_US
            self._line.write(b"?")


def test_a_report_while_data_pass(modem, peers):
    """All that can be asked for, in order; the signal is what the radio has told last."""
    modem.echo_off()
    modem.ask("AT+CSQ", "+CSQ: 23,0", "OK")
    modem.ask("AT+WIPCFG=1", "OK")
    modem.ask("AT+WIPBR=4,6", "OK", "+WIPBR: 6,1")
    peer = modem.client(1, peers)
    modem.ask("AT+WIPDATA=2,1,2", "CONNECT")
    modem.type(b"data")
    receive(peer, b"data")
    with Watcher(modem) as watcher:
        report = watcher.report()
    assert re.fullmatch(_REPORT, "\n" + report), report
    modem.escape("OK")


def test_the_monitor_shows_a_board(modem, capsys, monkeypatch):
    """make monitor on its console: sockets, signal, log, at once."""
    monkeypatch.setenv("COLUMNS", "110")
    modem.echo_off()
    modem.ask("AT+CSQ", "+CSQ: 23,0", "OK")
    modem.ask("AT+WIPCREATE=3,1,7000,5,6", "ERROR")
    modem.ask("AT+WIPCFG=1", "OK")
    modem.ask("AT+WIPBR=4,6", "OK", "+WIPBR: 6,1")
    modem.ask("AT+WIPCREATE=3,1,7000,5,6", "OK")
    assert monitor(["--port", modem.chip.console, "--once"]) == 0
    shown = capsys.readouterr().out
    assert re.search(r" 3,1 +server +listening +:7000 +5-6  0/2 ", shown), shown
    assert "signal ▂▄▆▁ -67 dBm" in shown and "AT+WIPCREATE=3,1,7000,5,6   803 " in shown


def test_nothing_is_allocated(image):
    """Once the first report has been told: with the heap locked."""
    with WatchedModem(image) as modem, Watcher(modem.started()) as watcher:
        first = watcher.report()
        modem.look(True)
        second = watcher.report()
        modem.look(False)
        assert first.endswith("\nOK\n") and second.endswith("\nOK\n")
        assert modem.taken() == 0


def test_throughput_while_watched(image, figure):
    """A report a second takes a share of the line, and not a byte."""
    with WatchedModem(image) as modem, Peers(modem.network) as peers:
        modem.started().online()
        peer = modem.client(1, peers)
        peer.settimeout(PATIENCE_S)
        modem.ask("AT+WIPDATA=2,1,2", "CONNECT")
        with Watcher(modem) as watcher:
            modem.chip.on_time = watcher.every_second
            for way, down, up in (("to the host", 1, 0), ("from the host", 0, 1)):
                [rate] = transfer(modem, peer, _BYTES, down, up)
                figure(f"TCP {way} while watched", f"{share(rate, 115200):.1%} of 115200")
        assert watcher.asked > 4 and modem.chip.overruns == [0, 0]
