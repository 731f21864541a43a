"""Steps by a stream of numbers, on both interpreters: drive.py SEED STEPS.

A program is (how it begins, steps). One that fails is shortened, and printed with its transcript.
"""

import sys

from pair import Pair
from steps import BEGIN, STEPS, is_table

_MOST = 120  # steps with one modem


class Numbers:
    """The same on every interpreter, where `random` is not."""

    def __init__(self, seed):
        self._state = seed & 0x3FFFFFFF

    def of(self, choices):
        self._state = (self._state * 1103515245 + 12345) & 0x3FFFFFFF
        return choices[(self._state >> 12) % len(choices)]

    def row(self, table):
        """(name, arguments) out of a table of steps, commands or events."""
        name, choices = self.of(table)
        return name, tuple(
            [self.row(each[0]) if is_table(each) else self.of(each) for each in choices]
        )


def program(seed):
    numbers = Numbers(seed)
    return tuple([numbers.of(each) for each in BEGIN]), [numbers.row(STEPS) for _ in range(_MOST)]


def play(begin, steps):
    """(how many steps meant something, what went wrong or None, the transcript)"""
    done = 0
    pair = Pair(*begin)
    try:
        for name, arguments in steps:
            done += bool(pair.do(name, arguments))
    except Exception as error:  # noqa: BLE001 (whatever it is, it is what was looked for)
        return done, error, pair.transcript
    return done, None, pair.transcript


def shorten(begin, steps):
    """Leave out what is not needed for it to fail: halves first, single steps last."""
    size = len(steps) // 2
    while size:
        at = 0
        while at < len(steps):
            fewer = steps[:at] + steps[at + size :]
            if play(begin, fewer)[1]:
                steps = fewer
            else:
                at += size
        size //= 2
    return steps


def told(seed):
    """A failing seed, as lines: its shortest program, what went wrong, the transcript."""
    begin, steps = program(seed)
    steps = shorten(begin, steps)
    _, error, transcript = play(begin, steps)
    lines = ["seed %d fails: Pair%r" % (seed, begin)]
    lines += ["    do%r" % (each,) for each in steps]
    lines += ["%s: %s" % (type(error).__name__, error)]
    lines += [
        "",
        "As a transcript, for host_tests/transcripts/ (its last << is what should be said):",
        "",
    ]
    return lines + transcript


def run(seed, steps):
    """Programs from this seed on until so many steps have been done: how many, and a seed that
    failed or None."""
    done = 0
    while done < steps:
        n, error, _ = play(*program(seed))
        done += n
        if error:
            return done, seed
        seed += 1
    return done, None


def main(seed, steps):
    done, failed = run(seed, steps)
    for line in ["%d steps" % done] if failed is None else told(failed):
        print(line)
    return failed is not None


if __name__ == "__main__":
    sys.exit(int(main(int(sys.argv[1]), int(sys.argv[2]))))
