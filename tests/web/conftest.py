"""A shop with the sample plugin of the storefront API, and who calls it."""

import parcels
import pytest

from shopadmin import testing
from shopadmin.models import db


@pytest.fixture
def shop(make_app):
    """Its context is pushed, and nobody calls too often."""
    app = make_app({"parcels": parcels.plugin()}, API_CALLS_PER_BUYER=10**6)
    parcels.announced.clear()
    with app.app_context():
        yield app
        db.session.remove()


@pytest.fixture
def storefront(shop):
    """A storefront's server with every scope of the core."""
    return testing.api_client(shop)
