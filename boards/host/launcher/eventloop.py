"""The launcher's event loop for sockets, timers and signals."""

import heapq
import itertools
import selectors
import signal
import socket
import time

from .openers import Openers

READ = selectors.EVENT_READ
WRITE = selectors.EVENT_WRITE

# Byte that another thread writes to wake the loop. No signal has this number.
_WAKE = b"\0"


class EventLoop:
    """A single-threaded loop. An exception from a callback ends run().

    `openers` reports when programs open and close ptys. Signals arrive as bytes on a socket
    (set_wakeup_fd), so a signal never interrupts a callback. The signal handlers stay installed
    after run(), so that a second Ctrl-C does not disturb the clean-up.
    """

    def __init__(self):
        self._selector = selectors.DefaultSelector()
        self._timers = {}  # {token: callback}
        self._dues = []  # heap of (due time in s, token), which includes cancelled timers
        self._tokens = itertools.count()
        self._signals = {}  # {signal number: callback}
        self._running = True
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self.watch(self._wake_in, READ, self._on_wake)
        self.openers = Openers(self)

    def watch(self, fileobj, events, callback):
        """Call callback(events) whenever fileobj is ready for `events` (READ, WRITE).

        A second call replaces the first; events 0 ends the watch.
        """
        known = fileobj in self._selector.get_map()
        if not events:
            if known:
                self._selector.unregister(fileobj)
        elif known:
            self._selector.modify(fileobj, events, callback)
        else:
            self._selector.register(fileobj, events, callback)

    def unwatch(self, fileobj):
        """End a watch. Does nothing if the file is not watched."""
        self.watch(fileobj, 0, None)

    def after(self, delay_ms, callback):
        """Call callback() once, delay_ms from now. Return a token for cancel()."""
        token = next(self._tokens)
        self._timers[token] = callback
        heapq.heappush(self._dues, (time.monotonic() + delay_ms / 1000, token))
        return token

    def cancel(self, token):
        """Cancel a timer. Does nothing if the timer has fired already."""
        self._timers.pop(token, None)

    def on_signal(self, number, callback):
        """Call callback() in the loop after each signal `number`.

        Call on_signal() from the main thread only.
        """
        self._signals[number] = callback
        signal.set_wakeup_fd(self._wake_out.fileno(), warn_on_full_buffer=False)
        # Python writes the wake-up byte only for signals that have a Python handler.
        signal.signal(number, _ignore)

    def stop(self):
        """End run() after the current callback."""
        self._running = False

    def wake_and_stop(self):
        """Call stop() from a thread other than the loop's."""
        self._running = False
        self._wake_out.send(_WAKE)

    def run(self):
        """Run callbacks until stop() is called."""
        while self._running:
            for key, events in self._selector.select(self._wait_s()):
                # An earlier callback of this pass may have unwatched or closed this file.
                current = self._selector.get_map().get(key.fd)
                if current and current.fileobj is key.fileobj and self._running:
                    current.data(events)
            self._fire_timers()

    def close(self):
        """Close the loop's descriptors."""
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


def _ignore(_number, _frame):
    """Do nothing. The loop calls the signal's callback when it reads the wake-up byte."""
