-- Spark takes `${number}`, in a text as anywhere, for a variable of its own, and leaves
-- nothing where it knows none: "The deficit was  billion". Grain of a failure: a
-- sentence.
select
    release_id,
    month_date,
    subject,
    measure,
    sentence
from {{ ref('mart_trade_highlights') }}
where
    unit = 'usd_bn'
    and sentence not like '%$%'
