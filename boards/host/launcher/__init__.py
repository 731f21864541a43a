"""The PC launcher: starts and ends the modem process and provides its serial port (CPython only).

The modem runs in a separate process, under MicroPython or CPython. The launcher provides a pty, a
TCP port or an RFC 2217 port for the host, and the control lines.
"""
