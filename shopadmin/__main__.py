"""The console script."""

from shopadmin.app import create_app
from shopadmin.cli import database, main as command_line


def main() -> None:
    """Run the command line."""
    command_line.build(create_app, (database.db,))()


if __name__ == "__main__":
    main()
