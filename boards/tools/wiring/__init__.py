"""Draws how each board is wired and lists it in boards/README.md, from the tables of board.py.

python -m boards.tools.wiring            write boards/*/wiring.svg and the README's lists
python -m boards.tools.wiring --check    write nothing, fail if that would change anything
"""
