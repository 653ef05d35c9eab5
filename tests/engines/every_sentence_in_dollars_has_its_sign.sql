-- Spark replaces `${number}` as a variable, even in a text, and an unknown one by
-- nothing: "The deficit was  billion". Grain of a failure: a sentence.
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
