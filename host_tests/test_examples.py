"""The hosts of examples/ work as they stand: real processes, a real pty, real peers, exact bytes.

Both are run with the same words, side by side, since most of what a host does is keep silence.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

import wiphost
from e2e import LOOPBACK, free_port, port_of, receive_all
from example_hosts import PATIENCE_S, command, stage
from far_ends import wait_for_listener
from serving import ALL_BYTES
from test_run_radio import DialledModem

_AT_ONCE = 8
# All that a modem may say, from a peer.
_LOOKS_UNSOLICITED = (
    b"\r\n+WIPDATA: 2,1,5\r\n\r\n+WIPPEERCLOSE: 2,1\r\n\r\nOK\r\n\r\n+WIPBR: 6,0\r\n"
    b"\r\n+WIPERROR: 2,1,843\r\n\r\nERROR\r\n\r\nNO CARRIER\r\n"
)


# Plays, each with a modem of its own


def tcp_both_ways(on):
    """Every byte there is, and what would be the escape if it stood between silences."""
    sent = ALL_BYTES + b"+++"
    listener = on.peers.listen()
    cat = on.cat("tcp", LOOPBACK, port_of(listener), said=sent)
    peer = on.peers.accept(listener)
    receive_all(peer.recv, sent)
    peer.sendall(ALL_BYTES[::-1])
    peer.close()
    assert cat.outcome()[:2] == (0, ALL_BYTES[::-1])


def looks_unsolicited(on):
    """A peer's bytes are data, whatever they look like; before and between others."""
    listener = on.peers.listen()
    cat = on.cat("tcp", LOOPBACK, port_of(listener), said=b"say it")
    peer = on.peers.accept(listener)
    receive_all(peer.recv, b"say it")
    said = _LOOKS_UNSOLICITED + b"x" + _LOOKS_UNSOLICITED + b"the end"
    peer.sendall(said)
    peer.close()
    assert cat.outcome()[:2] == (0, said)


def many_bytes(on):
    """More than any buffer on the way holds, each way."""
    sent = ALL_BYTES * 200
    listener = on.peers.listen()
    cat = on.cat("tcp", LOOPBACK, port_of(listener), said=sent)
    peer = on.peers.accept(listener)
    receive_all(peer.recv, sent)
    peer.sendall(sent[::-1])
    peer.close()
    assert cat.outcome()[:2] == (0, sent[::-1])


def serve(on):
    """A peer that calls is greeted and heard."""
    port = free_port()
    cat = on.cat("serve", port, said=b"welcome")
    wait_for_listener(port)
    peer = on.peers.call(port)
    peer.settimeout(PATIENCE_S)
    receive_all(peer.recv, b"welcome")
    peer.sendall(ALL_BYTES)
    peer.close()
    assert cat.outcome()[:2] == (0, ALL_BYTES)


def udp_both_ways(on):
    """A datagram each way, 03 and 10 in it."""
    udp = on.peers.udp()
    cat = on.cat("udp", LOOPBACK, port_of(udp), said=ALL_BYTES)
    datagram, sender = udp.recvfrom(2048)
    assert datagram == ALL_BYTES
    udp.sendto(ALL_BYTES[::-1], sender)
    assert cat.outcome()[:2] == (0, ALL_BYTES[::-1])


def refused(on):
    """The number of the refusal is told, the status is not 0."""
    status, out, told = on.cat("tcp", LOOPBACK, free_port()).outcome()
    assert (status, out) == (1, b"")
    assert told.endswith("error 843")


def peer_closes(on):
    """Nothing was said by either side."""
    listener = on.peers.listen()
    cat = on.cat("tcp", LOOPBACK, port_of(listener))
    on.peers.accept(listener).close()
    assert cat.outcome()[:2] == (0, b"")


def left_in_data_mode(on):
    """A host that lost its power there is followed by another one, who gets on."""
    listener = on.peers.listen()
    first = on.cat("tcp", LOOPBACK, port_of(listener), said=b"first")
    peer = on.peers.accept(listener)
    receive_all(peer.recv, b"first")
    first.kill()
    second = on.cat("tcp", LOOPBACK, port_of(listener))
    on.peers.accept(listener).close()
    assert second.outcome()[:2] == (0, b"")
    assert peer.recv(1) == b""


_PLAYS = (
    many_bytes,
    left_in_data_mode,
    serve,
    tcp_both_ways,
    looks_unsolicited,
    udp_both_ways,
    refused,
    peer_closes,
)


