"""Names that vulture wrongly reports as unused; each line below counts as a use."""

from typing import Any

_: Any = object()

# Columns that are written and filtered by keyword, or read in SQL.
_.applied_at
_.discarded_at
_.enabled
# Fields of the API.
_.minimum_payout
_.waived_if_affected
_.entered_by
_.expanded_at
_.failing_since
_.first_seen_at
_.follows
_.hash
_.last_seen_at
_.lease_until
_.occurrence
_.looks
_.moved_at
_.receives
_.over_at
_.provinces
_.over_told_at
_.stopped_at
_.superseded_by
_.told_at
_.within_five_minutes
_.within_one_minute
_.DeliveryCount
_.RefusedCallback
_.Movement
_.SearchText

# Choices that are compared by value.
_.GENERAL
_.LARGER
_.GRAVE
_.EXTRAORDINARY

# Attributes and methods that a library uses.
_.short_sms
_.short_wechat
_.is_staff, _.is_superuser
_.cert
# allauth, which calls its adapters, providers, stages and form views.
_._authenticate_by_username, _._did_check_password, _.authorize_url, _.client_id, _.complete_login
_.extract_common_fields, _.extract_email_addresses, _.extract_extra_data, _.extract_uid
_.generate_authenticator_name, _.is_open_for_signup, _.is_reauthentication_required
_.on_authentication_error, _.pre_social_login, _.save_user
_.carry_over  # a migration
_.process_exception  # Django's middleware
_.password_change  # the admin's own page, turned away
_.password_change_done  # the admin's own page, turned away
_.password1, _.password2, _.as_named  # fields of a form
_.agents_named  # a field of a serializer
_.sends, _.lacks_template, _.needs_approval  # fields of the API's previews
_.http_method_names  # Django asks for it
_.refused_at  # read in SQL
_.patch  # the method of a request
_.every_scope  # named by the first migration
_.decompress, _.prepare_value
_.handle_raw_input, _.input_data, _.receive_data_chunk, _.file_complete, _.file_size
_.BearerToken, _.auto_schema, _.generator
_.collect  # prometheus-client
_.readinto  # io.RawIOBase
_.handle_DATA  # aiosmtpd
_.handle_data, _.handle_startendtag  # html.parser
_.base_url  # twilio
_._get_version_parameter  # drf-spectacular
_.task_default_queue, _.Beat, _.OnceTask, _.route  # celery, which is given the names
_.DEBIT  # a choice, chosen by its value
_.frame  # signal handlers
_.model_config, _.settings_customise_sources  # pydantic-settings

# Models that are used through the related name of their upload.
_.ImportPart, _.ImportProblem
_.UploadPart, _.UploadProblem, _.StagedTransaction

# Written and asked for by SQL alone.
_.step_at, _.STOPPED, _.receipts_due_at, _.seen_at, _.may_be_sent, _.repeat_until, _.entered_at

# What http.server looks for in a handler of requests.
_.protocol_version, _.server_version, _.do_GET, _.do_POST, _.close_connection

# What smtplib, imaplib and Django look for in a connection.
_.command_encoding, _._create_socket, _._send

# Settings that are read by name, attributes of providers, and columns that SQL alone reads.
_.ALIYUN_VOICE_PER_SECOND, _.EMAIL_HOST_PASSWORD, _.EMAIL_HOST_USER, _.EMAIL_PORT
_.EMAIL_USE_SSL, _.EMAIL_USE_TLS, _.MINI_PROGRAM_TEMPLATE_FIELDS, _.MINI_PROGRAM_TEMPLATE_ID
_.NETWORK_ERROR_CODE
_.QUERY, _.REJECT, _.RESTRICTED, _.SMPP_PER_SECOND, _.TWILIO_VOICE_PER_SECOND
_.VOICE_PROVIDERS, _.VOICE_ROUTES, _.WECHAT_NOTICE_TEMPLATE_FIELDS, _.WECHAT_NOTICE_TEMPLATE_ID
_.WECHAT_PROVIDERS, _.WECHAT_TEMPLATE_FIELDS, _._paying, _.act_id, _.added_at, _.answered_on
_.booked_in, _.connection_made, _.data_received, _.fields_said, _.given_at
_.provider_for, _.search_fields
_.targets
