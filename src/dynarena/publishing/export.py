"""One table in four formats; every name in it may be hostile."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

from dynarena.publishing.table import Table

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_LATEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "–": "--", "−": "$-$", "…": r"\ldots{}", "<": r"$<$",
    ">": r"$>$", '"': "''",
}  # fmt: skip


def to_csv(table: Table) -> str:
    """RFC 4180 with raw numbers. Text that a spreadsheet would run as a formula is preceded by an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_cell(column.key) for column in table.columns)
    for row in table.rows:
        writer.writerow(_cell(row[column.key]) for column in table.columns)
    return out.getvalue()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    guard = "'" if value.lstrip(" \ufeff\xa0").startswith(_FORMULA) else ""
    return guard + re.sub(r"[\x00-\x1f\x7f]", " ", value)


def to_json(table: Table) -> str:
    """Title, notes, columns with their meaning, rows of raw values; what is missing is null."""
    columns = [{"key": c.key, "heading": c.heading, "about": c.about} for c in table.columns]
    content = {"title": table.title, "notes": table.notes, "columns": columns, "rows": table.rows}
    return json.dumps(content, indent=1, allow_nan=False, ensure_ascii=True) + "\n"


def to_markdown(table: Table) -> str:
    """A GitHub table; markup and HTML in names are escaped."""
    rule = ["---:" if column.numeric else ":---" for column in table.columns]
    rows = [[column.heading for column in table.columns], rule, *([_md(c) for c in row] for row in table.written())]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    notes = [f"- {_md(note)}" for note in table.notes]
    return "\n".join([f"**{_md(table.title)}**", "", *lines, "", *notes]) + "\n"


def _md(value: str) -> str:
    entities = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    escaped = re.sub(r"([\\`*_{}\[\]()#+!|~$@])", r"\\\1", entities)
    return re.sub(r"(?i)(https?|ftp|www)([:.])", r"\1\\\2", " ".join(escaped.split()))


def to_latex(table: Table) -> str:
    """A booktabs table; the preamble needs \\usepackage{booktabs}."""
    layout = "".join("r" if column.numeric else "l" for column in table.columns)
    rows = [[column.heading for column in table.columns], *table.written()]
    head, *body = [" & ".join(_tex(cell) for cell in row) + r" \\" for row in rows]
    lines = [r"\begin{table}", r"\centering", rf"\caption{{{_tex(table.title)}. {_tex('; '.join(table.notes))}.}}"]
    lines += [rf"\begin{{tabular}}{{{layout}}}", r"\toprule", head, r"\midrule", *body, r"\bottomrule"]
    return "\n".join([*lines, r"\end{tabular}", r"\end{table}"]) + "\n"


def _tex(value: str) -> str:
    return "".join(_LATEX.get(c, c) for c in " ".join(value.split()))


EXPORTS = {"csv": to_csv, "json": to_json, "md": to_markdown, "tex": to_latex}
