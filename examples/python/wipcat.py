"""nc through the modem: standard input goes to the peer, what it says to standard output.

wipcat.py LINE tcp HOST PORT      connect, send, print until the peer closes
wipcat.py LINE serve PORT         the same with the first peer that connects
wipcat.py LINE udp HOST PORT      send one datagram, print the one that comes back
wipcat.py LINE report HOST PORT   send line by line; connect again when the connection is lost

What goes on is told on standard error; the exit status is 1 when something fails.
"""

import sys

from wiphost import Modem, SocketError, WipError

PATIENCE_S = 60


def tcp(modem, host, port):
    with modem.connect(host, port) as sock:
        say("connected")
        talk(sock)


def serve(modem, port):
    with modem.listen(port, peers=1) as server:
        say(f"listening on {server.port()}")
        with server.accept(PATIENCE_S) as sock:
            say("accepted")
            talk(sock)


def talk(sock):
    if data := sys.stdin.buffer.read():
        sock.send(data)
    while came := sock.recv(PATIENCE_S):
        put(came)
    say("the peer has closed")


def udp(modem, host, port):
    with modem.udp(host, port) as sock:
        sock.send(sys.stdin.buffer.read())
        datagram, _sender = sock.recv(PATIENCE_S)
        put(datagram)


def report(modem, host, port):
    """A line is said again if the connection was lost with it: the peer may get it twice."""
    sock = modem.connect(host, port)
    for line in sys.stdin.buffer:
        while True:
            try:
                sock.send(line)
                break
            except SocketError as error:
                say(f"lost: {error}")
                sock.close()
                modem.wait_for_session(PATIENCE_S)
                sock = modem.connect(host, port)
        say(f"sent {len(line)} bytes")
    sock.close()


def put(data):
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def say(words):
    print(f"wipcat: {words}", file=sys.stderr, flush=True)


COMMANDS = {"tcp": (tcp, 2), "serve": (serve, 1), "udp": (udp, 2), "report": (report, 2)}


def main(arguments):
    line, name, *rest = arguments if len(arguments) > 1 else ("", "")
    do, count = COMMANDS.get(name, (None, 0))
    if not do or len(rest) != count:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        modem = Modem.open(line)
        modem.start()
        say(f"session, our address is {modem.address()}")
        do(modem, *rest)
        if modem.strays:
            say(f"{modem.strays} bytes of failed escapes may have reached the peer")
    except (WipError, OSError) as error:
        say(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
