"""What a page's visitor does: fill in its forms, and wait for the work that they began."""

import re
from typing import TYPE_CHECKING

from flask.testing import FlaskClient

from shopadmin.services import jobs
from shopadmin.tasks import running

if TYPE_CHECKING:
    from werkzeug.test import TestResponse


def token_in(response: "TestResponse") -> str:
    """The token that the forms of a page carry."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', response.get_data(as_text=True))
    assert found, "the page has no form with a token"
    return found.group(1)


def send_form(client: FlaskClient, page: str, to: str = "", **fields: object) -> "TestResponse":
    """Open a page as a browser does, take its token and post the fields to it, or to the address ``to``."""
    return client.post(to or page, data={"csrf_token": token_in(client.get(page)), **fields})


def do_jobs() -> None:
    """Do the jobs that wait, as the worker does; call inside an app context. What goes wrong is the job's ``error``."""
    with jobs.holder() as owner:
        for job_id in running.waiting_jobs():
            running.run_job(job_id, owner)
