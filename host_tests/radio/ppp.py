"""The network's end of a PPP link (RFC 1661, 1332, 1334, 1994), without I/O.

`feed` and `tick` return what goes onto the line, `send_packet` an IP packet as it goes there, and
`terminate` our good-bye. Written here and not taken from scapy: a link at 50 KB/s both ways has
to be carried while the chip is emulated beside it.
"""

import hashlib
import ipaddress
import os

from . import hdlc

LCP, IPCP, PAP, CHAP, IP = 0xC021, 0x8021, 0xC023, 0xC223, 0x0021
REQUEST, ACK, NAK, REJECT, TERMINATE, TERMINATED, CODE_REJECT, PROTOCOL_REJECT = range(1, 9)
ECHO_REQUEST, ECHO_REPLY, DISCARD = 9, 10, 11
MRU, ACCM, AUTH, MAGIC = 1, 2, 3, 5  # LCP's options
ADDRESS, DNS1, DNS2 = 3, 129, 131  # IPCP's
CHALLENGE, RESPONSE, SUCCESS, FAILURE = 1, 2, 3, 4  # CHAP's codes

_AUTH_OPTIONS = {"pap": b"\xc0\x23", "chap": b"\xc2\x23\x05"}
_AGAIN_MS = 3000
_TRIES = 10
_REJECTED_MOST = 1400


def options(data):
    """A list of (type, value)."""
    found = []
    while len(data) >= 2 and 2 <= data[1] <= len(data):
        found.append((data[0], data[2 : data[1]]))
        data = data[data[1] :]
    return found


def packed(pairs):
    return b"".join(bytes([kind, len(value) + 2]) + value for kind, value in pairs)


def counted(data):
    """A string with its length before it, and what follows."""
    end = 1 + (data[0] if data else 0)
    return data[1:end], data[end:]


