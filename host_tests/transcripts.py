"""Runs transcripts: sessions with the modem as plain text, byte for byte, on both interpreters.

    # words             the first says what the transcript proves
    # rules: R1 D7      the rules that it shows
    # ways: whole split the only ways that it runs in, and why
    # example: ATE0     from here on, to the end or `# example end`, printed in firmware/MANUAL.md
    = ready             how it begins: ready (echo off, session up; the default), fresh (power on)
    = radio             the bearer has a radio that commands are passed on to
    = out 200           a size of the modem's
    > AT+WIPCLOSE=2,1   the host sends a line and CR
    < OK                the modem says CR LF OK CR LF
    >> "a\x03"          the host sends these bytes
    << "\r\nOK\r\n"     the modem says these bytes
    ~ 1000              the clock moves on by so many ms
    @ peer 3,1 ...      the network does something: see the table _EVENTS

At each step the modem must have said all that is expected, and nothing else. Bytes are an
expression whose first b may be left out: `"x" * 3000 + b"y"`, `bytes(range(256))`.

Every file runs in all WAYS: whole; split, a byte at a time; trailing, LF and NUL behind each line;
narrow, ports that take and give a byte a call. Usage: transcripts.py [-w WAY] FILE...
"""

import gc
import sys

from fakes import FakeRadio
from session import Session
from wipmodem import VERSION, address
from wipmodem import contract as c
from wipmodem.ports import chat

WAYS = ("whole", "split", "trailing", "narrow")


class Mismatch(Exception):
    pass


class Transcript:
    def __init__(self, path):
        self.path = path
        with open(path) as file:
            self.lines = [line.rstrip("\n") for line in file]

    def ways(self):
        for line in self.lines:
            if line.startswith("# ways: "):
                return tuple(way for way in WAYS if way in line.split())
        return WAYS

    def run(self, way):
        sizes = {}
        begin = "ready"
        radio = None
        for line in self.lines:
            if line.startswith("= "):
                words = line[2:].split()
                if len(words) == 2:
                    sizes[words[0]] = int(words[1])
                elif words[0] == "radio":
                    radio = FakeRadio()
                else:
                    begin = words[0]
        session = Session(**sizes)
        session.bearer.radio = session.modem.stack.radio = radio
        Player(session, way, begin).play(self.lines)


