"""Numbers in a readable form, as text of limited width."""

from math import ceil

_BARS = "▁▂▃▄▅▆▇█"
_UNITS = "kMGT"
_MAX_SIGNAL = 31  # highest signal value of +CSQ, which means -51 dBm


def duration(seconds):
    """Return a duration such as `0:05`, `2:01:05` or `3d 02:01:05`."""
    days, seconds = divmod(seconds, 86400)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if days:
        return f"{days}d {hours:02}:{minutes:02}:{seconds:02}"
    if hours:
        return f"{hours}:{minutes:02}:{seconds:02}"
    return f"{minutes}:{seconds:02}"


def age(seconds):
    """Return a duration in short form: `2:01:05`, or `3d 02h` from one day on."""
    days, rest = divmod(seconds, 86400)
    return f"{days}d {rest // 3600:02}h" if days else duration(rest)


def clock(ms):
    """Return a time since the start such as `26:03:04.120`."""
    minutes, ms = divmod(ms, 60000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{ms // 1000:02}.{ms % 1000:03}"


def amount(n):
    """Return a number with at most four characters: `999`, `1.2k`, `34k`, `120M`."""
    n, unit = _in_thousands(n)
    return f"{n}{unit}"


def rate(bytes_per_second):
    """Return a rate such as `999 B/s` or `1.2 kB/s`."""
    n, unit = _in_thousands(round(bytes_per_second))
    return f"{n} {unit}B/s"


def _in_thousands(n):
    """Return digits and unit, such as ("1.2", "k"). Round down, so that 999999 gives 999k."""
    power = min((len(str(n)) - 1) // 3, len(_UNITS))
    if not power:
        return str(n), ""
    tenths = n // (1000**power // 10)
    text = f"{tenths // 10}.{tenths % 10}" if tenths < 100 else str(tenths // 10)
    return text, _UNITS[power - 1]


def sparkline(values, width, max_value):
    """Return one bar for each of the newest values, at most `width` bars, the newest at the right.

    max_value: value of the highest bar. A value above 0 is always visible.
    """
    newest = list(values)[-width:]
    return "".join(_bar(value, max_value) for value in newest).rjust(width)


def _bar(value, max_value):
    """Return one bar. Dividing first keeps the rounded quotient at 1 or below."""
    return _BARS[ceil(value / max_value * (len(_BARS) - 1))] if value else _BARS[0]


def signal_bars(signal):
    """Return the number of lit bars, 1 to 4, for a signal value of +CSQ."""
    return 1 + min(signal, _MAX_SIGNAL) * 4 // (_MAX_SIGNAL + 1)


def dbm(signal):
    """Return a signal value of +CSQ in dBm."""
    return f"{-113 + 2 * signal} dBm"
