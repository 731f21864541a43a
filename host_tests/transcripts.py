"""Runs transcripts: sessions with the modem as plain text, byte for byte, on both interpreters.

    # words             the first says what the transcript proves
    # rules: R1 D7      the rules that it shows
    # ways: whole split the only ways that it runs in, and why
    # chip: no, because it has a radio: why the chip does not play it (chip/playable.py)
    # example: ATE0     from here on, to the end or `# example end`, printed in firmware/MANUAL.md
    = ready             how it begins: ready (echo off, session up; the default), idle (echo off),
                        fresh (power on)
    = radio             the bearer has a radio that commands are passed on to
    = wipsoft           the board's dialect is that
    = out 200           a size of the modem's
    = kept {b"a": b"b"} what the store holds when the power comes on
    = flow False        RTS and CTS are not wired
    > AT+WIPCLOSE=2,1   the host sends a line and CR
    < OK                the modem says CR LF OK CR LF
    >> "a\x03"          the host sends these bytes
    << "\r\nOK\r\n"     the modem says these bytes
    ~ 1000              the clock moves on by so many ms
    @ peer 3,1 ...      the network does something: see transcript_events.py

At each step the modem must have said all that is expected, and nothing else. Bytes are an
expression whose first b may be left out: `"x" * 3000 + b"y"`, `bytes(range(256))`.

Every file runs in all WAYS: whole; split, a byte at a time, and DTR as on a PC; trailing, LF and
NUL behind each line; narrow, ports that take and give a byte a call.
Usage: transcripts.py [-w WAY] FILE...
"""

import gc
import sys

from transcript_player import WAYS, Transcript


def main(arguments):
    """Prints a line a file and way, and `N passed, N failed`; returns the exit status."""
    ways = WAYS
    if arguments[0] == "-w":
        ways = (arguments[1],)
        arguments = arguments[2:]
    failed = passed = 0
    for path in arguments:
        transcript = Transcript(path)
        for way in transcript.ways():
            if way not in ways:
                continue
            gc.collect()  # the last session's buffers: two sets are more than a board's heap holds
            try:
                transcript.run(way)
                passed += 1
                print("ok %s %s" % (way, path))
            except Exception as error:  # noqa: BLE001 (whatever it is, it is that file's failure)
                failed += 1
                print("FAIL %s %s: %s %s" % (way, path, type(error).__name__, error))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
