"""The base of admin pages, for the core and for plugins: Flask-Admin's ``BaseView`` behind the gate.

A page derives from ``AdminView`` or, as a list, from ``list_view.AdminListView``; nothing else is a legal base.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from flask import abort
from flask.typing import ResponseReturnValue
from flask_admin.base import BaseView

from shopadmin import hook_calls
from shopadmin.admin import form_pages, gate
from shopadmin.contract import Actor, MenuItem


class AdminView(BaseView):
    """One page or a few that belong together.

    ``permissions``: method name to permission code; a method that is not in it cannot be registered. ``menu_item``:
    where the page stands in the side bar, None for pages that are reached from others. ``level_pages``: methods whose
    pages stand beside the first one rather than below it, so that they show the tabs of the area as it does.
    """

    permissions: ClassVar[Mapping[str, str]] = {}
    menu_item: ClassVar[MenuItem | None] = None
    level_pages: ClassVar[Sequence[str]] = ()
    # The plugin the view belongs to; set when the app registers it.
    plugin: str = ""

    def __init__(self, name: Any = None, *arguments: Any, **options: Any) -> None:
        # Flask-Admin's own says that a name is a plain string; a lazy translation serves it as well.
        super().__init__(name, *arguments, **options)

    def create_blueprint(self, admin: Any) -> Any:
        """Declare every route of the view at the gate. Raises LookupError for a method without a permission."""
        blueprint = super().create_blueprint(admin)
        for _url, name, _methods in self._urls:  # type: ignore[attr-defined]
            if name not in self.permissions:
                raise LookupError(f"{type(self).__name__}.{name} names no permission")
            endpoint = f"{self.endpoint}.{name}"
            if endpoint not in gate.declared(admin.app):
                gate.declare(admin.app, endpoint, self.permissions[name], self.reading_point)
                form_pages.declare(admin.app, endpoint, self.form_page)
        return blueprint

    def form_page(self, values: Mapping[str, Any]) -> str:
        """The page with the form that is sent to an address with these ``values``: a refused form is shown again under
        that address, and whoever loads it anew lands there. Empty: the nearest address above that has a page. Asked
        while no view runs, so addresses are built by their whole names.
        """
        return ""

    def _handle_view(self, name: str, **kwargs: Any) -> ResponseReturnValue | None:
        # The second lock behind the gate: holds even if a route were declared with another point.
        if self.plugin and not hook_calls.is_on(self.plugin):
            abort(404)
        gate.check(self.permissions.get(name))
        if self.reading_point:
            gate.check(self.reading_point)
        return None

    def _run_view(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        # Flask-Admin's own retries a view that raised TypeError: the page would run twice.
        return fn(self, *args, **kwargs)

    def is_accessible(self) -> bool:
        """Whether the actor may open the first page; never raises, as the menu asks it on every page."""
        found = gate.current_actor()
        point = self.permissions.get(self._default_view, "")  # type: ignore[attr-defined]
        return found is not None and found.can(point)

    def is_visible(self) -> bool:
        """Whether the view stands in the side bar."""
        return self.menu_item is not None and (not self.plugin or hook_calls.is_on(self.plugin))

    @cached_property
    def menu_place(self) -> tuple[str, ...]:
        """What views have in common that share an entry of the side bar; only for one that stands there.

        Asked of each view on every page, so the group's name is put into words once, in whichever language.
        """
        group = self.menu_item.group if self.menu_item else ""
        return (self.plugin, str(group)) if group else ("", "", self.endpoint)

    @property
    def reading_point(self) -> str:
        """A permission that every method needs besides its own; empty for none."""
        return ""

    @property
    def actor(self) -> Actor:
        """Who is looking at the page."""
        return gate.actor()
