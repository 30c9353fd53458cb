"""What Aliyun's codes mean for a message.

Only what is about this number or this text has failed. Everything else is our account, our
template or their system, and the message is sent once that is repaired.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from notifications.channels.outcomes import Failed, NotSent, Reason, Refusal, Unknown

# Code, or the part before its first dot -> what it means for us; source:
# help.aliyun.com/document_detail/101346.html (API).
ERRORS: Final[Mapping[str, Refusal]] = {
    "isv.MOBILE_NUMBER_ILLEGAL": Failed(Reason.BAD_ADDRESS, suppress=True),
    **dict.fromkeys(
        (
            *("isv.PARAM_NOT_SUPPORT_URL", "isv.SMS_CONTENT_ILLEGAL"),
            "isv.BLACK_KEY_CONTROL_LIMIT",
        ),
        Failed(Reason.REFUSED_CONTENT),
    ),
    # Our template or signature is at fault: sent once an operator has corrected it.
    **dict.fromkeys(
        (
            *("isv.SMS_TEMPLATE_ILLEGAL", "isv.TEMPLATE_MISSING_PARAMETERS"),
            # A value that is none of its variable's type: the template's variables are wrong.
            *("isv.TEMPLATE_PARAMS_ILLEGAL", "isv.PARAM_LENGTH_LIMIT"),
            *("isv.SMS_SIGNATURE_ILLEGAL", "isv.SMS_SIGN_ILLEGAL", "isv.SIGN_STATE_ILLEGAL"),
            *("isv.SMS_SIGNATURE_SCENE_ILLEGAL", "isv.DOMESTIC_NUMBER_NOT_SUPPORTED"),
        ),
        NotSent(Reason.NO_TEMPLATE),
    ),
    **dict.fromkeys(
        (
            *("InvalidAccessKeyId", "SignatureDoesNotMatch", "IncompleteSignature", "Forbidden"),
            *("InvalidTimeStamp", "SignatureNonceUsed", "isp.RAM_PERMISSION_DENY"),
            *("isv.OUT_OF_SERVICE", "isv.AMOUNT_NOT_ENOUGH", "isv.ACCOUNT_ABNORMAL"),
            *("isv.ACCOUNT_NOT_EXISTS", "isv.PRODUCT_UN_SUBSCRIPT", "isv.PRODUCT_UNSUBSCRIBE"),
            "isv.DENY_IP_RANGE",
        ),
        NotSent(Reason.NO_CREDENTIALS),
    ),
    # What we asked for was malformed, whatever the message.
    **dict.fromkeys(
        ("isv.INVALID_PARAMETERS", "isv.INVALID_JSON_PARAM"), NotSent(Reason.UNKNOWN_CODE)
    ),
    "isv.BUSINESS_LIMIT_CONTROL": NotSent(Reason.RATE_LIMITED, retry_after=60.0),
    "Throttling": NotSent(Reason.RATE_LIMITED),
    **dict.fromkeys(
        ("isv.DAY_LIMIT_CONTROL", "isv.MONTH_LIMIT_CONTROL"),
        NotSent(Reason.QUOTA, retry_after=3600.0),
    ),
    "isp": Unknown(Reason.PROVIDER_ERROR),  # "system error", perhaps after sending
}
# What carriers report of a message that was accepted (/101347.html).
RECEIPTS: Final[Mapping[str, Refusal]] = {
    "USER_REJECT": Failed(Reason.OPTED_OUT, suppress=True),
    **dict.fromkeys(("MOBILE_IN_BLACK", "IS_CLOSED"), Failed(Reason.BLOCKED)),
    **dict.fromkeys(  # switched off or in arrears
        ("MOBILE_NOT_ON_SERVICE", "MOBILE_ACCOUNT_ABNORMAL"), Failed(Reason.UNREACHABLE)
    ),
    "INVALID_NUMBER": Failed(Reason.UNKNOWN_NUMBER, suppress=True),
    **dict.fromkeys(("CONTENT_KEYWORD", "CONTENT_ERROR"), Failed(Reason.REFUSED_CONTENT)),
    "MOBILE_SEND_LIMIT": NotSent(Reason.QUOTA, retry_after=3600.0),
}


def meaning(code: str) -> Refusal:
    """Return what a refused call means; a code that nobody knows is no fault of the message."""
    known = ERRORS.get(code) or ERRORS.get(code.partition(".")[0]) or NotSent(Reason.UNKNOWN_CODE)
    return replace(known, code=code[:40])


def reported(code: str) -> Refusal:
    """Return what a receipt that is no delivery means."""
    known = RECEIPTS.get(code) or ERRORS.get(code) or Failed(Reason.OTHER)
    return replace(known, code=code[:40])
