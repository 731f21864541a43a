"""Figures as people read them, in text of known width."""

from math import ceil

_BARS = "▁▂▃▄▅▆▇█"
_UNITS = "kMGT"
_SIGNAL_MOST = 31  # of +CSQ, -51 dBm


def duration(seconds):
    """`0:05`, `2:01:05`, `3d 02:01:05`."""
    days, seconds = divmod(seconds, 86400)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if days:
        return f"{days}d {hours:02}:{minutes:02}:{seconds:02}"
    if hours:
        return f"{hours}:{minutes:02}:{seconds:02}"
    return f"{minutes}:{seconds:02}"


def age(seconds):
    """The same in less room: `3d 02h`."""
    days, rest = divmod(seconds, 86400)
    return f"{days}d {rest // 3600:02}h" if days else duration(rest)


def clock(ms):
    """`26:03:04.120`, of a time since the start."""
    minutes, ms = divmod(ms, 60000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{ms // 1000:02}.{ms % 1000:03}"


def amount(n):
    """At most four characters and a unit of thousands: `999`, `1.2k`, `34k`, `120M`."""
    n, unit = _in_thousands(n)
    return f"{n}{unit}"


def rate(bytes_per_second):
    """`999 B/s`, `1.2 kB/s`."""
    n, unit = _in_thousands(round(bytes_per_second))
    return f"{n} {unit}B/s"


def _in_thousands(n):
    """("1.2", "k"); cut, not rounded, so that 999999 is no 1000k."""
    power = min((len(str(n)) - 1) // 3, len(_UNITS))
    if not power:
        return str(n), ""
    tenths = n // (1000**power // 10)
    text = f"{tenths // 10}.{tenths % 10}" if tenths < 100 else str(tenths // 10)
    return text, _UNITS[power - 1]


def sparkline(values, width, most):
    """The newest, at the right; what is not 0 is seen, `most` is the highest bar."""
    newest = list(values)[-width:]
    return "".join(_bar(value, most) for value in newest).rjust(width)


def _bar(value, most):
    """Divide by `most` first: the share is at most 1, however the rates were rounded."""
    return _BARS[ceil(value / most * (len(_BARS) - 1))] if value else _BARS[0]


def signal_bars(signal):
    """How many of four are lit, by +CSQ; the least signal there is lights one."""
    return 1 + min(signal, _SIGNAL_MOST) * 4 // (_SIGNAL_MOST + 1)


def dbm(signal):
    return f"{-113 + 2 * signal} dBm"
