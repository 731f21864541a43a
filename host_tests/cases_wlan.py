"""ports/wlan.py over a stand-in of `network`. The time is a number. Both
interpreters."""

from chip_modules import Cyw43, Network, load
from wipmodem.contract import AUTH_FAILED, DOWN, HOME, NO_ANSWER, RETRYING, SEARCHING, STARTING, UP

_TABLE = {"ssid": "office", "key": "12345678"}
_JOIN = ["on", ("office", "12345678")]
_LEAVE = ["leave", "off"]
_WRAP = 1 << 30

_WLAN = load("wlan", network=Network)
_CYW43 = load("wlan", network=Cyw43)
_NET = load("net")

# By chip: what status() says of a wrong key.
_WRONG_KEY = ((_WLAN, 202), (_WLAN, 15), (_WLAN, 204), (_CYW43, -3))
# Other ends of a try: no network, no association, no reason.
_FAILED = ((_WLAN, 201), (_WLAN, 203), (_WLAN, 2), (_CYW43, -1), (_CYW43, -2))


def _bearer(now_ms=0, module=_WLAN):
    """A bearer that has been served at this time, and the station under it."""
    link = Network.WLAN(Network.STA_IF)
    bearer = module.Wlan(link, _TABLE)
    assert bearer.tick(now_ms) == 1000 and bearer.state == DOWN
    return bearer, link


def _states(bearer, *times):
    """The states that services at these times leave."""
    states = []
    for now_ms in times:
        bearer.tick(now_ms % _WRAP)
        states.append(bearer.state)
    return states


# Joining


def case_join():
    """The network of the board's table; up once it has an address."""
    bearer, link = _bearer()
    bearer.start(0)
    assert link.said == _JOIN and bearer.state == STARTING
    assert bearer.tick(100) == 100 and bearer.state == STARTING
    link.joined = True
    assert bearer.tick(200) == 100 and bearer.state == UP
    assert link.said == _JOIN
    assert bearer.address() == b"\x0a\0\0\x07"
    assert bearer.servers() == [(b"\x0a\0\0\x35", 53)]


def case_join_with_the_hosts_network():
    """User id and password of +WIPBR take the table's place, from the next start on."""
    bearer, link = _bearer()
    bearer.user, bearer.password = b"home", b"secret"
    bearer.start(0)
    assert link.said == ["on", (b"home", b"secret")]
    bearer.stop()
    bearer.password = b""
    bearer.start(0)
    assert link.said == ["on", (b"home", b"secret")] + _LEAVE + ["on", (b"home", b"")]
    bearer.stop()
    bearer.user = b""
    del link.said[:]
    bearer.start(0)
    assert link.said == _JOIN


def case_what_has_no_radio():
    """It needs no pumping, knows no hosts, passes no commands on."""
    bearer, _ = _bearer()
    assert (bearer.poll(), bearer.lookup(b"a"), bearer.radio) == (False, None, None)


def case_signal():
    """The dBm of the network in +CSQ's steps, within their range; none, and it is not known."""
    bearer, link = _bearer()
    told = []
    for link.rssi in (-70, -113, -114, -130, -52, -51, -20, None):
        told.append(bearer.signal())
    assert told == [21, 0, 0, 0, 30, 31, 31, 99]


# Before a session


def case_a_host_that_asks_for_the_network():
    """The board begins to look for it, and tells when it is there; the session is up at once."""
    bearer, link = _bearer()
    assert bearer.registered() == SEARCHING == 2
    assert link.said == _JOIN and bearer.state == DOWN
    assert _states(bearer, 1000) == [DOWN] and bearer.registered() == SEARCHING
    link.joined, link.rssi = True, -70
    assert bearer.registered() == HOME == 1 and bearer.signal() == 21
    bearer.start(0)
    assert bearer.state == STARTING and _states(bearer, 2000) == [UP]
    assert link.said == _JOIN and bearer.registered() == HOME
    link.joined = False
    assert bearer.registered() == SEARCHING and link.said == _JOIN
    bearer.stop()
    assert link.said == _JOIN + _LEAVE


def case_a_host_that_keeps_asking():
    """A network that does not come is tried again when the host asks, but not within 30 s."""
    bearer, link = _bearer()
    for now_ms in range(0, 60000, 1000):
        bearer.tick(now_ms)
        assert bearer.registered() == SEARCHING and bearer.state == DOWN
    assert link.said == _JOIN * 2 and bearer.cause == 0
    bearer.start(0)  # the driver may have given up: tried anew
    assert link.said == _JOIN * 2 + _LEAVE + _JOIN
    assert _states(bearer, 88999, 89000) == [STARTING, DOWN] and bearer.cause == NO_ANSWER
    assert bearer.registered() == SEARCHING and link.said[-2:] == _JOIN


