"""Write boards/*/package.json, which mip uses to install the sources on a board.

    python -m boards.tools.package
    mpremote mip install --target . boards/pico_w/package.json

package.json lists the files of the board's manifest. main.py comes last, so that it never starts
with an incomplete firmware.
"""

import json
import os
import sys

from . import facts
from .deploy.manifest import Manifest


def text(name):
    """Return the text of a board's package.json."""
    folder = facts.BOARDS / name
    entries = Manifest(folder / "manifest.py").entries
    ordered = sorted(entries, key=lambda entry: (entry.path == "main.py", entry.path))
    urls = [[entry.path, os.path.relpath(entry.source, folder)] for entry in ordered]
    lines = ",\n".join(f"    {json.dumps(url)}" for url in urls)
    return f'{{\n  "urls": [\n{lines}\n  ]\n}}\n'


def main():
    for name in facts.names():
        (facts.BOARDS / name / "package.json").write_text(text(name))
        print(f"package: boards/{name}/package.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
