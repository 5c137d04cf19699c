"""English: what sellers call reviews, benefits, conditions and threats. Texts come in folded, in lower case."""

import functools
import re

from shopadmin.domain.wording.characters import fold
from shopadmin.domain.wording import lexicon
from shopadmin.domain.wording.spelling import spell

# At the beginning of a word; "n't" and signs stand behind one.
either = functools.partial(lexicon.either, begins=r"(?:(?<![a-z])|(?=n't|'ll))")
_COUNTS = {
    "zero": "1", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "a single": "1", "full": "5",
    "all": "5", "max": "5", "maximum": "5", "top": "5", "0": "1",
}  # fmt: skip
_COUNT = "|".join(_COUNTS)
# What may follow "five star" when it is a rating; anything else is a hotel, a screw or a spice.
_AFTER_STARS = (
    "reviews?|reviewers?|ratings?|rated|feedbacks?|comments?|scores?|marks?|ones?|posts?|testimonials?|fans?|buyers?|"
    "customers?|shoppers?|clients?|clubs?|raters?|members?|cash|cashback|coupons?|bonus|gifts?|rewards?|refund|deals?|"
    "free|voucher|discount|and|or|for|on|to|in|with|please|then|now|we|i|you|us|from|if|is|are|get|gets|it|at|by|"
    "experience|as|so|when|once|after|before|until|unless|otherwise|because|but|off|out|back|will|be|here|each|"
    "across|every|only|again|instead|online|means?|lit|treatment|thank|thanks|the|your|my|our|this|that|of|left|"
    "unlocks?|earns?|wins?|makes?|gives?|takes?|counts?|stays?|was|were|has|have|would|could|can|may|might|did|do|"
    "went|go|goes|come|comes|today|tonight|tomorrow|still|too|also|already|just|a|an|envelope|red|treat|prize|friends|people|folks|guests|gang|crew|lovers|family|r8ing|"
    "selfie|video|photo|screenshot|proof|write|writeup|opinion|vote|votes"
)
_STARS = re.compile(
    rf"(?<![\w.,-])(?:(?P<word>{_COUNT})|(?P<digit>[0-5]))(?: out of (?:5|five))?[ -]{{0,2}}(?:big |shiny |full )?"
    rf"(?:stars?(?![\w-])(?![ -]{{1,2}}(?!(?:{_AFTER_STARS})\b)[a-z])|★)"
)
_SIGNED = re.compile(r"(?<![\w.,])(?P<digit>[1-5]) ?(?:★+|\*+(?![\w*]))")
_ROW = re.compile(r"★[★ ]{2,16}★")
_OUT_OF = re.compile(
    r"(?<![\w./])(?:(?P<digit>[0-5]) ?(?:/|out of|of) ?5|10 ?(?:/|out of) ?10|(?P<word>one|two|three|four|five) out of five)(?![\w/])"
)
_ROMAN = re.compile(r"\bfive ?stars?\b|\bfivestars?\b")
_PICTURES = str.maketrans({"💰": " cash ", "🎁": " gift ", "🧧": " red envelope ", "★": " star "})


def read(text: str) -> str:
    """The line as an English reader takes it: ``Fold``ed, spelt out, each rating as ``5star``."""
    text = fold(text)
    for rating in (_ROW, _SIGNED):
        text = rating.sub(lambda found: f" {(found.groupdict().get('digit') or '5')}star ", text)
    text = spell(text)
    text = re.sub(r"\bfivestars?\b", "five star", text)
    text = _OUT_OF.sub(lambda found: _stars(found, "5"), text)
    text = _STARS.sub(lambda found: _stars(found, "5"), text)
    return re.sub(" {2,}", " ", text.translate(_PICTURES))


def _stars(found: re.Match[str], default: str) -> str:
    count = _COUNTS.get(found["word"] or "", found["digit"] or default)
    return f" {count if count != '0' else '1'}star "


