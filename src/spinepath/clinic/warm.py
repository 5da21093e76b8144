"""Reading at the start of a process what its first reader would wait for: the knowledge, the addresses, the pages."""

from __future__ import annotations

import gc
from contextlib import suppress
from pathlib import Path

from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone

from spinepath.clinic.advice import knowledge, rules
from spinepath.engine.assess import assess

_TEMPLATES = Path(__file__).parent / "templates"


def read_everything() -> None:
    """Reads the knowledge base and makes one assessment of nobody, imports all rooms and compiles their templates.

    It asks the database nothing, and what cannot be read here says so when it is needed.
    """
    assess(knowledge(), (), timezone.now())
    rules().questions({})
    reverse("home")
    for path in sorted(_TEMPLATES.rglob("*.html")):
        with suppress(TemplateDoesNotExist, TemplateSyntaxError):
            get_template(path.relative_to(_TEMPLATES).as_posix())
    gc.collect()
    gc.freeze()  # all of this stays; looking through it for garbage would hold up pages by a tenth of a second
    gc.set_threshold(50_000, 20, 50)  # a page makes ten thousands of things, and hardly any of them in a circle