def case_another_network_than_the_one_looked_for():
    """The one that the host has named since is joined."""
    bearer, link = _bearer()
    bearer.registered()
    link.joined = True
    bearer.user = b"home"
    bearer.start(0)
    assert link.said == _JOIN + _LEAVE + ["on", (b"home", b"")]


def case_never_joined():
    """Given up after 30 s with the number for no answer, the radio off; a wrap is no matter."""
    for begin in (0, _WRAP - 10000):
        bearer, link = _bearer(begin)
        bearer.start(0)
        assert _states(bearer, begin + 15000, begin + 29999) == [STARTING, STARTING]
        assert _states(bearer, begin + 30000) == [DOWN] and bearer.cause == NO_ANSWER == 808
        assert link.said == _JOIN + _LEAVE
        assert bearer.tick((begin + 40000) % _WRAP) == 1000 and link.said == _JOIN + _LEAVE


def case_started_again():
    """With 30 s of its own, and without the cause of the time before."""
    bearer, link = _bearer()
    bearer.start(0)
    assert _states(bearer, 30000) == [DOWN]
    bearer.start(0)
    assert bearer.cause == 0 and link.said == _JOIN + _LEAVE + _JOIN
    assert _states(bearer, 59999, 60000) == [STARTING, DOWN] and bearer.cause == NO_ANSWER


def case_joined_at_the_last_moment():
    """It counts."""
    bearer, link = _bearer()
    bearer.start(0)
    link.joined = True
    assert _states(bearer, 30000) == [UP] and bearer.cause == 0


def case_wrong_key():
    """Two reports of it, 2 s apart, are 814, the radio off; a wrap is no matter."""
    for module, status in _WRONG_KEY:
        for begin in (0, _WRAP - 1000):
            bearer, link = _bearer(begin, module)
            bearer.start(0)
            link.told = status
            assert _states(bearer, begin + 500, begin + 2499) == [STARTING, STARTING]
            assert link.said == _JOIN
            assert _states(bearer, begin + 2500) == [STARTING] and link.said == _JOIN * 2
            link.told = status
            assert _states(bearer, begin + 3000) == [DOWN]
            assert bearer.cause == AUTH_FAILED == 814
            assert link.said == _JOIN * 2 + _LEAVE


def case_wrong_key_reported_for_a_right_one():
    """Once: the next try joins. What was reported before does not count for the next session."""
    for module, status in _WRONG_KEY:
        bearer, link = _bearer(0, module)
        for begin in (0, 10000):
            bearer.start(0)
            link.told = status
            assert _states(bearer, begin + 500, begin + 2500) == [STARTING, STARTING]
            link.joined = True
            assert _states(bearer, begin + 3000) == [UP] and bearer.cause == 0
            link.joined = False


