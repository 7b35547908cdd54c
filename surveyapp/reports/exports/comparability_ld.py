"""How the answers of versions and touchpoints compare, as JSON-LD: each variable in each wording, the wording that its
group met before, what is another, whether answers still compare, and why.

The terms are those of SKOS (exact, close and related matches, notes of change) and of DDI's discovery vocabulary; what
neither has is our own.
"""

from __future__ import annotations

import json
from typing import Any

from surveyapp.domain.exports.dataset import AnswerExport, ComparedVariable

CONTEXT = {
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "disco": "http://rdf-vocabulary.ddialliance.org/discovery#",
    "dcterms": "http://purl.org/dc/terms/",
    "shiftline": "urn:shiftline:comparability#",
    "title": "dcterms:title",
    "created": "dcterms:created",
    "text": "disco:questionText",
    "exactMatch": {"@id": "skos:exactMatch", "@type": "@id"},
    "closeMatch": {"@id": "skos:closeMatch", "@type": "@id"},
    "relatedMatch": {"@id": "skos:relatedMatch", "@type": "@id"},
    "because": "skos:changeNote",
    "variable": "skos:notation",
    "group": "shiftline:group",
    "questionnaire": "shiftline:questionnaire",
    "version": "shiftline:version",
    "touchpoints": {"@id": "shiftline:touchpoint", "@container": "@set"},
    "status": {"@id": "shiftline:status", "@container": "@set"},
    "comparable": "shiftline:comparable",
    "mapping": {"@id": "shiftline:mapping", "@container": "@set"},
    "from": "shiftline:from",
    "to": "shiftline:to",
}


def document(export: AnswerExport) -> str:
    """The description of every variable in every wording."""
    made = {
        "@context": CONTEXT,
        "@id": f"urn:shiftline:{export.study}:{export.edition}:{export.made_at:%Y-%m-%dT%H:%M:%SZ}",
        "title": export.title,
        "created": export.made_at.isoformat(),
        "@graph": [_node(export, each) for each in export.compared],
    }
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def _node(export: AnswerExport, each: ComparedVariable) -> dict[str, Any]:
    made: dict[str, Any] = {
        "@id": _name(export, each, each.questionnaire, each.version),
        "@type": "disco:Variable",
        "variable": each.variable,
        "group": each.group,
        "questionnaire": each.questionnaire,
        "version": each.version,
        "touchpoints": list(each.touchpoints),
        "text": each.text,
        "status": list(each.status),
    }
    if each.before is not None:
        match = "relatedMatch" if not each.comparable else "exactMatch" if each.status == ("same",) else "closeMatch"
        made |= {
            match: _name(export, each, *each.before),
            "comparable": each.comparable,
            "because": list(each.because),
            "mapping": [{"from": old, "to": new} for old, new in each.mapping],
        }
    return made


def _name(export: AnswerExport, each: ComparedVariable, questionnaire: str, version: int) -> str:
    return f"urn:shiftline:{export.study}:{each.group}:{questionnaire}:v{version}:{each.variable}"
