"""What is changed in a source to make a mutant: cosmic-ray's operators, and four of our own.

Of cosmic-ray's those are left out that put every operator in the place of every other: one stands
for all, and what is only told apart (a state, a letter) has no order. Our own are for what it does
not know: statements, tables and brackets of arguments.
"""

import re

from cosmic_ray.plugins import get_operator
from parso.python.tree import Keyword, Name, Number, PythonLeaf

_CORE = (
    *(f"ReplaceBinaryOperator_{name}" for name in (
        "Add_Sub", "Sub_Add", "Mul_Add", "FloorDiv_Mul", "Mod_Mul", "LShift_RShift",
        "RShift_LShift", "BitAnd_BitOr", "BitOr_BitAnd", "BitXor_BitOr",
    )),
    *(f"ReplaceComparisonOperator_{name}" for name in (
        "Eq_NotEq", "NotEq_Eq", "Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE",
        "GtE_Gt", "GtE_Lt", "Is_IsNot", "IsNot_Is",
    )),
    "ReplaceUnaryOperator_Delete_Not",
    "ReplaceUnaryOperator_Delete_USub",
    "AddNot",
    "ReplaceTrueWithFalse",
    "ReplaceFalseWithTrue",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "NumberReplacer",
    "ZeroIterationForLoop",
)  # fmt: skip


class _Own:
    """As many mutants of a node as `count` says; `mutate` makes one of them."""

    def mutation_positions(self, node):
        yield from [(node.start_pos, node.end_pos)] * self.count(node)

    def count(self, node):
        raise NotImplementedError


class DropStatement(_Own):
    """`pass` in the place of an assignment or a call; None is returned in the place of a value.

    Not in __init__: what is missing there is an error at once, or was set before it is read.
    """

    _KINDS = ("expr_stmt", "atom_expr", "return_stmt")
    _NOTHING = ("return 0", "return False", "return None", "return DONE")  # as good as None

    def count(self, node):
        first = node.children[0] if node.type == "simple_stmt" else None
        if first is None or first.type not in self._KINDS:
            return 0
        if first.get_code(include_prefix=False) in self._NOTHING:
            return 0
        return int(_function(node) not in (None, "__init__"))

    def mutate(self, node, index):
        first = node.children[0]
        word = "return" if first.type == "return_stmt" else "pass"
        node.children[0] = Keyword(word, first.start_pos, first.get_first_leaf().prefix)
        return node


class DropEntry(_Own):
    """A dictionary without one of its entries."""

    def count(self, node):
        return (len(node.children) + 1) // 4 if _is_display(node) else 0

    def mutate(self, node, index):
        del node.children[4 * index : 4 * index + 4]
        return node


class DropHandler(_Own):
    """None in the place of one function, or error number, that a row of a table names."""

    def count(self, node):
        return len(self._handlers(node))

    def mutate(self, node, index):
        place = self._handlers(node)[index]
        old = node.children[place]
        node.children[place] = Keyword("None", old.start_pos, old.get_first_leaf().prefix)
        return node

    @staticmethod
    def _handlers(node):
        if node.type not in ("arglist", "testlist_comp") or _function(node):
            return []
        return [i for i, each in enumerate(node.children) if _is_handler(each)]


class OtherBrackets(_Own):
    """A specification in which one optional argument is required, or the other way round.

    Not the arguments up to the one that selects the specification: those must not be optional.
    """

    _SPEC = re.compile(r'b"([a-z0-9[\]]+)"')
    _PARTS = re.compile(r"\[(\w+)\]|(\w)")

    def count(self, node):
        letters = sum(char not in "[]" for char in self._spec(node))
        return max(letters - _selecting(node), 0)

    def mutate(self, node, index):
        text = ""
        index += _selecting(node)
        for group, letter in self._PARTS.findall(self._spec(node)):
            letters = group or letter
            if 0 <= index < len(letters):
                text += self._other(group, letter, index)
            else:
                text += _bracketed(group) + letter
            index -= len(letters)
        return PythonLeaf(f'b"{text}"', node.start_pos, node.prefix)

    @staticmethod
    def _other(group, letter, index):
        if letter:
            return _bracketed(letter)
        return _bracketed(group[:index]) + group[index] + _bracketed(group[index + 1 :])

    def _spec(self, node):
        """Return the specification that a node is, or an empty text."""
        match = node.type == "string" and not _function(node) and self._SPEC.fullmatch(node.value)
        return match[1] if match else ""


def _bracketed(letters):
    return f"[{letters}]" if letters else ""


def is_initial_value(node):
    """Return True for the 0 of `self.x = 0`, `[0] * n` or `bytearray(0)` in __init__, or a flag.

    Every test creates the objects, so a wrong initial value either fails at once or is never read.
    """
    if not isinstance(node, Number | Keyword) or _function(node) != "__init__":
        return False
    return node.parent.type in ("expr_stmt", "atom", "trailer")


def _selecting(node):
    """Return the number of arguments that (place, ((value, node), ...)) needs to select a node."""
    for _ in range(5):
        node = node and node.parent
    is_choice = node is not None and node.type == "testlist_comp"
    first = node.children[0] if is_choice else None
    return int(first.value) + 1 if isinstance(first, Number) else 0


def _function(node):
    """The name of the function that a node stands in, or None."""
    while node and node.type != "funcdef":
        node = node.parent
    return node.name.value if node else None


def _is_handler(node):
    """A name that is no constant's, or one of a module."""
    if isinstance(node, Name):
        return not node.value.isupper()
    if node.type != "atom_expr" or node.children[0].type != "name":
        return False
    last = node.children[-1]
    return last.type == "trailer" and last.children[0].value == "."


def _is_display(node):
    """The entries of a dictionary that is written out."""
    return node.type == "dictorsetmaker" and ":" in [
        getattr(each, "value", None) for each in node.children[1:2]
    ]


OPERATORS = [get_operator("core/" + name)() for name in _CORE]
OPERATORS += [DropStatement(), DropEntry(), DropHandler(), OtherBrackets()]
