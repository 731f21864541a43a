"""nc where there is none: peer_nc.py HOST PORT, or peer_nc.py -l PORT."""

import os
import socket
import sys
import threading


def copy(read, write):
    """All that comes, as it comes."""
    while data := read(4096):
        write(data)


def main(where, port):
    if where == "-l":
        sock = socket.create_server(("127.0.0.1", int(port))).accept()[0]
    else:
        sock = socket.create_connection((where, int(port)))
    threading.Thread(
        target=copy, args=(lambda n: os.read(0, n), sock.sendall), daemon=True
    ).start()
    copy(sock.recv, lambda data: os.write(1, data))


if __name__ == "__main__":
    main(*sys.argv[1:])
