"""A shop that writes to buyers: a plugin with a channel that remembers what it was given, and moments by day."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from shopadmin.contract import BuyerId, Delivery, Manifest, MessageChannel, MessageRequest, OutgoingMessage
from shopadmin.hookspecs import hookimpl

# Ten in the morning in Shanghai, where shops are unless somebody says otherwise.
NOON = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
NIGHT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
MORNING = datetime(2026, 3, 3, 0, 30, tzinfo=UTC)
PHONE = "13900139001"


class Post:
    """The plugin ``post`` with the channel ``post.text``. ``answers``: what comes back, one after the other."""

    def __init__(self) -> None:
        self.handed: list[OutgoingMessage] = []
        self.answers: list[Delivery | Exception] = []
        self.objections: list[Any] = []
        hooks = {
            "shopadmin_manifest": lambda: Manifest(name="post", title="Post", version="1", api_version=1),
            "shopadmin_message_channels": lambda: [MessageChannel("post.text", "Text", "text", "phone", self.deliver)],
            "shopadmin_check_message": lambda message: self.object(message),
        }
        self.plugin = SimpleNamespace(**{name: hookimpl(function) for name, function in hooks.items()})

    def deliver(self, message: OutgoingMessage) -> Delivery:
        """Remember it and answer."""
        self.handed.append(message)
        answer = self.answers.pop(0) if self.answers else Delivery("sent")
        if isinstance(answer, Exception):
            raise answer
        return answer

    def object(self, message: Any) -> list[Any]:
        """What the plugin has against it; an exception among the objections is raised."""
        for found in self.objections:
            if isinstance(found, Exception):
                raise found
        return self.objections


def request(buyer_id: int, key: str = "post.1", **changes: Any) -> MessageRequest:
    """A service text about an order."""
    fields: dict[str, Any] = {"key": key, "buyer_id": BuyerId(buyer_id), "channel": "post.text", "text": "Sample text"}
    return MessageRequest(**(fields | changes))
