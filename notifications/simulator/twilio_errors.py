"""Twilio's error answers: code, HTTP status and sentence (twilio.com/docs/api/errors)."""

from typing import Final

from aiohttp import web

DOCUMENTATION: Final = "https://www.twilio.com/docs/errors/"

# Code -> HTTP status, sentence. `{value}` is the offending value.
ERRORS: Final[dict[int, tuple[int, str]]] = {
    20001: (400, "Invalid parameter: {value}"),
    20003: (401, "Authenticate"),
    20009: (409, "Message {value} is still being delivered and cannot be changed."),
    20404: (404, "The requested resource {value} was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    21211: (400, "Invalid 'To' Phone Number: {value}"),
    21212: (400, "Invalid 'From' Phone Number: {value}"),
    21408: (400, "Permission to send an SMS has not been enabled for the region of {value}"),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21609: (400, "The 'StatusCallback' URL {value} is not a valid URL."),
    21610: (400, "Attempt to send to unsubscribed recipient {value}"),
    21614: (400, "'To' number is not a valid mobile number: {value}"),
    21617: (400, "The message body exceeds the 1600 character limit."),
}


class TwilioError(Exception):
    """A documented refusal."""

    def __init__(self, code: int, value: str = "") -> None:
        super().__init__(code, value)
        self.code = code
        self.value = value

    def answer(self) -> web.Response:
        """The refusal as Twilio writes it; a code without a sentence of ours is a plain 400."""
        status, sentence = ERRORS.get(self.code, (400, "Request refused"))
        body = {
            "code": self.code,
            "message": sentence.replace("{value}", self.value),
            "more_info": f"{DOCUMENTATION}{self.code}",
            "status": status,
        }
        return web.json_response(body, status=status)
