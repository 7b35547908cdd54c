"""Questionnaires, studies, translations and locks as files arrive that somebody else's editor, spreadsheet, merge or
malice had in hand: classes written by hand, and the good files mutated. The same every time.

Each `HostileFile` says what stands in a study's folder in place of the good files, and which faults may be found: one
of `codes` at least; none where it is right all the same; None where either will do, as after a mutation.
"""

from __future__ import annotations

import dataclasses
import itertools
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

STUDY = """\
study: good
title: Good
public_title: A good study
summary: What hostile files are made of.
about: |
  It takes a minute.

  Nobody is named.
languages: [en, pl]
partial: [pl]
time_zone: Europe/London
thresholds: {minimum_base: 5, minimum_cell: 1, low_base: 30}
help: {name: Us, phone: 0808 157 0142, email: us@example.org}
retention: {study_ends: "2099-12-31", contacts: end + 30 days, answers: end + 365 days}
privacy:
  controller: Us
  contact: us@example.org
  collected: What they think.
  basis: consent
  why: To know.
  recipients: [Us]
  rights: [access]
  regulator: {name: The regulator}
attributes:
  site.size: {label: Size, values: {small: Small, large: Large}}
  participant.age: {label: Age, values: {young: Young, old: Old}}
segments: [site.size]
groups:
  people: {title: People, member: person, reference_prefix: P}
  staff: {title: Staff, member: member, reference_prefix: S}
events: {job_start: Started a job}
consent:
  - {id: take_part, required: true, text: I agree.}
  - {id: recontact, governs: contact_again, text: You may ask again.}
touchpoints:
  - {group: people, number: 1, title: First, questionnaire: first, opens: enrolled, due: 14 days, closes: 60 days}
  - {group: people, number: 2, title: Second, questionnaire: first, opens: "submitted(people, 1) + 30 days"}
  - {group: staff, number: 1, title: Only, questionnaire: first, opens: 2025-01-15}
scales:
  agreement:
    options: {agree: Agree, neither: Neither, disagree: Disagree}
    nets:
      in_favour: {label: In favour, options: [agree]}
      against: {label: Against, options: [disagree]}
    favourable: in_favour
    neutral: neither
  frequency:
    options: {never: Never, often: Often}
    values: {never: 1, often: 2}
  worth: {from: 1, to: 10, low: Nothing, high: Everything}
measures:
  - id: liking
    theme: satisfaction
    title: Liking
    group: people
    asked_of: Everyone
    variable: liked
    net: in_favour
    rows:
      - {touchpoint: 1, label: One}
      - {touchpoint: 2, label: Two}
"""

QUESTIONNAIRE = """\
questionnaire: first
version: 1
title: First
sections:
  - id: start
    title: Start
    interviewer: Read out.
    questions:
      - {id: liked, kind: choice, scale: agreement, text: "Did you like it, at {site.name|work}?"}
      - {id: liked_why, kind: open, text: Why?, ask_if: {liked: agree}, max_length: 500}
      - id: used
        kind: multiple
        text: Which did you use?
        hint: Choose all that apply.
        minimum: 1
        maximum: 2
        options:
          bus: Bus
          train: Train
          other: {text: Something else, specify: Which?}
          none: {text: None of these, exclusive: true}
      - {id: code, kind: short, text: What is your code?, pattern: {match: '[A-Z]\\d{3}', says: Write A123.}}
      - {id: hours, kind: number, text: How many hours?, minimum: 1, maximum: 80, decimals: 1}
      - {id: began, kind: date, text: When?, earliest: "2025-01-01", latest: "2025-12-31"}
  - id: then
    title: Then
    ask_if: {any: [{site.size: small}, {at_least: {hours: 8}}]}
    questions:
      - {id: value, kind: rating, scale: worth, text: How much was it worth?}
      - id: views
        kind: statements
        scale: frequency
        text: How often?
        moments: {before: Before, now: Now}
        statements:
          useful: I felt useful.
          relaxed: {text: I felt relaxed., ask_if: {not: {liked: disagree}}}
      - {id: useful_why, kind: open, text: What changed?, ask_if: {changed: useful}}
scores:
  - {id: wellbeing, title: Wellbeing, method: sum, items: [useful@now, relaxed@now], minimum_answered: 2}
"""

