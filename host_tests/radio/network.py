"""The network behind the radio: a TUN device in a network namespace of its own, and its sockets.

`read` and `write` are the radio's end, `fileno` is for select. The namespace belongs to one
thread; sockets made there stay in it and can be used from any thread. It ends with the last of
them. Needs root (CAP_NET_ADMIN, CAP_SYS_ADMIN) and iproute2; the machine's own network is not
touched.
"""

import ctypes
import errno
import fcntl
import os
import socket
import struct
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_CLONE_NEWNET = 0x40000000
_TUNSETIFF = 0x400454CA
_IFF_TUN, _IFF_NO_PI = 0x0001, 0x1000
_PACKET_MOST = 65536

# The chip is emulated much slower than the kernel's clock runs: what looks lost to the kernel is
# only late. No early retransmission, no tail loss probe; a file that a kernel lacks is left out.
_SYSCTLS = {
    "ipv6/conf/all/disable_ipv6": 1,
    "ipv6/conf/default/disable_ipv6": 1,
    "ipv4/tcp_congestion_control": "reno",  # others pace by the kernel's clock
    "ipv4/tcp_early_retrans": 0,
    "ipv4/tcp_recovery": 0,
    "ipv4/tcp_sack": 0,
    "ipv4/tcp_timestamps": 0,
    "ipv4/tcp_slow_start_after_idle": 0,
    "ipv4/tcp_no_metrics_save": 1,
    "ipv4/tcp_syn_retries": 3,
    "ipv4/tcp_max_tw_buckets": 0,  # a chip that was reset is called from the same port again
}
# No retransmission timer below a minute, once a round trip is measured. Before that a kernel knows
# but its own 1 s (3 s if a SYN had to be repeated): a handshake has to be through by then.
_TIMERS = "rto_min 60s quickack 1 initcwnd 2"


class Network:
    """`with Network() as network:`. `refused` counts packets that were no IP for the kernel."""

    def __init__(self, local="10.64.64.1", remote="10.64.64.2", mtu=1500):
        self._local, self._remote, self._mtu = local, remote, mtu
        self._inside = ThreadPoolExecutor(1)
        self._fd = -1
        self._own = {local}
        self.refused = 0

    def __enter__(self):
        try:
            self._inside.submit(self._make).result()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self._fd >= 0:
            os.close(self._fd)
        self._inside.shutdown()

    def fileno(self):
        return self._fd

    def read(self):
        """The next packet towards the radio, b"" if there is none."""
        try:
            return os.read(self._fd, _PACKET_MOST)
        except BlockingIOError:
            return b""

    def write(self, packet):
        """A packet from the radio."""
        try:
            os.write(self._fd, packet)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            self.refused += 1

    def socket(self, kind=socket.SOCK_STREAM):
        """An ordinary socket that lives in the namespace."""
        return self._inside.submit(socket.socket, socket.AF_INET, kind).result()

    def listen(self, port=0):
        sock = self.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((self._local, port))
        sock.listen()
        return sock

    def udp(self, port=0):
        sock = self.socket(socket.SOCK_DGRAM)
        sock.bind((self._local, port))
        return sock

    def own(self, address):
        """Be at this address too, once and for all."""
        if address not in self._own:
            self._own.add(address)
            self._inside.submit(_ip, f"addr add {address}/32 dev lo").result()

    def retransmitted(self):
        """TCP segments that the kernel has sent more than once, SYN among them."""
        return self._inside.submit(_retransmitted).result()

    def _make(self):
        if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET):
            error = ctypes.get_errno()
            raise OSError(error, f"a network namespace needs root: {os.strerror(error)}")
        self._fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(self._fd, _TUNSETIFF, struct.pack("16sH22x", b"ppp0", _IFF_TUN | _IFF_NO_PI))
        for name, value in _SYSCTLS.items():
            path = Path("/proc/sys/net", name)
            if path.exists():
                path.write_text(str(value))
        _ip(f"addr add {self._local} peer {self._remote} dev ppp0")
        _ip(f"link set ppp0 mtu {self._mtu} up")
        _ip("link set lo up")
        _ip(f"route change {self._remote} dev ppp0 src {self._local} {_TIMERS}")


def _ip(words):
    """In the namespace of the thread that calls."""
    done = subprocess.run(["ip", *words.split()], capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"ip {words}: {done.stderr.strip()}")


def _retransmitted():
    lines = Path("/proc/thread-self/net/snmp").read_text().splitlines()
    names, values = (line.split() for line in lines if line.startswith("Tcp:"))
    return int(dict(zip(names, values, strict=True))["RetransSegs"])
