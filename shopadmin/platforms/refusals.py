"""Why a file, or one cell of it, cannot be read: stable codes and details, no text for people.

Codes of a whole file: empty_file, binary_file, encoding_unknown, too_large, zip_bomb, bad_archive, bad_json, bad_csv,
unclosed_quote, line_too_long, too_many_columns, no_heading, column_twice, unknown_layout, missing_column,
ambiguous_dates, layout_twice.

Codes of a row: cell_count, missing_value, bad_id, bad_amount, bad_currency, negative_amount, bad_time, bad_stars,
bad_number, bad_flag, unknown_status, cell_too_long, order_rejected, not_by_buyer.
"""

MAX_FILE_BYTES = 512 * 1024 * 1024
# Longer than any platform's review or note; a spreadsheet's own limit is 32,767.
MAX_CELL_CHARS = 65_536
# One record with all its line breaks, or one JSON object: what is ever held in memory at once.
MAX_LINE = 4 * 1024 * 1024
MAX_COLUMNS = 500


class FileRefused(Exception):  # noqa: N818 - an answer to the uploader, not a fault
    """A file that is not read at all. ``details`` hold plain values for the message (offset, headings, limit …)."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details


class BadCell(Exception):  # noqa: N818 - the same, of a cell
    """A cell that does not hold what its column promises; a reader makes a Rejection of it.

    ``most``: the characters that it may have, of one that is too long.
    """

    def __init__(self, code: str, field: str = "", value: str = "", most: int | None = None) -> None:
        super().__init__(code, field, value)
        self.most = most
        self.code = code
        self.field = field
        self.value = value
