"""Which transcripts are played on the chip; for each of the others, why it is not."""

import re

# Faults that only a fake can force, or forces at a moment of the test's choice.
EVENTS = {
    "unreachable": "its network has a way to every peer",
    "window": "a kernel's window is not set to the byte",
    "delayed": "how much the stack holds back is its own",
    "port_closed": "its stack tells nothing of ICMP errors",
    "segment": "its DTR is no byte of its line",
    "cts": "how much its UART and stack hold meanwhile is their own",
    "times_out": "its stack gives a silent peer up after minutes",
    "bearer": "its bearer dials again by itself, and is not there or gone at a word",
    "radio": "its radio is not there or gone at a word",
    "radio_said": "its radio's lines come over the line",
    "limit": "a look into a fake",
    "restarts": "a look into a fake",
    "wind": "its radio's lines come over the line",
    "network": "its network is its radio's",
    "strength": "its network is its radio's",
    "credentials": "a look into a fake",
    "dial_string": "a look into a fake",
    "finished": "MicroPython cannot close one half",
    "sockets_full": "its stack is not full at a word",
    "stall": "its loop does not stop at a word",
    "unseen": "its loop does not stop at a word",
    "slept": "its loop does not stop at a word",
    "unacked": "its stack does not tell",
    "overflow": "its stack does not tell",
    "framing": "its line knows no noise",
    "breaks": "its line knows no break",
    "heap": "its heap is not full at a word",
    "overrun": "its UART is not full at a word",
    "tuned": "its stack cannot set TTL and type of service",
    "crash": "test_faults.py crashes it",
    "asks": "test_watch.py asks at its console",
    "told": "test_watch.py reads its console",
    "echo_reply": "its times are real ones",
    "store full": "its flash is not full at a word",
    "store torn": "its flash is not damaged at a word",
    "answers nothing": "the radio's silence is of the modem's own choice there",
    "dns forged": "a question's id is not known before",
}
_HEADERS = {
    "kept": "its flash begins empty",
    "flow": "its RTS and CTS are wired",
}
_SIZE = "a size that is not its own"
_LONGEST_MS = 12000
_LONG = "it waits for %d s"
_EXACT = "it hangs on single milliseconds"
_PORT = "it names a port that the modem chooses"
_CHOSEN = re.compile(r"\b491\d\d\b|datagram (\d,\d) ")
_SAYS_NO = "# chip: no, because "
_KINDS = ("ready", "idle", "fresh", "radio", "wipsoft")


def reason(lines):
    """Why these lines of a transcript are not played, "" if they are."""
    for look in (_said, _header, _event, _in_session, _wait, _port):
        why = look(lines)
        if why:
            return why
    return ""


def waits_ms(lines):
    """The transcript's waits. Those with nothing between them are one."""
    waits, open_ = [], False
    for line in lines:
        if line[:1] == "~":
            waits.append((waits.pop() if open_ else 0) + int(line[2:]))
            open_ = True
        elif line[:1] != "#":
            open_ = False
    return waits


def _said(lines):
    return next((line.removeprefix(_SAYS_NO) for line in lines if line.startswith(_SAYS_NO)), "")


def _header(lines):
    for line in lines:
        name = line[2:].partition(" ")[0]
        if line.startswith("= ") and name not in _KINDS:
            return _HEADERS.get(name, _SIZE)
    return ""


def _event(lines):
    for line in lines:
        words = line.split()
        if line.startswith("@ "):
            why = EVENTS.get(words[1]) or EVENTS.get(" ".join(words[1:3]))
            if why:
                return f"{words[1]}: {why}"
    return ""


def _in_session(lines):
    """A fake radio answers while it carries a session."""
    begun = {line[2:] for line in lines if line[:1] == "="} & {"idle", "fresh"}
    asked = any(line.startswith(("@ asked", "@ answers")) for line in lines)
    return "its radio is in the session's call" if asked and not begun else ""


def _wait(lines):
    waits = waits_ms(lines)
    if sum(waits) > _LONGEST_MS:
        return _LONG % (sum(waits) // 1000)
    return _EXACT if any(wait % 10 == 9 for wait in waits) else ""


def _port(lines):
    given = {found for line in lines for found in re.findall(r"WIPCREATE=(1,\d),[1-9]", line)}
    for line in lines:
        found = _CHOSEN.search(line)
        if found and (not found[1] or found[1] not in given):
            return _PORT
    return ""
