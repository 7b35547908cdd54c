"""Which column of a list is what: told from its heading by the product's own labels in every language, by the study's,
and by what address books, personnel offices and other survey programs call the same thing."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from surveyapp.domain import normalise
from surveyapp.domain.instrument.study import Study
from surveyapp.services.participants import list_columns
from surveyapp.services.runtime import Runtime
from surveyapp.services.translation import interface_catalogues

JOINED = {
    "name": " ",
    "given_name": " ",
    "family_name": " ",
    "other_phones": "; ",
    "address": ", ",
    "needs": ", ",
    "language": ", ",
    "times": "; ",
}
"""What several columns may hold together, and what is put between."""

SYNONYMS: Mapping[str, str] = {
    "group": "group, participant group, cohort, arm, type, participant type, category, strand, grupa",
    "reference": "reference, ref, reference number, participant reference, participant id, study id, id number, "
    "caseid, case id, respondent id, respid",
    "enrolled_on": "enrolled on, enrolled, enrolment date, enrollment date, date enrolled, joined, date joined, "
    "joined on, registration date, recruited on, date of recruitment, data zapisu",
    "site": "site, site code, site id, site reference, employer code, employer id, branch code, location code",
    "site_name": "site name, name of the new site, company, company name, employer, employer name, organisation, "
    "organization, organisation name, organization name, workplace, business name, firma, zakład pracy",
    "name": "name, full name, fullname, display name, displayname, participant, participant name, respondent, "
    "respondent name, respondentname, employee, employee name, person, contact name, file as, nombre, nom complet, "
    "imię i nazwisko, nazwisko i imię, vollständiger name",
    "given_name": "first name, firstname, first, given name, givenname, forename, fname, forenames, middle name, "
    "additional name, preferred name, known as, imię, vorname, prénom",
    "family_name": "last name, lastname, last, surname, family name, familyname, lname, second name, nazwisko, "
    "nachname, nom de famille, apellidos, suffix",
    "phone": "phone, phone number, phonenumber, telephone, telephone number, tel, tel no, tel number, mobile, "
    "mobile phone, mobile number, mobilephone, cell, cell phone, cellphone, primary phone, contact number, "
    "phone 1 value, phone1, resp phone, respondent phone, telefon, handy, téléphone, komórka, numer telefonu",
    "other_phones": "other phones, other phone, home phone, work phone, business phone, business phone 2, "
    "home phone 2, alternative phone, second phone, secondary phone, phone2, phone 2 value, "
    "phone 3 value, landline, work mobile, company main phone, car phone",
    "email": "email, e-mail, email address, e-mail address, mail, work email, home email, personal email, "
    "email 1 value, primary email, adres e-mail",
    "address": "address, postal address, address line 1, address line 2, address line 3, address 1, address 2, street, "
    "street address, home street, home city, home state, home postal code, home country region, city, town, county, "
    "post code, postcode, zip, zip code, postal code, address 1 formatted, house number, adres, ulica, miasto, "
    "kod pocztowy",
    "preferred": "preferred, prefers, preferred contact, preferred contact method, contact preference, "
    "preferred method of contact, contact method",
    "times": "times, best times to reach them, best time, best time to call, when to call, availability, "
    "call between, preferred time",
    "language": "language, languages, languages they speak, preferred language, spoken language, first language, "
    "language code, startlanguage, język",
    "needs": "needs, access needs, accessibility, communication needs, adjustments, reasonable adjustments, "
    "support needs",
    "born": "born, year of birth, birth year, yob, rok urodzenia",
    "do_not_contact": "do not contact, do not call, dnc, opted out, opt out, optout, blacklisted, unsubscribed",
    "consented_on": "consent date, date of consent, consented on, consented at, date consented, consent given on",
    "consent_given_to": "consent given to, consented to, consent taken by, consent obtained by, taken by",
    "consent_wording": "consent version, consent wording, version of consent, consent form version",
    "consent_mode": "consent mode, how consented, consent method",
}
"""What others call what a list may hold, by column. Compared without case, blanks and signs."""


LONGEST_HEADING = 300
"""Characters: what is longer names no column."""


def folded(heading: str) -> str:
    """A heading as it is compared: its letters and digits alone, in lower case."""
    return "".join(each for each in normalise.code(heading).casefold() if unicodedata.category(each)[0] in "LMN")


@dataclass(frozen=True)
class HeadingWords:
    """What each heading, folded, is of. `columns`: every name there is, in the order shown; `further`: the headings by
    which we ourselves call further phone numbers."""

    by_word: Mapping[str, str]
    columns: tuple[str, ...]
    further: frozenset[str] = frozenset()

    def column(self, heading: str) -> str:
        """What a heading is of; empty where nobody can tell."""
        return self.by_word.get(folded(heading), "") if 0 < len(heading) <= LONGEST_HEADING else ""

    def known(self, header: Sequence[str]) -> int:
        """How many different things a row names, if it is one that names columns."""
        return len({each for each in map(self.column, header) if each})

    def proposed(self, header: Sequence[str]) -> tuple[str, ...]:
        """What each column is likely to be. What can be told once only goes to the first that says it: a second phone
        number is another one, and a second e-mail address is left to be chosen."""
        taken, found = set[str](), list[str]()
        for heading in header:
            column = self.column(heading)
            if column in taken and column not in JOINED:
                column = "other_phones" if column == "phone" else ""
            taken.add(column)
            found.append(column)
        # The only number that a list has is the one to call, unless it says itself that it is another.
        if "phone" not in taken and "other_phones" in taken:
            at = found.index("other_phones")
            if folded(header[at]) not in self.further:
                found[at] = "phone"
        return tuple(found)

    def header_among(self, rows: Sequence[Sequence[str]]) -> int:
        """Which of the first rows names the columns: the one that names most; where none does, the first that is as
        wide as most are."""
        counts = [self.known(row) for row in rows]
        if max(counts):
            return counts.index(max(counts))
        wide = [sum(bool(cell) for cell in row) for row in rows]
        usual = max(wide)
        return next(place for place, cells in enumerate(wide) if 2 * cells > usual)


def words_for(runtime: Runtime, study: Study) -> HeadingWords:
    """What headings may say in a study. A name of ours goes before a label, and a label before what others say."""
    return _words(study, tuple(_labels(runtime, study)))


def _labels(runtime: Runtime, study: Study) -> list[tuple[str, str]]:
    """(label, column) in every language there is."""
    found = []
    for language in interface_catalogues.languages():
        said = runtime.study_for_staff(study.id, language)
        translate = interface_catalogues.translations(language).gettext if language != "en" else str
        for column in list_columns.columns(said):
            found.append((str(column.label) if column.declared else translate(column.label), column.name))
    return found


@functools.lru_cache(maxsize=32)
def _words(study: Study, labels: tuple[tuple[str, str], ...]) -> HeadingWords:
    names = tuple(column.name for column in list_columns.columns(study))
    words: dict[str, str] = {folded(name): name for name in names}
    for label, column in labels:
        words.setdefault(folded(label), column)
    for column, several in SYNONYMS.items():
        for word in several.split(","):
            words.setdefault(folded(word), column)
    further = {label for label, column in labels if column == "other_phones"} | {"other_phones"}
    return HeadingWords(words, names, frozenset(map(folded, further)))
