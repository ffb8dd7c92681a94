pytest_plugins = ["monitord.kit.pytest_plugin"]
