"""The interface between the core and its ports: the methods of each port, and shared constants.

A port adapts something outside the core: a UART, an IP stack, a radio, flash, a board. Ports are
duck-typed. Their methods return at once and never raise an exception. Most methods return an int.
An int that is not negative is a count or a handle. A negative int is one of the result classes
below. In the signatures, buf is a bytearray, off an offset in buf, n a number of bytes, h a
handle, addr the four bytes of an IPv4 address, mask a set of event bits. A method allocates memory
only if its description says so. A pass is one pass of the main loop.

Serial port (board.serial), the UART of the host:
  readinto(buf) -> n                read the bytes that have arrived; n is the number of bytes read
  write(buf, off, n) -> count       send bytes; count is the number of bytes accepted
  set_events(mask)                  choose the events of the UART that wake net.poll(): IN, OUT,
                                    both or 0
  dtr() -> bool                     state of DTR after the bytes that have been read. The core
                                    calls dtr() once in a pass, before the first read of the pass.
                                    One read never returns both bytes that arrived before a change
                                    of DTR and bytes that arrived after the change. The core reads
                                    no more in a pass after a read has returned 0
  dtr_drop_pending() -> bool        True if DTR has dropped, and bytes that arrived before the drop
                                    are still to be read
  set_dcd(on), set_dsr(on), set_ri(on)
                                    set the output lines DCD, DSR and RI
  rate                              bit rate in bit/s
  flow                              True if RTS and CTS are wired, and in use at start
  supports(rate) -> bool            True if the port can run at the rate; rate 0 is autobauding
  tx_done() -> bool                 True if the last bit has been sent
  configure(rate, cts_flow, rts_flow)
                                    set rate and flow control, only while tx_done() returns True.
                                    cts_flow: the host may stop the modem by CTS. rts_flow: the
                                    modem may stop the host by RTS
  overruns                          number of bytes lost because no buffer had room; 0 if the
                                    platform cannot count lost bytes
  framing, breaks                   number of bytes without a stop bit; number of breaks

Net port (board.net), the sockets of an IP stack by handle; ports/net.py describes each method:
  poll(timeout_ms) -> count         sleep until an event, at most timeout_ms. Each ready[k],
                                    k < count, is a handle with events; flags[h] are the event bits
                                    of handle h
  set_events(h, mask)               choose the events that poll() reports for a handle
  open_udp(port, addr, peer_port), connect(addr, peer_port), listen(port, backlog), accept(h),
  connected(h), close(h)            open and close sockets; connected() returns the outcome of
                                    connect(). All of these but connected() allocate
  local_port[h]                     local port of a socket
  addr[h], peer_port[h]             address and port of the socket's peer
  readinto(h, buf, n), write(h, buf, off, n)
                                    read and write the bytes of a connection; write() on a UDP
                                    socket sends a datagram to the socket's peer
  recvfrom(h, buf, n), send_to(h, buf, n, addr, port)
                                    receive and send datagrams with an address; both allocate
  from_addr, from_port              sender of the last datagram that recvfrom() has returned
  shutdown_write(h) -> bool         close the sending half of a connection (half close); False if
                                    the stack has no half close. On a PC under MicroPython,
                                    shutdown_write() takes some 10 ms
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
  start(limit_ms)                   request a session; limit_ms is the time limit of each call that
                                    the radio makes for the session
  stop()                            end the session
  poll() -> bool                    move bytes between the radio and the IP stack, once in a pass;
                                    True if the core must call tick() in this pass
  tick(now_ms) -> ms                take the next step towards a session, or check the session;
                                    ms is the time until tick() must be called again
  state                             DOWN, STARTING, UP or RETRYING
  cause                             error number of the last failure of a session, or 0
  user, password                    user id and password for the next session, as bytes
  address() -> addr                 the modem's own address in the session; allocates
  servers() -> [(addr, port)]       DNS servers of the session; allocates
  lookup(name) -> addr or None      address of a lower-case name in the system's hosts file
  radio                             the radio of the bearer; None for a bearer without a radio
  registered() -> HOME or SEARCHING registration state of a bearer without a radio
  signal() -> n                     signal strength in the unit of +CSQ, or NO_SIGNAL

Radio (board.bearer.radio), a modem that a second UART connects to the board:
  ask(line, start, end) -> bool     send the command line[start:end]; False if the radio is busy
  asking() -> bool                  True while the command of ask() is in progress
  answer                            result code of the last command of ask(), or chat.TIMEOUT
  chat.lines[0:chat.n]              information text of the last command; LF ends each line
  chat.ignored                      number of received lines that belonged to no command
  call(text, limit_ms) -> bool      begin a data call by an AT command; False if the radio is busy
  calling() -> bool                 True while a call is being set up
  online() -> bool                  True while a call is established
  in_call() -> bool                 True if calling() or online() is True, for a data call or for
                                    the call of a session
  code, speed                       result code of the last call; speed in its CONNECT line in
                                    bit/s, or 0
  carrier() -> bool                 state of DCD. The core calls carrier() in each pass while
                                    a call is established
  readinto(buf) -> n, write(buf, off, n) -> count
                                    read and write the bytes of a data call. Received bytes wake
                                    the main loop only while the core calls readinto() in each pass
  hang_up()                         end the call
  restart()                         restart the radio after the call in progress has ended
  dial_string                       AT command that dials for a session
  set_dial_string(text)             set dial_string; b"" restores the command of the board file
  rang, registered, winds           values from the radio's URCs, cleared by the core. rang: True
                                    if RING was received. registered: <stat> of the last +CREG, or
                                    -1. winds: bit n is set if +WIND: n was received

Store (board.store), settings that are kept across a loss of power; both methods allocate:
  values                            dict {name: value} of the stored settings; names and values are
                                    bytes
  corrupt                           True if the file of the stored settings was damaged
  put({name: value}) -> bool        store values, and delete settings whose value is empty; False
                                    if writing to flash fails

Board, defined in boards/NAME/board.py:
  serial, net, bearer, store        the ports above
  name, serial_number, reset_cause  name of the board, its serial number of 15 digits, and cause of
                                    the last reset, as bytes
  sizes                             an object of the class Sizes below
  dialect                           C1 or WIPSOFT, the dialect of a modem without stored settings
  entropy() -> n                    a number of 16 random bits; allocates
  ticks_ms() -> ms                  timestamp in ms that wraps at 2**30 (clock.py)
  started(modem)                    main.py calls started() once before the first pass
  alive() -> bool                   main.py calls alive() in every pass, and ends the modem if the
                                    result is False
  recorder                          bytearray of sizes.recorder bytes for the flight recorder, kept
                                    across a reset if the chip can keep it
  heap_free() -> n                  free bytes of the heap after a garbage collection; 0 if the
                                    platform cannot tell
  crash.lines() -> [str]            lines of the traceback of the last crash
  crash.clear()                     delete the traceback of the last crash
  console.asked() -> bool           True if bytes have arrived at the console since the last call
                                    of asked()
  console.write(buf, off, n) -> count
                                    write to the console; count is the number of bytes accepted
"""

