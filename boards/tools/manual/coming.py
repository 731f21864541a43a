"""What the manual describes and the firmware does not have yet.

Empty this file when it has: `NOT_YET = Facts()`, `EXAMPLES = set()`. `make manual` then says what
the firmware has and the sources lack, and the other way round. What is alike here and there, it
complains of already now.
"""

from .facts import Argument, Facts, Row, Setting

_PORTS = "0-65535"
_R, _RW, _NONE = "R", "RW", "-"


def _number(values, refused=-1, optional=False):
    return Argument(values, refused, optional)


_ANY = _number(_PORTS)
_PROTOCOL = _number("1-3", 837)
_INDEX = _number("1-8", 830)
_BEARER = _number("6", 800)
_NO_OPTION = _number(_PORTS, 800)
_TEXT = Argument("text", -1, False)
_FLOW = _number("0-2", -1, True)
_SOME = _number(_PORTS, -1, True)


def _fixed(*arguments):
    return Row(("?", "="), {None: arguments})


def _once(form=""):
    return Row((form,), {None: ()})


_CFG = {
    0: (_ANY,),
    1: (_ANY,),
    2: (_ANY, _NO_OPTION, _number(_PORTS, 801)),
    3: (_ANY,),
    4: (_ANY, _number("0-1", 801)),
}
_BR = {
    0: (_ANY, _BEARER),
    1: (_ANY, _BEARER),
    2: (_ANY, _BEARER, _number("0, 1, 11", 800), _TEXT),
    3: (_ANY, _BEARER, _number("15, 17, 18", 800)),
    4: (_ANY, _BEARER, _number("0", 801, True)),
    5: (_ANY, _BEARER),
}
_OPT = {
    1: (_PROTOCOL, _INDEX, _ANY, _NO_OPTION),
    2: (_PROTOCOL, _INDEX, _ANY, _NO_OPTION, _TEXT),
}

NOT_YET = Facts(
    commands={
        "+WIPCFG": Row(("?", "="), _CFG),
        "+WIPBR": Row(("?", "="), _BR),
        "+WIPOPT": Row(("=",), _OPT, 2),
        "+WIPFILE": Row(("=",), None),
        "+WIPPING": Row(("=",), {None: (_TEXT, _SOME, _SOME, _SOME)}),
        "+WIPXDIALECT": _fixed(_TEXT),
        "+CFUN": _fixed(_ANY, _SOME),
        "+IPR": _fixed(_number("0-921600")),
        "+IFC": _fixed(_FLOW, _FLOW),
        "+CLAC": _once(),
        "+WCHD": _once(),
        "+WMSN": _once("?"),
        "+CRM": Row(("", "?", "=?", "="), None),
        "+GMR": _once(),
        "+CGMR": _once(),
        "+GSN": _once(),
        "+CGSN": _once(),
    },
    canned={
        "+GMI": ("+GMI: WAVECOM MODEM", None, None),
        "+CGMI": ("+CGMI: WAVECOM MODEM", None, None),
        "+GMM": ("MULTIBAND 800 1900 Model 65", None, None),
        "+CGMM": ("MULTIBAND 800 1900 Model 65", None, None),
        "+GCAP": ("+GCAP: +CIS707-A", None, None),
        "+ICF": (None, "+ICF: 3,3", ("3", "3,3")),
        "+CCED": (None, None, ("0", "2")),
        "+CPIN": (None, "+CPIN: READY", None),
        "+CGREG": (None, "+CGREG: 0,1", ("0", "1", "2")),
        "+CGATT": (None, "+CGATT: 1", ("1",)),
        "+COPS": (None, "+COPS: 0", ("0",)),
        "+CMGF": (None, "+CMGF: 1", ("0", "1")),
        "+WOPEN": (None, "+WOPEN: 1", ("1",)),
        "+PSRIC": (None, None, ()),
        "$QCMIP": (None, "$QCMIP: 0", ("0",)),
        "+CGCLASS": (None, '+CGCLASS: "B"', ('"B"', "B")),
    },
    basic={
        "AT&S": Setting(0, 1, 0),
        **dict.fromkeys("ATZ AT&F AT&W AT&V ATD ATH ATO ATA".split()),
    },
    registers={
        0: Setting(0, 255, 0),
        2: Setting(0, 255, 43),
        9: Setting(1, 255, 6),
        10: Setting(1, 255, 14),
        11: Setting(0, 255, 95),
        12: Setting(0, 255, 50),
    },
    options={
        "+WIPCFG": {
            0: Setting(0, 255, 64),
            3: Setting(536, 65535, 16384),
            4: Setting(536, 1460, 536),
            6: Setting(1, 8, 8),
            12: Setting(0, 100, 2),
        },
        "+WIPOPT": {
            0: Setting(0, 65535, None, (_R, _R, _R)),
            1: Setting(0, 65535, None, (_R, _R, _NONE)),
            2: Setting(0, 0, None, (_R, _R, _NONE)),
            3: Setting(0, 1, None, (_R, _R, _NONE)),
            4: Setting(536, 36864, None, (_NONE, _RW, _RW)),
            5: Setting(536, 65535, None, (_NONE, _RW, _RW)),
            6: Setting(0, 65535, None, (_R, _R, _NONE)),
            7: Setting(0, 1, None, (_NONE, _RW, _RW)),
            8: Setting(0, 255, None, (_RW, _RW, _RW)),
            9: Setting(0, 255, None, (_RW, _RW, _RW)),
        },
    },
    errors={804, 821, 834},
    results={"RING": 2, "NO CARRIER": 3, "NO DIALTONE": 6, "BUSY": 7, "NO ANSWER": 8},
    unsolicited={"RING", "NO CARRIER", "+CREG", "+WIPPING"},
)

# Transcripts that are still to be written, each with a line `# example: COMMAND`.
EXAMPLES = set(
    "profile line_speed view clac data_call voice_call wipcfg_options wipbr_device wipopt"
    " wipsoft_tcp wipsoft_shutdown ping asked_by_hosts dialect".split()
)


def complaints(facts, transcripts):
    """What is here that has come."""
    for name, mine in vars(NOT_YET).items():
        for what in _alike(mine, getattr(facts, name)):
            yield f"coming.py: the firmware has {what} now: take it out of {name}"
    for name in sorted(EXAMPLES & {path.stem for path in transcripts.glob("*.txt")}):
        yield f"coming.py: there is a transcript {name}.txt now: take it out of EXAMPLES"


def _alike(mine, theirs):
    if isinstance(mine, dict):
        return [key for key, value in mine.items() if key in theirs and theirs[key] == value]
    return sorted(set(mine) & set(theirs)) if isinstance(mine, set) else []
