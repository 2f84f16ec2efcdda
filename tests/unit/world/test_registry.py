"""Registries of facilities: what is read, what is filled in, what is refused and how."""

import os
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qisim.check.notes import notes
from qisim.input.errors import BadInput
from qisim.scenario.load import from_document
from qisim.scenario.origin import Origin
from qisim.scenario.schema import Indicator
from qisim.world import registry
from qisim.world.columns import baseline_columns
from qisim.world.geography import distance_km
from qisim.world.world import World, build_world

HEADER = "id,kind,district"
LETTERS = st.characters(exclude_categories=["Cc", "Cs"])
ROWS = [
    "H1,hospital,North",
    "C1,health_centre,North",
    "C2,health_centre,South",
]


DOCUMENT = {
    "title": "t", "start": "2024-01-01", "months": 12,
    "indicators": [{"name": "hand hygiene"}, {"name": "ANC visits"}],
    "ideas": [{"name": "i", "indicator": "hand hygiene", "effect": 0.4}],
}  # fmt: skip


def build(folder, text, **world) -> World:
    data = text if isinstance(text, bytes) else text.encode()
    (folder / "registry.csv").write_bytes(data)
    document = {**DOCUMENT, "world": {"facilities": "registry.csv"} | world}
    return build_world(from_document(document, Origin(folder=folder)))


def table(*rows, header=HEADER):
    return "\n".join([header, *rows]) + "\n"


def refused(folder, text, **world) -> list[str]:
    with pytest.raises(BadInput) as caught:
        build(folder, text, **world)
    return [str(problem) for problem in caught.value.problems]


def test_three_columns_are_enough(tmp_path):
    world = build(tmp_path, table(*ROWS, "P1,health_post,South", "X1,clinic,South"))
    facilities = world.facilities
    assert len(world) == 5
    assert facilities["name"].tolist() == facilities["id"].tolist() == ["H1", "C1", "C2", "P1", "X1"]
    assert world.provinces == ["country"] and world.districts == ["North", "South"]
    assert world.kinds == ["hospital", "health_centre", "health_post", "clinic"]
    assert facilities["staff"].tolist() == [60, 15, 15, 3, 15]
    assert facilities["connectivity"].tolist() == [0.9, 0.7, 0.7, 0.4, 0.7]
    assert facilities[["leadership", "openness", "workload"]].isna().all(axis=None)
    assert facilities[["lat", "lon", "travel_days"]].notna().all(axis=None)
    assert np.isnan(world.baseline()).all() and world.baseline().shape == (5, 2)


def test_told_values_are_kept(tmp_path):
    header = "id,name,kind,district,province,lat,lon,staff,travel_days,connectivity,leadership,openness,workload"
    world = build(tmp_path, table(
        "NA,Null Hospital,hospital,D,P,11.5,104.9,80,0,1,0.6,,0.2,0.43,0.2,yes,H",
        "C1,,health_centre,D,P,11.6,105,12,1.5,,,0.5,,,,,W",
        header=header + ",baseline_hand_hygiene,ANC visits,power,Owner",
    ))  # fmt: skip
    facilities = world.facilities
    assert facilities["id"].tolist() == ["NA", "C1"]
    assert facilities["name"].tolist() == ["Null Hospital", "C1"]
    assert facilities["travel_days"].tolist() == [0, 1.5]
    np.testing.assert_array_equal(world.baseline(), [[0.43, 0.2], [np.nan, np.nan]])
    assert facilities.columns[-4:].tolist() == ["baseline_hand_hygiene", "baseline_anc_visits", "power", "Owner"]
    assert facilities["power"].tolist() == ["yes", ""]


