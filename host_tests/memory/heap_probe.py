"""Where the heap goes: `heap STAGE USED FREE`, in bytes, after a collection. Runs in the place of
main.py, under a PC's MicroPython and at a chip's console.
"""

import gc
import sys


def tell(stage):
    gc.collect()
    print("heap", stage, gc.mem_alloc(), gc.mem_free(), file=sys.stderr)


from wipmodem.compat import collect_often

collect_often()

import main
from board import Board

tell("firmware")
here = Board()
tell("board")
modem = main.Modem(here)
tell("modem")
del modem
here.sizes.sockets = 1
modem = main.Modem(here)
tell("one_socket")
del modem
for _ in range(4):
    here.net.open_udp(0)
tell("bare")
for _ in range(2):
    here.net.open_udp(0)
tell("two_opened")
print("heap end 0 0", file=sys.stderr)
