{# For a model that sums up many rows into few groups, as a hook before it. The planner
   cannot know how few there are, and would sort all rows. Holds for the transaction. #}
{% macro prefer_hashes() -%}
    {{ return(adapter.dispatch('prefer_hashes')()) }}
{%- endmacro %}

{% macro postgres__prefer_hashes() -%}
set local enable_sort = off; set local enable_incremental_sort = off
{%- endmacro %}
