"""Every mutant of the index table, the escape and the parser is killed by a test, or explained.

    make mutate                                 all of them
    make mutate ARGS="sockets.table at.line"    of these modules

Fails if one survives that survivors.txt does not explain, or one is explained that does not.
"""

import os
import sys
from multiprocessing import get_context
from pathlib import Path

from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn

from . import judge
from .mutants import Name, mutate, places, without_comments

MODULES = """
    sockets.table sockets.server sockets.socket online.escape online.framing
    at.line at.arguments commands.table commands.dispatch
""".split()

_FIRMWARE = Path(__file__).resolve().parents[2] / "firmware" / "wipmodem"
_EXPLAINED = Path(__file__).with_name("survivors.txt")
_NICE = 10


def _source(module):
    path = _FIRMWARE.joinpath(*module.split(".")).with_suffix(".py")
    return without_comments(path.read_text())


def judged(work):
    """(name, killer) of one mutant, in a process of its own; no name if it is no Python."""
    module, place = work
    mutant, name = mutate(module, _source(module), place)
    return name, name and judge.killer(module, mutant)


def run(modules, reasons):
    """What killed each mutant, by Name, None if nothing did; tells of those without a reason."""
    work = [(module, place) for module in modules for place in places(_source(module))]
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn(), TimeElapsedColumn())
    outcomes = {}
    context = get_context("fork")
    with Progress(*columns) as bar, context.Pool(maxtasksperchild=1) as pool:
        task = bar.add_task("0 survive", total=len(work))
        for name, killer in pool.imap_unordered(judged, work):
            if name:
                outcomes[name] = killer
            if name and killer is None and name not in reasons:
                bar.console.print(
                    f"survives, unexplained:\n{name}",
                    markup=False,
                    highlight=False,
                    soft_wrap=True,
                )
            survivors = sum(killer is None for killer in outcomes.values())
            bar.update(task, advance=1, description=f"{survivors} survive")
    return outcomes


def _alone(function, *arguments):
    """Its result, in a process of its own."""
    with get_context("fork").Pool(1) as pool:
        return pool.apply(function, arguments)


def explained():
    """Return the reason for each Name in survivors.txt, whose head explains the format."""
    reasons = {}
    for block in _EXPLAINED.read_text().split("\n\n"):
        lines = [line for line in block.splitlines() if not line.startswith("#")]
        if not lines:
            continue
        module, function, *nth = lines[0].split()
        nth = int(nth[0].strip("()")) if nth else 1
        before = ""
        for line in lines[1:-1]:
            if line[0] == "-":
                before = line[2:]
            else:
                name = Name(module, function, before, line[2:], nth)
                reasons[name] = lines[-1].removeprefix("= ")
    return reasons


def main(modules):
    os.nice(_NICE)
    reasons = explained()
    module = MODULES[0]
    if killer := _alone(judge.killer, module, _source(module)):
        print(f"without a mutant fails: {killer}")
        return True
    outcomes = run(modules or MODULES, reasons)
    survivors = {name for name, killer in outcomes.items() if killer is None}
    stale = {name for name in set(reasons) - survivors if name.module in (modules or MODULES)}
    for name in sorted(stale):
        print(f"explained, but killed by {outcomes.get(name, 'its absence')}:\n{name}")
    known, n = len(survivors & set(reasons)), len(outcomes)
    killed, unknown = n - len(survivors), len(survivors) - known
    print(f"{n} mutants: {killed} killed, {known} explained, {unknown} not")
    return bool(stale or survivors - set(reasons))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