WORDS = """\
msgid ""
msgstr ""
"X-Status: draft, awaiting a translator\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Language: pl\\n"

#. Participants and interviewers meet this.
msgctxt "study.public_title"
msgid "A good study"
msgstr "Dobre badanie"

msgctxt "first.liked.text"
msgid "Did you like it, at {site.name|work}?"
msgstr "Czy podobało się w {site.name|pracy}?"

msgctxt "scale.agreement.agree"
msgid "Agree"
msgstr "Tak"

msgctxt "scale.agreement.disagree"
msgid "Disagree"
msgstr "Nie"
"""

LOCK = "# What is frozen.\nfirst v1 {sha256}\n"

FILES = {"study": "study.yaml", "first": "first/v1.yaml", "words": "text/pl.po", "lock": "frozen.lock"}
GOOD = {"study": STUDY, "first": QUESTIONNAIRE, "words": WORDS}

Special = Callable[[Path], None]
"""Makes what is no ordinary file under a path."""


@dataclass(frozen=True)
class HostileFile:
    """A study's folder with one file in it that is not as it should be."""

    name: str
    file: str
    content: bytes | Special
    codes: frozenset[str] | None = None
    others: dict[str, bytes] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """The good files with this one in the place of its own."""
        files: dict[str, bytes | Special] = {FILES[name]: text.encode() for name, text in GOOD.items()}
        for name, content in {**files, **self.others, self.file: self.content}.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                path.write_bytes(content)
            else:
                content(path)


def hostile_files() -> Iterator[HostileFile]:
    """All of them, each by a name of its own."""
    yield from _bytes()
    yield from _in_place_of_files()
    yield from _yaml()
    yield from _studies()
    yield from _questionnaires()
    yield from _large()
    yield from _words()
    yield from _locks()
    yield from _mutated()


RIGHT: frozenset[str] = frozenset()


def _one(name: str, file: str, content: bytes | str | Special, *codes: str) -> HostileFile:
    written = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    return HostileFile(f"{file}: {name}", FILES.get(file, file), written, frozenset(codes))


def _bytes() -> Iterator[HostileFile]:
    for file, text in {**GOOD, "lock": LOCK.format(sha256="0" * 64)}.items():
        other = "frozen_changed" if file == "lock" else None
        right = (other,) if other else ()
        yield _one("byte order mark", file, b"\xef\xbb\xbf" + text.encode(), *right)
        yield _one("Windows line ends", file, text.replace("\n", "\r\n"), *right)
        yield _one("old Macintosh line ends", file, text.replace("\n", "\r"), *right)
        yield _one("UTF-16 with a mark", file, text.encode("utf-16"), "not_utf8")
        yield _one("UTF-16, big end first", file, b"\xfe\xff" + text.encode("utf-16-be"), "not_utf8")
        yield _one("UTF-16 without a mark", file, text.encode("utf-16-le"), "not_utf8")
        yield _one("UTF-16, big end first, without a mark", file, text.encode("utf-16-be"), "not_utf8")
        yield _one("UTF-32", file, text.encode("utf-32"), "not_utf8")
        yield _one("Latin-1", file, text.encode() + "# é\n".encode("latin-1"), "not_utf8")
        yield _one("NUL", file, text.encode().replace(b"\n", b"\n#\0\n", 1), "bad_character")
        yield _one("a bell", file, text.encode() + b"# \x07\n", "bad_character")
        yield _one("a noncharacter", file, text + "# \uffff\n", "bad_character")
        yield _one("half a surrogate pair", file, text + "# \ud800\n", "not_utf8")
        yield _one("random bytes", file, random.Random(1).randbytes(3000), "not_utf8", "bad_character")
        yield _one("an executable", file, b"\x7fELF\x02\x01\x01\x00" + bytes(200), "not_utf8", "bad_character")
        yield _one("merge conflict", file, f"<<<<<<< HEAD\n{text}=======\n{text}>>>>>>> theirs\n", "merge_conflict")
        yield _one("far too large", file, text.encode() + b"# x\n" * 600_000, "too_large")
    yield _one("empty", "study", b"", "not_a_mapping")
    yield _one("empty", "first", b"", "not_a_mapping")
    yield _one("empty", "words", b"")
    yield _one("empty", "lock", b"")
    yield _one("only blanks", "first", " \n\t\n", "not_yaml", "not_a_mapping")