class PppServer:
    """`auth`: None, "pap" or "chap"; `users`: {b"name": b"word"}. `on_packet(packet)` gets IP.

    `silent`: the line is up and nobody is there. `refuse_ipcp`: there is no IP to be had.
    """

    def __init__(
        self,
        auth=None,
        users=None,
        on_packet=None,
        local="10.64.64.1",
        remote="10.64.64.2",
        dns="10.64.64.1",
    ):
        self.auth = auth
        self.users = users or {}
        self.on_packet = on_packet or (lambda packet: None)
        self.silent = self.refuse_ipcp = False
        self._local, self._remote, self._dns = (
            ipaddress.ip_address(text).packed for text in (local, remote, dns)
        )
        self._out = []
        self._id = 0
        self._now_ms = 0
        self.reset()

    def reset(self):
        """A new call."""
        self.deframer = hdlc.Deframer()
        self.malformed = 0
        self._out.clear()
        self._begin()

    @property
    def up(self):
        return self._opened(IPCP)

    def feed(self, data, now_ms=0):
        self._now_ms = now_ms
        for protocol, payload in self.deframer.feed(data):
            if not self.silent:
                self._receive(protocol, payload)
        return self._flush()

    def tick(self, now_ms):
        """Asks again for what was not answered."""
        self._now_ms = now_ms
        for protocol, (ident, code, data, due_ms, tries) in list(self._asked.items()):
            if now_ms >= due_ms and not self.silent:
                self._ask(protocol, data, code, ident, tries - 1)
        return self._flush()

    def wait_ms(self, now_ms):
        """Until `tick` is needed, None for never."""
        dues = [due_ms for _, _, _, due_ms, _ in self._asked.values()]
        return max(min(dues) - now_ms, 0) if dues and not self.silent else None

    def send_packet(self, packet):
        return hdlc.frame(IP, packet, self._accm) if self.up and not self.silent else b""

    def terminate(self):
        """We end it."""
        self._control(LCP, TERMINATE, b"")
        self._begin()
        return self._flush()

    # Frames

    def _begin(self):
        """Nothing is agreed on."""
        self._acked = set()  # protocols whose request of ours the peer has acknowledged
        self._granted = set()  # and those whose request of the peer's we have
        self._asked = {}  # what we wait for, by protocol
        self._accm = self._peer_accm = hdlc.EVERY
        self._authorised = self.auth is None
        self._magic = os.urandom(4)
        self._challenge = os.urandom(16)
        self._wanted = {ACCM: bytes(4), MAGIC: self._magic}
        if self.auth:
            self._wanted[AUTH] = _AUTH_OPTIONS[self.auth]

    def _opened(self, protocol):
        return protocol in self._acked and protocol in self._granted

    def _flush(self):
        out = b"".join(self._out)
        self._out.clear()
        return out

    def _control(self, protocol, code, data, ident=None):
        if ident is None:
            self._id = ident = self._id % 255 + 1
        packet = bytes([code, ident]) + (len(data) + 4).to_bytes(2, "big") + data
        # RFC 1662 7: LCP's own packets go with every control character escaped.
        accm = hdlc.EVERY if protocol == LCP else self._accm
        self._out.append(hdlc.frame(protocol, packet, accm))
        return ident

    def _ask(self, protocol, data, code=REQUEST, ident=None, tries=_TRIES):
        self._asked.pop(protocol, None)
        if tries:
            ident = self._control(protocol, code, data, ident)
            self._asked[protocol] = (ident, code, data, self._now_ms + _AGAIN_MS, tries)

    def _answered(self, protocol, ident):
        """Whether this answers what we have asked last."""
        right = protocol in self._asked and self._asked[protocol][0] == ident
        if right:
            del self._asked[protocol]
        return right

    def _receive(self, protocol, payload):
        if protocol == IP:
            if self.up:
                self.on_packet(payload)
        elif protocol not in _PROTOCOLS or protocol in self._unwelcome():
            self._reject(protocol, payload)
        elif not 4 <= int.from_bytes(payload[2:4], "big") <= len(payload):
            self.malformed += 1
        else:
            data = payload[4 : int.from_bytes(payload[2:4], "big")]
            _PROTOCOLS[protocol](self, payload[0], payload[1], data)

    def _unwelcome(self):
        """Protocols that we speak, but not now."""
        return {
            PAP if self.auth != "pap" else None,
            CHAP if self.auth != "chap" else None,
            IPCP if self.refuse_ipcp else None,
        }

    def _reject(self, protocol, payload):
        if self._opened(LCP):
            data = protocol.to_bytes(2, "big") + payload
            self._control(LCP, PROTOCOL_REJECT, data[:_REJECTED_MOST])

    # The protocols

    def _lcp(self, code, ident, data):
        if code == REQUEST:
            self._lcp_request(ident, options(data))
        elif code in (ACK, NAK, REJECT):
            if self._answered(LCP, ident):
                self._lcp_answer(code, options(data))
        elif code == TERMINATE:
            self._control(LCP, TERMINATED, b"", ident)
            self._begin()
        elif code == ECHO_REQUEST:
            if self._opened(LCP):
                self._control(LCP, ECHO_REPLY, self._magic + data[4:], ident)
        elif code > DISCARD:
            packet = bytes([code, ident]) + (len(data) + 4).to_bytes(2, "big") + data
            self._control(LCP, CODE_REJECT, packet)

    def _lcp_request(self, ident, asked):
        if self._opened(LCP):  # the peer begins anew
            self._begin()
        unknown = [pair for pair in asked if pair[0] not in (MRU, ACCM, MAGIC)]
        if unknown:
            self._control(LCP, REJECT, packed(unknown), ident)
        else:
            accm = dict(asked).get(ACCM)
            self._peer_accm = int.from_bytes(accm, "big") if accm else hdlc.EVERY
            self._control(LCP, ACK, packed(asked), ident)
            self._granted.add(LCP)
        if LCP not in self._asked and LCP not in self._acked:
            self._ask(LCP, packed(self._wanted.items()))
        self._authenticate()

    def _lcp_answer(self, code, pairs):
        if code == ACK:
            self._acked.add(LCP)
            self._authenticate()
        elif AUTH in dict(pairs):
            self._control(LCP, TERMINATE, b"")  # without it there is no call
        else:
            for kind, value in pairs:
                self._wanted.pop(kind, None)
                if code == NAK:
                    self._wanted[kind] = value
            self._ask(LCP, packed(self._wanted.items()))

    def _authenticate(self):
        if self._opened(LCP):
            self._accm = self._peer_accm
            if self.auth == "chap":
                self._ask(CHAP, bytes([16]) + self._challenge + b"network", CHALLENGE)

    def _pap(self, code, ident, data):
        if code != REQUEST or not self._opened(LCP):
            return
        user, rest = counted(data)
        word, _ = counted(rest)
        self._authorised = self.users.get(user) == word
        self._control(PAP, ACK if self._authorised else NAK, b"\0", ident)
        self._unless_authorised()

    def _chap(self, code, ident, data):
        if code != RESPONSE or not self._answered(CHAP, ident):
            return
        digest, user = counted(data)
        secret = self.users.get(user, b"")
        right = hashlib.md5(bytes([ident]) + secret + self._challenge).digest()
        self._authorised = user in self.users and digest == right
        self._control(CHAP, SUCCESS if self._authorised else FAILURE, b"", ident)
        self._unless_authorised()

    def _unless_authorised(self):
        if not self._authorised:
            self._control(LCP, TERMINATE, b"")

    def _ipcp(self, code, ident, data):
        if not (self._opened(LCP) and self._authorised):
            return
        if code == REQUEST:
            self._ipcp_request(ident, options(data))
        elif code == ACK and self._answered(IPCP, ident):
            self._acked.add(IPCP)
        elif code == TERMINATE:
            self._control(IPCP, TERMINATED, b"", ident)
            self._acked.discard(IPCP)
            self._granted.discard(IPCP)

    def _ipcp_request(self, ident, asked):
        right = {ADDRESS: self._remote, DNS1: self._dns, DNS2: self._dns}
        unknown = [pair for pair in asked if pair[0] not in right]
        wrong = [(kind, right[kind]) for kind, value in asked if right.get(kind, value) != value]
        if unknown:
            self._control(IPCP, REJECT, packed(unknown), ident)
        elif wrong:
            self._control(IPCP, NAK, packed(wrong), ident)
        else:
            self._control(IPCP, ACK, packed(asked), ident)
            self._granted.add(IPCP)
        if IPCP not in self._asked and IPCP not in self._acked:
            self._ask(IPCP, packed([(ADDRESS, self._local)]))


_PROTOCOLS = {
    LCP: PppServer._lcp,
    IPCP: PppServer._ipcp,
    PAP: PppServer._pap,
    CHAP: PppServer._chap,
}
