"""Accept connections for the listeners (Q14, Q15, U3), and close idle connections (+WIPXSERVER).

This module is loaded when the first listener is opened, or at the first +WIPXSERVER.
"""

from .. import urc
from ..compat import const
from ..contract import IN, KEEPALIVE, NO_RESOURCE
from ..counters import (
    ACCEPT_FILTERED,
    ACCEPT_NO_SOCKET,
    ACCEPT_PEER_LIMIT,
    ACCEPT_RANGE_FULL,
    WRAP_MASK,
)
from ..settings import URC_REJECTED
from .socket import (
    ACCEPTED,
    IDLE_TIMEOUT,
    INDEXES,
    LISTENING,
    NO_HANDLE,
    READY,
    SERVER,
    TCP,
)

_ANY = const(b"\0\0\0\0")
_NO_REASON = const(-1)


class AccessPolicy:
    """Rules of +WIPXSERVER for the connections to the server at one index. The rules stay in force
    if this server is closed and another server is opened at the same index."""

    def __init__(self):
        # IPv4 address that a peer's address must match in all bits that are 1 in `mask`.
        self.addr = bytearray(4)
        # Bit mask: where a bit is 1, a peer's IPv4 address must have the same bit as `addr`.
        self.mask = bytearray(4)
        self.reset()

    def reset(self):
        """Set the rules so that the server accepts all peers, without limits."""
        self.addr[:] = self.mask[:] = _ANY
        self.max_per_peer = 0  # highest number of connections from one peer; 0: no limit
        self.idle_s = 0  # idle time in seconds after which a connection is closed; 0: never
        self.keepalive_s = 0  # idle time in seconds before a TCP keepalive probe; 0: no probes
        # While no index is free, connections stay in the backlog (1) or are rejected (0).
        self.hold = 0

    def allows(self, addr):
        """Return True if the address filter allows a peer with this address (four bytes)."""
        i = 4
        while i:
            i -= 1
            if (addr[i] ^ self.addr[i]) & self.mask[i]:
                return False
        return True


class Server:
    """Accept or reject the connections to all listeners of the index table.

    The constructor registers on_connection() as the handler for net port events of listeners.
    """

    def __init__(self, table, io, settings):
        self.policies = [AccessPolicy() for _ in range(INDEXES[SERVER - 1])]
        self._table = table
        self._io = io
        self._net = io.net
        self._settings = settings
        io.on_event[LISTENING] = self.on_connection

    def policy(self, index):
        """Return the AccessPolicy of a server index (1-4)."""
        return self.policies[index - 1]

    def on_connection(self, listener, flags):
        """Accept or reject the first connection in the backlog of a listener."""
        net = self._net
        policy = self.policies[listener.range[0] - 1]
        key = self._free_key(listener)
        if policy.hold and not key:
            net.set_events(listener.handle, 0)
            return
        handle = net.accept(listener.handle)
        if handle == NO_RESOURCE:
            self._report(listener, NO_HANDLE, ACCEPT_NO_SOCKET)
        if handle < 0:
            return
        reason = self._reject_reason(listener, policy, net.addr[handle], key)
        if reason == _NO_REASON:
            self._spawn(listener, handle, key)
            if policy.keepalive_s:
                net.setsockopt(handle, KEEPALIVE, policy.keepalive_s)
        else:
            self._report(listener, handle, reason)
            net.close(handle)  # a rejected connection is closed at once (Q15)

    def _reject_reason(self, listener, policy, addr, key):
        """Return the reason to reject a connection, as the number of a counter in counters.py, or
        _NO_REASON (-1) if the connection is to be accepted."""
        if not policy.allows(addr):
            return ACCEPT_FILTERED
        if policy.max_per_peer and self._connections(listener, addr) >= policy.max_per_peer:
            return ACCEPT_PEER_LIMIT
        if key:
            return _NO_REASON
        return ACCEPT_RANGE_FULL if self._table.has_room() else ACCEPT_NO_SOCKET

    def _connections(self, listener, addr):
        """Return the number of connections between a server and the peer with this address."""
        count = 0
        for sock in self._table.all:
            is_own = sock.range[0] == listener.range[0] and sock.handle >= 0
            count += is_own and sock.addr == addr
        return count

    def _free_key(self, listener):
        """Return the key (protocol << 4 | index) of the lowest free index in the range of a
        listener (Q14), or 0 if the range or the table is full."""
        if not self._table.has_room():
            return 0
        key = TCP << 4 | listener.range[1]
        for sock in self._table.all:  # the open sockets, sorted by key
            if sock.key == key:
                key += 1
        return key if key & 15 <= listener.range[2] else 0

    def _report(self, listener, handle, reason):
        """Count a rejected connection, and queue +WIPXREFUSED if this URC is enabled.

        handle: net handle of the connection, or -1 if the IP stack has dropped the connection, so
        that the peer is unknown. reason: number of the counter in counters.py for this rejection.
        """
        self._io.counters.add(reason)
        if self._settings[URC_REJECTED]:
            addr = _ANY if handle < 0 else self._net.addr[handle]
            port = 0 if handle < 0 else self._net.peer_port[handle]
            self._io.urcs.put_rejected(listener.key, addr, port, reason)

    def _spawn(self, listener, handle, key):
        """Spawn the socket of an accepted connection, and queue +WIPACCEPT (U3)."""
        sock = self._table.open(key)
        sock.move(ACCEPTED)
        sock.has_peer = True
        sock.range = listener.range
        self._io.attach(sock, handle)
        sock.addr[:] = self._net.addr[handle]
        sock.peer_port = self._net.peer_port[handle]
        self._table.options.inherit(sock, listener)
        self._io.urcs.put(urc.ACCEPT, sock.key, listener.range[0])

    def watch_listeners(self):
        """Enable the net port events of all listeners, so that the modem handles connections in
        their backlogs. An index or a socket of the IP stack may have become free."""
        for sock in self._table.all:
            if sock.state == LISTENING:
                self._net.set_events(sock.handle, IN)

    def every_second(self):
        """Enable the net port events of all listeners, and close idle spawned sockets."""
        self.watch_listeners()
        for sock in self._table.all:
            if sock.protocol == TCP and sock.range[0] and sock.state == READY:
                self._check_idle(sock)

    def _check_idle(self, sock):
        """Close a connection that has reached the idle timeout of its server. A connection with
        unread or unsent bytes is not idle."""
        idle_s = self.policy(sock.range[0]).idle_s
        seconds = self._io.clock.seconds
        transferred = sock.bytes_sent + sock.bytes_received & WRAP_MASK
        if transferred != sock.bytes_checked or sock.has_data() or sock.unsent():
            sock.bytes_checked = transferred
            sock.idle_since_s = seconds
        elif idle_s and seconds - sock.idle_since_s >= idle_s:
            sock.move(IDLE_TIMEOUT)
