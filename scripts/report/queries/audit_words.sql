-- What the audit comes to: how many numbers, how many identities, how many that break.
with facts as (
    select
        any_value(dim_release.cell_count) as cells,
        cast(sum(summary.identities) as bigint) as identities,
        cast(sum(summary.exact) as bigint) as exact,
        cast(sum(summary.rounding) as bigint) as rounding,
        cast(sum(summary.unlikely) as bigint) as unlikely,
        cast(sum(summary.breaks) as bigint) as breaks
    from marts.mart_reconciliation_summary as summary
    inner join marts.dim_release on summary.release_id = dim_release.release_id
    where dim_release.is_latest
)

select
    format('{:,}', cells) || ' printed numbers, ' || format('{:,}', identities)
    || ' identities between them: '
    || if(breaks = 0, 'none', format('{:,}', breaks))
    || ' that rounding cannot explain' as title,
    format('{:,}', exact) || ' identities hold exactly, ' || format('{:,}', rounding)
    || ' miss zero by what rounding to millions does, and ' || format('{:,}', unlikely)
    || ' by no more than rounding can do, but by more than three standard deviations'
    || ' of it.' as sentence
from facts;
