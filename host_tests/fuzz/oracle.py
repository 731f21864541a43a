"""What has to hold whatever comes in: every line ends in one final result or in data mode, nothing
raises, and `AT` still answers. Whole, byte by byte, and over ports that give a byte a call.

Runs on both interpreters.
"""

import gc

from fuzz.program import Program
from fuzz.watch import Broken
from wipmodem.settings import DTR_MODE, ECHO, QUIET, S2, S3, S4, S5, S12, VERBOSE

# A command may be held so long: for a session (H7), or a name and then a connection (H9).
_HELD_MS = 61000
_SETTLED_MS = 3000
_LF_MS = 10  # H17: how long the LF behind a CR is waited for
_ESCAPE_STEP_MS = 20  # of S12
_DTR_IGNORED = 0
_MOST_LINES = 2000

_SMALL_HEAP = hasattr(gc, "mem_free")  # MicroPython's takes one modem at a time

WAYS = ("whole", "split", "narrow")

# What is the world's to end, and a host's: the network, the radio and the line work again.
_CALMS = (
    "store well",
    "sockets_full no",
    "unsent no",
    "cts on",
    "dtr on",
)
_RADIO_CALMS = {"asking": "answers nothing", "calling": "call ended 8", "starting": "radio idle"}


class Failure(Exception):
    """`steps`: the transcript up to the fault."""

    def __init__(self, words, steps):
        super().__init__(words)
        self.steps = steps


def check(data, ways=WAYS):
    """Raises Failure; its transcript is that of the way in which it failed."""
    heard = {}
    for way in ways:
        program = None
        if _SMALL_HEAP:
            gc.collect()
        program = Program(data, way)
        try:
            program.run()
            heard[way] = None if program.timed else bytes(program.watch.asked_for)
            _comes_to_rest(program)
        except Exception as error:
            words = "%s: %s" % (type(error).__name__, error)
            raise Failure(words, program.steps) from error
        # None: it hangs on time.
        if None not in (heard[ways[0]], heard[way]) and heard[ways[0]] != heard[way]:
            raise Failure("%s: said %r" % (ways[0], heard[ways[0]]), program.steps)


def _comes_to_rest(program):
    for words in _CALMS:
        program.happen(words)
    _calm_peers(program)
    _await_results(program)
    for _ in range(_MOST_LINES):
        if not _to_command_mode(program):
            return  # a host that has given up its escape and its DTR: data mode is the end
        program.type(_terminator(program))
        _await_results(program)
        if not program.session.modem.context.online.channel:
            break
    program.wait(_SETTLED_MS)
    _at_answers(program)
    said = bytes(program.watch.said)
    if said != program.heard:
        raise Broken("the host was given something else: %r" % said)


def _calm_peers(program):
    for sock in program.player.sockets():
        if sock.protocol < 3:
            program.happen("window %d,%d 1000000" % (sock.protocol, sock.index))
    radio = program.session.bearer.radio
    while radio is not None and radio.state in _RADIO_CALMS:
        program.happen(_RADIO_CALMS[radio.state])


def _await_results(program):
    """Each line has its result within the time that a command may be held."""
    watch = program.watch
    for _ in range(_MOST_LINES):
        program.wait(_LF_MS)
        _calm_peers(program)
        before = watch.open_lines(), watch.lines
        program.wait(_HELD_MS if watch.open_lines() else _SETTLED_MS)
        if not watch.open_lines():
            return
        if before == (1, watch.lines):
            break
    raise Broken("%d lines without a result" % watch.open_lines())


def _to_command_mode(program):
    """By the escape, or by DTR; False if the host has given up both."""
    modem = program.session.modem
    settings = modem.context.settings
    if not modem.context.online.channel:
        return True
    guard_ms = settings[S12] * _ESCAPE_STEP_MS
    if settings[S2] < 128:
        program.wait(guard_ms + 1)
        program.type(bytes([settings[S2]]) * 3)
        program.wait(guard_ms + 1)
    elif settings[DTR_MODE] != _DTR_IGNORED:
        program.happen("dtr off")
        program.happen("dtr on")
    else:
        return False
    if modem.context.online.channel or program.watch.left != program.watch.told:
        raise Broken("data mode does not end")
    return True


def _terminator(program):
    return bytes([program.session.modem.context.settings[S3]])


def _at_answers(program):
    """OK, in the form that the host has chosen, and nothing else."""
    settings = program.session.modem.context.settings
    _answers_ok(program, b"AT")
    if settings[QUIET] and settings[S3] not in b"Q0" and settings[S5] not in b"Q0":
        _answers_ok(program, b"ATQ0")


def _answers_ok(program, line):
    settings = program.session.modem.context.settings
    echo = settings[ECHO]
    line += _terminator(program)
    said = program.type(line) + program.wait(_LF_MS)
    expected = (line if echo else b"") + _ok(settings)
    # What follows is unsolicited, or the watch would not have let it pass.
    if not said.startswith(expected) or program.watch.open_lines():
        raise Broken("expected %r, the modem said %r" % (expected, said))


def _ok(settings):
    end = bytes([settings[S3]])
    if settings[QUIET]:
        return b""
    if not settings[VERBOSE]:
        return b"0" + end
    return (end + bytes([settings[S4]])).join((b"", b"OK", b""))
