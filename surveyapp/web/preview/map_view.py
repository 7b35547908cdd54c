"""Where the lines of a map run: from what is looked at, down the side, to what is asked because of it.

The lines of one source share a track. A track is as near to the rows as it can be without meeting another.
"""

from __future__ import annotations

from dataclasses import dataclass

from surveyapp.domain.instrument.codebook import Chapter, Codebook, CodebookEntry
from surveyapp.domain.instrument.conditions import reference_id
from surveyapp.services.questionnaires.preview import KnownFact

ROW, TALL, LANE, EDGE, ROUND = 76, 104, 12, 7, 6
"""Heights and widths in pixels at the usual size of letters: a row's, a row's where letters are tall, a track's, the
margin's, a bend's."""


@dataclass(frozen=True)
class MapRow:
    """A line of the map: a section, a question, or something known beforehand."""

    anchor: str
    chapter: Chapter | None = None
    entry: CodebookEntry | None = None
    known: KnownFact | None = None


@dataclass(frozen=True)
class Track:
    """All lines from one source: its anchor, and an SVG path for the trunk and for each way out of it."""

    source: str
    trunk: str
    ways: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class MapView:
    """Rows from top to bottom, and the tracks beside them, in a picture `width` by `height` pixels."""

    rows: tuple[MapRow, ...]
    tracks: tuple[Track, ...]
    width: int
    height: int
    always: int
    sometimes: int
    tall: bool

    @property
    def width_rem(self) -> float:
        return self.width / 16

    @property
    def height_rem(self) -> float:
        return self.height / 16


def map_view(book: Codebook, known: tuple[KnownFact, ...], tall: bool = False) -> MapView:
    """The map of a questionnaire. `tall`: for a script whose lines need more room."""
    height = TALL if tall else ROW
    rows = _rows(book, known)
    places = {row.anchor: index for index, row in enumerate(rows)}
    targets: dict[str, list[str]] = {}
    for row in rows:
        looks_at = row.entry.looks_at if row.entry else row.chapter.looks_at if row.chapter else ()
        for source in looks_at:
            if source in places and source != row.anchor:
                targets.setdefault(source, []).append(row.anchor)
    lanes = _lanes({source: (places[source], max(places[each] for each in ends)) for source, ends in targets.items()})
    count = max(lanes.values(), default=-1) + 1
    width = EDGE * 2 + LANE * count if count else 0
    tracks = tuple(_track(source, ends, width, lanes[source], places, height) for source, ends in targets.items())
    sections = {chapter.anchor for chapter in book.chapters if chapter.section.ask_if is not None}
    sometimes = sum(
        entry.question.ask_if is not None or chapter.anchor in sections
        for chapter in book.chapters
        for entry in chapter.entries
    )
    asked = sum(1 for _ in book.entries)
    return MapView(
        rows=tuple(rows),
        tracks=tracks,
        width=width,
        height=height * len(rows),
        always=asked - sometimes,
        sometimes=sometimes,
        tall=tall,
    )


def _rows(book: Codebook, known: tuple[KnownFact, ...]) -> list[MapRow]:
    """What is only quoted is on no line and needs no row."""
    preview_context = {source for chapter in book.chapters for source in chapter.looks_at}
    preview_context |= {source for entry in book.entries for source in entry.looks_at}
    ids = [reference_id(reference) for reference in book.known_facts]
    rows = [MapRow(name, known=each) for name, each in zip(ids, known, strict=True) if name in preview_context]
    for chapter in book.chapters:
        rows.append(MapRow(chapter.anchor, chapter=chapter))
        rows.extend(MapRow(entry.anchor, entry=entry) for entry in chapter.entries)
    return rows


def _lanes(spans: dict[str, tuple[int, int]]) -> dict[str, int]:
    """The track of each span: short ones first, each on the nearest that is free all along it."""
    taken: list[list[tuple[int, int]]] = []
    found = {}
    for source, (top, bottom) in sorted(spans.items(), key=lambda each: (each[1][1] - each[1][0], each[1])):
        lane = next(
            (index for index, spans_there in enumerate(taken) if all(bottom < a or top > b for a, b in spans_there)),
            len(taken),
        )
        if lane == len(taken):
            taken.append([])
        taken[lane].append((top, bottom))
        found[source] = lane
    return found


def _track(source: str, ends: list[str], width: int, lane: int, places: dict[str, int], height: int) -> Track:
    x, right = width - EDGE - LANE // 2 - lane * LANE, width
    start, last = _middle(places[source], height), _middle(max(places[each] for each in ends), height)
    trunk = f"M{right} {start}H{x + ROUND}Q{x} {start} {x} {start + ROUND}V{last - ROUND}"
    ways = tuple((end, _way(x, _middle(places[end], height), right)) for end in ends)
    return Track(source, trunk, ways)


def _way(x: int, y: int, right: int) -> str:
    """Out of a track to a row, short of it by the head of an arrow."""
    return f"M{x} {y - ROUND}Q{x} {y} {x + ROUND} {y}H{right - 4}"


def _middle(row: int, height: int) -> int:
    return row * height + height // 2
