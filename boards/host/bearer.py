"""The PC's bearer: the operating system is always on line, and says whom to ask for names.

resolv.conf(5) and hosts(5) are read at `start`, IPv4 only. Runs on both interpreters.
"""

from wipmodem.address import parse
from wipmodem.contract import DOWN, NO_SIGNAL, UP

LOOPBACK = b"\x7f\0\0\1"
_DNS_PORT = 53
_NOTHING_TO_DO_MS = 60000
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
        self.user = self.password = ""  # nobody asks for them here
        # Known names in lower case, and their addresses.
        self.hosts = {}

    def start(self, limit_ms):
        self._servers = self._dns or _read_servers(self._resolv_path)
        self.hosts = _read_hosts(self._hosts_path)
        self.state = UP

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

    def signal(self):
        return NO_SIGNAL


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


def _read_servers(path):
    servers = []
    for words in _lines(path):
        addr = parse(words[1]) if words[0] == b"nameserver" and len(words) > 1 else None
        if addr is not None:
            servers.append((addr, _DNS_PORT))
    return servers[:_MAX_SERVERS] or [(LOOPBACK, _DNS_PORT)]


def _read_hosts(path):
    hosts = {}
    for words in _lines(path):
        addr = parse(words[0])
        for name in words[1:] if addr is not None else ():
            hosts.setdefault(name.lower(), addr)
    hosts.setdefault(b"localhost", LOOPBACK)
    return hosts


def _lines(path):
    """The words of each line that has some, without comments; nothing if there is no such file."""
    try:
        with open(path, "rb") as file:
            lines = file.read().split(b"\n")
    except OSError:
        return []
    lines = [line.split(b"#")[0].split(b";")[0].split() for line in lines]
    return [words for words in lines if words]
