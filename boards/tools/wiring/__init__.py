"""Draw the wiring of each board and list it in boards/README.md, from the tables in board.py.

python -m boards.tools.wiring            write boards/*/wiring.svg and the README's lists
python -m boards.tools.wiring --check    write nothing; fail if a file is not up to date
"""
