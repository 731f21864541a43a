"""The modem's settings: small numbers, each with its range, its factory value and what saves it.

Basic commands, S-registers, +WIPCFG options and the manual read these tables. Saved settings are
values of the board's store: `1,1,0,...` in the order of this file, under one name for each keeper.
A value with fewer numbers comes from older firmware. One with more, or with a number out of its
range, is foreign and not used.
"""

from .compat import const
from .contract import C1, WIPSOFT  # noqa: F401 (the values of DIALECT)

ECHO = const(0)
VERBOSE = const(1)
QUIET = const(2)
CMEE = const(3)
DCD_MODE = const(4)  # &C
DTR_MODE = const(5)  # &D
DSR_MODE = const(6)  # &S
S0 = const(7)  # rings before the modem answers by itself; 0: never
SPEED = const(8)  # of the DTE, in 100 bit/s; factory: the board's
TX_FLOW = const(9)  # +IFC: is our sending held by the host? factory: the board's
RX_FLOW = const(10)  # ... and the host's by us?
S2 = const(11)  # escape character; above 127: none
S3 = const(12)  # line terminator
S4 = const(13)  # response formatting
S5 = const(14)  # editing
S7 = const(15)  # how long a call may take to be set up, s
S9 = const(16)  # carrier detect threshold, the radio's
S10 = const(17)  # disconnect delay, the radio's
S11 = const(18)  # DTMF duration, the radio's
S12 = const(19)  # guard time of the escape, 20 ms
DEFAULT_TTL = const(20)  # +WIPCFG=2
WINDOW = const(21)
MSS = const(22)
SOCKETS = const(23)
GATHER = const(24)  # how long the first byte waits for more, 10 ms (Q3)
DIALECT = const(25)
STAMPS = const(26)  # +WIPXURC: is each unsolicited line told its time?
TELL_REFUSED = const(27)  # ... are refused connections told?
TELL_OVERRUN = const(28)  # ... and overruns of the DTE?
REGISTRATION = const(29)  # +CREG without a radio: 1 reports changes
S6 = const(30)  # pause before blind dialling, s; this one and the next have no effect
S8 = const(31)  # pause of a comma in a dial string, s
S25 = const(32)  # shortest DTR drop that counts, 10 ms
S30 = const(33)  # inactivity timer
S37 = const(34)  # modulation
S38 = const(35)  # delay before a forced hang-up, s

# What keeps a setting over power loss: nothing, &W, &W for the next start, +WIPCFG=4, itself.
NEVER = const(0)
PROFILE = const(1)
LINE = const(2)
STACK = const(3)
ITSELF = const(4)

# setting: (lowest, highest, factory value, what keeps it)
RANGES = (
    (0, 1, 1, PROFILE),
    (0, 1, 1, PROFILE),
    (0, 1, 0, PROFILE),
    (0, 1, 0, PROFILE),
    (0, 2, 2, PROFILE),
    (0, 2, 2, PROFILE),
    (0, 1, 0, PROFILE),
    (0, 255, 0, PROFILE),
    (0, 9216, 1152, LINE),
    (0, 2, 2, LINE),
    (0, 2, 2, LINE),
    (0, 255, 43, NEVER),
    (1, 127, 13, NEVER),
    (1, 127, 10, NEVER),
    (1, 127, 8, NEVER),
    (1, 255, 50, NEVER),
    (1, 255, 6, NEVER),
    (1, 255, 14, NEVER),
    (0, 255, 95, NEVER),
    (0, 255, 50, NEVER),
    (0, 255, 64, STACK),
    (536, 65535, 16384, STACK),
    (536, 1460, 536, STACK),
    (1, 8, 8, STACK),
    (0, 100, 2, STACK),
    (0, 1, C1, ITSELF),
    (0, 1, 0, PROFILE),
    (0, 1, 0, PROFILE),
    (0, 1, 0, PROFILE),
    (0, 1, 0, NEVER),
    (2, 255, 2, NEVER),
    (0, 255, 2, NEVER),
    (0, 255, 5, NEVER),
    (0, 255, 0, NEVER),
    (0, 255, 0, NEVER),
    (0, 255, 20, NEVER),
)

