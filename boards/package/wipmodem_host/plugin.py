"""The pytest plugin: the fixture `wip_modem`, its mark and its options."""

import pytest

_OPTIONS = (
    ("--wip-line", "pty", "the modem's line: pty, tcp or rfc2217 (pty)"),
    ("--wip-py", "micropython", "who runs the modem: micropython or cpython (micropython)"),
)


def pytest_addoption(parser):
    group = parser.getgroup("wipmodem")
    for name, default, words in _OPTIONS:
        group.addoption(name, default=default, help=words)


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "wip_modem(**options): how wipmodem_host.Modem is made, as in radio=True"
    )


@pytest.fixture
def wip_modem(request):
    """A modem that was just switched on, a wipmodem_host.Modem. Its options come from marks
    `wip_modem(...)`, the nearest one's first. A test that fails shows what was said."""
    from .modem import Modem  # not for each session of pytest that happens to have the plugin

    options = {"line": request.config.option.wip_line, "py": request.config.option.wip_py}
    options["trace"] = True
    for mark in reversed(list(request.node.iter_markers("wip_modem"))):
        options |= mark.kwargs
    with Modem(**options) as modem:
        yield modem
        print(modem.log())
