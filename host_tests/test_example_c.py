"""The C host between a line and a clock of the test's: what a modem says at its own time only.

The library is loaded into this process. Nothing waits: milliseconds are a number.
"""

import ctypes
import subprocess

import pytest

from example_hosts import FLAGS, C

SOURCES = [C / name for name in ("wip.c", "wip_sockets.c", "wip_lines.c")]
# What any libc of a microcontroller has, and no heap, no stdio.
ALLOWED = {"memcpy", "memmove", "memset", "memcmp", "strlen"}
UP, DONE, REFUSED, NO_ANSWER, ACCEPTED, WAITING, PEER_CLOSED = 0, 2, 3, 4, 7, 8, 9
ONLINE, LEFT, STRAYS = 10, 12, 14
LEFT_1 = (LEFT, 2, 1, 0)
OK = b"\r\nOK\r\n"


class Event(ctypes.Structure):
    _fields_ = [
        ("what", ctypes.c_uint8),
        ("protocol", ctypes.c_uint8),
        ("index", ctypes.c_uint8),
        ("value", ctypes.c_uint16),
    ]


GET = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)
PUT = ctypes.CFUNCTYPE(
    ctypes.c_size_t, ctypes.c_void_p, ctypes.POINTER(ctypes.c_uint8), ctypes.c_size_t
)
MILLIS = ctypes.CFUNCTYPE(ctypes.c_uint32, ctypes.c_void_p)
ON_EVENT = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(Event))
ON_BYTE = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint8)


class Port(ctypes.Structure):
    _fields_ = [("get", GET), ("put", PUT), ("millis", MILLIS), ("port", ctypes.c_void_p)]


class Host:
    """The library and its caller. The line takes a byte a call; the clock wraps early on."""

    def __init__(self, library):
        self.library = library
        self.wip = ctypes.create_string_buffer(512)
        self.incoming = bytearray()
        self.sent = bytearray()
        self.heard = bytearray()
        self.events = []
        self.now_ms = (1 << 32) - 1500
        self.put_ms = 0  # how long the caller's put() takes
        self._port = Port(GET(self._get), PUT(self._put), MILLIS(lambda _: self.now_ms))
        self._calls = ON_EVENT(self._event), ON_BYTE(lambda _, byte: self.heard.append(byte))
        library.wip_init(self.wip, ctypes.byref(self._port), *self._calls, None)

    def _get(self, _):
        return self.incoming.pop(0) if self.incoming else -1

    def _put(self, _, data, size):
        self.now_ms = (self.now_ms + self.put_ms) % (1 << 32)
        self.sent += bytes(data[: min(size, 1)])
        return min(size, 1)

    def _event(self, _, event):
        event = event[0]
        self.events.append((event.what, event.protocol, event.index, event.value))

    def call(self, name, *arguments):
        function = getattr(self.library, name)
        function.restype = ctypes.c_bool
        return function(self.wip, *arguments)

    def wait(self, ms=0):
        for _ in range(100):
            self.library.wip_poll(self.wip)
        self.now_ms = (self.now_ms + ms) % (1 << 32)
        for _ in range(100):
            self.library.wip_poll(self.wip)

    def says(self, data, *expected):
        """The modem says this; these events come of it."""
        self.incoming += data
        self.wait()
        assert self.events == list(expected)
        self.events.clear()

    def has_sent(self, data):
        self.wait()
        assert self.sent == data
        self.sent.clear()

    def started(self):
        assert self.call("wip_start")
        self.wait(1200)
        self.has_sent(b"+++")
        self.wait(1200)
        self.has_sent(b"AT\r")
        for answer, then in (
            (b"garbage" + OK, b"AT\r"),
            (OK, b"ATE0+CMEE=1\r"),
            (b"ATE0+CMEE=1\r" + OK, b"AT+WIPBR?\r"),
            (b"\r\n+WIPBR: 6,1\r\n" + OK, b"AT+WIPCFG=0\r"),
            (OK, b""),
            (b"\r\n+WIPBR: 6,0\r\n", b"AT+WIPCFG=1\r"),
            (OK, b"AT+WIPBR=4,6,0\r"),
        ):
            self.says(answer)
            self.has_sent(then)
        self.says(OK, (UP, 0, 0, 0))
        return self

    def online(self):
        assert self.call("wip_enter", 2, 1)
        self.has_sent(b"AT+WIPDATA=2,1,2\r")
        self.says(b"\r\nCONNECT\r\nfirst", (ONLINE, 2, 1, 0))
        return self

    def leaving(self):
        """The plusses are out, and as much time has passed as the modem needs at the least."""
        assert self.call("wip_leave")
        self.wait(1199)
        self.has_sent(b"")
        self.wait(1)
        self.has_sent(b"+++")
        self.wait(900)
        return self


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    path = tmp_path_factory.mktemp("built") / "libwip.so"
    subprocess.run(["gcc", *FLAGS, "-shared", "-fPIC", "-o", path, *SOURCES], check=True)
    return ctypes.CDLL(str(path))


