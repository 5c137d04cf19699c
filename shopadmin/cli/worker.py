"""``shopadmin worker``: the background work alone. Exit 0 stopped, 2 another worker is at work on this data folder."""

import click

from shopadmin.cli.main import AppFactory, RefusedError, build_app


@click.command()
@click.option("--parent-pipe", type=int, hidden=True, help="Leave when the other end of this descriptor closes.")
@click.pass_obj
def worker(app_factory: AppFactory, parent_pipe: int | None) -> None:
    """Do what is to be done in the background; run and demo start it themselves.

    Exit 0 stopped, 2 another worker is at work on this data folder.
    """
    from shopadmin.tasks import worker as process  # the queue's library is for this command alone

    try:
        process.main(build_app(app_factory), parent_pipe)
    except process.WorkerRunsError as error:
        raise RefusedError(str(error), "worker_runs") from error
