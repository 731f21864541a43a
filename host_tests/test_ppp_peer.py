"""The simulated network's PPP, against a client that shares no code with it."""

import hashlib
import random

import pytest

from radio import hdlc
from radio.ppp import PppServer
from radio.ppp_client import CHAP, IP, IPCP, LCP, PAP, Client, frame, frames, option, packet

_US, _THEM = bytes([10, 64, 64, 2]), bytes([10, 64, 64, 1])
_MAGIC = option(5, b"MMMM")
_ACCM = option(2, bytes(4))
_ALL_BYTES = bytes(range(256))


@pytest.fixture(autouse=True)
def no_chance(monkeypatch):
    """Magic number and challenge are fixed."""
    monkeypatch.setattr("os.urandom", lambda n: b"M" * n)


def talk(server, client, chunk=10**6):
    """Until neither has something to say."""
    line = client.start()
    while line:
        pieces = [line[i : i + chunk] for i in range(0, len(line), chunk)]
        answer = b"".join(server.feed(piece) for piece in pieces)
        pieces = [answer[i : i + chunk] for i in range(0, len(answer), chunk)]
        line = b"".join(client.feed(piece) for piece in pieces)
    return client


def opened(**words):
    server = PppServer(**words)
    client = talk(server, Client(b"me", b"secret"))
    assert server.up and client.up
    return server


# Framing


def test_the_check_sequence_is_that_of_rfc_1662():
    """The known check value of CRC-16/X-25."""
    assert hdlc.fcs16(b"123456789") ^ 0xFFFF == 0x906E


@pytest.mark.parametrize("accm", [0, 1 << 17 | 1 << 19, 0xFFFFFFFF])
def test_a_frame_escapes_flag_escape_and_the_accm(accm):
    """The same bytes as from the client's framing, and read back by it."""
    line = hdlc.frame(IP, _ALL_BYTES, accm)
    assert line == frame(IP, _ALL_BYTES, accm)
    assert frames(line) == [(IP, _ALL_BYTES)]


@pytest.mark.parametrize("chunk", [1, 2, 7, 10**6])
def test_frames_are_found_wherever_the_line_is_cut(chunk):
    """Also if neighbours share a flag, and with a compressed header."""
    short = b"\x21" + _ALL_BYTES
    short += hdlc.fcs16(short).__xor__(0xFFFF).to_bytes(2, "little")
    short = short.replace(b"\x7d", b"\x7d\x5d").replace(b"\x7e", b"\x7d\x5e")
    line = frame(IP, b"one") + frame(LCP, b"two")[1:] + short + b"\x7e"
    deframer = hdlc.Deframer()
    found = []
    for i in range(0, len(line), chunk):
        found += deframer.feed(line[i : i + chunk])
    assert found == [(IP, b"one"), (LCP, b"two"), (IP, _ALL_BYTES)]
    assert deframer.bad == 0


def test_garbage_between_frames_costs_no_frame():
    """Noise, an aborted frame, a flipped bit and noise without end are counted as bad."""
    good = frame(IP, b"good")
    flipped = good.replace(b"oo", b"pp")
    deframer = hdlc.Deframer()
    line = b"NO CARRIER\r\n" + good + b"\x7e\x7e+++" + good + b"cut\x7d" + good + flipped + good
    assert list(deframer.feed(line)) == [(IP, b"good")] * 4
    assert deframer.bad == 4
    assert list(deframer.feed(b"x" * 5000)) == []
    assert list(deframer.feed(good)) == [(IP, b"good")]
    assert deframer.bad == 6


@pytest.mark.parametrize("auth", [None, "pap", "chap"])
@pytest.mark.parametrize("begun", [False, True])
def test_no_input_raises(auth, begun):
    """Random bytes and random packets of every protocol; what is answered are good frames."""
    chance = random.Random(3)
    server = PppServer(auth, {b"me": b"secret"})
    for n in range(2000):
        if begun and not server.up:
            talk(server, Client(b"me", b"secret"))
        protocol = chance.choice((LCP, IPCP, PAP, CHAP, IP, 0x80FD, chance.randrange(1, 65536, 2)))
        body = chance.randbytes(chance.randrange(20))
        if n % 2:
            body = packet(chance.randrange(14), n & 255, body)
        frames(server.feed(frame(protocol, body) + chance.randbytes(n % 5)))


# A session


@pytest.mark.parametrize("chunk", [1, 3, 10**6])
def test_a_client_gets_its_address_and_its_dns_servers(chunk):
    """The whole session, as the client has seen it."""
    server = PppServer()
    client = talk(server, Client(), chunk)
    given = option(3, _US) + option(129, _THEM) + option(131, _THEM)
    assert client.log == [
        (LCP, 2, option(2, bytes(4)) + option(5, b"\x01\x02\x03\x04")),
        (LCP, 1, _ACCM + _MAGIC),
        (IPCP, 3, given),
        (IPCP, 1, option(3, _THEM)),
        (IPCP, 2, given),
    ]
    assert server.up and client.up
    assert server.deframer.bad == 0


