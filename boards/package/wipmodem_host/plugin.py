"""The pytest plugin: the fixture `wip_modem`, its mark and its command line options."""

import pytest

_OPTIONS = (
    ("--wip-line", "pty", "the modem's line: pty, tcp or rfc2217 (pty)"),
    ("--wip-py", "micropython", "the modem's interpreter: micropython or cpython (micropython)"),
)


def pytest_addoption(parser):
    group = parser.getgroup("wipmodem")
    for name, default, words in _OPTIONS:
        group.addoption(name, default=default, help=words)


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "wip_modem(**options): arguments of wipmodem_host.Modem, such as radio=True"
    )


@pytest.fixture
def wip_modem(request):
    """A wipmodem_host.Modem that was just switched on.

    The arguments of the Modem come from the marks `wip_modem(...)`; the mark nearest to the test
    wins. If the test fails, pytest shows the log with every byte of the serial line.
    """
    # Import this here, so that pytest sessions without this fixture do not load pyserial.
    from .modem import Modem

    options = {"line": request.config.option.wip_line, "py": request.config.option.wip_py}
    options["trace"] = True
    for mark in reversed(list(request.node.iter_markers("wip_modem"))):
        options |= mark.kwargs
    with Modem(**options) as modem:
        yield modem
        print(modem.log())