@pytest.fixture
def host(library):
    return Host(library)


def test_what_it_needs(tmp_path):
    """No heap, no stdio, less than 512 bytes."""
    for source in SOURCES:
        made = tmp_path / (source.stem + ".o")
        subprocess.run(["gcc", *FLAGS, "-Wpedantic", "-c", "-o", made, source], check=True)
        listed = subprocess.run(["nm", "-u", made], check=True, capture_output=True, text=True)
        names = {line.split()[-1] for line in listed.stdout.splitlines()}
        assert {name for name in names if not name.startswith("wip_")} <= ALLOWED | {
            "_GLOBAL_OFFSET_TABLE_"
        }
    size = f'#include "{C}/wip.h"\ntypedef char fits[sizeof(struct wip) < 512 ? 1 : -1];\n'
    check = ["gcc", "-std=c99", "-fsyntax-only", "-x", "c", "-"]
    subprocess.run(check, input=size, text=True, check=True)


def test_lines_of_the_peer_s(host):
    """Frames that something follows but an OK are data, each byte of them."""
    host.started().online().leaving()
    forged = b"\r\n+WIPPEERCLOSE: 2,1\r\n\r\nOK!\r\n+WIPDATA: 2,2,7\r\n\r\r\nO\r\n"
    host.says(forged + b"x")
    host.says(b"\r\n+WIPACCEPT: 1,5\r\n")
    host.says(OK, (ACCEPTED, 2, 5, 1), (LEFT, 2, 1, 0))
    assert host.heard == b"first" + forged + b"x"


def test_an_ok_before_its_time(host):
    """What comes less than 0.9 s after the plusses cannot be the modem's."""
    host.started().online()
    assert host.call("wip_leave")
    host.wait(1200)
    host.has_sent(b"+++")
    host.wait(899)
    host.says(OK)
    host.wait(1)
    host.says(OK, (LEFT, 2, 1, 0))
    assert host.heard == b"first" + OK


def test_more_lines_than_it_can_hold(host):
    """The oldest is taken for the modem's; none is lost."""
    host.started().online().leaving()
    lines = b"".join(b"\r\n+WIPDATA: 2,%d,1472\r\n" % index for index in range(2, 9))
    told = [(WAITING, 2, index, 1472) for index in range(2, 9)]
    host.incoming += lines
    host.says(b"\r\n+WIPPEERCLOSE: 2,1\r\n" + OK, *told, (PEER_CLOSED, 2, 1, 0), (LEFT, 2, 1, 0))
    assert host.heard == b"first"


def test_a_caller_that_is_late(host):
    """The OK is found although no poll came between the plusses and the OK; what stands before
    the OK is the peer's."""
    for late_ms in (1000, 2000, 10000):
        host.started().online()
        assert host.call("wip_leave")
        host.wait(1200)
        host.has_sent(b"+++")
        host.now_ms = (host.now_ms + late_ms) % (1 << 32)
        host.says(b"x" * 9 + OK, (LEFT, 2, 1, 0))
        assert host.heard == b"first" + b"x" * 9
        host.heard.clear()


