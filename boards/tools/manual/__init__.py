"""Makes firmware/MANUAL.md of firmware/manual/*.md, the firmware's tables and the transcripts.

make manual                              write it
python -m boards.tools.manual --check    write nothing, fail if that would change it

A source has prose and markers, `{{NAME ...}}`; a marker with lines of its own ends in `}}`:

    {{parameters +WIPCLOSE=1 protocol index
    index  the socket's number
    }}

tables.py says which there are. Numbers come from the firmware, words from the sources, examples
from transcripts that are played as tests; what one of them has and another lacks is an error.
"""
