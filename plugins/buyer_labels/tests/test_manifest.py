"""The shop takes the plugin in under its own name."""

import importlib.metadata

import shopadmin_buyer_labels


def test_the_plugin_is_registered_and_not_left_out(make_app) -> None:
    app = make_app(plugins={"buyer_labels": shopadmin_buyer_labels})

    plugins = app.extensions["shopadmin.hooks"].plugins
    assert plugins.names() == ["buyer_labels"]
    assert plugins.quarantined == []


def test_the_installed_distribution_is_found_and_says_the_same_version() -> None:
    (entry,) = importlib.metadata.entry_points(group="shopadmin.plugins", name="buyer_labels")

    manifest = entry.load().shopadmin_manifest()

    installed = importlib.metadata.version("shopadmin-buyer-labels")
    assert manifest.version == installed == shopadmin_buyer_labels.__version__
