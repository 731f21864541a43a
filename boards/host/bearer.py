"""The PC's bearer without a radio: the operating system is always online.

The name servers come from resolv.conf(5), read by start(); hosts(5) is read for each name to look
up. IPv4 only. At most one block of either file is in memory. Runs on both interpreters.
"""

from textfile import scan
from wipmodem.contract import BEST_SIGNAL, DOWN, HOME, NO_MEMORY, UP
from wipmodem.sockets.dns_message import parse_address

LOOPBACK = b"\x7f\0\0\1"
_DNS_PORT = 53
_IDLE_MS = 60000  # ms until the next call of tick(), which has nothing to do
_LOCALHOST = b"localhost"
_NAMESERVER = b"nameserver"
_MAX_SERVERS = 3  # maximum number of name servers, MAXNS in resolv.conf(5)


class AlwaysOn:
    """A bearer whose state is UP from start() to stop()."""

    radio = None
    # The address that address() reports. The loopback address always exists, while the PC's real
    # source address depends on the peer.
    home = LOOPBACK

    def __init__(self, dns=None, resolv="/etc/resolv.conf", hosts="/etc/hosts"):
        """Create the bearer in the state DOWN.

        dns: name servers as a list of (address, port), or None to use those in the file `resolv`.
        resolv, hosts: paths of the two files.
        """
        self._dns = dns
        self._resolv_path = resolv
        self._hosts_path = hosts
        self._servers = []
        self.state = DOWN
        self.cause = 0
        self.user = self.password = b""  # credentials from +WIPBR=2, which the PC does not use

    def start(self, limit_ms):
        """Read the name servers and set the state to UP.

        The state stays DOWN, with cause NO_MEMORY, if no descriptor or memory is free to read
        resolv.conf.
        """
        self._servers = self._dns or _read_servers(self._resolv_path)
        self.cause = 0 if self._servers else NO_MEMORY
        self.state = UP if self._servers else DOWN

    def stop(self):
        """Set the state to DOWN."""
        self.state = DOWN

    def poll(self):
        """Return False: this bearer has no bytes to move."""
        return False

    def tick(self, now_ms):
        """Return the time in ms until tick() must be called again."""
        return _IDLE_MS

    def address(self):
        """Return the modem's own address, four bytes."""
        return self.home

    def servers(self):
        """Return the name servers, a list of (address, port)."""
        return self._servers

    def lookup(self, name):
        """Return the four address bytes that the hosts file has for a name, or None.

        name: bytes in lower case. Reads the file anew for each call; allocates.
        """
        found = _HostsFile(name)
        scan(self._hosts_path, name, found.on_word)
        return LOOPBACK if found.addr is None and name == _LOCALHOST else found.addr

    def registered(self):
        """Return HOME (registered, home network), because the PC has no radio."""
        return HOME

    def signal(self):
        """Return the best signal quality that +CSQ can report."""
        return BEST_SIGNAL


def parse_servers(text):
    """Parse the value of --dns, such as `1.2.3.4:5353,5.6.7.8`. Return the name servers.

    The result is a list of (address, port); the port is 53 if none is given. Raises ValueError.
    """
    return [_parse_server(part.strip()) for part in text.encode().split(b",")]


def _parse_server(text):
    host, colon, port = text.partition(b":")
    addr = parse_address(host)
    number = _DNS_PORT
    if colon:
        number = int(port) if port.isdigit() else 0
    if addr is None or not 0 < number < 65536:
        raise ValueError("not a name server: " + text.decode())
    return addr, number


class _ResolvFile:
    """A reader that collects the first name servers of resolv.conf."""

    def __init__(self):
        self.found = []
        self._is_server = False  # True if the current line begins with `nameserver`

    def on_word(self, place, word):
        """Handle one word of the file. Return True to stop reading."""
        if place == 0:
            self._is_server = word == _NAMESERVER
        elif place == 1 and self._is_server:
            addr = parse_address(word)
            if addr is not None:
                self.found.append((addr, _DNS_PORT))
        return len(self.found) == _MAX_SERVERS


class _HostsFile:
    """A reader that finds the address of one name in a hosts file."""

    def __init__(self, name):
        self.addr = None  # address of the name, None until it is found
        self._name = name  # the name to look up, in lower case
        self._line_addr = None  # address at the start of the current line

    def on_word(self, place, word):
        """Handle one word of the file. Return True to stop reading."""
        if place == 0:
            self._line_addr = parse_address(word)
        elif self._line_addr is not None and word.lower() == self._name:
            self.addr = self._line_addr
        return self.addr is not None


def _read_servers(path):
    """Return the name servers in resolv.conf as a list of (address, port).

    If the file names no server, the list has only the PC itself. If the file cannot be read now,
    the list is empty.
    """
    servers = _ResolvFile()
    if not scan(path, _NAMESERVER, servers.on_word):
        return []
    return servers.found or [(LOOPBACK, _DNS_PORT)]
