"""Settings: small integers, each with a range, a factory value and a group.

The basic commands, the S-registers, the options of +WIPCFG and the manual use these tables. The
board's store keeps the settings of a group under one name, as a text such as `1,1,0` in the order
of this file. A saved text with fewer numbers comes from older firmware, and is used. A saved text
with more numbers, or with a number out of range, is foreign: the modem does not use such a text.
"""

from .compat import const
from .contract import C1, WIPSOFT  # noqa: F401 (the values of DIALECT)

# Indexes in the list of settings. A time has the unit of its S-register or its +WIPCFG option.
ECHO = const(0)  # ATE: 1 echoes command lines to the host
VERBOSE = const(1)  # ATV: 1 sends result codes as words, 0 as numbers
QUIET = const(2)  # ATQ: 1 sends no result codes
CMEE = const(3)  # +CMEE: 1 sends error numbers in +CME ERROR
DCD_MODE = const(4)  # AT&C: behaviour of the DCD line
DTR_MODE = const(5)  # AT&D: action after a drop of DTR
DSR_MODE = const(6)  # AT&S: behaviour of the DSR line
S0 = const(7)  # number of RINGs before the modem answers a call automatically; 0: never
SPEED = const(8)  # rate of the host's UART in units of 100 bit/s; factory value from the board
TX_FLOW = const(9)  # +IFC: flow control of bytes to the host; factory value from the board
RX_FLOW = const(10)  # +IFC: flow control of bytes from the host; factory value from the board
S2 = const(11)  # escape character; above 127: no escape sequence
S3 = const(12)  # command line terminator
S4 = const(13)  # response formatting character
S5 = const(14)  # command line editing character
S7 = const(15)  # time limit for setting up a call, in seconds
S9 = const(16)  # carrier detect threshold; no effect
S10 = const(17)  # disconnect delay after loss of carrier, in units of 0.1 s; no effect
S11 = const(18)  # duration of DTMF tones; no effect
S12 = const(19)  # guard time of the escape sequence, in units of 20 ms
DEFAULT_TTL = const(20)  # option 0 of +WIPCFG: TTL of new sockets
WINDOW = const(21)  # option 3 of +WIPCFG: TCP receive window in bytes
MSS = const(22)  # option 4 of +WIPCFG: TCP segment size in bytes
MAX_SOCKETS = const(23)  # option 6 of +WIPCFG: largest number of sockets open at the same time
GATHER = const(24)  # option 12 of +WIPCFG: coalescing delay of host bytes, in units of 10 ms (Q3)
DIALECT = const(25)  # +WIPXDIALECT: C1 or WIPSOFT
URC_TIME = const(26)  # +WIPXURC: 1 writes +WIPXTIME before each URC
URC_REJECTED = const(27)  # +WIPXURC: 1 reports rejected connections
URC_OVERRUN = const(28)  # +WIPXURC: 1 reports overruns of the host's UART
REGISTRATION = const(29)  # +CREG on a board without a radio: 1 reports registration changes
S6 = const(30)  # pause before blind dialling, in seconds; no effect
S8 = const(31)  # pause for a comma in a dial string, in seconds; no effect
S25 = const(32)  # shortest drop of DTR that is detected, in units of 10 ms; no effect
S30 = const(33)  # time without data before a hang-up; no effect
S37 = const(34)  # modulation of a modem call; no effect
S38 = const(35)  # delay before a forced hang-up, in seconds; no effect

# Groups of settings that are saved together.
NEVER = const(0)  # not saved across restarts
PROFILE = const(1)  # saved by AT&W, loaded by ATZ and at the start
LINE = const(2)  # saved by AT&W, loaded only at the start
STACK = const(3)  # saved and loaded by AT+WIPCFG=4, loaded at the start
AT_ONCE = const(4)  # saved by the command that changes the setting, loaded at the start

# Rows of (lowest value, highest value, factory value, group), indexed by setting.
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
    (0, 1, C1, AT_ONCE),
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

