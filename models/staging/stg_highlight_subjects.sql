select
    subject,
    position,
    component,
    flow,
    coefficient,
    article,
    noun,
    above_zero,
    below_zero,
    verb
from {{ ref('highlight_subjects') }}
