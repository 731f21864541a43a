"""What listens is what was asked for: all sockets of the real processes, as the kernel lists them.

The launcher has the DTE, on 127.0.0.1 alone. The modem has what its commands made: servers, and
UDP sockets without a peer, on 127.0.0.1 unless --bind names another address.
"""

import os
import re
import socket
import threading
from pathlib import Path

import pytest

from e2e import Modem, Peers, free_port, port_of
from serving import PATIENCE_S

_TABLES = ("tcp", "tcp6", "udp", "udp6", "udplite", "raw", "raw6", "icmp", "packet")
_LISTENS = "0A"
_ANY = "0.0.0.0"
_LOOPBACK = "127.0.0.1"


def _inodes(pid):
    """Of the process' sockets, in any family."""
    links = []
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            links.append(os.readlink(entry))
        except FileNotFoundError:
            continue  # the one that the listing itself was made with
    return {link[8:-1] for link in links if link.startswith("socket:[")}


def _address(words):
    host, port = words.split(":")
    assert len(host) == 8, "IPv4 is all there is"
    return socket.inet_ntoa(bytes.fromhex(host)[::-1]), int(port, 16)


def _open(pid):
    """(kind, address, port) of all that somebody out there could reach: TCP listeners, and each
    other kind of socket of an internet family."""
    inodes = _inodes(pid)
    found = set()
    for table in _TABLES:
        path = Path(f"/proc/{pid}/net/{table}")
        lines = path.read_text().splitlines()[1:] if path.exists() else []
        for line in lines:
            words = line.split()
            if inodes & set(words[8:]) and (table[:3] != "tcp" or words[3] == _LISTENS):
                found.add((table, *_address(words[1])))
    return found


def _parent(pid):
    stat = Path(f"/proc/{pid}/stat").read_text()
    return int(stat.rpartition(")")[2].split()[1])


def _dte(modem):
    """(kind, address, port) of the line: what the modem's ready line says."""
    return {("tcp", _LOOPBACK, int(re.findall(r"127\.0\.0\.1:(\d+)", modem.place)[0]))}


def _listen(modem, address):
    """A server and a UDP socket without a peer: what is to be open for them."""
    server, listener = free_port(), free_port(socket.SOCK_DGRAM)
    modem.ask(f"AT+WIPCREATE=3,1,{server},5,8", "OK")
    modem.ask(f"AT+WIPCREATE=1,1,{listener}", "OK", "+WIPREADY: 1,1")
    return [("tcp", address, server), ("udp", address, listener)]


@pytest.mark.parametrize("dte", ["pty", "tcp", "rfc2217"])
def test_nothing_listens_but_what_was_asked_for(interpreter, dte, tmp_path):
    """At start, with a server, a UDP socket and a client, and when they are closed again."""
    with Modem(interpreter, tmp_path, dte=dte) as modem, Peers() as peers:
        ours = _dte(modem) if dte != "pty" else set()
        launcher = _parent(modem.pid())

        def expect(*wanted):
            assert _open(modem.pid()) == set(wanted)
            assert _open(launcher) == ours

        expect()
        modem.online()
        expect()
        made = _listen(modem, _LOOPBACK)
        expect(*made)
        peers.call(made[0][2])
        modem.expect("+WIPACCEPT: 1,5")
        modem.client(1, peers)
        expect(*made)
        modem.ask("AT+WIPCLOSE=3,1;+WIPCLOSE=1,1;+WIPCLOSE=2,5;+WIPCLOSE=2,1", "OK")
        expect()


@pytest.mark.parametrize("address", [_ANY, "127.0.0.5"])
def test_servers_listen_where_bind_says(interpreter, address, tmp_path):
    """The ready line tells it. The DTE stays on 127.0.0.1, and what has a peer may send from any
    address."""
    with Modem(interpreter, tmp_path, "--bind", address, dte="tcp") as modem, Peers() as peers:
        assert modem.place.endswith(f"; servers on {address}")
        modem.online()
        shown = _LOOPBACK if address == _ANY else address
        modem.ask("AT+WIPBR=3,6,15", f'+WIPBR: 6,15,"{shown}"', "OK")
        made = _listen(modem, address)
        assert _open(modem.pid()) == set(made)
        assert _open(_parent(modem.pid())) == _dte(modem)
        assert modem.client(1, peers).getpeername()[0] == _LOOPBACK
        peer = peers.udp()
        modem.ask(f'AT+WIPCREATE=1,2,0,"{_LOOPBACK}",{port_of(peer)}', "OK", "+WIPREADY: 1,2")
        ours = _open(modem.pid()) - set(made)
        assert {(kind, where) for kind, where, _ in ours} == {("udp", _LOOPBACK)}


def test_a_name_is_asked_for_on_one_socket(interpreter, dns, tmp_path):
    """While the answer is waited for, and on none before and behind it."""
    asked = threading.Event()

    def never(query, _asked):
        asked.set()
        return []

    dns.zone["a.example"] = never
    with Modem(interpreter, tmp_path, "--dns", f"{_LOOPBACK}:{dns.port}") as modem:
        modem.online()
        modem.ask('AT+WIPCREATE=2,1,"a.example",80', "OK")
        assert asked.wait(PATIENCE_S)
        ((kind, address, port),) = _open(modem.pid())
        assert (kind, address) == ("udp", _LOOPBACK) and 49152 <= port
        modem.ask("AT+WIPCLOSE=2,1", "OK")
        assert _open(modem.pid()) == set()