def _in_place_of_files() -> Iterator[HostileFile]:
    def link_nowhere(path: Path) -> None:
        path.symlink_to("nowhere.yaml")

    def link_to_itself(path: Path) -> None:
        path.symlink_to(path.name)

    def folder(path: Path) -> None:
        path.mkdir()

    for file in FILES:
        yield _one("a folder", file, folder, "unreadable")
        yield _one("a link that leads nowhere", file, link_nowhere, "unreadable")
        yield _one("a link to itself", file, link_to_itself, "unreadable")
        yield _one("a pipe", file, lambda path: os.mkfifo(path), "unreadable")
    yield _one("a version by another ending", "first/v2.yml", QUESTIONNAIRE, "wrong_file")
    yield _one("version nought", "first/v0.yaml", QUESTIONNAIRE, "wrong_file")
    yield _one("version of many digits", f"first/v{'9' * 100}.yaml", QUESTIONNAIRE, "wrong_file")
    yield _one("a questionnaire without a folder", "second.yaml", QUESTIONNAIRE, "wrong_file")
    yield _one("the same questionnaire again", "second/v1.yaml", QUESTIONNAIRE, "wrong_file")
    yield _one("words of no language", "text/klingon_.po", WORDS, "unknown_language")
    yield _one("words in the source’s place", "text/en.po", WORDS)


def _yaml() -> Iterator[HostileFile]:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{after}: &{after} [{', '.join([f'*{before}'] * 9)}]\n" for before, after in itertools.pairwise("abcdefghi")
    )
    for file in ("study", "first"):
        text = GOOD[file]
        yield _one("alias bomb", file, bomb + text, "not_plain")
        yield _one("alias loop", file, "loop: &a [*a]\n" + text, "not_plain")
        yield _one("mapping that holds itself", file, "&a\nloop: *a\n", "not_plain")
        yield _one("merge key", file, "x: &x {a: b}\n<<: *x\n" + text, "not_plain")
        yield _one("alias of nothing", file, text + "z: *nothing\n", "not_plain")
        yield _one("python tag", file, text + "z: !!python/object/apply:os.system [true]\n", "not_plain")
        yield _one("binary tag", file, text + "z: !!binary aGVsbG8=\n", "not_plain")
        yield _one("two documents", file, text + "---\n" + text, "not_yaml")
        yield _one("a directive that is none", file, "%YAM 1.2\n---\n" + text)
        yield _one("a YAML to come", file, f"%YAML 9.{'9' * 5000}\n---\n" + text, "not_yaml")
        yield _one("a tag directive", file, "%TAG ! tag:x,2000:\n---\n" + text)
        yield _one("tabs", file, text.replace("  ", "\t"), "not_yaml")
        yield _one("never closed", file, text + 'z: "never\n', "not_yaml")
        yield _one("brackets never closed", file, text + "z: [[[[[[\n", "not_yaml")
        yield _one("nested lists", file, text + "z: " + "[" * 1000 + "]" * 1000 + "\n", "too_deep")
        yield _one("nested mappings", file, text + "z: " + "{a: " * 1000 + "}" * 1000 + "\n", "too_deep")
        yield _one("nested by lines", file, "".join(" " * n + "a:\n" for n in range(200)), "too_deep")
        yield _one("nested dashes", file, "- " * 30000, "too_deep")
        yield _one("nested questions", file, "? " * 30000, "too_deep")
        yield _one("a list as key", file, "? [a, b]\n: c\n" + text, "not_yaml")
        yield _one("a mapping as key", file, "{a: b}: c\n" + text, "not_yaml")
        yield _one("a list", file, "- a\n- b\n", "not_a_mapping")
        yield _one("a number", file, "42\n", "not_a_mapping")
        yield _one("a text", file, "hello\n", "not_a_mapping")
        yield _one("null", file, "~\n", "not_a_mapping")
        yield _one("escaped NUL", file, text.replace("title: ", 'title: "\\0" #', 1), "bad_character", "cut_text")
        yield _one("escaped surrogate", file, text + 'z: "\\ud800"\n', "bad_character")
        yield _one("escape past Unicode", file, text + 'z: "\\UFFFFFFFF"\n', "not_yaml", "bad_character")
        yield _one("key of escapes", file, text + '"\\x1b[2J": x\n', "bad_character")
        yield _one("number of 5,000 digits", file, text + f"z: {'9' * 5000}\n", "bad_value")
        yield _one("fraction of 5,000 digits", file, text + f"z: 0.{'9' * 5000}\n", "bad_value")
        yield _one("key of 100,000 letters", file, text + f"{'z' * 100_000}: x\n", "not_yaml", "unknown_key")
        yield _one("text of 200,000 letters", file, text.replace("title: ", f"title: {'z' * 200_000}", 1))
        yield _one("20,001 values", file, text + "z: [" + "a," * 20_001 + "]\n", "too_large")
        yield _one("a key twice", file, text + "title: Again\n", "written_twice")
        yield _one("a key of no name", file, text + ": x\n", "unknown_key")
        yield _one("a million blank lines", file, text + "\n" * 150_000)
        yield _one("comment for a title", file, text.replace("title: ", "title: #", 1), "empty", "cut_text")
        yield _one("cut by a hash", file, text.replace("\npublic_title: A", "\npublic_title: Our #1 A").replace(
            "    title: Then", "    title: Then #2"), "cut_text")  # fmt: skip
        yield _one("cut by a hash and a blank", file, text.replace("\ntitle: ", "\ntitle: Room # ", 1), "cut_text")


