"""What came of a call is recorded when much has happened since its page was shown: a colleague's call, a pause, the
person's own word."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from surveyapp.domain.fieldwork.cases import Attempt, Case
from surveyapp.domain.participants import Participant
from surveyapp.services.runtime import Runtime
from surveyapp.store import cases
from tests.conftest import Clock
from tests.interviewer import Interviewer, create_reachable
from tests.page import Client, Page


@pytest.fixture
def ines(client: Client, runtime: Runtime) -> Interviewer:
    return Interviewer(client, runtime)


@pytest.fixture
def sam(client: Client, runtime: Runtime) -> Interviewer:
    return Interviewer(client, runtime)


def stored(runtime: Runtime, person: Participant) -> tuple[Case, list[Attempt]]:
    """Their first case, and the attempts at it."""
    with runtime.database.reading() as session:
        case = cases.cases_of(session, person.id)[0]
        return case, cases.attempts_of(session, case.id)


def shown(who: Interviewer, outcome: str) -> dict[str, str]:
    """The form of an outcome, as its page shows it."""
    return written(who.client.page(f"{who.case}/end?outcome={outcome}"))


def written(page: Page) -> dict[str, str]:
    names = ("outcome", "attempt_id", "seen", "mode")
    return {name: values[-1] for name, values in page.fields().items() if name in names}


AGREED = {"agreed": "2026-06-16T18:00"}
EIGHTEEN = dt.datetime(2026, 6, 16, 17, 0, tzinfo=dt.UTC)


class TestACallThatSomebodyElseRecordedSince:
    def test_it_is_shown_and_nothing_is_recorded_before_that_is_said_again(
        self, runtime: Runtime, ines: Interviewer, sam: Interviewer, clock: Clock
    ) -> None:
        person = create_reachable(runtime)
        ines.open(person)
        form = shown(ines, "no_answer") | {"note": "Rang twice."}
        for _ in range(2):  # her hold lapses, her session does not
            clock.forward(minutes=runtime.settings.hold_minutes - 10)
            assert ines.client.get("/interviews").status_code == 200
            assert sam.client.get("/interviews").status_code == 200
        sam.open(person)
        sam.post(f"{sam.case}/end", shown(sam, "appointment") | AGREED | {"note": "After work."})
        asked = ines.post(f"{ines.case}/end", form)
        page = Page(asked.text)
        assert asked.status_code == 409
        for said in (
            f"Not recorded yet: another call to {person.reference} was recorded since this page was shown.",
            "appointment made, 16 Jun 18:00",
            "After work.",
            "a time that was agreed then stands no longer",
        ):
            assert said in page.words, said
        assert [each.strip() for each in page.text["textarea"]] == ["Rang twice."]
        case, tried = stored(runtime, person)
        assert (case.next_at, len(tried)) == (EIGHTEEN, 1)
        assert sam.open(person).status_code == 409  # it is hers again, who is asked
        assert ines.post(f"{ines.case}/end", written(page)).status_code == 302
        case, tried = stored(runtime, person)
        assert (case.next_at, len(tried)) == (None, 2)

    def test_so_it_is_of_ones_own_second_window(self, runtime: Runtime, ines: Interviewer) -> None:
        person = create_reachable(runtime)
        ines.open(person)
        first, second = shown(ines, "no_answer"), shown(ines, "callback")
        assert ines.post(f"{ines.case}/end", second | AGREED).status_code == 302
        assert ines.post(f"{ines.case}/end", first).status_code == 409
        assert stored(runtime, person)[0].next_at == EIGHTEEN

    def test_the_same_form_again_is_the_same_call(self, runtime: Runtime, ines: Interviewer) -> None:
        person = create_reachable(runtime)
        ines.open(person)
        form = shown(ines, "callback") | AGREED
        assert [ines.post(f"{ines.case}/end", form).status_code for _ in range(2)] == [302, 302]
        assert len(stored(runtime, person)[1]) == 1

    @pytest.mark.parametrize("seen", ["", "-1", "two", "9" * 9])
    def test_a_form_that_does_not_say_what_it_showed_is_taken(
        self, runtime: Runtime, ines: Interviewer, seen: str
    ) -> None:
        person = create_reachable(runtime)
        ines.open(person)
        assert ines.end("no_answer", seen=seen, attempt_id=str(uuid.uuid4())).status_code == 302