from .compat import const

# Event bits of handles. Their values are those of poll(2), which MicroPython uses as well.
IN = const(1)
OUT = const(4)
ERR = const(8)
HUP = const(16)

# Result classes: negative values that a method of a port returns instead of a count or a handle.
# AGAIN: the method would have to wait. An event is reported when a repeated call can succeed.
AGAIN = const(-1)
CLOSED = const(-2)  # Result class: the peer has closed its sending half of the connection.
RESET = const(-3)  # Result class: the peer has reset or refused the connection.
NO_RESOURCE = const(-4)  # Result class: the IP stack has no free socket or no memory.
# Result class: there is no route to the peer, or the peer did not reply in time.
UNREACHABLE = const(-5)
PORT_IN_USE = const(-6)  # Result class: the local port is in use or reserved.

# Final result codes of V.250 6.3. The modem sends result codes as these numbers after ATV0.
RESULT_OK = const(0)
RESULT_CONNECT = const(1)
RESULT_RING = const(2)
RESULT_NO_CARRIER = const(3)
RESULT_ERROR = const(4)
RESULT_NO_DIALTONE = const(6)
RESULT_BUSY = const(7)
RESULT_NO_ANSWER = const(8)
# Texts of the final result codes, indexed by result code. The modem sends these texts after ATV1.
# V.250 does not define code 5.
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
# State of a bearer: start() has requested a session, and the session is not up yet.
STARTING = const(1)
UP = const(2)
# State of a bearer: a session was lost, and the bearer is setting up the session again.
RETRYING = const(3)

# Reasons why a session (+WIPBR) failed. Each value is an error number of the guide.
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

# States of the registration with the radio network. The values are those of <stat> in +CREG.
HOME = const(1)
SEARCHING = const(2)

# Signal strengths in the unit of +CSQ: value n means a strength of (2 * n - 113) dBm.
BEST_SIGNAL = const(31)
NO_SIGNAL = const(99)  # value of +CSQ for an unknown signal strength

# Socket options. The values are the option numbers of +WIPOPT.
NO_DELAY = const(7)  # the socket option TCP_NODELAY
TTL = const(8)
TOS = const(9)
# Socket option: number of seconds without a received byte until TCP sends the first keepalive
# probe. +WIPOPT has no option for keepalive, so this number is not an option number of +WIPOPT.
KEEPALIVE = const(255)

# Dialects of the +WIP commands: C1 follows the CDMA C1 guide, WIPSOFT follows older modules.
C1 = const(0)
WIPSOFT = const(1)

# Port number 0 in a request to open a socket: the net port chooses a free local port.
ANY_PORT = const(0)


class Sizes:
    """Sizes of the buffers and tables that the modem allocates at start, and limits that a board
    sets. Sizes are in bytes unless a comment names another unit. To change some of these values, a
    board file derives its own class from Sizes."""

    sockets = 8  # largest number of UDP, TCP and server sockets together (W4)
    # Number of handles of the net port. Sockets and DNS queries in progress use handles.
    handles = 16
    line = 256  # largest number of bytes in a command line of the host
    block = 512  # largest number of bytes that are copied between two ports at once
    # Number of bytes in a socket's receive buffer. The buffer has room for one more block.
    rx = 2048
    # Number of bytes in a socket's send buffer. The buffer has room for one more block.
    tx = 2048
    datagram = 1472  # largest number of payload bytes in a UDP datagram (Q26)
    out = 1024  # number of bytes in the buffer for responses and URCs to the host
    urcs = 8  # largest number of URCs about rejected connections that wait to be sent
    recorder = 8 + 64 * 32  # size of the flight recorder in bytes: a header and 64 entries
    # Address of RAM that a reset does not clear, for the flight recorder. With 0, the flight
    # recorder is on the heap, and a reset clears it.
    recorder_at = 0
    connect_ms = 30000  # time limit for setting up a TCP connection, in ms
    # Number of blocks that one pass of the main loop may copy between two ports after a full first
    # block. The default 0 leaves a chip time for its radio.
    burst_blocks = 0

    def max_rx(self):
        """Return the largest number of received bytes that a socket can hold for the host."""
        return self.block + max(self.rx, self.datagram)

    def max_tx(self):
        """Return the largest number of bytes that a socket can hold for its peer."""
        return self.block + self.tx
