"""make soak: the steps of the model test, a million of them, on every core.

Driven by a stream of numbers: hypothesis costs three times what modem and model do together. The
seed that is printed begins the same run again.
"""

import argparse
import os
import random
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE.parent.parent
sys.path[:0] = [str(_HERE.parent), str(_ROOT / "firmware"), str(_ROOT / "boards" / "host")]

from drive import run, told
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

_BATCH = 5000  # steps
_SEEDS = 1000  # kept apart for a batch: it needs no more than a fifth of them


def _batches(steps, seed):
    for first in range(0, steps, _BATCH):
        yield seed, min(_BATCH, steps - first)
        seed += _SEEDS


def soak(steps, seed, cores):
    """Steps done, and a seed that failed or None. Shows how far it is."""
    columns = [
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("steps, {task.fields[rate]} a second"),
    ]
    with Progress(*columns, TimeElapsedColumn()) as bar, ProcessPoolExecutor(cores) as pool:
        task = bar.add_task("soak", total=steps, rate="-")
        done = 0
        batches = [pool.submit(run, *batch) for batch in _batches(steps, seed)]
        for batch in as_completed(batches):
            n, failed = batch.result()
            done += n
            elapsed = bar.tasks[task].elapsed or 1
            bar.update(task, completed=done, rate=int(done / elapsed))
            if failed is not None:
                pool.shutdown(cancel_futures=True)
                return done, failed
    return done, None


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--steps", type=int, default=1000000)
    options.add_argument("--seed", type=int, default=random.randrange(1 << 29))
    options.add_argument("--cores", type=int, default=os.cpu_count())
    given = options.parse_args()
    print(
        f"seed {given.seed}: make soak SEED={given.seed} STEPS={given.steps} does the same again"
    )
    done, failed = soak(given.steps, given.seed, given.cores)
    if failed is None:
        print(f"{done} steps: modem and model agree")
        return 0
    print("\n".join(told(failed)))
    print(f"\nAlone: make soak SEED={failed} STEPS=1")
    return 1


if __name__ == "__main__":
    sys.exit(main())
