"""One loop for sockets, timers and signals; everything in the launcher happens inside run()."""

import heapq
import itertools
import selectors
import signal
import socket
import time

from .openers import Openers

READ = selectors.EVENT_READ
WRITE = selectors.EVENT_WRITE

# Not a signal number: the byte by which another thread wakes the loop.
_WAKE = b"\0"


class EventLoop:
    """Callbacks run one at a time; an exception from one of them ends run(). `openers` tells when
    programs open and close ptys.

    Signals arrive as bytes on a socket (set_wakeup_fd), so that a callback is never interrupted.
    The handlers stay in place after run(): a second Ctrl-C must not disturb the clean-up.
    """

    def __init__(self):
        self._selector = selectors.DefaultSelector()
        self._timers = {}
        self._dues = []  # a heap of (due, token); those of cancelled timers are still in it
        self._tokens = itertools.count()
        self._signals = {}
        self._running = True
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self.watch(self._wake_in, READ, self._on_wake)
        self.openers = Openers(self)

    def watch(self, fileobj, events, callback):
        """Call callback(events) whenever fileobj is ready; events 0 stops that."""
        known = fileobj in self._selector.get_map()
        if not events:
            if known:
                self._selector.unregister(fileobj)
        elif known:
            self._selector.modify(fileobj, events, callback)
        else:
            self._selector.register(fileobj, events, callback)

    def unwatch(self, fileobj):
        self.watch(fileobj, 0, None)

    def after(self, delay_ms, callback):
        """Call callback() once, delay_ms from now; gives a token for cancel()."""
        token = next(self._tokens)
        self._timers[token] = callback
        heapq.heappush(self._dues, (time.monotonic() + delay_ms / 1000, token))
        return token

    def cancel(self, token):
        """Forget a timer; one that has fired already is no error."""
        self._timers.pop(token, None)

    def on_signal(self, number, callback):
        """Call callback() when the signal comes. Main thread only."""
        self._signals[number] = callback
        signal.set_wakeup_fd(self._wake_out.fileno(), warn_on_full_buffer=False)
        # The wake-up byte is only written for signals that have a handler in Python.
        signal.signal(number, _heard)

    def stop(self):
        """End run() after the current callback."""
        self._running = False

    def wake_and_stop(self):
        """stop(), from another thread."""
        self._running = False
        self._wake_out.send(_WAKE)

    def run(self):
        while self._running:
            for key, events in self._selector.select(self._wait_s()):
                # An earlier callback of this round may have unwatched, even closed, this one.
                current = self._selector.get_map().get(key.fd)
                if current and current.fileobj is key.fileobj and self._running:
                    current.data(events)
            self._fire_timers()

    def close(self):
        self.openers.close()
        signal.set_wakeup_fd(-1)
        self._selector.close()
        self._wake_in.close()
        self._wake_out.close()

    def _wait_s(self):
        while self._dues and self._dues[0][1] not in self._timers:
            heapq.heappop(self._dues)
        return max(0, self._dues[0][0] - time.monotonic()) if self._dues else None

    def _fire_timers(self):
        now = time.monotonic()
        while self._dues and self._dues[0][0] <= now and self._running:
            callback = self._timers.pop(heapq.heappop(self._dues)[1], None)
            if callback:
                callback()

    def _on_wake(self, _events):
        for number in self._wake_in.recv(64):
            callback = self._signals.get(number)
            if callback and self._running:
                callback()


def _heard(_number, _frame):
    """The work is done in the loop, when the wake-up byte is read."""
