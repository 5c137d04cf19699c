"""The one door: everything a plugin may import from shopadmin. The core itself never imports this module."""

from shopadmin.admin.base import AdminView
from shopadmin.admin.charts import Picture, Series, chart_response, chart_svg, chosen_look
from shopadmin.admin.evidence import shown_response as evidence_response
from shopadmin.admin.form_answers import answer as answer_form
from shopadmin.admin.form_answers import seen_version
from shopadmin.admin.form_answers import show as show_problems
from shopadmin.admin.list_view import AdminListView, Column, Pair
from shopadmin.admin.money_field import MoneyField
from shopadmin.admin.pages import attempt, uploaded_picture
from shopadmin.api_contract import (
    ApiAnswer,
    ApiBuyer,
    ApiCall,
    ApiCaller,
    ApiEndpoint,
    ApiKey,
    ApiLine,
    ApiLink,
    ApiListQuery,
    ApiModel,
    ApiProblem,
    ApiQuery,
    ApiRefusalError,
    ApiRendered,
    ApiScope,
)
from shopadmin.cli.main import RefusedError as CommandRefusedError
from shopadmin.cli.main import answer, json_option, with_app
from shopadmin.cli.plugin_commands import ShopFreeCommand
from shopadmin.contract import (
    API_VERSION,
    AccountId,
    Action,
    Actor,
    AuditMessage,
    Badge,
    BuyerId,
    BuyerIdentifier,
    BuyersChanged,
    BuyerSnapshot,
    ComplaintDecided,
    ComplaintRequest,
    ComplaintSnapshot,
    Delivery,
    DemoShop,
    EvidenceOrigin,
    EvidenceSnapshot,
    ImportFormat,
    IncidentRecorded,
    IncidentReport,
    JobKind,
    Manifest,
    MenuItem,
    MessageChannel,
    MessageRequest,
    MessageSnapshot,
    OrderChange,
    OrderChanged,
    OrderFacts,
    OrderId,
    OrderSnapshot,
    OutgoingMessage,
    Panel,
    PeriodicJob,
    Permission,
    Problem,
    ReadContext,
    ReviewChanged,
    ReviewDossier,
    ReviewId,
    ReviewMark,
    ReviewsChanged,
    ReviewSnapshot,
    SearchHit,
    SendResult,
    StaffMessage,
    Standing,
    StandingLevel,
    StandingQuery,
    Tile,
)
from shopadmin.cooperative import Wakeup, elsewhere, give_way
from shopadmin.domain.identifiers.canonical import KINDS as IDENTIFIER_KINDS
from shopadmin.domain.identifiers.canonical import Reading as IdentifierReading
from shopadmin.domain.identifiers.canonical import mailbox as email_mailbox
from shopadmin.domain.identifiers.canonical import read_identifier
from shopadmin.domain.intervals import LEAST as FEWEST_SURE
from shopadmin.domain.intervals import Interval, Share, Sums
from shopadmin.domain.intervals import of_difference as share_difference
from shopadmin.domain.intervals import of_mean_difference as mean_difference
from shopadmin.domain.intervals import of_share as share_interval
from shopadmin.domain.money import to_decimal, to_minor
from shopadmin.domain.records import (
    BuyerRecord,
    CategoryRecord,
    IncidentRecord,
    LineRecord,
    OrderRecord,
    PaymentRecord,
    Phone,
    ProductRecord,
    Rejection,
    ReviewRecord,
    SellerRecord,
)
from shopadmin.domain.sms.parts import Sms
from shopadmin.domain.sms.parts import count as count_sms
from shopadmin.domain.wording import Result as WordingResult
from shopadmin.domain.wording import check as check_wording
from shopadmin.hookspecs import hookimpl
from shopadmin.models import Base, db
from shopadmin.models.asking import ask_around, ask_once
from shopadmin.models.base import BigId, UtcDateTime
from shopadmin.models.id_lists import among, among_hashes, each_text
from shopadmin.models.sealed import SealedText
from shopadmin.models.shared_questions import SharedQuestion
from shopadmin.platforms.names import platform_name, platforms
from shopadmin.services.amounts import read_amount
from shopadmin.services.audit import entry as audit_entry
from shopadmin.services.audit import record as record_audit
from shopadmin.services.audit import record_all as record_audits
from shopadmin.services.bulk import Rows as BulkRows
from shopadmin.services.buyer_identities import (
    BuyerIdentity,
    BuyerMark,
    buyer_identities,
    buyer_marks,
    keyed_hash,
    keyed_hashes,
    own_addresses,
)
from shopadmin.services.buyer_orders import (
    BuyersOrder,
    last_order_id,
    orders_since,
    unshipped_after,
    unshipped_among,
    unshipped_of,
)
from shopadmin.services.buyers import phone_to_ring
from shopadmin.services.colleagues import account_names, accounts_that_may, is_run_by_one
from shopadmin.services.complaints.deciding import decisions as complaint_decisions
from shopadmin.services.complaints.labels import GROUNDS as COMPLAINT_GROUNDS
from shopadmin.services.complaints.labels import STATES as COMPLAINT_STATES
from shopadmin.services.complaints.opening import for_plugin as open_complaint
from shopadmin.services.complaints.opening import grounds as complaint_grounds
from shopadmin.services.complaints.opening import of_origin as complaints_of
from shopadmin.services.complaints.opening import outcomes_of as complaint_outcomes
from shopadmin.services.conflicts import MissingError, ObjectionsError, RefusedError
from shopadmin.services.evidence.archives import write as write_archive
from shopadmin.services.evidence.erasing import erase as erase_evidence
from shopadmin.services.evidence.facts import order_facts
from shopadmin.services.evidence.labels import KINDS as EVIDENCE_KINDS
from shopadmin.services.evidence.labels import TIERS as EVIDENCE_TIERS
from shopadmin.services.evidence.packing import Pack as EvidencePack
from shopadmin.services.evidence.packing import chosen as evidence_by_uuid
from shopadmin.services.evidence.packing import make as evidence_pack
from shopadmin.services.evidence.storing import by_uuid as evidence_snapshots
from shopadmin.services.evidence.storing import shown_text as evidence_text
from shopadmin.services.evidence.storing import snapshots as evidence_of
from shopadmin.services.evidence.storing import store as store_evidence
from shopadmin.services.exports import respond as export_response
from shopadmin.services.forgetting import database_now, forget_messages, forget_phones
from shopadmin.services.idempotency import store_answers as store_api_answers
from shopadmin.services.idempotency import stored_answers as stored_api_answers
from shopadmin.services.incident_reports import recorded as recorded_incidents
from shopadmin.services.incident_reports import report as record_incident
from shopadmin.services.incidents import kind_label as incident_kind
from shopadmin.services.incidents import names as incident_names
from shopadmin.services.jobs import JobState
from shopadmin.services.kept_figures import kept_for_a_minute
from shopadmin.services.known_buyers import buyer_found_or_made, keep_buyer, known_or_new_buyer
from shopadmin.services.known_buyers import reading_of as identifier_reading
from shopadmin.services.known_buyers import readings_of as identifier_readings
from shopadmin.services.lists import Filter, ListSpec, Sort, View, fetch_one, parse_id
from shopadmin.services.masking import shown_name
from shopadmin.services.messages.blocks import block_buyer, is_contact_blocked
from shopadmin.services.messages.blocks import blocked as blocked_buyers
from shopadmin.services.messages.calls import answered as call_answered
from shopadmin.services.messages.calls import begin as begin_call
from shopadmin.services.messages.calls import clocks_of as buyer_clocks
from shopadmin.services.messages.calls import invite as invite_in_call
from shopadmin.services.messages.calls import next_hour as next_call_hour
from shopadmin.services.messages.channels import known as message_channels
from shopadmin.services.messages.consents import give as give_consent
from shopadmin.services.messages.consents import has_marketing_consent
from shopadmin.services.messages.consents import willing as consenting_buyers
from shopadmin.services.messages.labels import reason_label as contact_reason
from shopadmin.services.messages.people import forgotten as forgotten_buyers
from shopadmin.services.messages.people import is_whole as is_whole_address
from shopadmin.services.messages.people import reachable as reachable_buyers
from shopadmin.services.messages.sending import send as send_message
from shopadmin.services.messages.sending import send_to_staff
from shopadmin.services.messages.sending import status as message_status
from shopadmin.services.order_amounts import OrderAmount, refundable_amount
from shopadmin.services.order_history import SoldPeriod, first_sold, sold_buyers, sold_periods
from shopadmin.services.order_lines import OrderedLine, order_lines
from shopadmin.services.order_news import OrderNews, order_news
from shopadmin.services.order_origins import (
    order_couriers,
    order_suppliers,
    ordered_products,
    orders_placed,
    parcel_couriers,
    product_suppliers,
    product_titles,
)
from shopadmin.services.order_outcomes import order_outcomes, order_sums
from shopadmin.services.orders import found as orders_found
from shopadmin.services.orders import of_buyers as orders_of
from shopadmin.services.orders import snapshots as order_snapshots
from shopadmin.services.past_buyers import Bought, PastBuyer, Returned, past_buyers
from shopadmin.services.past_buyers import bought as bought_by
from shopadmin.services.past_buyers import known_as as buyers_known_as
from shopadmin.services.past_buyers import refs_of as buyer_refs
from shopadmin.services.past_buyers import returned as returned_buyers
from shopadmin.services.plugin_jobs import begin as begin_job
from shopadmin.services.plugin_jobs import cancel as cancel_job
from shopadmin.services.plugin_jobs import latest as latest_job
from shopadmin.services.plugins import load_settings as plugin_settings
from shopadmin.services.product_ratings import ProductRating, product_ratings, shop_rating
from shopadmin.services.refusals import ConflictError, ForbiddenError
from shopadmin.services.review_dossiers import (
    facts_of_orders,
    known_reviews,
    low_reviews,
    review_dossiers,
    reviews_of_order,
)
from shopadmin.services.settings import ShopSettings
from shopadmin.services.settings import load as shop_settings
from shopadmin.services.shown_buyers import (
    MaskedBuyer,
    buyer_snapshots,
    buyers_found,
    masked_buyers,
    own_mailboxes,
    own_people,
    refund_counts,
)
from shopadmin.services.sold_lines import SoldLine, is_anything_sold, selling_platforms, sold_lines
from shopadmin.services.spoken_facts import SpokenFacts, spoken_facts
from shopadmin.services.spreadsheets import read_day, read_table, refused_table
from shopadmin.services.standing import ask_many as ask_standing
from shopadmin.services.standing import ask_of_each as ask_standing_of_each
from shopadmin.services.subject_records import held_on as records_held_on
from shopadmin.services.subject_words import Vocabulary, word_of
from shopadmin.services.subject_words import in_words as records_in_words
from shopadmin.services.subject_words import said as record_in_words
from shopadmin.services.transactions import after_commit, gather, lock_row, seal_now_and_then, writing
from shopadmin.services.viewing import record_views, views_of
from shopadmin.services.wording import problems as wording_problems
from shopadmin.services.wording import remarks as wording_remarks

