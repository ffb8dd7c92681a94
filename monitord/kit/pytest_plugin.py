"""The kit in a third party's tests: one test a check.

In conftest.py `pytest_plugins = ["monitord.kit.pytest_plugin"]`, and then

@pytest.mark.monitord_plugin("ticker")
def test_the_plug_in_keeps_its_contract(plugin_check: Callable[[], None]) -> None:
    plugin_check()
"""

from collections.abc import Callable

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Makes the marker known."""
    config.addinivalue_line(
        "markers", "monitord_plugin(name): asks every check of the kit of this driver or notifier"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each check of the plug-in that the marker names."""
    if "plugin_check" not in metafunc.fixturenames:
        return
    from monitord.kit.verify import checks_of  # noqa: PLC0415 - not in every pytest run of the machine

    names = [mark.args[0] for mark in metafunc.definition.iter_markers("monitord_plugin")]
    checks = [check for name in names for check in checks_of(name)]
    metafunc.parametrize(
        "plugin_check",
        [_skipping(check.run) for check in checks],
        ids=[check.name for check in checks],
    )


def _skipping(run: Callable[[], None]) -> Callable[[], None]:
    from monitord.kit.kit_check import LeftOut  # noqa: PLC0415 - see above

    def asked() -> None:
        try:
            run()
        except LeftOut as reason:
            pytest.skip(str(reason))

    return asked
