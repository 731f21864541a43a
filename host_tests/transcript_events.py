"""What happens to a modem in a transcript: its network, its lines, its radio, power and time.

An event is a method; `words` is what follows its name in the file.
"""

from session import Session
from wipmodem import contract as c
from wipmodem.clock import ticks_add
from wipmodem.ports.chat import TIMEOUT
from wipmodem.sockets.dns_message import parse_address


class Mismatch(Exception):
    pass


class Events:
    _session: Session
    _peers: dict

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
        self._peer(who).inbox.append(to_bytes(data))

    def datagram(self, words):
        """datagram 1,2 192.0.2.77:4000 "bytes": one comes."""
        who, _, rest = words.partition(" ")
        address_, _, data = rest.partition(" ")
        self._peer(who).inbox.append((to_bytes(data),) + _address(address_))

    def closes(self, words):
        """closes 2,5: the peer sends FIN."""
        self._peer(words).eof = True

    def resets(self, words):
        """resets 2,5: the peer sends RST."""
        self._peer(words).dead = c.RESET

    def port_closed(self, words):
        """port_closed 1,1: ICMP says that nobody is there for our datagram."""
        self._peer(words).refused += 1

    def times_out(self, words):
        """times_out 2,1: the stack gives up on a peer that acknowledges nothing."""
        self._peer(words).dead = c.UNREACHABLE

    def window(self, words):
        """window 2,5 100: the peer takes so many bytes and then no more."""
        who, n = words.split()
        self._peer(who).window = int(n)

    def unacked(self, words):
        """unacked 2,5 100: so many bytes are not acknowledged; -1: the stack does not tell, -4:
        not now."""
        who, n = words.split()
        self._peer(who).unacked = int(n)

    def got(self, words):
        """got 2,5 "bytes": what the peer has received since last asked."""
        who, _, data = words.partition(" ")
        peer = self._peer(who)
        expect(to_bytes(data), bytes(peer.sent), "the peer received")
        peer.sent = bytearray()

    def got_datagrams(self, words):
        """got_datagrams 1,1 [b"a", b"b"]: the datagrams it has received since last asked."""
        who, _, data = words.partition(" ")
        peer = self._peer(who)
        expect(eval(data), peer.datagrams, "the peer received")  # noqa: S307
        peer.datagrams = []

    def overflow(self, words):
        """overflow 1,2 3: so many datagrams found the stack's buffer full."""
        who, n = words.split()
        self._peer(who).overflow += int(n)

    def fin(self, words):
        """fin 2,5: the modem has closed its side."""
        expect(True, self._peer(words).closed, "the modem's side closed")

    def delayed(self, words):
        """delayed 2,5: what the peer sent is not all taken: it is still with the stack."""
        expect(True, bool(self._peer(words).inbox), "something delayed")

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
                peer.inbox.append((dns_answer(query, answer), b"\x0a\0\0\1", 53))
                return
        raise Mismatch("this name is not asked for")

    def dtr(self, words):
        """dtr off, dtr on: after the bytes that the modem has not read yet."""
        self._session.serial.set_dtr(words == "on")

    def segment(self, words):
        """segment "AT+WIPC", off, on, "REATE?\\r": bytes and changes of DTR, all at once."""
        serial = self._session.serial
        for part in eval(words + ",", {"off": False, "on": True}):  # noqa: S307
            if isinstance(part, bool):
                serial.set_dtr(part)
            else:
                serial.incoming += part.encode("latin-1") if isinstance(part, str) else part

    def dcd(self, words):
        """dcd off, dcd on: what it is."""
        expect(words == "on", self._session.serial.dcd, "DCD is")

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
        expect(int(words), self._session.bearer.limit_ms, "the limit of a call")

    def credentials(self, words):
        """credentials "user" "password": what the next session would be asked for with."""
        bearer = self._session.bearer
        user, _, password = words.partition('" "')
        wanted = to_bytes(user + '"'), to_bytes('"' + password)
        expect(wanted, (bearer.user, bearer.password), "the credentials")

    def radio(self, words):
        """radio starting; radio idle; radio call."""
        self._session.bearer.radio.state = words

    def asked(self, words):
        """asked "+CSQ": what the radio was asked last."""
        expect(to_bytes(words), self._session.bearer.radio.asked, "the radio was asked")

    def answers(self, words):
        """answers "+CSQ: 23,0\n": its lines and OK; answers error; answers nothing."""
        radio = self._session.bearer.radio
        radio.answer = _ANSWERS.get(words, 0)
        if not radio.answer:
            radio.chat.hold(to_bytes(words))
        radio.state = "idle"

    def called(self, words):
        """called "ATD555": what the host's call was begun with."""
        expect(to_bytes(words), self._session.bearer.radio.called, "the call")

    def call(self, words):
        """call online 115200: it connects, at this speed; call ended 7: it does not, and why."""
        radio = self._session.bearer.radio
        word, _, number = words.partition(" ")
        radio.state = "online" if word == "online" else "idle"
        radio.speed = int(number or 0) if word == "online" else 0
        radio.code = 1 if word == "online" else int(number)

    def carrier(self, words):
        """carrier lost: the far end has ended the call; carrier on."""
        self._session.bearer.radio.dcd = words == "on"

    def radio_sends(self, words):
        """radio_sends "bytes": they come over the host's call."""
        self._session.bearer.radio.incoming += to_bytes(words)

    def radio_got(self, words):
        """radio_got "bytes": what went over the host's call since last asked."""
        radio = self._session.bearer.radio
        expect(to_bytes(words), bytes(radio.output), "the radio got")
        radio.output = bytearray()

    def rings(self, words):
        """rings: the radio says RING."""
        self._session.bearer.radio.rang = True

    def restarts(self, words):
        """restarts 1: how often the radio was restarted."""
        expect(int(words), self._session.bearer.radio.restarts, "restarts")

    def wind(self, words):
        """wind 4: the radio says +WIND: 4."""
        self._session.bearer.radio.winds |= 1 << int(words)

    def network(self, words):
        """network 2: the state of the network, as +CREG has it, where there is no radio."""
        self._session.bearer.network = int(words)

    def strength(self, words):
        """strength 17: and its signal, as +CSQ has it."""
        self._session.bearer.strength = int(words)

    def registered(self, words):
        """registered 5: the radio says +CREG: 5."""
        self._session.bearer.radio.registered = int(words)

    def radio_said(self, words):
        """radio_said 3: so many lines that nobody had asked for."""
        self._session.bearer.radio.chat.ignored += int(words)

    def store(self, words):
        """store {b"dial": b"ATD*99#"}: what is kept; store full: it takes no more; store torn: the
        file was damaged."""
        store = self._session.store
        store.full = words == "full"
        store.corrupt = words == "torn"
        if words[0] == "{":
            expect(eval(words), store.values, "what is kept")  # noqa: S307

    def dial_string(self, words):
        """dial_string "ATD#777": what the radio would be told to dial."""
        expect(to_bytes(words), self._session.bearer.radio.dial_string, "the dial string")

    def power_cycle(self, words):
        """power_cycle: the power goes and comes back."""
        self._session.power_cycle()

    def line(self, words):
        """line (9600, True, True): the rate, and which way is held, as the port was last told."""
        expect(eval(words), self._session.serial.line, "the line")  # noqa: S307

    def unsent(self, words):
        """unsent: the answer is still on its way; unsent no: it has left."""
        self._session.serial.unsent = words != "no"

    def dsr(self, words):
        """dsr off, dsr on: what it is."""
        expect(words == "on", self._session.serial.dsr, "DSR is")

    def ri(self, words):
        """ri off, ri on: what it is."""
        expect(words == "on", self._session.serial.ri, "RI is")

    def tuned(self, words):
        """tuned 2,1 [(8, 32)]: what the stack was told of a socket."""
        who, _, wanted = words.partition(" ")
        peer = self._peer(who)
        net = self._session.net
        told = [t[1:] for t in net.tuned if net.socket(t[0]) is peer]
        expect(eval(wanted), told, "the stack was told")  # noqa: S307

    def cannot(self, words):
        """cannot 8: an option of sockets that the stack cannot set."""
        self._session.net.cannot.add(int(words))

    def fixed_ttl(self, words):
        """fixed_ttl 255: the TTL that the stack always uses."""
        self._session.net.fixed_ttl = int(words)

    def defaults(self, words):
        """defaults (64, 536, 16384): TTL, MSS and window of sockets to come."""
        expect(eval(words), self._session.net.given, "the defaults")  # noqa: S307

    def finished(self, words):
        """finished 2,1: the modem has ended its sending half."""
        expect(True, self._peer(words).finished, "a half close")

    def echo_reply(self, words):
        """echo_reply: to the last request; echo_reply late: to the one before; echo_reply wrong,
        echo_reply short: with another rest, or with less of it."""
        for handle in self._session.net.open_handles():
            peer = self._session.net.socket(handle)
            if peer.kind == "echo" and peer.datagrams:
                request = bytearray(peer.datagrams[-2 if words == "late" else -1])
                request[0] = 0
                request[4:6] = b"id"  # the system's own
                request[-1] ^= words == "wrong"
                message = bytes(request[: -1 if words == "short" else len(request)])
                peer.inbox.append((message, b"\xc0\0\2\x0a", 0))
                return
        raise Mismatch("nobody waits for an echo")

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

    def unseen(self, words):
        """unseen 3000 "bytes": so long was the loop away, and the host has sent them meanwhile."""
        ms, _, data = words.partition(" ")
        session = self._session
        session.now_ms = ticks_add(session.now_ms, int(ms))
        session.serial.incoming += to_bytes(data)
        session.net.poll(0)
        session.modem.service(session.now_ms, int(ms))

    def slept(self, words):
        """slept 900 "bytes": so long the loop has slept as it was told to, and they wake it."""
        ms, _, data = words.partition(" ")
        self._session.now_ms = ticks_add(self._session.now_ms, int(ms))
        self._session.serial.incoming += to_bytes(data)

    def asks(self, words):
        """asks: somebody at the board's console wants a report."""
        self._session.console.incoming += b"?"

    def told(self, words):
        """told +WIPBR: 6,1: the next line there; told nothing: there is no more."""
        output = self._session.console.output
        line = b"" if words == "nothing" else b"\r\n%s\r\n" % words.encode()
        expect(line, bytes(output[: len(line)] if line else output), "the console was told")
        self._session.console.output = output[len(line) :]

    def heap(self, words):
        """heap 60000: so many bytes of it are free."""
        self._session.heap = int(words)

    def framing(self, words):
        """framing: the host's bytes come without a stop bit."""
        self._session.serial.framing += 1

    def breaks(self, words):
        """breaks: the host's line is held low."""
        self._session.serial.breaks += 1

    def overrun(self, words):
        """overrun: bytes of the host's found no room."""
        self._session.serial.overruns += 1

    def handles(self, words):
        """handles 2: how many the modem has open at the net port."""
        expect(int(words), len(self._session.net.open_handles()), "open handles")

    def counter(self, words):
        """counter tx_dropped 5."""
        name, n = words.split()
        value = self._session.counter(name.encode())
        if value is None:
            raise Mismatch("no counter " + name)
        expect(int(n), value, name)

    def _peer(self, who):
        if who not in self._peers:
            raise Mismatch("%s has never had a handle at the net port" % who)
        return self._peers[who]


_BEARER_STATES = {"on": c.UP, "lost": c.DOWN, "failed": c.DOWN, "paused": c.RETRYING}

# How an exchange ends that does not end in OK.
_ANSWERS = {"error": c.RESULT_ERROR, "nothing": TIMEOUT}


def expect(wanted, had, what):
    if wanted != had:
        raise Mismatch("expected %s %r, it is %r" % (what, wanted, had))


def to_bytes(words):
    return eval("b" + words if words[0] == '"' else words)  # noqa: S307 (transcripts are our own)


def _address(words):
    host, _, port = words.partition(":")
    return parse_address(host.encode()), int(port)


def dns_answer(query, words):
    """The answer to a query: an address, `nothing` for NXDOMAIN, or that to another query."""
    if words == "forged":
        return dns_answer(bytes([query[0] ^ 1]) + query[1:], "192.0.2.66")
    if words == "nothing":
        return query[:2] + b"\x81\x83" + query[4:]
    record = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + (parse_address(words.encode()) or b"")
    return query[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + query[12:] + record
