"""The shop takes the plugin in under its own name."""

import importlib.metadata

import shopadmin_review_recovery


def test_the_plugin_is_registered_and_not_left_out(make_app) -> None:
    app = make_app(plugins={"review_recovery": shopadmin_review_recovery})

    plugins = app.extensions["shopadmin.hooks"].plugins
    assert plugins.names() == ["review_recovery"]
    assert plugins.quarantined == []


def test_the_installed_distribution_is_found_and_says_the_same_version() -> None:
    (entry,) = importlib.metadata.entry_points(group="shopadmin.plugins", name="review_recovery")

    manifest = entry.load().shopadmin_manifest()

    installed = importlib.metadata.version("shopadmin-review-recovery")
    assert manifest.version == installed == shopadmin_review_recovery.__version__
