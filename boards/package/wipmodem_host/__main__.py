"""Entry point of `python -m wipmodem_host`, the same as the command `wipmodem`."""

import sys

from .command import main

if __name__ == "__main__":
    sys.exit(main())