_LINK = (
    r"(?:[ -]{1,2}(?!(?:after|since|because|thanks|due|following|based|by|with|so|we|i|and|but|when|if|as|about|in|on|"
    r"at|for|nothing|or|from|not|never|until)\b)[\w']+)"
)
_NOUN = (
    r"(?:reviews?(?! the (?!item|product|shop|seller|store|purchase|order))|feedbacks?|ratings?|comments?|[1-5]star|stars|testimonials?|remarks?|(?:your|ur|bad|negative|that|public)"
    r" (?:post|words?|opinion|write-?up|mark|one)|scores?|complaints?|negatives?|(?:what|the words|everything|anything|things?) (?:that )?you(?:'ve| have)? (?:wrote|written|said|posted)|(?:something|anything) (?:bad|negative|nasty|untrue)|"
    r"trustpilot|google (?:entry|post))\b"
)
_GOOD = (
    r"(?:good|great|nice|positive|excellent|perfect|top|best|glowing|lovely|kind|amazing|awesome|happy|favou?rable|"
    r"high|higher|highest|better|full|maximum|rave|super|warm|sweet|wonderful|fantastic|brilliant|flattering|stellar|"
    r"honou?rable|cleaned-?up|shining|solid|decent|outstanding|splendid|cheerful|friendly|five|beautiful|generous|"
    r"pretty|fab|kinder|nicer|fairer|happier|softer|warmer|milder|gentler|improved|updated|revised|corrected|amended|stunning|impressive)"
)
_OPINION = r"(?:reviews?|feedbacks?|ratings?|comments?|score|marks|words?|testimonials?|write-?up|rate|opinion|star rating)"
_PRAISE = either(
    r"5star|(?:your|ur|more|extra|full|in) stars\b|the stars (?:go|are|rise|come|move|jump|back|up|to)",
    r"(?:comment|review|rate|write|speak|post|answer)\w{0,4} (?:\w+ ){0,2}?(?:positively|favou?rably|kindly|highly|well of)|(?:a )?(?:happy|good|kind|nice) one from you",
    rf"{_GOOD}(?:[ ,-]{{1,2}}(?:and|or|\w{{2,12}})){{0,2}}?[ -]{{1,2}}{_OPINION}\b",
    r"(?:top|highest|best|well|highly|happily)[ -]rated|rated? (?:us|me|it|this)? ?(?:top|highly|best|well|perfect)",
    r"\bprais(?:e|es|ed|ing)\b|thumbs? up|compliments? (?:us|online|our)|\b5 in all (?:categories|fields)",
    r"(?:say|saying|write|writing|post|posting|share|sharing|tell)\w*(?: \w+){0,3} (?:nice|good|kind|great|lovely|positive|sweet)(?: \w+)?"
    r" (?:about|of|on|online|word|things?)",
    r"something (?:nice|good|kind|positive|sweet|lovely)|(?:nice|kind|lovely) things|good things about",
    r"(?:put in|drop|leave|spread|have) (?:a |the |us a )?(?:good|kind|nice) word",
    r"recommend us|shout-?out|brag about us|sing our praises|(?:all|every) (?:the )?stars? (?:lit|filled|on)|love us online",
)
_VERB = (
    r"(?:chang|edit|updat|revis|amend|modif|remov|delet|eras|withdraw|withdrew|retract|upgrad|rais|bump|improv|swap|"
    r"turn|switch|convert|reconsider|rethink|adjust|correct|rewrit|rewrote|redo|redone|undo|hid|unpublish|drop|wip|scrub|flip|"
    r"clean|clear|pull|lift|boost|increas|fix|revers|revisit|alter|tweak|bring|transform|soften|tone|amelior|"
    r"rectif|polish|reword|rework|unpost|scrap|bin|trash|kill|vanish|discard|cancel|tidy|reset|re-?do|set|get rid of|mov|"
    r"replac|overwrit|shift|make|making|forget|forgett|lose|losing|revok|nuk|purg|expung|unwrit)"
    r"(?:e|es|ed|d|ing|s|n|y|ied|ies|ten|ting|ping|ped|te|ged|ging|ged|ication|al|ion)?\b"
)
_GONE = (
    r"(?:changed|removed|deleted|gone|down|updated|edited|revised|amended|modified|withdrawn|retracted|improved|"
    r"corrected|cleared|cleaned|erased|offline|taken|fixed|raised|upgraded|adjusted|hidden|pulled|rewritten|wiped|"
    r"changes|disappears?|disappeared|vanish\w*|goes|comes (?:down|off)|off|away|reconsidered|up to 5star|5star|"
    r"dropped|replaced|swapped|turned|dealt with|sorted|out of the way|better)\b"
)
_CHANGE = either(
    rf"\b{_VERB}(?:{_LINK}){{0,5}}?[ -]{{1,2}}{_NOUN}",
    rf"\b{_NOUN}(?: (?:is|are|was|were|be|been|being|has|have|had|gets?|got|to|will|must|should|that|which|now|fully|"
    rf"finally|it|you|all|successfully|simply|just|quietly|completely)){{0,4}} {_GONE}",
    rf"(?:tak(?:e|es|ing|en)|took|put|puts|putting|get|gets|getting|bring|brought|have)(?:{_LINK}){{0,5}}?[ -]{{1,2}}{_NOUN}"
    r"(?: \w+){0,2} (?:down|off|away|back|up|removed|out)",
    rf"(?:tak(?:e|es|ing|en)|took|put|puts|putting|get|gets|getting) (?:down|off|away|back|up|rid of) (?:\w+ ){{0,4}}?{_NOUN}",
    rf"{_NOUN}(?: \w+){{0,4}} (?:removal|change|update|deletion|edit|revision|amendment|upgrade)s?\b",
    rf"(?:removal|change|update|deletion|editing|revision|amendment|edit|withdrawal) (?:of|to) (?:\w+ ){{0,3}}?{_NOUN}",
    r"(?:chang|mak|set|put|turn|rais|mov|bump|bring|push|get)(?:e|ing|ting)? (?:it|that|this|them)(?: \w+)? (?:to |into )?(?:a )?(?:5|five|4|four)\b(?! (?:days|weeks|months|pieces|o'clock|pm|percent))",
    r"from (?:an? |your )?(?:bad|negative|poor|low|1star|angry) \w+ to\b",
    r"[1-4]star(?: \w+){0,3} (?:to|into|for|=|->|>|become|becomes) (?:\w+ ){0,2}?(?:[2-5]star|five|5\b)",
    r"(?:remove|delete|edit|erase|withdraw) (?:this|that|it|what)\b(?! (?:line|box|file|app|cover|part|film|label|sticker|item|step))",
    r"(?:reconsider|rethink|second thoughts?|change of heart|revise your view)",
    r"tak(?:e|ing) (?:this|that|it) (?:down|off|back)\b",
)
_WRITE = either(
    rf"\b(?:leav|left|writ|wrote|post|shar|giv|gave|drop|submit|put|add|upload|publish|send|sent|record|type|typing|make|do|film|pop|provid|complet|score|mark)"
    rf"(?:e|es|ed|d|ing|s|ting|ten|n|ping)?(?:{_LINK}){{0,5}}?[ -]{{1,2}}{_NOUN}",
    r"\b(?:rate|rates|rated|rating) (?:us|me|it|our|your|this (?:shop|item|product|order|seller|purchase)|them|him|her|the (?:shop|seller|store|product|item|purchase))\b",
    r"\breview(?:s|ed|ing)? (?:us|our|it|your|this (?:shop|item|product|order|purchase)|them|him|the (?:shop|seller|store|product|item|purchase))\b|\breview, |\breview and (?:get|win|save|earn|take)\b",
    r"\breviewers?\b(?!')|\braters?\b|\breviewing\b",
    r"\b(?:video|photo|picture|written|text|honest|quick|short|verified|first) reviews?\b",
    r"(?:mark|score|grade) us\b|screenshot (?:of )?(?:it|the|your)|tell (?:the world|everyone|others|people|other buyers) (?:how|that|about|what)",
    rf"(?:for|against|=|->|→|in return for|in exchange for|per|each|every)(?: (?:an?|your|the|honest|quick|short|this|that|photo|video|few|of|kind|new|one)){{0,3}} {_NOUN}",
    r"^ ?(?:reviews?|feedback|ratings?|5star)\b",
    rf"(?:talk|speak|discuss|chat|think|do something)(?: \w+)? (?:about|over|on) (?:[\w']+ ){{0,3}}?{_NOUN}",
    r"give us (?:a |an |all )?(?:five|5|ten|10|high)\b|help us with (?:the|your) (?:stars?|rating|score)",
    r"(?:your|a|new|honest|buyer|customer) (?:reviews?|feedbacks?|ratings?|5star)",
)
_MONEY = (
    r"(?:(?:us|au|ca|hk)?[$€£¥] ?\d[\d,.]*|\d[\d.,]* ?(?:usd|eur|gbp|cad|aud|rmb|cny|euros?|dollars?|bucks?|pounds?|quid|yuan|cents?|[$€£¥])(?!\w)|"
    r"\d+ ?(?:%|percent|per cent)|\b\d+ (?:off|back)\b|(?:five|ten|twenty|thirty|fifty|hundred|few|couple of|some) (?:bucks|dollars|euros|pounds|quid))"
)
_INCENTIVE = either(
    _MONEY,
    r"\b(?:refund|rebat|reimburs|compensat|reward|remunerat|recompens)\w{0,6}\b",
    r"\b(?:cash|cashback|money|paypal|venmo|zelle|cashapp|bucks|wire|payout|payment|pay (?:you|back)|paid|commission|credit|credits|gift|gifts|gifted|giftcards?|"
    r"present|presents|vouchers?|coupons?|codes?|promo|discounts?|discounted|freebies?|bonus|bonuses|prizes?|giveaways?|raffle|sweepstakes?|lottery|"
    r"gratis|lucky (?:draw|ticket|dip)|draw|tickets?|points|treats?|envelopes?|goodies|goodie|perks?|surprise|swag|earn|earns|win|wins|save|"
    r"saving|savings|tokens? of|sweetener|incentive|thank-?you (?:note|card|coupon|gift)|half (?:off|back|the price)|extra|upgrade|premium)\b",
    r"\bfree\b|free of charge|no (?:cost|charge)|without charge|complimentary|on (?:us|the house)\b|at our (?:expense|cost)|(?:our|my) (?:expense|treat)|for nothing",
    r"(?:we'll|we will|i'll|i will|we'd|i'd|we|i|let me|gladly|happily) (?:\w+ )?(?:add|include|throw in|slip in|toss in|put in|pack)\b|brand new|"
    r"\bwaiv\w{0,4}\b|\b(?:replacements?|resend|reship|re-?ship)\b|send (?:you |out |over )?(?:an? |the )?(?:new|another|second|brand new|fresh) \w+|"
    r"\b(?:a|another|second) new (?:one|pair|set|item|unit)|replace (?:it|the|your)|\bsend new\b|new one\b|another one\b|\bexchange\b(?! rate)",
    r"(?:extended |extra |free |longer )warranty|\bwarranty\b|shipping (?:fee|cost|costs|charge|back)|return (?:freight|postage|label|shipping)|postage|freight",
    r"(?:a little|little|small|nice) (?:something|extra|thank)|something (?:nice |special |small |extra )?(?:for you|in it|in return|extra|from us)|"
    r"make it (?:up to you|worth)|worth your (?:while|time)|won't regret|return the favou?r|show our (?:gratitude|appreciation)|look after you|help you with the|cover (?:the|your|all|both)|half (?:of )?(?:the|your)|(?:return|give back|hand back|send back) (?:you |half |the |your )*(?:delivery|shipping|postage|fee|charge|price|half)|(?:delivery|shipping) (?:charge|fee|back)|send (?:you )?(?:another|a second|a spare)|tiny thank-?you|a thank-?you\b|"
    r"take care of you|say(?:s)? thank(?:s| you) with|make you (?:happy|smile)|sort you out|you scratch|what'?s in it|"
    r"(?:we have|got|have) a deal|\bdeal\b|our side of|as (?:an? )?(?:promised|agreed)|beer money|(?:is|are|be) yours\b(?! alone)|on me\b|(?:dinner|lunch|coffee|drinks?|pizza) (?:is|are|for you)|can pick|a new \w+ is on|what would it take|buy you|coffee on|dinner on|store credit|on the side|"
    r"keep (?:the|both|it) (?:\w+ )?(?:for free|anyway|as well)|no (?:need to )?return (?:it|the|needed)|repair(?:ed)? (?:it )?(?:at|for)|speed up|priority|vip|"
    r"early access|membership|pick any|choose any|of your choice|double|unlock\w{0,3}",
)
_GENEROUS = either(
    r"\b(?:cashback|gift|gifts|rewards?|vouchers?|coupons?|codes?|bonus|prizes?|giveaways?|raffle|draw|points|envelopes?|free|discounts?|surprise|"
    r"treats?|present|freebies?|credit|cash|paypal|win|earn|earns)\b",
    rf"(?:send|sent|give|gave|get|transfer|pay|paid|earn|here(?: is|'s)) (?:\w+ ){{0,3}}?{_MONEY}",
)
_THANKED = either(
    rf"\b(?:thank(?!-?you (?:gift|coupon|card))|thanks|thx|grateful|appreciate|glad|happy|sorry|apolog\w+|cheers|read|saw|seen|noticed|received)\b"
    rf"(?: (?!if\b|once\b|when\b|get\b|we\b|us\b|you'll\b|will\b|remov|delet|chang|edit|updat|revis)[\w']+){{0,6}}? (?:{_NOUN}|5star|{_OPINION}\b|praise)",
)
# What takes the offer out of a pair: independence, refusal, and the buyer told not to.
# Money and review kept apart: takes the threat out of a condition, and the offer out of a pair.
_INDEPENDENT = either(
    r"regardless|\bwhatever (?:you|your|the|is|stars?|rating)|no matter|either way|whether(?: or not)? (?:you|or not|your|a|it|people)|\bany ?way\b|irrespective|"
    r"independent|unrelated|nothing to do with|no strings|no bearing|in any case|come what may|\bor not\b|whichever|however you|even if you|no (?:influence|effect|impact|connection|link|difference|relation)|not (?:an? )?condition|without (?:any )?(?:conditions?|obligation)|nothing (?:is )?(?:expected|asked|wanted|required)",
    r"(?:not|n't|never|no longer|nor|un)[ -]?(?:\w+ ){0,3}?(?:depend|tied|linked|connected|conditional|related|affect|influence|attached|hinge|based on|require|"
    r"a condition|change anything|count|subject to)\w{0,3}",
    r"no (?:reviews?|rating|feedback|5star) (?:is )?(?:needed|required|necessary|asked)|we keep (?:reviews|ratings) and (?:\w+ )?apart|are separate|two separate|separately|is separate|"
    r"still (?:get|receive|entitled|stands?|yours)|(?:stands?|is yours|goes out|pay|paid|refunded|same) (?:all the same|just the same)|good or bad, you",
)
# The shop says that it does not trade, or tells the buyer not to.
_REFUSED = either(
    r"\b(?:we|i|our|shop|nobody|no one|store|team|sellers?|they|staff|seller|this (?:shop|store))\b(?: \w+){0,3}? (?:never|don't|do not|doesn't|cannot|can't|won't|"
    r"will not|wouldn't|would not|may not|aren't|are not|isn't|is not|refuse to|mustn't|must not|shouldn't|didn't)(?: \w+){0,3}? "
    r"(?:offer|giv|pay|buy|ask|trade|reward|swap|exchang|accept|tie|link|sell|allow|want|expect|need|have to|edit|do|bribe|send|request|chang|delet|remov|touch|hide|filter|"
    r"promis|mix|connect|owe|look at|hand out|deal|compensat|collect|tak|use|requir|permit|barter|bargain|hold|solicit)\w{0,4}",
    r"\b(?:nobody|no one|none of us)(?: \w+){0,3} (?:ask|offer|pay|giv|want|expect|will)\w{0,3}",
    rf"(?:nothing|no \w+|never|not \w+|zero|not a (?:cent|penny)) (?:\w+ )?(?:for|against|to (?:leave|write|get)|in (?:return|exchange) for) (?:\w+ ){{0,3}}?{_NOUN}",
    r"(?:please )?(?:don't|do not|never|no need to|needn't|not have to|not need to|not necessary to|without having to|shouldn't|should not|must not|mustn't)(?: \w+){0,2}? "
    r"(?:delet|remov|chang|edit|updat|revis|touch|alter|review|rate|leav|writ|feel oblig|post|take (?:it|this|that)? ?down|adjust|withdraw|tie|mention)\w{0,4}",
    r"against (?:the|our|platform) (?:rules?|polic|terms|principles)|not (?:allowed|permitted|how we|our way|something we|what we)|forbidden|prohibited|illegal|"
    r"by itself|rules? (?:say|forbid)|(?:^|[.!?] )no,",
    r"(?:there(?:'s| is| are| will be)|you get|we (?:have|give|offer|pay)) (?:no|nothing|zero)\b|\bno (?:gift|reward|money|coupon|bonus|discount|payment|refund|benefit|advantage|prize|voucher)s? (?:for|in return|in exchange|because)|"
    r"up to you|your (?:own )?choice|as you (?:see fit|like|wish|please|really)|won't (?:get|earn|bring|win|buy) you|doesn't (?:get|earn|bring|win|buy)",
)
# Somebody else's offer, of which the buyer is warned: it keeps the whole text apart.
_DISOWNED = either(
    r"(?:not|n't|never|aren't|isn't) (?:\w+ )?(?:from us|ours|by us|our (?:card|doing|offer))|report (?:it|them|such|this card|that|any)|in our name|pretend|scam|fraud|phish|fake|"
    r"(?:don't|do not|never) (?:believe|trust|fall|respond)|ignore (?:it|such|these|them|the card)",
)
_CONTRAST = either(r"\b(?:but|however|except|only if|unless|just|though|so please|instead)\b")
_IF = either(
    r"\b(?:if|unless|until|should|in case|without|otherwise|or else|either|as long as|only|those who|customers? who|buyers? who|people who|anyone who|"
    r"(?:buyers?|customers?|people|anyone|shoppers?|clients?|accounts?) (?:who|that|with)|"
    r"whoever|for (?:people|buyers|customers|those)|no(?= (?!gift|money|reward|coupon|bonus|refund|discount|benefit)(?:\w+ ){0,2}?(?:reviews?|5star|ratings?|feedback|stars|comments?|praise|good|positive)\b(?! in our))|keep|leave (?:it|the|your)|not until|before|when|because of|since you|while|or|with (?:a|such a|that)|"
    r"provided|depends? on|conditional|condition|first|who|by \w+day|so(?= (?:don't|do not|no|you|we|your))|not (?:removing|changing|updating|editing|deleting|rating|leaving|giving)|refusing|the moment|still (?:up|there|online)|stays?|remains?|refuse to|as soon as|once|after|due to|less than|under|below|bad)\b",
)
_HARM = either(
    r"(?:refunds?|warranty|coupon|voucher|order|account|case|claim|compensation|replacement|return|discount|envelope|support|help|service|offer|credit|"
    r"guarantee|repair|deal|shipment|parcel|money|gift|points|membership|benefits?|payment|dispute|ticket|request)s?(?: \w+){0,6}? "
    r"(?:cancell?ed|void|voided|block(?:ed)?|closed?|lost|rejected|refused|denied|withdrawn|forfeit\w*|off the table|not (?:go|be|happen|valid|apply|possible)|on hold|"
    r"expires?|frozen|gone|stop(?:s|ped)?|declined|revoked|suspended|over|ends?|stays? (?:with us|here|locked)|impossible|disappear\w*|dropped|terminated|held|withheld|"
    r"won't|cannot|can't|will not|isn't|is not|wait|waits|delayed|paused|slow\w*|last|nowhere)\b",
    r"\b(?:cancel|void|block|close|lose|lost|forfeit|reject|refuse|deny|denied|decline|revoke|suspend|ban|blacklist|withhold|withheld|terminate|stop|freeze|frozen|withdraw|withdrawn|withdrew|hold back|keep|forget)"
    r"(?:s|ed|d|ing|led|ling|ned|ped|ping)?(?: (?!review|rating|feedback|comment)\w+){0,4}? (?:refunds?|warranty|coupons?|orders?|account|case|claim|compensation|replacement|returns?|discounts?|envelopes?|support|service|"
    r"offer|credit|guarantee|repair|deal|shipment|parcel|money|you|gift|points|membership|payment|buyers?|customers?|everything|help|exchange)\b",
    r"(?:not|n't|never|unable to|no longer|refuse to|decline to|stop|nothing|cannot|hesitate to|neither)(?: (?:expect|count on|hope for|any|be|able|going|willing|to|in|a|position|go|ahead|any|more|even|be able|ever|obliged|feel|we|i|can|will))*"
    r" ?(?:refund|help|ship|send|replace|process|continue|honou?r|give|giving|support|compensat|repair|go ahead|proceed|offer|answer|respond|pay|accept|serve|release|approve|"
    r"reimburse|assist|deliver|get(?:s)? (?:\w+ )?(?:back|refund|any)|issue|deal|move forward|sell|back from|qualif\w+|eligible|entitled|return|exchange|fix|cover|provide|take (?:it|the|your|any)|do anything|happen)\w{0,4}",
    r"\bno (?:refund|envelope|coupon|replacement|warranty|compensation|gift|help|money|discount|deal|reward|voucher|support|exchange|return|repair|credit|cash|bonus|service|shipping|more)\b",
    r"nothing (?:back|from us|at all|for you|more)|get(?:s)? nothing|back of the (?:queue|line)|wait (?:even |much )?longer|at your own (?:cost|expense)|pay (?:for )?(?:the )?(?:return|shipping|postage|freight)"
    r" (?:yourself|on your own)|yourself pay|never (?:sell|buy|shop)|not welcome|(?:excluded|exempt|barred|ineligible|left out|out of luck|kicked out)|don'?t (?:qualify|count|get)|does not (?:qualify|get)|for (?:5star|happy) (?:\w+ )?only|"
    r"only (?:honou?r|give|process|offer|ship|help|replace|accept|refund|repair|serve|support|approve|release|send|pay)\w{0,3}|only (?:for|to|when|if|after|once|goes to|available)",
)
_THREAT = either(
    r"\b(?:sue|suing|sued) (?:you|him|her|this|the (?:buyer|customer|reviewer)|for|anyone|them|people|over)|(?:take|taking|took|see|drag|haul|bring) (?:you|this|him|her|this (?:\w+ )?|it) (?:\w+ )?(?:to|in|into|before) (?:a |the )?(?:court|judge|lawyers?|police)"
    r"|see you in court|meet in court|in front of a judge|before a judge|court (?:date|summons|papers|case against)|small claims",
    r"legal (?:action|proceedings|steps|team|consequences|letter|department|measures)(?! (?:size|paper|pad|guarantee))|law ?suit|press charges|file (?:a )?(?:charges|criminal|police)|cease and desist|criminal (?:complaint|charges)",
    r"(?:lawyers?|attorneys?|solicitors?|barrister|advocate)(?: \w+){0,4} (?:you|contact|letter|review|touch|knock|hear|write|writing|call|informed|your|case|comment|busy|copy|waiting)|(?:hear|letter|call|hearing|mail|visit|papers) from (?:our|my) (?:lawyer|solicitor|attorney|legal)|(?:our|my) (?:lawyer|attorney|solicitor)s? (?:will|is|are|has|have|would|says?|already|and|know|team|can|may)\b|'ll hear from (?:our|my)",
    r"report(?:ed|ing)? (?:you|your account|this buyer|him|her)|police(?: \w+){0,5} (?:you|your|blackmail|review|slander)|call(?:ing)? the police|(?:go|going) to the police|blackmail|extortion",
    r"(?:expos(?:e|es|ed|ing)|name and shame|naming and shaming|shame) (?:you|your|him|her|this (?:buyer|person|scammer|customer|liar)|people like you|who you)|everyone (?:should|will|shall|must) (?:know|see)(?: \w+)? (?:who|what kind|your)|name and all",
    r"(?:put|place|land|end up|added?|go|goes|going)(?: \w+){0,3} (?:on|to|onto) (?:our|the|a|my|every|an?) (?:\w+ )?(?:black ?list|scammer list|list of (?:bad|scam|problem))|black ?list(?:ed|ing)? (?:you|your)|blacklist(?:ed)?",
    r"(?:publish|leak)(?:es|ed|ing)?(?: \w+){0,6} your\b|(?:post|publish|share|sharing|sell|leak|spread|put|print|upload|hand|pass|show|send|giv)(?:e|es|ing|s)?(?: \w+){0,3} (?:your|his|her)(?: \w+)? (?:name|address|details|phone|number|photo|picture|data|face|private|info|information|identity|messages|chat|profile|mail)(?: \w+){0,4} (?:online|public|facebook|internet|everyone|here|group|forum|page|sellers|web|web ?site|social|twitter|world|strangers|everywhere|media|below)",
    r"(?:tell|inform|call|write to|contact|message|phone|email|let|show|ask) (?:your|his|her) (?:employer|boss|wife|husband|family|neighbou?rs?|school|parents|company|mother|friends|workplace|colleagues|landlord|bank|spouse|work)",
    r"we know (?:where|who) you|(?:all|every bit of) your (?:data|details|info)|(?:lives?|living|friends?|people|cousin|brother|guys) (?:\w+ )?(?:in|on|near|around) your (?:street|town|city|area|block|village)|get(?:ting)? an? (?:\w+ )?visit|know(?:s)? where you (?:live|work)|i know your (?:address|house|street|name)|(?:have|got|kept|saved) your (?:home )?(?:address|name and address|number|photo)(?!\s*(?:wrong|on file))|(?:found|find|finding|track(?:ed|ing)?|hunt) (?:you down|you at home|your (?:facebook|house|home|profile)|out who you)",
    r"(?:will|'ll|going to|gonna|shall|would|may|might|could|be) (?:\w+ )?(?:regret|be sorry|pay for (?:this|it|that)|suffer|come after you|come for you|ruin|destroy|hunt|haunt|make (?:your life|you (?:pay|suffer|sorry|regret)))|live to regret|you'?ll regret|watch (?:your (?:back|step|mouth)|out)|be careful what you|better be careful|think (?:twice|again|carefully) (?:about|before)|"
    r"or else\b|expect (?:our |a |the )?(?:lawyers?|court|police)|find(?:ing)? out where you|bad things (?:will )?happen|(?:bring|file|open|start|raise) (?:a |an )?(?:claim|case|suit|action|complaint) (?:for damages )?against|claim (?:for )?damages|damages (?:from|against) you|your account (?:will|is going to|gets?) (?:be )?(?:closed|banned|blocked|suspended|reported)|people who complain|last (?:warning|chance)|final warning|(?:face|there will be|expect|suffer|bear|know) (?:the |serious |some )?consequences|don'?t say (?:i|we) didn'?t warn|you have been warned|you'?ve been warned|consider (?:this|yourself) (?:a |your )?warn|mark my words|you will see what|we will see (?:about|who)",
    r"(?:come|coming|visit|show up|drop by|send (?:someone|somebody|people|a friend|my)|be standing|stand|turn up|drive|knock\w*)(?: \w+){0,5} (?:your (?:house|home|door|place|work|office|doorstep|street|address|flat)|you at home)|pay you a visit|"
    r"call(?:ing)? you (?:every|day and night|all|non-?stop|until|ten|a hundred|hourly)|ring you (?:every|until|day|all)|(?:keep|won't stop) (?:calling|ringing|messaging|phoning|writing|texting) (?:you|until|every)|(?:flood|spam|bomb|bombard) (?:you|your)",
    r"\b(?:slander|libel|defam)\w*",
    r"(?:leave|write|give|post)(?: \w+){0,3} (?:bad|negative|1star)(?: \w+){0,2} (?:about|for|on|to) (?:you\b|your (?:shop|business|profile|company|account))|\brat(?:e|ing) you\b|bad buyer|expect (?:a |our |some )?(?:call|visit|letter|guests?|knock)|(?:at|to|in front of) your (?:workplace|work|office|door|doorstep|job)\b|(?:no|every|other|all) (?:\w+ )?(?:shop|seller|store)s?(?: \w+){0,4} (?:sells?|selling|serves?|warn\w*|know)\b|(?:warn|tell|inform)(?:ing)? (?:all |every |other |the )+(?:shops?|sellers?|stores?)|(?:delete|remove|change|edit|fix|withdraw|down|erase)(?: (?:it|this|that|the|your|review|comment|rating|now|today)){0,4},? or (?:your|we|i|you|else|face|my|our)\b|two can play|tit for tat|get (?:back at|even with) you|revenge|retaliat\w*|return the favou?r with|mess with (?:us|me)|hurt you|beat you|teach you a lesson|wait and see what happens|something (?:bad )?(?:might|may|could|will) happen to",
)

