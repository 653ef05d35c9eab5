select
    measure,
    position,
    span,
    form,
    compared_with,
    unit,
    sentence,
    sentence_without_base
from {{ ref('highlight_measures') }}
