"""Who relays between a pty and a TCP peer on 127.0.0.1: the modem, a bare loop, ser2net, socat.

`with RELAYS[name]() as link:` gives both ends and the process.
"""

import contextlib
import functools
import os
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from bench.lines import ask, modem, process, raw_pty
from interpreters import COMMANDS

_BARE = Path(__file__).with_name("bare.py")
_PATIENCE_S = 10
_LOOK_S = 0.02
_SER2NET = """
connection: &bench
  accepter: tcp,127.0.0.1,{port}
  connector: serialdev,{tty},115200n81,local
  options:
    chardelay: false
    dev-to-net-bufsize: 512
    net-to-dev-bufsize: 512
"""


class Link:
    """`host`: our end of the pty, `peer`: the far end of the connection, both non-blocking."""

    def __init__(self, host, peer):
        self.host = host
        self.peer = peer


@contextlib.contextmanager
def _modem(interpreter):
    with _listener() as server, modem(interpreter) as (host, _):
        ask(host, b"AT+WIPCFG=1", b"OK\r\n")
        ask(host, b"AT+WIPBR=4,6", b"+WIPBR: 6,1\r\n")
        port = server.getsockname()[1]
        ask(host, b'AT+WIPCREATE=2,1,"127.0.0.1",%d' % port, b"+WIPREADY: 2,1\r\n")
        ask(host, b"AT+WIPDATA=2,1,2", b"CONNECT\r\n")
        with _accepted(server) as peer:
            yield Link(host, peer)


@contextlib.contextmanager
def _bare(interpreter):
    with raw_pty() as (ours, theirs), _listener() as server:
        port = server.getsockname()[1]
        command = [*COMMANDS[interpreter], str(_BARE), "relay", str(theirs), str(port)]
        with process(command, theirs), _accepted(server) as peer:
            yield Link(ours, peer)


@contextlib.contextmanager
def _socat():
    with raw_pty() as (ours, theirs), _listener() as server:
        port = server.getsockname()[1]
        command = ["socat", "-b", "512", f"{os.ttyname(theirs)},rawer", f"TCP:127.0.0.1:{port}"]
        with process(command), _accepted(server) as peer:
            yield Link(ours, peer)


@contextlib.contextmanager
def _ser2net():
    with _listener() as server:
        port = server.getsockname()[1]  # free again in a moment
    with raw_pty() as (ours, theirs), tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(_SER2NET.format(port=port, tty=os.ttyname(theirs)))
        file.flush()
        command = ["ser2net", "-d", "-c", file.name]
        # It complains of a mDNS that nobody has asked for.
        with process(command, stderr=subprocess.DEVNULL), _called(port) as peer:
            yield Link(ours, peer)


RELAYS = {
    **{f"the modem, {py}": functools.partial(_modem, py) for py in COMMANDS},
    **{f"a bare loop, {py}": functools.partial(_bare, py) for py in COMMANDS},
    "socat": _socat,
    "ser2net": _ser2net,
}


def _listener():
    return socket.create_server(("127.0.0.1", 0))


@contextlib.contextmanager
def _accepted(server):
    server.settimeout(_PATIENCE_S)
    peer = server.accept()[0]
    with peer:
        peer.setblocking(False)
        yield peer


@contextlib.contextmanager
def _called(port):
    """Of somebody who may not listen yet."""
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            peer = socket.create_connection(("127.0.0.1", port))
            break
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_LOOK_S)
    with peer:
        peer.setblocking(False)
        yield peer
