"""What stands beside easy words: pictures, sound files and signed clips."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from surveyapp.domain.instrument.questionnaire import Medium, MediumKind


@dataclass(frozen=True, kw_only=True)
class StudyMedium:
    """A medium as `media.yaml` has it: of which question, and in which language alone (None: in each)."""

    question: str
    language: str | None
    medium: Medium

    @property
    def id(self) -> str:
        """What its words are translated under."""
        of = f".{self.medium.of}" if self.medium.of else ""
        return f"media.{self.question}{of}.{self.medium.kind.value}"


@dataclass(frozen=True)
class MediaShelf:
    """The media of a study, and where the file of each name lies."""

    media: tuple[StudyMedium, ...] = ()
    files: Mapping[str, Path] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.media)

    def of(self, question: str, language: str) -> Iterator[StudyMedium]:
        """What stands beside a question in a language."""
        return (each for each in self.media if each.question == question and each.language in (None, language))


def as_words(id: str, medium: Medium) -> dict[str, str]:
    """A medium of a question with this id, as the words of a revision keep it: with the revision stands which picture
    was shown."""
    at = ".".join(filter(None, (id, medium.of, medium.kind.value)))
    more = {"alt": medium.alt, "captions": medium.captions, "transcript": medium.transcript}
    return {at: medium.file} | {f"{at}.{name}": said for name, said in more.items() if said is not None}


def from_words(id: str, of: str, words: Mapping[str, str]) -> Iterator[Medium]:
    """What a revision's words have beside a question with this id, or of something of it."""
    for kind in MediumKind:
        at = ".".join(filter(None, (id, of, kind.value)))
        if (file := words.get(at)) is not None:
            alt, captions, transcript = (words.get(f"{at}.{name}") for name in ("alt", "captions", "transcript"))
            yield Medium(of=of, kind=kind, file=file, alt=alt, captions=captions, transcript=transcript)