def _changed(file: str, name: str, old: str, new: str, *codes: str) -> HostileFile:
    text = GOOD[file]
    assert old in text, old
    return _one(name, file, text.replace(old, new, 1), *codes)


def _studies() -> Iterator[HostileFile]:
    def study(name: str, old: str, new: str, *codes: str) -> HostileFile:
        return _changed("study", name, old, new, *codes)

    yield study("unknown time zone", "Europe/London", "Europe/Londn", "unknown_time_zone")
    yield study("time zone that climbs out", "Europe/London", "../../../etc/passwd", "unknown_time_zone")
    yield study("time zone that is a folder", "Europe/London", "Europe", "unknown_time_zone")
    yield study("time zone with NUL", "Europe/London", '"Europe\\0"', "bad_character")
    yield study("unknown language", "[en, pl]", "[en, pl, qqq]", "unknown_language")
    yield study("language that climbs out", "[en, pl]", "[en, pl, ../../../etc/passwd]", "unknown_language")
    yield study("language that is a number", "[en, pl]", "[en, pl, 7]", "not_words")
    yield study("language twice", "[en, pl]", "[en, pl, pl]", "written_twice")
    yield study("no languages", "[en, pl]", "[]", "unknown_language")
    yield study("source language that is none", "languages:", "source_language: zz\nlanguages:", "unknown_language")
    yield study("closes before due", "closes: 60 days", "closes: 7 days", "limits_crossed")
    yield study("due in a million years", "14 days", "365000000 days", "beyond_calendar")
    yield study("due in 5,000 digits", "14 days", f"{'9' * 5000} days", "bad_value")
    yield study("due in fewer than none", "14 days", "-14 days", "bad_value")
    yield study("due in Devanagari", "14 days", "१४ days", "bad_value")
    yield study("opens beyond the calendar", "1) + 30", "1) + 99999999", "beyond_calendar")
    yield study("opens in 5,000 digits", "1) + 30", f"1) + {'9' * 5000}", "bad_anchor")
    yield study("opens in year one", "2025-01-15", "0001-01-01", "beyond_calendar")
    yield study("opens in the last year", "2025-01-15", "9999-12-31", "beyond_calendar")
    yield study("opens by week", "2025-01-15", "2025-W03-3", "bad_anchor")
    yield study("opens on no day", "2025-01-15", "2025-02-30", "bad_anchor")
    yield study("waits for itself", "submitted(people, 1)", "submitted(people, 2)", "anchored_on_itself")
    yield study("touchpoint of 5,000 digits", "submitted(people, 1)", f"submitted(people, {'1' * 5000})", "bad_anchor")
    yield study("one prefix twice", "reference_prefix: S", "reference_prefix: P", "written_twice")
    yield study("one purpose twice", "id: recontact", "id: take_part", "written_twice")
    yield study("no attribute values", "{small: Small, large: Large}", "{}", "empty")
    yield study("two values alike", "large: Large", "large: small", "same_label")
    yield study("two groups alike", "title: Staff", "title: People", "same_label")
    yield study("overlapping nets", "options: [disagree]", "options: [disagree, agree]", "overlapping_nets")
    yield study("neutral in a net", "options: [disagree]", "options: [disagree, neither]", "neutral_in_net")
    yield study("option twice in a net", "options: [disagree]", "options: [disagree, disagree]", "written_twice")
    yield study("labels alike", "disagree: Disagree", "disagree: ' AGREE '", "same_label")
    yield study("a scale without options", "{never: Never, often: Often}", "{}", "empty")
    yield study("a rating of a billion", "to: 10", "to: 1000000000", "bad_value")
    yield study("a rating of a thousand", "to: 10", "to: 1000", "wrong_scale")
    yield study("a rating that goes down", "to: 10", "to: 0", "wrong_scale")
    yield study("measure of a grid", "variable: liked", "variable: views", "unknown_question")
    yield study("a threshold of two", "minimum_base: 5", "minimum_base: 2", "threshold_of_two")
    yield study("a threshold of nought", "minimum_base: 5", "minimum_base: 0", "bad_value")
    yield study(
        "no touchpoints", STUDY[STUDY.index("touchpoints:") : STUDY.index("scales:")], "touchpoints: []\n", "empty"
    )
    yield study("null scales", STUDY[STUDY.index("scales:") : STUDY.index("measures:")], "scales:\n", "empty")
    yield study("another study", "study: good", "study: bad", "wrong_folder")
    yield study("text of what does not show", "title: Good", 'title: "\\u200b\\u2800\\ufeff"', "empty")
    yield study("text in braces cut at a comma", "{name: Us,", "{name: Us, the team,", "cut_text")
    yield _one(
        "one measure twice", "study", STUDY + STUDY[STUDY.index("  - id: liking") :], "written_twice"
    )  # the last entry of the last list, once more


