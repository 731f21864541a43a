"""Generate firmware/MANUAL.md from firmware/manual/*.md, the firmware's tables and transcripts.

make manual                              write firmware/MANUAL.md
python -m boards.tools.manual --check    write nothing; fail if the file is not up to date

A source file contains prose and markers, `{{NAME ...}}`. A marker may span several lines:

    {{parameters +WIPCLOSE=1 protocol index
    index  the socket's number
    }}

tables.py lists the markers. Numbers come from the firmware, words from the source files, and
examples from transcripts, which the tests replay. A command, number or example that appears in
only one of these places is an error.
"""
