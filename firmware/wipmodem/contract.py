"""What the core and its ports agree on: the methods of a port, and the constants they exchange.

A port adapts something outside the core: UART, IP stack, radio, flash, board. Ports are
duck-typed; their methods return at once and never raise. Most return an int: a count or a handle
if it is not negative, else one of the result classes below. buf is a bytearray, n a number of
bytes, h a handle, addr four bytes of an IPv4 address, mask a set of event bits. A method allocates
only where that is stated.

Serial port (board.serial), the UART of the host:
  readinto(buf) -> n                write(buf, off, n) -> bytes accepted
  set_events(mask)                  wake net.poll() for IN, OUT, both or neither
  dtr() -> bool                     DTR after the bytes that have been read. Called once a pass,
                                    before the first read of the pass. A read never crosses a
                                    change of DTR, and the first one that returns 0 ends the pass
  dtr_drop_pending() -> bool        DTR drops after bytes that are still to be read
  set_dcd(on), set_dsr(on), set_ri(on)
                                    drive these lines
  rate                              bit/s
  flow                              RTS and CTS are wired, and in use at start
  supports(rate) -> bool            rate 0 is autobauding
  tx_done() -> bool                 the last bit has been sent
  configure(rate, cts_flow, rts_flow)
                                    after tx_done(): CTS stops the modem, RTS stops the host
  overruns, framing, breaks         counts: bytes lost because no buffer had room (0 if the
                                    platform cannot tell), bytes without a stop bit, breaks

Net port (board.net), the sockets of an IP stack by handle; ports/net.py describes each method:
  poll(timeout_ms) -> count         sleep for an event; ready[k] is a handle, flags[h] its events
  set_events(h, mask)               choose the events to report
  open_udp(port, addr, peer_port), connect(addr, peer_port), listen(port, backlog), accept(h),
  connected(h), close(h)            open, follow and close sockets; all but connected() allocate
  local_port[h], addr[h], peer_port[h]
                                    addresses of a socket; the last two are its peer's
  readinto(h, buf, n), write(h, buf, off, n)
                                    bytes of a connection, or datagrams to the socket's peer
  recvfrom(h, buf, n), send_to(h, buf, n, addr, port)
                                    datagrams; from_addr, from_port: the sender. Both allocate
  shutdown_write(h) -> bool         half close; False if the stack has none. On a PC under
                                    MicroPython it takes some 10 ms
  setsockopt(h, option, value) -> bool
                                    an option below; False if the stack cannot
  set_defaults(ttl, mss, window)    options of sockets that are opened from now on
  has_keepalive, fixed_ttl          KEEPALIVE can be set; the TTL if TTL cannot, else 0
  unacked(h) -> n                   sent bytes that are not acknowledged; -1 if the stack cannot
                                    tell, NO_RESOURCE if it cannot tell now
  overflow(h) -> n                  datagrams that the stack has dropped since the last call
  open_echo(), send_echo(h, buf, n, addr), receive_echo(h, buf, n)
                                    ICMP messages; all allocate

Bearer (board.bearer), what a session (+WIPBR) is made of:
  start(limit_ms), stop()           want a session, or none; a call may take limit_ms
  poll() -> bool                    move bytes, once a pass; True: call tick() in this pass
  tick(now_ms) -> ms                take the next step; returns the time until the next call
  state, cause                      one of the states below; why the last session has failed
  user, password                    bytes, for the next session
  address() -> addr, servers() -> [(addr, port)]
                                    own address, DNS servers; both allocate
  lookup(name) -> addr or None      a name, in lower case, of the system's hosts file
  radio                             the radio, or None. Without a radio:
  registered() -> HOME or SEARCHING
                                    state of the network, as in +CREG
  signal() -> n                     signal strength as in +CSQ, or NO_SIGNAL

Radio (board.bearer.radio), a modem at the end of a second UART:
  ask(line, start, end) -> bool     send the command line[start:end]; False if it is busy
  asking() -> bool, answer          the command is in progress; then its result code
  chat.lines[0:chat.n]              information text of the answer, each line ended by LF
  chat.ignored                      count of lines that nothing was waiting for
  call(text, limit_ms) -> bool      begin a data call by an AT command; False if it is busy
  calling(), online(), in_call() -> bool
                                    a call is being set up; is established; either, and also
                                    for a session
  code, speed                       result code of the last call; bit/s of CONNECT, or 0
  carrier() -> bool                 DCD; call it in every pass of a data call
  readinto(buf) -> n, write(buf, off, n) -> bytes accepted
                                    bytes of a data call. While readinto() is not called,
                                    incoming bytes do not wake the loop
  hang_up(), restart()              restart() waits for the end of a call
  dial_string, set_dial_string(text)
                                    command that dials a session; b"" sets the board's own
  rang, registered, winds           unsolicited: RING; stat of +CREG or -1; bit n for +WIND: n.
                                    The core clears them

Store (board.store), settings that outlast a loss of power; both allocate:
  values {name: value}, corrupt     bytes; True if the stored file was damaged
  put({name: value}) -> bool        store values, delete empty ones; False if flash refuses

Board, whose file is boards/NAME/board.py:
  serial, net, bearer, store        the ports above
  name, serial_number, reset_cause  bytes; the second has 15 digits
  sizes, dialect                    Sizes below; C1 or WIPSOFT at the first start
  entropy() -> 16 random bits       allocates
  ticks_ms()                        milliseconds that wrap at 2**30 (clock.py)
  started(modem), alive() -> bool   called before the first pass; in every pass, False ends it
  recorder                          bytearray of sizes.recorder bytes, kept over a reset if the
                                    chip can
  heap_free() -> bytes              after a collection; 0 if the platform cannot tell
  crash.lines() -> [str], crash.clear()
                                    traceback of the last crash
  console.asked() -> bool           bytes have arrived at the console since the last call
  console.write(buf, off, n) -> bytes accepted
"""

