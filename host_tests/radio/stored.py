"""The radio's commands that store a value and have no effect here: `AT+CRC=1`, `AT+CRC?`.

Hosts of a CDMA radio ask for these before anything else. +WIND and +WRMP keep their value when the
radio restarts, the others are at their defaults again.
"""

import re

_NUMBER = "[0-9]{1,5}"
# The default, and what may be stored.
_VALUES = {
    "+CLIP": ("0", "[01]"),  # the caller's number, and our own; a second caller
    "+CLIR": ("0", "[0-2]"),
    "+CCWA": ("0", "[0-2]"),
    "+CRC": ("0", "[01]"),  # extended RING, see bell.py
    "+WRMP": ("0", "[0-2]"),  # roaming preference
    "$QCVAD": ("0", "[0-4]"),  # how the next calls are answered: voice, fax or data
    "+CNMI": ("0,0,0,0,0", f"{_NUMBER}(,{_NUMBER}){{0,4}}"),
    "+CSCS": ('"GSM"', '"(GSM|PCCP437|CUSTOM|HEX|IRA)"'),
    "+WSCL": ("1,2", "[0-9],[0-9]"),  # language and coding of messages
    "+WIND": ("0", _NUMBER),
    "+CCLK": (None, '"[0-9]{2}(/[0-9]{2}){2},[0-9]{2}(:[0-9]{2}){2}([+-][0-9]{2})?"'),
}
_TESTS = {
    "+CSCS": '("GSM","PCCP437","CUSTOM","HEX","IRA")',
    "+WIND": "(0-32767)",
}
_PERSISTENT = ("+WIND", "+WRMP")
_WIND_MOST = 32767
_WIND_DEFAULT = "204"  # of AT+WIND alone: the guide's
_COMMAND = re.compile(r"([+$][A-Z]+)(=\?|=|\?|)(.*)")


class Stored:
    """`clock()` gives the text of +CCLK, as long as the host has set none."""

    def __init__(self, clock):
        self._clock = clock
        self._values = {name: default for name, (default, _) in _VALUES.items()}

    def restart(self):
        for name, (default, _) in _VALUES.items():
            if name not in _PERSISTENT:
                self._values[name] = default

    def number(self, name):
        return int(self._values[name])

    def answer(self, command):
        """The information of a command, which may be ""; None if it is none of these, or wrong."""
        match = _COMMAND.fullmatch(command)
        if not match or match[1] not in _VALUES:
            return None
        name, form, value = match.groups()
        if form == "=":
            return self._set(name, value)
        if form == "?" and not value:
            return f"{name}: {self._values[name] or self._clock()}"
        if form == "=?" and name in _TESTS:
            return f"{name}: {_TESTS[name]}"
        return self._set(name, _WIND_DEFAULT) if command == "+WIND" else None

    def _set(self, name, value):
        wrong = name == "+WIND" and value.isdecimal() and int(value) > _WIND_MOST
        if wrong or not re.fullmatch(_VALUES[name][1], value):
            return None
        if name == "+CNMI":  # what is left out stays
            numbers = value.split(",")
            value = ",".join(numbers + self._values[name].split(",")[len(numbers) :])
        self._values[name] = value
        return ""