__all__ = [
    "API_VERSION",
    "COMPLAINT_GROUNDS",
    "COMPLAINT_STATES",
    "EVIDENCE_KINDS",
    "EVIDENCE_TIERS",
    "FEWEST_SURE",
    "IDENTIFIER_KINDS",
    "AccountId",
    "Action",
    "Actor",
    "AdminListView",
    "AdminView",
    "ApiAnswer",
    "ApiBuyer",
    "ApiCall",
    "ApiCaller",
    "ApiEndpoint",
    "ApiKey",
    "ApiLine",
    "ApiLink",
    "ApiListQuery",
    "ApiModel",
    "ApiProblem",
    "ApiQuery",
    "ApiRefusalError",
    "ApiRendered",
    "ApiScope",
    "AuditMessage",
    "Badge",
    "Base",
    "BigId",
    "Bought",
    "BulkRows",
    "BuyerId",
    "BuyerIdentifier",
    "BuyerIdentity",
    "BuyerMark",
    "BuyerRecord",
    "BuyerSnapshot",
    "BuyersChanged",
    "BuyersOrder",
    "CategoryRecord",
    "Column",
    "CommandRefusedError",
    "ComplaintDecided",
    "ComplaintRequest",
    "ComplaintSnapshot",
    "ConflictError",
    "Delivery",
    "DemoShop",
    "EvidenceOrigin",
    "EvidencePack",
    "EvidenceSnapshot",
    "Filter",
    "ForbiddenError",
    "IdentifierReading",
    "ImportFormat",
    "IncidentRecord",
    "IncidentRecorded",
    "IncidentReport",
    "Interval",
    "JobKind",
    "JobState",
    "LineRecord",
    "ListSpec",
    "Manifest",
    "MaskedBuyer",
    "MenuItem",
    "MessageChannel",
    "MessageRequest",
    "MessageSnapshot",
    "MissingError",
    "MoneyField",
    "ObjectionsError",
    "OrderAmount",
    "OrderChange",
    "OrderChanged",
    "OrderFacts",
    "OrderId",
    "OrderNews",
    "OrderRecord",
    "OrderSnapshot",
    "OrderedLine",
    "OutgoingMessage",
    "Pair",
    "Panel",
    "PastBuyer",
    "PaymentRecord",
    "PeriodicJob",
    "Permission",
    "Phone",
    "Picture",
    "Problem",
    "ProductRating",
    "ProductRecord",
    "ReadContext",
    "RefusedError",
    "Rejection",
    "Returned",
    "ReviewChanged",
    "ReviewDossier",
    "ReviewId",
    "ReviewMark",
    "ReviewRecord",
    "ReviewSnapshot",
    "ReviewsChanged",
    "SealedText",
    "SearchHit",
    "SellerRecord",
    "SendResult",
    "Series",
    "Share",
    "SharedQuestion",
    "ShopFreeCommand",
    "ShopSettings",
    "Sms",
    "SoldLine",
    "SoldPeriod",
    "Sort",
    "SpokenFacts",
    "StaffMessage",
    "Standing",
    "StandingLevel",
    "StandingQuery",
    "Sums",
    "Tile",
    "UtcDateTime",
    "View",
    "Vocabulary",
    "Wakeup",
    "WordingResult",
    "account_names",
    "accounts_that_may",
    "after_commit",
    "among",
    "among_hashes",
    "answer",
    "answer_form",
    "ask_around",
    "ask_once",
    "ask_standing",
    "ask_standing_of_each",
    "attempt",
    "audit_entry",
    "begin_call",
    "begin_job",
    "block_buyer",
    "blocked_buyers",
    "bought_by",
    "buyer_clocks",
    "buyer_found_or_made",
    "buyer_identities",
    "buyer_marks",
    "buyer_refs",
    "buyer_snapshots",
    "buyers_found",
    "buyers_known_as",
    "call_answered",
    "cancel_job",
    "chart_response",
    "chart_svg",
    "check_wording",
    "chosen_look",
    "complaint_decisions",
    "complaint_grounds",
    "complaint_outcomes",
    "complaints_of",
    "consenting_buyers",
    "contact_reason",
    "count_sms",
    "database_now",
    "db",
    "each_text",
    "elsewhere",
    "email_mailbox",
    "erase_evidence",
    "evidence_by_uuid",
    "evidence_of",
    "evidence_pack",
    "evidence_response",
    "evidence_snapshots",
    "evidence_text",
    "export_response",
    "facts_of_orders",
    "fetch_one",
    "first_sold",
    "forget_messages",
    "forget_phones",
    "forgotten_buyers",
    "gather",
    "give_consent",
    "give_way",
    "has_marketing_consent",
    "hookimpl",
    "identifier_reading",
    "identifier_readings",
    "incident_kind",
    "incident_names",
    "invite_in_call",
    "is_anything_sold",
    "is_contact_blocked",
    "is_run_by_one",
    "is_whole_address",
    "json_option",
    "keep_buyer",
    "kept_for_a_minute",
    "keyed_hash",
    "keyed_hashes",
    "known_or_new_buyer",
    "known_reviews",
    "last_order_id",
    "latest_job",
    "lock_row",
    "low_reviews",
    "masked_buyers",
    "mean_difference",
    "message_channels",
    "message_status",
    "next_call_hour",
    "open_complaint",
    "order_couriers",
    "order_facts",
    "order_lines",
    "order_news",
    "order_outcomes",
    "order_snapshots",
    "order_sums",
    "order_suppliers",
    "ordered_products",
    "orders_found",
    "orders_of",
    "orders_placed",
    "orders_since",
    "own_addresses",
    "own_mailboxes",
    "own_people",
    "parcel_couriers",
    "parse_id",
    "past_buyers",
    "phone_to_ring",
    "platform_name",
    "platforms",
    "plugin_settings",
    "product_ratings",
    "product_suppliers",
    "product_titles",
    "reachable_buyers",
    "read_amount",
    "read_day",
    "read_identifier",
    "read_table",
    "record_audit",
    "record_audits",
    "record_in_words",
    "record_incident",
    "record_views",
    "recorded_incidents",
    "records_held_on",
    "records_in_words",
    "refund_counts",
    "refundable_amount",
    "refused_table",
    "returned_buyers",
    "review_dossiers",
    "reviews_of_order",
    "seal_now_and_then",
    "seen_version",
    "selling_platforms",
    "send_message",
    "send_to_staff",
    "share_difference",
    "share_interval",
    "shop_rating",
    "shop_settings",
    "show_problems",
    "shown_name",
    "sold_buyers",
    "sold_lines",
    "sold_periods",
    "spoken_facts",
    "store_api_answers",
    "store_evidence",
    "stored_api_answers",
    "to_decimal",
    "to_minor",
    "unshipped_after",
    "unshipped_among",
    "unshipped_of",
    "uploaded_picture",
    "views_of",
    "with_app",
    "word_of",
    "wording_problems",
    "wording_remarks",
    "write_archive",
    "writing",
]
