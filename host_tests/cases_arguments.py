"""Arguments of an extended command against specifications in V.250's bracket notation."""

from wipmodem.at.arguments import Arguments
from wipmodem.errors import ERROR

_KINDS = {
    ord("i"): (1, 8, 830),
    ord("o"): (0, 65535, 832),
    ord("c"): ((0, 1, 11), None, 800),
}


def _check(spec, text):
    """Return what split() and check() find wrong with the text after `AT+X=`, or 0."""
    line = b"+X=" + text
    arguments = Arguments(_KINDS)
    return arguments.split(line, 3, len(line)) or arguments.check(spec)


def _outcomes(spec, outcomes):
    for text, expected in outcomes:
        assert _check(spec, text) == expected, (spec, text, _check(spec, text))


def case_required_arguments():
    """Each has to be given, with its kind and in its range; there are no others."""
    _outcomes(
        b"it",
        (
            (b"1,x", 0),
            (b'"8","x"', 0),
            (b'1,""', 0),
            (b"1,", ERROR),
            (b"1", ERROR),
            (b"", ERROR),
            (b"x,x", ERROR),
            (b"1,x,1", ERROR),
            (b"0,x", 830),
            (b"9,x", 830),
        ),
    )


def case_optional_arguments():
    """Each pair of brackets of its own may be empty, at the end or between commas."""
    _outcomes(
        b"i[o][2]",
        ((b"1", 0), (b"1,2", 0), (b"1,,2", 0), (b"1,,", 0), (b"1,,3", ERROR), (b",2", ERROR)),
    )


def case_arguments_of_one_pair_of_brackets():
    """They are given together or not at all."""
    _outcomes(
        b"i[o][to]",
        (
            (b"1", 0),
            (b"1,,", 0),
            (b"1,,,", 0),
            (b"1,7,host,80", 0),
            (b"1,,host,80", 0),
            (b"1,,host", ERROR),
            (b"1,,host,", ERROR),
            (b"1,,,80", ERROR),
            (b"1,,host,65536", 832),
        ),
    )


def case_a_required_argument_after_brackets():
    """An argument after the closing bracket is required, with and without the optional one."""
    _outcomes(
        b"i[o]i", ((b"1,2,3", 0), (b"1,,3", 0), (b"1,2,", ERROR), (b"1,,", ERROR), (b"1", ERROR))
    )


def case_a_digit():
    """The numbers up to that digit; others are plain ERROR."""
    _outcomes(b"0", ((b"0", 0), (b"1", ERROR)))
    _outcomes(b"9", ((b"9", 0), (b"10", ERROR)))
    _outcomes(b"2", ((b"0", 0), (b"2", 0), (b"3", ERROR), (b"10", ERROR)))


def case_single_values():
    """Of a kind without a range only the listed values are right."""
    _outcomes(b"c", ((b"0", 0), (b"1", 0), (b"11", 0), (b"2", 800), (b"12", 800)))


def case_the_order_of_errors():
    """Syntax first, then ranges from left to right. rules: E3"""
    _outcomes(
        b"ioc", ((b"9,x,2", ERROR), (b"9,65536,2", 830), (b"1,65536,2", 832), (b"1,1,2", 800))
    )


def case_a_number_chooses_the_specification():
    """An unknown number has the error of its kind; a missing one is wrong syntax."""
    spec = (0, ((1, b"it"), (2, b"i[o]")))
    _outcomes(
        spec,
        (
            (b"1,x", 0),
            (b"2", 0),
            (b"2,1", 0),
            (b"1", ERROR),
            (b"2,x", ERROR),
            (b"3", 830),
            (b"", ERROR),
            (b"x", ERROR),
        ),
    )


def case_the_part_that_may_be_recorded():
    """It ends before the first text, which may be a password."""
    arguments = Arguments(_KINDS)
    line = b"+X=1,2,1234,5"
    assert arguments.split(line, 3, len(line)) == 0
    assert arguments.check(b"iot[o]") == 0
    assert line[: arguments.public_end] == b"+X=1,2"
