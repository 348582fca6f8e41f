"""The few colours needed where no stylesheet reaches: workbooks, mails, QR codes, the browser's own bar.

Named and valued as the tokens of static/css/tokens.css; test_colours.py holds them together.
"""

from typing import Final

COLOURS: Final = {
    "black": "#000000",
    "ink-3": "#6f6861",
    "on-dark": "#ffffff",
    "paper-2": "#f4f2ee",
    "red": "#c8161d",
    "surface": "#ffffff",
}
