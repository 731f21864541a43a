"""How fast the modem is, as ratios to others in the same run: `make bench`.

relays.py and commands.py say who is compared, pump.py and commands.py move the bytes, counted.py
has callgrind count instructions, report.py writes build/bench.json, its picture and a table.
"""
