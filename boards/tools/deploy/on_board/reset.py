# Script for the board: reset it. After Ctrl-C the modem has left a file `held`, which would keep
# main.py from starting the modem; the script removes this file first.
import os

import machine

try:
    os.remove("held")
except OSError:
    print("the modem was not held")
machine.reset()
