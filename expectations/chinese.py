"""What is wrong when a check of gate A or the loader fails, in Chinese.

Read by alerts, and by the reports through `ops.check_faults` (acorn/warehouse.py).
"""

from __future__ import annotations

from expectations.records import Reason

FAULTS = {
    "account_is_named": "文件未指明账户",
    "header_row_is_there": "缺少表头行（含 total-amount 的行）",
    "header_row_is_single": "表头行不止一行",
    "header_row_carries_no_amount": "表头行带有金额",
    "settlement_id_is_present": "缺少 settlement-id",
    "settlement_id_is_numeric": "settlement-id 不是数字",
    "settlement_is_single": "文件含有多个结算单",
    "settlement_is_new": "该结算单已入账，但内容不同",
    "currency_is_known": "币种未知",
    "currency_is_single": "币种与表头行不一致",
    "period_start_parses": "结算开始时间无法识别",
    "period_end_parses": "结算结束时间无法识别",
    "deposit_date_parses": "打款日期无法识别",
    "period_is_sane": "结算周期不合理",
    "period_has_ended": "结算周期尚未结束",
    "deposit_follows_period": "打款日期与结算周期不符",
    "declared_total_parses": "申报总额无法识别",
    "amounts_parse": "金额无法识别",
    "amounts_fit_the_currency": "该币种不应有小数",
    "posted_times_are_present": "缺少入账时间",
    "posted_times_parse": "入账时间无法识别",
    "posted_times_are_near": "入账时间远离结算周期",
    "quantities_are_whole": "数量不是整数",
    "lines_are_there": "没有明细行",
    "lines_add_up": "明细合计不等于申报总额",
    "rates_are_there": "文件中没有汇率",
    "rate_dates_parse": "汇率日期无法识别",
    "rate_dates_have_come": "汇率日期在未来",
    "currency_code_is_known": "币种代码未知",
    "base_currency_code_is_known": "本位币代码未知",
    "rates_are_positive": "汇率不是正数",
    "rates_are_single": "同一天有不同的汇率",
    "products_are_there": "文件中没有商品",
    "sku_is_filled": "缺少 SKU",
    "product_code_is_filled": "缺少商品编码",
    "account_is_configured": "账户不在 company.yml 中",
    "skus_are_single": "SKU 重复",
    "file_is_readable": "文件内容无法读取",
    "feed_is_known": "没有针对该数据源的检查",
    # The loader's.
    "archive_intact": "归档文件与登记的哈希值不符",
    "archived_original": "归档中没有原始文件",
    "download_size": "下载内容超出允许的大小",
    "ecb_format": "不是欧洲央行的汇率文件格式",
    "importable_file": "文件无法导入",
    "key_columns": "缺少必需的列，或列名重复",
    "known_columns": "未知的列过多",
    "one_decimal_style": "同一文件中混用小数点与小数逗号",
    "readable_file": "文件无法读取",
    "report_listing": "报告清单与约定不符",
    "row_width": "行的列数与列名行不符",
    "single_encoding": "同一文件中混用多种编码",
    "unambiguous_dates": "日期的日月顺序无法确定",
}


def sentence_zh(reason: Reason) -> str:
    """The reason in Chinese; values and what was expected stay as they are told."""
    place = f"第 {reason.line_number} 行，" if reason.line_number else ""
    fault = FAULTS.get(reason.check_name, f"检查 {reason.check_name} 未通过")
    more = f"，共 {reason.fault_count} 行" if reason.fault_count > 1 else ""
    return f"{place}{fault}（应为 {reason.expected}，实为 {reason.observed}{more}）"
