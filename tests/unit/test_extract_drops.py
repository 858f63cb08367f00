"""Drop folders: only files that stopped growing are taken."""

from extract.files.drops import pending_drops


def test_files_at_rest_are_listed_in_order(tmp_path):
    for name in ("b.txt", "a.txt", ".hidden", "c.txt.part"):
        (tmp_path / name).write_text("x")
    (tmp_path / "folder").mkdir()

    found = pending_drops(tmp_path, wait=lambda seconds: None)

    assert [path.name for path in found] == ["a.txt", "b.txt"]


def test_files_that_change_or_vanish_meanwhile_wait_for_the_next_time(tmp_path):
    growing, going, still = (tmp_path / name for name in ("growing", "going", "still"))
    for path in (growing, going, still):
        path.write_text("x")

    def meanwhile(seconds: float) -> None:
        growing.write_text("xx")
        going.unlink()

    assert pending_drops(tmp_path, wait=meanwhile) == [still]


def test_missing_folder_has_no_drops(tmp_path):
    assert pending_drops(tmp_path / "none") == []