def test_what_lcp_does_not_know_is_rejected():
    """Protocol and address compression, and a callback; the rest is then taken, MRU too."""
    client = Client()
    client.lcp.update({1: b"\x05\xdc", 7: b"", 8: b"", 13: b"\6"})
    server = PppServer()
    talk(server, client)
    assert client.log[0] == (LCP, 4, option(7, b"") + option(8, b"") + option(13, b"\6"))
    assert client.lcp == {2: bytes(4), 5: b"\x01\x02\x03\x04", 1: b"\x05\xdc"}
    assert server.up


def test_van_jacobson_is_rejected():
    """IPCP's other option."""
    server = opened()
    asked = option(2, b"\x00\x2d\x0f\x01")
    answer = frames(server.feed(frame(IPCP, packet(1, 9, asked))))
    assert answer == [(IPCP, packet(4, 9, asked))]


@pytest.mark.parametrize("accm", [0, 1 << 17, 0xFFFFFFFF])
def test_the_clients_accm_holds_once_lcp_is_open(accm):
    """LCP itself goes with every control character escaped all the same."""
    server = PppServer()
    talk(server, Client(accm=accm))
    assert server.send_packet(_ALL_BYTES) == frame(IP, _ALL_BYTES, accm)
    echo = packet(9, 4, bytes(8))
    assert server.feed(frame(LCP, echo)) == frame(LCP, packet(10, 4, b"MMMM" + bytes(4)))


def test_packets_pass_both_ways_when_the_link_is_up_and_only_then():
    """Every byte value in them."""
    came = []
    server = PppServer(on_packet=came.append)
    assert server.send_packet(b"early") == b""
    server.feed(frame(IP, b"early"))
    client = talk(server, Client())
    assert server.feed(client.send(_ALL_BYTES) + client.send(b"two")) == b""
    client.feed(server.send_packet(_ALL_BYTES))
    assert came == [_ALL_BYTES, b"two"]
    assert client.packets == [_ALL_BYTES]
    server.terminate()
    assert server.send_packet(b"late") == b""


# Authentication


@pytest.mark.parametrize("auth", ["pap", "chap"])
def test_the_right_password_opens_the_link(auth):
    """And what was said on the way."""
    server = PppServer(auth, {b"me": b"secret"})
    client = talk(server, Client(b"me", b"secret"))
    asked = {"pap": b"\xc0\x23", "chap": b"\xc2\x23\x05"}[auth]
    assert client.log[1] == (LCP, 1, _ACCM + _MAGIC + option(3, asked))
    said = [entry for entry in client.log if entry[0] in (PAP, CHAP)]
    challenge = (CHAP, 1, b"\x10" + b"M" * 16 + b"network")
    assert said == ([(PAP, 2, b"\0")] if auth == "pap" else [challenge, (CHAP, 3, b"")])
    assert server.up and client.up


@pytest.mark.parametrize("auth", ["pap", "chap"])
@pytest.mark.parametrize("user, word", [(b"me", b"wrong"), (b"you", b"secret"), (b"", b"")])
def test_the_wrong_one_ends_it(auth, user, word):
    """Refused, and the link is terminated."""
    server = PppServer(auth, {b"me": b"secret"})
    client = talk(server, Client(user, word))
    refusal = (PAP, 3, b"\0") if auth == "pap" else (CHAP, 4, b"")
    assert client.log[-2:] == [refusal, (LCP, 5, b"")]
    assert client.ended and not server.up


@pytest.mark.parametrize("code", [3, 4])
def test_without_the_authentication_there_is_no_call(code):
    """A client that rejects it, or wants the other one."""
    server = PppServer("chap", {b"me": b"secret"})
    client = Client()
    request = frames(server.feed(client.start()))[1][1]
    other = option(3, b"\xc0\x23")
    answer = server.feed(frame(LCP, packet(code, request[1], other)))
    assert [payload[0] for _, payload in frames(answer)] == [5]


def test_ip_is_not_configured_before_the_authentication():
    """A request that comes too early is as if it had not come."""
    server = PppServer("pap", {b"me": b"secret"})
    client = Client(b"me", b"secret")
    client._opened = lambda: b""
    talk(server, client)
    assert server.feed(frame(IPCP, packet(1, 1, option(3, bytes(4))))) == b""


