"""The only code that reads a release: a text or a workbook becomes rows, and rows the seeds.

Source: the Census Bureau and BEA table "U.S. International Trade in Goods and Services,
1992 - Present", as the workbook that is published or saved as text; one file a release.  Units:
millions of US dollars, seasonally adjusted.  Nothing is computed here: a number in a seed is the
number on the line, and every calculation is SQL, in a model.

    text.py      the bytes of a text    ->  its lines
    workbook.py  the bytes of a workbook ->  the lines of its sheet, and these as a text's
    parser.py    lines                  ->  rows of cells, or every fault with its place
    reader.py    a file                 ->  a Release, or Refused
    seeds.py     a folder of releases   ->  the seeds
"""

from .faults import Fault, Refused
from .header import SERIES
from .reader import Release, read_release, read_workbook
from .seeds import normalize, release_paths
from .years import MONTHS, Row

__all__ = [
    "MONTHS", "SERIES", "Fault", "Refused", "Release", "Row",
    "normalize", "read_release", "read_workbook", "release_paths",
]  # fmt: skip
