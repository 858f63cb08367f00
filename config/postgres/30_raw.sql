-- Raw tables: one per layout, all text, as delivered. Run as owner.
-- _line_number is the physical line in the document, the names row being line 1.
-- Columns Amazon adds later are added by the loader (ops.add_raw_column).

create table if not exists raw.amazon_settlement_v2 (
    _file_id bigint not null,
    _line_number bigint not null,
    settlement_id text,
    settlement_start_date text,
    settlement_end_date text,
    deposit_date text,
    total_amount text,
    currency text,
    transaction_type text,
    order_id text,
    merchant_order_id text,
    adjustment_id text,
    shipment_id text,
    marketplace_name text,
    amount_type text,
    amount_description text,
    amount text,
    fulfillment_id text,
    posted_date text,
    posted_date_time text,
    order_item_code text,
    merchant_order_item_id text,
    merchant_adjustment_item_id text,
    sku text,
    quantity_purchased text,
    promotion_id text
);
create index if not exists amazon_settlement_v2_file on raw.amazon_settlement_v2 (_file_id);
comment on table raw.amazon_settlement_v2 is
    'GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2, header row included (its line has total_amount).';

create table if not exists raw.amazon_settlement_v1 (
    _file_id bigint not null,
    _line_number bigint not null,
    settlement_id text,
    settlement_start_date text,
    settlement_end_date text,
    deposit_date text,
    total_amount text,
    currency text,
    transaction_type text,
    order_id text,
    merchant_order_id text,
    adjustment_id text,
    shipment_id text,
    marketplace_name text,
    shipment_fee_type text,
    shipment_fee_amount text,
    order_fee_type text,
    order_fee_amount text,
    fulfillment_id text,
    posted_date text,
    order_item_code text,
    merchant_order_item_id text,
    merchant_adjustment_item_id text,
    sku text,
    quantity_purchased text,
    price_type text,
    price_amount text,
    item_related_fee_type text,
    item_related_fee_amount text,
    misc_fee_amount text,
    other_fee_amount text,
    other_fee_reason_description text,
    promotion_id text,
    promotion_type text,
    promotion_amount text,
    direct_payment_type text,
    direct_payment_amount text,
    other_amount text
);
create index if not exists amazon_settlement_v1_file on raw.amazon_settlement_v1 (_file_id);
comment on table raw.amazon_settlement_v1 is
    'GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE, the layout before 2026-11-11.';

create table if not exists raw.ecb_fx_rates (
    _file_id bigint not null,
    _line_number bigint not null,
    rate_date text,
    currency_code text,
    rate text
);
create index if not exists ecb_fx_rates_file on raw.ecb_fx_rates (_file_id);
comment on table raw.ecb_fx_rates is
    'ECB euro reference rates: units of currency_code for one EUR.';

create table if not exists raw.manual_fx_rates (
    _file_id bigint not null,
    _line_number bigint not null,
    rate_date text,
    currency_code text,
    base_currency_code text,
    rate text
);
create index if not exists manual_fx_rates_file on raw.manual_fx_rates (_file_id);
comment on table raw.manual_fx_rates is
    'Company rates: units of base_currency_code for one currency_code.';

create table if not exists raw.manual_product_map (
    _file_id bigint not null,
    _line_number bigint not null,
    account_code text,
    sku text,
    product_code text,
    product_name text,
    brand text,
    category text
);
create index if not exists manual_product_map_file on raw.manual_product_map (_file_id);
comment on table raw.manual_product_map is
    'Seller SKU to product, brand and category, kept by the company.';


-- The loader may add a column that Amazon added, and take back rows of a batch that
-- was never accepted; it can do neither by itself.
create or replace function ops.add_raw_column(raw_table text, column_name text)
returns void language plpgsql security definer set search_path = raw, pg_temp as $$
begin
    if raw_table !~ '^[a-z][a-z0-9_]*$' or column_name !~ '^[a-z][a-z0-9_]{0,58}$' then
        raise exception 'refused: raw.%.% is not a plain name', raw_table, column_name;
    end if;
    execute format('alter table raw.%I add column if not exists %I text',
        raw_table, column_name);
end $$;

create or replace function ops.discard_undecided_rows(discarded_batch_id bigint)
returns bigint language plpgsql security definer set search_path = raw, ops, pg_temp
as $$
declare
    batch ops.load_batches;
    removed bigint;
begin
    select * into batch from ops.load_batches
    where batch_id = discarded_batch_id for update;
    if batch.status not in ('received', 'loaded', 'quarantined') then
        raise exception 'refused: batch % is %', discarded_batch_id, batch.status;
    end if;
    if batch.raw_table is null then
        return 0;
    end if;
    execute format('delete from raw.%I where _file_id = $1',
        split_part(batch.raw_table, '.', 2)) using batch.file_id;
    get diagnostics removed = row_count;
    return removed;
end $$;
