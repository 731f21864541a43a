"""The interface between the core and its ports: the methods of each port, and shared constants.

A port adapts something outside the core: a UART, an IP stack, a radio, flash, a board. Ports are
duck-typed. Their methods return at once and never raise an exception. Most methods return an int:
a count or a handle if the int is not negative, else one of the result classes below. In the
signatures, buf is a bytearray, off an offset in buf, n a number of bytes, h a handle, addr the
four bytes of an IPv4 address, mask a set of event bits. A method allocates memory only if its
description says so. A pass is one pass of the main loop.

Serial port (board.serial), the UART of the host:
  readinto(buf) -> n                read the bytes that have arrived
  write(buf, off, n) -> count       send bytes; count is the number of bytes accepted
  set_events(mask)                  choose the events that wake net.poll(): IN, OUT, both or 0
  dtr() -> bool                     state of DTR after the bytes that have been read. The core
                                    calls dtr() once in a pass, before the first read of the pass.
                                    No read returns bytes from both sides of a change of DTR. The
                                    first read that returns 0 ends the pass
  dtr_drop_pending() -> bool        True if DTR drops after bytes that are still to be read
  set_dcd(on), set_dsr(on), set_ri(on)
                                    set the output lines DCD, DSR and RI
  rate                              bit rate in bit/s
  flow                              True if RTS and CTS are wired, and in use at start
  supports(rate) -> bool            True if the port can run at the rate; rate 0 is autobauding
  tx_done() -> bool                 True if the last bit has been sent
  configure(rate, cts_flow, rts_flow)
                                    set rate and flow control, only while tx_done() returns True.
                                    cts_flow: CTS stops the modem; rts_flow: RTS stops the host
  overruns                          count of bytes lost because no buffer had room; 0 if the
                                    platform cannot tell
  framing, breaks                   count of bytes without a stop bit; count of breaks

Net port (board.net), the sockets of an IP stack by handle; ports/net.py describes each method:
  poll(timeout_ms) -> count         sleep until an event. Each ready[k], k < count, is a handle
                                    with events; flags[h] are the event bits of handle h
  set_events(h, mask)               choose the events that poll() reports for a handle
  open_udp(port, addr, peer_port), connect(addr, peer_port), listen(port, backlog), accept(h),
  connected(h), close(h)            open, follow and close sockets; all but connected() allocate
  local_port[h]                     local port of a socket
  addr[h], peer_port[h]             address and port of the socket's peer
  readinto(h, buf, n), write(h, buf, off, n)
                                    bytes of a connection, or datagrams to the socket's peer
  recvfrom(h, buf, n), send_to(h, buf, n, addr, port)
                                    receive and send datagrams with an address; both allocate
  from_addr, from_port              sender of the last datagram that recvfrom() has returned
  shutdown_write(h) -> bool         half close; False if the stack has no half close. On a PC
                                    under MicroPython, shutdown_write() takes some 10 ms
  setsockopt(h, option, value) -> bool
                                    set an option below; False if the stack cannot set the option
  set_defaults(ttl, mss, window)    set options of sockets that are opened from now on
  has_keepalive                     True if setsockopt() can set KEEPALIVE
  fixed_ttl                         0 if setsockopt() can set TTL, else the TTL of the stack
  unacked(h) -> n                   number of sent bytes that are not acknowledged; -1 if the stack
                                    cannot tell, NO_RESOURCE if the stack cannot tell now
  overflow(h) -> n                  number of datagrams that the stack has dropped since the last
                                    call of overflow()
  open_echo(), send_echo(h, buf, n, addr), receive_echo(h, buf, n)
                                    open a socket for ICMP messages, send one, receive one; all
                                    three methods allocate

Bearer (board.bearer), the port that sets up and ends a session (+WIPBR):
  start(limit_ms), stop()           request a session, each call taking at most limit_ms; end it
  poll() -> bool                    move bytes, once in a pass; True requests tick() in this pass
  tick(now_ms) -> ms                take the next step; return the time until the next tick()
  state                             DOWN, STARTING, UP or RETRYING
  cause                             error number of the last failure of a session, or 0
  user, password                    user id and password for the next session, as bytes
  address() -> addr                 the modem's own address in the session; allocates
  servers() -> [(addr, port)]       DNS servers of the session; allocates
  lookup(name) -> addr or None      address of a lower-case name in the system's hosts file
  radio                             the radio of the bearer, or None
  registered() -> HOME or SEARCHING registration state of a bearer without a radio
  signal() -> n                     signal strength in the unit of +CSQ, or NO_SIGNAL

Radio (board.bearer.radio), a modem at the end of a second UART:
  ask(line, start, end) -> bool     send the command line[start:end]; False if the radio is busy
  asking() -> bool                  True while the command of ask() is in progress
  answer                            result code of the last ask() command, or chat.TIMEOUT
  chat.lines[0:chat.n]              information text of the last command; LF ends each line
  chat.ignored                      count of received lines that belonged to no command
  call(text, limit_ms) -> bool      begin a data call by an AT command; False if the radio is busy
  calling() -> bool                 True while a call is being set up
  online() -> bool                  True while a call is established
  in_call() -> bool                 True if calling() or online(), also for the call of a session
  code, speed                       result code of the last call; bit/s of its CONNECT, or 0
  carrier() -> bool                 state of DCD. The core calls carrier() in each pass of a call
  readinto(buf) -> n, write(buf, off, n) -> count
                                    bytes of a data call. Received bytes wake the main loop only
                                    while the core calls readinto()
  hang_up()                         end the call
  restart()                         restart the radio after the call in progress has ended
  dial_string                       AT command that dials for a session
  set_dial_string(text)             set dial_string; b"" restores the command of the board file
  rang, registered, winds           values from unsolicited lines, cleared by the core. rang: RING
                                    was received. registered: <stat> of +CREG, or -1. winds: bit n
                                    is set if +WIND: n was received

Store (board.store), settings that are kept across a loss of power; both methods allocate:
  values                            dict {name: value} of the stored settings, as bytes
  corrupt                           True if the stored file was damaged
  put({name: value}) -> bool        store values, and delete settings whose value is empty; False
                                    if writing to flash fails

Board, defined in boards/NAME/board.py:
  serial, net, bearer, store        the ports above
  name, serial_number, reset_cause  names and number as bytes; serial_number has 15 digits
  sizes                             an object of the class Sizes below
  dialect                           C1 or WIPSOFT, the dialect at the first start
  entropy() -> n                    a number of 16 random bits; allocates
  ticks_ms() -> ms                  timestamp in ms that wraps at 2**30 (clock.py)
  started(modem)                    main.py calls started() once before the first pass
  alive() -> bool                   main.py calls alive() in every pass; False ends the modem
  recorder                          bytearray of sizes.recorder bytes for the flight recorder, kept
                                    across a reset if the chip can keep it
  heap_free() -> n                  free heap after a collection; 0 if the platform cannot tell
  crash.lines() -> [str]            traceback of the last crash
  crash.clear()                     delete the traceback of the last crash
  console.asked() -> bool           True if bytes have arrived at the console since the last call
                                    of asked()
  console.write(buf, off, n) -> count
                                    write to the console; count is the number of bytes accepted
"""