@pytest.fixture(scope="module")
def outcomes(request, tmp_path_factory):
    """By the test's node: the future of its play."""
    built = tmp_path_factory.mktemp("built")
    chosen = [item for item in request.session.items if item.originalname == "test_host"]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield {item.nodeid: _begin(pool, item.callspec.params, built) for item in chosen}
        pool.shutdown(cancel_futures=True)


def _begin(pool, chosen, built):
    folder = built / f"{chosen['play'].__name__}-{chosen['language']}"
    folder.mkdir()
    return pool.submit(perform, chosen["play"], command(chosen["language"], built), folder)


def perform(play, program, folder):
    with stage(program, folder) as on:
        play(on)


@pytest.mark.parametrize("language", ["python", "c"])
@pytest.mark.parametrize("play", _PLAYS, ids=lambda play: play.__name__)
def test_host(request, play, language, outcomes):
    """wipcat of examples/python and of examples/c."""
    outcomes[request.node.nodeid].result()


# The library in Python


def test_news_of_others_while_one_is_served(tmp_path):
    """A second peer connects, talks and closes while the first one has the line."""
    with stage([], tmp_path) as on:
        modem = wiphost.Modem.open(on.path)
        modem.start()
        server = modem.listen(0, peers=2)
        port = server.port()
        first = on.peers.call(port)
        with ThreadPoolExecutor(1) as pool, server.accept(PATIENCE_S) as one:
            called = pool.submit(call_behind, on.peers, first, port)
            one.send(b"go on")
            called.result()
            two = server.accept(PATIENCE_S)
            assert two.recv(PATIENCE_S) == _LOOKS_UNSOLICITED
            assert two.recv(PATIENCE_S) == b""
            first.sendall(b"done")
            assert one.recv(PATIENCE_S) == b"done"


def call_behind(peers, first, port):
    """As soon as the first peer has heard something."""
    receive_all(first.recv, b"go on")
    second = peers.call(port)
    second.sendall(_LOOKS_UNSOLICITED)
    second.close()


def test_datagrams_of_strangers(tmp_path):
    """A listener hears who sent, and answers by a socket that has a peer."""
    with stage([], tmp_path) as on:
        modem = wiphost.Modem.open(on.path)
        modem.start()
        port = free_port()
        listener = modem.udp(local_port=port)
        udp = on.peers.udp()
        for datagram in (b"a\x03b\x10c", b""):
            udp.sendto(datagram, (LOOPBACK, port))
            assert listener.recv(PATIENCE_S) == (datagram, (LOOPBACK, port_of(udp)))
        with modem.udp(LOOPBACK, port_of(udp)) as answers:
            answers.send(b"heard")
        assert udp.recv(16) == b"heard"


def test_indexes_are_those_that_are_free(tmp_path):
    """A server's range is held until its last socket is closed; nine are one too many."""
    with stage([], tmp_path) as on:
        modem = wiphost.Modem.open(on.path)
        modem.start()
        listener = on.peers.listen()
        server = modem.listen(0, peers=2)
        port = server.port()
        peer = on.peers.call(port)
        spawned = server.accept(PATIENCE_S)
        server.close()
        clients = [modem.connect(LOOPBACK, port_of(listener)) for _ in range(3)]
        assert [sock.index for sock in (spawned, *clients)] == [1, 3, 4, 5]
        spawned.close()
        assert peer.recv(1) == b""
        assert modem.connect(LOOPBACK, port_of(listener)).index == 1
        for local in range(4):
            modem.udp(LOOPBACK, 7 + local)
        with pytest.raises(wiphost.CommandError, match="838"):
            modem.udp(LOOPBACK, 7)


def test_report_outlives_a_lost_bearer(tmp_path):
    """The modem dials again; the line that was lost is said to a new connection."""
    program = command("python", tmp_path)
    with stage(program, tmp_path, DialledModem) as on:
        listener = on.peers.listen()
        cat = on.cat("report", LOOPBACK, port_of(listener), said=b"one\n", ends=False)
        peer = on.peers.accept(listener)
        receive_all(peer.recv, b"one\n")
        cat.expect("wipcat: sent 4 bytes")
        assert isinstance(on.modem, DialledModem)
        on.modem.radio("drop")
        cat.type(b"two\n")
        cat.end_of_input()
        again = on.peers.accept(listener)
        receive_all(again.recv, b"two\n")
        status, _, told = cat.outcome()
        assert (status, told) == (0, "wipcat: sent 4 bytes")
