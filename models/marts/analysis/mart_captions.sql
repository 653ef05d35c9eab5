select * from {{ ref('int_captions') }}
order by picture, part
