"""A role at one site is of that site's people alone, whatever else somebody may do elsewhere; and what is everybody's
is changed by whoever has a role over everybody."""

from __future__ import annotations

import datetime as dt
import itertools
import re
import uuid
from collections.abc import Callable, Iterator

import pytest

from surveyapp.domain.errors import FieldsRefused, HeldByAnother, NotFound, NotPermitted, StateRefused
from surveyapp.domain.fieldwork.call_stand import DecisionKind
from surveyapp.domain.fieldwork.cases import AccessKind, Outcome
from surveyapp.domain.participants import Participant, Site
from surveyapp.domain.staff import Role, Staff
from surveyapp.services.cases.agreed_times import AgreedTime
from surveyapp.services.fieldwork import attempts, calls, deciding
from surveyapp.services.lists import imports, list_pages, taking_back
from surveyapp.services.lists.sorting import Decisions
from surveyapp.services.mending import people as mending
from surveyapp.services.participants import enrolment, links, relating, roster
from surveyapp.services.privacy import merging
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Desk
from surveyapp.store import participants
from tests import factories
from tests.integration.test_access_rules import PLACES, WRITTEN
from tests.page import Client

Sites = tuple[Site, Site]

WITH_PEOPLE = (Role.INTERVIEWER, Role.SUPERVISOR, Role.MANAGER)
"""The roles that lead to pages about one person."""


@pytest.fixture
def sites(runtime: Runtime) -> Sites:
    return factories.create_site(runtime, "SA"), factories.create_site(runtime, "SB")


def both(runtime: Runtime, everywhere: Role, here: Role, site: Site) -> Staff:
    """Somebody with one role over everybody and another over a site."""
    return factories.create_staff(runtime, everywhere, more=[factories.grant_of(here, factories.STUDY, site)])


def about_a_person(client: Client, method: str) -> Iterator[tuple[str, str]]:
    """(endpoint, path) of everything whose address names somebody."""
    adapter = client.raw.application.url_map.bind("localhost")
    for rule in client.raw.application.url_map.iter_rules():
        if "reference" in rule.arguments and method in (rule.methods or ()):
            yield rule.endpoint, adapter.build(rule.endpoint, {name: PLACES[name] for name in rule.arguments})


def signed_in(client: Client, staff: Staff) -> Client:
    made = Client(client.raw.application.test_client())
    made.sign_in(staff.email)
    return made


@pytest.mark.parametrize(("everywhere", "here"), list(itertools.permutations(WITH_PEOPLE, 2)))
def test_a_role_at_a_site_opens_and_offers_nothing_of_anybody_elsewhere(
    runtime: Runtime, client: Client, sites: Sites, everywhere: Role, here: Role
) -> None:
    """Pages about somebody of another site are as for whoever has not that role; each that they lead to opens, and
    whatever can be posted there is refused as it was."""
    client.raw.application.config["WTF_CSRF_ENABLED"] = False
    factories.create_participant(runtime, site=sites[1], reference=str(PLACES["reference"]))
    plain = signed_in(client, factories.create_staff(runtime, everywhere))
    mixed = signed_in(client, both(runtime, everywhere, here, sites[0]))
    offered = set()
    for endpoint, path in about_a_person(client, "GET"):
        before, after = (each.raw.get(path, query_string={"mode": "phone"}) for each in (plain, mixed))
        # Somebody with more than one role may be told that there is nobody, where others are told who may.
        gone = {403, 404}
        assert before.status_code == after.status_code or {before.status_code, after.status_code} == gone, endpoint
        offered |= set(re.findall(r'(?:href|action)="([^"#?]*BF-0001[^"#?]*)', after.text)) - {path}
    opens = {path for _, path in about_a_person(client, "GET")}
    for path in sorted(offered):
        if path in opens:
            assert mixed.raw.get(path, query_string={"mode": "phone"}).status_code not in (403, 404), path
    for endpoint, path in about_a_person(client, "POST"):
        statuses = [each.raw.post(path, data=WRITTEN, query_string={"mode": "phone"}).status_code for each in
                    (plain, mixed)]  # fmt: skip
        assert statuses[0] not in (401, 403, 404) or statuses[1] in (401, 403, 404), (endpoint, statuses)


def decide(runtime: Runtime, staff: Staff, person: Participant) -> None:
    deciding.decide(runtime, factories.by_interviewer(staff, person), DecisionKind.STOP, 0)


def take_over(runtime: Runtime, staff: Staff, person: Participant) -> None:
    calls.open_case(runtime, factories.by_interviewer(staff, person), take_over=True)


def hand_over(runtime: Runtime, staff: Staff, person: Participant) -> None:
    deciding.hand_over(runtime, factories.by_interviewer(staff, person))


def end_links(runtime: Runtime, staff: Staff, person: Participant) -> None:
    links.revoke(Desk(runtime, staff), factories.STUDY, person.reference, 1)


