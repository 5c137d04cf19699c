"""What a service raises when it refuses; nothing was changed then. The app turns them into pages."""

from shopadmin.contract import Text


class ForbiddenError(Exception):
    """The actor may not do this: 403, and an entry in the activity log. ``point``: what was missing."""

    def __init__(self, point: str) -> None:
        super().__init__(point)
        self.point = point


class ConflictError(Exception):
    """It cannot be done as things stand: 409. ``message``: why, for a person."""

    def __init__(self, message: Text) -> None:
        super().__init__(str(message))
        self.message = message
