"""What core and ports agree on: event bits, result classes, bearer states. Of the core, ports
import nothing but this, compat and ticks.

A port's methods return integers and raise nothing. A result >= 0 is a count or a handle, a
negative one is a class below. The ports are duck-typed; ../README.md says more of each:

serial  readinto(buf) -> n, write(buf, off, n) -> accepted, dtr() -> bool, dropping() -> bool,
        want(mask), set_dcd(on), set_dsr(on), set_ri(on). A change of DTR keeps its place among the
        host's bytes: dtr() is asked once a pass, before bytes are read, and is DTR after the bytes
        read so far; a read never crosses a change, and one that finds nothing is the last of its
        pass; dropping(): DTR is off after bytes that are still to be read.
        rate, bit/s; flow, RTS and CTS are wired and used
        at start; takes(rate) -> bool (0: autobaud), sent() -> bool: the last byte has left;
        configure(rate, tx_held, rx_held), once sent(): CTS holds us, RTS holds the host;
        overruns: how often bytes of the host's were lost since none had room (0: or nobody knows),
        framing: how often they had no stop bit, breaks: how often the line was held low
net     poll(timeout_ms) -> count; ready[k] is a handle, flags[handle] its event bits
        open_udp(port, addr, peer_port), connect(addr, peer_port), listen(port, backlog)
        accept(h), connected(h), readinto(h, buf, n), write(h, buf, off, n), recvfrom(h, buf, n)
        send_to(h, buf, n, addr, port)
        want(h, mask), close(h); local_port[h], addr[h], peer_port[h], from_addr, from_port
        tune(h, option, value) -> bool: an option below, of a socket that is open, a listener's
        for what it will accept too; False if the stack cannot, or would not
        defaults(ttl, mss, window): what sockets begin with from now on, as far as the stack can;
        keepalive: can it be told KEEPALIVE?
        fixed_ttl, the TTL that it always uses, 0 if it can be told
        finish(h) -> bool: no more from us on this connection, only to us; False if it cannot.
        On a PC MicroPython takes some 10 ms for it
        unacked(h): bytes of ours that the peer has not acknowledged; -1: the stack does not tell;
        NO_RESOURCE: it cannot tell now
        overflow(h): datagrams that the stack has dropped for want of room since last asked; 0 as
        well where it does not tell
        accept(h) is AGAIN also while the stack has no socket for a peer that it keeps: the
        listener is then not watched until the next want(); NO_RESOURCE: the peer is gone
        open_echo(), send_echo(h, buf, n, addr), receive_echo(h, buf, n) -> size: ICMP messages,
        any that come; an answer may have another identifier; of its events only IN counts
bearer  start(limit_ms), stop(); pump() -> bool, in every pass: bytes move, is service due early?
        service(now_ms) -> ms until the next; state, one of those below; cause, why the last
        session failed; user, password; address(), servers(); radio (or None);
        lookup(name): the four bytes that a hosts file has for a name in lower case, or None;
        without one registered() -> the network's state, HOME or SEARCHING, as +CREG has it;
        signal(), as +CSQ has it: 2 dB each above -113 dBm, 0 to BEST_SIGNAL, or NO_SIGNAL
radio   in_call(), ask(line, start, end) -> bool, asking(), answer, dial_string, dial_with(text);
        chat.lines[0:chat.n], chat.ignored; rang, registered: a RING, the stat of a +CREG that
        came unasked (-1: none), winds: bit n for a +WIND: n, until cleared; restart(), after
        the call under way has ended
        call(text, limit_ms) -> bool, then calling(), then online(), or else code, in V.250's
        numbers; speed, bit/s, 0 unknown; hang_up(). In every pass of the call carrier() is asked,
        and readinto(buf) -> n if there is room: else its bytes do not wake the loop;
        write(buf, off, n) -> accepted, which wakes nobody once it takes more
store   values {name: value}, bytes; torn, its file was damaged; put({name: value}) -> bool
board   serial, net, bearer, store, name and serial_number (bytes, the latter 15 digits), sizes
        (Sizes), dialect (C1 or WIPSOFT, of a modem that was never told another),
        entropy() -> 16 bits, ticks_ms(), started(modem), alive() -> bool; reset_cause, a word in
        bytes; recorder, a bytearray of sizes.recorder bytes, kept over a reset where that can be;
        heap_free() -> bytes, after a collection, 0 where nobody counts; crash: lines() -> [str],
        clear(); console: asked() -> bool, bytes have come there since last asked, and
        write(buf, off, n) -> accepted
"""

