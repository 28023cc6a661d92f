"""Who may do what in the office. What is not somebody's does not exist for them: 404."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase

from cms.tenancy.models import Role
from cms.tenancy.queries import is_of_province, regions_of
from tourism.regions.models import Region


def is_operator(user: Any) -> bool:
    """Whether an account runs the marketplace for the province."""
    return is_of_province(user, roles={Role.MODERATOR})


def is_finance(user: Any) -> bool:
    """Whether an account keeps the operator's books: the province's treasurer, or who runs the marketplace."""
    return is_of_province(user, roles={Role.MODERATOR, Role.TREASURER})


def treasury_regions(user: Any) -> list[Region]:
    """The kabupaten and kota whose books an account keeps, by name; for the province's operator all of them."""
    roles = {Role.TREASURER} | ({Role.MODERATOR} if is_operator(user) else set())
    return sorted(regions_of(user, roles=roles), key=lambda region: region.short_name)


class OperatorOnly:
    """A view for the province's operator; for anybody else it is not there."""

    is_for = staticmethod(is_operator)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """404 for strangers."""
        if not self.is_for(request.user):
            raise Http404
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return answer


class FinanceOnly(OperatorOnly):
    """A view for the operator's finance; for anybody else it is not there."""

    is_for = staticmethod(is_finance)
