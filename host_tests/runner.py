"""Run the case_* functions of modules, on CPython and MicroPython: runner.py FILE...

A line a case (`ok NAME`, or `FAIL NAME: why` and the trace), then `N passed, N failed`.
"""

import sys

try:
    from sys import print_exception as _trace
except ImportError:
    from traceback import print_exception as _trace


def _passes(name, case):
    try:
        case()
    except Exception as error:  # noqa: BLE001 - whatever it is, the other cases still run
        print(f"FAIL {name}: {error!r}")
        _trace(error)
        return False
    print("ok " + name)
    return True


def _cases(path):
    folder, _, file = path.rpartition("/")
    sys.path.insert(0, folder or ".")
    module = __import__(file[:-3])
    return [(name, getattr(module, name)) for name in sorted(dir(module)) if name[:5] == "case_"]


def main(paths):
    results = [_passes(name, case) for path in paths for name, case in _cases(path)]
    passed = sum(results)
    print(f"{passed} passed, {len(results) - passed} failed")
    return passed < len(results)


if __name__ == "__main__":
    sys.exit(int(main(sys.argv[1:])))
