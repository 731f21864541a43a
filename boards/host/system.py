"""The interpreter's side of the PC's board: chosen once, here."""

import sys

if sys.implementation.name == "micropython":
    from system_micropython import Net, Poller, open_raw, ticks_ms, write_block
else:
    from system_cpython import Net, Poller, open_raw, ticks_ms, write_block

__all__ = ("Net", "Poller", "open_raw", "ticks_ms", "write_block")
