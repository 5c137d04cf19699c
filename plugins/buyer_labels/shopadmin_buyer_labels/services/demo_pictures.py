"""Pictures of the demo's labels, drawn so that nobody could take them for real ones."""

import io

from PIL import Image, ImageDraw


def parcel(*words: str) -> bytes:
    """A PNG of an open parcel, with a few words beside it."""
    picture = Image.new("RGB", (480, 320), "#eef2f5")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((60, 120, 260, 270), fill="#c79a63", outline="#7a5a32", width=3)
    for left, right in (((60, 120), (20, 80)), ((260, 120), (300, 80))):
        pen.line((left, right), fill="#7a5a32", width=8)
    for number, line in enumerate(words):
        pen.text((280, 140 + 28 * number), line, fill="#1b1f24", font_size=18)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
