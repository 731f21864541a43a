"""The markers of the manual. Each function takes (book, marker) and yields lines of Markdown.

{{contents}}                    headings, with the commands below each heading
{{version}} {{size NAME}} {{seconds NAME}}    one word from the firmware
{{forms NAME                    forms of one command: run ? =? =, or =1 for the first argument 1
{{forms ATZ AT&F ...            forms of several commands or of basic commands, as typed
{{fixed NAME ...}}              commands with a fixed response
{{parameters NAME[=1] a b c     parameters of the set form, with a line for each that needs words
{{accepted ATX ATL ...          basic commands without effect, with a line for each
{{setting ATE                   basic command that sets a value, with a line for each value
{{options NAME | ...            numbered options; the words after | are titles of further columns
{{s-registers {{results {{unsolicited {{errors | ... {{counters     with a line for each
{{boards}}                      capacity of each board
{{example NAME}}                part of a transcript

A meaning may begin with `[1, 2]`, which replaces the values from the firmware's table, or with
`[1, 2 else 801]`, which also replaces the result for a value out of range. It is needed where a
handler checks more than the table.
"""

import re

from . import capacity, transcript
from .source import Complaint

_OVERRIDE = re.compile(r"\[(.*?)\] *")


def _table(titles, rows):
    yield f"| {' | '.join(titles)} |"
    yield "| --- " * len(titles) + "|"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def contents(book, marker):
    for heading in book.headings:
        if heading.level == 2:
            below = ", [".join(book.links_below(heading))
            yield f"- [{heading.title}](#{heading.anchor}){': [' + below if below else ''}"


def version(book, marker):
    yield book.facts.version


def size(book, marker):
    if marker.subject not in book.facts.sizes:
        raise Complaint(f"no size is called {marker.subject}")
    yield str(book.facts.sizes[marker.subject])


def seconds(book, marker):
    for ms in size(book, marker):
        yield f"{int(ms) / 1000:g}"


# Commands


def _row(book, name):
    if name not in book.facts.commands:
        raise Complaint(f"{name} is not a command of the firmware")
    return book.facts.commands[name]


def forms(book, marker):
    """Describe the forms of one extended command, or of several commands as typed."""
    if len(marker.words) > 1 or not marker.subject.startswith(("+", "$")):
        shown = [(f"`{key}`", cells[0]) for key, cells in marker.rows]
        for name in marker.words:
            _check_forms(book, name, _rows_of(book, name, marker.rows))
    else:
        name = marker.subject
        _check_forms(book, name, marker.rows)
        shown = [(f"`AT{name}{_form(book, name, key)}`", cells[0]) for key, cells in marker.rows]
    yield from _table(("form", "what it does"), shown)


def _rows_of(book, name, rows):
    """Return the rows of one command, with the form (the text after the name) as key."""
    if name not in book.facts.names():
        raise Complaint(f"{name} is not a command of the firmware")
    pattern = re.compile(re.escape(f"AT{name}") + r"(\?|=.*|)")
    matches = [(pattern.fullmatch(key), cells) for key, cells in rows]
    return [(match[1] or "run", cells) for match, cells in matches if match]


def _check_forms(book, name, rows):
    if name.startswith(("+", "$")):
        row = _row(book, name)
        _same(f"forms of {name}", {key or "run" for key in _keys(row)}, rows, row)


def _keys(row):
    """Yield the key of each form that the marker must describe."""
    for form in row.forms:
        if form == "=" and row.variants is not None and None not in row.variants:
            yield from (f"={first}" for first in row.variants)
        else:
            yield form


def _same(what, wanted, rows, row=None):
    """Raise Complaint if the keys of `rows` differ from those wanted.

    If the firmware does not parse the arguments of the command `row`, the text after `=` is free,
    and forms may be left out.
    """
    given = {key for key, _ in rows}
    if row and row.variants is None:
        given = {_base(key) for key in given}
        wanted = wanted & given
    faults = (("missing", wanted - given), ("unknown", given - wanted))
    found = [f"{fault} {' '.join(sorted(which))}" for fault, which in faults if which]
    if found:
        raise Complaint(f"{what}: {', '.join(found)}")


def _base(key):
    return "=" if key.startswith("=") and key != "=?" else key


def _form(book, name, key):
    """Return a form as shown after the command's name, with the names of its parameters."""
    row = book.facts.commands[name]
    if key == "run":
        return ""
    if row.variants is None or key in ("?", "=?"):
        return key
    first = int(key[1:]) if key[1:] else None
    names = book.parameters.get((name, first))
    if names is None:
        raise Complaint(f"the parameters of {name}{key} are not described")
    return "=" + _written(first, row.place, names, row.variants[first])


def _written(first, at, names, arguments):
    """Return `1,<index>[,<local port>]`. first: value of the argument at position `at`."""
    text = ""
    for place, (name, argument) in enumerate(zip(names, arguments, strict=False)):
        word = argument.values if argument.values.isdigit() else f"<{_words(name)}>"
        word = str(first) if place == at and first is not None else word
        word = f",{word}" if place else word
        text += f"[{word}]" if argument.optional else word
    return text


def fixed(book, marker):
    """Show each form of the commands, with the information text of its response."""
    shown = []
    for name in marker.words:
        if name not in book.facts.fixed:
            raise Complaint(f"{name} has no fixed response")
        shown += _responses(name, *book.facts.fixed[name])
    yield from _table(("form", "response before `OK`"), shown)


