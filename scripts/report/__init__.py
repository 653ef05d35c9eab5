"""The report: its pictures, its page and its queries.

vl-convert draws with the fonts that it brings and those of the machine, which it reads once, when
it first draws.  Here it does, while fontconfig names no folder that is there: a picture then has
the same bytes on every machine, whatever is installed on it.
"""

import os
from pathlib import Path
from unittest import mock

import vl_convert

QUERIES = Path(__file__).with_name("queries")
NO_FONTS = {"FONTCONFIG_FILE": str(Path(__file__).with_name("fonts.conf"))}

with mock.patch.dict(os.environ, NO_FONTS):
    vl_convert.svg_to_png("<svg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/>")
