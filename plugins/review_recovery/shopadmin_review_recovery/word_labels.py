"""What is wrong with a rule file of words, in a sentence that says what to do."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from shopadmin.plugin_api import Problem
from shopadmin_review_recovery.domain import words
from shopadmin_review_recovery.domain.words.checking import Fault, WrongFile

# So many are named; whoever mends them sees the next ones.
MOST = 3
_FAULTS: Mapping[str, Any] = {
    "encoding": _("this is not UTF-8. Save the file as UTF-8."),
    "syntax": _("this is not TOML: %(what)s. Mend the line."),
    "empty": _("the file is empty. Write a script, marks and phrases by cause, or take the file away."),
    "nothing": _("there are no phrases. Write some under [strong] or [words]."),
    "section": _("nothing is called %(key)s. Use one of: %(known)s."),
    "table": _("%(key)s is a section of its own. Write [%(key)s] and the phrases under it."),
    "script": _("the script is missing or unknown. Use one of: %(known)s."),
    "marks": _("marks are missing, so the language is never told from others. Write words that stand in most texts."),
    "cause": _("there is no %(key)s. Use one of: %(known)s."),
    "list": _("%(key)s is no list of texts. Write each phrase in quotes, all in square brackets."),
    "phrase": _("the phrase “%(phrase)s” of %(key)s is empty, or a part of it. Write words on both sides of …"),
    "spelling": _("“%(phrase)s” stands in no text as it is searched. Write “%(better)s”."),
}


def problems() -> Sequence[Problem]:
    """The rule files that are left out."""
    return [Problem("review_recovery.rule_file", _sentence(wrong)) for wrong in words.wrong_files()]


def _sentence(wrong: WrongFile) -> str:
    faults = [_fault(fault) for fault in wrong.faults[:MOST]]
    if (more := len(wrong.faults) - MOST) > 0:
        faults.append(gettext("%(count)s more", count=more))
    return gettext("Rules of words %(file)s are left out: %(faults)s", file=wrong.name, faults=" ".join(faults))


def _fault(fault: Fault) -> str:
    said = str(_FAULTS[fault.code]) % dict(fault.params)
    return gettext("line %(line)s: %(what)s", line=fault.line, what=said) if fault.line else said
