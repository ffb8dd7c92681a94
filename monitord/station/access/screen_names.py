"""What each screen is called, as its page says of itself: where nobody is signed in, the record says the screen. Pure."""

from collections.abc import Container


class ScreenNames:
    """Names of screens, each known by its key, the digest of its cookie.

    Only who is signed in gives a screen another name. After a restart, what its page says first holds.
    """

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def said(self, key: str, name: str, *, signed_in: bool) -> bool:
        """The page's own word; False where a screen without anybody signed in says another name than before."""
        if not signed_in and self._names.get(key, name) != name:
            return False
        self._names[key] = name
        return True

    def of(self, key: str) -> str | None:
        """The name of this screen; None where its page has none."""
        return self._names.get(key)

    def move(self, old: str, new: str) -> None:
        """The screen has another cookie from now on."""
        if old in self._names:
            self._names[new] = self._names.pop(old)

    def dismiss(self, name: str) -> None:
        """Staff took the station of this name out of use."""
        self._names = {key: each for key, each in self._names.items() if each != name}

    def forget_all_but(self, keys: Container[str]) -> None:
        """Of a screen that is signed out, nothing is kept."""
        self._names = {key: name for key, name in self._names.items() if key in keys}
