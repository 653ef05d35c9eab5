"""Read releases: a text or a workbook becomes rows, and rows become the seeds.

Source: two tables of the Census Bureau and BEA, "U.S. International Trade in Goods and Services,
1992 - Present" and "Exhibit 1" of the news release of that name, as the workbook that is published,
alone or in a bundle, or saved as text; one file a release.  Units: millions of US dollars,
seasonally adjusted.  Nothing is computed here: a number in a seed is the number on the line, and
every calculation is SQL, in a model.

    reader.py    a file                      ->  a Release, or Refused
    workbook.py  the bytes of a workbook     ->  its sheet as a text
      workbook_process.py                        its bytes -> its cells
    text.py      the bytes of a text         ->  its lines, and the names of places in it
    parser.py    lines                       ->  rows of cells, or every fault with its place
      tables.py                                  what the two tables differ in
      years.py                                   which rows there must be
    seeds.py     a folder of releases        ->  the seeds
"""

from .parser import Release
from .reader import read_bundle, read_release, read_workbook
from .seeds import normalize
from .tables import SERIES
from .text import Refused
from .years import MONTHS

__all__ = ["MONTHS", "SERIES", "Refused", "Release", "normalize", "read_bundle", "read_release"]
__all__ += ["read_workbook"]
