"""What tests of forms share beyond ``shopadmin.testing``."""

import re

from werkzeug.test import TestResponse

from shopadmin.testing import send_form as send
from shopadmin.testing import token_in

__all__ = ["PASSWORD", "send", "text_of", "token_in"]

PASSWORD = "plum orchard 7 ladders"


def text_of(response: TestResponse) -> str:
    """The page without the token, which differs every time."""
    return re.sub(r'name="csrf_token" value="[^"]+"', "", response.get_data(as_text=True))
