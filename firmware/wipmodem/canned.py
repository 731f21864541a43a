"""Commands whose answer is always the same: who we are, and what hosts ask before dialling (H18).

(name, answer of AT+NAME, answer of AT+NAME?, what AT+NAME= may be given). None: plain ERROR; ():
anything.
"""

TABLE = (
    (b"+GMI", b"+GMI: WAVECOM MODEM", None, None),
    (b"+CGMI", b"+CGMI: WAVECOM MODEM", None, None),
    (b"+GMM", b"MULTIBAND 800 1900 Model 65", None, None),
    (b"+CGMM", b"MULTIBAND 800 1900 Model 65", None, None),
    (b"+GCAP", b"+GCAP: +CIS707-A", None, None),
    (b"+ICF", None, b"+ICF: 3,3", (b"3", b"3,3")),  # Q39
    (b"+CCED", None, None, (b"0", b"2")),  # off, the only state there is
    (b"+CPIN", None, b"+CPIN: READY", None),
    (b"+CGREG", b"+CGREG: 0,1", b"+CGREG: 0,1", (b"0", b"1", b"2")),
    (b"+CGATT", None, b"+CGATT: 1", (b"1",)),
    (b"+COPS", None, b"+COPS: 0", (b"0",)),
    (b"+CMGF", None, b"+CMGF: 1", (b"0", b"1")),
    (b"+WOPEN", None, b"+WOPEN: 1", (b"1",)),
    (b"+PSRIC", None, None, ()),
    (b"$QCMIP", None, b"$QCMIP: 0", (b"0",)),
    (b"+CGCLASS", None, b'+CGCLASS: "B"', (b'"B"', b"B")),
    (b"+FCLASS", None, b"0", (b"0",)),  # H21: data, no fax
)


def find(table, line, start, end):
    """The row whose name is line[start:end], or None."""
    i = len(table)
    while i:
        i -= 1
        if _is(table[i][0], line, start, end):
            return table[i]
    return None


def allows(row, line, start, end):
    """May AT+NAME= be given line[start:end]?"""
    values = row[3]
    i = len(values) if values else 0
    while i:
        i -= 1
        if _is(values[i], line, start, end):
            return True
    return values == ()


def _is(word, line, start, end):
    return len(word) == end - start and line.find(word, start, end) == start
