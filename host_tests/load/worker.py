"""A thread whose failure is ours."""

import threading


class Worker(threading.Thread):
    """Begins at once; `sound()` raises what the work has raised."""

    def __init__(self, work):
        super().__init__(daemon=True)
        self._work = work
        self._failure = None
        self.start()

    def run(self):
        try:
            self._work()
        except Exception as error:
            self._failure = error

    def sound(self):
        if self._failure:
            raise self._failure