from .compat import const

# Event bits, with the numbers of poll(2), which MicroPython shares.
IN = const(1)
OUT = const(4)
ERR = const(8)
HUP = const(16)

# Result classes of ports.
AGAIN = const(-1)  # would block; an event is reported when it no longer would
CLOSED = const(-2)  # the peer has closed its sending half
RESET = const(-3)  # reset or refused by the peer
NO_RESOURCE = const(-4)  # no free socket, no memory
UNREACHABLE = const(-5)  # no route, or no answer in time
PORT_IN_USE = const(-6)  # the local port is taken, or reserved

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
STARTING = const(1)  # start() was called, and the session is not up yet
UP = const(2)
RETRYING = const(3)  # the session was lost, and is being set up again

# Causes of a bearer's failure, with the error numbers of the guide.
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

# States of a network, with the numbers of +CREG.
HOME = const(1)
SEARCHING = const(2)

# Signal strengths, with the numbers of +CSQ: steps of 2 dB above -113 dBm.
BEST_SIGNAL = const(31)
NO_SIGNAL = const(99)  # the signal strength is not known

# Socket options, with the numbers of +WIPOPT.
NO_DELAY = const(7)  # TCP_NODELAY
TTL = const(8)
TOS = const(9)
KEEPALIVE = const(255)  # not of +WIPOPT: seconds of silence before the first keepalive probe

# Dialects: the CDMA C1 guide, and the older modules.
C1 = const(0)
WIPSOFT = const(1)

# Local port that stands for any free one.
ANY_PORT = const(0)


class Sizes:
    """Sizes of what is allocated at start, in bytes unless stated otherwise. A board file derives
    a class of its own to change some of them."""

    sockets = 8  # number of UDP, TCP and server sockets together (W4)
    handles = 16  # number of handles of the net port: sockets and names being resolved
    line = 256  # the longest command line
    block = 512  # the most that is moved between two ports at once
    rx = 2048  # receive buffer of a socket, besides one block
    tx = 2048  # send buffer of a socket, besides one block
    datagram = 1472  # the longest datagram (Q26)
    out = 1024  # buffer for responses and URCs to the host
    urcs = 8  # number of queued URCs that may be lost (+WIPXREFUSED)
    recorder = 8 + 64 * 32  # flight recorder: a header and 64 entries
    recorder_at = 0  # address of RAM that a reset leaves alone, for the recorder; 0: none
    connect_ms = 30000  # time for a connection to be established
    # Number of blocks that may follow a whole block in the same pass. A chip also has to serve
    # its radio.
    burst_blocks = 0

    def max_rx(self):
        """Return the most bytes that a socket holds for the host."""
        return self.block + max(self.rx, self.datagram)

    def max_tx(self):
        """Return the most bytes that a socket holds for its peer."""
        return self.block + self.tx
