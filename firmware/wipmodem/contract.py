"""What core and ports agree on: event bits, result classes. Ports import this file and no other.

A port's methods return integers and raise nothing. A result >= 0 is a count or a handle, a
negative one is a class below. The ports are duck-typed; ../README.md says more of each:

serial  readinto(buf) -> n, write(buf, off, n) -> accepted, dtr() -> bool, want(mask),
        set_dcd(on), set_dsr(on), set_ri(on)
net     poll(timeout_ms) -> count; ready[k] is a handle, flags[handle] its event bits
        open_udp(port, addr, peer_port), connect(addr, peer_port), listen(port, backlog)
        accept(h), connected(h), readinto(h, buf, n), write(h, buf, off, n), recvfrom(h, buf, n)
        want(h, mask), close(h); local_port[h], addr[h], peer_port[h], from_addr, from_port
bearer  start(), stop(), up() -> bool, address(), servers(), hosts
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
PORT_IN_USE = const(-6)  # the asked local port is taken

# The local port that stands for any free one.
ANY_PORT = const(0)
