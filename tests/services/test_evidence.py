"""Pictures: what is taken, what is shown of it, and what is kept as evidence."""

import hashlib
import io
import struct
import zipfile
import zlib

import pytest
from PIL import Image
from sqlalchemy import select

from shopadmin import testing
from shopadmin.contract import AccountId, Actor
from shopadmin.keys import KeyringError
from shopadmin.models import db
from shopadmin.models.audit import AuditEntry
from shopadmin.models.evidence import Evidence
from shopadmin.services import pictures
from shopadmin.services.conflicts import RefusedError
from shopadmin.services.evidence import storing
from shopadmin.services.evidence.storing import shown_file_name
from shopadmin.services.transactions import writing


def picture(kind="PNG", size=(8, 6), mode="RGB", **options):
    buffer = io.BytesIO()
    Image.new(mode, size, "red").save(buffer, kind, **options)
    return buffer.getvalue()


def exif_with_place():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = "taken at home"
    exif.get_ifd(0x8825)[1] = "N"
    return exif


def huge_png(width=20_000, height=20_000):
    """A header that promises 400 million pixels, in a few bytes."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.fixture
def actor(app):
    return Actor(AccountId(testing.make_account(app, is_owner=True)), "Owner", True, frozenset())


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_copy_holds_pixels_alone(kind):
    original = picture(kind, exif=exif_with_place())

    found = pictures.redraw(original)

    with Image.open(io.BytesIO(found.shown)) as shown:
        assert shown.format == kind
        assert shown.size == (6, 8)  # upright, as the camera meant it
        assert not shown.getexif()
    assert b"taken at home" not in found.shown
    assert found.media_type == f"image/{kind.lower()}"


def test_comments_and_colour_profiles_are_left_out():
    found = pictures.redraw(picture("JPEG", comment=b"taken at home", icc_profile=b"made by an owner" * 20))

    assert b"taken at home" not in found.shown
    assert b"made by an owner" not in found.shown


def test_more_pictures_or_a_film_behind_a_photo_are_no_trick():
    buffer = io.BytesIO()
    Image.new("RGB", (8, 6), "red").save(buffer, "MPO", save_all=True, append_images=[Image.new("RGB", (8, 6))])
    film = picture("JPEG") + b"\0\0\0\x18ftypmp42" + b"\0" * 40

    for original in (buffer.getvalue(), film, picture("JPEG") + b"\0" * 64):
        found = pictures.redraw(original)

        assert found.media_type == "image/jpeg"
        assert b"ftyp" not in found.shown


def zipped():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "hidden")
    return buffer.getvalue()


def test_transparency_stays():
    found = pictures.redraw(picture(mode="RGBA"))

    with Image.open(io.BytesIO(found.shown)) as shown:
        assert shown.mode == "RGBA"


def test_a_large_picture_is_shown_smaller():
    found = pictures.redraw(picture(size=(5000, 1000)))

    with Image.open(io.BytesIO(found.shown)) as shown:
        assert shown.size == (2400, 480)


REFUSED = {
    "nothing": (b"", "picture_empty"),
    "too heavy": (b"x" * (pictures.MAX_BYTES + 1), "picture_heavy"),
    "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "picture_kind"),
    "HTML": (b"<html>", "picture_kind"),
    "GIF": (picture("GIF"), "picture_kind"),
    "BMP": (picture("BMP"), "picture_kind"),
    "only the head of a PNG": (picture()[:20], "picture_kind"),
    "half a JPEG": (picture("JPEG", (600, 600))[:700], "picture_kind"),
    "PNG head and HTML": (b"\x89PNG\r\n\x1a\n<html>", "picture_kind"),
    "too many pixels": (huge_png(8000, 8000), "picture_large"),
    "far too many pixels": (huge_png(), "picture_large"),
    "a page behind a PNG": (picture() + b"<script>alert(1)</script>", "picture_polyglot"),
    "a page behind a JPEG": (picture("JPEG") + b"<script>alert(1)</script>", "picture_polyglot"),
    "a page behind a WebP": (picture("WEBP") + b"<script>alert(1)</script>", "picture_polyglot"),
    "a page behind two JPEGs": (picture("JPEG") * 2 + b"<html>", "picture_polyglot"),
    "an archive behind a PNG": (picture() + zipped(), "picture_polyglot"),
    "an archive in a comment": (picture("JPEG", comment=zipped()), "picture_polyglot"),
    "a PDF in a comment": (picture("JPEG", comment=b"%PDF-1.7"), "picture_polyglot"),
    "a bomb": (huge_png(60_000, 60_000), "picture_large"),
}


@pytest.mark.parametrize(("data", "code"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_bearable_picture_is_refused_and_leaves_nothing(actor, data, code):
    with pytest.raises(RefusedError) as refused:
        storing.store(actor, "order", 1, "picture", data, file_name="a.png")

    assert [problem.code for problem in refused.value.problems] == [code]
    assert db.session.scalars(select(Evidence)).all() == []
    assert not storing.folder().exists()


def test_the_original_is_kept_encrypted_byte_for_byte(actor):
    original = picture("JPEG", exif=exif_with_place())

    storing.store(actor, "order", 1, "picture", original, file_name="a.jpg")

    found = db.session.scalars(select(Evidence)).one()
    files = [path for path in storing.folder().rglob("*") if path.is_file()]
    assert storing.original(found) == original
    assert found.sha256 == hashlib.sha256(original).digest()
    assert all(b"taken at home" not in path.read_bytes() for path in files)
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert db.session.scalars(select(AuditEntry.after)).one()["sha256"] == found.sha256.hex()


def test_a_changed_file_is_neither_shown_nor_taken_for_evidence(actor):
    storing.store(actor, "order", 1, "picture", picture(), file_name="a.png")
    found = db.session.scalars(select(Evidence)).one()
    for path in storing.folder().rglob("*.*"):
        path.write_bytes(path.read_bytes()[:-1] + b"!")

    assert storing.shown_copy(found) is None
    with pytest.raises(KeyringError):
        storing.original(found)


def test_a_row_that_cannot_be_kept_leaves_no_file(actor, monkeypatch):
    def broken(*_arguments, **_options):
        raise RuntimeError("on purpose")

    monkeypatch.setattr(storing.audit, "record", broken)

    with pytest.raises(RuntimeError):
        storing.store(actor, "order", 1, "picture", picture(), file_name="a.png")

    assert [path for path in storing.folder().rglob("*") if path.is_file()] == []
    db.session.rollback()
    assert db.session.scalars(select(Evidence)).all() == []


def test_a_transaction_that_is_undone_later_takes_its_files_along(actor):
    def keep_and_fail():
        with writing():
            storing.store(actor, "order", 1, "picture", picture(), file_name="a.png")
            storing.store(actor, "order", 1, "chat", "Sample")
            raise RuntimeError("on purpose")

    storing.store(actor, "order", 1, "chat", "kept before")
    with pytest.raises(RuntimeError):
        keep_and_fail()

    files = [path for path in storing.folder().rglob("*") if path.is_file()]
    assert len(files) == 2
    assert len(db.session.scalars(select(Evidence)).all()) == 1


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("a\0b.png", "ab.png"),
        ("a\r\nSet-Cookie: x.png", "aSet-Cookie: x.png"),
        ("\u202egnp.exe", "gnp.exe"),
        ("图片.png", "图片.png"),
        ("", "picture"),
        ("...", "picture"),
        ("x" * 300 + ".png", "x" * 116 + ".png"),
    ],
)
def test_a_file_name_is_text_for_people_alone(name, shown):
    assert shown_file_name(name) == shown
