"""A fresh shop with the plugin, in a process of its own that writes down each socket: started by a test of G1.

Makes the shop, imports labels, opens pages, does all periodic work once, asks for a feed. Prints JSON: ``sockets``, the
events of Python's audit hook, and ``statuses`` of the pages by address.
"""

import json
import sys
from pathlib import Path

SOCKETS: list[str] = []
# What goes out, or asks who is called so; a shop on SQLite does neither.
OUT = {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname"}
# Counted once the program is imported: urllib3 tries then whether the machine knows IPv6, by one that it closes again.
OPENED = {"socket.__new__", "socket.bind"}
WATCHED = set(OUT)


def watch(event: str, _arguments: object) -> None:
    """Write down what has to do with a socket."""
    if event in WATCHED:
        SOCKETS.append(event)


def main(folder: Path) -> None:
    """See the module."""
    sys.addaudithook(watch)
    import shopadmin_buyer_labels
    from shopadmin_buyer_labels import cli

    from shopadmin import testing
    from shopadmin.app import create_app
    from shopadmin.services import schema

    WATCHED.update(OPENED)

    url = f"sqlite:///{folder / 'shop.db'}"
    settings = {"DATA_FOLDER": folder, "DATABASE_URL": url, "DATABASE_MIGRATE_URL": url, "SECRET_KEY": "k" * 40,
                "TESTING": True, "PASSWORD_MEMORY_KIB": 64}  # fmt: skip
    app = create_app(settings, plugins={"buyer_labels": shopadmin_buyer_labels})
    with app.app_context():
        schema.upgrade()
        owner = testing.make_account(app, is_owner=True)
    lines = folder / "labels.jsonl"
    lines.write_text(json.dumps({
        "identifiers": [{"kind": "phone", "value": "13800138000"}], "code": "refund.item_swapped", "tier": 0,
        "severity": 1, "happened_on": "2026-01-15", "note": "A brick came back",
    }))  # fmt: skip
    brought = app.test_cli_runner().invoke(cli.buyer_labels, ["import", str(lines), "--json"], obj=lambda: app)
    with app.app_context():
        for job in shopadmin_buyer_labels.shopadmin_periodic_jobs():
            job.run()
    browser = testing.sign_in(app, owner)
    pages = ("/admin/", "/admin/buyer-labels/labels/", "/admin/buyer-labels/labels/details/1",
             "/buyer-labels/feed/ring/head.json", "/buyer-labels/feed/ring/page/0.jsonl")  # fmt: skip
    statuses = {page: browser.get(page).status_code for page in pages}
    sys.stdout.write(json.dumps({"sockets": SOCKETS, "imported": brought.exit_code, "statuses": statuses}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
