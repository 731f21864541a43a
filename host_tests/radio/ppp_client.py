"""The other end of a PPP link, for the tests of PppServer: it shares no code with it.

`Client.start()` is the first thing on the line; `feed(data)` returns what it answers. What it has
seen is in `log`: (protocol, code, data) of every control packet, and `packets`.
"""

import hashlib

LCP, IPCP, PAP, CHAP, IP = 0xC021, 0x8021, 0xC023, 0xC223, 0x0021


def fcs(data):
    """RFC 1662 C.2, bit by bit."""
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ (0x8408 if value & 1 else 0)
    return value ^ 0xFFFF


def frame(protocol, payload, accm=0xFFFFFFFF):
    data = b"\xff\x03" + protocol.to_bytes(2, "big") + payload
    data += fcs(data).to_bytes(2, "little")
    line = bytearray(b"\x7e")
    for byte in data:
        if byte in (0x7D, 0x7E) or (byte < 32 and accm >> byte & 1):
            line += bytes([0x7D, byte ^ 0x20])
        else:
            line.append(byte)
    return bytes(line) + b"\x7e"


def frames(line):
    """(protocol, payload) of all frames on a line; each has to be whole and good."""
    found = []
    for body in line.split(b"\x7e"):
        if not body:
            continue
        data, escaped = bytearray(), 0
        for byte in body:
            if byte == 0x7D:
                escaped = 0x20
            else:
                data.append(byte ^ escaped)
                escaped = 0
        assert data[:2] == b"\xff\x03", data
        assert fcs(data[:-2]).to_bytes(2, "little") == data[-2:], data
        found.append((int.from_bytes(data[2:4], "big"), bytes(data[4:-2])))
    return found


def packet(code, ident, data=b""):
    return bytes([code, ident]) + (len(data) + 4).to_bytes(2, "big") + data


def pairs(data):
    found = {}
    while data:
        found[data[0]] = data[2 : data[1]]
        data = data[data[1] :]
    return found


def option(kind, value):
    return bytes([kind, len(value) + 2]) + value


class Client:
    """`user` and `word` for PAP or CHAP; `accm` is what has to be escaped towards us."""

    def __init__(self, user=b"", word=b"", accm=0):
        self.user, self.word, self.accm = user, word, accm
        self.lcp = {2: accm.to_bytes(4, "big"), 5: b"\x01\x02\x03\x04"}
        self.ipcp = {3: bytes(4), 129: bytes(4), 131: bytes(4)}
        self.log, self.packets = [], []
        self.auth = None  # what the server asks for
        self.up = self.ended = False
        self._ours = self._theirs = False
        self._rest = b""
        self._ident = 0

    def start(self):
        return self._request(LCP, self.lcp)

    def send(self, ip):
        return frame(IP, ip, 0)

    def feed(self, data):
        whole, flag, self._rest = (self._rest + data).rpartition(b"\x7e")
        out = b""
        for protocol, payload in frames(whole + flag):
            if protocol == IP:
                self.packets.append(payload)
            else:
                code, ident, body = payload[0], payload[1], payload[4:]
                self.log.append((protocol, code, body))
                out += getattr(self, f"_on_{protocol:x}")(code, ident, body)
        return out

    def _request(self, protocol, options):
        self._ident += 1
        body = b"".join(option(*pair) for pair in options.items())
        return frame(protocol, packet(1, self._ident, body))

    def _on_c021(self, code, ident, body):
        if code == 1:
            self.auth = pairs(body).get(3)
            self._theirs = True
            return frame(LCP, packet(2, ident, body)) + self._opened()
        if code == 2:
            self._ours = True
            return self._opened()
        if code == 4:
            for kind in pairs(body):
                del self.lcp[kind]
            return self._request(LCP, self.lcp)
        if code == 5:
            self.up, self.ended = False, True
            return frame(LCP, packet(6, ident))
        return b""

    def _opened(self):
        if not (self._ours and self._theirs):
            return b""
        if self.auth == b"\xc0\x23":
            body = b"".join(bytes([len(text)]) + text for text in (self.user, self.word))
            return frame(PAP, packet(1, 1, body))
        return b"" if self.auth else self._request(IPCP, self.ipcp)

    def _on_c023(self, code, ident, body):
        return self._request(IPCP, self.ipcp) if code == 2 else b""

    def _on_c223(self, code, ident, body):
        if code == 1:
            challenge = body[1 : 1 + body[0]]
            digest = hashlib.md5(bytes([ident]) + self.word + challenge).digest()
            return frame(CHAP, packet(2, ident, b"\x10" + digest + self.user))
        return self._request(IPCP, self.ipcp) if code == 3 else b""

    def _on_8021(self, code, ident, body):
        if code == 1:
            return frame(IPCP, packet(2, ident, body))
        if code == 2:
            self.up = True
        if code == 3:
            self.ipcp.update(pairs(body))
            return self._request(IPCP, self.ipcp)
        return b""
