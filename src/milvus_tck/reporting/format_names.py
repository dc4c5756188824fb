"""The formats that a run can be reported in, by name: known before any of them is made."""

from enum import StrEnum

__all__ = ["DEFAULT", "Format"]


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
