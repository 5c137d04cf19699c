"""The console script."""

import os

from shopadmin.app import create_app
from shopadmin.cli import (
    accounts,
    backup,
    check,
    database,
    demo,
    doctor,
    evidence,
    imports,
    init,
    keys,
    plugins,
    run,
    serve_along,
    starting,
    tokens,
    wording,
    worker,
)
from shopadmin.cli import main as command_line


def main() -> None:
    """Run the command line."""
    os.umask(0o077)  # whatever a command writes is the owner's alone: database, keys, uploads, backups
    commands = (
        *accounts.commands,
        backup.backup,
        backup.restore,
        check.check,
        database.db,
        demo.demo,
        doctor.doctor,
        evidence.evidence,
        imports.import_files,
        imports.imports,
        init.init,
        keys.keys,
        plugins.plugins,
        run.run,
        serve_along.serve_along,
        tokens.token,
        wording.wording,
        worker.worker,
    )
    command_line.build(create_app, commands, starting.look_for_shop)()


if __name__ == "__main__":
    main()
