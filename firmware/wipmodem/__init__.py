"""An AT socket modem with the +WIP commands of the CDMA C1: ../README.md is the map."""

VERSION = b"0.1.0"
