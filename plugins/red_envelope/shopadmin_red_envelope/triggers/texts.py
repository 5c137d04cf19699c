"""What both engines' triggers say and compare. A message begins with its code: messages.py has the sentences."""

PREFIX = "plugin_red_envelope_"
TABLES = ("activity", "campaign", "denomination", "guard", "seal")
# What a scheduled campaign keeps as it is: everything but the amount, the version, and the step to withdrawn.
KEPT = (
    "title", "activity_id", "category", "denomination_version", "currency", "quantity", "threshold", "mode",
    "after_order_discounts", "lock_at", "claim_from", "claim_to", "use_from", "use_to", "rule_version",
)  # fmt: skip
MESSAGES = {
    "locked": "red_envelope:locked: the campaign has begun, nobody changes it any more",
    "key": "red_envelope:key: this campaign exists and is not a draft",
    "fixed": "red_envelope:fixed: of a scheduled campaign only the amount can change",
    "withdrawn": "red_envelope:withdrawn: the campaign was withdrawn, that is final",
    "not_a_draft": "red_envelope:not_a_draft: only a draft can be deleted",
    "amount_not_listed": "red_envelope:amount_not_listed: the amount is not a denomination of the category",
    "activity_locked": "red_envelope:activity_locked: the activity has begun",
    "activity_in_use": "red_envelope:activity_in_use: a scheduled campaign belongs to the activity",
    "denomination_in_use": "red_envelope:denomination_in_use: a scheduled campaign uses this version of the table",
    "sealed": "red_envelope:sealed: a seal is written once, after the start, and never changed",
    "guard": "red_envelope:guard: the guard of the clock only goes forward",
}
