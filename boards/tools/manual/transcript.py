"""An example: the part of a transcript behind `# example: NAME`, as lines of host and modem."""

import re
from typing import NamedTuple

from .source import Complaint

_MARK = "# example: "
_NOT_SHOWN = re.compile(r"# (rules|ways|chip|example): |= ")
_NAMES = {13: "<CR>", 10: "<LF>"}

# What the network does, in words; of what is only looked at, nothing.
_EVENTS = {
    "connects": "the peer of {0} accepts",
    "refuses": "the peer of {0} refuses",
    "unreachable": "there is no way to the peer of {0}",
    "peer": "{1} connects to server {0}",
    "sends": "the peer of {0} sends {1}",
    "datagram": "a datagram for {0} from {1}: {2}",
    "closes": "the peer of {0} closes",
    "resets": "the peer of {0} resets the connection",
    "port_closed": "the machine of {0}'s peer says that the port is closed",
    "window": "the peer of {0} takes {1} more bytes",
    "got": "the peer of {0} has received {1}",
    "got_datagrams": "the peer of {0} has received {1}",
    "fin": "{0}: the modem's side is closed",
    "dns": "a name server answers: {0}",
    "dtr": "DTR goes {0}",
    "dcd": "DCD is {0}",
    "cts": "CTS goes {0}",
    "bearer slow": "the call takes its time",
    "bearer on": "the session is up",
    "bearer lost": "the network is lost",
    "bearer paused": "the network is lost, the modem will dial again",
    "bearer failed": "the call fails: {0}",
    "radio": "the radio: {0}",
    "answers": "the radio answers {0}",
    "counter": "the counter {0} is {1}",
    "store": "",
    "power_cycle": "the power goes off and on",
    "line": "",
    "unsent": "the answer is still on its way",
    "unsent no": "the answer has left",
    "tuned": "",
    "defaults": "",
    "called": "the radio is told {0}",
    "call": "the radio: {0} {1}",
    "carrier": "",
    "radio_sends": "the far end sends {0}",
    "radio_got": "the far end has received {0}",
    "echo_reply": "the peer answers",
    "finished": "{0}: our half is closed",
    "sockets_full": "the stack has no more sockets",
    "unacked": "{1} bytes for {0} are not acknowledged",
    "overrun": "the host's bytes find the UART full",
    "framing": "the host's bytes have no stop bit",
    "breaks": "the host holds its line low",
    "heap": "{0} bytes of memory are free",
    "stall": "the modem does not look at its ports",
    "radio_said": "the radio says {0}",
    "asks": "somebody asks at the console",
    "told": "",
    "crash": "",
    "handles": "",
    "asked": "",
    "limit": "",
    "credentials": "",
    "delayed": "",
    "dial_string": "",
}
_PARTS = {"datagram": 3, "bearer failed": 1}  # 2, if nothing is said here
_PARTS |= dict.fromkeys(
    "dtr dcd cts dns radio radio_said answers store crash line called".split()
    + ["radio_sends", "radio_got"],
    1,
)


class Line(NamedTuple):
    who: str  # host, modem, or nobody
    words: str


def topics(folder):
    """Transcript -> the command that it is an example of."""
    found = {}
    for path in sorted(folder.glob("*.txt")):
        for line in path.read_text().splitlines():
            if line.startswith(_MARK):
                found.setdefault(path.stem, line.removeprefix(_MARK).strip())
    return found


def lines(folder, name, version):
    """The example as it is printed."""
    path = folder / f"{name}.txt"
    if not path.exists():
        raise Complaint(f"there is no transcript {name}.txt")
    _, mark, text = path.read_text().partition(_MARK)
    if not mark:
        raise Complaint(f"{name}.txt has no line `{_MARK}COMMAND`")
    shown = [_shown(line) for line in text.partition("\n# example end")[0].splitlines()[1:]]
    return [f"{line.who:7}{line.words}" for line in _joined(shown, version)]


def _joined(shown, version):
    """Without what is nothing; silences behind each other are one."""
    waited = 0
    for line in filter(None, shown):
        if line.who == "wait":
            waited += int(line.words)
            continue
        if waited:
            yield Line("", f"({_time(waited)})")
            waited = 0
        yield Line(line.who, line.words.replace("$VERSION", version))


def _time(ms):
    return f"{ms / 1000:g} s" if ms >= 1000 else f"{ms} ms"


def _shown(line):
    """A Line, or None."""
    if not line or _NOT_SHOWN.match(line):
        return None
    sign, _, words = line.partition(" ")
    if sign not in _SIGNS:
        raise Complaint(f"not a step of a transcript: {line}")
    return _SIGNS[sign](words)


def _event(words):
    name, _, rest = words.partition(" ")
    if name == "bearer":
        second, _, rest = rest.partition(" ")
        name = f"bearer {second}"
    if name not in _EVENTS:
        raise Complaint(f"no words for the event {name}")
    parts = rest.split(" ", _PARTS.get(name, 2) - 1)
    if not _EVENTS[name] or parts[-1] in ('""', "[]"):
        return None
    return Line("", f"({_EVENTS[name].format(*map(_plain, parts))})")


def _plain(words):
    """Bytes are shown as such, the others as they are."""
    if words[:1] == "[":
        return " and ".join(map(_shown_bytes, eval(words)))  # noqa: S307 (transcripts are our own)
    return _bytes(words) if words[:1] == '"' or words[:2] in ('b"', "by") else words


def _bytes(words):
    return _shown_bytes(eval("b" + words if words[0] == '"' else words))  # noqa: S307


def _shown_bytes(data):
    """In quotes: text as it is, other bytes by their names or in hexadecimal digits."""
    text = "".join(chr(c) if 32 <= c < 127 else _NAMES.get(c, f"<{c:02X}>") for c in data)
    return f"'{text}'"


_SIGNS = {
    ">": lambda words: Line("host", words),
    "<": lambda words: Line("modem", words),
    ">>": lambda words: Line("host", _bytes(words)),
    "<<": lambda words: Line("modem", _bytes(words)) if words != '""' else None,
    "~": lambda words: Line("wait", words),
    "@": _event,
    "#": lambda words: Line("", f"({words.rstrip('.')})"),
}
