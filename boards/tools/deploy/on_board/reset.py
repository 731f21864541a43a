# Runs on the board: starts it anew. A modem that Ctrl-C has stopped is not held back any longer.
import os

import machine

try:
    os.remove("held")
except OSError:
    print("nothing was held")
machine.reset()
