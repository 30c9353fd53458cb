"""Answers to statements."""

from statuspage.api.fields import TextField
from statuspage.api.serializers.common import Request


class AnswerRequest(Request):
    """A correction or a withdrawal: its words."""

    body = TextField()