@pytest.mark.parametrize(
    "data",
    [
        table(*ROWS).encode("utf-8-sig"),
        table(*ROWS).replace(",", ";").encode(),
        table(*ROWS).replace(",", "\t").replace("\n", "\r\n").encode(),
        table(*ROWS, header=" ID , Kind,DISTRICT").encode(),
        table(ROWS[0], "", ",,", ROWS[1], "C2, health_centre , South  ").encode(),
        table(*(row + "," for row in ROWS), header=HEADER + ",").encode(),
    ],
    ids=["byte order mark", "semicolons", "tabs", "spelling of headers", "blank rows", "separator at the end"],
)
def test_files_as_spreadsheets_write_them(tmp_path, data):
    expected = build(tmp_path, table(*ROWS)).facilities
    pd.testing.assert_frame_equal(build(tmp_path, data).facilities, expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        (table(), "has no row below"),
        (table("H1,hospital", *ROWS[1:]), "line 2: has 2 values; the first row names 3 columns"),
        (table("H1,hospital,North,more"), "line 2: has 4 values"),
        (table('H1,"hospital,North', *ROWS[1:]), "line 2: cannot be read from here on: a quotation mark"),
        ("id,kind,district,id\nH1,hospital,N,2\n", "line 1: id: names the column 'id' twice"),
        ("id,kind,district,ID\nH1,hospital,N,2\n", "line 1: ID: means the same as 'id'"),
        ("\nid,kind,zone\nH1,clinic,N\n", "line 2: district: is missing"),
        ("id,kind,\nH1,hospital,N\n", "line 2: has 3 values"),
        ("code,kind,district\nH1,hospital,N\n", "line 1: id: is missing; the file has code, kind, district"),
        (table("H1,hospital,Sør").encode("latin-1"), "is not UTF-8 text"),
        (table(*ROWS).encode("utf-16"), "is not UTF-8 text"),
        (table("H1,hospital,", *ROWS[1:]), "line 2: district: is empty"),
        (table(",hospital,North", *ROWS[1:]), "line 2: id: is empty"),
        (table(*ROWS, "H1,clinic,North"), "line 5: id: found 'H1' again, first in line 2"),
        (table("H1,hospital,N,.4", header=HEADER + ",baseline_hand"), "no indicator.*mean 'baseline_hand_hygiene'"),
        ('{"type": "FeatureCollection", "features": []}', "is GeoJSON, not a table; save it as a CSV file"),
        ("x," * 1000 + "x\n", "line 1: names 1,001 columns"),
        (table("H1,hospital,N,ten", header=HEADER + ",staff"), "line 2: staff: found ten .*a number: whole numbers 1"),
        (table("H1,hospital,N,0", header=HEADER + ",staff"), "staff: found 0 .*whole numbers 1 to"),
        (table("H1,hospital,N,2.5", header=HEADER + ",staff"), "staff: found 2.5 .*whole numbers"),
        (table("H1,hospital,N,1e400", header=HEADER + ",staff"), "staff: found 1e400"),
        (table("H1,hospital,N,nan", header=HEADER + ",openness"), "openness: found nan"),
        (table("H1,hospital,N,43", header=HEADER + ",openness"), r"found 43 \(allowed: 0 to 1, e.g. 0.43\)"),
        (table("H1,hospital,N,43%", header=HEADER + ",ANC visits"), r"found 43% \(allowed: 0 to 1, e.g. 0.43\)"),
        (table('H1,hospital,N,"0,43"', header=HEADER + ",openness"), r"with a decimal point: 0.43\)"),
        (table("H1,hospital,N,91,0", header=HEADER + ",lat,lon"), r"lat: found 91 \(allowed: -90 to 90\)"),
        (table("H1,hospital,N,9,", header=HEADER + ",lat,lon"), "lat, lon: only one of the two is told"),
        (table("H-01,hospital,N,H-10", header=HEADER + ",refers_to"), "refers_to: no .* id 'H-10'; .*mean 'H-01'"),
        (table("H1,hospital,N,H1", header=HEADER + ",refers_to"), "refers_to: names the facility itself"),
    ],
)  # fmt: skip
def test_each_fault_is_named_with_its_line(tmp_path, text, expected):
    (message,) = refused(tmp_path, text)
    assert str(tmp_path / "registry.csv") in message
    assert re.search(expected, message), message


def test_all_faults_are_told_at_once_by_line(tmp_path):
    text = table(
        "H1,hospital,N,x,43,", "H1,,N,3,0.4,", "C2,clinic,N,3,0.4,zz", header=HEADER + ",staff,workload,refers_to"
    )
    lines = [int(re.search(r"line (\d+)", message).group(1)) for message in refused(tmp_path, text)]
    assert lines == [2, 2, 3, 3, 4]


def test_a_long_list_of_faults_is_cut(tmp_path):
    with pytest.raises(BadInput) as caught:
        build(tmp_path, table(*(f"F{i},,N" for i in range(57))))
    messages = str(caught.value).splitlines()
    assert len(messages) == 21
    assert messages[-1].endswith("and 37 more")


def test_lines_are_those_of_the_file_when_a_value_spans_some(tmp_path):
    (message,) = refused(tmp_path, table('H1,hospital,N,"two\nlines"', "", "C1,,N,", header=HEADER + ",remark"))
    assert "line 5: kind: is empty" in message


def test_a_missing_file_is_told_by_the_key_that_names_it(tmp_path):
    build(tmp_path, table(*ROWS))
    (message,) = refused(tmp_path, table(*ROWS), facilities="registri.csv")
    assert "world.facilities: no such file: registri.csv; did you mean 'registry.csv'?" in message


