"""Whether the access keys that are listed are those that links, codes and PINs rest on.

A hash tells nobody with which key it was made: under another key of the same name nothing would open, and what is given
out from then on would rest on two keys of one name. So a mark of each key is kept, by which it is known.
"""

from __future__ import annotations

from surveyapp.domain.errors import KeyMissing
from surveyapp.domain.sentences import say
from surveyapp.services.keyring import Keyring
from surveyapp.services.runtime import Runtime
from surveyapp.services.work import Work
from surveyapp.store.security import retiring as store


def others(runtime: Runtime) -> list[str]:
    """The names that are listed with another key than the one that something rests on."""
    with runtime.database.reading() as session:
        known = store.marks(session)
        return [
            name
            for name, mark in _marks(runtime.keyring).items()
            if known.get(name, mark) != mark and store.is_rested_on(session, name, runtime.clock())
        ]


def confirm(runtime: Runtime) -> None:
    """Keeps what the listed keys are known by. Raises KeyMissing where another stands under a name that something rests
    on."""
    if wrong := others(runtime):
        raise KeyMissing(say("access_keys_wrong", names=wrong))
    marks = _marks(runtime.keyring)
    with runtime.database.reading() as session:
        known = store.marks(session)
    new = {name: mark for name, mark in marks.items() if known.get(name) != mark}
    if new:
        with runtime.database.writing() as session:
            store.note_marks(session, new, runtime.clock())
    runtime.confirmed_keys.update(marks.values())


def confirm_first(work: Work) -> None:
    """Before something is made to rest on the first: as `confirm`, once a process."""
    ((name, mark), *_) = _marks(work.runtime.keyring).items()
    if mark in work.runtime.confirmed_keys:
        return
    if store.marks(work.session).get(name, mark) != mark and store.is_rested_on(work.session, name, work.now):
        raise KeyMissing(say("access_keys_wrong", names=[name]))
    store.note_marks(work.session, {name: mark}, work.now)
    work.runtime.confirmed_keys.add(mark)


def _marks(keyring: Keyring) -> dict[str, str]:
    """What each access key is known by: a keyed hash of nothing but its purpose, of 32 bytes that are random."""
    return dict(zip(keyring.access_keys, keyring.digests("known by", ""), strict=True))
