"""What the suite decides for every page, and the templates of its sentences. Nothing of a patient, no decisions."""

from dataclasses import dataclass

from fastapi import FastAPI, HTTPException

from monitord.model import DEFAULT_LANGUAGE
from monitord.model.sentences.sentence import CATALOGUES, templates
from monitord.station.host import Host
from monitord.station.routes.route_errors import NOT_FOUND


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """What the suite decides for every page: the language of its texts, and how low sounds may be turned (percent)."""

    language: str
    least_volume: int


def add_page_settings(app: FastAPI, host: Host) -> None:
    """Its routes."""

    @app.get("/api/page")
    async def page() -> PageView:
        settings = host.suite_state().settings
        language = settings.language if settings else DEFAULT_LANGUAGE
        return PageView(language=language, least_volume=host.least_volume)

    @app.get("/api/sentences/{language}", responses=NOT_FOUND)
    async def sentences(language: str) -> dict[str, str]:
        if language not in CATALOGUES:
            raise HTTPException(404, f"there is no language {language!r}")
        return templates(language)