def test_a_file_that_is_too_large_is_refused_unread(tmp_path):
    (tmp_path / "large.csv").touch()
    with (tmp_path / "large.csv").open("r+b") as stream:
        stream.truncate(200_000_001)
    assert "larger than 200 MB" in refused(tmp_path, table(*ROWS), facilities="large.csv")[0]


def test_a_misspelled_kind_in_the_referral_chain_is_noticed(tmp_path):
    rows = ("H1,Referral hospital,N", "C1,health_center,N", "U1,health_unit,N")
    messages = refused(tmp_path, table(*rows), referral=["hospital", "health_centre"])
    assert all("world.referral: no facility is of the kind" in message for message in messages)
    assert [re.search("did you mean '(.*)'", message).group(1) for message in messages] == [
        "Referral hospital", "health_center"
    ]  # fmt: skip
    build(tmp_path, table(*rows), referral=["Referral hospital", "health_center"])


def test_the_default_referral_chain_is_no_fault_of_a_registry(tmp_path):
    def noted(*rows):
        build(tmp_path, table(*rows))
        document = {**DOCUMENT, "world": {"facilities": "registry.csv"}}
        scenario = from_document(document, Origin(folder=tmp_path))
        return [note.text for note in notes(scenario, build_world(scenario)) if "refer" in note.text]

    (told,) = noted("H1,Referral hospital,N", "C1,health_centre,N")
    assert (
        "no facility is of the kind 'hospital' or 'health_post'" in told
        and "but 'Referral hospital' may be meant" in told
    )
    (told,) = noted("H1,CHU,N", "C1,CSI,N")
    assert "may be meant" not in told
    assert noted("H1,hospital,N", "C1,clinic,N") == []


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Latitude", "lat"),
        ("leadreship", "leadership"),
        ("hand_hygiene", "baseline_hand_hygiene"),
        ("baseline_hand_hygeine", "baseline_hand_hygiene"),
        ("staff2", ""),
        ("power", ""),
    ],
)
def test_a_column_with_a_slip_is_read_as_what_it_means_and_said(tmp_path, header, column):
    more = ",lon" if column == "lat" else ""
    world = build(tmp_path, table("H1,hospital,N,0.5" + (",1" if more else ""), header=f"{HEADER},{header}{more}"))
    assert float(world.facilities[column or header].iloc[0]) == 0.5
    expected = [f"the column '{header}' is read as {column}; rename it if it is something else"] if column else []
    assert list(world.notes) == expected


def test_two_columns_cannot_mean_the_same_by_a_slip(tmp_path):
    world = build(tmp_path, table("H1,hospital,N,0.5,0.1", header=HEADER + ",openness,opennes"))
    assert world.notes == () and world.facilities["opennes"].tolist() == ["0.1"]


def test_one_character_that_cannot_be_read_hides_no_other_fault(tmp_path):
    rows = [b"H1,hospital,Th\xe8s", b"C1,,Th\xe8s", b"H1,post,N"]
    told = refused(tmp_path, b"\n".join([HEADER.encode(), *rows]))
    assert ["line 2: district: is not UTF-8 text, as is one more row; save it as UTF-8" in told[0],
            "line 3: kind: is empty" in told[1], "line 4: id: found 'H1' again" in told[2]] == [True] * 3  # fmt: skip


def test_a_header_that_cannot_be_read_hides_no_other_fault(tmp_path):
    told = refused(tmp_path, "id,kind,district,pr\xe9s\nH1,,N,1\n".encode("latin-1"))
    assert ["line 1: pr\\udce9s: is not UTF-8 text; save" in told[0], "line 2: kind: is empty" in told[1]] == [True] * 2


def test_more_rows_than_facilities_can_be_are_refused_while_they_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(registry, "MOST_FACILITIES", 2)
    (told,) = refused(tmp_path, table(*ROWS))
    assert "has more than 2 rows" in told


@pytest.mark.parametrize("name", ["pipe", "/dev/zero", "circle"])
@pytest.mark.parametrize("key", ["facilities", "peers"])
def test_what_is_no_ordinary_file_is_not_read(tmp_path, name, key):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "circle").symlink_to("circle")
    assert len(refused(tmp_path, table(*ROWS), **{key: name})) == 1


def test_districts_of_one_name_in_two_provinces_are_two(tmp_path):
    rows = ("H1,hospital,Centre,East", "H2,hospital,Centre,West", "H3,hospital,Lake,West")
    world = build(tmp_path, table(*rows, header=HEADER + ",province"))
    assert world.districts == ["Centre (East)", "Centre (West)", "Lake"]
    assert world.facilities["district"].tolist() == world.districts
    assert world.district.tolist() == [0, 1, 2] and world.district_province.tolist() == [0, 1, 1]