def give_link(runtime: Runtime, staff: Staff, person: Participant) -> None:
    links.give_out(Desk(runtime, staff), factories.STUDY, person.reference, 1, AccessKind.LINK)


def held_by_a_colleague(runtime: Runtime, person: Participant) -> None:
    colleague = factories.create_staff(runtime, Role.INTERVIEWER)
    calls.open_case(runtime, factories.by_interviewer(colleague, person))


def agreed_with_a_colleague(runtime: Runtime, person: Participant) -> None:
    colleague = factories.create_staff(runtime, Role.INTERVIEWER)
    at = AgreedTime((runtime.clock() + dt.timedelta(hours=3)).replace(tzinfo=None))
    who = factories.by_interviewer(colleague, person)
    attempts.record_attempt(runtime, who, Outcome.CALLBACK, uuid.uuid4(), agreed=at)


def complained(runtime: Runtime, person: Participant) -> None:
    colleague = factories.create_staff(runtime, Role.INTERVIEWER)
    who = factories.by_interviewer(colleague, person)
    attempts.record_attempt(runtime, who, Outcome.COMPLAINED, uuid.uuid4(), note="A complaint.")


def nothing(runtime: Runtime, person: Participant) -> None:
    """Nobody has had to do with them."""


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("everywhere", "here", "before", "act"),
    [
        (Role.INTERVIEWER, Role.SUPERVISOR, nothing, decide),
        (Role.INTERVIEWER, Role.SUPERVISOR, held_by_a_colleague, take_over),
        (Role.INTERVIEWER, Role.SUPERVISOR, complained, take_over),
        (Role.INTERVIEWER, Role.SUPERVISOR, agreed_with_a_colleague, hand_over),
        (Role.INTERVIEWER, Role.MANAGER, nothing, end_links),
        (Role.INTERVIEWER, Role.MANAGER, nothing, give_link),
    ],
)
def test_what_is_done_with_a_role_at_a_site_is_done_there_alone(
    runtime: Runtime,
    sites: Sites,
    everywhere: Role,
    here: Role,
    before: Callable[[Runtime, Participant], None],
    act: Callable[[Runtime, Staff, Participant], None],
) -> None:
    own, other = (factories.create_participant(runtime, site=each) for each in sites)
    staff = both(runtime, everywhere, here, sites[0])
    for person in (own, other):
        before(runtime, person)
    with pytest.raises((NotPermitted, NotFound, StateRefused, HeldByAnother)):
        act(runtime, staff, other)
    act(runtime, staff, own)


def test_whoever_may_elsewhere_is_told_so(runtime: Runtime, sites: Sites) -> None:
    person = factories.create_participant(runtime, site=sites[1])
    staff = both(runtime, Role.INTERVIEWER, Role.SUPERVISOR, sites[0])
    with pytest.raises(NotPermitted, match="lets you decide whether somebody is called again at other sites only"):
        decide(runtime, staff, person)
    with pytest.raises(NotPermitted, match="does not let you decide whether"):
        decide(runtime, factories.create_staff(runtime, Role.INTERVIEWER), person)


def test_a_case_that_a_colleague_has_open_is_offered_to_supervisors_of_its_site(
    runtime: Runtime, client: Client, sites: Sites
) -> None:
    staff = signed_in(client, both(runtime, Role.INTERVIEWER, Role.SUPERVISOR, sites[0]))
    for site, offered in zip(sites, (True, False), strict=True):
        person = factories.create_participant(runtime, site=site)
        held_by_a_colleague(runtime, person)
        page = staff.get(f"/interviews/{factories.STUDY}/{person.reference}/1")
        assert page.status_code == 409
        assert ("Take it over" in page.text) is offered


def test_where_the_study_stands_leads_to_each_by_what_may_be_done_there(
    runtime: Runtime, client: Client, sites: Sites
) -> None:
    staff = both(runtime, Role.MANAGER, Role.INTERVIEWER, sites[0])
    own, other = (factories.create_participant(runtime, site=each) for each in sites)
    for person in (own, other):
        held_by_a_colleague(runtime, person)
    links = signed_in(client, staff).page(f"/standing/{factories.STUDY}").links()
    named = {each for each in links if own.reference in each or other.reference in each}
    assert named == {
        f"/interviews/{factories.STUDY}/{own.reference}/1",
        f"/manage/{factories.STUDY}/participants/{other.reference}",
    }


LIST = "First Name,Last Name,Mobile,Site\nAmina,Yusuf,07700 900142,SA\nMarek,Nowak,07700 900143,SA\n"


def bring(desk: Desk) -> uuid.UUID:
    made = imports.begin(desk, factories.STUDY, "list.csv", LIST.encode())
    imports.tell_columns(desk, factories.STUDY, made, list_pages.opened(
        desk, factories.STUDY, made, group="backfill").mapping)  # fmt: skip
    imports.decide(desk, factories.STUDY, made, Decisions())
    return made


