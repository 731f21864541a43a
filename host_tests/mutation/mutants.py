"""Mutants of a source: where there can be one, what it looks like, and how it is called."""

import ast
import io
import re
import tokenize
from dataclasses import dataclass

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

from .operators import OPERATORS, is_initial_value


@dataclass(frozen=True, order=True)
class Name:
    """What is changed, wherever it stands in the file. `nth`: of equal lines in a function."""

    module: str
    function: str
    before: str
    after: str
    nth: int = 1

    def __str__(self):
        nth = f" ({self.nth})" if self.nth > 1 else ""
        return f"{self.module} {self.function}{nth}\n- {self.before}\n+ {self.after}\n"


def without_comments(source):
    """Return a source without its comments, in as many lines. Names then outlive a comment."""
    lines = source.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            line, column = token.start
            lines[line - 1] = lines[line - 1][:column].rstrip()
    return "\n".join(lines) + "\n"


def places(source):
    """(operator, occurrence) of each mutant; operators by their place in OPERATORS."""
    nodes = list(ast_nodes(get_ast(source)))
    for number, operator in enumerate(OPERATORS):
        changed = [node for node in nodes for _ in operator.mutation_positions(node)]
        for occurrence, node in enumerate(changed):
            if not is_initial_value(node):
                yield number, occurrence


def mutate(module, source, place):
    """The mutant's source, and its Name; (None, None) if it is no Python."""
    number, occurrence = place
    mutant = mutate_code(source, OPERATORS[number], occurrence) or ""
    try:
        ast.parse(mutant)
    except SyntaxError:
        return None, None
    return mutant, _name(module, source.splitlines(), mutant.splitlines(), ast.parse(source))


def _name(module, old, new, tree):
    first = _same(old, new)
    last = _same(old[first:][::-1], new[first:][::-1])
    before, after = old[first : len(old) - last], _joined(new[first : len(new) - last])
    function, start = _function(tree, first + 1)
    earlier = [_joined(old[i : i + len(before)]) for i in range(start - 1, first)]
    nth = 1 + earlier.count(_joined(before))
    return Name(module, function, _joined(before), after, nth)


def _same(one, other):
    """How many lines are the same from the start on."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))


def _joined(lines):
    """In one line, without the blanks that cosmic-ray puts before a number."""
    return re.sub(r"(?<=[(\[]) |(?<=[(\[]-) ", "", " ".join(" ".join(lines).split()))


def _function(tree, line):
    """The innermost class or function around a line, and its own first line."""
    name, start = [], 1
    while True:
        inner = [
            node for node in ast.iter_child_nodes(tree)
            if isinstance(node, (ast.FunctionDef, ast.ClassDef))
            and node.lineno <= line <= (node.end_lineno or 0)
        ]  # fmt: skip
        if not inner:
            return ".".join(name) or "-", start
        (tree,) = inner
        name.append(tree.name)
        start = tree.lineno
