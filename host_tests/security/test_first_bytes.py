"""What begins as a request of another protocol never reaches the modem, in whatever blocks."""

import shutil
import signal
import subprocess
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from launcher.firstbytes import FirstBytes
from serving import Launcher, assert_closed, connect, read_exactly, read_until

_METHODS = ("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PRI", "PUT", "TRACE")
_BODY = b"AT+WIPCREATE=3,1,7000,1,1\r"
_REQUESTS = [
    *(f"{method} / HTTP/1.1\r\n\r\n".encode() + _BODY for method in _METHODS),
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET http://127.0.0.1/ HTTP/1.1\r\n\r\n" + _BODY,
    b"get /\r\n",
    b"pOsT /AT HTTP/1.1\r\n\r\n" + _BODY,
    b"\r\nPOST / HTTP/1.1\r\n\r\n" + _BODY,
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + _BODY,
    b"\x16\x03\x03",
]
_WELCOME = [b"AT\r", b"at\r", b"A/", b"A", b"+++", b"\r", b"\n", b"\0", b"\xff\xfb\x2c", b"\x1b"]


class Passed(bytearray):
    """A codec that keeps what it is given."""

    def take(self, block):
        self.extend(block)

    decode: Any = take

    @staticmethod
    def encode(block):
        return block + b"!"


def play(*blocks):
    """The codec before another one, and what has passed."""
    passed = Passed()
    first = FirstBytes(passed)
    for block in blocks:
        first.decode(block)
    return first, bytes(passed)


def one_by_one(data):
    return [data[i : i + 1] for i in range(len(data))]


@pytest.mark.parametrize("request_", _REQUESTS)
def test_a_request_does_not_pass(request_):
    """Whole, byte by byte, in two parts; empty lines before it may."""
    cuts = [[request_[:i], request_[i:]] for i in range(1, len(request_))]
    for blocks in ([request_], one_by_one(request_), *cuts):
        passed = Passed()
        first = FirstBytes(passed)
        with pytest.raises(ValueError, match="^it begins with an? (HTTP request|TLS handshake)$"):
            for block in blocks:
                first.decode(block)
        assert bytes(passed) in (b"", b"\r", b"\r\n") and first.held == b""


@pytest.mark.parametrize("data", _WELCOME)
def test_what_hosts_send_first_passes_at_once(data):
    for blocks in ([data], one_by_one(data)):
        sent = b""
        passed = Passed()
        first = FirstBytes(passed)
        for block in blocks:
            first.decode(block)
            sent += block
            assert bytes(passed) == sent


def test_what_could_become_a_request_waits_until_it_does_not():
    first, passed = play(b"PO")
    assert (first.held, passed) == (b"PO", b"")
    first, passed = play(b"PO", b"ST", b"ED\r", b"GET / HTTP/1.1")
    assert (first.held, passed) == (b"", b"POSTED\rGET / HTTP/1.1")
    assert first.encode(b"OK") == b"OK!"


@given(st.lists(st.one_of(st.binary(max_size=8), st.sampled_from([b"GE", b"T ", b"\r\n", b"P"]))))
def test_nothing_is_lost_or_turned_round(blocks):
    passed = Passed()
    first = FirstBytes(passed)
    data = b"".join(blocks)
    try:
        for block in blocks:
            first.decode(block)
    except ValueError:
        assert passed.strip(b"\r\n\0") == b""
        return
    assert bytes(passed) + first.held == data
    assert len(first.held) < 8


# ------------------------------------------------------------------------------------- for real


@pytest.fixture(params=["tcp", "rfc2217"])
def kind(request):
    """The lines that other programs on this machine can reach."""
    return request.param


def greeting(kind, host):
    """What the line says by itself."""
    if kind == "rfc2217":
        read_until(host.fileno(), b"\xff\xfd\x2c")


def test_a_host_that_is_a_browser_has_to_go(kind):
    """In one line of the log; the modem has heard nothing, and the next host is served."""
    with Launcher(f"{kind}:0", tell="1") as launcher:
        port = launcher.port()
        for blocks in ([_REQUESTS[6]], one_by_one(_REQUESTS[6][:5])):
            with connect(port) as host:
                greeting(kind, host)
                for block in blocks:
                    host.sendall(block)
                assert_closed(host)
            launcher.expect("wipmodem: host disconnected: it begins with an HTTP request\n")
            launcher.expect("lines 0 after 0 bytes\n")
        with connect(port) as host:
            greeting(kind, host)
            host.sendall(b"AT+GET / HTTP/1.1")
            read_until(host.fileno(), b"AT+GET / HTTP/1.1")


def test_a_host_that_leaves_with_half_a_method_is_told_of(kind):
    with Launcher(f"{kind}:0", tell="1") as launcher:
        with connect(launcher.port()) as host:
            greeting(kind, host)
            launcher.expect("lines 3 after 0 bytes\n")
            host.sendall(b"POS")
        launcher.expect("wipmodem: host left; b'POS' was not passed to the modem\n")
        launcher.expect("lines 0 after 0 bytes\n")


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
@pytest.mark.parametrize("options", [["-d", "AT"], ["-X", "OPTIONS"], ["-k", "--https"], ["-I"]])
def test_curl_gets_no_answer(options):
    scheme = "https" if "--https" in options else "http"
    with Launcher("tcp:0", tell="1") as launcher:
        url = f"{scheme}://127.0.0.1:{launcher.port()}/"
        words = [word for word in options if word != "--https"]
        done = subprocess.run(["curl", "-s", *words, url], capture_output=True, check=False)
        assert done.returncode and not done.stdout
        launcher.expect("host disconnected: it begins with an? (HTTP request|TLS handshake)\n")
        launcher.expect("lines 0 after 0 bytes\n")
        status, _, _ = launcher.end(signal.SIGTERM)
        assert status == 0


def test_the_first_byte_of_a_host_is_echoed_at_once():
    """One that is typed by hand."""
    with Launcher("tcp:0") as launcher, connect(launcher.port()) as host:
        for byte in one_by_one(b"AT\r"):
            host.sendall(byte)
            assert read_exactly(host.fileno(), 1) == byte
