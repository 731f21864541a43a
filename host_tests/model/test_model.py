"""Modem and model: hypothesis looks for a program in which they differ, and shortens it.

After each step pair.py compares all that can be seen. A failure ends in hypothesis' program, and
in the same as a transcript.
"""

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from pair import Pair
from steps import BEGIN, STEPS, is_table

from interpreters import COMMANDS, output


def _strategy(choices):
    """Of one argument."""
    if not is_table(choices):
        return st.sampled_from(choices)
    return st.one_of([_row(name, inner) for name, inner in choices[0]])


def _row(name, choices):
    return st.tuples(st.just(name), st.tuples(*[_strategy(each) for each in choices]))


class Machine(RuleBasedStateMachine):
    """Its rules are the rows of steps.py."""

    pair: Pair

    @initialize(begin=st.tuples(*[st.sampled_from(each) for each in BEGIN]))
    def begins(self, begin):
        self.pair = Pair(*begin)


def _rule(name, choices):
    def step(self, arguments):
        try:
            self.pair.do(name, arguments)
        except Exception as error:
            error.add_note("As a transcript:\n" + "\n".join(self.pair.transcript))
            raise

    step.__name__ = name
    return rule(arguments=st.tuples(*[_strategy(each) for each in choices]))(step)


for _i, (_name, _choices) in enumerate(STEPS):
    setattr(Machine, f"{_name}_{_i}", _rule(_name, _choices))


def test_modem_and_model_agree():
    """Whatever is done, in any order, the modem says what its rules say, and nothing leaks."""
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=200,
            stateful_step_count=60,
            database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )


@pytest.mark.parametrize("interpreter", COMMANDS)
def test_driven_by_numbers(interpreter):
    """The same rules without hypothesis: on MicroPython, too."""
    said = output(interpreter, "model/drive.py", "1", "10000", heap="2M")
    assert said.endswith(" steps\n"), said