class Player:
    def __init__(self, session, way, begin):
        self._session = session
        self._way = way
        self._expected = b""
        self._peers = {}  # the last known fake socket of each "protocol,index"
        if begin == "ready":
            session.online()
        if way == "narrow":
            session.serial.bite = 1
            session.net.write_bite = 1

    def play(self, lines):
        for number, line in enumerate(lines):
            sign, _, rest = line.partition(" ")
            try:
                step = _STEPS.get(sign)
                if step:
                    step(self, rest)
                elif sign not in ("", "#", "="):
                    raise Mismatch("not a step: " + line)
            except Mismatch as error:
                raise Mismatch("line %d: %s" % (number + 1, error.args[0])) from None
        try:
            self._check()
        except Mismatch as error:
            raise Mismatch("at the end: " + error.args[0]) from None

    # Steps

    def host_line(self, words):
        """Trailing: LF and NUL behind the CR, which H1 wants ignored; there NUL would be data."""
        tail = b"\n" if words.upper().startswith("AT+WIPDATA=") else b"\n\0\n"
        self._send(words.encode() + b"\r" + (tail if self._way == "trailing" else b""))

    def host_bytes(self, words):
        self._send(_bytes(words))

    def modem_line(self, words):
        """$VERSION stands for the version of the firmware."""
        self._expected += b"\r\n" + words.replace("$VERSION", VERSION.decode()).encode() + b"\r\n"

    def modem_bytes(self, words):
        self._expected += _bytes(words)

    def clock(self, words):
        self._check()
        self._session.wait(int(words))

    def event(self, words):
        self._check()
        name, _, rest = words.partition(" ")
        _EVENTS[name](self, rest)
        self._session.settle()

    def _send(self, data):
        self._check()
        if self._way != "split":
            self._session.send(data)
            return
        for i in range(len(data)):
            self._session.send(data[i : i + 1])

    def _check(self):
        said = self._session.take()
        if said != self._expected:
            raise Mismatch("expected %r, the modem said %r" % (self._expected, said))
        self._expected = b""
        for sock in self._session.modem.table.all:
            if sock.handle >= 0:
                who = "%d,%d" % (sock.protocol, sock.index)
                self._peers[who] = self._session.net.socket(sock.handle)

    # Events: `words` is what follows the name

    def connects(self, words):
        """connects 2,1: the peer of a connecting socket accepts."""
        self._peer(words).outcome = 1

    def refuses(self, words):
        """refuses 2,1: it refuses."""
        self._peer(words).outcome = c.RESET

    def unreachable(self, words):
        """unreachable 2,1: there is no way to it; of UDP, until connects 1,1."""
        self._peer(words).outcome = c.UNREACHABLE

    def peer(self, words):
        """peer 3,1 192.0.2.9:4000: somebody connects to a server."""
        who, address_ = words.split()
        self._peer(who).inbox.append(_address(address_))

    def sends(self, words):
        """sends 2,5 "bytes": the peer sends them."""
        who, _, data = words.partition(" ")
        self._peer(who).inbox.append(_bytes(data))

    def datagram(self, words):
        """datagram 1,2 192.0.2.77:4000 "bytes": one comes."""
        who, _, rest = words.partition(" ")
        address_, _, data = rest.partition(" ")
        self._peer(who).inbox.append((_bytes(data),) + _address(address_))

    def closes(self, words):
        """closes 2,5: the peer sends FIN."""
        self._peer(words).eof = True

    def resets(self, words):
        """resets 2,5: the peer sends RST."""
        self._peer(words).dead = True

    def port_closed(self, words):
        """port_closed 1,1: ICMP says that nobody is there for our datagram."""
        self._peer(words).refused += 1

    def window(self, words):
        """window 2,5 100: the peer takes so many bytes and then no more."""
        who, n = words.split()
        self._peer(who).window = int(n)

    def got(self, words):
        """got 2,5 "bytes": what the peer has received since last asked."""
        who, _, data = words.partition(" ")
        peer = self._peer(who)
        _expect(_bytes(data), bytes(peer.sent), "the peer received")
        peer.sent = bytearray()

    def got_datagrams(self, words):
        """got_datagrams 1,1 [b"a", b"b"]: the datagrams it has received since last asked."""
        who, _, data = words.partition(" ")
        peer = self._peer(who)
        _expect(eval(data), peer.datagrams, "the peer received")  # noqa: S307
        peer.datagrams = []

    def fin(self, words):
        """fin 2,5: the modem has closed its side."""
        _expect(True, self._peer(words).closed, "the modem's side closed")

    def delayed(self, words):
        """delayed 2,5: what the peer sent is not all taken: it is still with the stack."""
        _expect(True, bool(self._peer(words).inbox), "something delayed")

    def dns(self, words):
        """dns 192.0.2.5, dns nothing: the answer to the oldest open question.

        dns 192.0.2.5 b.example: to that for this name. dns forged: one with a wrong id."""
        answer, _, name = words.partition(" ")
        wanted = b"".join(bytes([len(part)]) + part.encode() for part in name.split(".") if part)
        for handle in self._session.net.open_handles():
            peer = self._session.net.socket(handle)
            asks = self._session.net.peer_port[handle] == 53 and peer.datagrams
            if asks and wanted in peer.datagrams[-1]:
                query = peer.datagrams[-1] if answer == "forged" else peer.datagrams.pop()
                peer.inbox.append((_dns_answer(query, answer), b"\x0a\0\0\1", 53))
                return
        raise Mismatch("this name is not asked for")

    def dtr(self, words):
        """dtr off, dtr on."""
        self._session.serial.dtr_on = words == "on"

    def dcd(self, words):
        """dcd off, dcd on: what it is."""
        _expect(words == "on", self._session.serial.dcd, "DCD is")

    def cts(self, words):
        """cts off: the host takes nothing; cts on."""
        self._session.serial.stuck = words == "off"

    def bearer(self, words):
        """bearer slow: it does not come up by itself; bearer on; bearer lost; bearer paused: lost,
        and tried again; bearer failed 807: it does not come, and why."""
        bearer = self._session.bearer
        word, _, cause = words.partition(" ")
        bearer.delayed = word == "slow"
        bearer.cause = int(cause or 0)
        bearer.state = _BEARER_STATES.get(word, bearer.state)

    def limit(self, words):
        """limit 50000: how long a call may take, in ms, as the last start told the bearer."""
        _expect(int(words), self._session.bearer.limit_ms, "the limit of a call")

    def credentials(self, words):
        """credentials "user" "password": what the next session would be asked for with."""
        bearer = self._session.bearer
        _expect(words, '"%s" "%s"' % (bearer.user, bearer.password), "the credentials")

    def radio(self, words):
        """radio starting; radio idle; radio call."""
        self._session.bearer.radio.state = words

    def asked(self, words):
        """asked "+CSQ": what the radio was asked last."""
        _expect(_bytes(words), self._session.bearer.radio.asked, "the radio was asked")

    def answers(self, words):
        """answers "+CSQ: 23,0\n": its lines and OK; answers error; answers nothing."""
        radio = self._session.bearer.radio
        radio.answer = _ANSWERS.get(words, 0)
        if not radio.answer:
            radio.chat.hold(_bytes(words))
        radio.state = "idle"

    def radio_said(self, words):
        """radio_said 3: so many lines that nobody had asked for."""
        self._session.bearer.radio.chat.ignored += int(words)

    def store(self, words):
        """store {b"dial": b"ATD*99#"}: what is kept; store full: it takes no more; store torn: the
        file was damaged."""
        store = self._session.store
        store.full = words == "full"
        store.torn = words == "torn"
        if words[0] == "{":
            _expect(eval(words), store.values, "what is kept")  # noqa: S307

    def dial_string(self, words):
        """dial_string "ATD#777": what the radio would be told to dial."""
        _expect(_bytes(words), self._session.bearer.radio.dial_string, "the dial string")

    def crash(self, words):
        """crash ["line"]: the lines that are kept of the last one."""
        self._session.crash.text = eval(words)  # noqa: S307

    def sockets_full(self, words):
        """sockets_full: the stack has none left; sockets_full no: again it has."""
        self._session.net.full = words != "no"

    def stall(self, words):
        """stall 150: the loop left the DTE unseen for so long, and looks at it now."""
        session = self._session
        session.net.poll(0)
        session.modem.service(session.now_ms, int(words))

    def handles(self, words):
        """handles 2: how many the modem has open at the net port."""
        _expect(int(words), len(self._session.net.open_handles()), "open handles")

    def counter(self, words):
        """counter tx_dropped 5."""
        name, n = words.split()
        counters = self._session.modem.counters
        self._session.modem.count_all()
        for i in range(counters.count):
            if counters.name(i) == name.encode():
                _expect(int(n), counters.value(i), name)
                return
        raise Mismatch("no counter " + name)

    def _peer(self, who):
        if who not in self._peers:
            raise Mismatch("%s has never had a handle at the net port" % who)
        return self._peers[who]


