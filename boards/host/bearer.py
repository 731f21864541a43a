"""The PC's bearer: the operating system is always on line, and says whom to ask for names.

resolv.conf(5) is read at `start`, hosts(5) for each name, IPv4 only. No more than a
block of either is in memory. Runs on both interpreters.
"""

from textfile import scan
from wipmodem.contract import BEST_SIGNAL, DOWN, HOME, NO_MEMORY, UP
from wipmodem.sockets.address import parse

LOOPBACK = b"\x7f\0\0\1"
_DNS_PORT = 53
_NOTHING_TO_DO_MS = 60000
_LOCALHOST = b"localhost"
_NAMESERVER = b"nameserver"
_MAX_SERVERS = 3  # as resolv.conf(5) has it


class AlwaysOn:
    radio = None
    home = LOOPBACK  # which the PC will use depends on the peer; this one it always has

    def __init__(self, dns=None, resolv="/etc/resolv.conf", hosts="/etc/hosts"):
        """`dns`: a list of (address, port) to use in place of those in resolv.conf."""
        self._dns = dns
        self._resolv_path = resolv
        self._hosts_path = hosts
        self._servers = []
        self.state = DOWN
        self.cause = 0
        self.user = self.password = b""  # nobody asks for them here

    def start(self, limit_ms):
        """DOWN with a cause if there is no descriptor or memory to read resolv.conf."""
        self._servers = self._dns or _read_servers(self._resolv_path)
        self.cause = 0 if self._servers else NO_MEMORY
        self.state = UP if self._servers else DOWN

    def stop(self):
        self.state = DOWN

    def pump(self):
        return False

    def service(self, now_ms):
        return _NOTHING_TO_DO_MS

    def address(self):
        return self.home

    def servers(self):
        return self._servers

    def lookup(self, name):
        """The address of a name, in lower case, in the hosts file as it is now, or None."""
        found = _Hosts(name)
        scan(self._hosts_path, name, found.take)
        return LOOPBACK if found.addr is None and name == _LOCALHOST else found.addr

    def registered(self):
        return HOME

    def signal(self):
        return BEST_SIGNAL


def parse_servers(text):
    """The servers of a command line, `1.2.3.4:5353,5.6.7.8`: a list of (address, port)."""
    return [_server(part.strip()) for part in text.encode().split(b",")]


def _server(text):
    host, colon, port = text.partition(b":")
    addr = parse(host)
    number = _DNS_PORT
    if colon:
        number = int(port) if port.isdigit() else 0
    if addr is None or not 0 < number < 65536:
        raise ValueError("not a name server: " + text.decode())
    return addr, number


class _Servers:
    """The name servers of resolv.conf."""

    def __init__(self):
        self.found = []
        self._is_server = False

    def take(self, place, word):
        """One word; True once there are enough."""
        if place == 0:
            self._is_server = word == _NAMESERVER
        elif place == 1 and self._is_server:
            addr = parse(word)
            if addr is not None:
                self.found.append((addr, _DNS_PORT))
        return len(self.found) == _MAX_SERVERS


class _Hosts:
    """One name, in lower case, of a hosts file: its address, None if it is not there."""

    def __init__(self, name):
        self.addr = None
        self._name = name
        self._line_addr = None

    def take(self, place, word):
        """One word; True once the name is found."""
        if place == 0:
            self._line_addr = parse(word)
        elif self._line_addr is not None and word.lower() == self._name:
            self.addr = self._line_addr
        return self.addr is not None


def _read_servers(path):
    """A list of (address, port), the PC itself if the file names none; empty if it cannot be read
    now."""
    servers = _Servers()
    if not scan(path, _NAMESERVER, servers.take):
        return []
    return servers.found or [(LOOPBACK, _DNS_PORT)]
