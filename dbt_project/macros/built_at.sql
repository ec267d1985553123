{# When the build began, as text, in UTC. No SQL asks the clock: a build is of the instant that its command names, and can
   be played again. dbt by itself (a lint, a test) is of the fixed instant of dbt_project.yml. The command says it in the
   environment, because another value of a variable would make dbt read the whole project anew each night; for the same
   reason it is not looked at while dbt reads the project. #}
{% macro built_at() %}
    {{ return(env_var('DBT_BUILT_AT', var('built_at')) if execute else var('built_at')) }}
{% endmacro %}