_BEARER_STATES = {"on": c.UP, "lost": c.DOWN, "failed": c.DOWN, "paused": c.PAUSED}

# How an exchange ends that does not end in OK.
_ANSWERS = {"error": chat.REFUSED, "nothing": chat.SILENCE}

_STEPS = {
    ">": Player.host_line,
    ">>": Player.host_bytes,
    "<": Player.modem_line,
    "<<": Player.modem_bytes,
    "~": Player.clock,
    "@": Player.event,
}

_EVENTS = {
    name: getattr(Player, name)
    for name in (
        "connects refuses unreachable peer sends datagram closes resets port_closed window got"
        " got_datagrams fin delayed dns dtr dcd cts bearer limit credentials radio"
        " asked answers radio_said store dial_string crash sockets_full stall handles counter"
    ).split()
}


def _expect(wanted, had, what):
    if wanted != had:
        raise Mismatch("expected %s %r, it is %r" % (what, wanted, had))


def _bytes(words):
    return eval("b" + words if words[0] == '"' else words)  # noqa: S307 (transcripts are our own)


def _address(words):
    host, _, port = words.partition(":")
    return address.parse(host.encode()), int(port)


def _dns_answer(query, words):
    """The answer to a query: an address, `nothing` for NXDOMAIN, or that to another query."""
    if words == "forged":
        return _dns_answer(bytes([query[0] ^ 1]) + query[1:], "192.0.2.66")
    if words == "nothing":
        return query[:2] + b"\x81\x83" + query[4:]
    record = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + (address.parse(words.encode()) or b"")
    return query[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + query[12:] + record


def main(arguments):
    """Prints a line a file and way, and `N passed, N failed`; returns the exit status."""
    ways = WAYS
    if arguments[0] == "-w":
        ways = (arguments[1],)
        arguments = arguments[2:]
    failed = passed = 0
    for path in arguments:
        transcript = Transcript(path)
        for way in transcript.ways():
            if way not in ways:
                continue
            gc.collect()  # the last session's buffers: two sets are more than a board's heap holds
            try:
                transcript.run(way)
                passed += 1
                print("ok %s %s" % (way, path))
            except Exception as error:  # noqa: BLE001 (whatever it is, it is that file's failure)
                failed += 1
                print("FAIL %s %s: %s %s" % (way, path, type(error).__name__, error))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
