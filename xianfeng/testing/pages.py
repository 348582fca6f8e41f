"""Reading pages in tests."""

import re

BLOCKS = (
    "legend|label|button|td|th|tr|li|ul|ol|p|div|dt|dd|h[1-6]|option|table|tbody|thead|form|fieldset"
    "|main|section"
)
INSIDE_A_TAG = re.compile(r" (?=/?>)")
AT_A_BLOCK_S_EDGE = re.compile(rf"(?<=>) (?=</?(?:{BLOCKS})\b)| (?=</(?:{BLOCKS})>)|(<(?:{BLOCKS})\b[^>]*>) ")


def squeezed(html: str) -> str:
    """A page with white space as a browser shows it: how a template is laid out is nobody's business."""
    text = INSIDE_A_TAG.sub("", re.sub(r"\s+", " ", html))
    return AT_A_BLOCK_S_EDGE.sub(lambda found: found.group(1) or "", text)
