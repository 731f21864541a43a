# Script for the board: print (path, bytes, SHA-256) for each file and folder below PATHS.
import os
from hashlib import sha256

_FOLDER = 0x4000
_block = memoryview(bytearray(512))


def digest(path):
    total = sha256()
    with open(path, "rb") as file:
        n = file.readinto(_block)
        while n:
            total.update(_block[:n])
            n = file.readinto(_block)
    return "".join("%02x" % byte for byte in total.digest())


def list_below(path):
    try:
        status = os.stat(path)
    except OSError:
        return  # the path does not exist
    if not status[0] & _FOLDER:
        print(repr((path, status[6], digest(path))))
        return
    print(repr((path + "/", 0, "")))
    for name in os.listdir(path):
        list_below(path + "/" + name)


for path in PATHS:  # type: ignore # noqa: F821 (the tool defines PATHS)
    list_below(path)