def test_an_authentication_that_was_not_asked_for_is_rejected():
    """CHAP where PAP is wanted."""
    server = opened(auth="pap", users={b"me": b"secret"})
    asked = packet(2, 1, b"\x10" + hashlib.md5(b"").digest() + b"me")
    rejection = frames(server.feed(frame(CHAP, asked)))
    assert [(p, body[0], body[4:]) for p, body in rejection] == [(LCP, 8, b"\xc2\x23" + asked)]


# The rest of LCP


def test_an_echo_is_answered_with_our_magic_number():
    """What came with it comes back."""
    server = opened()
    line = server.feed(frame(LCP, packet(9, 77, b"\x01\x02\x03\x04payload")))
    assert frames(line) == [(LCP, packet(10, 77, b"MMMMpayload"))]


def test_a_client_that_ends_the_link_is_acknowledged():
    """And may begin again."""
    server = opened()
    assert frames(server.feed(frame(LCP, packet(5, 8)))) == [(LCP, packet(6, 8))]
    assert not server.up
    talk(server, Client())
    assert server.up


def test_we_may_end_it_too():
    """The client has acknowledged; nothing more is said."""
    server = PppServer()
    client = talk(server, Client())
    assert server.feed(client.feed(server.terminate())) == b""
    assert client.ended and not server.up


def test_a_client_that_begins_anew_in_a_call_is_served():
    """As after a reset of the host; the new request may even come in two pieces."""
    server = opened()
    client = Client()
    first = client.start()
    line = server.feed(frame(IP, b"x") + first[:9])
    line += server.feed(first[9:])
    assert not server.up
    while line:
        line = server.feed(client.feed(line))
    assert server.up and client.up


def test_an_unknown_protocol_is_rejected():
    """IPv6CP, and the whole packet comes back."""
    server = opened()
    asked = packet(1, 1, b"\x01\x0a12345678")
    line = server.feed(frame(0x8057, asked))
    assert [(p, body[0], body[4:]) for p, body in frames(line)] == [(LCP, 8, b"\x80\x57" + asked)]


def test_an_unknown_code_is_rejected():
    """LCP's Identification (12); Discard (11) and the rejects are taken in silence."""
    server = opened()
    asked = packet(12, 5, b"\x01\x02\x03\x04hello")
    line = server.feed(frame(LCP, asked))
    assert [(p, body[0], body[4:]) for p, body in frames(line)] == [(LCP, 7, asked)]
    for code in (7, 8, 11):
        assert server.feed(frame(LCP, packet(code, 5, bytes(4)))) == b""


# Peers that fail


def test_a_silent_peer_says_nothing():
    """The line is up and nobody is there, from the start or in the midst."""
    server = PppServer()
    server.silent = True
    assert server.feed(Client().start()) == b""
    server = opened()
    server.silent = True
    assert server.feed(frame(LCP, packet(9, 1, bytes(4)))) == b""
    assert server.send_packet(b"x") == b""
    assert server.wait_ms(0) is None


def test_a_peer_without_ip_rejects_ipcp():
    """By Protocol-Reject, as RFC 1661 has it."""
    server = PppServer()
    server.refuse_ipcp = True
    client = talk(server, Client())
    asked = packet(1, 2, option(3, bytes(4)) + option(129, bytes(4)) + option(131, bytes(4)))
    assert client.log[-1] == (LCP, 8, b"\x80\x21" + asked)
    assert not server.up


def test_what_is_not_answered_is_asked_again():
    """Every three seconds, ten times, in the same words."""
    server = PppServer()
    asked = server.feed(Client().start(), 1000)
    request = frame(LCP, frames(asked)[1][1])
    assert asked.endswith(request)
    said = []
    for now_ms in range(1000, 60000, 500):
        line = server.tick(now_ms)
        if line:
            said.append((now_ms, line))
    assert said == [(1000 + 3000 * n, request) for n in range(1, 10)]


def test_an_answer_to_something_else_is_none():
    """The number has to be that of the request."""
    server = PppServer()
    client = Client()
    request = frames(server.feed(client.start()))[1][1]
    server.feed(frame(LCP, packet(2, request[1] + 1, request[4:])))
    assert server.wait_ms(0) == 3000
    server.feed(frame(LCP, packet(2, request[1], request[4:])))
    assert server.wait_ms(0) is None


def test_options_that_are_refused_are_given_up():
    """The magic number rejected, and another ACCM wished for."""
    server = PppServer()
    request = frames(server.feed(Client().start()))[1][1]
    line = server.feed(frame(LCP, packet(4, request[1], _MAGIC)))
    ((_, second),) = frames(line)
    assert second[4:] == _ACCM
    wished = option(2, b"\x00\x0a\x00\x00")
    line = server.feed(frame(LCP, packet(3, second[1], wished)))
    ((_, third),) = frames(line)
    assert third[4:] == wished
