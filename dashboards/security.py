"""Superset's security manager, stricter with everybody who is not an administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from superset.errors import ErrorLevel, SupersetError, SupersetErrorType
from superset.exceptions import SupersetSecurityException
from superset.security import SupersetSecurityManager

if TYPE_CHECKING:
    from superset.common.query_context import QueryContext

# Ways to data that no dashboard needs: SQL Lab's queries, tables, charts of old kinds.
_CLOSED = ("query", "sql", "table", "viz")


class ReaderSecurityManager(SupersetSecurityManager):
    """Data comes through the charts and filters of dashboards, as they were saved."""

    def raise_for_access(self, **asked: Any) -> None:
        """Superset's question whether somebody may; see the base class.

        Raises:
            SupersetSecurityException: they may not; Superset answers 403.
        """
        if not self.is_admin():
            for name in _CLOSED:
                if asked.get(name) is not None:
                    raise _refusal(name)
            if asked.get("query_context") is not None:
                self._require_saved_question(asked["query_context"])
        super().raise_for_access(**asked)

    def _require_saved_question(self, context: QueryContext) -> None:
        # Superset's models can be imported only once there is an application.
        from superset.models.slice import Slice

        from dashboards.chart_requests import ForeignQuestion, require_known_question

        form_data = context.form_data or {}
        chart = None
        # Whether the filter, or the chart, is on an open dashboard asks the base class.
        if form_data.get("type") != "NATIVE_FILTER":
            number = form_data.get("slice_id")
            chart = self.session.get(Slice, number) if isinstance(number, int) else None
            if chart is None:
                raise _refusal("slice_id")
        try:
            require_known_question(context, chart)
        except ForeignQuestion as error:
            raise _refusal(str(error)) from error


def _refusal(part: str) -> SupersetSecurityException:
    return SupersetSecurityException(
        SupersetError(
            error_type=SupersetErrorType.DASHBOARD_SECURITY_ACCESS_ERROR,
            message=f"Only what a chart of your dashboards asks is answered; {part} "
            f"asks for something else. Reload the page; if this comes back, tell who "
            f"runs Acorn. / 只能查询您的看板中图表已有的内容，{part} 超出了范围。"
            f"请刷新页面；如仍出现，请联系 Acorn 的管理员。",
            level=ErrorLevel.WARNING,
        )
    )
