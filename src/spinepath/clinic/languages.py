"""In which language a page or a message speaks: the reader's own, until they switch."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.views.i18n import LANGUAGE_QUERY_PARAMETER, set_language

from spinepath.clinic.models import Clinic, Person

_CHOSEN = "language"


def language_of(reader: Person | Clinic) -> str:
    """The language of this person, or of a clinic's letters; the usual one where the pages do not speak it."""
    return reader.language if reader.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def spoken_here(request: HttpRequest, person: Person | None) -> translation.override:
    """For the pages behind a personal link: their language, as a context.

    The browser's own choice does not count: a tablet goes from hand to hand. It does where the person is not known.
    """
    if person is None:
        return translation.override(translation.get_language())
    return translation.override(request.session.get(_CHOSEN) or language_of(person))


def choose(request: HttpRequest) -> HttpResponseBase:
    """The switch at the foot of each page. For somebody who came in by a link it holds as long as they answer."""
    chosen = request.POST.get(LANGUAGE_QUERY_PARAMETER, "")
    if request.method == "POST" and "link" in request.session and chosen in dict(settings.LANGUAGES):
        request.session[_CHOSEN] = chosen
    return set_language(request)
