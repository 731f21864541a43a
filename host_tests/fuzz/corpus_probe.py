"""Plays each program of corpus/: `ok NAME`, or `FAIL NAME: why` and the transcript of it."""

import os

from fuzz import oracle

_FOLDER = __file__.rpartition("/")[0] + "/corpus/"


def _play(name):
    with open(_FOLDER + name, "rb") as file:
        program = file.read()
    try:
        oracle.check(program)
        print("ok " + name)
    except oracle.Failure as failure:
        print("FAIL %s: %s" % (name, failure))
        print("\n".join(failure.steps))


for each in sorted(os.listdir(_FOLDER)):
    _play(each)