def _questionnaires() -> Iterator[HostileFile]:
    def first(name: str, old: str, new: str, *codes: str) -> HostileFile:
        return _changed("first", name, old, new, *codes)

    pattern = "'[A-Z]\\d{3}'"
    for name, written in (
        ("that back-tracks", "'(a+)+b'"),
        ("that back-tracks by choice", "'(a|a|b)*c'"),
        ("of Python’s own", "'\\d+(?#digits)'"),
    ):
        codes = ("bad_pattern",) if "?#" in written else ()
        yield first(f"a pattern {name}", pattern, written, *codes)
    for written in ("'['", "'(?=a)b'", "'(a)\\1'", "'a{1000}{1000}'", "'a{99999999999}'", "'a)|(b'", "'\\'", "'*'",
                    "'" + "(" * 450 + ")" * 450 + "'", "'(?P<a>a)(?P<a>a)'", "'" + "a" * 1000 + "'"):  # fmt: skip
        yield first(f"a pattern {written[:20]}", pattern, written, "bad_pattern")
    deep = "{not: " * 30 + "{liked: agree}" + "}" * 30
    yield first("a deep condition", "{liked: agree}", deep)
    yield first("too deep a condition", "{liked: agree}", "{not: " * 500 + "{liked: agree}" + "}" * 500, "too_deep")
    yield first("a line’s name taken", "id: code", "id: used_other_text", "written_twice")
    yield first("an id twice", "id: code", "id: hours", "written_twice")
    yield first("a statement’s name taken", "id: code", "id: useful", "written_twice")
    yield first("a section twice", "- id: then", "- id: start", "written_twice")
    yield first("more choices than options", "minimum: 1\n        maximum: 2", "minimum: 4", "limits_crossed")
    yield first("no choice at all", "maximum: 2", "maximum: 0", "limits_crossed")
    yield first("fewer than none", "minimum: 1\n", "minimum: -1\n", "limits_crossed")
    yield first("no options", QUESTIONNAIRE[QUESTIONNAIRE.index("        options:") : QUESTIONNAIRE.index(
        "      - {id: code")], "        options: {}\n", "empty")  # fmt: skip
    yield first("options alike", "train: Train", "train: bus", "same_label")
    yield first("statements alike", "I felt relaxed.", "I felt useful.", "same_label")
    yield first("moments alike", "now: Now", "now: Before", "same_label")
    yield first("a condition on a grid", "{changed: useful}", "{views: often}", "unknown_question")
    yield first("a condition on both moments", "{changed: useful}", "{useful: often}", "unknown_question")
    yield first(
        "a condition on an attribute’s number", "{changed: useful}", "{at_least: {site.size: 3}}", "not_a_number"
    )
    yield first("a condition that is a word", "{liked: agree}", "liked", "bad_condition")
    yield first("a condition of nothing", "{liked: agree}", "{}", "bad_condition")
    yield first("a condition on true", "{liked: agree}", "{liked: true}", "bad_condition")
    yield first(
        "a touchpoint of 500 digits", "{liked: agree}", f"{{touchpoint_{'1' * 500}.liked: agree}}", "bad_reference"
    )
    yield first("never", "{liked: agree}", "{all: [{liked: agree}, {liked: disagree}]}", "never_holds")
    yield first("cut at a comma", '"Did you like it, at {site.name|work}?"', "Did you like it, or not?", "cut_text")
    yield first("cut at a colon", "text: Why?", "text: Tell us: why?", "not_yaml")
    yield first("a quotation unquoted", "interviewer: Read out.", "interviewer: {site.name|work} is where.", "not_yaml")
    yield first("a quotation of nothing", "{site.name|work}", "{}", "bad_quote")
    yield first("a quotation never closed", "{site.name|work}", "{site.name|work", "bad_quote")
    yield first("a quotation of secrets", "{site.name|work}", "{__class__|x}", "bad_quote")
    yield first("a day that is none", "2025-01-01", "2025-02-31", "bad_value")
    yield first("a day without dashes", "2025-01-01", "20250101", "bad_value")
    yield first("days crossed", "2025-01-01", "2026-01-01", "limits_crossed")
    yield first("a version of many digits", "version: 1", "version: 99999999999", "bad_value")
    yield first("a version in words", "version: 1", "version: one", "not_a_number")
    yield first("a number for a text", "text: Why?", "text: 42", "not_words")
    yield first("a list for a text", "text: Why?", "text: [Why]", "not_words")
    yield first("a kind that is none", "kind: open", "kind: opne", "not_allowed")
    yield first("an item twice in a score", "relaxed@now]", "useful@now]", "written_twice")
    yield first("decimals past counting", "decimals: 1", "decimals: 999", "bad_value")
    yield first("name of 10,000 letters", "id: code", f"id: {'c' * 10_000}", "bad_value")
    yield first("name in capitals", "id: code", "id: CODE", "bad_name")
    yield first("name in Cyrillic", "id: code", "id: соdе", "bad_name")


