-- What is said is what the marts say as they stand. Grain of a failure: a part of a
-- picture as it stands, or as it should.
{{ different_rows(ref('mart_captions'), ref('int_captions')) }}
