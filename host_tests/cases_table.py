"""The command table and its kin: no name hides another, and every specification can be read."""

from wipmodem.commands import dispatch as commands
from wipmodem.commands import table as command_table
from wipmodem.commands.fixed import RESPONSES
from wipmodem.settings import BASIC, RANGES, S38, S_REGISTERS, STACK_OPTIONS


def case_every_name_is_found():
    """Names are looked up by a hash of 16 bits: no two share one."""
    for row in command_table.TABLE:
        assert commands._BY_HASH[commands._hash(row[0])] is row, row[0]
    basic = [commands._hash(row[0]) for row in BASIC + command_table.ACTIONS]
    assert len(set(basic)) == len(basic)


def case_a_name_stands_in_one_table():
    """A command is of the table, always the same, or the radio's."""
    tables = (command_table.TABLE, RESPONSES, command_table.RADIO)
    names = [row[0] for table in tables for row in table]
    assert len(set(names)) == len(names)


def _letters(spec):
    if spec is None or spec is command_table.ABSENT:
        return []
    return [spec] if isinstance(spec, bytes) else [letters for _, letters in spec[1]]


def case_specifications():
    """Every character is a text, a digit, a kind of number or a bracket; brackets are paired."""
    for row in command_table.TABLE:
        for spec in row[command_table.SPEC :]:
            for letters in _letters(spec):
                bare = letters.replace(b"[", b"").replace(b"]", b"")
                for letter in bare:
                    known = letter in b"t0123456789" or letter in command_table.KINDS
                    assert known, (row[0], letter)
                assert letters.count(b"[") == letters.count(b"]"), row[0]
                assert len(bare) <= 8, row[0]


def case_settings():
    """Factory values are in their ranges, and every table names settings that there are."""
    for low, high, value, _ in RANGES:
        assert low <= value <= high
    for table in (BASIC, S_REGISTERS, STACK_OPTIONS):
        for _, setting in table:
            assert 0 <= setting < len(RANGES)
    assert S38 == len(RANGES) - 1