def test_a_caller_that_is_late_before_its_clock_is_read(host):
    """put() takes as long as the modem's guard time: the OK is not mistaken for data."""
    host.started().online()
    assert host.call("wip_leave")
    host.put_ms = 1100
    host.wait(1200)
    host.put_ms = 0
    host.has_sent(b"+++")
    host.says(OK, (LEFT, 2, 1, 0))
    assert host.heard == b"first"


def test_an_ok_that_is_read_after_its_limit(host):
    """What had come before the limit is read first, however much it is."""
    host.started().online().leaving()
    host.now_ms += 3000
    host.says(b"x" * 100 + OK, (LEFT, 2, 1, 0))
    assert host.heard == b"first" + b"x" * 100


def fail_escape(host):
    """No OK comes, but a byte that might begin one."""
    host.says(b"\r")
    host.wait(3000)


def escape_again(host):
    """After a silence of its own."""
    host.has_sent(b"")
    host.wait(1200)
    host.has_sent(b"+++")
    host.wait(900)


def test_an_escape_that_fails(host):
    """A second one, then AT by turns with escapes; then the caller has to begin anew. The number
    of bytes that the peer may have received is told."""
    host.started().online().leaving()
    fail_escape(host)
    escape_again(host)
    for _ in range(2):
        fail_escape(host)
        host.has_sent(b"AT\r")
        fail_escape(host)
        if not host.events:
            escape_again(host)
    assert host.events == [(STRAYS, 2, 1, 15), (NO_ANSWER, 2, 1, 0)]
    assert host.heard == b"first" + b"\r" * 5
    host.events.clear()
    host.sent.clear()
    host.heard.clear()
    host.started()


def test_the_second_escape_succeeds(host):
    """Three bytes have reached the peer, and no AT."""
    host.started().online().leaving()
    fail_escape(host)
    escape_again(host)
    host.says(OK, (STRAYS, 2, 1, 3), (LEFT, 2, 1, 0))


def test_an_ok_that_was_lost(host):
    """Two escapes have no OK, as the modem is in command mode: AT has one."""
    host.started().online().leaving()
    fail_escape(host)
    escape_again(host)
    fail_escape(host)
    host.has_sent(b"AT\r")
    host.says(
        b"\r\n+WIPPEERCLOSE: 2,1\r\n" + OK, (PEER_CLOSED, 2, 1, 0), (STRAYS, 2, 1, 6), LEFT_1
    )
    assert host.heard == b"first" + b"\r" * 2


def test_a_start_whose_escape_fails(host):
    """AT without an answer leads to another escape, three in all."""
    assert host.call("wip_start")
    for _ in range(3):
        host.wait(1200)
        host.has_sent(b"+++")
        host.wait(1200)
        for _ in range(2):
            host.has_sent(b"AT\r")
            host.wait(1000)
    host.has_sent(b"ATE0+CMEE=1\r")
    host.wait(5000)
    host.says(b"", (NO_ANSWER, 0, 0, 0))


def test_no_answer(host):
    """A limit holds even when the line takes nothing; what is late is nobody's answer."""
    host.started()
    assert host.call("wip_close", 2, 1)
    assert not host.call("wip_close", 2, 2)
    host.has_sent(b"AT+WIPCLOSE=2,1\r")
    host.wait(4999)
    host.says(b"")
    host.wait(1)
    assert host.events == [(NO_ANSWER, 2, 1, 0)]
    host.events.clear()
    host.says(OK)


def test_a_refusal_and_a_name_that_is_too_long(host):
    """The number of the error; and nothing at all."""
    host.started()
    assert not host.call("wip_connect", 1, b"x" * 71, 65535)
    assert host.call("wip_connect", 1, b"x" * 70, 65535)
    host.has_sent(b'AT+WIPCREATE=2,1,"' + b"x" * 70 + b'",65535\r')
    host.says(b"\r\n+CME ERROR: 838\r\n", (REFUSED, 2, 1, 838))
    assert host.call("wip_listen", 1, 7000, 5, 6)
    host.has_sent(b"AT+WIPCREATE=3,1,7000,5,6\r")
    host.says(b"\r\n+WIPACCEPT: 1,5\r\n" + OK, (ACCEPTED, 2, 5, 1), (DONE, 3, 1, 0))
