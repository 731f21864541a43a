"""Who comes in at a server: accepted, refused or made to wait (Q14, Q15, U3; +WIPXSERVER)."""

from .. import urc
from ..compat import const
from ..contract import IN, KEEPALIVE, NO_RESOURCE
from ..counters import ACCEPT_FILTERED, ACCEPT_NO_SOCKET, ACCEPT_PEER_LIMIT, ACCEPT_RANGE_FULL
from ..settings import TELL_REFUSED
from .flow import COUNTED
from .machine import IDLE, SPAWNED
from .socket import INDEXES, LISTENING, NO_HANDLE, READY, SERVER, TCP

_NOBODY = const(b"\0\0\0\0")
_WELCOME = const(-1)


class Policy:
    """What holds for one server index, whether a server is there or not."""

    def __init__(self):
        self.addr = bytearray(4)
        self.mask = bytearray(4)  # its bits are those of a peer that have to be as in addr
        self.reset()

    def reset(self):
        self.addr[:] = self.mask[:] = _NOBODY
        self.most = 0  # connections of one peer; 0: any number
        self.idle_s = 0  # a connection that carries nothing for so long is closed; 0: never
        self.keepalive_s = 0  # the stack asks a silent peer after so long; 0: never
        self.hold = 0  # 1: peers wait while no index is free

    def admits(self, addr):
        i = 4
        while i:
            i -= 1
            if (addr[i] ^ self.addr[i]) & self.mask[i]:
                return False
        return True


class Door:
    def __init__(self, table, machine, net, clock, urcs, counters, settings):
        self.policies = [Policy() for _ in range(INDEXES[SERVER - 1])]
        self._table = table
        self._machine = machine
        self._net = net
        self._clock = clock
        self._urcs = urcs
        self._counters = counters
        self._settings = settings

    def policy(self, server):
        """server: its index."""
        return self.policies[server - 1]

    # At an event of a listener

    def open(self, server):
        """Somebody stands before it."""
        policy = self.policy(server.index)
        if policy.hold and self._full(server) != _WELCOME:
            self._net.want(server.handle, 0)
            return
        handle = self._net.accept(server.handle)
        if handle == NO_RESOURCE:
            self._refuse(server, NO_HANDLE, ACCEPT_NO_SOCKET)
        if handle < 0:
            return
        objection = self._objection(server, policy, self._net.addr[handle])
        if objection != _WELCOME:
            self._refuse(server, handle, objection)
            self._net.close(handle)  # Q15
            return
        self._spawn(server, handle)
        if policy.keepalive_s:
            self._net.tune(handle, KEEPALIVE, policy.keepalive_s)

    def _objection(self, server, policy, addr):
        """The counter of why this peer may not come in, or _WELCOME."""
        if not policy.admits(addr):
            return ACCEPT_FILTERED
        if policy.most and self._of_peer(server, addr) >= policy.most:
            return ACCEPT_PEER_LIMIT
        return self._full(server)

    def _of_peer(self, server, addr):
        """How many connections of this server it has."""
        count = 0
        for sock in self._table.all:
            count += sock.server == server.index and sock.handle >= 0 and sock.addr == addr
        return count

    def _full(self, server):
        """The counter of what there is no more of, or _WELCOME."""
        if not self._table.room():
            return ACCEPT_NO_SOCKET
        return _WELCOME if self._free(server) else ACCEPT_RANGE_FULL

    def _free(self, server):
        """The lowest free index of its range (Q14), or 0."""
        index = server.first
        while index <= server.last:
            if not self._table.at(TCP, index).state:
                return index
            index += 1
        return 0

    def _refuse(self, server, handle, reason):
        """Counted, and told if the host wants to know. Of one that the stack had no place for
        nobody knows who it was."""
        self._counters.add(reason)
        if self._settings[TELL_REFUSED]:
            addr = _NOBODY if handle < 0 else self._net.addr[handle]
            port = 0 if handle < 0 else self._net.peer_port[handle]
            self._urcs.refused(server.who, addr, port, reason)

    def _spawn(self, server, handle):
        sock = self._table.open(self._table.at(TCP, self._free(server)))
        self._machine.move(sock, SPAWNED)
        sock.bound = True
        sock.reserve(server.index, server.first, server.last)
        self._machine.attach(sock, handle)
        sock.addr[:] = self._net.addr[handle]
        sock.peer_port = self._net.peer_port[handle]
        self._table.options.inherit(sock, server)
        self._urcs.put(urc.ACCEPT, sock.who, server.index)  # U3

    # Later

    def reopen(self):
        """Watch all listeners again: an index, or a socket of the stack's, may be free now."""
        for sock in self._table.all:
            if sock.state == LISTENING:
                self._net.want(sock.handle, IN)

    def second(self):
        """One has gone by."""
        self.reopen()
        for sock in self._table.all:
            if sock.protocol == TCP and sock.server and sock.state == READY:
                self._look_at(sock)

    def _look_at(self, sock):
        idle_s = self.policy(sock.server).idle_s
        carried = sock.sent + sock.received & COUNTED
        if carried != sock.carried or sock.has_data() or sock.unsent():
            sock.carried = carried
            sock.quiet_s = self._clock.seconds
        elif idle_s and self._clock.seconds - sock.quiet_s >= idle_s:
            self._machine.move(sock, IDLE)
