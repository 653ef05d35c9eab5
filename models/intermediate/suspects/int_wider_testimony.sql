with explanations as (
    select * from {{ ref('int_row_explanations') }}
),

members as (
    select * from {{ ref('int_sum_members') }}
)

select
    explanations.*,
    members.sum_release_id,
    members.sum_line_number,
    members.low_musd as sum_low_musd,
    members.high_musd as sum_high_musd,
    members.is_broken as is_sum_broken,
    explanations.error_low_musd <= members.high_musd
    and explanations.error_high_musd >= members.low_musd as agrees_with_sum
from explanations
-- Last month's print is part of no wider sum where the release before is not loaded.
left join members
    on
        explanations.release_id = members.release_id
        and explanations.line_number = members.line_number
        and explanations.series_id = members.series_id
        and explanations.is_accepted = members.is_accepted
