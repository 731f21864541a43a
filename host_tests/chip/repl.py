"""Python on the chip, over its console: mpremote's raw REPL, for one piece of code at a time."""

from mpremote.transport_serial import SerialTransport


class Repl:
    """`with Repl(chip) as repl:` interrupts what runs there."""

    def __init__(self, chip):
        self._chip = chip

    def __enter__(self):
        self._transport = SerialTransport(self._chip.console)
        self._transport.enter_raw_repl(soft_reset=False)
        self._running = False
        return self

    def __exit__(self, *_):
        if not self._running:
            self._transport.exit_raw_repl()
        self._transport.close()

    def exec(self, code, patience_s):
        output, error = self._transport.exec_raw(code, patience_s)
        if error:
            raise AssertionError(f"on the chip: {error.decode()}")
        return output.decode().replace("\r\n", "\n")

    def start(self, code):
        self._transport.exec_raw_no_follow(code)
        self._running = True
