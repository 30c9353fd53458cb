"""The answer to those who try too often: how long to wait, for people and for programs."""

from typing import Any

from django.http import HttpResponse

from statuspage.staff.adapters import WAIT


class Braked:
    """For a form view: status 429 and Retry-After where the form says to wait."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """Show the form again, with what was wrong."""
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]
        return self.braked(response, form)

    def braked(self, response: HttpResponse, form: Any) -> HttpResponse:
        """Return the response with the status that the form's errors ask for."""
        for problems in form.errors.as_data().values():
            for one in problems:
                if one.code == WAIT:
                    response.status_code = 429
                    response.headers["Retry-After"] = str(one.params["seconds"])
        return response
