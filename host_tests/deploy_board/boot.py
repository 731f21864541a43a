"""What a board's MicroPython does at power on: main.py of its flash, then the REPL (by -i).

The flash is the working directory; what a chip has and the PC lacks lies beside this file.
"""

import sys

sys.path[:] = ["", ".frozen", sys.path[0]]
try:
    with open("main.py") as file:
        program = file.read()
except OSError:
    program = ""
exec(program)
