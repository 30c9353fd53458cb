"""What Tencent Cloud's codes mean for a message.

Only what is about this number or this text has failed. Everything else is our account, our
template or their system, and the message is sent once that is repaired.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from notifications.channels.outcomes import Failed, NotSent, Reason, Refusal, Unknown

# Code, or the part before its first dot -> what it means for us; source:
# cloud.tencent.com/document/api/382/59177 (SMS API 3.0), /52075 (common codes).
ERRORS: Final[Mapping[str, Refusal]] = {
    "InvalidParameterValue.IncorrectPhoneNumber": Failed(Reason.BAD_ADDRESS, suppress=True),
    # Unsubscribed, or on a carrier's list.
    "FailedOperation.PhoneNumberInBlacklist": Failed(Reason.BLOCKED),
    **dict.fromkeys(
        (
            "FailedOperation.ContainSensitiveWord",
            "InvalidParameterValue.ContentLengthLimit",
            "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter",
        ),
        Failed(Reason.REFUSED_CONTENT),
    ),
    **dict.fromkeys(
        (
            "FailedOperation.TemplateIncorrectOrUnapproved",
            "FailedOperation.TemplateUnapprovedOrNotExist",
            "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
            "InvalidParameterValue.TemplateParameterFormatError",
            "InvalidParameterValue.TemplateParameterLengthLimit",
            "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone",
            "UnsupportedOperation.GlobalTemplateToChineseMainlandPhone",
        ),
        NotSent(Reason.NO_TEMPLATE),
    ),
    **dict.fromkeys(
        (
            *("AuthFailure", "UnauthorizedOperation", "IpInBlacklist", "IpNotInWhitelist"),
            # The account's signature, with which every message goes out.
            "FailedOperation.SignatureIncorrectOrUnapproved",
            *("FailedOperation.InsufficientBalanceInSmsPackage", "ResourceInsufficient"),
            *("InternalError.SigFieldMissing", "InternalError.SigVerificationFail"),
            "InternalError.RequestTimeException",
            "InvalidParameterValue.SdkAppIdNotExist",
        ),
        NotSent(Reason.NO_CREDENTIALS),
    ),
    "FailedOperation.MarketingSendTimeConstraint": NotSent(Reason.QUOTA, retry_after=3600.0),
    "LimitExceeded.DeliveryFrequencyLimit": NotSent(Reason.RATE_LIMITED, retry_after=60.0),
    "LimitExceeded.PhoneNumberThirtySecondLimit": NotSent(Reason.RATE_LIMITED, retry_after=60.0),
    **dict.fromkeys(
        (
            *("RequestLimitExceeded", "AuthFailure.RequestLimitExceeded"),
            "LimitExceeded.GlobalSmsSendingRateLimit",
        ),
        NotSent(Reason.RATE_LIMITED),
    ),
    "ServiceUnavailable": NotSent(Reason.UNAVAILABLE),
    # By day or hour: of the application, of a country, of one number.
    "LimitExceeded": NotSent(Reason.QUOTA, retry_after=3600.0),
    # A fault of theirs, perhaps after sending.
    "InternalError": Unknown(Reason.PROVIDER_ERROR),
    **dict.fromkeys(
        ("InternalError.Timeout", "InternalError.SendAndRecvFail"), Unknown(Reason.TIMEOUT)
    ),
    # Refused before anything is done.
    **dict.fromkeys(
        ("InternalError.RestApiInterfaceNotExist", "InternalError.JsonParseFail"),
        NotSent(Reason.UNKNOWN_CODE),
    ),
}
# What carriers report of a message that was accepted; source: /59177 (receipt codes).
RECEIPTS: Final[Mapping[str, Refusal]] = {
    **dict.fromkeys(("MBBLACK", "DBBLACK", "BLACK", "REJECTD"), Failed(Reason.BLOCKED)),
    **dict.fromkeys(("UNDELIV", "EXPIRED", "MK:0005"), Failed(Reason.UNREACHABLE)),
    "MK:0001": Failed(Reason.UNKNOWN_NUMBER, suppress=True),
    **dict.fromkeys(("KEYWORD", "MK:0014", "MK:0115"), Failed(Reason.REFUSED_CONTENT)),
}


def meaning(code: str) -> Refusal:
    """Return what a refused call means; a code that nobody knows is no fault of the message."""
    known = ERRORS.get(code) or ERRORS.get(code.partition(".")[0]) or NotSent(Reason.UNKNOWN_CODE)
    return replace(known, code=code[:40])


def reported(code: str) -> Refusal:
    """Return what a receipt that is no delivery means."""
    return replace(RECEIPTS.get(code, Failed(Reason.OTHER)), code=code[:40])
