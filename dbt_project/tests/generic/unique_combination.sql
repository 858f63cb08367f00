{# Rows of the model that share these columns with another row; nulls count as equal. #}
{% test unique_combination(model, columns) %}
select
    {{ columns | join(', ') }},
    count(*) as times
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
