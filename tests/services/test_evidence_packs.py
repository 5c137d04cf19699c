"""Packs: the same bytes for the same evidence, and every byte that is changed afterwards is noticed and named."""

import hashlib
import io
import json
import struct
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from PIL import Image
from sqlalchemy import select

from shopadmin import testing
from shopadmin.cli.evidence import evidence as command
from shopadmin.contract import AccountId, Actor, EvidenceOrigin
from shopadmin.models import db
from shopadmin.models.audit import AuditEntry
from shopadmin.services.conflicts import ObjectionsError, RefusedError
from shopadmin.services.evidence import archives, packing, storing

AT = datetime(2026, 3, 1, 10, 15, tzinfo=UTC)
CHAT = "Buyer: 50 or one star.\r\nMy phone is 13800138000, mail sample@example.com <b>x</b>"


def png(colour="red"):
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    Image.new("RGB", (8, 6), colour).save(buffer, "PNG", exif=exif)
    return buffer.getvalue()


@pytest.fixture
def actor(app):
    return Actor(AccountId(testing.make_account(app, is_owner=True)), "Owner", True, frozenset())


def kept(actor):
    storing.store(actor, "order", 1, "picture", png(), EvidenceOrigin(AT, "phone of the shop", 1), "../shot.png")
    storing.store(actor, "order", 1, "chat", CHAT, EvidenceOrigin(AT - timedelta(hours=1), "chat", 2))
    return storing.of_subject("order", 1)


def packed(actor, rows=None, language="en"):
    rows = kept(actor) if rows is None else rows
    facts = [("Order number", "<T1>")]
    about = {"order_no": "<T1>"}
    with packing.make(actor, packing.Pack("order", 1, "Evidence & more", facts, about, rows), language) as file:
        return file.read()


def members(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def verified(data):
    return archives.verify(io.BytesIO(data))


def test_a_pack_holds_originals_copies_a_manifest_and_a_cover(actor):
    files = members(packed(actor))
    manifest = json.loads(files["manifest.json"])
    described = {found["path"]: found for found in manifest["files"]}
    (chat,) = [found for path, found in described.items() if path.startswith("original/") and path.endswith(".txt")]
    copy = next(found for found in described.values() if found.get("redacted_of") == chat["path"])

    assert files[chat["path"]] == CHAT.encode()  # byte for byte
    assert png() in files.values()
    assert b"13800138000" not in files[copy["path"]]
    assert b"sample@example.com" not in files[copy["path"]]
    assert not any(b"taken at home" in data for name, data in files.items() if name.startswith("redacted/"))
    assert (chat["tier"], chat["source"], chat["captured_at"]) == ("E2", "chat", "2026-03-01T09:15:00+00:00")
    assert chat["captured_by"] == "owner"
    assert {path: (found["sha256"], found["size"]) for path, found in described.items()} == {
        name: (hashlib.sha256(data).hexdigest(), len(data))
        for name, data in files.items()
        if not name.startswith("manifest.")
    }
    assert list(files) == sorted(files)


@pytest.mark.parametrize(("language", "word"), [("en", "Pieces of evidence"), ("zh", "证据")])
def test_the_cover_is_a_page_without_scripts_and_without_anything_from_elsewhere(actor, language, word):
    page = members(packed(actor, language=language))["index.html"].decode()

    assert word in page
    assert "&lt;T1&gt;" in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "138****8000" in page
    assert "13800138000" not in page
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page


def test_the_same_evidence_gives_the_same_bytes(actor):
    rows = kept(actor)

    first, second = packed(actor, rows), packed(actor, list(reversed(rows)))

    assert first == second


def test_the_same_bytes_kept_twice_both_go_along(actor):
    rows = [*kept(actor), *kept(actor)]

    data = packed(actor, list({row.id: row for row in [*rows, *storing.of_subject("order", 1)]}.values()))

    assert len([name for name in members(data) if name.startswith("original/")]) == 4
    assert verified(data).is_whole


def test_an_export_is_written_down_with_its_number_and_the_sum_of_its_manifest(actor):
    data = packed(actor)

    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.code == "core.evidence.exported")).one()
    assert entry.account_id == actor.account_id
    assert entry.after["rows"] == 2
    assert entry.after["manifest_sha256"] == hashlib.sha256(members(data)["manifest.json"]).hexdigest()


def test_nothing_is_packed_where_nothing_is_kept_or_a_file_was_changed(actor):
    with pytest.raises(ObjectionsError):
        packed(actor, [])
    rows = kept(actor)
    for path in storing.folder().rglob("*.sealed"):
        path.write_bytes(path.read_bytes()[:-1] + b"!")

    with pytest.raises(ObjectionsError):
        packed(actor, rows)

    assert db.session.scalars(select(AuditEntry).where(AuditEntry.code == "core.evidence.exported")).all() == []


def test_evidence_that_is_not_there_is_refused(actor):
    with pytest.raises(RefusedError):
        packing.chosen(["00000000-0000-4000-8000-000000000000"])


def test_a_pack_as_it_was_made_is_whole(actor):
    data = packed(actor)

    assert verified(data) == archives.Report(files=len(members(data)))


