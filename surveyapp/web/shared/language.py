"""Which language a page is in: what somebody chose, or what their browser asks for, among those there are.

`?lang=pl` on any page chooses; a form that would lose what is typed carries the choice as a button of its own.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast
from urllib.parse import quote

from babel import Locale
from babel.support import NullTranslations
from flask import Flask, g, redirect, request, session, url_for
from flask_babel import Babel, Domain, force_locale, get_domain, get_locale, gettext, refresh
from markupsafe import Markup, escape
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from surveyapp.domain.i18n import LocalText, language_attributes, runs_from_right
from surveyapp.domain.i18n import in_language_of as in_language_of
from surveyapp.domain.instrument.easy.renderings import easy_of, is_easy, plain_of
from surveyapp.domain.instrument.study import Study
from surveyapp.reports.text.phrasing import folded
from surveyapp.services.translation import interface_catalogues
from surveyapp.web.shared.reply import with_query
from surveyapp.web.shared.runtime import has_runtime, runtime
from surveyapp.web.shared.session import is_program_path, is_staff_path
from surveyapp.written_numbers import Written, in_order

CHOICE = "lang"
"""The name that a choice of language travels by, in an address and in a form."""

CHOSEN = "chose"
"""In the cookie: somebody chose the language here."""

SHOWN = "in"
"""The name that the language of a questionnaire somebody looks at travels by: it is not the looker's own."""


class Interface(Domain):
    """The interface's words, from the .po of the page's language."""

    def get_translations(self) -> NullTranslations:
        return _spoken_now()[1]

    def ngettext(self, singular: str, plural: str, num: int, **variables: object) -> str:
        """With its number as the page's language writes it."""
        # It chooses the form by what it is, and puts in what it is written as.
        return str(super().ngettext(singular, plural, Written(num, _spoken_now()[0]), **variables))


TemplateTexts = dict[tuple[str, bool], Markup]
"""Texts of templates, and whether something is to be put into them."""


def _spoken_now() -> tuple[str, NullTranslations, TemplateTexts]:
    """(language as a study's files name it, words, those of templates) of the page. A page of results asks thousands of
    times, and what Flask-Babel goes through to say its locale is most of what such a page costs: it is asked here once,
    for as long as the locale that it remembers for the page is the same object."""
    try:
        page = g._get_current_object().__dict__
    except RuntimeError:  # outside of any request
        page = {}
    locale = getattr(page.get("_flask_babel"), "babel_locale", None) or get_locale()
    known: tuple[Locale | None, tuple[str, NullTranslations, TemplateTexts]] | None = page.get("_spoken_now")
    if known is not None and known[0] is locale:
        return known[1]
    written = str(locale or interface_catalogues.SOURCE)
    words = interface_catalogues.translations(written)
    made = written.replace("_", "-"), words, vars(words).setdefault("said", {})
    page["_spoken_now"] = locale, made
    return made


def spoken(text: str, /, **values: object) -> str:
    """`gettext` with the texts of a study in it isolated."""
    said = str(_spoken_now()[1].gettext(text))
    return said % {name: isolated(value) for name, value in values.items()} if values else said


def spoken_plural(one: str, many: str, number: int, /, **values: object) -> str:
    """`ngettext`, likewise."""
    language, words, _ = _spoken_now()
    said = str(words.ngettext(one, many, number))
    return said % {"num": Written(number, language), **{name: isolated(value) for name, value in values.items()}}


class Languages(Babel):
    """Flask-Babel, with the words from there."""

    domain_instance = Interface()


def install(app: Flask) -> None:
    """What pages need to speak several languages."""
    Languages(app, locale_selector=interface_language)
    # A page of a participant's asks eighteen times: Flask-Babel's own way goes through three look-ups each time.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # Jinja’s extension has it
        gettext=lambda text: _spoken_now()[1].ugettext(text),
        ngettext=lambda one, many, number: _spoken_now()[1].ungettext(one, many, number),
        newstyle=True,
        pgettext=lambda context, text: _spoken_now()[1].upgettext(context, text),
        npgettext=lambda context, one, many, number: _spoken_now()[1].unpgettext(context, one, many, number),
    )
    app.jinja_env.globals["_"] = _in_template

    @app.before_request
    def _mark_texts() -> None:
        language_attributes.set(_attributes)

    app.before_request(_take_up_choice)
    app.jinja_env.globals.update(
        lang_of=lang_of,
        isolated=isolated,
        language_choices=language_choices,
        language_offered=language_offered,
        own_direction=own_direction,
        words_choice=words_choice,
    )
    app.jinja_env.filters.update(
        paragraphs=paragraphs, listed=listed, isolated=isolated, bare=bare, numbers_in_order=numbers_in_order
    )


def _in_template(text: str, /, **values: object) -> Markup:
    """Jinja's `_`, in one step: every template here is HTML. A text is looked up once a language: a page has some
    twenty, and the next one most of them again."""
    _, words, said = _spoken_now()
    key = text, bool(values)
    found = said.get(key)
    if found is None:
        marked = Markup(words.ugettext(text))  # noqa: S704 (what is put into it is escaped)
        found = said[key] = marked if values else marked % {}
    return found % {name: _own_isolated(value) for name, value in values.items()} if values else found


