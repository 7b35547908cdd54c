"""What the address of a results page asks for. What cannot be given is left out, with a sentence that says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from surveyapp.domain.errors import StateRefused
from surveyapp.domain.instrument.study import Attribute, Study
from surveyapp.domain.sentences import say

BY, PEOPLE, MATCHED = "by", "people", "matched"
TOUCHPOINTS, ONLY, OPTION, AT, WITH = "touchpoints", "only", "option", "at", "with"
STATE = (PEOPLE, TOUCHPOINTS, BY, ONLY, OPTION, AT, WITH)
"""All that the address of a page of results says of what is looked at; nothing else of it is handed on."""


@dataclass(frozen=True)
class ResultsQuery:
    """`by`: the segment to split by. `matched`: only the people who answered every time. `remarks`: what was asked for
    in vain."""

    by: Attribute | None
    matched: bool
    remarks: tuple[str, ...]

    @property
    def segment(self) -> str | None:
        return self.by.name if self.by else None


ReadsAsked = Callable[[Study, Mapping[str, str]], ResultsQuery]


def asked_for(study: Study, arguments: Mapping[str, str]) -> ResultsQuery:
    """Reads `?by=` and `?people=`."""
    remarks = []
    by = study.segment(arguments[BY]) if arguments.get(BY) else None
    if arguments.get(BY) and by is None:
        remarks.append(_("Results cannot be split by that. Everyone is shown together."))
    people = arguments.get(PEOPLE, "")
    if people not in ("", "everyone", MATCHED):
        remarks.append(_("There is no such choice of people. Everyone is shown."))
    return ResultsQuery(by, people == MATCHED, tuple(remarks))


def asked_in_a_file(study: Study, arguments: Mapping[str, str]) -> ResultsQuery:
    """The same of a file, beside whose numbers nothing is said. Raises StateRefused for what cannot be given."""
    asked = asked_for(study, arguments)
    if asked.remarks:
        raise StateRefused(say("no_such_choice", known=[each.name for each in segments(study)]))
    return asked


def segments(study: Study) -> tuple[Attribute, ...]:
    """What results may be split by, as the study declares it."""
    return tuple(attribute for attribute in study.attributes if attribute.id in study.segments)
