-- What is said of each picture and table.
select
    picture,
    part,
    sentence
from marts.mart_captions
order by picture, part;