LEXICON = lexicon.Lexicon(
    lang="en",
    reach=80,
    topics=(
        "review", "feedback", "rat", "comment", "star", "testimonial", "remark", "post", "word", "opinion", "write-up",
        "writeup", "mark", "score", "complaint", "negative", "wrote", "writ", "said", "anything", "something", "trustpilot",
        "google", "prais", "thumb", "compliment", " in all", "nice", "kind", "good", "lovely", "recommend", "shout",
        "brag", "love us", "it", "this", "that", "them", "reconsider", "rethink", "second thought", "give us", "tell",
        "help us", "screenshot", "say", "share", "one from you", "post", "experience", "what you",
    ),
    threats=(
        "sue", "suing", "court", "judge", "legal", "law", "charges", "cease", "claim", "attorney", "solicitor",
        "barrister", "advocate", "report", "police", "blackmail", "extort", "expos", "sham", "know", "see ", "name and",
        "list", "publish", "leak", "post", "shar", "sell", "spread", "put", "print", "upload", "hand", "pass", "show",
        "send", "giv", "tell", "inform", "call", "contact", "message", "phone", "email", "ask", "your", "find", "found",
        "track", "hunt", "regret", "sorry", "pay for", "suffer", "come", "ruin", "destroy", "haunt", "make", "watch",
        "careful", "think", "or else", "warn", "consequence", "words", "will see", "visit", "stand", "turn up", "knock",
        "ring", "flood", "spam", "bomb", "slander", "libel", "defam", "rate you", "rating you", "bad buyer", "expect",
        "shop", "or ", "two can", "tit for", "get back", "even with", "reveng", "retaliat", "mess with", "hurt", "beat",
        "lesson", "wait", "happen", "damages", "account", "complain",
    ),
    read=read,
    praise=_PRAISE,
    change=_CHANGE,
    write=_WRITE,
    noun=either(rf"\b{_NOUN}"),
    thanked=_THANKED,
    incentive=_INCENTIVE,
    generous=_GENEROUS,
    independent=_INDEPENDENT,
    refused=_REFUSED,
    disowned=_DISOWNED,
    contrast=_CONTRAST,
    condition=_IF,
    harm=_HARM,
    threat=_THREAT,
    breaks=re.compile(r"[.!?;:]+(?= |$)|\n"),
)
