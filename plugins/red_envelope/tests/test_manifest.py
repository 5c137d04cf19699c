"""The shop takes the plugin in under its own name."""

import importlib.metadata

import shopadmin_red_envelope


def test_the_plugin_is_registered_and_not_left_out(make_app) -> None:
    app = make_app(plugins={"red_envelope": shopadmin_red_envelope})

    plugins = app.extensions["shopadmin.hooks"].plugins
    assert plugins.names() == ["red_envelope"]
    assert plugins.quarantined == []


def test_the_installed_distribution_is_found_and_says_the_same_version() -> None:
    (entry,) = importlib.metadata.entry_points(group="shopadmin.plugins", name="red_envelope")

    manifest = entry.load().shopadmin_manifest()

    installed = importlib.metadata.version("shopadmin-red-envelope")
    assert manifest.version == installed == shopadmin_red_envelope.__version__
