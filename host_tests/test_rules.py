"""Every rule is shown by a test, and every rule that a test names exists."""

import rules


def test_nothing_is_missing():
    known = rules.rules()
    assert len(known) > 100
    assert rules.faults(known, rules.tests()) == []


def test_named_in():
    text = "# RULES: R1 D7,Q15\nRULES: X3. the RULES: none, R2".replace("RULES", "rules")
    assert rules.named_in(text) == {"R1", "D7", "Q15", "X3"}


def test_faults_are_found():
    known = [rules.Rule("R1", "shown"), rules.Rule("R2", "not shown")]
    named = rules.defaultdict(list, R1=["a"], Z9=["b"])
    found = rules.faults(known, named)
    assert "not shown by any test: R2" in found
    assert "named by a test, and no rule: Z9" in found
