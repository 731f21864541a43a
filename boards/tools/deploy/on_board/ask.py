# Script for the board: run the copied modem without its UARTs and network, and print its response
# to ATI.
import gc

# Collect garbage often while modules are loaded, so that the heap has large free blocks for the
# buffers that follow.
gc.threshold(8192)
from board import Board
from wipmodem.modem import Modem


class FakePort:
    """A fake for every port that ATI does not need."""

    count = state = cause = dialect = fixed_ttl = 0
    rate = 115200
    flow = False
    radio = None
    torn = False
    values = {}

    def __getattr__(self, name):
        return lambda *arguments: 0


class Serial(FakePort):
    """A serial port on which the host has sent one command."""

    def __init__(self):
        self.input = b"ATE0I\r"
        self.output = b""

    def readinto(self, buf):
        n = len(self.input)
        buf[:n] = self.input
        self.input = b""
        return n

    def write(self, buf, off, n):
        self.output += buf[off : off + n]
        return n

    def dtr(self):
        return True


class FakeBoard(FakePort):
    name = Board.name
    reset_cause = b""
    recorder = bytearray(40)
    sizes = Board.sizes
    net = bearer = store = console = FakePort()
    serial = Serial()


board = FakeBoard()
modem = Modem(board)
for now_ms in range(100):
    modem.service(now_ms)
print(repr(board.serial.output))
