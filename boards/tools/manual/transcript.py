"""Examples: the part of a transcript after `# example: COMMAND`, as lines of host and modem."""

import re
from typing import NamedTuple

from .source import Complaint

_MARK = "# example: "
_NOT_SHOWN = re.compile(r"# (rules|ways|chip|example): |= ")
_NAMES = {13: "<CR>", 10: "<LF>"}

# The text that the manual prints for each event of a transcript. Steps that only check something
# have no text.
_EVENTS = {
    "connects": "the peer of {0} accepts",
    "refuses": "the peer of {0} refuses",
    "unreachable": "there is no route to the peer of {0}",
    "peer": "{1} connects to server {0}",
    "sends": "the peer of {0} sends {1}",
    "datagram": "a datagram for {0} from {1}: {2}",
    "closes": "the peer of {0} closes",
    "resets": "the peer of {0} resets the connection",
    "port_closed": "the machine of {0}'s peer reports that the port is closed",
    "window": "the peer of {0} accepts {1} more bytes",
    "got": "the peer of {0} has received {1}",
    "got_datagrams": "the peer of {0} has received {1}",
    "fin": "the modem has sent FIN on {0}",
    "dns": "a name server answers: {0}",
    "dtr": "DTR goes {0}",
    "dcd": "DCD is {0}",
    "cts": "CTS goes {0}",
    "bearer slow": "the call is being set up",
    "bearer on": "the session is up",
    "bearer lost": "the network is lost",
    "bearer paused": "the network is lost; the modem will dial again",
    "bearer failed": "the call fails: {0}",
    "radio": "the radio: {0}",
    "answers": "the radio answers {0}",
    "counter": "the counter {0} is {1}",
    "store": "",
    "power_cycle": "the power goes off and on",
    "line": "",
    "unsent": "the modem is still sending the response",
    "unsent no": "the response has been sent",
    "tuned": "",
    "defaults": "",
    "called": "the radio receives {0}",
    "call": "the radio: {0} {1}",
    "carrier": "",
    "radio_sends": "the called modem sends {0}",
    "radio_got": "the called modem has received {0}",
    "echo_reply": "the peer replies",
    "finished": "the modem has half closed {0}",
    "sockets_full": "the IP stack has no more sockets",
    "unacked": "{1} bytes for {0} are not acknowledged",
    "overrun": "the UART overflows with bytes from the host",
    "framing": "the host's bytes have no stop bit",
    "breaks": "the host holds its line low",
    "heap": "{0} bytes of memory are free",
    "stall": "the modem does not poll its ports",
    "radio_said": "the radio sends {0}",
    "asks": "a report is requested at the console",
    "told": "",
    "crash": "",
    "handles": "",
    "asked": "",
    "limit": "",
    "credentials": "",
    "delayed": "",
    "dial_string": "",
}
# Number of words into which each event is split; the last word is the rest of the line. The
# default is 2.
_PARTS = {"datagram": 3, "bearer failed": 1}
_PARTS |= dict.fromkeys(
    "dtr dcd cts dns radio radio_said answers store crash line called".split()
    + ["radio_sends", "radio_got"],
    1,
)


class Line(NamedTuple):
    """One line of an example."""

    # source of the line: "host", "modem", "wait" for a pause, "" for an event or a comment
    source: str
    words: str


def topics(folder):
    """Map the name of each transcript with an example to the command that it shows."""
    found = {}
    for path in sorted(folder.glob("*.txt")):
        for line in path.read_text().splitlines():
            if line.startswith(_MARK):
                found.setdefault(path.stem, line.removeprefix(_MARK).strip())
    return found


def lines(folder, name, version):
    """Return the lines of an example as the manual prints them. Raise Complaint on an error."""
    path = folder / f"{name}.txt"
    if not path.exists():
        raise Complaint(f"there is no transcript {name}.txt")
    _, mark, text = path.read_text().partition(_MARK)
    if not mark:
        raise Complaint(f"{name}.txt has no line `{_MARK}COMMAND`")
    shown = [_parse(line) for line in text.partition("\n# example end")[0].splitlines()[1:]]
    return [f"{line.source:7}{line.words}" for line in _merge_pauses(shown, version)]


def _merge_pauses(shown, version):
    """Yield the lines that are shown, with consecutive pauses merged into one."""
    waited_ms = 0
    for line in filter(None, shown):
        if line.source == "wait":
            waited_ms += int(line.words)
            continue
        if waited_ms:
            yield Line("", f"({_time(waited_ms)})")
            waited_ms = 0
        yield Line(line.source, line.words.replace("$VERSION", version))


def _time(ms):
    return f"{ms / 1000:g} s" if ms >= 1000 else f"{ms} ms"


def _parse(line):
    """Return a step of a transcript as a Line, or None if the step is not shown."""
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
    """Return an argument of an event for display: bytes in quotes, any other text unchanged."""
    if words[:1] == "[":
        return " and ".join(map(_quote, eval(words)))  # noqa: S307 (transcripts are our own)
    return _bytes(words) if words[:1] == '"' or words[:2] in ('b"', "by") else words


def _bytes(words):
    return _quote(eval("b" + words if words[0] == '"' else words))  # noqa: S307


def _quote(data):
    """Return bytes in single quotes; bytes that are not printable get a name or hex digits."""
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