def holder(data, place):
    """The member whose bytes, head included, are at this place; None for the archive's directory."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if place >= archive.start_dir:
            return None
        return max((i for i in archive.infolist() if i.header_offset <= place), key=lambda i: i.header_offset).filename


def test_g15_every_flipped_byte_is_noticed_and_its_file_named(actor):
    """G15: the manifest, the cover, the originals, the copies, and what the archive says of them."""
    data = packed(actor)
    step = max(len(data) // 1500, 1)

    for place in range(0, len(data), step):
        changed = bytearray(data)
        changed[place] ^= 0x41
        try:
            report = verified(bytes(changed))
        except archives.NotAPackError:
            # The heads of a file are read before anything else: what they say no longer makes a pack.
            assert holder(data, place) is None or zipfile.ZipFile(io.BytesIO(data)).start_dir <= place
            continue
        named = [*report.changed, *report.missing, *report.extra]
        assert not report.is_whole, place
        assert named[0] == (holder(data, place) or named[0]), place


def repacked(files, **changes):
    buffer = io.BytesIO()
    archives.write(buffer, {name: (lambda data=data: data) for name, data in {**files, **changes}.items()})
    return buffer.getvalue()


def test_what_was_replaced_taken_out_or_put_in_is_named(actor):
    files = members(packed(actor))
    chat = next(name for name in files if name.startswith("original/") and name.endswith("txt"))
    less = {name: data for name, data in files.items() if name != chat}

    assert verified(repacked(files, **{chat: b"another text"})).changed == (chat,)
    assert verified(repacked(less)).missing == (chat,)
    assert verified(repacked(files, **{"original/more.txt": b"x"})).extra == ("original/more.txt",)
    assert verified(repacked({**files, "index.html": b"<p>nothing happened</p>"})).changed == ("index.html",)


def test_a_manifest_that_was_written_anew_is_noticed(actor):
    files = members(packed(actor))
    manifest = json.loads(files["manifest.json"])
    manifest["files"][1]["tier"] = "E4"

    report = verified(repacked({**files, "manifest.json": json.dumps(manifest).encode()}))

    assert report.changed == ("manifest.json",)
    assert verified(repacked({**files, "manifest.json": b"[" * 100_000})).changed == ("manifest.json",)
    without = {name: data for name, data in files.items() if name != "manifest.json"}
    assert verified(repacked(without)).missing == ("manifest.json",)


def zipped(*entries, compression=zipfile.ZIP_STORED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in entries:
            archive.writestr(zipfile.ZipInfo(name), data, compression)
    return buffer.getvalue()


def liar():
    """A directory that promises five million files."""
    return b"x" * 100 + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65000, 65000, 46 * 65000, 100, 0)


NOT_PACKS = {
    "nothing": b"",
    "text": b"hello" * 100,
    "a bomb": zipped(("original/a.txt", b"\0" * 50_000_000), compression=zipfile.ZIP_DEFLATED),
    "a way out": zipped(("../../etc/passwd", b"x")),
    "a way out in disguise": zipped(("original/..\\..\\x", b"x")),
    "from the root": zipped(("/etc/passwd", b"x")),
    "from a drive": zipped(("C:\\x", b"x")),
    "deeper": zipped(("original/a/b.txt", b"x")),
    "with a NUL": zipped(("original/a.txt", b"x")).replace(b"original/a.txt", b"original/a\0txt"),
    "in other letters": zipped(("original/图.png", b"x")),
    "something behind": zipped(("index.html", b"x")) + b"more",
    "a comment": zipped(("index.html", b"x"))[:-2] + b"\x04\x00more",
    "a directory that lies": liar(),
    "a name twice": zipped(("original/a", b"1"), ("original/b", b"2")).replace(b"original/b", b"original/a"),
}


@pytest.mark.parametrize("data", NOT_PACKS.values(), ids=NOT_PACKS)
def test_what_no_pack_is_made_of_is_refused_unopened(data):
    with pytest.raises(archives.NotAPackError):
        verified(data)


def run(tmp_path, data, *options):
    path = tmp_path / "pack.zip"
    path.write_bytes(data)
    return CliRunner().invoke(command, ["verify", str(path), *options])


def test_the_command_needs_no_shop_and_says_what_was_changed(actor, tmp_path):
    data = packed(actor)
    place = data.index(b"Buyer: 50")
    changed = data[:place] + b"b" + data[place + 1 :]

    whole, flipped = run(tmp_path, data, "--json"), run(tmp_path, changed, "--json")

    assert (whole.exit_code, json.loads(whole.output)["ok"]) == (0, True)
    assert flipped.exit_code == 1
    assert json.loads(flipped.output)["changed"] == [holder(data, place)]
    assert f"changed: {holder(data, place)}" in run(tmp_path, changed).output
    refused = run(tmp_path, b"no", "--json")
    assert (refused.exit_code, json.loads(refused.output)["code"]) == (2, "not_a_pack")
    assert CliRunner().invoke(command, ["verify", str(tmp_path / "gone.zip")]).exit_code == 2