def case_a_try_that_fails():
    """Repeated 2 s later, until the network is there or 30 s have passed: 808."""
    for module, status in _FAILED:
        bearer, link = _bearer(0, module)
        bearer.start(0)
        for now_ms in range(0, 30000, 3000):
            link.told = status
            assert _states(bearer, now_ms, now_ms + 1999) == [STARTING, STARTING]
            assert link.said == _JOIN * (now_ms // 3000 + 1)
            assert _states(bearer, now_ms + 2000) == [STARTING]
        assert _states(bearer, 29999, 30000) == [STARTING, DOWN]
        assert bearer.cause == NO_ANSWER and link.said == _JOIN * 11 + _LEAVE


def case_a_try_that_goes_on():
    """Whatever number the chip has for that; and a driver that does not tell."""
    for module, status in ((_WLAN, 1000), (_CYW43, 0), (_CYW43, 1), (_CYW43, 2), (_CYW43, 3)):
        bearer, link = _bearer(0, module)
        bearer.start(0)
        link.told = status
        assert _states(bearer, 100, 15000, 29999) == [STARTING] * 3 and link.said == _JOIN
    bearer, link = _bearer()
    bearer.start(0)
    link.status = _tells_nothing
    assert _states(bearer, 100, 29999, 30000) == [STARTING, STARTING, DOWN]


def case_the_driver_is_to_tell():
    """esp32's repeats nothing by itself, so that it tells; cyw43 has no such setting."""
    bearer, link = _bearer()
    bearer.start(0)
    assert link.settings == {"reconnects": 0}
    bearer, link = _bearer(0, _CYW43)
    link.config = _has_no_setting
    bearer.start(0)
    assert link.said == _JOIN


# Losing


def case_lost():
    """Joined again at once and then every 30 s, for ever; up as soon as it is back. A driver that
    tries by itself refuses to be told to."""
    bearer, link = _bearer()
    bearer.start(0)
    link.joined = True
    assert _states(bearer, 100) == [UP]
    link.joined = False
    del link.said[:]
    assert _states(bearer, 1000) == [RETRYING] and link.said == _JOIN
    for k in range(1, 100):
        now_ms = 1000 + k * 30000
        assert _states(bearer, now_ms - 1, now_ms) == [RETRYING, RETRYING]
        assert link.said == _JOIN * (k + 1)
    link.joined = True
    assert _states(bearer, 3000000) == [UP] and link.said == _JOIN * 100
    assert bearer.cause == 0


def case_lost_and_a_try_fails():
    """Repeated 2 s later, for ever, whatever the reason: it had been up with this key."""
    for module, status in _WRONG_KEY + _FAILED:
        bearer, link = _bearer(0, module)
        bearer.start(0)
        link.joined = True
        assert _states(bearer, 100) == [UP]
        link.joined = False
        assert _states(bearer, 1000) == [RETRYING]
        del link.said[:]
        for k in range(50):
            link.told = status
            assert _states(bearer, 1001 + k * 2001, 3001 + k * 2001) == [RETRYING, RETRYING]
        assert len(link.said) >= 2 * 50 and bearer.cause == 0
        link.joined = True
        assert _states(bearer, 200000) == [UP]


def case_dialled_while_it_is_lost():
    """Tried at once and for 30 s; for another network too, if the host has named one."""
    bearer, link = _bearer()
    bearer.start(0)
    link.joined = True
    assert _states(bearer, 100) == [UP]
    link.joined = False
    assert _states(bearer, 200) == [RETRYING]
    del link.said[:]
    bearer.user = b"home"
    bearer.start(0)
    assert bearer.state == STARTING and link.said == _LEAVE + ["on", (b"home", b"")]
    assert link.trying == b"home"
    assert _states(bearer, 30199, 30200) == [STARTING, DOWN] and bearer.cause == NO_ANSWER


# Stopping and failing


def case_stop():
    """From every state: the network is left, the radio off, and nothing is tried again."""
    for joined, lost in ((False, False), (True, False), (True, True)):
        bearer, link = _bearer()
        bearer.start(0)
        link.joined = joined
        bearer.tick(100)
        link.joined = joined and not lost
        bearer.tick(200)
        del link.said[:]
        bearer.stop()
        assert bearer.state == DOWN and link.said == _LEAVE
        assert _states(bearer, 300, 60000) == [DOWN, DOWN] and link.said == _LEAVE
        assert bearer.cause == 0


def case_connect_raises():
    """The deadline decides, and the network may yet come."""
    for joined, state in ((False, DOWN), (True, UP)):
        bearer, link = _bearer()
        link.connect = _refuse  # type: ignore (in its place)
        bearer.start(0)
        assert _states(bearer, 29999) == [STARTING]
        link.joined = joined
        assert _states(bearer, 30000) == [state]


def case_no_memory_for_the_driver():
    """Neither switching it on nor leaving a network that it never had is an end of the modem."""
    bearer, link = _bearer()
    link.starts = False
    bearer.start(0)
    assert _states(bearer, 29999, 30000) == [STARTING, DOWN] and bearer.cause == NO_ANSWER
    link.starts = True
    bearer.start(0)
    link.joined = True
    assert _states(bearer, 30100) == [UP]


def _refuse(name, key):
    raise OSError("Wifi Internal State Error")


def _tells_nothing(what=None):
    raise OSError("Wifi Not Started")


def _has_no_setting(**_):
    raise ValueError("unknown config param")


# Around it


def case_addresses():
    """Of ifconfig() only what all chips have in the same place; a server may be missing."""

    class Link:
        def __init__(self, *values):
            self._values = values

        def ifconfig(self):
            return self._values

    lwip = Link("10.64.64.2", "255.255.255.255", "10.64.64.1", "8.8.4.4")
    esp32 = Link("10.64.64.2", "10.64.64.1", "255.255.255.255", "8.8.4.4")
    for link in (lwip, esp32):
        assert _NET.interface_address(link) == b"\x0a\x40\x40\x02"
        assert _NET.interface_servers(link) == [(b"\x08\x08\x04\x04", 53)]
    assert _NET.interface_servers(Link("1.2.3.4", "", "", "0.0.0.0")) == []
    assert _NET.interface_servers(Link(None, None, None, None)) == []


def case_board():
    """A board with Wi-Fi has a station, and the table of its board file."""

    class Board:
        WLAN = _TABLE

    _WLAN.make_bearer(Board).start(0)
    assert Network.WLAN.made[-1].said == _JOIN
