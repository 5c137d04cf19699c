"""What a finding in a script says: what is wrong at which node, and what puts it right."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import Problem
from shopadmin_review_recovery.domain.scripts.findings import Finding

_SENTENCES: Mapping[str, object] = {
    # how it is written
    "too_long": _("The text is longer than %(most)s characters. Make it shorter."),
    "not_utf8": _("The file is not UTF-8 text. Save it as UTF-8."),
    "several_documents": _("A second document begins here. Keep one script in a file, without “---”."),
    "no_yaml": _("This is not YAML: %(problem)s. Mind blanks at the beginning of lines and quotation marks."),
    "alias": _("Anchors and aliases (& and *) are no part of a script. Write it out, or put it in quotes."),
    "tag": _("The tag %(tag)s is no part of a script. Leave it out."),
    "too_deep": _("It is nested more than %(most)s deep. Compare it with the shipped script."),
    "no_key": _("A name is expected here. Write name: value."),
    "twice": _("“%(key)s” stands here a second time. Keep one of them."),
    "no_script": _("This is no script. Begin with format: review-recovery-script/1."),
    "no_nodes": _("There are no nodes. Write them under nodes:."),
    "many_nodes": _("There are more than %(most)s nodes. Leave some out."),
    "many_edges": _("It has more than %(most)s edges. Leave some out."),
    "format": _("The format is missing or unknown. Write format: %(wanted)s."),
    "no_mapping": _("“%(field)s” holds no names with values. Write name: value under it."),
    "no_list": _("“%(field)s” is no list of different values. Write it as [one, two]."),
    "no_texts": _("“%(field)s” holds no texts by language. Write {en: …, zh: …}."),
    "resume": _("A line of “resume” has other parts than booked_at, after, on and to. Write these four."),
    "bad_name": _("“%(value)s” in “%(field)s” is no name. Use small letters, digits and _, 40 at most."),
    "name_of_exit": _("A run ends under this name. Give the node another one."),
    "unknown_field": _("“%(field)s” is not known here. Known are: %(allowed)s."),
    "unknown_value": _("“%(value)s” cannot be a “%(field)s”. Choose one of: %(allowed)s."),
    "long_text": _("“%(field)s” (%(language)s) has more than %(most)s characters. Make it shorter."),
    "hidden_characters": _("“%(field)s” (%(language)s) holds characters that nobody sees. Type it anew."),
    # its shape
    "no_start": _("The start “%(start)s” is no node. Name the contact gate as start."),
    "unknown_target": _("“%(on)s” leads to “%(to)s”, which is nowhere. Name a node, or one of: %(exits)s."),
    "resume_target": _(
        "A call booked here cannot go on at “%(to)s” after “%(on)s” of “%(after)s”. Let an edge of this node lead to "
        "booked, and name nodes and an outcome that exist."
    ),
    "outcomes": _("The program decides here. Give it exactly these edges: %(wanted)s."),
    "dead_end": _("No edge leads on from here. Add one, or let it lead to end."),
    "few_edges": _("It needs %(least)s edges at least. Add what else the buyer may say."),
    "no_checks": _("A guard has to ask something. Name its checks: %(allowed)s."),
    "guard_speaks": _("A guard decides and neither speaks, sends nor acts. Move that to a node of its own."),
    "checks_elsewhere": _("Only a guard has checks. Make this node a guard, or leave them out."),
    "nothing_said": _("Nothing is said here. Add say: with a text in each language, or make it an action."),
    "message_and_text": _("A message needs both message: and send:. Add the other, or leave both out."),
    "unreachable": _("No way leads here from “%(start)s”. Let an edge lead here, or take the node out."),
    "endless": _("No way out of this loop: %(loop)s. Let one of these nodes lead to an exit."),
    "machine_loop": _("The program alone would go round in a circle here. Let a person decide in between."),
    # ways around guards
    "gate_first": _(
        "A call would begin without the contact gate (G1). Let the start be a guard with checks: [contact_gate]."
    ),
    "gate_elsewhere": _("The contact gate stands at the start alone, with no other check. Move it to “%(start)s”."),
    "gate_leak": _("“%(on)s” of the contact gate leads on to “%(to)s” (G1). Let it lead to queue or end."),
    "guard_lacks": _("This guard does not ask everything. Add to its checks: %(lacking)s."),
    "around_guard": _(
        "“%(on)s” leads to the invitation “%(to)s” around its guard. Let it lead to a guard that checks everything; "
        "only its pass may lead there."
    ),
    "invitation_outcomes": _("An invitation is an ask with these edges: %(wanted)s. Add what is missing."),
    "refusal_unheard": _(
        "“refuses” leads to “%(to)s”, which does not note the refusal (G4). Add effects: [block_refused] there."
    ),
    "second_invitation": _("This is a second invitation after “%(first)s” (G3). Take one of them out."),
    "money_after_invitation": _(
        "Compensation comes after the invitation “%(invitation)s” (G5). Decide it before, or let the run end."
    ),
    "money_named_after_invitation": _(
        "“%(name)s” is spoken of at or after the invitation “%(invitation)s” (G5). Leave it out of the text."
    ),
    "anywhere_lacks": _("From every node a buyer must be able to say “%(on)s”. Add it under anywhere:."),
    "anywhere_effect": _("“%(on)s” leads here from everywhere. Add effects: [%(effect)s]."),
    "stop_speaks": _("After “stop” nothing is said and nothing is sent. Leave say and send out."),
    "anywhere_goes_on": _("After “%(on)s” the conversation goes on to “%(to)s”. Let it end here."),
    "anywhere_bent": _("“%(on)s” leads to “%(to)s” here, elsewhere to “%(wanted)s”. Leave this edge out."),
    "no_identity": _("Nobody asks who is speaking. Give one node role: identity and an edge yes."),
    "private_before_identity": _(
        "“%(name)s” is told before “yes” at “%(identity)s”. Leave it out, or move the node behind it."
    ),
    "recording_without_listen": _("The call is recorded, but no node has role: listen (G17). Mark it."),
    "recording_unannounced": _(
        "The call is recorded and a way leads here without a notice (G17). Put a node with role: recording_notice on "
        "every way, or write recorded: no."
    ),
    # its texts
    "translation": _("“%(field)s” has no text in %(language)s. Add it."),
    "long_message": _("The message (%(language)s) takes more than %(most)s SMS. Make it shorter."),
    "unknown_variable": _(
        "There is no variable “%(name)s” (%(field)s, %(language)s). Known are: %(known)s."
    ),
    "malformed": _(
        "“%(text)s” is no variable (%(field)s, %(language)s). Write {{name}}, {{name|instead}} or {{?to_fill_in}}."
    ),
    "fill_in_spoken": _("What is spoken cannot be filled in (%(language)s). Leave {{?…}} out."),
    "wording": _("The wording check refuses “%(field)s” (%(language)s): %(rule)s. Word it differently."),
    "pity": _("“%(words)s” asks for pity (%(field)s, %(language)s). Leave it out."),
    "punishment": _("“%(words)s” promises punishment (%(field)s, %(language)s). Leave it out."),
    "blame": _("“%(words)s” blames others (%(field)s, %(language)s). Say what the shop does about it."),
    "next_discount": _("“%(words)s” promises something for next time (%(field)s, %(language)s). Leave it out."),
    "false_name": _("“%(words)s” may be a false name (%(field)s, %(language)s). Write {{operator.name}}."),
    "second_ask": _("“%(words)s” asks again (%(field)s, %(language)s). Once is all; leave it out."),
    "invitation_elsewhere": _(
        "“%(words)s” speaks of changing a review (%(field)s, %(language)s). Only the node with role: invitation may."
    ),
    "praise": _("“%(words)s” asks for praise (%(field)s, %(language)s). The invitation is neutral; leave it out."),
}  # fmt: skip


def sentence(finding: Finding) -> str:
    """What is wrong and what puts it right, in the reader's language, without the node's name."""
    return str(_SENTENCES[finding.code]) % dict(finding.params)


def line(finding: Finding) -> str:
    """A finding on one line: line number and node, as far as there are any, then the sentence."""
    place = [str(finding.line)] if finding.line else []
    return ": ".join([*place, *([finding.node] if finding.node else []), sentence(finding)])


def problem(finding: Finding) -> Problem:
    """A finding for a page or a refusal."""
    return Problem(f"script.{finding.code}", line(finding), "text")
