"""A picture that somebody uploads: looked over, and drawn again so that nothing but its pixels is left."""

import io
from dataclasses import dataclass

from flask_babel import lazy_gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from shopadmin.contract import Problem, Text
from shopadmin.domain.polyglots import is_polyglot
from shopadmin.services.conflicts import RefusedError

MAX_BYTES = 10 * 2**20
MAX_PIXELS = 40_000_000
# The copy on a page need not be larger than a screen; the original stays as evidence.
SHOWN_EDGE = 2400
MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}


@dataclass(frozen=True, slots=True)
class Picture:
    """A copy that holds pixels alone: no EXIF, no comments, no second file behind the first."""

    media_type: str
    shown: bytes


def redraw(original: bytes) -> Picture:
    """The copy that pages show. Raises RefusedError for anything but a whole PNG, JPEG or WebP of bearable size.

    One that is a file of another kind as well is refused: the original leaves the shop in a pack, byte for byte.
    """
    if not original:
        raise _refused("picture_empty", _("The file is empty."))
    if len(original) > MAX_BYTES:
        raise _refused("picture_heavy", _("A picture may have 10 MB at most."))
    try:
        with Image.open(io.BytesIO(original), formats=tuple(MEDIA_TYPES)) as image:
            # What Pillow calls MPO is a JPEG with more pictures behind it, as some phones take them.
            kind = "JPEG" if image.format == "MPO" else str(image.format)
            picture = _drawn_again(image, kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large() from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, MemoryError):
        # What Pillow raises for damaged files is no narrower than this.
        raise _refused("picture_kind", _("This is no picture that can be read. PNG, JPEG and WebP can.")) from None
    if is_polyglot(original, kind):
        raise _refused(
            "picture_polyglot",
            _("There is another file inside this picture. Save it again with a picture program, then attach that."),
        )
    return picture


def _drawn_again(image: Image.Image, kind: str) -> Picture:
    if image.width * image.height > MAX_PIXELS:
        raise _too_large()
    image.draft("RGB", (SHOWN_EDGE, SHOWN_EDGE))
    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((SHOWN_EDGE, SHOWN_EDGE))
    has_alpha = "A" in upright.getbands() or "transparency" in upright.info
    pixels = upright.convert("RGBA" if has_alpha and kind != "JPEG" else "RGB")
    pixels.info.clear()
    buffer = io.BytesIO()
    pixels.save(buffer, kind, **({} if kind == "PNG" else {"quality": 85}))
    return Picture(MEDIA_TYPES[kind], buffer.getvalue())


def _too_large() -> RefusedError:
    return _refused("picture_large", _("A picture may have 40 million pixels at most."))


def _refused(code: str, message: Text) -> RefusedError:
    return RefusedError(Problem(code, message, "file"))
