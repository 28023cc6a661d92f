"""Panels of facts, shown on the Indonesian page only."""

from typing import Any

from wagtail.admin.panels import InlinePanel, Panel


class SourceInlinePanel(InlinePanel):
    """Rows that belong to the facts; a form that leaves them out has no place for them."""

    class BoundPanel(InlinePanel.BoundPanel):
        def __init__(self, **kwargs: Any) -> None:
            form = kwargs.get("form")
            self.is_left_out = form is not None and kwargs["panel"].relation_name not in form.formsets
            if self.is_left_out:
                Panel.BoundPanel.__init__(self, **kwargs)
            else:
                super().__init__(**kwargs)

        def is_shown(self) -> bool:
            """Only where the form has the rows."""
            return not self.is_left_out and bool(super().is_shown())
