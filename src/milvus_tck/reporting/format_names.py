"""The formats that a run can be reported in, by name: known before any of them is made."""

from enum import StrEnum

from milvus_tck.extensions import REPORT_FORMATS, installed

__all__ = ["DEFAULT", "Format", "format_names"]


class Format(StrEnum):
    """What a run can be reported as."""

    SUMMARY = "summary"
    HTML = "html"
    JUNIT = "junit"
    MARKDOWN = "markdown"
    BADGE = "badge"
    ALLURE = "allure"
    FINDINGS = "findings"


#: What a run leaves unless it is told otherwise. Allure has two files for each check, of no use to who has no Allure.
DEFAULT = tuple(form for form in Format if form not in {Format.ALLURE, Format.FINDINGS})


def format_names() -> tuple[str, ...]:
    """Name every format, ours first, then those of installed packages; a name of ours is never theirs."""
    own = tuple(form.value for form in Format)
    return (*own, *(name for name in installed(REPORT_FORMATS) if name not in own))
