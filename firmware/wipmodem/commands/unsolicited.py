"""Functions that select the next queued URC (unsolicited result code) and write its line."""

from .. import urc
from ..recorder import URC
from ..settings import URC_TIME
from .sockets import append_name, write_data

# Text at the start of a URC, indexed by the kind of the URC (urc.py). DATA and RESULT are absent,
# because other functions write these two kinds of URCs.
WORDS = {
    urc.READY: b"+WIPREADY: ",
    urc.FAILED: b"+WIPERROR: ",
    urc.ERROR: b"+WIPERROR: ",
    urc.ACCEPT: b"+WIPACCEPT: ",
    urc.PEER_CLOSE: b"+WIPPEERCLOSE: ",
    urc.BEARER: b"+WIPBR: 6,",
    urc.LOST: b"+WIPXLOST: ",
    urc.REGISTERED: b"+CREG: ",
    urc.PING: b"+WIPPING: ",
    urc.REJECTED: b"+WIPXREFUSED: ",
    urc.OVERRUN: b"+WIPXOVERRUN: ",
    urc.CLOSED: b"+WIPXCLOSED: ",
    urc.WIND: b"+WIND: ",
}


def announce(context):
    """Write the queued URCs while the output has room. Return True if any URC was written.

    While the outcome of a +WIPCREATE is pending, all other URCs wait for that outcome (H5).
    """
    urcs = context.urcs
    written = False
    while urcs.count and context.writer.room():
        i = urcs.find_outcome() if urcs.awaiting_outcome else 0
        if i < 0:
            if context.table.pending():
                break
            i = 0
        _announce_one(context, urcs, i)
        written = True
    return written


def _announce_one(context, urcs, i):
    kind = urcs.kinds[i]
    if urcs.awaiting_outcome and kind <= urc.FAILED:
        urcs.awaiting_outcome = context.table.pending() > 0
    if context.settings[URC_TIME]:
        _write_time(context, urcs.stamps_ms[i])
    _WRITE[kind](context, urcs, i)
    _record(context.recorder, context.writer)
    urcs.remove(i)


def _write_time(context, stamp_ms):
    context.clock.write(context.writer.begin(b"+WIPXTIME: "), stamp_ms).end()


def _record(recorder, writer):
    n = writer.text_end - writer.text_start
    recorder.record(URC, writer.line, writer.text_start, n)


def _begin(context, urcs, i):
    return context.writer.begin(WORDS[urcs.kinds[i]])


def _begin_socket(context, urcs, i):
    """Begin the line of a URC about a socket, up to protocol and index. Return the writer."""
    return append_name(_begin(context, urcs, i), context.table.find_key(urcs.keys[i]))


def _write_key(context, urcs, i):
    _begin(context, urcs, i).number(urcs.keys[i]).end()


def _write_value(context, urcs, i):
    _begin(context, urcs, i).number(urcs.values[i]).end()


def _write_socket(context, urcs, i):
    _begin_socket(context, urcs, i).end()


def _write_error(context, urcs, i):
    _begin_socket(context, urcs, i).comma(urcs.values[i]).end()


def _write_accept(context, urcs, i):
    index = context.table.find_key(urcs.keys[i]).index
    _begin(context, urcs, i).number(urcs.values[i]).comma(index).end()


def _write_data(context, urcs, i):
    # Write the number of unread bytes at this time, so that the number is exact (H11).
    write_data(context.writer, context.table.find_key(urcs.keys[i]))


def _write_result(context, urcs, i):
    context.writer.result(urcs.keys[i])


def _write_ping(context, urcs, i):
    value = urcs.values[i]
    writer = _begin(context, urcs, i).number(urcs.keys[i])
    writer.comma(value >> 20).comma(value & 0xFFFFF).end()


def _write_rejected(context, urcs, i):
    value = urcs.values[i]
    writer = _begin(context, urcs, i).number(urcs.keys[i] & 15)
    writer.peer(urcs.addr(i), value & 0xFFFF).quoted(context.counters.name(value >> 16)).end()


def _write_closed(context, urcs, i):
    _begin_socket(context, urcs, i).quoted(b"idle").end()


_WRITE = {
    urc.READY: _write_socket,
    urc.FAILED: _write_error,
    urc.ERROR: _write_error,
    urc.ACCEPT: _write_accept,
    urc.DATA: _write_data,
    urc.PEER_CLOSE: _write_socket,
    urc.BEARER: _write_key,
    urc.LOST: _write_value,
    urc.RESULT: _write_result,
    urc.REGISTERED: _write_value,
    urc.PING: _write_ping,
    urc.REJECTED: _write_rejected,
    urc.OVERRUN: _write_value,
    urc.CLOSED: _write_closed,
    urc.WIND: _write_value,
}
