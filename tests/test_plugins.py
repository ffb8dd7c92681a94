"""Plug-ins come in by entry points; a broken one is reported and the rest load."""

from importlib.metadata import EntryPoint

from monitord.plugins import (
    DEVICES,
    NOTIFIERS,
    PluginStatus,
    load_group,
    load_plugins,
    plugin_row,
)


def point(name: str, value: str, group: str = DEVICES) -> EntryPoint:
    return EntryPoint(name=name, value=value, group=group)


def test_the_bundled_drivers_and_notifiers_load() -> None:
    plugins = load_plugins()
    assert {"nonin", "suntech", "and_ua767", "mqtt"} <= set(plugins.drivers)
    assert {"terminal", "webhook", "mqtt"} <= set(plugins.notifiers)
    assert [plugin for plugin in plugins.found if plugin.status is not PluginStatus.LOADED] == []


def test_one_broken_plugin_leaves_the_others() -> None:
    found = load_group(
        DEVICES,
        [
            point("gone", "no_such_module:DRIVER"),
            point("number", "math:pi"),
            point("failing", "tests.builders_config:SUITE.format"),
            point("probe", "tests.builders_config:PROBE"),
        ],
    )
    assert {plugin.name: plugin.status for plugin in found} == {
        "gone": PluginStatus.BROKEN,
        "number": PluginStatus.BROKEN,
        "failing": PluginStatus.BROKEN,
        "probe": PluginStatus.LOADED,
    }
    assert "No module named 'no_such_module'" in found[1].reason


def test_a_plugin_under_another_name_is_refused() -> None:
    (plugin,) = load_group(DEVICES, [point("other", "tests.builders_config:PROBE")])
    assert plugin.reason == "its entry point is called 'other', the object 'probe'"


def test_two_packages_with_one_name_clash_and_neither_is_taken() -> None:
    twice = [point("probe", "tests.builders_config:PROBE"), point("probe", "math:pi")]
    assert [plugin.status for plugin in load_group(DEVICES, twice)] == [PluginStatus.CLASHES] * 2


def test_a_notifier_needs_no_signals() -> None:
    (bell,) = load_group(NOTIFIERS, [point("bell", "tests.builders_config:BELL", NOTIFIERS)])
    assert bell.status is PluginStatus.LOADED


def test_the_listing_says_what_a_driver_was_proven_on() -> None:
    rows = {row[0]: row for row in map(plugin_row, load_plugins().found)}
    assert rows["nonin"][1::2] == ("loaded", "real capture")
    assert rows["terminal"][1::2] == ("loaded", "local")
