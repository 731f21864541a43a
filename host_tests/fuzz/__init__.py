"""Bytes of any kind into the DTE: one form of programs, one oracle, three drivers.

program.py says what a program is, oracle.py what has to hold, watch.py looks on. pieces.py makes
programs of structure, corpus/ has those that `make fuzz` found worth keeping.
"""
