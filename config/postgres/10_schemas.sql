-- Schemas of the warehouse. Run as owner; safe to run again.
create schema if not exists raw;
create schema if not exists ops;
create schema if not exists staging authorization transformer;
create schema if not exists intermediate authorization transformer;
create schema if not exists marts authorization transformer;
create schema if not exists reports authorization transformer;
create schema if not exists seeds authorization transformer;
