"""What is allocated at start, in bytes and pieces. A board changes what it must."""


class Sizes:
    sockets = 8  # W4: UDP, TCP and servers together
    handles = 16  # of the net port: sockets, and one for each name that is being resolved
    line = 256
    block = 512
    rx = 2048  # a socket's queue; it has a block besides
    tx = 2048
    datagram = 1472  # Q26
    out = 1024  # answers and URCs on their way to the DTE
    urcs = 8  # refused connections that wait to be told (+WIPXREFUSED)
    recorder = 8 + 64 * 32  # a head and slots
    recorder_at = 0  # an address that outlives a reset; 0: it is in the heap, and does not
    connect_ms = 30000
    run = 0  # blocks moved at once, behind a whole one: a chip has a radio to attend to

    def rx_most(self):
        """Bytes that a socket can hold for the host: a block beside the queue."""
        return self.block + max(self.rx, self.datagram)

    def tx_most(self):
        """Bytes that a socket can hold for its peer."""
        return self.block + self.tx
