"""What is held of one person, as a page they can read anywhere (it asks nothing of any server) and as JSON."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from markupsafe import Markup
from pydantic import TypeAdapter

from surveyapp.domain.answers import Mode, Reason
from surveyapp.domain.fieldwork.cases import AccessKind, Disposition, Outcome
from surveyapp.domain.i18n import N_
from surveyapp.domain.instrument.easy.renderings import Rendering
from surveyapp.domain.open_answers.quoting import QuotationState
from surveyapp.domain.privacy.held import HeldAnswer, HeldRecord, HeldTouchpoint
from surveyapp.domain.privacy.leaving import LeavingReason, ParticipationChange
from surveyapp.domain.privacy.retention import KeptThing
from surveyapp.domain.responses import CorrectionReason
from surveyapp.domain.sending.planning import MessageState
from surveyapp.domain.sending.rules import SendingWay
from surveyapp.domain.staff import Role
from surveyapp.reports.text import names
from surveyapp.reports.text.phrasing import Phrasing

_JSON = TypeAdapter(HeldRecord)

WORDS: Mapping[type[enum.Enum], Mapping[Any, str]] = {
    Outcome: names.OUTCOMES,
    Disposition: names.DISPOSITIONS,
    Role: names.ROLES,
    SendingWay: names.WAYS,
    MessageState: names.MESSAGE_STATES,
    Mode: {
        Mode.SELF: N_("by yourself"),
        Mode.PHONE: N_("by phone"),
        Mode.IN_PERSON: N_("in person"),
        Mode.VIDEO: N_("by video call"),
        Mode.PROXY: N_("by somebody for you"),
    },
    Reason: {
        Reason.DONT_KNOW: N_("Don’t know"),
        Reason.PREFER_NOT_TO_SAY: N_("Prefer not to say"),
        Reason.SKIPPED: N_("Not answered"),
        Reason.NOT_ASKED: N_("Not asked"),
    },
    AccessKind: {
        AccessKind.LINK: N_("Link"),
        AccessKind.CODE: N_("Code"),
    },
    ParticipationChange: {
        ParticipationChange.STOPPED: N_("Stopped"),
        ParticipationChange.TAKEN_UP: N_("Taken up again"),
        ParticipationChange.WITHDRAWN: N_("Withdrawn"),
        ParticipationChange.WITHDRAWAL_UNDONE: N_("Withdrawal undone"),
        ParticipationChange.ERASED: N_("Erased"),
        ParticipationChange.DIED: N_("Recorded as deceased"),
        ParticipationChange.DEATH_UNDONE: N_("Recorded as deceased by mistake, and put right"),
    },
    LeavingReason: {
        LeavingReason.NOT_SAID: N_("no reason given"),
        LeavingReason.TIME: N_("it took too much time"),
        LeavingReason.NOT_RELEVANT: N_("it was not about you, or no longer"),
        LeavingReason.PRIVACY: N_("you did not want your answers kept"),
        LeavingReason.CHANGED_MIND: N_("you changed your mind"),
        LeavingReason.MISTAKE: N_("it was recorded by mistake"),
        LeavingReason.RETENTION: N_("the time to keep it was over"),
        LeavingReason.DIED: N_("somebody said so"),
        LeavingReason.MIXED_UP: N_("somebody else was meant"),
    },
    CorrectionReason: {
        CorrectionReason.SLIP: N_("something was chosen or typed by mistake"),
        CorrectionReason.MISUNDERSTOOD: N_("a question was understood in another way"),
        CorrectionReason.LEFT_OUT: N_("something was left out"),
        CorrectionReason.ENTERED_WRONGLY: N_("we entered something wrongly"),
        CorrectionReason.BY_THEMSELVES: N_("you opened them yourself"),
    },
    KeptThing: {
        KeptThing.CONTACTS: N_("How we reach you, and your links"),
        KeptThing.WORDS: N_("What you, or interviewers, wrote in words of your own"),
        KeptThing.ANSWERS: N_("Your answers, as yours"),
        KeptThing.WITHDRAWN: N_("Everything, since you withdrew"),
    },
    QuotationState: {
        QuotationState.ASKED: N_("asked for, and not cleared yet"),
        QuotationState.CLEARED: N_("cleared"),
        QuotationState.REFUSED: N_("refused"),
        QuotationState.TAKEN_BACK: N_("taken back"),
    },
}
"""What members are called, by their kind: members of two kinds may be the same text, and are not the same word."""

_CONTACT = {
    "name": N_("Name"),
    "phone": N_("Phone number"),
    "email": N_("E-mail address"),
    "preferred": N_("Prefers"),
    "times": N_("Best times to reach them"),
    "language": N_("Languages they speak"),
    "other_phones": N_("Other phone numbers"),
    "address": N_("Postal address"),
    "needs": N_("What they need"),
    "born": N_("Year of birth"),
}

_SIGHTS = {
    "contact_seen": N_("How to reach you was looked at"),
    "contact_corrected": N_("How to reach you was changed"),
    "withdrawn_person_seen": N_("Your record was looked at after you withdrew"),
    "identity_confirmed": N_("You were asked who you are"),
    "record_given_out": N_("All that is held of you was put together for you"),
}

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
            *((each.name, self._day(dt.date.fromisoformat(each.value))) for each in record.events),
            *((each.name, each.value) for each in record.belongs_with),
        ]
        changes = [
            _("%(change)s on %(day)s: %(why)s", change=self._word(each.change), day=self._moment(each.at),
              why=self._word(each.why))
            for each in record.changes
        ]  # fmt: skip
        return self._facts(facts) + self._list(changes)

    def _contact(self) -> Markup:
        facts = [(self.words.gettext(_CONTACT[each.name]), each.value) for each in self.record.contact]
        return self._facts(facts) or self._nothing()

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
        facts = [_("Opens on %(day)s.", day=self._moment(each.opens_at))]
        if each.closes_at:
            facts.append(_("Closes on %(day)s.", day=self._moment(each.closes_at)))
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
        if each.rendering is Rendering.EASY:
            how.append(_("asked in easy words"))
        if each.by_staff:
            how.append(_("entered by an interviewer"))
        if not each.counts:
            how.append(_("said before, and no longer your answer"))
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
            name = Locale.parse(made.language, sep="-").get_display_name(self.record.language.replace("-", "_"))
            yield line.format(
                _("Written in another language (%(language)s): “%(text)s”", language=name, text=made.text)
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
            if chosen.reports:
                yield line.format(_("It stands in: %(reports)s.", reports=self.words.listed(chosen.reports)))

    def _attempts(self) -> Markup:
        _ = self.words.gettext
        made = []
        for touchpoint in self.record.touchpoints:
            for tried in touchpoint.attempts:
                line = self.words.listed(
                    [self._moment(tried.at), self._word(tried.mode), self._word(tried.outcome)]
                )  # fmt: skip
                made.append((tried.at, self.words.labelled(line, tried.note) if tried.note else line))
            for link in touchpoint.links:
                line = self.words.listed([self._moment(link.issued_at), _("given to you"), self._word(link.kind)])
                made.append((link.issued_at, line))
            for sent in touchpoint.messages:
                line = self.words.listed([self._moment(sent.at), self._word(sent.way), self._word(sent.state)])
                made.append((sent.at, line))
        return self._list(line for _at, line in sorted(made, key=lambda each: each[0])) or self._nothing()

    def _sights(self) -> Markup:
        _ = self.words.gettext
        lines = [
            self.words.listed(
                [
                    self._moment(each.at),
                    _(_SIGHTS[each.what]),
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
        ways = self.words.listed([way for way in (record.help_phone, record.help_email) if way])
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

    def _word(self, member: enum.Enum) -> str:
        return self.words.gettext(WORDS[type(member)][member])

    def _moment(self, moment: dt.datetime) -> str:
        there = moment.astimezone(self.zone).replace(tzinfo=None)
        return str(format_datetime(there, "d MMMM yyyy, HH:mm", locale=self.locale))

    def _day(self, day: dt.date) -> str:
        return str(format_date(day, "d MMMM yyyy", locale=self.locale))
