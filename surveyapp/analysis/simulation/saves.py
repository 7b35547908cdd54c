"""How answering section by section stores what simulated people said."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from surveyapp.analysis.linked.table import NO_RESPONSE, NOT_ASKED
from surveyapp.analysis.simulation.cohort import SimulatedResponses
from surveyapp.analysis.simulation.routing import walk
from surveyapp.domain.instrument.routing import pages_of


def sources(responses: SimulatedResponses) -> tuple[NDArray[np.bool_], dict[str, NDArray[np.int16]]]:
    """How answering section by section stores it: whether there is a save for each section, shape (people, sections),
    and of each variable the section whose save says what now stands, -1 where nothing does.

    What was not asked is said by the first save after which that is certain.
    """
    questionnaire, people = responses.questionnaire, len(responses.rows)
    place = {section.id: index for index, section in enumerate(questionnaire.sections)}
    section_of = {part.key: place[page.section.id] for page in pages_of(questionnaire) for part in page.parts}
    saves = np.zeros((people, len(place)), dtype=np.bool_)
    for key, column in responses.route.answers.items():
        saves[:, section_of[key]] |= (column.codes != NO_RESPONSE) & (column.codes != NOT_ASKED)
    following = np.full((people, len(place) + 1), -1, dtype=np.int16)
    for index in reversed(range(len(place))):
        following[:, index] = np.where(saves[:, index], index, following[:, index + 1])
    certain = {key: np.full(people, -1, dtype=np.int16) for key in section_of}
    for index in range(len(place)):
        so_far = walk(
            questionnaire, responses.given, responses.situation, np.minimum(responses.sections, np.int16(index + 1))
        )
        for key, column in so_far.answers.items():
            new = (column.codes == NOT_ASKED) & (certain[key] < 0)
            certain[key][new] = following[new, index]
    found = {}
    for key, column in responses.route.answers.items():
        said = np.where(column.codes == NOT_ASKED, certain[key], np.int16(section_of[key]))
        found[key] = np.where(column.codes == NO_RESPONSE, np.int16(-1), said)
    return saves, found