def _large() -> Iterator[HostileFile]:
    head = (
        QUESTIONNAIRE[: QUESTIONNAIRE.index("sections:")]
        + "sections:\n  - id: start\n    title: Start\n    questions:\n"
    )
    liked = "      - {id: liked, kind: choice, scale: agreement, text: Did you like it?}\n"

    def many(name: str, count: int, line: Callable[[int], str], *codes: str) -> HostileFile:
        written = head + liked + "".join(f"      - {{{line(n)}}}\n" for n in range(count))
        return dataclasses.replace(_one(name, "first", written, *codes), others={FILES["words"]: b""})

    yes = "kind: yes_no, text: Is it so?"
    yield many(
        "a chain of 500", 500, lambda n: f"id: q{n}, {yes}, ask_if: {{{f'q{n - 1}: yes' if n else 'liked: agree'}}}"
    )
    yield many(
        "a chain of noes", 500, lambda n: f"id: q{n}, {yes}, ask_if: {{{f'q{n - 1}: no' if n else 'liked: agree'}}}"
    )
    yield many(
        "a chain that breaks",
        200,
        lambda n: (
            f"id: q{n}, {yes}, ask_if: {{all: [{{liked: {'disagree' if n == 199 else 'agree'}}}, "
            f"{{{f'q{n - 1}: yes' if n else 'liked: agree'}}}]}}"
        ),
        "never_holds",
    )
    yield many("each on all before", 60, lambda n: (
        f"id: q{n}, {yes}" + (f", ask_if: {{all: [{', '.join(f'{{q{i}: yes}}' for i in range(n))}]}}" if n else "")
    ))  # fmt: skip
    yield many("each on any before", 60, lambda n: (
        f"id: q{n}, {yes}" + (f", ask_if: {{any: [{', '.join(f'{{q{i}: yes}}' for i in range(n))}]}}" if n else "")
    ))  # fmt: skip
    yield many(
        "hundreds of unknown names", 600, lambda n: f"id: q{n}, {yes}, ask_if: {{qq{n}: yes}}", "unknown_question"
    )
    yield many("hundreds of unknown keys", 600, lambda n: f"id: q{n}, {yes}, txet{n}: x", "unknown_key")
    yield many("hundreds alike", 600, lambda n: f"id: q, {yes}", "written_twice")
    options = ", ".join(f"o{n}: Option {n}" for n in range(2000))
    yield many("2,000 options", 1, lambda n: f"id: q, kind: multiple, text: Which?, options: {{{options}}}")
    widest = STUDY.replace("{never: Never, often: Often}", f"{{{options}}}").replace(
        "values: {never: 1, often: 2}", "nets: {}"
    )
    uses = many(
        "a scale of 2,000 used often", 20, lambda n: f"id: q{n}, kind: choice, scale: frequency, text: x", "too_large"
    )
    yield dataclasses.replace(uses, others={**uses.others, FILES["study"]: widest.encode()})
    pattern = "kind: short, text: x, pattern"
    yield many(
        "patterns at the limit",
        60,
        lambda n: f"id: q{n}, {pattern}: {{match: '(?i)\\w{{{100 + n}}}', says: y}}",
        "too_large",
    )
    changes = "changes:\n" + "".join(f"  q{n}: {{comparable: yes, because: x}}\n" for n in range(400))
    first, second = (
        many("many declared changes", 400, lambda n, word=word: f"id: q{n}, kind: open, text: {word} {n}")
        for word in "xy"
    )
    assert isinstance(first.content, bytes)
    assert isinstance(second.content, bytes)
    written = second.content.decode().replace("version: 1", "version: 2").replace("sections:", f"{changes}sections:")
    others = {**first.others, "first/v1.yaml": first.content}
    yield dataclasses.replace(first, file="first/v2.yaml", content=written.encode(), others=others)
    named = ", ".join(f"{{q: o{n}}}" for n in range(25))
    thirty = f"id: q, kind: multiple, text: Which?, options: {{{', '.join(f'o{n}: Option {n}' for n in range(30))}}}"
    all_of_them = f"id: why, kind: open, text: Why?, ask_if: {{all: [{named}]}}"
    yield many("25 options at once", 2, lambda n: all_of_them if n else thirty)
    holes = 6
    boxes = [f"in_{a}_{b}" for a in range(holes + 1) for b in range(holes)]
    each = [f"{{any: [{', '.join(f'{{in_{a}_{b}: yes}}' for b in range(holes))}]}}" for a in range(holes + 1)]
    never = [
        f"{{not: {{all: [{{in_{a}_{b}: yes}}, {{in_{c}_{b}: yes}}]}}}}"
        for b in range(holes) for a in range(holes + 1) for c in range(a)
    ]  # fmt: skip
    yield many("pigeons", len(boxes) + 1, lambda n: (
        f"id: {boxes[n]}, {yes}" if n < len(boxes)
        else f"id: why, kind: open, text: Why?, ask_if: {{all: [{', '.join(each + never)}]}}"
    ), "not_tried")  # fmt: skip


