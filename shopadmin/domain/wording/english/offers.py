"""English offers: what buyers are promised, and the words that keep it apart from reviews."""

from shopadmin.domain.wording.english.reading import either
from shopadmin.domain.wording.english.reviews import NOUN

_MONEY = (
    r"(?:(?:us|au|ca|hk)?[$€£¥] ?\d[\d,.]*|\d[\d.,]* ?(?:usd|eur|gbp|cad|aud|rmb|cny|euros?|dollars?|bucks?|"
    r"pounds?|quid|yuan|cents?|[$€£¥])(?!\w)|"
    r"\d+ ?(?:%|percent|per cent)|\b\d+ (?:off|back)\b|(?:five|ten|twenty|thirty|fifty|hundred|few|couple of|"
    r"some) (?:bucks|dollars|euros|pounds|quid))"
)
INCENTIVE = either(
    _MONEY,
    r"\b(?:refund|rebat|reimburs|compensat|reward|remunerat|recompens)\w{0,6}\b",
    r"\b(?:cash|cashback|money|paypal|venmo|zelle|cashapp|bucks|wire|payout|payment|pay(?:s|ing)? (?:for|you|back|"
    r"out)|paid|"
    r"commission|credit|credits|gift|gifts|gifted|giftcards?|"
    r"present|presents|vouchers?|coupons?|codes?|promo|discounts?|discounted|freebies?|bonus|bonuses|prizes?|"
    r"giveaways?|raffle|sweepstakes?|lottery|"
    r"gratis|lucky (?:draw|ticket|dip)|draw|tickets?|points|treats?|envelopes?|goodies|goodie|perks?|surprise|swag|"
    r"earn|earns|win|wins|save|"
    r"saving|savings|tokens? of|sweetener|incentive|thank-?you (?:note|card|coupon|gift)|half (?:off|back|"
    r"the price)|extra|upgrade|premium)\b",
    r"\bfree\b|free of charge|no (?:cost|charge)|without charge|complimentary|on (?:us|the house)\b|"
    r"at our (?:expense|cost)|(?:our|my) (?:expense|treat)|for nothing",
    r"(?:we'll|we will|i'll|i will|we'd|i'd|we|i|let me|gladly|happily) (?:\w+ )?(?:add|include|throw in|slip in|"
    r"toss in|put in|pack)\b|brand new|"
    r"\bwaiv\w{0,4}\b|\b(?:replacements?|resend|reship|re-?ship)\b|send (?:you |out |over )?(?:an? |the )?(?:new|"
    r"another|second|brand new|fresh) \w+|"
    r"\b(?:a|another|second) new (?:one|pair|set|item|unit)|replace (?:it|the|your)|\bsend new\b|new one\b|"
    r"another one\b|\bexchange\b(?! rate)",
    r"(?:extended |extra |free |longer )warranty|\bwarranty\b|shipping (?:fee|cost|costs|charge|back)|"
    r"return (?:freight|postage|label|shipping)|postage|freight",
    r"(?:a little|little|small|nice) (?:something|extra|thank)|something (?:nice |special |small |"
    r"extra )?(?:for you|in it|in return|extra|from us)|"
    r"make it (?:up to you|worth)|worth your (?:while|time)|won't regret|return the favou?r|show our (?:gratitude|"
    r"appreciation)|look after you|help you with the|cover (?:the|your|all|both)|half (?:of )?(?:the|your)|"
    r"(?:return|give back|hand back|send back) (?:you |half |the |your )*(?:delivery|shipping|postage|fee|charge|"
    r"price|half)|(?:delivery|shipping) (?:charge|fee|back)|send (?:you )?(?:another|a second|a spare)|"
    r"tiny thank-?you|a thank-?you\b|"
    r"take care of you|say(?:s)? thank(?:s| you) with|make you (?:happy|smile)|sort you out|you scratch|"
    r"what'?s in it|"
    r"(?:we have|got|have) a deal|\bdeal\b|our side of|as (?:an? )?(?:promised|agreed)|beer money|(?:is|are|"
    r"be) yours\b(?! alone)|on me\b|(?:dinner|lunch|coffee|drinks?|pizza) (?:is|are|for you)|can pick|"
    r"would be on (?:its|the) way|(?:is|are) waiting for you|"
    r"a new \w+ is on|what would it take|buy you|coffee on|dinner on|store credit|on the side|"
    r"keep (?:the|both|it) (?:\w+ )?(?:for free|anyway|as well)|no (?:need to )?return (?:it|the|needed)|"
    r"repair(?:ed)? (?:it )?(?:at|for)|speed up|priority|vip|"
    r"early access|membership|pick any|choose any|of your choice|double|unlock\w{0,3}",
)
GENEROUS = either(
    r"\b(?:cashback|gift|gifts|rewards?|vouchers?|coupons?|codes?|bonus|prizes?|giveaways?|raffle|draw|points|"
    r"envelopes?|free|discounts?|surprise|"
    r"treats?|present|freebies?|credit|cash|paypal|win|earn|earns)\b",
    rf"(?:send|sent|give|gave|get|transfer|pay|paid|earn|here(?: is|'s)) (?:\w+ ){{0,3}}?{_MONEY}",
)
# What takes the offer out of a pair: independence, refusal, and the buyer told not to.
# Money and review kept apart: takes the threat out of a condition, and the offer out of a pair.
INDEPENDENT = either(
    r"regardless|\bwhatever (?:you|your|the|is|stars?|rating)|no matter|either way|whether(?: or not)? (?:you|"
    r"or not|your|a|it|people)|\bany ?way\b|irrespective|"
    r"independent|unrelated|nothing to do with|no strings|no bearing|in any case|come what may|\bor not\b|"
    r"whichever|however you|even if you|no (?:influence|effect|impact|connection|link|difference|relation)|"
    r"not (?:an? )?condition|without (?:any )?(?:conditions?|obligation)|nothing (?:is )?(?:expected|asked|wanted|"
    r"required)",
    r"(?:not|n't|never|no longer|nor|un)[ -]?(?:\w+ ){0,3}?(?:depend|tied|linked|connected|conditional|related|"
    r"affect|influence|attached|hinge|based on|require|"
    r"a condition|change anything|subject to)\w{0,3}",
    r"no (?:reviews?|rating|feedback|5star) (?:is )?(?:needed|required|necessary|asked)|we keep (?:reviews|"
    r"ratings) and (?:\w+ )?apart|are separate|two separate|different things|separately|is separate|"
    r"still (?:get|receive|entitled|stands?|yours)|(?:stands?|is yours|goes out|pay|paid|refunded|"
    r"same) (?:all the same|just the same)|good or bad, you",
)
# The shop says that it does not trade, or tells the buyer not to.
REFUSED = either(
    r"\b(?:we|i|our|shop|nobody|no one|store|team|sellers?|they|staff|seller|this (?:shop|"
    r"store))\b(?: \w+){0,3}? (?:never|don't|do not|doesn't|cannot|can't|won't|"
    r"will not|wouldn't|would not|may not|aren't|are not|isn't|is not|refuse to|mustn't|must not|shouldn't|"
    r"didn't)(?: \w+){0,3}? "
    r"(?:offer|giv|pay|buy|ask|trade|reward|swap|exchang|accept|tie|link|sell|allow|want|expect|need|have to|edit|"
    r"do|bribe|send|request|chang|delet|remov|touch|hide|filter|"
    r"promis|mix|connect|owe|look at|hand out|deal|compensat|collect|tak|use|requir|permit|barter|bargain|hold|"
    r"solicit)\w{0,4}",
    r"\b(?:nobody|no one|none of us)(?: \w+){0,3} (?:ask|offer|pay|giv|want|expect|will)\w{0,3}",
    r"(?:nothing|no \w+|never|not \w+|zero|not a (?:cent|penny)) (?:\w+ )?(?:for|against|to (?:leave|write|get)|"
    rf"in (?:return|exchange) for) (?:\w+ ){{0,3}}?{NOUN}",
    r"(?:please )?(?:don't|do not|never|no need to|needn't|not have to|not need to|not necessary to|"
    r"without having to|shouldn't|should not|must not|mustn't)(?: \w+){0,2}? "
    r"(?:delet|remov|chang|edit|updat|revis|touch|alter|review|rate|leav|writ|feel oblig|post|take (?:it|this|"
    r"that)? ?down|adjust|withdraw|tie|mention)\w{0,4}",
    r"against (?:the|our|platform) (?:rules?|polic|terms|principles)|not (?:allowed|permitted|how we|our way|"
    r"something we|what we)|forbidden|prohibited|illegal|"
    r"by itself|rules? (?:say|forbid)|(?:^|[.!?:;] )no,|\bnot for (?:the )?(?:stars|reviews?|ratings?|feedback)|"
    r"no (?:gift|reward|money|coupon|bonus|discount|payment|refund|benefit)s? (?:was|is|were|has been|will be) |"
    r"(?:reward|pay|bribe|ask|offer)\w* (?:nobody|no one|nothing)",
    r"(?:there(?:'s| is| are| will be)|you get|we (?:have|give|offer|pay)) (?:no|nothing|zero)\b|\bno (?:gift|"
    r"reward|money|coupon|bonus|discount|payment|refund|benefit|advantage|prize|voucher)s? (?:for|in return|"
    r"in exchange|because)|"
    r"up to you|your (?:own )?choice|as you (?:see fit|like|wish|please|really)|won't (?:get|earn|bring|win|"
    r"buy) you|doesn't (?:get|earn|bring|win|buy)",
)
# Somebody else's offer, of which the buyer is warned: it keeps the whole text apart.
DISOWNED = either(
    r"(?:not|n't|never|aren't|isn't) (?:\w+ )?(?:from us|ours|by us|our (?:card|doing|offer))|report (?:it|them|"
    r"such|this card|that|any)|in our name|pretend|scam|fraud|phish|fake|"
    r"(?:don't|do not|never) (?:believe|trust|fall|respond)|ignore (?:it|such|these|them|the card)",
)
CONTRAST = either(r"\b(?:but|however|except|only if|unless|just|though|so please|instead)\b")
