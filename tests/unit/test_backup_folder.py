"""Which backups of a folder stay, and which go."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from surveyapp.services.security.backups import folder as backup_folder
from surveyapp.services.security.backups.folder import Keep, Pruned


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "kept"
    made.mkdir()
    return made


def kept(folder: Path, moment: dt.datetime, content: str = "") -> Path:
    path = folder / backup_folder.NAME.format(moment=moment.strftime("%Y%m%dT%H%M%S%fZ"))
    path.write_text(content or path.name)
    path.with_name(path.name + ".sha256").write_text(f"{backup_folder.sum_of(path)}  {path.name}\n")
    return path


def test_the_newest_of_each_day_week_and_month_stays(folder: Path) -> None:
    begin = dt.datetime(2026, 1, 1, 3, tzinfo=dt.UTC)
    made = [kept(folder, begin + dt.timedelta(hours=12 * number)) for number in range(2 * 200)]
    done = backup_folder.prune(folder, Keep(daily=7, weekly=4, monthly=6))
    stayed = backup_folder.backups_in(folder)
    assert (done.damaged, done.stuck) == ((), ())
    assert len(done.removed) + len(stayed) == len(made)
    days = [backup_folder.moment_of(each).date().isoformat() for each in stayed]
    assert days == [
        "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-28", "2026-06-30", "2026-07-05", "2026-07-12",
        "2026-07-13", "2026-07-14", "2026-07-15", "2026-07-16", "2026-07-17", "2026-07-18", "2026-07-19",
    ]  # fmt: skip
    assert made[-1] in stayed
    assert backup_folder.prune(folder, Keep(daily=7, weekly=4, monthly=6)) == Pruned((), ()), (
        "doing it again removes nothing"
    )


def test_the_last_whole_one_stays_whatever_became_of_newer_ones(folder: Path) -> None:
    begin = dt.datetime(2026, 1, 1, 3, tzinfo=dt.UTC)
    whole = kept(folder, begin)
    newer = [kept(folder, begin + dt.timedelta(days=30 + number)) for number in range(9)]
    for each in newer:
        each.write_text("damaged since")
    half = folder / ".shiftline-20260301T000000000000Z.backup.part"
    half.touch()
    done = backup_folder.prune(folder, Keep(daily=1, weekly=0, monthly=0))
    assert done.removed == ()
    assert sorted(done.damaged) == newer
    assert whole.exists()


def test_one_that_cannot_be_read_or_removed_keeps_no_other(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may read and remove everything: what is refused to others is refused here by hand, or has no file."""
    begin = dt.datetime(2026, 1, 1, 3, tzinfo=dt.UTC)
    old, stuck, newest = (kept(folder, begin + dt.timedelta(days=number)) for number in (0, 1, 3))
    unread = kept(folder, begin + dt.timedelta(days=2))
    unread.unlink()
    unread.mkdir()
    (folder / "shiftline-of-last-year.backup").touch()
    unlink = Path.unlink

    def refusing(path: Path, missing_ok: bool = False) -> None:
        if path == stuck:
            raise PermissionError(13, "Permission denied")
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refusing)
    assert backup_folder.prune(folder, Keep(1, 0, 0)) == Pruned((old,), (unread,), (stuck,))
    assert backup_folder.backups_in(folder) == [stuck, unread, newest]
