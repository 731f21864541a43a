"""The interpreter's os, and the faults that a test asks for by environment variables:

STAND_IN_FREE=N      so many blocks of 4096 bytes are free
STAND_IN_FULL=NAME   no file can take this name
STAND_IN_CORRUPT=NAME a file grows a byte when it takes this name
"""

import uos
from uos import *  # noqa: F403


def statvfs(path):
    free = int(uos.getenv("STAND_IN_FREE", "352"))
    return (4096, 4096, 352, free, free, 0, 0, 0, 0, 255)


def rename(old, new):
    if new == uos.getenv("STAND_IN_FULL"):
        raise OSError("full")
    uos.rename(old, new)
    if new == uos.getenv("STAND_IN_CORRUPT"):
        with open(new, "ab") as file:
            file.write(b"!")