def test_a_province_column_must_be_filled(tmp_path):
    messages = refused(tmp_path, table("H1,hospital,N,East", "H2,hospital,N,", header=HEADER + ",province"))
    assert [message.split(": ", 1)[1] for message in messages] == ["province: is empty"]


def test_untold_positions_lie_around_the_known_ones_of_the_district(tmp_path):
    rows = ["H1,hospital,North,11,104", *(f"C{i},health_centre,North,," for i in range(30)), "H2,hospital,South,,"]
    text = table(*rows, header=HEADER + ",lat,lon")
    facilities = build(tmp_path, text, district_km=20.0).facilities
    lat, lon = facilities["lat"].to_numpy(), facilities["lon"].to_numpy()
    km = distance_km(lat, lon, np.full(32, 11.0), np.full(32, 104.0))
    assert km[0] == 0 and (km[1:31] <= 20.01).all() and km[1:31].max() > 15
    assert len({*zip(lat, lon, strict=True)}) == 32
    pd.testing.assert_frame_equal(build(tmp_path, text, district_km=20.0).facilities, facilities)


def test_travel_is_counted_from_the_top_of_the_district(tmp_path):
    # a degree of longitude on the equator is 111.2 km
    rows = ["C1,health_centre,D,0,0", "H1,hospital,D,0,1", "P1,health_post,D,0,1.2", "P2,health_post,D,0,9",
            "X1,clinic,E,0,20", "X2,clinic,E,0,21"]  # fmt: skip
    facilities = build(tmp_path, table(*rows, header=HEADER + ",lat,lon")).facilities
    assert facilities["travel_days"].tolist() == [1.5, 0, 0.5, 4, 0.5, 0.5]


@given(st.lists(st.text(LETTERS, min_size=1), min_size=1, max_size=8, unique=True))
def test_every_indicator_has_a_column_of_its_own(names):
    columns = baseline_columns([Indicator(name=name) for name in names])
    assert len(set(columns)) == len(names)
    assert all(column.startswith("baseline_") and column != "baseline_" for column in columns)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (table(*ROWS, "P1,po\x1bst,South"), r"line 5: kind: holds the control character '\x1b'"),
        (table(*ROWS, '"P\n1",post,South'), r"line 5: id: found 'P\n1' (allowed: a text in one line, without tabs)"),
        (table(*ROWS, header=HEADER + ",a\x00b"), r"line 1: found the column 'a\x00b'"),
        (table(f"H1,hospital,{'x' * 140_000}"), "line 2: a value is longer than 131,072 characters"),
        (table('H1,"hospital,North', *["C1,post,North"] * 12_000), "characters; perhaps a quotation mark"),
        (table(*ROWS, '"P1,post,South'), "line 5: cannot be read from here on: a quotation mark"),
        ("x" * 140_000 + "\n", "line 1: a value is longer than 131,072 characters"),
    ],
    ids=str.split("unseen broken header long unclosed-long unclosed one-line"),
)
def test_texts_that_cannot_be_are_told_apart(tmp_path, text, message):
    told = refused(tmp_path, text)
    assert message in told[0]
    assert ("quotation" in message) == ("quotation" in told[0])


def test_line_breaks_in_other_columns_are_kept(tmp_path):
    facilities = build(tmp_path, table('H1,hospital,North,"one\ntwo\tthree"', header=HEADER + ",notes")).facilities
    assert facilities["notes"].tolist() == ["one\ntwo\tthree"]


@pytest.mark.parametrize("header", ["from,to,weight", "From, TO ,Weight"])
def test_peers_are_read_whatever_the_case_of_the_header(tmp_path, header):
    (tmp_path / "peers.csv").write_text(f"{header}\nH1,C2,3\n")
    total = build(tmp_path, table(*ROWS), peers="peers.csv").network.total
    alone = build(tmp_path, table(*ROWS)).network.total
    assert (total - alone).tolist() == [3, 0, 3]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("from,to,wieght", "weight: is missing; the file has from, to, wieght; did you mean 'wieght'?"),
        ("from,to,weight,From", "From: means the same as 'from' (allowed: one of them)"),
    ],
)
def test_mistaken_headers_of_peers_are_told(tmp_path, header, message):
    (tmp_path / "peers.csv").write_text(f"{header}\n{','.join('1' for _ in header.split(','))}\n")
    (told,) = refused(tmp_path, table(*ROWS), peers="peers.csv")
    assert message in told
