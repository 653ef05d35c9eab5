-- An annual row of the release a row.
select
    year,
    months_covered,
    any_value(exports_musd) filter (where component = 'total') as exports_total,
    any_value(exports_musd) filter (where component = 'goods') as exports_goods,
    any_value(exports_musd) filter (where component = 'services') as exports_services,
    any_value(imports_musd) filter (where component = 'total') as imports_total,
    any_value(imports_musd) filter (where component = 'goods') as imports_goods,
    any_value(imports_musd) filter (where component = 'services') as imports_services,
    any_value(balance_musd) filter (where component = 'total') as balance_total,
    any_value(balance_musd) filter (where component = 'goods') as balance_goods,
    any_value(balance_musd) filter (where component = 'services') as balance_services
from marts.fct_annual_trade
group by year, months_covered
order by year, months_covered;