def _words() -> Iterator[HostileFile]:
    def words(name: str, old: str, new: str, *codes: str) -> HostileFile:
        return _changed("words", name, old, new, *codes)

    title = 'msgstr "Dobre badanie"'
    yield words("a quotation dropped", "{site.name|pracy}", "pracy", "broken_wording")
    yield words("a quotation added", title, 'msgstr "Dobre {site.size}"', "broken_wording")
    yield words("another quotation", "{site.name|pracy}", "{site.nazwa|pracy}", "broken_wording")
    yield words("a quotation never closed", "{site.name|pracy}", "{site.name|pracy", "broken_wording")
    yield words("a format added", title, 'msgstr "Dobre %(count)s"', "broken_wording")
    yield words("markup added", title, 'msgstr "<b>Dobre</b> badanie"', "added_markup")
    yield words("a script added", title, 'msgstr "<script>alert(1)</script>"', "added_markup")
    yield words("an entity added", title, 'msgstr "Dobre&nbsp;badanie"', "added_markup")
    yield words("blank", title, 'msgstr "   "', "blank_wording")
    yield words("what does not show", title, 'msgstr "\u200b\u2800"', "blank_wording")
    yield words("a control", title, 'msgstr "Dobre \\u0007"')
    again = 'msgctxt "study.public_title"\nmsgid "A good study"\nmsgstr "x"\n\n'
    yield words("an entry twice", "#. Part", f"{again}#. Part", "written_twice")
    yield words("labels alike", 'msgstr "Nie"', 'msgstr "tak"', "same_label")
    yield words("a text that is gone", 'msgid "Agree"', 'msgid "Agreed"', "unknown_wording")
    yield words("never closed", title, 'msgstr "Dobre', "broken_wording")
    yield words("not opened", title, "msgstr Dobre", "broken_wording")
    yield words("quoted twice", title, 'msgstr "Dobre" "badanie"', "broken_wording")
    yield words("said twice", title, f"{title}\n{title}", "broken_wording")
    yield words("without a translation", f"{title}\n", "", "broken_wording")
    yield words("without an id", 'msgid "A good study"\n', "", "broken_wording")
    yield words("a keyword that is none", title, 'msgsrt "Dobre"', "broken_wording")
    yield words("a text of no entry", 'msgid ""\nmsgstr ""\n', '"x"\nmsgid ""\nmsgstr ""\n', "broken_wording")
    yield words("a plural form past counting", title, f'msgstr[{"9" * 5000}] "x"', "broken_wording")
    yield words("a character set that is none", "charset=utf-8", "charset=nonsense")
    yield words("a header of plural forms", '"Language: pl\\n"', '"Plural-Forms: nplurals=999; plural=(n@@1);\\n"')
    yield words("a date that is none", '"Language: pl\\n"', '"POT-Creation-Date: yesterday\\n"', "broken_wording")
    yield words("another language’s", '"Language: pl\\n"', '"Language: xx_YY\\n"')
    yield words("a location left open", "#. Part", "#: \u2068a b\n#. Part", "broken_wording")
    yield words("a text of a megabyte", title, f'msgstr "{"x" * 1_000_000}"')
    yield words("a fuzzy entry", "#. Part", "#, fuzzy\n#. Part")
    yield words("an obsolete entry", "#. Part", '#~ msgid "gone"\n#~ msgstr "weg"\n\n#. Part')
    yield words("half an obsolete entry", "#. Part", '#~ msgid "gone"\n\n#. Part', "broken_wording")


