"""What the load family does, as a table: `make test` plays it short, `make load` at length."""

from typing import NamedTuple

from load import bulk, cycles, eight, stuck


class Item(NamedTuple):
    """`play(modem, peers, amount, tell)` gives figures; `tell(done)` counts up to the amount.

    Without an amount it is play(modem, peers).
    """

    name: str
    play: object
    short: int = 0  # the amount in `make test`
    long: int = 0  # and in `make load`, unless it is said there


ITEMS = (
    Item("eight sockets at once, visits to each", eight.play, 1, 100),
    Item("connect, accept and close", cycles.play, 40, 10_000),
    Item("listener opened again on its port", cycles.reopen, 40, 1000),
    Item("host that types and never reads", stuck.deaf_host, 10_000, 200_000),
    Item("host that never reads in data mode", stuck.deaf_host_in_data_mode),
    Item("host that never stops", stuck.relentless_host, 2000, 200_000),
    Item("peer that never reads", stuck.deaf_peer),
    Item("peer that never reads, and dies", stuck.deaf_peer_that_dies),
    Item("more datagrams than can be kept", bulk.flood),
    Item("bytes each way at once", bulk.play, 1_000_000, 1_000_000_000),
)


def play(item, modem, peers, amount, tell=lambda done: None):
    """Figures."""
    return item.play(modem, peers, amount, tell) if amount else item.play(modem, peers)