from .compat import const

# Event bits. Their values are those of poll(2), which MicroPython uses as well.
IN = const(1)
OUT = const(4)
ERR = const(8)
HUP = const(16)

# Result classes: negative return values of port methods.
AGAIN = const(-1)  # the call would block; an event follows when the call can succeed
CLOSED = const(-2)  # the peer has closed its sending half of the connection
RESET = const(-3)  # the peer has reset or refused the connection
NO_RESOURCE = const(-4)  # the stack has no free socket or no memory
UNREACHABLE = const(-5)  # there is no route to the peer, or the peer did not reply in time
PORT_IN_USE = const(-6)  # the local port is in use or reserved

# Result codes of V.250 6.3. The modem sends these numbers after ATV0.
RESULT_OK = const(0)
RESULT_CONNECT = const(1)
RESULT_RING = const(2)
RESULT_NO_CARRIER = const(3)
RESULT_ERROR = const(4)
RESULT_NO_DIALTONE = const(6)
RESULT_BUSY = const(7)
RESULT_NO_ANSWER = const(8)
# Texts that the modem sends after ATV1, indexed by result code. V.250 does not define code 5.
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

# Values of a bearer's attribute `state`.
DOWN = const(0)
STARTING = const(1)  # a session was requested by start(), and is not up yet
UP = const(2)
RETRYING = const(3)  # the session was lost, and the bearer sets it up again

# Reasons why a session failed. Each value is an error number of the guide.
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

# Registration states of the network. The values are those of <stat> in +CREG.
HOME = const(1)
SEARCHING = const(2)

# Signal strengths in the unit of +CSQ: value n means -113 dBm + n * 2 dB.
BEST_SIGNAL = const(31)
NO_SIGNAL = const(99)  # the signal strength is not known

# Socket options. The values are the option numbers of +WIPOPT.
NO_DELAY = const(7)  # TCP_NODELAY
TTL = const(8)
TOS = const(9)
# Seconds without a byte before the first keepalive probe. +WIPOPT has no such option.
KEEPALIVE = const(255)

# Dialects of the commands: C1 follows the CDMA C1 guide, WIPSOFT the older modules.
C1 = const(0)
WIPSOFT = const(1)

# Port number that requests any free local port.
ANY_PORT = const(0)


class Sizes:
    """Sizes of the buffers and tables allocated at start, in bytes unless stated otherwise. A
    board file derives its own class from Sizes to change some of these values."""

    sockets = 8  # largest number of UDP, TCP and server sockets together (W4)
    handles = 16  # number of net port handles, for sockets and for names being resolved
    line = 256  # length of the longest command line
    block = 512  # largest number of bytes that are copied between two ports at once
    rx = 2048  # bytes of a socket's receive buffer, not counting one more block
    tx = 2048  # size of a socket's send buffer, in addition to one block
    datagram = 1472  # payload of the longest UDP datagram (Q26)
    out = 1024  # size of the buffer for responses and URCs to the host
    urcs = 8  # largest number of queued URCs about rejected connections
    recorder = 8 + 64 * 32  # size of the flight recorder: a header and 64 entries
    # Address of RAM that keeps the flight recorder across a reset; 0: the recorder is on the heap.
    recorder_at = 0
    connect_ms = 30000  # time limit for a TCP connection to be established
    # Number of blocks that one pass may copy after a full first block. The default 0 leaves a chip
    # time for its radio.
    burst_blocks = 0

    def max_rx(self):
        """Return the largest number of received bytes that a socket can hold for the host."""
        return self.block + max(self.rx, self.datagram)

    def max_tx(self):
        """Return the largest number of bytes that a socket can hold for its peer."""
        return self.block + self.tx
