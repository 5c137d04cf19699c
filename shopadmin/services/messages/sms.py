"""Text messages through the shop's HTTP gateway.

Each attempt carries the same reference. A gateway that promises to send a reference once is asked again when its
answer was lost; of any other nobody knows, and a person looks.
"""

import phonenumbers

from shopadmin.contract import Delivery, OutgoingMessage
from shopadmin.domain.sms import gateway as rules
from shopadmin.domain.sms.answers import Answer, read_answer
from shopadmin.services.messages import https, people, sms_settings
from shopadmin.services.messages.sms_settings import SmsSettings

NAME = "sms"
_NO_NUMBER = ("masked", "invalid", "privacy_number")


def deliver(message: OutgoingMessage) -> Delivery:
    """Hand one text message to the gateway."""
    found = sms_settings.load()
    if not found.is_set:
        return Delivery("retry", "no gateway is set up")
    reading = people.read("phone", message.destination)
    if not reading.value or reading.reason in _NO_NUMBER:
        return Delivery("bad_number", "this is no whole number of a phone that takes messages")
    filled = _filled(found, reading.value, message)
    gateway = found.gateway
    try:
        reply = https.post(gateway.url, rules.headers(gateway, filled), rules.body(gateway, filled))
    except https.NotSentError as error:
        return Delivery("retry", f"the gateway got nothing: {error}")
    except https.LostError as error:
        return _delivery(found, Answer("lost", f"the connection to the gateway broke: {error}"))
    return _delivery(found, read_answer(gateway, reply.status, reply.content))


def _delivery(found: SmsSettings, answer: Answer) -> Delivery:
    if answer.state != "lost":
        return Delivery(answer.state, answer.note, answer.reference)
    if found.gateway.is_idempotent:
        return Delivery("retry", answer.note, may_be_out=True)
    return Delivery("unknown", answer.note)


def _filled(found: SmsSettings, number: str, message: OutgoingMessage) -> dict[str, str]:
    """What the places of the templates stand for. ``number``: E.164."""
    national = phonenumbers.national_significant_number(phonenumbers.parse(number))
    return {
        "to": number,
        "to_digits": number.removeprefix("+"),
        "to_national": national,
        "text": message.text,
        "reference": message.reference,
        "secret": found.secret,
    }
