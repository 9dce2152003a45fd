"""A list of regions that changes after files were taken takes none of their rows out of force."""

from __future__ import annotations

from pathlib import Path

from pipelines.answers.history import history
from pipelines.loading.records import in_force_records
from tests.pipelines.town import REGIONS, Town, ledger, new_town, toilets

MU, TING = "990121100000", "990121200000"
MERGED = (
    REGIONS.replace("level,parent_code\n", "level,parent_code,valid_to,successor\n")
    .replace("汀坪乡,township,990121000000", "汀坪乡,township,990121000000,2025-07-01,990121100000")
    .replace("丙村,village,990121200000", "丙村,village,990121200000,2025-07-01,990121100202")
) + "990121100202,丙村,village,990121100000\n"
COUNTED = (
    "select region_code, handed_in_as, count(*) from toilet_ledger where period = ? group by all order by all"
)
JULY = "2025-07-03"
FILES = "select submission_id from submissions where file_name = ?"


def now_called(data: bytes) -> bytes:
    """A ledger that writes the township that remains instead of the one that ended."""
    return data.decode("gb18030").replace("汀坪乡", "沐溪镇").encode("gb18030")


def in_force(town: Town) -> set[tuple[str, str, str]]:
    """Of July: where each row lies, what it was handed in for, and the file it came with."""
    names = dict(town.ask("select submission_id, file_name from submissions"))
    rows = in_force_records(town.site, "toilet_ledger", ["2025-07"]).to_pylist()
    assert len({row["resident_id"] for row in rows}) == len(rows)
    return {(row["region_code"], row["handed_in_as"], names[row["submission_id"]]) for row in rows}


def test_what_two_townships_handed_in_stands_when_they_are_one_until_a_file_of_both_comes(
    tmp_path: Path,
) -> None:
    town = new_town(tmp_path / "home")
    upper = toilets("甲村", "乙村", "甲村", completed=JULY)
    lower = toilets("丙村", "丙村", "丙村", first=20, completed=JULY)
    june = [*toilets("甲村", "乙村"), *toilets("丙村", first=20)]
    town.drop("toilet_reform/2025-06/榆塘县.csv", june)
    town.drop("toilet_reform/2025-07/沐溪镇.csv", upper)
    town.drop("toilet_reform/2025-07/汀坪乡.csv", lower)
    town.load()
    before = town.ask(COUNTED, ["2025-06"])
    assert sum(count for *_, count in before) == 3

    town.import_regions(MERGED)
    town.load()
    assert town.ask(COUNTED, ["2025-06"]) == before
    both = [("990121100200", MU, 2), ("990121100201", MU, 1), ("990121100202", TING, 3)]
    assert town.ask(COUNTED, ["2025-07"]) == both
    assert town.ask("select distinct status from submissions") == [("accepted",)]
    assert town.ask("select regions from submissions where file_name = '汀坪乡.csv'") == [([MU],)]

    more = toilets("乙村", first=40, completed=JULY)
    town.drop("toilet_reform/2025-07/a全镇.csv", now_called(ledger([*upper, *lower, *more])))
    late = toilets("丙村", first=21, completed=JULY, yuan="1800")
    town.drop("toilet_reform/2025-07/b汀坪乡（补报）.csv", late)
    town.load()
    whole, added = "a全镇.csv", "b汀坪乡（补报）.csv"
    assert in_force(town) == {
        ("990121100200", MU, whole), ("990121100201", MU, whole), ("990121100202", MU, whole),
        ("990121100202", TING, added),
    }  # fmt: skip
    assert town.ask("select sum(subsidy_yuan) from toilet_ledger where period = '2025-07'") == [
        (6 * 1500 + 1800,)
    ]
    ((one,),), ((other,),) = town.ask(FILES, [whole]), town.ask(FILES, [added])
    said = [" ".join(town.site.ledger.compared(name) or ()) for name in (one, other)]
    assert "“沐溪镇.csv”" in said[0]
    assert "“汀坪乡.csv”相比：新增 1 行，改动 3 行，少了 0 行，未变 3 行" in said[0], (
        "another name is a change"
    )
    assert f"“{whole}”的补充更正：改动 1 行，新增 0 行" in said[1]
    told = {one.file_name: one.status for one in history(town.site, "toilet_ledger", MU, "2025-07")}
    assert told == {
        "沐溪镇.csv": "superseded",
        "汀坪乡.csv": "superseded",
        whole: "amended",
        added: "in force",
    }

    town.site.ledger.withdraw(one, "报错了")
    assert in_force(town) == {
        ("990121100200", MU, "沐溪镇.csv"), ("990121100201", MU, "沐溪镇.csv"),
        ("990121100202", TING, "汀坪乡.csv"), ("990121100202", TING, added),
    }  # fmt: skip
