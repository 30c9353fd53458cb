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
            *("isv.BLACK_KEY_CONTROL_LIMIT", "isv.UNSUPPORTED_CONTENT"),
        ),
        Failed(Reason.REFUSED_CONTENT),
    ),
    "isv.CUSTOMER_REFUSED": Failed(Reason.OPTED_OUT, suppress=True),
    # Our template is at fault: sent once an operator has corrected it.
    **dict.fromkeys(
        (
            *("isv.SMS_TEMPLATE_ILLEGAL", "isv.TEMPLATE_MISSING_PARAMETERS"),
            # A value that is none of its variable's type: the template's variables are wrong.
            *("isv.TEMPLATE_PARAMS_ILLEGAL", "isv.PARAM_LENGTH_LIMIT"),
            *("isv.SMS_CONTENT_MISMATCH_TEMPLATE_TYPE", "isv.DOMESTIC_NUMBER_NOT_SUPPORTED"),
        ),
        NotSent(Reason.NO_TEMPLATE),
    ),
    # The account's signature is at fault, with which every message goes out.
    **dict.fromkeys(
        (
            *("isv.SMS_SIGNATURE_ILLEGAL", "isv.SMS_SIGN_ILLEGAL", "isv.SIGN_STATE_ILLEGAL"),
            *("isv.SIGN_NAME_ILLEGAL", "isv.SIGN_SOURCE_ILLEGAL"),
            *("isv.SMS_SIGNATURE_SCENE_ILLEGAL", "isv.EXTEND_CODE_ERROR"),
            *("isv.ONE_CODE_MULTIPLE_SIGN", "isv.CODE_EXCEED_LIMIT", "isv.CODE_ERROR"),
        ),
        NotSent(Reason.NO_CREDENTIALS),
    ),
    **dict.fromkeys(
        (
            "MissingAccessKeyId",
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
        # The last is of templates: a hundred are taken for review on one day.
        ("isv.DAY_LIMIT_CONTROL", "isv.MONTH_LIMIT_CONTROL", "isv.SMS_OVER_LIMIT"),
        NotSent(Reason.QUOTA, retry_after=3600.0),
    ),
    "isp": Unknown(Reason.PROVIDER_ERROR),  # "system error", perhaps after sending
}
# What carriers report of a message that was accepted (/101347.html).
RECEIPTS: Final[Mapping[str, Refusal]] = {
    "USER_REJECT": Failed(Reason.OPTED_OUT, suppress=True),
    "MOBILE_IN_BLACK": Failed(Reason.BLOCKED),
    **dict.fromkeys(  # switched off or in arrears; without foreign SMS; nothing heard of the phone
        (
            *("MOBILE_NOT_ON_SERVICE", "MOBILE_ACCOUNT_ABNORMAL", "MOBILE_TERMINAL_ERROR"),
            *("MOBLLE_TERMINAL_ERROR", "SP_NOT_BY_INTER_SMS", "REQUEST_SUCCESS"),
        ),
        Failed(Reason.UNREACHABLE),
    ),
    "INVALID_NUMBER": Failed(Reason.UNKNOWN_NUMBER, suppress=True),
    **dict.fromkeys(("CONTENT_KEYWORD", "CONTENT_ERROR"), Failed(Reason.REFUSED_CONTENT)),
    "MOBILE_SEND_LIMIT": NotSent(Reason.QUOTA, retry_after=3600.0),
    # Their line is shut for a while, or there is none for such a text.
    **dict.fromkeys(("IS_CLOSED", "IS_CLOSE", "NO_ROUTE"), NotSent(Reason.UNAVAILABLE)),
    # Our signature is not registered with the carrier yet.
    "PORT_NOT_REGISTERED": NotSent(Reason.NO_CREDENTIALS),
    "PARAMS_ILLEGAL": NotSent(Reason.NO_TEMPLATE),
}
# Codes of Aliyun itself, which stopped the message before any carrier had it.
OWN: Final = ("isv.", "isp.")


def meaning(code: str) -> Refusal:
    """Return what a refused call means; a code that nobody knows is no fault of the message."""
    known = ERRORS.get(code) or ERRORS.get(code.partition(".")[0]) or NotSent(Reason.UNKNOWN_CODE)
    return replace(known, code=code[:40])


def reported(code: str) -> Refusal:
    """Return what a receipt that is no delivery means.

    A code of a carrier that nobody knows has failed: the message was on its way.
    """
    if code not in RECEIPTS and code.startswith(OWN):
        return meaning(code)
    return replace(RECEIPTS.get(code, Failed(Reason.OTHER)), code=code[:40])
