"""The clinic's texts in every language: finds them in templates and Python, and brings the message files up to date.

`make words` runs it; it needs no gettext on the machine. What nobody translated yet stays empty, and a test names it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

CLINIC = Path(__file__).parents[1] / "src/spinepath/clinic"
MESSAGES = CLINIC / "locale/ru/LC_MESSAGES/django.po"
OWN_WORDS = CLINIC / "locale/en/LC_MESSAGES/django.po"
"""What the pages of signing in, which others wrote, say in our English; kept by hand."""
_ONE, _MANY = None, (1, 2)
_KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop", "lazy", "noop"), _ONE),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), _MANY),
}
_NO_DAY = datetime(2026, 1, 1, tzinfo=UTC)  # the same texts make the same file on every day
_HEAD = """# Russian words of the clinic. `make words` brings this file up to date with templates and Python.
msgid ""
msgstr ""
"Language: ru\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);\\n"

"""


def texts() -> Catalog:
    """Every text of the clinic that is to be translated, as the code has it now."""
    found = Catalog()
    for path in sorted(one for one in CLINIC.rglob("*") if one.suffix in (".py", ".html", ".txt")):
        code = path.read_text()
        if path.suffix != ".py":  # all but texts becomes X; without indents it is read like Python
            code = "\n".join(line.strip() for line in templatize(code).splitlines())
        for _line, text, _comments, _context in extract("python", BytesIO(code.encode()), _KEYWORDS):
            found.add(text)
    return found


def kept(path: Path = MESSAGES) -> Catalog:
    """What a message file says."""
    with path.open("rb") as file:
        return read_po(file)


def write(path: Path = MESSAGES) -> list[str]:
    """Bring the message file up to date, and compile it beside itself; the texts that are not translated yet."""
    catalog = kept(path)
    catalog.update(texts(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    told = BytesIO()
    write_po(told, catalog, width=110, omit_header=True, ignore_obsolete=True, no_location=True, sort_output=True)
    path.write_text(_HEAD + told.getvalue().decode().strip() + "\n")
    compile_file(path)
    return [str(one.id) for one in catalog if one.id and not (all(one.string) if one.pluralizable else one.string)]


def compile_file(path: Path) -> None:
    """Compile a message file beside itself."""
    compiled = kept(path)
    compiled.creation_date = compiled.revision_date = _NO_DAY
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, compiled)


if __name__ == "__main__":
    compile_file(OWN_WORDS)
    print("\n".join(f"Not translated yet: {text}" for text in write()) or "Every text is translated.")  # noqa: T201
