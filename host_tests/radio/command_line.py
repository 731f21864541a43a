"""A command line of the radio: gathered byte by byte, and taken apart into commands."""

import re

# What the basic commands set, as after &F and at power-up, and how far their values go.
FACTORY = {"E": 1, "V": 1, "Q": 0, "X": 4, "&C": 1, "&D": 2, "&K": 3, "&S": 0}
RANGES = {"E": 1, "V": 1, "Q": 1, "X": 4, "&C": 1, "&D": 2, "&K": 6, "&S": 1, "Z": 1, "I": 9}

_BACKSPACE, _CR = 8, 13
# Basic commands stand side by side, extended ones end with a semicolon or the line.
_COMMAND = re.compile(r"([+$][^;]*);?|(&[A-Z]|[A-CE-Z])([0-9]*);?")


def take(line, byte, echo):
    """One byte into the line: its echo. What stands before AT is ignored and not echoed."""
    if len(line) < 2:
        return _prefix(line, byte, echo)
    if byte == _BACKSPACE:
        del line[max(len(line) - 1, 2) :]
    elif byte != _CR:
        line.append(byte)
    return bytes([byte]) if echo else b""


def _prefix(line, byte, echo):
    wanted = b"AT"[len(line)]
    if byte & ~0x20 != wanted:
        line.clear()
        wanted = b"A"[0]
    if byte & ~0x20 == wanted:
        line.append(byte)
    return bytes(line) if echo and len(line) == 2 else b""


def text(line):
    """Without its AT: control characters and spaces do not count."""
    return bytes(code & 0x7F for code in line[2:] if code & 0x7F > 32).decode().upper()


def split(text):
    """(command, value) of each; "D" with all that follows, "" for what is no command."""
    while text:
        found = _COMMAND.match(text)
        if text[0] == "D":
            yield "D", text
            return
        if not found:
            yield "", 0
            return
        extended, basic, digits = found.groups()
        yield extended or basic, int(digits or 0)
        text = text[found.end() :]