# Tables of (key, setting). The key is the name of a basic command, the number of an S-register or,
# in STACK_OPTIONS, the number of an option of +WIPCFG.
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
# V.250 and Hayes commands that the modem accepts without effect (H21). Three characters describe
# each command: its prefix or a space, its letter and its highest value. The values are not stored.
NO_EFFECT = b" B1 L3 M3 N1 P0 T0 W2 X4 Y0&G0&J0&K6&M0&P0&Q6&R1&X0%C3\\N3"
NO_EFFECT_SIZE = const(3)  # number of characters for each command in NO_EFFECT
STACK_OPTIONS = ((0, DEFAULT_TTL), (3, WINDOW), (4, MSS), (6, MAX_SOCKETS), (12, GATHER))


# Names of the groups of settings in the board's store.
_NAMES = {PROFILE: b"profile", LINE: b"line", STACK: b"stack", AT_ONCE: b"dialect"}
_HARDWARE = const(2)  # value of +IFC for flow control by RTS and CTS
_MAX_DIGITS = const(5)  # number of digits of the largest value in RANGES


def find(pairs, key, default: object = -1):
    """Return the value of a key in a table of (key, value) pairs.

    Return `default` if the table does not have the key.
    """
    for known, value in pairs:
        if known == key:
            return value
    return default


def factory():
    """Return a new list of the factory values of all settings. Allocates."""
    return [default for _, _, default, _ in RANGES]


def restore(settings, groups):
    """Set all settings of some groups to their factory values. Allocates nothing.

    groups: tuple of groups, such as (PROFILE,).
    """
    for setting in range(len(RANGES)):
        if RANGES[setting][3] in groups:
            settings[setting] = RANGES[setting][2]


def fits(setting, value):
    """Return True if `value` is in the range of `setting`."""
    return RANGES[setting][0] <= value <= RANGES[setting][1]


def at_start(board):
    """Return a new list of the settings after power-up: saved values, else factory values.

    The factory values of rate, flow control and dialect come from the board. If the UART of the
    board does not support the saved rate or flow control, the board's factory value is used.
    """
    serial = board.serial
    settings = factory()
    settings[SPEED] = serial.rate // 100
    settings[TX_FLOW] = settings[RX_FLOW] = _HARDWARE if serial.flow else 0
    settings[DIALECT] = board.dialect
    board.store.foreign = False
    load(settings, board.store, PROFILE, LINE, STACK, AT_ONCE)
    if not serial.supports(settings[SPEED] * 100):
        settings[SPEED] = serial.rate // 100
    if not serial.flow:
        settings[TX_FLOW] = settings[RX_FLOW] = 0
    return settings


def load(settings, store, *groups):
    """Set the settings of these groups to their saved values, else to their factory values.

    Return False, and set `store.foreign`, if a saved text is foreign. After a MemoryError while
    the saved text of a group is read, the settings of this group and of all later groups are
    unchanged.
    """
    usable = True
    for group in groups:
        # Reading the store may raise MemoryError, so the read precedes all changes of the group.
        pairs = _saved(store, group)
        # at_start() has already set LINE and AT_ONCE to the factory values of the board.
        if group not in (LINE, AT_ONCE):
            restore(settings, (group,))
        if pairs is None:
            store.foreign = True
            usable = False
        for setting, value in pairs or ():
            settings[setting] = value
    return usable


def save(settings, store, *groups):
    """Save the settings of these groups in the store. Return True.

    If the write fails, return False and leave the store unchanged.
    """
    changed = {}
    for group in groups:
        values = [b"%d" % settings[setting] for setting in _settings_of(group)]
        changed[_NAMES[group]] = b",".join(values)
    return store.put(changed)


def _saved(store, group):
    """Return the saved settings of a group as (setting, value) pairs, or None if foreign."""
    settings = _settings_of(group)
    values = _numbers(store.values.get(_NAMES[group], b""))
    if values is None or len(values) > len(settings):
        return None
    pairs = list(zip(settings, values))
    return pairs if all(fits(setting, value) for setting, value in pairs) else None


def _settings_of(group):
    return [i for i in range(len(RANGES)) if RANGES[i][3] == group]


def _numbers(text):
    """Return a list of the numbers in a comma-separated text, or None if it is malformed.

    text: bytes. A number has 1 to 5 digits.
    """
    words = text.split(b",") if text else []
    if any(len(word) > _MAX_DIGITS or not word.isdigit() for word in words):
        return None
    return [int(word) for word in words]
