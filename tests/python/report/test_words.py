"""What the report says where the golden files, which hold all its captions, have no case."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest

from marts import Answer, Row
from report import page
from report.captions import TEMPLATE
from words import Words

MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "–"), ("exports", "exports"), (12564, "12,564"), (-3, f"{MINUS}3"), (0, "0"),
        (Decimal("-1234.45"), f"{MINUS}1,234.5"), (Decimal("-0.049"), "0.0"),
        (-1234.567, f"{MINUS}1,234.57"), (2.0, "2.00"),
    ],
)  # fmt: skip
def test_a_value_is_written_for_a_reader(value: object, words: str) -> None:
    assert page.readable(value) == words


JANUARY, JUNE = datetime.date(2024, 1, 1), datetime.date(2024, 6, 1)


def standings(exports: bool, imports: bool, deficit: str, **of_balance: Any) -> list[Row]:
    """Return rows of records: which are record highs, and what the deficit stands out by."""
    since = {"largest": {"lowest_since": JANUARY}, "smallest": {"highest_since": JANUARY}}[deficit]
    row = {
        "component": "total", "month_date": JUNE, "streak_months": 1, "highest_since": None,
        "lowest_since": None, "first_month": JANUARY, "is_record_high": False,
    }  # fmt: skip
    both = {"largest": "highest_since", "smallest": "lowest_since"}[deficit]
    balance = {"flow": "balance", "value_busd": Decimal(-5), both: JUNE, **since, **of_balance}
    return [
        row | balance,
        row | {"flow": "exports", "value_busd": Decimal(1), "is_record_high": exports},
        row | {"flow": "imports", "value_busd": Decimal(6), "is_record_high": imports},
    ]


# Of a macro, what it is about, and what a query that it asks returns.
CASES = [
    ("headline", standings(True, False, "largest"), {},
     "U.S. exports hit a record in June 2024, yet the trade deficit was the largest since January"
     " 2024"),
    ("headline", standings(True, True, "largest"), {},
     "U.S. exports and imports hit records in June 2024, and the trade deficit was the largest"
     " since January 2024"),
    ("headline", standings(False, True, "smallest"), {},
     "U.S. imports hit a record in June 2024, yet the trade deficit was the smallest since January"
     " 2024"),
    ("headline", standings(False, False, "smallest", value_busd=Decimal("-5.25")), {},
     "The U.S. trade deficit was $5.3 billion in June 2024, the smallest since January 2024"),
    ("headline", standings(True, False, "largest", streak_months=None), {},
     "The U.S. trade deficit was $5.0 billion in June 2024"),
    ("card", {"subject": "deficit", "exact_busd": -1}, {}, "Surplus"),
    ("card_change", {"exact_busd": 5, "before_busd": 5, "month_before": "May"}, {},
     "unchanged from May"),
    ("card_change", {"exact_busd": -5, "before_busd": 6, "month_before": "May"}, {},
     "after a deficit of $6.0 billion in May"),
    ("balance_title",
     [{"series_id": "balance_total", "level": 1, "month_date": JUNE}], {},
     "The surplus was $1.0 billion in June 2024"),
    ("goods_services_title", [],
     {"period": "month", "month_date": JUNE, "paid_for_pct": None, "goods_busd": 1,
      "services_busd": -2},
     "Goods came to a surplus of $1.0 billion in June 2024, services to a deficit of $2.0 billion"),
    ("standing", {"streak_months": None, "highest_since": None, "lowest_since": None}, {},
     "no month before it"),
    ("standing",
     {"streak_months": 1, "flow": "exports", "highest_since": None, "lowest_since": JUNE,
      "is_record_high": None, "first_month": JANUARY}, {},
     "highest since January 2024"),
    ("movement", {"streak_months": 0}, {}, "did not change"),
    ("movement", {"streak_months": None}, {}, ""),
    ("two_releases_title",
     [{"month_date": JANUARY, "balance_musd": -5000, "balance_before_musd": -5000}],
     {"previous_last_month": JANUARY, "previous_release_id": "2024-01"},
     "January 2024: a deficit of $5,000 million, as 2024-01 had it"),
    ("triangle_title", [], {"balances": 12, "up": 0, "down": 0},
     "None of 12 balances published again was revised"),
    ("z_scores_title", [{"status": "unlikely", "year": 1992}], {},
     "The one unlikely year sum is of 1992"),
    ("z_scores_sentence", [{"status": "unlikely", "year": 1992, "z_score": 3.5}],
     {"units_note": "In millions"},
     "They need not be errors: each is within what rounding can do, though it seldom does. The mean"
     " square of z is 12.25; rounding alone makes it 1."),
]  # fmt: skip


NOW: Row = {}
# Whatever is asked returns this one row.
WORDS = Words(TEMPLATE, ask=lambda name: Answer(TEMPLATE, "", [*NOW], [NOW]))


@pytest.mark.parametrize(("name", "about", "asked", "words"), CASES, ids=[c[0] for c in CASES])
def test_what_is_said_where_the_golden_files_have_no_case(
    name: str, about: Any, asked: Row, words: str
) -> None:
    NOW.clear()
    NOW.update(asked)
    assert WORDS.say(name, about) == words