def _own_isolated(value: object) -> object:
    """A text of a study in the page's language isolated; one in another has an element of its own, which does it."""
    return isolated(value) if isinstance(value, LocalText) and language_apart(value) is None else value


def read_all(app: Flask) -> None:
    """Reads the words of every language there is, of pages and of studies, and which of them are whole."""
    for each in interface_catalogues.languages():
        with app.test_request_context("/"), force_locale(each.replace("-", "_")):
            _choices()
            interface_catalogues.serves_staff(each)
            interface_catalogues.serves_participants(each)
            get_domain().get_translations()


def interface_language() -> str:
    """The language that everything around a study's own words is in. English where the one asked for is not complete:
    a page never speaks half a language."""
    wanted = plain_of(asked_language())
    for_staff = is_staff_path(request.path) and "language" not in g
    serves = interface_catalogues.serves_staff if for_staff else interface_catalogues.serves_participants
    return wanted if serves(wanted) else interface_catalogues.SOURCE


def asked_language() -> str:
    """The language of the study's words, too: the one chosen or, before anything is, the browser's first of those
    there are."""
    page = g._get_current_object().__dict__
    if "language" in page:
        return str(page["language"])
    there_are = _choices()
    chosen = session.get("language")
    if chosen in there_are:
        return str(chosen)
    return preferred(there_are) or interface_catalogues.SOURCE


def preferred(there_are: Iterable[str]) -> str | None:
    """The language that the browser asks for before others, of those there are: `pl` for one that asks for `pl-PL`."""
    known = {language.lower(): language for language in there_are}
    for wanted, quality in request.accept_languages:
        tag = wanted.lower()
        if quality > 0 and (found := known.get(tag) or known.get(tag.partition("-")[0])):
            return found
    return None


def speak(language: str) -> bool:
    """Remembers a choice for this browser and answers in it; a language that there is not changes nothing. Returns
    whether there is."""
    if language not in _choices():
        return False
    session["language"] = language
    session[CHOSEN] = True
    refresh()
    return True


def speak_here(wanted: str | None, languages: tuple[str, ...]) -> None:
    """For this page alone, and whatever the browser asks for: a participant's page in the language somebody wants to
    see it in, one of `languages` or else their first."""
    g.languages = languages
    g.language = wanted if wanted in languages else languages[0]
    refresh()


def known_language(language: str) -> bool:
    """Whether anything is said in a language, to somebody who answers."""
    return language in _choices()


def reader_language() -> str:
    """The language of the page's own words, as a study's files name it."""
    return _spoken_now()[0]


def staff_study(study_id: str) -> Study:
    """A study in the language of the member of staff who reads the page. Raises NotFound."""
    return runtime().study_for_staff(study_id, reader_language())


def _choices() -> tuple[str, ...]:
    page = g._get_current_object().__dict__
    if "languages" in page:
        return tuple(page["languages"])
    if "offered" not in page:
        if is_staff_path(request.path) or not has_runtime():
            return tuple(filter(interface_catalogues.serves_staff, interface_catalogues.languages()))
        studies = runtime().studies.values()
        offered = [language for study in studies for language in runtime().offered(study)]
        easy = (easy_of(each) for study in studies for each in study.easy)
        page["offered"] = tuple(dict.fromkeys((*offered, *easy)))
    return cast("tuple[str, ...]", page["offered"])


def _take_up_choice() -> Response | None:
    """Goes on to the same page without the choice in its address, once the choice is remembered."""
    if is_program_path(request.path):
        # What a program reads is in the language that it names, whatever anybody chose.
        speak_here(None, (interface_catalogues.SOURCE,))
        return None
    if "language" in g or request.method != "GET" or CHOICE not in request.args or request.endpoint == "static":
        return None
    # A page that there is not can be read in another language; an address that is refused, under another name, cannot.
    if not isinstance(request.routing_exception, NotFound | None):
        return None
    return redirect(here()) if speak(request.args[CHOICE]) else None


def here(language: str | None = None) -> str:
    """This page's address, with another choice of language or none."""
    name = SHOWN if "language" in g else CHOICE
    kept = {key: values for key, values in request.args.to_dict(flat=False).items() if key != name}
    more = {name: [language]} if language else {}
    # A page that there is not has no endpoint; it can be read in another language all the same.
    found = request.endpoint is not None and request.routing_exception is None
    # Written as addresses are: a tab or the end of a line, which a browser leaves out, would lead to another site.
    path = url_for(request.endpoint or "", **(request.view_args or {})) if found else quote(request.path)
    return with_query("/" + path.lstrip("/"), kept | more)


@dataclass(frozen=True)
class LanguageChoice:
    """A language as its speakers call it, and the address that chooses it here."""

    code: str
    name: str
    chosen: bool

    @property
    def address(self) -> str:
        return here(self.code)


