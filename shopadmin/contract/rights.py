"""Permissions, and who holds them."""

from dataclasses import dataclass
from typing import Literal

from shopadmin.contract.ids import AccountId
from shopadmin.contract.text import Text

Level = Literal["grantable", "owner_only", "baseline"]


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing that may be granted: ``area.noun:verb``. A plugin's codes start with its name.

    ``implies`` adds the ``:read`` that an action needs, nothing else; ``sensitive`` asks twice before granting.
    """

    code: str
    label: Text
    help: Text = ""
    level: Level = "grantable"
    sensitive: bool = False
    implies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account with its effective permission codes, read once per request and never kept longer."""

    account_id: AccountId
    name: str
    is_owner: bool
    permissions: frozenset[str]

    def can(self, permission: str) -> bool:
        """Whether the account holds the permission now; the owner holds them all."""
        return self.is_owner or permission in self.permissions