def _locks() -> Iterator[HostileFile]:
    good = LOCK.format(sha256="0" * 64)
    yield _one("another hash", "lock", good, "frozen_changed")
    yield _one("a version that is gone", "lock", good.replace("v1", "v2"), "frozen_missing")
    yield _one("a questionnaire that is gone", "lock", good.replace("first", "last"), "frozen_missing")
    yield _one("a word too few", "lock", "first v1\n", "bad_lock")
    yield _one("a word too many", "lock", good.replace("\n", " x\n"), "bad_lock")
    yield _one("a version twice", "lock", good + good, "bad_lock")
    yield _one("a version of 5,000 digits", "lock", good.replace("v1", f"v{'9' * 5000}"), "bad_lock")
    yield _one("a version in words", "lock", good.replace("v1", "one"), "bad_lock")
    yield _one("a name that climbs out", "lock", good.replace("first", "../../first"), "bad_lock")
    yield _one("half a hash", "lock", good.replace("0" * 64, "0" * 32), "bad_lock")
    yield _one("half a merge", "lock", good + "=======\n" + good, "bad_lock")
    yield _one("YAML", "lock", "first: {v1: abc}\n", "bad_lock")


def _mutated(count: int = 120) -> Iterator[HostileFile]:
    """The good files, each changed once or twice by chance."""
    chance = random.Random(20_261_125)
    for number in range(count):
        file = chance.choice(list(GOOD))
        text = GOOD[file]
        for _ in range(chance.randint(1, 2)):
            text = chance.choice(_MUTATIONS)(text, chance)
        yield HostileFile(f"{file}: mutation {number}", FILES[file], text.encode("utf-8", "surrogatepass"))


_TOKENS = (
    *("[", "]", "{", "}", '"', "'", ":", ": ", " #", "- ", "? ", "| ", "> ", "&a ", "*a ", "!x ", "%", "@", "`"),
    *("\t", "\n", "\\", "\0", "\x1b", "\u2028", "\ufeff", "\ud800", "é", "e\u0301", "१२"),
    *("~", "null", "true", "9" * 30, "-0", "1e999", ".inf", "<<: ", "---\n", "...\n"),
    *("msgid ", "msgstr ", "{site.name}", "%(x)s", "<b>", "../"),
)


def _delete(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    return text[:at] + text[at + chance.randint(1, 20) :]


def _insert(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text))
    return text[:at] + chance.choice(_TOKENS) + text[at:]


def _lines(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    match chance.randrange(4):
        case 0:
            lines.insert(at, lines[at])
        case 1:
            del lines[at]
        case 2:
            other = chance.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        case _:
            lines[at] = " " * chance.randint(1, 5) + lines[at]
    return "\n".join(lines)


def _value(text: str, chance: random.Random) -> str:
    places = [at for at, character in enumerate(text) if character == ":"]
    at = chance.choice(places) + 1
    end = min((found for end in ",}\n" if (found := text.find(end, at)) >= 0), default=len(text))
    return f"{text[:at]} {chance.choice(_TOKENS)}{text[end:]}"


def _cut_off(text: str, chance: random.Random) -> str:
    return text[: chance.randrange(len(text))]


_MUTATIONS: tuple[Callable[[str, random.Random], str], ...] = (_delete, _insert, _lines, _value, _cut_off)
