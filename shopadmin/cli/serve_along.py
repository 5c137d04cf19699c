"""``shopadmin serve-along``: a further server process of a shop that ``run`` serves with several."""

import click

from shopadmin.cli import serving, starting
from shopadmin.cli.contexts import inside
from shopadmin.cli.main import AppFactory, RefusedError, build_app
from shopadmin.services import occupancy, plugins


@click.command("serve-along", hidden=True)
@click.option("--port", type=int, required=True, help="The port that is served.")
@click.option("--parent-pipe", type=int, required=True, help="Leave when the other end of this descriptor closes.")
@click.pass_obj
def serve_along(app_factory: AppFactory, port: int, parent_pipe: int) -> None:
    """Serve along with the process that has looked at the shop and upgraded it; run and demo start it themselves.

    Exit 0 stopped, 2 it cannot join.
    """
    app = build_app(app_factory)
    with inside(app):
        plugins.look_again()
    try:
        with occupancy.shared(app.config["DATA_FOLDER"]):
            # Only now: what the system deals out to a socket waits there.
            serving.serve_along(app, serving.join(starting.LOOPBACK, port), parent_pipe)
    except occupancy.OccupiedError as error:
        raise RefusedError(str(error), "occupied") from error
    except OSError as error:
        raise RefusedError(f"port {port} cannot be shared: {error}", "port_taken") from error