from .compat import const

# Event bits, the numbers of poll(2), which MicroPython shares.
IN = const(1)
OUT = const(4)
ERR = const(8)
HUP = const(16)

# Result classes.
AGAIN = const(-1)  # nothing now; poll says when
CLOSED = const(-2)  # the peer has closed its sending half
RESET = const(-3)  # reset or refused by the peer
NO_RESOURCE = const(-4)  # no socket, no memory
UNREACHABLE = const(-5)  # no route, no answer in time
PORT_IN_USE = const(-6)  # the asked local port is taken, or reserved

# Result codes of V.250 6.3: the numbers that ATV0 shows.
RESULT_OK = const(0)
RESULT_CONNECT = const(1)
RESULT_RING = const(2)
RESULT_NO_CARRIER = const(3)
RESULT_ERROR = const(4)
RESULT_NO_DIALTONE = const(6)
RESULT_BUSY = const(7)
RESULT_NO_ANSWER = const(8)
# The words that ATV1 shows, by result code. V.250 leaves 5 free.
RESULT_WORDS = const(
    (
        b"OK",
        b"CONNECT",
        b"RING",
        b"NO CARRIER",
        b"ERROR",
        b"",
        b"NO DIALTONE",
        b"BUSY",
        b"NO ANSWER",
    )
)

# States of a bearer.
DOWN = const(0)
COMING = const(1)  # asked for, not there yet
UP = const(2)
PAUSED = const(3)  # lost; it will be tried again

# Causes of a bearer's failure: the guide's numbers.
NO_MEMORY = const(802)
NO_RADIO = const(805)
BUSY = const(807)
NO_ANSWER = const(808)
NO_CARRIER = const(809)
LCP_FAILED = const(813)
AUTH_FAILED = const(814)
IPCP_FAILED = const(815)
PEER_ENDED = const(816)
PEER_SILENT = const(817)

# States of a network: the numbers of +CREG.
HOME = const(1)
SEARCHING = const(2)

# Signals: the numbers of +CSQ.
BEST_SIGNAL = const(31)
NO_SIGNAL = const(99)

# Options of a socket: the numbers of +WIPOPT.
NO_DELAY = const(7)  # 1: TCP segments go at once; 0: small ones may wait for more
TTL = const(8)
TOS = const(9)
KEEPALIVE = const(255)  # not one of them: s of silence until the peer is asked

# Dialects: the guide's, and that of the older modules.
C1 = const(0)
WIPSOFT = const(1)

# The local port that stands for any free one.
ANY_PORT = const(0)


class Sizes:
    sockets = 8  # W4: UDP, TCP and servers together
    handles = 16  # of the net port: sockets, and one for each name that is being resolved
    line = 256
    block = 512
    rx = 2048  # a socket's queue; it has a block besides
    tx = 2048
    datagram = 1472  # Q26
    out = 1024  # answers and URCs on their way to the DTE
    urcs = 8  # refused connections that wait to be told (+WIPXREFUSED)
    recorder = 8 + 64 * 32  # a head and slots
    recorder_at = 0  # an address that outlives a reset; 0: it is in the heap, and does not
    connect_ms = 30000
    run = 0  # blocks moved at once, behind a whole one: a chip has a radio to attend to

    def rx_most(self):
        """Bytes that a socket can hold for the host: a block beside the queue."""
        return self.block + max(self.rx, self.datagram)

    def tx_most(self):
        """Bytes that a socket can hold for its peer."""
        return self.block + self.tx