def language_choices(study: Study | None = None, shown: str | None = None) -> list[LanguageChoice]:
    """What to choose from: the languages a study offers, or all there are. `shown` is the one it is in now."""
    now = shown or asked_language()
    if "languages" in g:
        return [LanguageChoice(code, own_name(code), code == now) for code in _choices()]
    codes = runtime().offered(study) if study else tuple(dict.fromkeys(map(plain_of, _choices())))
    # Whoever reads easy words goes on in them in another language, if it has them.
    easy = [each for each in study.easy if each != plain_of(now)] if study and is_easy(asked_language()) else []
    return [
        LanguageChoice(easy_of(code) if code in easy else code, own_name(code), code == plain_of(now)) for code in codes
    ]


def words_choice(shown: str) -> LanguageChoice:
    """The other words of the language that a page is in: its easy ones or, of these, the usual ones."""
    if is_easy(shown):
        return LanguageChoice(plain_of(shown), gettext("Usual words"), False)
    return LanguageChoice(easy_of(shown), gettext("Easy words"), False)


@dataclass(frozen=True)
class LanguageOffer:
    """A language that a page can be had in, said in that language."""

    code: str
    name: str
    direction: str
    sentence: str


def language_offered(study: Study, shown: str) -> LanguageOffer | None:
    """The language that the browser asks for first, where the page is in another that nobody chose here: the one on
    record may be wrong, or somebody else's."""
    if session.get(CHOSEN) or "language" in g:
        return None
    wanted = preferred(runtime().offered(study))
    if wanted is None or wanted == plain_of(shown):
        return None
    with force_locale(wanted.replace("-", "_")):
        sentence = gettext("You can read this in your own language.")
    return LanguageOffer(wanted, own_name(wanted), direction(wanted), sentence)


@functools.cache
def own_name(code: str) -> str:
    """A language as its speakers call it: Polski, اردو."""
    name = Locale.parse(plain_of(code), sep="-").get_display_name() or code
    return name[:1].upper() + name[1:] + (" (simple)" if is_easy(code) else "")


def language_apart(text: object) -> str | None:
    """The language of a study's text where it is not the page's."""
    language = getattr(text, "language", None)
    return None if language is None or plain_of(language) == reader_language() else str(language)


def lang_of(text: object) -> Markup:
    """` lang="…" dir="…"` for an element with what is made of a text, or with what takes no element inside (an option);
    nothing where the text is in the page's language. A text in running words marks itself."""
    return Markup(_attributes(getattr(text, "language", None)))  # noqa: S704 (languages are tags, not markup)


def _attributes(language: str | None) -> str:
    if language is None or plain_of(language) == reader_language():
        return ""
    return f' lang="{language}" dir="{direction(language)}"'


def own_direction() -> Markup:
    """` dir="auto"` for a box that somebody writes in, where the page runs from right to left: what they write stands
    the way that it runs itself, its full stop at its end."""
    return Markup(' dir="auto"') if direction(reader_language()) == "rtl" else Markup("")


def paragraphs(text: str) -> list[str]:
    """Template filter: a text's paragraphs, each in the text's language."""
    return [in_language_of(text, piece) for piece in text.strip().split("\n\n") if piece.strip()]


def listed(texts: Iterable[object]) -> str:
    """Template filter: what is not empty, in a list: “one, two”; marked with their language where the texts of a study
    that it is made of are all in one."""
    parts = [text if isinstance(text, LocalText) else str(text) for text in texts if text]
    if not parts:
        return ""
    made = folded(gettext, parts)
    languages = {getattr(part, "language", None) for part in parts}
    return in_language_of(parts[0], made) if len(languages) == 1 else made


def bare(text: str) -> str:
    """Template filter: a text without a mark of its own, inside an element that has one (`lang_of`)."""
    return str(text)


def numbers_in_order(text: str) -> str:
    """Template filter: a text whose telephone numbers are read in their order, whichever way the page runs."""
    return in_language_of(text, in_order(str(text), plain_of(getattr(text, "language", reader_language()))))


def isolated(text: object) -> object:
    """A text of a study for where no element can stand: bare, kept apart from the sentence it is put into where words
    of it run the other way than the page. One such word at its end takes the figures that follow into its own order,
    also in a text of the page's language."""
    if not isinstance(text, LocalText):
        return text
    bare_text = str(text)
    return f"\u2068{bare_text}\u2069" if _turns(bare_text) else bare_text


def _turns(text: str) -> bool:
    """Whether a letter runs the other way than the page."""
    if direction(reader_language()) == "rtl":
        return any(unicodedata.bidirectional(letter) == "L" for letter in text)
    return runs_from_right(text)


def broken_at(text: str) -> Markup:
    """A long address or code, which breaks after its @ or an underscore before it breaks anywhere."""
    return escape(text).replace("@", Markup("@<wbr>")).replace("_", Markup("_<wbr>"))


def unbroken(text: str) -> Markup:
    """A reference, which no line breaks at its hyphen."""
    return Markup('<span class="unbroken">{}</span>').format(text)


@functools.cache
@functools.cache
def direction(language: str) -> str:
    """`ltr` or `rtl`."""
    return str(Locale.parse(language, sep="-").text_direction)
