"""Read releases: a text or a workbook becomes rows, and rows become the seeds.

Source: two tables of the Census Bureau and BEA, "U.S. International Trade in Goods and Services,
1992 - Present" and "Exhibit 1" of the news release of that name, as the workbook that is published,
alone or in a bundle, or saved as text; one file a release.  Units: millions of US dollars,
seasonally adjusted.  Nothing is computed here: a number in a seed is the number on the line, and
every calculation is SQL, in a model.

    text.py      the bytes of a text     ->  its lines
    workbook.py  the bytes of a workbook ->  the lines of its sheet, and these as a text's
      workbook_process.py                    its bytes -> its cells
    bundle.py    the bytes of a bundle   ->  those of the workbook in it
    parser.py    lines                   ->  rows of cells, or every fault with its place
      tables.py                              what the two tables differ in
      header.py                              which column is which series
      years.py                               which rows there must be
    reader.py    a file                  ->  a Release, or Refused
    seeds.py     a folder of releases    ->  the seeds
"""

from .faults import Fault, Refused
from .header import SERIES
from .reader import Release, read_bundle, read_release, read_workbook
from .seeds import normalize, release_paths
from .years import MONTHS, Row

__all__ = ["MONTHS", "SERIES", "Fault", "Refused", "Release", "Row", "normalize", "read_bundle"]
__all__ += ["read_release", "read_workbook", "release_paths"]
