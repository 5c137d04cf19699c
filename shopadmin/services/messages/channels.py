"""The ways to buyers: the core's own, and what plugins bring."""

from flask_babel import lazy_gettext as _

from shopadmin import hook_calls
from shopadmin.contract import MessageChannel
from shopadmin.services.messages import mail, sms, sms_settings

_ALWAYS = (
    MessageChannel("email", _("E-mail"), "email", "email", mail.deliver),
    MessageChannel("chat", _("Platform chat, by hand"), "chat"),
    MessageChannel("call", _("Call, by hand"), "call", "phone"),
)
_SMS = MessageChannel(sms.NAME, _("Text message (SMS)"), "text", "phone", sms.deliver)


def of_core() -> tuple[MessageChannel, ...]:
    """The core's own; text messages once there is a gateway to go to."""
    return (*_ALWAYS, _SMS) if sms_settings.is_set() else _ALWAYS


def known() -> dict[str, MessageChannel]:
    """Every channel by its name: the core's, and those of plugins that are on."""
    return {channel.name: channel for channel in hook_calls.message_channels()}


def automatic() -> dict[str, MessageChannel]:
    """Those that need nobody's hands."""
    return {name: channel for name, channel in known().items() if channel.deliver is not None}
