"""What the network does between two looks of the modem's. Both interpreters.

A transcript has one event at a time; here two meet, or one comes where it is not looked for.
"""

from session import Session
from transcript_events import dns_answer
from wipmodem.clock import ticks_add
from wipmodem.contract import RESET


def _client(**sizes):
    """A modem with a TCP client that is ready, and the client's peer."""
    session = Session(**sizes).online()
    session.ask(b'AT+WIPCREATE=2,1,"192.0.2.10",80')
    session.peer(2, 1).outcome = 1
    session.settle()
    session.take()
    return session, session.peer(2, 1)


def case_event_of_a_handle_that_has_been_closed():
    """Another event of the same poll has closed it: then it has no flags, and is left alone."""
    session, _ = _client()
    net = session.net
    net.ready[0] = session.modem.context.table.find(2, 1).handle
    net.flags[net.ready[0]] = 0
    net.count = 1
    session.modem.service(session.now_ms)
    assert net.count == 0 and session.ask(b"AT") == b"\r\nOK\r\n"


def case_reset_met_by_a_write():
    """The peer resets while the host's bytes are on their way: all are counted, the mode stays."""
    session, peer = _client()
    session.ask(b"AT+WIPOPT=2,1,2,7,1")  # bytes do not wait for more
    session.take()
    assert session.ask(b"AT+WIPDATA=2,1,2") == b"\r\nCONNECT\r\n"

    def readinto(buf):
        """The DTE gives its bytes after the poll: only then does the peer go."""
        peer.dead = RESET if session.serial.incoming else 0
        return taken(buf)

    taken, session.serial.readinto = session.serial.readinto, readinto
    session.send(b"nobody hears")
    assert session.take() == b"" and session.counter(b"tx_dropped") == 12
    session.wait(1000)
    session.send(b"+++")
    session.wait(1000)
    assert session.take() == b"\r\n+WIPERROR: 2,1,843\r\n\r\nOK\r\n"


def case_reset_met_amid_a_run():
    """Of five whole blocks two are on their way when the peer resets: three are counted."""
    session, peer = _client(burst_blocks=16)
    assert session.ask(b"AT+WIPDATA=2,1,2") == b"\r\nCONNECT\r\n"
    written, write = [], session.net.write

    def met(handle, buf, off, n):
        written.append(n)
        peer.dead = RESET if len(written) == 3 else 0
        return write(handle, buf, off, n)

    session.net.write = met
    session.send(b"x" * 512 * 5)
    assert bytes(peer.sent) == b"x" * 1024 and written == [512] * 3
    assert session.take() == b"" and session.counter(b"tx_dropped") == 3 * 512
    session.wait(1000)
    session.send(b"+++")
    session.wait(1000)
    assert session.take() == b"\r\n+WIPERROR: 2,1,843\r\n\r\nOK\r\n"


def case_a_slow_line_gets_every_byte():
    """More than the rx buffer holds, over a UART that never runs dry and takes a few bytes a pass:
    the net port is watched again each time that there is room."""
    for bite in (1, 100, 511, 512):
        session, peer = _client(rx=256, datagram=256)
        assert session.ask(b"AT+WIPDATA=2,1,2") == b"\r\nCONNECT\r\n"
        session.serial.tx_done = lambda: False
        session.serial.bite = bite
        data = bytes(range(256)) * 12
        peer.inbox.append(data)
        session.settle()
        assert session.take() == data, bite


def case_a_host_that_takes_its_time_amid_a_run():
    """It takes a block and then nothing, with more of them in the ring: all comes in the end."""
    session, peer = _client(burst_blocks=16)
    assert session.ask(b"AT+WIPDATA=2,1,2") == b"\r\nCONNECT\r\n"
    write = session.serial.write

    def one(buf, off, n):
        taken = write(buf, off, n)
        session.serial.stuck = True
        return taken

    session.serial.write = one
    peer.inbox.append(bytes(range(256)) * 8)
    session.settle()
    session.serial.write = write
    session.serial.stuck = False
    session.settle()
    assert session.take() == bytes(range(256)) * 8


def case_an_event_without_an_outcome():
    """A stack that tells of a connecting socket too early: the outcome is waited for."""
    session = Session().online()
    assert session.ask(b'AT+WIPCREATE=2,1,"192.0.2.10",80') == b"\r\nOK\r\n"
    net, handle = session.net, session.sock(2, 1).handle
    net.flags[handle] = 1
    net.ready[0] = handle
    net.count = 1
    session.modem.service(session.now_ms)
    assert session.take() == b"" and session.modem.context.table.pending() == 1
    session.peer(2, 1).outcome = 1
    session.settle()
    assert session.take() == b"\r\n+WIPREADY: 2,1\r\n"