@pytest.mark.both_databases
def test_a_list_reaches_those_of_its_people_who_are_still_there(runtime: Runtime, client: Client, sites: Sites) -> None:
    staff = factories.create_staff(runtime, Role.MANAGER, site=sites[0])
    local, whole = Desk(runtime, staff), Desk(runtime, factories.create_staff(runtime, Role.MANAGER))
    brought = bring(local)
    first, _second = list_pages.results_of(local, factories.STUDY, brought)
    mending.mend(whole, factories.STUDY, first.reference, {"site": "SB"})
    moved, stayed = list_pages.results_of(local, factories.STUDY, brought)
    assert (moved.outcome, moved.reference, moved.contact.name) == (first.outcome, "", "")
    assert stayed.contact.name == "Marek Nowak"
    assert list_pages.results_of(whole, factories.STUDY, brought)[0].contact.name == "Amina Yusuf"
    page = signed_in(client, staff).page(f"/manage/{factories.STUDY}/participants/import/{brought}")
    assert "1 person of this list is at a site that you do not manage" in page.words
    assert "Take it back" not in page.words
    with pytest.raises(StateRefused, match=r"at sites that you do not manage: 1\."):
        taking_back.undo(local, factories.STUDY, brought)
    with runtime.database.reading() as session:
        assert len(participants.references_in(session, factories.everyone(runtime))) == 2
    taking_back.undo(whole, factories.STUDY, brought)


@pytest.mark.both_databases
def test_whom_somebody_belongs_with_elsewhere_is_not_told_and_stays(
    runtime: Runtime, client: Client, sites: Sites
) -> None:
    staff = factories.create_staff(runtime, Role.MANAGER, site=sites[0])
    local, whole = Desk(runtime, staff), Desk(runtime, factories.create_staff(runtime, Role.MANAGER))
    one = factories.create_participant(runtime, "employee", sites[0]).reference
    other = factories.create_participant(runtime, "backfill", sites[0]).reference
    unseen = factories.create_participant(runtime, "backfill", sites[1]).reference
    relating.set_related(whole, factories.STUDY, one, "paired_with", unseen)
    page = signed_in(client, staff).page(f"/manage/{factories.STUDY}/participants/{one}")
    assert "somebody at a site that you do not manage" in page.words
    assert unseen not in page.words
    changes: list[Callable[[], object]] = [
        lambda: relating.set_related(local, factories.STUDY, one, "paired_with", other),
        lambda: relating.set_related(local, factories.STUDY, one, "paired_with", ""),
        lambda: relating.set_related(local, factories.STUDY, other, "paired_with", one),
        lambda: mending.mend(local, factories.STUDY, one, {"group": "backfill"}),
        lambda: enrolment.add(local, factories.STUDY, {
            "group": "backfill", "enrolled_on": "2026-06-01", "site": "SA", "relationship.paired_with": one,
        }, confirmed=True),
    ]  # fmt: skip
    for change in changes:
        with pytest.raises(FieldsRefused) as refused:
            change()
        said = [str(each.sentence) for each in refused.value.faults]
        assert any("at a site that you do not manage" in each for each in said), said
        assert not any(unseen in each for each in said)
    assert [each.reference for each in roster.person(whole, factories.STUDY, one).related] == [unseen]


def test_who_was_added_and_moved_since_is_not_told_whoever_adds_them_again(runtime: Runtime, sites: Sites) -> None:
    local = Desk(runtime, factories.create_staff(runtime, Role.MANAGER, site=sites[0]))
    elsewhere = factories.create_participant(runtime, site=sites[1])
    written = {"group": "backfill", "enrolled_on": "2026-06-01", "site": "SA"}
    with pytest.raises(StateRefused, match="They were added already"):
        enrolment.add(local, factories.STUDY, written, key=elsewhere.id)
    key = enrolment.new_key()
    added = enrolment.add(local, factories.STUDY, written, key=key)
    assert enrolment.add(local, factories.STUDY, written, key=key).reference == added.reference


def test_into_whom_somebody_elsewhere_was_merged_is_not_told(runtime: Runtime, sites: Sites) -> None:
    local = Desk(runtime, factories.create_staff(runtime, Role.MANAGER, site=sites[0]))
    whole = Desk(runtime, factories.create_staff(runtime, Role.MANAGER))
    own = factories.create_participant(runtime, site=sites[0]).reference
    kept, folded = (factories.create_participant(runtime, site=sites[1]).reference for _ in range(2))
    merging.merge(whole, factories.STUDY, kept, folded)
    for desk, told in ((whole, kept), (local, "There is no")):
        with pytest.raises(FieldsRefused) as refused:
            merging.plan(desk, factories.STUDY, own, folded)
        assert told in str(refused.value.faults[0].sentence)
