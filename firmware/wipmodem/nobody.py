"""In the place of what is made when a host first asks for it: counted.py, door.py, ping.py,
trial.py."""


class Nobody:
    under_way = False

    def on_event(self, handle, now_ms):
        return False

    def stop(self):
        """There is nothing under way."""
        return False

    end = second = reopen = stop


NOBODY = Nobody()
