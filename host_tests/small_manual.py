"""A small firmware, the source of its manual, a transcript, and what is made of them."""

from boards.tools.manual.facts import Argument, Facts, Row, Setting

_INDEX = Argument("1-8", 830, False)
_PORT = Argument("0-65535", 832, True)
FACTS = Facts(
    commands={
        "+OPEN": Row(("?", "="), {1: (_INDEX, _PORT), 2: (_INDEX, Argument("text", -1, False))}),
        "+ASK": Row(("", "?", "=?", "="), None),
        "+LAST": Row(("=",), {None: (_INDEX, Argument("6", 800, False))}),
    },
    canned={"+SAME": ("+SAME: 1", "same", ("0", "1"))},
    basic={"ATE": Setting(0, 1, 1), "ATZ": None},
    accepted={"ATL": 4, "AT&G": 0, "AT\\N": 3},
    registers={3: Setting(1, 127, 13)},
    options={"+OPEN": {4: Setting(0, 9, None, ("R", "-"))}},
    errors={800, 801, 830, 832},
    counters=["lost", "late"],
    results={"OK": 0},
    unsolicited={"+READY"},
    sizes={"rx": 2048, "wait_ms": 2500},
    version="1.2",
)

SOURCE = """\
# Manual {{version}}

{{contents}}

## All of it

Buffers of {{size rx}}, {{seconds wait_ms}} s. See [below](#open-a-socket).

### +OPEN: a socket

{{forms +OPEN
=1  opens one
=2  opens another
?  lists
}}

{{parameters +OPEN=1 kind port
port  of the peer's
}}
{{parameters +OPEN=2 kind name}}

{{options +OPEN | UDP | TCP
4  size
}}

{{example opened}}

### ATE, ATZ, +ASK: three

{{setting ATE
0  off
1  on
}}

{{forms ATZ +ASK
ATZ  again
AT+ASK  asks
AT+ASK=<what>  asks that
}}

### +LAST, +SAME: two

{{forms +LAST
=  does it
}}

{{parameters +LAST which bearer
which  [1, 3 else 801] the number
}}

{{canned +SAME}}

### ATL, AT&G, AT\\N: without effect

{{accepted ATL AT&G AT\\N
ATL  progress
AT&G  tone
AT\\N  correction
}}

### ATE: once more

{{s-registers
3  ends a line
}}
{{results
OK  done
}}
{{unsolicited
+READY: <n>  it is there
}}
{{errors | raised by
800  no bearer | +LAST
801  bad value | +LAST
830  bad number | +OPEN
832  bad port | +OPEN
}}
{{counters
late  what is late
lost  what is lost
}}
{{boards}}
"""

TRANSCRIPT = """\
# What is open.
# rules: R1
> ATE0
<< "ATE0\\r\\r\\nOK\\r\\n"
# example: +OPEN
> AT+OPEN=1,7
< OK
@ connects 2,1
~ 999
~ 1
# Nothing came.
<< ""
@ got 2,1 ""
@ sends 2,1 "a\\x03b"
>> "+++"
~ 20
# example end
< not shown
"""

MADE = """\
<!-- Made by `make manual` of firmware/manual/: change it there. -->
# Manual 1.2

- [All of it](#all-of-it): [+OPEN](#open-a-socket), [ATE ATZ +ASK](#ate-atz-ask-three), \
[+LAST +SAME](#last-same-two), [ATL AT&G AT\\N](#atl-atg-atn-without-effect), [ATE](#ate-once-more)

## All of it

Buffers of 2048, 2.5 s. See [below](#open-a-socket).

### +OPEN: a socket

| form | what it does |
| --- | --- |
| `AT+OPEN=1[,<port>]` | opens one |
| `AT+OPEN=2,<name>` | opens another |
| `AT+OPEN?` | lists |

| parameter | values | otherwise | meaning |
| --- | --- | --- | --- |
| `<port>` | 0-65535, or nothing | 832 | of the peer's |

| option | values | meaning | UDP | TCP |
| --- | --- | --- | --- | --- |
| 4 | 0-9 | size | R | - |

```text
host   AT+OPEN=1,7
modem  OK
       (the peer of 2,1 accepts)
       (1 s)
       (Nothing came)
       (the peer of 2,1 sends 'a<03>b')
host   '+++'
```

### ATE, ATZ, +ASK: three

| form | what it does |
| --- | --- |
| `ATE0` | off |
| `ATE1` | on (factory value) |

| form | what it does |
| --- | --- |
| `ATZ` | again |
| `AT+ASK` | asks |
| `AT+ASK=<what>` | asks that |

### +LAST, +SAME: two

| form | what it does |
| --- | --- |
| `AT+LAST=<which>,6` | does it |

| parameter | values | otherwise | meaning |
| --- | --- | --- | --- |
| `<which>` | 1, 3 | 801 | the number |

| form | answer before its OK |
| --- | --- |
| `AT+SAME` | `+SAME: 1` |
| `AT+SAME?` | `same` |
| `AT+SAME=0`, `AT+SAME=1` | - |

### ATL, AT&G, AT\\N: without effect

| command | values | on other modems |
| --- | --- | --- |
| `ATL` | 0-4 | progress |
| `AT&G` | 0 | tone |
| `AT\\N` | 0-3 | correction |

### ATE: once more

| register | values | default | meaning |
| --- | --- | --- | --- |
| S3 | 1-127 | 13 | ends a line |

| with V1 | with V0 | meaning |
| --- | --- | --- |
| `OK` | 0 | done |

| line | when |
| --- | --- |
| `+READY: <n>` | it is there |

| number | meaning | raised by |
| --- | --- | --- |
| 800 | no bearer | +LAST |
| 801 | bad value | +LAST |
| 830 | bad number | +OPEN |
| 832 | bad port | +OPEN |

| counter | counts |
| --- | --- |
| `lost` | what is lost |
| `late` | what is late |
"""
