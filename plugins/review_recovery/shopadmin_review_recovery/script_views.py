# mypy: disable-error-code="no-untyped-call"
"""Pages of scripts: the list, one script with its text, its findings and its picture, what was published."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from flask import Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin.base import expose
from flask_babel import lazy_gettext as _
from flask_babel import ngettext

from shopadmin.plugin_api import (
    AdminView,
    Column,
    MenuItem,
    MissingError,
    Problem,
    RefusedError,
    attempt,
    parse_id,
)
from shopadmin_review_recovery import permissions, run_pages, script_labels, script_texts
from shopadmin_review_recovery.domain.scripts import drawing, yaml_text
from shopadmin_review_recovery.domain.scripts.findings import Finding
from shopadmin_review_recovery.domain.scripts.graph import Script
from shopadmin_review_recovery.labels import AREA
from shopadmin_review_recovery.script_findings import look
from shopadmin_review_recovery.services import scripts


class ScriptsView(AdminView):
    """Call scripts. Everybody who works on cases may read them; publishing is a right of its own."""

    permissions: ClassVar[Mapping[str, str]] = {
        "index_view": permissions.READ,
        "details_view": permissions.READ,
        "version_view": permissions.READ,
        "export_view": permissions.READ,
        "create_view": permissions.PUBLISH,
        "save_view": permissions.PUBLISH,
        "publish_view": permissions.PUBLISH,
    }
    menu_item = MenuItem("care", 32, "diagram-3", group=AREA)

    def __init__(self) -> None:
        super().__init__(
            name=_("Call scripts"), endpoint="review_recovery_scripts", url="/admin/review-recovery/scripts"
        )

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """Every script; in a new shop soon the one that is shipped."""
        columns = (
            Column("name", _("Name"), "link"),
            Column("number", _("Published version"), "number"),
            Column("published_at", _("Published"), "time"),
            Column("changed_at", _("Draft changed"), "time"),
        )
        rows = [row._asdict() | {"url": url_for(".details_view", row_id=row.id)} for row in scripts.listing()]
        may = self.actor.can(permissions.PUBLISH)
        return str(
            self.render(
                "shopadmin_review_recovery/scripts.html", title=self.name, columns=columns, rows=rows,
                create_url=url_for(".create_view") if may else "",
            )
        )  # fmt: skip

    @expose("/details/<row_id>")
    def details_view(self, row_id: str) -> ResponseReturnValue:
        """The draft with its findings and its picture."""
        row = self._find(row_id)
        return self._page(row, row.text), 200

    @expose("/details/<row_id>/save", methods=["POST"])
    def save_view(self, row_id: str) -> ResponseReturnValue:
        """Keep the draft, valid or not yet. What was typed stays on the page when it is not kept."""
        row = self._find(row_id)

        def save() -> None:
            scripts.save(self.actor, row.id, _posted_text(), _version())

        status = attempt(save, _("The draft is saved."))
        if status != 200:
            return self._page(scripts.find(row.id), _typed_text()), status
        return redirect(url_for(".details_view", row_id=row.id))

    @expose("/details/<row_id>/publish", methods=["POST"])
    def publish_view(self, row_id: str) -> ResponseReturnValue:
        """Publish the draft as it is stored."""
        row = self._find(row_id)
        status = attempt(lambda: scripts.publish(self.actor, row.id, _version()), _("Published. New calls follow it."))
        if status != 200:
            return self._page(scripts.find(row.id), scripts.find(row.id).text), status
        return redirect(url_for(".details_view", row_id=row.id))

    @expose("/new", methods=["GET", "POST"])
    def create_view(self) -> ResponseReturnValue:
        """Bring in a script from YAML, pasted or as a file; the shipped one is offered as a beginning."""
        text, status = scripts.shipped().replace("name: default", "name: our_own", 1), 200
        findings: tuple[Problem, ...] = ()
        if request.method == "POST":
            text = _typed_text()
            try:
                text = _posted_text()
                made = scripts.bring_in(self.actor, text)
                flash(str(_("This is the script, as a draft.")), "success")
                return redirect(url_for(".details_view", row_id=made))
            except RefusedError as refused:
                status, findings = 400, tuple(refused.problems)
        return str(
            self.render(
                "shopadmin_review_recovery/script_new.html", title=_("New script"), text=text, findings=findings,
                back_url=url_for(".index_view"), back_text=self.name,
            )
        ), status  # fmt: skip

    @expose("/versions/<row_id>")
    def version_view(self, row_id: str) -> ResponseReturnValue:
        """What was published: it never changes."""
        version = _or_404(lambda: scripts.version(_row_id(row_id)))
        row = scripts.find(version.script_id)
        script = scripts.script_of(version)
        return str(
            self.render(
                "shopadmin_review_recovery/script_version.html", title=_title(script, row.name), version=version,
                picture=picture(script, ()), export_url=url_for(".export_view", row_id=version.id),
                back_url=url_for(".details_view", row_id=row.id), back_text=row.name,
            )
        )  # fmt: skip

    @expose("/versions/<row_id>/export")
    def export_view(self, row_id: str) -> ResponseReturnValue:
        """A published version as YAML."""
        version = _or_404(lambda: scripts.version(_row_id(row_id)))
        name = f"{scripts.find(version.script_id).name}-{version.number}.yaml"
        answer = Response(scripts.export(version.id), mimetype="application/yaml")
        answer.headers.set("Content-Disposition", "attachment", filename=name)
        return answer

    def _find(self, row_id: str) -> Any:
        return _or_404(lambda: scripts.find(_row_id(row_id)))

    def _page(self, row: Any, text: str) -> str:
        looked = look(text)
        may = self.actor.can(permissions.PUBLISH)
        return str(
            self.render(
                "shopadmin_review_recovery/script.html", row=row, text=text, may_publish=may,
                title=_title(looked.script, row.name),
                findings=[_shown(finding) for finding in looked.findings],
                summary=_summary(len(looked.findings)),
                picture=picture(looked.script, looked.findings) if looked.script else None,
                versions=scripts.versions(row.id), back_url=url_for(".index_view"), back_text=self.name,
            )
        )  # fmt: skip


def picture(script: Script, findings: Sequence[Finding]) -> dict[str, Any]:
    """The drawn graph, and the same in words for each node."""
    language = run_pages.reader_language()
    drawn = drawing.draw(script)
    troubled = {finding.node for finding in findings}
    return {
        "drawn": drawn,
        "width": drawing.WIDTH,
        "height": drawing.HEIGHT,
        "troubled": troubled,
        "kinds": {node.name: script_labels.KINDS[node.kind] for node in script.nodes},
        "nodes": [
            {
                "node": node,
                "kind": script_labels.KINDS[node.kind],
                "purpose": node.purpose.get(language, ""),
                "findings": [script_texts.sentence(one) for one in findings if one.node == node.name],
                "edges": [
                    (edge.label.get(language) or edge.on, edge.to, edge.to in script.by_name) for edge in node.edges
                ],
            }
            for node in script.nodes
        ],
        "anywhere": [(script_labels.ANYWHERE[on], to) for on, to in script.anywhere.items()],
    }


def _shown(finding: Finding) -> dict[str, Any]:
    return {"node": finding.node, "line": finding.line, "text": script_texts.sentence(finding)}


def _summary(count: int) -> str:
    text = ngettext(
        "%(num)s finding keeps it from being published",
        "%(num)s findings keep it from being published",
        count,
    )
    return str(text)


def _title(script: Script | None, name: str) -> str:
    return (script.title.get(run_pages.reader_language()) if script else "") or name


def _posted_text() -> str:
    """The uploaded file's text, else what was typed. Raises RefusedError for a file that is not UTF-8 or too long."""
    upload = request.files.get("file")
    if not (upload and upload.filename):
        return _typed_text()
    try:
        return yaml_text.decode(upload.stream.read(yaml_text.MOST_BYTES + 1))
    except yaml_text.YamlError as error:
        raise RefusedError(script_texts.problem(Finding(error.code, params=error.params))) from None


def _typed_text() -> str:
    """The text as typed; browsers write line ends as CR LF."""
    return request.form.get("text", "").replace("\r\n", "\n")


def _row_id(text: str) -> int:
    try:
        return parse_id(text)
    except ValueError:
        abort(404)


def _version() -> int:
    """The version of the draft that the person was looking at."""
    return parse_id(request.form.get("version", ""))


def _or_404(find: Callable[[], Any]) -> Any:
    try:
        return find()
    except MissingError:
        abort(404)
