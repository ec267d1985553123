-- Roles and schemas of the database in which PostgreSQL (15 to 18) serves the warehouse. A superuser runs it once, in a
-- database of the warehouse's own; to run it again changes nothing that stands:
--
--     createdb ward_warehouse && psql -d ward_warehouse -f scripts/postgres_roles.sql
--
-- ward_warehouse_owner    owns schemas, tables and views; nobody logs in as it
-- ward_warehouse_loader   publishes: the login of the connection `ward_warehouse_postgres`; has the owner's rights only
--                         where it takes its role, and none besides. Give it a password: \password ward_warehouse_loader
-- ward_warehouse_analyst  reads marts, audit and analyst: facts, evidence and what was refused
-- ward_warehouse_reader   reads the aggregates in which small numbers are hidden: what dbt_project.yml lists as for_readers
--
-- People have logins of their own, which are members of one of the last two:
--
--     create role lan login in role ward_warehouse_analyst; \password lan
begin;
set transaction read write;

do $$
declare
  wanted text;
begin
  foreach wanted in array array['owner', 'loader', 'analyst', 'reader'] loop
    if not exists (select from pg_roles where rolname = 'ward_warehouse_' || wanted) then
      execute format('create role %I', 'ward_warehouse_' || wanted);
    end if;
  end loop;
end $$;

alter role ward_warehouse_owner nologin nosuperuser nocreatedb nocreaterole;
alter role ward_warehouse_loader login noinherit nosuperuser nocreatedb nocreaterole;
alter role ward_warehouse_analyst nologin nosuperuser nocreatedb nocreaterole;
alter role ward_warehouse_reader nologin nosuperuser nocreatedb nocreaterole;
grant ward_warehouse_owner to ward_warehouse_loader;

create schema if not exists marts authorization ward_warehouse_owner;
create schema if not exists analyst authorization ward_warehouse_owner;
create schema if not exists audit authorization ward_warehouse_owner;
revoke all on schema public from public;
grant usage on schema marts, analyst, audit to ward_warehouse_analyst, ward_warehouse_reader;

-- Tables to come are the analysts' to read; which of them are for readers, each publish says.
alter default privileges for role ward_warehouse_owner in schema marts, analyst, audit
  grant select on tables to ward_warehouse_analyst;

-- Every session of this database begins so: settings of a role would not reach the logins of its members. Rights keep
-- them from writing all the same.
do $$
declare
  this text := quote_ident(current_database());
begin
  execute 'revoke all on database ' || this || ' from public';
  execute 'grant connect on database ' || this
    || ' to ward_warehouse_loader, ward_warehouse_analyst, ward_warehouse_reader';
  execute 'alter database ' || this || ' set default_transaction_read_only = on';
  execute 'alter database ' || this || ' set statement_timeout = ''60s''';
  execute 'alter database ' || this || ' set idle_in_transaction_session_timeout = ''10min''';
end $$;
commit;
