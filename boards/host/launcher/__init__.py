"""The PC launcher: everything around the modem process (CPython only).

The modem itself runs in a process of its own, under MicroPython or CPython. What stands here gives
it a serial line (a pty, a TCP port or an RFC 2217 port), its control lines, and a clean end.
"""
