"""What is held of one person, as a page they can read anywhere (it asks nothing of any server) and as JSON."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Iterator, Sequence
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from markupsafe import Markup
from pydantic import TypeAdapter

from surveyapp.domain.fieldwork.days import last_day
from surveyapp.domain.instrument.easy.renderings import Rendering
from surveyapp.domain.privacy.held import HeldAnswer, HeldAttempt, HeldBrowser, HeldLink, HeldRecord, HeldTouchpoint
from surveyapp.domain.web_sessions import device_words
from surveyapp.reports.text.held_words import CONTACT, SIGHTS, WORDS
from surveyapp.reports.text.phrasing import Phrasing
from surveyapp.written_numbers import in_order

_JSON = TypeAdapter(HeldRecord)

_STYLE = Markup(
    """
:root { color-scheme: light dark; --line: #bbb; --soft: #555 }
@media (prefers-color-scheme: dark) { :root { --line: #555; --soft: #bbb } }
body {
  font: 1.0625rem/1.55 system-ui, sans-serif; max-inline-size: 44rem; margin: 0 auto; padding: 1.25rem;
  overflow-wrap: anywhere;
}
h1 { line-height: 1.2 }
h2 { margin-block-start: 2.5rem; border-block-start: 2px solid var(--line); padding-block-start: 1rem }
h3 { margin-block-end: .25rem }
dl { margin: 0 } dt { color: var(--soft); margin-block-start: .75rem } dd { margin: 0 }
.quiet { color: var(--soft); font-size: .9375rem }
.said { white-space: pre-line; font-weight: 600 } .before { font-weight: 400; text-decoration: line-through }
ul { padding-inline-start: 1.25rem } nav ul { columns: 2 16rem } nav li { padding-block: .25rem }
@media print { body { max-inline-size: none } }
"""
)


def as_json(record: HeldRecord) -> bytes:
    """The record for a machine: UTF-8, as docs/subject_access.md describes it."""
    return _JSON.dump_json(record, indent=1) + b"\n"


def as_page(record: HeldRecord, words: Phrasing) -> str:
    """The record as one HTML page in the reader's language, with nothing in it from elsewhere."""
    return _Page(record, words).whole()


class _Page:
    def __init__(self, record: HeldRecord, words: Phrasing) -> None:
        self.record, self.words = record, words
        self.locale = Locale.parse(words.language(), sep="-")
        self.zone = ZoneInfo(record.time_zone)

    def whole(self) -> str:
        _, record = self.words.gettext, self.record
        title = _("What %(study)s holds of you", study=record.title)
        parts = [
            ("person", _("You in this study"), self._person()),
            ("reach", _("How we reach you"), self._contact()),
            ("consent", _("What you agreed to"), self._consents()),
            ("answers", _("Your answers"), self._touchpoints()),
            ("tries", _("When we tried to reach you"), self._attempts()),
            ("seen", _("Who looked at how to reach you"), self._sights()),
            ("browsers", _("Where your links and codes were opened"), self._browsers()),
            ("shared", _("What was shared"), self._shared()),
            ("kept", _("How long it is kept"), self._kept()),
            ("rights", _("What you can ask for"), self._rights()),
        ]
        listed = Markup("").join(Markup('<li><a href="#{}">{}</a></li>').format(id, name) for id, name, _body in parts)
        sections = Markup("\n").join(
            Markup('<section aria-labelledby="{}"><h2 id="{}">{}</h2>\n{}</section>').format(id, id, name, body)
            for id, name, body in parts
        )
        made = _(
            "Made on %(day)s. Your reference is %(reference)s.",
            day=self._moment(record.made_at),
            reference=record.reference,
        )
        return str(
            Markup(
                '<!doctype html>\n<html lang="{}" dir="{}">\n<head><meta charset="utf-8">'
                '<meta name="viewport" content="width=device-width, initial-scale=1">'
                '<meta name="robots" content="noindex"><title>{}</title>\n<style>{}</style></head>\n<body>\n'
                "<main>\n<h1>{}</h1>\n<p>{}</p>\n<p>{}</p>\n<nav><ul>{}</ul></nav>\n{}\n</main>\n</body>\n</html>\n"
            ).format(
                self.words.language(),
                self.locale.text_direction,
                title,
                _STYLE,
                title,
                made,
                _("This page holds personal details. Keep it where only you can see it."),
                listed,
                sections,
            )
        )

    def _person(self) -> Markup:
        _, record = self.words.gettext, self.record
        facts = [
            (_("Your reference"), record.reference),
            (_("Group"), record.group),
            (_("Enrolled"), self._day(record.enrolled_on)),
            *((_("Site") if each.name == "site" else each.name, each.value) for each in record.known),
            *((each.name, self._day(each.on)) for each in record.events),
            *((each.name, each.value) for each in record.belongs_with),
        ]
        if record.pin_set_at:
            facts.append((_("PIN chosen"), self._moment(record.pin_set_at)))
        changes = [
            _("%(change)s on %(day)s: %(why)s", change=self._word(each.change), day=self._moment(each.at),
              why=self._word(each.why))
            for each in record.changes
        ]  # fmt: skip
        changes += [
            _("You were on a list that was brought in on %(day)s: %(what)s.",
              day=self._moment(each.at), what=self._word(each.outcome))
            for each in record.lists
        ]  # fmt: skip
        return self._facts(facts) + self._list(changes)

    def _contact(self) -> Markup:
        _, record = self.words.gettext, self.record
        facts = [(_(CONTACT[each.name]), each.value) for each in record.contact]
        if record.language_asked:
            facts.append((_("The language in which you asked to be called"), self._language(record.language_asked)))
        said = []
        if record.declined_contact_at:
            said.append(
                _("You said on %(day)s that you do not want to be contacted again.",
                  day=self._moment(record.declined_contact_at))
            )  # fmt: skip
        if record.one_does_not_call:
            said.append(_("One interviewer does not call you any more."))
        for each in record.channel_ends:
            way, why, day = self._word(each.way), self._word(each.why), self._moment(each.at)
            said.append(_("%(way)s: nothing more since %(day)s (%(why)s).", way=way, day=day, why=why))
        return self._facts(facts) + self._list(said) or self._nothing()

    def _consents(self) -> Markup:
        _ = self.words.gettext
        made = []
        for each in self.record.consents:
            said = _("yes") if each.given else _("no")
            how = _(
                "version %(version)s, %(day)s, %(mode)s",
                version=each.version, day=self._moment(each.at), mode=self._word(each.mode),
            )  # fmt: skip
            if each.taken_by:
                how = self.words.listed([how, self.words.labelled(_("Who took the consent"), each.taken_by)])
            text = each.text or _(
                "The wording of then is no longer among the study’s files: “%(name)s”.", name=each.purpose
            )
            made.append(
                Markup(
                    '<dt dir="auto">{}</dt><dd><span class="said">{}</span> <span class="quiet">{}</span></dd>'
                ).format(text, said, how)
            )
        return Markup("<dl>{}</dl>").format(Markup("").join(made)) if made else self._nothing()

    def _touchpoints(self) -> Markup:
        made = [self._touchpoint(each) for each in self.record.touchpoints]
        for merge in self.record.merged:
            said = self.words.gettext(
                "You were in this study as %(reference)s, too, until %(day)s. "
                "What you answered then does not count, and is kept.",
                reference=merge.reference, day=self._moment(merge.at),
            )  # fmt: skip
            made.append(Markup("<p>{}</p>").format(said))
            made += [self._touchpoint(each) for each in merge.set_aside]
        return Markup("\n").join(made) or self._nothing()

    def _touchpoint(self, each: HeldTouchpoint) -> Markup:
        _ = self.words.gettext
        facts = [_("Opens on %(day)s.", day=self._day(each.opens_at.astimezone(self.zone).date()))]
        if each.due_at:
            facts.append(_("Due by %(day)s.", day=self._day(last_day(each.due_at, self.zone))))
        if each.closes_at:
            facts.append(_("Closes on %(day)s.", day=self._day(last_day(each.closes_at, self.zone))))
        if each.moved_at:
            facts.append(_("These days were chosen for you on %(day)s.", day=self._moment(each.moved_at)))
        if each.agreed_at:
            facts.append(_("You are to be called on %(day)s, as agreed.", day=self._moment(each.agreed_at)))
        if each.sent_at:
            facts.append(_("Sent on %(day)s.", day=self._moment(each.sent_at)))
        facts += [
            _("Opened again on %(day)s: %(why)s.", day=self._moment(opening.at), why=self._word(opening.why))
            for opening in each.reopenings
        ]
        if each.sent_again_at:
            facts.append(_("Sent again on %(day)s.", day=self._moment(each.sent_again_at)))
        if each.proxy:
            facts.append(_("Somebody answered for you: %(who)s.", who=each.proxy))
        if each.questionnaire:
            facts.append(_("Asked in version %(version)s of the questions.", version=each.version))
        facts.append(_("Where it stands: %(what)s.", what=self._word(each.disposition)))
        answers = Markup("").join(self._answer(answer) for answer in each.answers)
        return Markup('<h3 dir="auto">{}</h3>\n<p class="quiet">{}</p>\n{}').format(
            each.title, " ".join(facts), Markup("<dl>{}</dl>").format(answers) if answers else ""
        )

    def _answer(self, each: HeldAnswer) -> Markup:
        _ = self.words.gettext
        asked = " – ".join(part for part in (each.question, each.statement, each.moment) if part)
        said: Sequence[str] = each.said
        if each.reason is not None:
            said = (self._word(each.reason), *said)
        how = [self._moment(each.at), self._word(each.mode)]
        if each.device_at is not None and each.device_at != each.at:
            how.append(_("by the clock of the device %(day)s", day=self._moment(each.device_at)))
        if each.language != self.record.language:
            how.append(_("asked in another language (%(language)s)", language=self._language(each.language)))
        if each.rendering is Rendering.EASY:
            how.append(_("asked in easy words"))
        if each.by_staff:
            how.append(_("entered by an interviewer"))
        if each.late:
            how.append(_("it came too late"))
        if not each.counts:
            how.append(_("it does not count"))
        lines = Markup("").join(
            Markup('<div class="said{}" dir="auto">{}</div>').format("" if each.counts else " before", line)
            for line in said
        )
        return Markup('<dt dir="auto">{}</dt><dd>{}<span class="quiet">{}</span>{}</dd>').format(
            asked, lines, self.words.listed(how), Markup("").join(self._beside_words(each))
        )

    def _beside_words(self, each: HeldAnswer) -> Iterator[Markup]:
        """What staff keep beside words: translations, themes, quotations."""
        _, line = self.words.gettext, Markup('<div class="quiet" dir="auto">{}</div>')
        for made in each.translations:
            language = self._language(made.language)
            yield line.format(
                _("Written in another language (%(language)s): “%(text)s”", language=language, text=made.text)
            )
        if each.themes:
            yield line.format(_("Counted under: %(themes)s.", themes=self.words.listed(each.themes)))
        for chosen in each.quotations:
            yield line.format(
                _(
                    "Chosen to be quoted, under no name: “%(words)s” (%(state)s)",
                    words=chosen.words or "…",
                    state=self._word(chosen.state),
                )
            )
            if chosen.beside:
                yield line.format(_("Beside them stands what you are under “%(name)s”.", name=chosen.beside))
            if chosen.decided_at:
                day = _("Decided on %(day)s", day=self._moment(chosen.decided_at))
                yield line.format(self.words.labelled(day, chosen.why) if chosen.why else day)
            if chosen.reports:
                yield line.format(_("It stands in: %(reports)s.", reports=self.words.listed(chosen.reports)))

    def _attempts(self) -> Markup:
        _ = self.words.gettext
        made: list[tuple[dt.datetime, str]] = []
        for touchpoint in self.record.touchpoints:
            made += [(tried.at, self._attempt(tried)) for tried in touchpoint.attempts]
            made += [(link.issued_at, self._link(link)) for link in touchpoint.links]
            for decided in touchpoint.decisions:
                made.append((decided.at, self.words.listed([self._moment(decided.at), self._word(decided.kind)])))
            for sent in touchpoint.messages:
                line = self.words.listed([self._moment(sent.at), self._word(sent.way), self._word(sent.state)])
                made.append((sent.at, line))
        return self._list(line for _at, line in sorted(made, key=lambda each: each[0])) or self._nothing()

    def _attempt(self, tried: HeldAttempt) -> str | Markup:
        _ = self.words.gettext
        said = [self._moment(tried.at), self._word(tried.mode), self._word(tried.outcome)]
        if tried.detail:
            said.append(self._word(tried.detail))
        if tried.next_at:
            said.append(_("to be tried again on %(day)s", day=self._moment(tried.next_at)))
        line = self.words.listed(said)
        line = self.words.labelled(line, tried.note) if tried.note else line
        if (referred := tried.referral) is None:
            return line
        if referred.decision is None or referred.decided_at is None:
            became = _("Somebody else is to decide what follows, as %(what)s.", what=self._word(referred.kind))
            if referred.blocks_calls:
                became = " ".join((became, _("Nobody calls you meanwhile.")))
        else:
            became = _(
                "What followed was decided on %(day)s, as %(what)s: %(decision)s.",
                day=self._moment(referred.decided_at), what=self._word(referred.kind),
                decision=self._word(referred.decision),
            )  # fmt: skip
        return Markup('{}<div class="quiet">{}</div>').format(line, became)

    def _link(self, link: HeldLink) -> str:
        _ = self.words.gettext
        said = [self._moment(link.issued_at), _("given to you"), self._word(link.kind)]
        if link.claim:
            said.append(_("whoever opens it first chooses a PIN"))
        return self.words.listed(said)

    def _browsers(self) -> Markup:
        _ = self.words.gettext
        return self._list(map(self._browser, self.record.browsers)) or self._nothing()

    def _browser(self, each: HeldBrowser) -> str:
        _ = self.words.gettext
        said = [device_words(each.words) or _("a browser that does not say what it is")]
        said.append(_("since %(day)s", day=self._moment(each.began_at)))
        said.append(_("last seen on %(day)s", day=self._moment(each.seen_at)))
        if each.ended_at:
            said.append(_("ended on %(day)s", day=self._moment(each.ended_at)))
        return self.words.listed(said)

    def _sights(self) -> Markup:
        _ = self.words.gettext
        lines = [
            self.words.listed(
                [
                    self._moment(each.at),
                    _(SIGHTS[each.what]),
                    *((self._word(role) for role in each.roles) if each.roles else [_("whoever runs the system")]),
                ]
            )
            for each in self.record.sights
        ]
        return self._list(lines) or self._nothing()

    def _shared(self) -> Markup:
        _, record = self.words.gettext, self.record
        lines = [
            _("The study’s own evaluators see counts of everybody’s answers, and never your name."),
            self.words.ngettext(
                "%(num)s release was made for others: counts of many people, of nobody in particular.",
                "%(num)s releases were made for others: counts of many people, of nobody in particular.",
                record.releases,
            ),
        ]
        return self._list(lines)

    def _kept(self) -> Markup:
        _, record = self.words.gettext, self.record
        lines = [
            _("%(what)s: until %(day)s", what=self._word(each.what), day=self._day(each.until)) for each in record.kept
        ]
        if record.then == "anonymise":
            lines.append(_("After that, nothing says any more whose your answers are."))
        elif record.then == "erase":
            lines.append(_("After that, your answers are erased."))
        return self._list(lines) or Markup("<p>{}</p>").format(
            _("The study has not said how long it keeps it. Ask us.")
        )

    def _rights(self) -> Markup:
        _, record = self.words.gettext, self.record
        lines = [
            _("To stop: nobody contacts you again, and what you gave stays."),
            _("To withdraw: your answers are taken out of everything at once."),
            _("To be erased: everything that is held of you goes."),
            _("To have something put right, or to have this page again, at any time."),
        ]
        language = self.words.language()
        ways = self.words.listed([in_order(way, language) for way in (record.help_phone, record.help_email) if way])
        asking = _("Ask %(name)s: %(ways)s.", name=record.help_name, ways=ways) if ways else record.help_name
        return self._list(lines) + Markup('<p dir="auto">{}</p>').format(asking)

    def _facts(self, facts: Iterable[tuple[str, str]]) -> Markup:
        made = Markup("").join(
            Markup('<dt dir="auto">{}</dt><dd dir="auto">{}</dd>').format(name, value) for name, value in facts
        )
        return Markup("<dl>{}</dl>\n").format(made) if made else Markup("")

    def _list(self, lines: Iterable[str]) -> Markup:
        made = Markup("").join(Markup('<li dir="auto">{}</li>').format(line) for line in lines)
        return Markup("<ul>{}</ul>\n").format(made) if made else Markup("")

    def _nothing(self) -> Markup:
        return Markup("<p>{}</p>\n").format(self.words.gettext("Nothing is held."))

    def _language(self, code: str) -> str:
        named = Locale.parse(code, sep="-").get_display_name(self.locale)
        return named or code

    def _word(self, member: enum.Enum) -> str:
        return self.words.gettext(WORDS[type(member)][member])

    def _moment(self, moment: dt.datetime) -> str:
        there = moment.astimezone(self.zone).replace(tzinfo=None)
        return str(format_datetime(there, "d MMMM yyyy, HH:mm", locale=self.locale))

    def _day(self, day: dt.date) -> str:
        return str(format_date(day, "d MMMM yyyy", locale=self.locale))
