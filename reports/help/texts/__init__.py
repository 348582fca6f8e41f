"""What each page of the desk is for: one table, by the names of its addresses."""

from fnmatch import fnmatchcase

from reports.help.texts import account, organizations, people, work, year
from reports.help.texts.entry import Help

EVERY = (*people.TEXTS, *work.TEXTS, *year.TEXTS, *organizations.TEXTS, *account.TEXTS)
GENERAL = account.GENERAL


def about(page: str) -> Help:
    """The text of a page by the name of its address; of any other, what the desk is."""
    found = (text for text in EVERY if any(fnmatchcase(page, name) for name in text.pages))
    return next(found, GENERAL)
