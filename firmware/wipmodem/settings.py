"""The modem's settings: one byte each, so that a profile is a string of bytes.

The table gives the guide's range and default; basic commands and S-registers are read off it.
"""

from .compat import const

ECHO = const(0)
VERBOSE = const(1)
QUIET = const(2)
CMEE = const(3)
DCD_MODE = const(4)  # &C
DTR_MODE = const(5)  # &D
S3 = const(6)  # line terminator
S4 = const(7)  # response formatting
S5 = const(8)  # editing
S7 = const(9)  # how long a call may take to be set up, s

# setting: (lowest, highest, factory value)
RANGES = (
    (0, 1, 1),
    (0, 1, 1),
    (0, 1, 0),
    (0, 1, 0),
    (0, 2, 2),
    (0, 2, 2),
    (1, 127, 13),
    (1, 127, 10),
    (1, 127, 8),
    (1, 255, 50),
)

# The name of a basic command, and the number of an S-register, to its setting.
BASIC = {b"E": ECHO, b"V": VERBOSE, b"Q": QUIET, b"&C": DCD_MODE, b"&D": DTR_MODE}
S_REGISTERS = {3: S3, 4: S4, 5: S5, 7: S7}


def factory():
    """A fresh set of factory values."""
    return bytearray([default for _, _, default in RANGES])
