"""wipmodem: an AT socket modem with the +WIP commands of the CDMA C1. See ../README.md for the
map."""

VERSION = b"0.1.0"
