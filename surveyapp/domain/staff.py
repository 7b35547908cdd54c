"""Staff, their roles, and what each role may do."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from surveyapp.domain.errors import NotPermitted
from surveyapp.domain.i18n import N_
from surveyapp.domain.participants import Origin, Participant
from surveyapp.domain.sentences import say


class Role(enum.Enum):
    """What somebody is to a study. The last two are permissions that no other role brings along: each is given by
    itself, to somebody who may have a role besides."""

    INTERVIEWER = "interviewer"
    SUPERVISOR = "supervisor"
    EVALUATOR = "evaluator"
    MANAGER = "manager"
    VIEWER = "viewer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    READ_WORDS = "read_words"
    EXPORT_ANSWERS = "export_answers"


class Action(enum.Enum):
    """What a staff member may be allowed to do, as it reads after “may”."""

    INTERVIEW = N_("enter interviews")
    TAKE_OVER = N_("take over a case that somebody else has open")
    DECIDE_CALLS = N_("decide whether somebody is called again")
    SEE_STANDING = N_("see where the study stands")
    SEE_CONTACTS = N_("see contact details")
    SEE_RESULTS = N_("see the working figures")
    SEE_RELEASES = N_("see releases")
    MAKE_RELEASE = N_("make a release")
    READ_WORDS = N_("read open answers")
    EXPORT_ANSWERS = N_("take single answers out in files")
    MANAGE_PARTICIPANTS = N_("add and import participants")
    GIVE_ACCESS = N_("give out links and codes")
    OPEN_VERSION = N_("open a questionnaire version")
    SEE_QUESTIONNAIRES = N_("look at questionnaires")
    GRANT_ROLES = N_("say who has which role")
    HOLD_ACCOUNTS = N_("hold the accounts of staff")
    READ_AUDIT = N_("read the audit trail")
    HANDLE_RIGHTS = N_("stop, withdraw or erase somebody, or see what is held of them")
    CORRECT_ANSWERS = N_("open answers that were sent again")


MAY: dict[Role, frozenset[Action]] = {
    Role.INTERVIEWER: frozenset({Action.INTERVIEW, Action.SEE_CONTACTS, Action.GIVE_ACCESS}),
    Role.SUPERVISOR: frozenset(
        {
            Action.INTERVIEW,
            Action.TAKE_OVER,
            Action.DECIDE_CALLS,
            Action.SEE_STANDING,
            Action.SEE_CONTACTS,
            Action.GIVE_ACCESS,
            Action.HANDLE_RIGHTS,
            Action.CORRECT_ANSWERS,
        }
    ),
    Role.EVALUATOR: frozenset({Action.SEE_RESULTS, Action.SEE_RELEASES, Action.SEE_QUESTIONNAIRES}),
    Role.MANAGER: frozenset(
        {
            Action.SEE_STANDING,
            Action.SEE_CONTACTS,
            Action.MANAGE_PARTICIPANTS,
            Action.GIVE_ACCESS,
            Action.OPEN_VERSION,
            Action.SEE_QUESTIONNAIRES,
            Action.SEE_RELEASES,
            Action.MAKE_RELEASE,
            Action.GRANT_ROLES,
            Action.HANDLE_RIGHTS,
            Action.CORRECT_ANSWERS,
        }
    ),
    Role.VIEWER: frozenset({Action.SEE_RELEASES}),
    Role.AUDITOR: frozenset({Action.READ_AUDIT}),
    Role.ADMINISTRATOR: frozenset({Action.HOLD_ACCOUNTS, Action.GRANT_ROLES}),
    Role.READ_WORDS: frozenset({Action.READ_WORDS}),
    Role.EXPORT_ANSWERS: frozenset({Action.EXPORT_ANSWERS}),
}
"""The one table of who may do what: pages, commands, README and tests read it."""

MAY_GRANT: dict[Role, frozenset[Role]] = {
    Role.MANAGER: frozenset(
        {Role.INTERVIEWER, Role.SUPERVISOR, Role.EVALUATOR, Role.VIEWER, Role.READ_WORDS, Role.EXPORT_ANSWERS}
    ),
    Role.ADMINISTRATOR: frozenset(Role),
}
"""Which roles each role gives and takes: a manager within their study, at the sites they manage."""

OF_THE_INSTALLATION = frozenset({Role.ADMINISTRATOR})
"""Roles that are never of one study."""

MAY_BE_OF_ALL = OF_THE_INSTALLATION | {Role.AUDITOR}
"""Roles that can be granted for the whole installation, and over no site: what they are about is of none."""

OF_WHOLE_STUDIES = MAY_BE_OF_ALL | {Role.VIEWER}
"""Roles that are not granted over one site."""

TRUE_COUNTS = frozenset({Action.SEE_RESULTS})
"""What nobody may do whose grant keeps true counts from them."""


@dataclass(frozen=True)
class Grant:
    """A role in a study, or in the whole installation (None); with a site, only over that site's participants.
    `true_counts`: whether an evaluator sees the working figures, or releases alone; of any other role it is False,
    whatever is written. Raises ValueError for a role that cannot be granted so."""

    role: Role
    study: str | None
    site_id: uuid.UUID | None = None
    true_counts: bool = True

    def __post_init__(self) -> None:
        if self.role is not Role.EVALUATOR:
            object.__setattr__(self, "true_counts", False)
        if self.study is None and self.role not in MAY_BE_OF_ALL:
            raise ValueError(f"{self.role.value} is a role in a study")
        if self.study is not None and self.role in OF_THE_INSTALLATION:
            raise ValueError(f"{self.role.value} is a role in the whole installation")

    def covers(self, study: str | None) -> bool:
        """Whether it is of a study; of what belongs to no study (None) only one of the whole installation is."""
        return self.study is None or self.study == study

    @property
    def key(self) -> tuple[Role, str | None, uuid.UUID | None]:
        """What is granted, whatever it lets them see: somebody has it once."""
        return self.role, self.study, self.site_id

    def allows(self, action: Action) -> bool:
        """Whether it lets them do something in its study."""
        releases_alone = self.role is Role.EVALUATOR and not self.true_counts
        return action in MAY[self.role] and not (releases_alone and action in TRUE_COUNTS)


@dataclass(frozen=True, kw_only=True)
class Staff:
    """Somebody who signs in. `single_keys`: whether keys without Ctrl do something on the pages of an interview;
    `speaks`: codes of the languages in which they interview, `gender`: `woman` or `man`; empty: not said."""

    id: uuid.UUID
    email: str
    name: str
    active: bool
    second_factor: bool
    grants: tuple[Grant, ...] = ()
    single_keys: bool = True
    speaks: tuple[str, ...] = ()
    gender: str = ""

    def may(self, action: Action, study: str | None) -> bool:
        """Whether any of their roles in the study allows it; without a study, in the whole installation."""
        return self.active and any(grant.covers(study) and grant.allows(action) for grant in self.grants)

    def check(self, action: Action, study: str | None) -> None:
        """Raises NotPermitted, with the reason, unless they may."""
        if not self.may(action, study):
            raise NotPermitted(say("role_does_not_let", action=action))

    def may_of(self, action: Action, person: Participant) -> bool:
        """Whether they may do it of a participant: by a role over everybody of their study, or over their site."""
        return self.may(action, person.study) and scope_of(self, action, person.study, person.origin).has(person)

    def check_of(self, action: Action, person: Participant) -> None:
        """Raises NotPermitted, with the reason, unless they may do it of a participant."""
        self.check(action, person.study)
        if not self.may_of(action, person):
            raise NotPermitted(say("role_does_not_let_there", action=action))

    def studies(self, action: Action, of: Iterable[str] = ()) -> tuple[str, ...]:
        """The studies in which they may do it, each once, in order; a role in the whole installation is one in each
        that there are (`of`)."""
        named = {grant.study for grant in self.grants if grant.study is not None}
        return tuple(sorted(study for study in named | set(of) if self.may(action, study)))

    def may_everywhere(self, action: Action, study: str | None) -> bool:
        """Whether they may do it for every site of the study, and not only for some."""
        grants = (grant for grant in self.grants if grant.covers(study) and grant.site_id is None)
        return self.active and any(grant.allows(action) for grant in grants)

    def all_studies(self, of: Iterable[str]) -> tuple[str, ...]:
        """The studies of those there are (`of`) in which they have a role, each once, in order."""
        return tuple(sorted(study for study in set(of) if any(grant.covers(study) for grant in self.grants)))

    def may_grant(self, grant: Grant) -> bool:
        """Whether they may give or take it: a role over theirs in the table, in a study and at sites that they have
        themselves."""
        return self.active and any(
            grant.role in MAY_GRANT.get(own.role, ())
            and own.covers(grant.study)
            and own.site_id in (None, grant.site_id)
            for own in self.grants
        )

    def check_grant(self, grant: Grant, to: uuid.UUID) -> None:
        """Raises NotPermitted, with the reason, unless they may give it to, or take it from, a member of staff. Nobody
        changes their own."""
        if to == self.id:
            raise NotPermitted(say("own_grants"))
        if not self.may_grant(grant):
            raise NotPermitted(say("cannot_grant", role=grant.role.value))


@dataclass(frozen=True)
class Scope:
    """Whose data a query may touch: one study, one origin, and either every site or only these."""

    study: str
    origin: Origin
    sites: frozenset[uuid.UUID] | None = None

    def has(self, person: Participant) -> bool:
        """Whether somebody is in it."""
        here = self.sites is None or (person.site is not None and person.site.id in self.sites)
        return here and (person.study, person.origin) == (self.study, self.origin)

    def also(self, other: Scope) -> Scope:
        """Who is in both of one study."""
        assert (self.study, self.origin) == (other.study, other.origin)
        if self.sites is None or other.sites is None:
            return other if self.sites is None else self
        return Scope(self.study, self.origin, self.sites & other.sites)


def scope_of(staff: Staff, action: Action, study: str, origin: Origin) -> Scope:
    """What the staff member may see when doing this. Raises NotPermitted."""
    staff.check(action, study)
    grants = [grant for grant in staff.grants if grant.covers(study) and grant.allows(action)]
    if any(grant.site_id is None for grant in grants):
        return Scope(study, origin)
    return Scope(study, origin, frozenset(grant.site_id for grant in grants if grant.site_id))
