"""ETX and DLE, both ways: DLE makes the byte behind it data, ETX alone is a mark (D15, D16, Q23,
Q24, H12). A base for the channels that have them."""

from ..compat import const

ETX = b"\x03"
DLE = b"\x10"
_DLE_CODE = const(0x10)


def special(buf, start, end):
    """Where the first ETX or DLE of buf[start:end] is; end if there is none."""
    etx = buf.find(ETX, start, end)
    if etx >= 0:
        end = etx
    dle = buf.find(DLE, start, end)
    return end if dle < 0 else dle


class Framed:
    """A subclass has `_keep(span, n)`, which takes what it can of n bytes, and `_mark()`."""

    def __init__(self, context):
        self._out = context.writer.out
        self._escaped = False  # the last byte was a DLE

    def _take_run(self, span):
        """One run without ETX or DLE, or one of these; False if nothing was taken."""
        start = span.start
        run = special(span.buf, start, span.end) - start
        if self._escaped or run:
            self._keep(span, 1 if self._escaped else run)
            if span.start > start:
                self._escaped = False
            return span.start > start
        if span.buf[start] == _DLE_CODE:
            self._escaped = True
        else:
            self._mark()
        span.take(1)
        return True

    def _give_run(self, rx):
        """A run of plain bytes, or one special byte behind its DLE; how many were taken."""
        rx.block()
        n = special(rx.buf, rx.start, rx.end) - rx.start
        if n:
            n = self._out.put(rx.buf, rx.start, min(n, self._out.room()))
        else:
            self._out.put(DLE, 0, 1)
            n = self._out.put(rx.buf, rx.start, 1)
        rx.take(n)
        return n

    def _keep(self, span, n):
        raise NotImplementedError

    def _mark(self):
        raise NotImplementedError
