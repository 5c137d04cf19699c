"""What the plugin does when it hears of something, and now and then."""

from shopadmin.plugin_api import IncidentRecorded
from shopadmin_buyer_labels.services import incidents, reviewing


def incident_recorded(event: IncidentRecorded) -> None:
    """A draft of what names an event."""
    incidents.heard(event)


def catch_up() -> None:
    """Drafts that were missed because of a kill, or while the plugin was off."""
    incidents.catch_up()


def follow_notices() -> None:
    """Labels whose notice went out are in force."""
    reviewing.mark_sent()
