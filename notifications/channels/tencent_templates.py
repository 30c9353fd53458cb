"""Templates at Tencent Cloud: what it says of them."""

from collections.abc import Mapping, Sequence
from typing import Final

import aiohttp

from notifications.channels.base import MessageTemplate
from notifications.channels.outcomes import NotAccepted, NotSent, Reason
from notifications.channels.templated import TemplateAnswer, Verdict, storable
from notifications.channels.tencent_api import call, error_of, response_of

# DescribeSmsTemplateList takes so many ids at once.
MOST_ASKED: Final = 100
# StatusCode: cloud.tencent.com/document/api/382/52067 (2: approved, in force a little later).
VERDICTS: Final[Mapping[int, Verdict]] = {
    0: Verdict.APPROVED,
    1: Verdict.IN_REVIEW,
    2: Verdict.IN_REVIEW,
    -1: Verdict.REFUSED,
}


async def ask(
    opened: aiohttp.ClientSession, templates: Sequence[MessageTemplate]
) -> Mapping[str, TemplateAnswer]:
    """Return what is said of templates at home and of those abroad, which are two lists.

    Raises:
        NotAccepted: there was no answer, or none that can be read.
    """
    found: dict[str, TemplateAnswer] = {}
    for abroad in (False, True):
        ids = [one.provider_id for one in templates if one.abroad is abroad]
        for start in range(0, len(ids), MOST_ASKED):
            found |= await _asked(opened, ids[start : start + MOST_ASKED], abroad=abroad)
    return found


async def _asked(
    opened: aiohttp.ClientSession, ids: Sequence[str], *, abroad: bool
) -> dict[str, TemplateAnswer]:
    """Return what is said of templates by their ids, which are numbers; others do not exist."""
    numbers = [int(one) for one in ids if one.isascii() and one.isdigit()]
    if not numbers:
        return {}
    answer = await call(
        opened, "DescribeSmsTemplateList", International=int(abroad), TemplateIdSet=numbers
    )
    said = response_of(answer)
    listed = said.get("DescribeTemplateStatusSet")
    if error_of(said) or not isinstance(listed, list):
        raise NotAccepted(NotSent(Reason.PROVIDER_ERROR, error_of(said)[:40] or "no list"))
    return {
        str(one["TemplateId"]): TemplateAnswer(
            _verdict(one.get("StatusCode")),
            storable(one.get("ReviewReply")),
            storable(one.get("TemplateContent")),
        )
        for one in listed
        if isinstance(one, dict) and "TemplateId" in one
    }


def _verdict(status: object) -> Verdict:
    return VERDICTS.get(status, Verdict.IN_REVIEW) if isinstance(status, int) else Verdict.IN_REVIEW
