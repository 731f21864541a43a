"""The meter, as it is, with a modem and a server that do what seldom happens.

pip install <wipmodem> pytest
pytest test_meter.py
"""

import subprocess
import sys
from pathlib import Path

import pytest

METER = Path(__file__).with_name("meter.py")
READING = "0042 kWh"
SENT = b"0042 kWh\n"


@pytest.fixture
def meter(wip_modem):
    """Starts it: meter(port of the server, tries)."""
    started = []

    def start(port, tries=1):
        words = [wip_modem.url, "127.0.0.1", port, READING, tries]
        process = subprocess.Popen(
            [sys.executable, METER, *map(str, words)], stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def said(process):
    """What it prints until it ends, and its exit status."""
    out, _ = process.communicate(timeout=30)
    return out.split("\n")[:-1], process.returncode


def test_a_reading_is_acknowledged(wip_modem, meter):
    """The server gets the bytes, and its close is the acknowledgement."""
    server = wip_modem.listen()
    process = meter(server.port)
    with server.accept() as connection:
        connection.expect(SENT)
    assert said(process) == (["acknowledged"], 0)


def test_a_server_that_refuses(wip_modem, meter):
    """The meter says so, and is done."""
    server = wip_modem.listen()
    server.refuse()
    assert said(meter(server.port)) == (["refused"], 1)


def test_a_connection_that_is_reset_is_made_again(wip_modem, meter):
    """The second try brings the same reading."""
    server = wip_modem.listen()
    process = meter(server.port, tries=2)
    connection = server.accept()
    connection.expect(SENT)
    connection.reset()
    assert process.stdout.readline() == "lost\n"
    with server.accept() as connection:
        connection.expect(SENT)
    assert said(process) == (["acknowledged"], 0)


@pytest.mark.wip_modem(radio=True)
def test_a_network_that_is_cut_comes_back(wip_modem, meter):
    """The carrier is lost before the acknowledgement; the meter waits for +WIPBR: 6,1."""
    server = wip_modem.listen()
    process = meter(server.port, tries=2)
    connection = server.accept()
    connection.expect(SENT)
    wip_modem.radio.cut()
    connection.expect_end()
    assert process.stdout.readline() == "lost\n"
    wip_modem.radio.restore()
    with server.accept() as connection:
        connection.expect(SENT)
    assert said(process) == (["acknowledged"], 0)


@pytest.mark.wip_modem(radio=True)
def test_a_call_that_takes_long(wip_modem, meter):
    """... and fails at first: the meter does not give up."""
    wip_modem.radio.fail("busy")
    wip_modem.radio.delay(500)
    server = wip_modem.listen()
    process = meter(server.port)
    with server.accept() as connection:
        connection.expect(SENT)
    assert said(process) == (["acknowledged"], 0)


def test_a_server_that_is_slow_to_answer(wip_modem, meter):
    """The connection is made when it answers, and not before."""
    server = wip_modem.listen()
    server.hold()
    process = meter(server.port)
    server.expect_attempt()
    server.answer()
    with server.accept() as connection:
        connection.expect(SENT)
    assert said(process) == (["acknowledged"], 0)


def test_power_is_lost(wip_modem, meter):
    """Amid an exchange: the modem knows of no connection, and the meter does not hang."""
    server = wip_modem.listen()
    process = meter(server.port)
    connection = server.accept()
    connection.expect(SENT)
    wip_modem.power_cycle()
    connection.expect_end()
    assert process.wait(30) == 1