def case_an_event_without_a_datagram():
    """The stack has dropped the datagram since the poll: nothing is announced, the next one is."""
    session = Session().online()
    session.ask(b"AT+WIPCREATE=1,1,5000")
    net, handle = session.net, session.sock(1, 1).handle
    net.flags[handle] = 1
    net.ready[0] = handle
    net.count = 1
    session.modem.service(session.now_ms)
    assert session.take() == b""
    session.peer(1, 1).inbox.append((b"abc", b"\xc0\0\2\x09", 4000))
    session.settle()
    assert session.take() == b'\r\n+WIPDATA: 1,1,3,"192.0.2.9",4000\r\n'


def case_two_events_of_which_one_closes_the_others_handle():
    """No such name: the ping ends, and what its socket has just received is nobody's."""
    session = Session().online()
    session.ask(b'AT+WIPCREATE=1,1,5000,"192.0.2.10",7')
    session.ask(b'AT+WIPPING="nobody.example"')
    session.ask(b"AT+WIPCLOSE=1,1")
    session.wait(5000)  # the name is asked for again, and finds a lower handle free
    net = session.net
    question, echo = [net.socket(handle) for handle in net.open_handles()]
    assert (question.kind, echo.kind) == ("udp", "echo")
    question.inbox.append((dns_answer(question.datagrams[-1], "nothing"), b"\x0a\0\0\1", 53))
    echo.inbox.append((bytes(16), b"\xc0\0\2\x0a", 0))
    session.settle()
    assert session.take() == b"\r\n+WIPPING: 1,0,0\r\n" and not net.open_handles()


def case_a_deadline_is_seen_late():
    """The loop was away when a connect's time was over: it is told in the next pass."""
    session = Session().online()
    session.ask(b'AT+WIPCREATE=2,1,"192.0.2.10",80')
    session.now_ms = ticks_add(session.now_ms, 30005)
    session.settle()
    assert session.take() == b"\r\n+WIPERROR: 2,1,842\r\n"


def case_the_loop_sleeps_until_a_connect_times_out():
    """The modem wakes for the end of the 30 s, also while a ping has the resolver at work."""
    session = Session().online()
    session.ask(b'AT+WIPCREATE=2,1,"192.0.2.10",80')
    session.wait(29700)
    assert session.settle() == 300
    session.ask(b'AT+WIPPING="peer.example"')
    assert session.settle() == 300


def case_the_loop_sleeps_until_a_name_is_asked_for_again():
    """A question without an answer is repeated after 2 s, with no socket or with one waiting."""
    for line in (b'AT+WIPPING="peer.example"', b'AT+WIPCREATE=2,1,"peer.example",80'):
        session = Session().online()
        session.ask(line)
        session.wait(1700)
        assert session.settle() == 300, line


def case_the_loop_sleeps_until_an_escape_is_decided():
    """Three plusses until the guard time ends, fewer a millisecond longer: they may be data. It
    looks at the line once before. rules: D5"""
    session, peer = _client()
    session.ask(b"ATS12=10")
    session.send(b"AT+WIPDATA=2,1,2\r")
    for plusses, wait_ms in ((b"+", 201), (b"++", 201), (b"+++", 200)):
        session.wait(200)
        session.send(plusses)
        assert session.settle() == wait_ms - 50, plusses
        session.wait(wait_ms - 50)
        assert session.settle() == 50, plusses
        session.wait(wait_ms)
    assert session.take() == b"\r\nCONNECT\r\n\r\nOK\r\n" and bytes(peer.sent) == b"+++"


def case_a_peer_that_is_gone_before_it_is_accepted():
    """The event of a listener, and then nobody there: no index is used up, nothing is said."""
    session = Session().online()
    session.ask(b"AT+WIPCREATE=3,1,7000,5,5")
    listener = session.peer(3, 1)
    listener.inbox.append((b"\xc0\0\2\x09", 4000))
    session.net.poll(0)
    del listener.inbox[:]
    session.modem.service(session.now_ms)
    session.settle()
    assert session.take() == b"" and session.sock(2, 5) is None
    listener.inbox.append((b"\xc0\0\2\x09", 4000))
    session.settle()
    assert session.take() == b"\r\n+WIPACCEPT: 1,5\r\n"