# The name of a basic command, the number of an S-register or of a +WIPCFG option, and its setting.
BASIC = (
    (b"E", ECHO),
    (b"Q", QUIET),
    (b"V", VERBOSE),
    (b"&C", DCD_MODE),
    (b"&D", DTR_MODE),
    (b"&S", DSR_MODE),
)
S_REGISTERS = (
    (0, S0),
    (2, S2),
    (3, S3),
    (4, S4),
    (5, S5),
    (6, S6),
    (7, S7),
    (8, S8),
    (9, S9),
    (10, S10),
    (11, S11),
    (12, S12),
    (25, S25),
    (30, S30),
    (37, S37),
    (38, S38),
)
# V.250 and Hayes commands that are accepted and have no effect here (H21): prefix or blank,
# letter, highest value. Their values are not kept.
NO_EFFECT = b" B1 L3 M3 N1 P0 T0 W2 X4 Y0&G0&J0&K6&M0&P0&Q6&R1&X0%C3\\N3"
EACH = const(3)  # bytes of each
STACK_OPTIONS = ((0, DEFAULT_TTL), (3, WINDOW), (4, MSS), (6, SOCKETS), (12, GATHER))


def find(pairs, name, otherwise: object = -1):
    """What stands beside a name or number in a table of pairs."""
    for key, value in pairs:
        if key == name:
            return value
    return otherwise


_HARDWARE = const(2)  # +IFC: RTS and CTS
_MAX_DIGITS = const(5)  # of the largest value in RANGES
_NAMES = {PROFILE: b"profile", LINE: b"line", STACK: b"stack", ITSELF: b"dialect"}  # in the store


def factory():
    """Return a new list of factory values."""
    return [default for _, _, default, _ in RANGES]


def restore(settings, keepers):
    """Set all settings of these keepers to their factory values. Allocates nothing."""
    for setting in range(len(RANGES)):
        if RANGES[setting][3] in keepers:
            settings[setting] = RANGES[setting][2]


def fits(setting, value):
    """Return True if a value is in the range of a setting."""
    return RANGES[setting][0] <= value <= RANGES[setting][1]


def at_start(board):
    """Return the list of settings after power-up: what was saved, and factory values.

    The board gives the factory values of line and dialect. What was saved on another board counts
    only if this one's UART can do it.
    """
    serial = board.serial
    settings = factory()
    settings[SPEED] = serial.rate // 100
    settings[TX_FLOW] = settings[RX_FLOW] = _HARDWARE if serial.flow else 0
    settings[DIALECT] = board.dialect
    load(settings, board.store, PROFILE, LINE, STACK, ITSELF)
    if not serial.supports(settings[SPEED] * 100):
        settings[SPEED] = serial.rate // 100
    if not serial.flow:
        settings[TX_FLOW] = settings[RX_FLOW] = 0
    return settings


def load(settings, store, *keepers):
    """Set the settings of these keepers to what the store has, else to factory values.

    Return False if what the store has is foreign, which `store.foreign` then says as well.
    MemoryError changes nothing of the keeper whose turn it is.
    """
    whole = True
    for keeper in keepers:
        pairs = _saved(store, keeper)  # allocates, so it comes before any change
        if keeper not in (LINE, ITSELF):  # the board gives the factory values of these
            restore(settings, (keeper,))
        if pairs is None:
            store.foreign = True
            whole = False
        for setting, value in pairs or ():
            settings[setting] = value
    return whole


def save(settings, store, *keepers):
    """Save the settings of these keepers. Return False, and change nothing, if writing fails."""
    changed = {}
    for keeper in keepers:
        values = [b"%d" % settings[setting] for setting in _settings_of(keeper)]
        changed[_NAMES[keeper]] = b",".join(values)
    return store.put(changed)


def _saved(store, keeper):
    """Return a list of (setting, value), or None if what is saved is foreign."""
    settings = _settings_of(keeper)
    values = _numbers(store.values.get(_NAMES[keeper], b""))
    if values is None or len(values) > len(settings):
        return None
    pairs = list(zip(settings, values))
    return pairs if all(fits(setting, value) for setting, value in pairs) else None


def _settings_of(keeper):
    return [i for i in range(len(RANGES)) if RANGES[i][3] == keeper]


def _numbers(text):
    """Return the list of numbers in `text`, or None if anything else is in it."""
    words = text.split(b",") if text else []
    if any(len(word) > _MAX_DIGITS or not word.isdigit() for word in words):
        return None
    return [int(word) for word in words]