def _responses(name, run, read, allowed):
    if run is not None:
        yield f"`AT{name}`", f"`{run}`"
    if read is not None:
        yield f"`AT{name}?`", f"`{read}`"
    if allowed is not None:
        values = ", ".join(f"`AT{name}={value}`" for value in allowed)
        yield values or f"`AT{name}=...`", "-"


def _words(name):
    return name.replace("-", " ")


def parameters(book, marker):
    """Describe the parameters of a set form; parameters without a line are only in the form."""
    name, first = subject_of(marker)
    row = _row(book, name)
    if row.variants is None or first not in row.variants:
        raise Complaint(f"{marker.subject} has no parameters")
    names, arguments = marker.words[1:], row.variants[first]
    if len(names) != len(arguments):
        raise Complaint(f"{marker.subject} has {len(arguments)} parameters, not {len(names)}")
    lines = list(_described(dict(zip(names, arguments, strict=True)), marker.rows))
    if lines:
        yield from _table(("parameter", "values", "otherwise", "meaning"), lines)


def subject_of(marker):
    """Return ("+WIPBR", 4) for the subject `+WIPBR=4`, and ("+CMEE", None) for `+CMEE`."""
    name, _, first = marker.subject.partition("=")
    return name, int(first) if first else None


def _described(arguments, rows):
    for name, cells in rows:
        if name not in arguments:
            raise Complaint(f"no parameter is called {name}")
        argument = arguments[name]
        values, meaning = _override(argument.values, cells[0])
        values, _, refused = values.partition(" else ")
        values += ", or nothing" if argument.optional else ""
        yield f"`<{_words(name)}>`", values, refused or _refused(argument.refused), meaning


def _override(values, words):
    """Return (values, meaning). Values in `[...]` at the start of `words` replace `values`."""
    match = _OVERRIDE.match(words)
    return (match[1], words[match.end() :]) if match else (values, words)


def _refused(number):
    return "ERROR" if number is None else str(number)


# Settings


def setting(book, marker):
    """Describe the values of a basic command, and mark the factory value."""
    name = marker.subject
    found = book.facts.basic.get(name)
    if found is None:
        raise Complaint(f"{name} sets no value")
    _same(f"values of {name}", {str(n) for n in range(found.low, found.high + 1)}, marker.rows)
    factory = str(found.factory)
    shown = [
        (f"`{name}{key}`", cells[0] + (" (factory value)" if key == factory else ""))
        for key, cells in marker.rows
    ]
    yield from _table(("form", "what it does"), shown)


def accepted(book, marker):
    highest = book.facts.accepted
    _same("commands without effect", set(highest), marker.rows)
    shown = [
        (f"`{key}`", f"0-{highest[key]}" if highest[key] else "0", cells[0])
        for key, cells in marker.rows
    ]
    yield from _table(("command", "values", "on other modems"), shown)


def options(book, marker):
    name = marker.subject
    if name not in book.facts.options:
        raise Complaint(f"{name} has no options")
    yield from _numbered(f"options of {name}", "option", book.facts.options[name], marker)


def registers(book, marker):
    yield from _numbered("registers", "register", book.facts.registers, marker, "S")


def _numbered(what, title, settings, marker, prefix=""):
    _same(what, {str(n) for n in settings}, marker.rows)
    # If the firmware has no defaults, leave out the column for them: the meanings state the
    # defaults.
    default = () if all(each.factory is None for each in settings.values()) else ("default",)
    shown = []
    for key, (words, *_) in marker.rows:
        setting = settings[int(key)]
        values, meaning = _override(_range(setting), words)
        factory = (str(setting.factory),) * len(default)
        shown.append((prefix + key, values, *factory, meaning, *setting.access))
    yield from _table((title, "values", *default, "meaning", *marker.columns), shown)


def _range(setting):
    return f"{setting.low}-{setting.high}"


# Tables of names and numbers


def results(book, marker):
    wanted = book.facts.results
    _same("results", set(wanted), marker.rows)
    shown = [(f"`{key}`", str(wanted[key]), cells[0]) for key, cells in marker.rows]
    yield from _table(("with V1", "with V0", "meaning"), shown)


def unsolicited(book, marker):
    _same("unsolicited lines", book.facts.unsolicited, _first_words(marker.rows))
    shown = [(f"`{key}`", *cells) for key, cells in marker.rows]
    yield from _table(("line", "when", *marker.columns), shown)


def _first_words(rows):
    return [(key.partition(":")[0], cells) for key, cells in rows]


def errors(book, marker):
    _same("errors", {str(n) for n in book.facts.errors}, marker.rows)
    yield from _table(
        ("number", "meaning", *marker.columns), [(k, *cells) for k, cells in marker.rows]
    )


def counters(book, marker):
    """Describe the counters in the order of AT+WIPXSTAT."""
    names = book.facts.counters
    _same("counters", set(names), marker.rows)
    rows = sorted(marker.rows, key=lambda row: names.index(row[0]))
    shown = [(f"`{key}`", cells[0]) for key, cells in rows]
    yield from _table(("counter", "counts"), shown)


def boards(book, marker):
    yield from _table(capacity.TITLES, capacity.rows(book.facts.sizes))


# Examples


def example(book, marker):
    name = marker.subject
    yield "```text"
    yield from transcript.lines(book.transcripts, name, book.facts.version)
    yield "```"


MARKERS = {
    "contents": contents,
    "version": version,
    "size": size,
    "seconds": seconds,
    "forms": forms,
    "fixed": fixed,
    "parameters": parameters,
    "accepted": accepted,
    "setting": setting,
    "options": options,
    "s-registers": registers,
    "results": results,
    "unsolicited": unsolicited,
    "errors": errors,
    "counters": counters,
    "boards": boards,
    "example": example,
}
